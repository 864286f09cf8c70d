import { type Ids, issue, multiplyRatio, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { type Passage, type ReturnPassage, refuse } from "../passage.ts";
import { namesGoods, type ReturnLine, type ReturnRequest } from "../schema.ts";
import { readReturnableBills } from "./load.ts";
import { leftOf } from "./rules.ts";
import type { ReturnableBill } from "./schema.ts";
import { findBillsWithItems } from "./store.ts";

/** Bills over which a line may spread, on average over the lines of a return. */
const BILLS_PER_LINE = 4;

/** How many bills a request goes back to at most. */
export const billsAtMost = (request: ReturnRequest): number =>
  namesGoods(request) ? request.lines.length * BILLS_PER_LINE : 1;

/** Pieces of a line that no bill has. */
export interface Unmatched {
  /** Position of the line in the input, from 0. */
  readonly line: number;
  /** Thousandths. */
  readonly quantity: number;
}

export interface Matched {
  readonly bills: readonly { readonly bill: ReturnableBill; readonly lines: readonly ReturnLine[] }[];
  readonly unmatched: readonly Unmatched[];
}

const indexOf = ({ at }: ReturnLine): number => Number(/\[(\d+)\]/.exec(at)?.[1] ?? 0);

/**
 * Lays lines out over bills, given newest first: each goes to the newest bill that has the item at that price with pieces left,
 * and on to the next one as long as some are missing. Pure.
 */
export const matchGoods = (
  lines: readonly ReturnLine[],
  bills: readonly ReturnableBill[],
  most: number,
): Matched => {
  const taken = new Map<string, number>();
  const parts = new Map<ReturnableBill, ReturnLine[]>();
  const unmatched: Unmatched[] = [];
  for (const line of lines) {
    let wanted = line.quantity;
    for (const bill of bills) {
      if (wanted === 0) break;
      if (!parts.has(bill) && parts.size === most) continue;
      const key = `${bill.id} ${line.itemCode} ${line.rate}`;
      const left = piecesLeft(bill, line) - (taken.get(key) ?? 0);
      const quantity = Math.min(wanted, left);
      if (quantity <= 0) continue;
      taken.set(key, (taken.get(key) ?? 0) + quantity);
      const amount = shareOf(line, wanted, quantity);
      parts.set(bill, [...(parts.get(bill) ?? []), { ...line, quantity, amount, hasAmount: true }]);
      wanted -= quantity;
    }
    if (wanted > 0) unmatched.push({ line: indexOf(line), quantity: wanted });
  }
  return { bills: [...parts].map(([bill, of]) => ({ bill, lines: of })), unmatched };
};

const piecesLeft = (bill: ReturnableBill, { itemCode, rate }: ReturnLine): number =>
  bill.lines.reduce(
    (sum, line) =>
      line.itemCode === itemCode && line.rate === rate ? sum + leftOf(bill, line).quantity : sum,
    0,
  );

/** The money of some of a line's pieces, reckoned from its end so that all parts together are the whole. */
const shareOf = (line: ReturnLine, wanted: number, quantity: number): number => {
  const upTo = (pieces: number) => multiplyRatio(line.amount, pieces, line.quantity, "half_up");
  return upTo(wanted) - upTo(wanted - quantity);
};

const canGoBack = ({ outlierStatus, returnedAs }: ReturnableBill): boolean =>
  outlierStatus === "NORMAL" && (returnedAs === null || returnedAs === "LINE_ITEM");

/**
 * Finds the bills of returns that name none, under their customers' locks. What no bill has is told with the answer; a return of
 * which none is found is refused.
 */
export const findGoods = async (
  tx: Tx,
  ids: Ids,
  orgId: number,
  batch: readonly Passage[],
): Promise<void> => {
  const asked = batch.filter(
    ({ outcome, returns: [first] }) => outcome === null && first !== undefined && namesGoods(first.request),
  );
  if (asked.length === 0) return;
  const wanted = asked.flatMap(({ partyId, returns: [first] }) =>
    first!.request.lines.map(({ itemCode }) => ({ partyId, itemCode })),
  );
  const originals = await findBillsWithItems(tx, orgId, wanted);
  const known = [...(await readReturnableBills(tx, orgId, originals)).values()].filter(canGoBack);
  const most = asked.reduce((sum, { returns: [first] }) => sum + billsAtMost(first!.request), 0);
  const nextId = await ids.reserve("transaction", most);
  for (const passage of asked) {
    const { request } = passage.returns[0]!;
    const bills = known
      .filter(
        ({ partyId, billedAt }) =>
          partyId === passage.partyId && billedAt.getTime() <= passage.purchase.billedAt,
      )
      .sort((a, b) => b.billedAt.getTime() - a.billedAt.getTime() || b.id - a.id);
    const matched = matchGoods(request.lines, bills, billsAtMost(request));
    if (matched.bills.length === 0)
      refuse(passage, errors.goods_unknown({ number: passage.purchase.number }));
    else passage.returns = returnsOf(passage, matched, nextId);
    passage.unmatched = matched.unmatched;
  }
};

const returnsOf = (
  { purchase, transactionId, partyId }: Passage,
  { bills, unmatched }: Matched,
  nextId: () => number,
): ReturnPassage[] =>
  bills.map(({ bill, lines }, index) => ({
    request: {
      returnType: "LINE_ITEM",
      originalId: bill.id,
      originalNumber: bill.number,
      purchasedAt: bill.billedAt.getTime(),
      amount: null,
      lines,
    },
    transactionId: index === 0 ? transactionId : nextId(),
    partyId,
    original: bill,
    warnings:
      index > 0 || unmatched.length === 0
        ? []
        : [
            issue(
              687,
              `${unmatched.length} of the lines of ${purchase.number} are on no earlier bill at that price.`,
            ),
          ],
  }));
