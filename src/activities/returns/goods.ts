import { type Ids, issue, multiplyRatio, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { type Passage, type ReturnPassage, refuse } from "../passage.ts";
import { namesGoods, type ReturnLine, type ReturnRequest } from "../schema.ts";
import { readReturnableBills } from "./load.ts";
import { leftOf } from "./rules.ts";
import type { ReturnableBill } from "./schema.ts";
import { findBillsWithGoods } from "./store.ts";

/** Bills over which a line may spread, on average over the lines of a return. */
const BILLS_PER_LINE = 4;
/** Bills that have the goods are read so many at a time: mostly the newest one has them all. */
const BILLS_AT_ONCE = 50;
/** Bills of a customer over which a return goes back, all steps together: what is not on them is on no bill. It happens under the customer's lock. */
const DEPTH = 5_000;

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

const canGoBack = ({ returnedAs }: ReturnableBill): boolean =>
  returnedAs === null || returnedAs === "LINE_ITEM";

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
  const found = await matchAll(tx, orgId, asked);
  const most = [...found.values()].reduce((sum, { bills }) => sum + bills.length, 0);
  const nextId = await ids.reserve("transaction", most);
  for (const [passage, matched] of found) {
    if (matched.bills.length === 0)
      refuse(passage, errors.goods_unknown({ number: passage.purchase.number }));
    else passage.returns = returnsOf(passage, matched, nextId);
    passage.unmatched = matched.unmatched;
  }
};

/** One return on its way back through its customer's bills. */
interface Search {
  readonly passage: Passage;
  readonly lines: readonly ReturnLine[];
  /** Bills at most. */
  readonly most: number;
  bills: ReturnableBill[];
  matched: Matched;
  before: { readonly billedAt: number; readonly id: number };
  /** Bills over which it may still go back. */
  depth: number;
}

/** Goes back through the customers' bills, newest first, until all is found or there are no more. */
const matchAll = async (
  tx: Tx,
  orgId: number,
  asked: readonly Passage[],
): Promise<ReadonlyMap<Passage, Matched>> => {
  const searches = asked.map((passage): Search => {
    const { request } = passage.returns[0]!;
    const { lines } = request;
    const most = billsAtMost(request);
    // Dates are told in milliseconds: what is earlier than the next one is not later than the return.
    const before = { billedAt: passage.purchase.billedAt + 1, id: 0 };
    return { passage, lines, most, bills: [], matched: matchGoods(lines, [], most), before, depth: DEPTH };
  });
  let open = searches;
  while (open.length > 0) open = await goBack(tx, orgId, open);
  return new Map(searches.map(({ passage, matched }) => [passage, matched]));
};

/** Takes each search a step further back; answers those that may find more. */
const goBack = async (tx: Tx, orgId: number, searches: readonly Search[]): Promise<Search[]> => {
  const questions = searches.map(({ passage, lines, before, depth }) => ({
    partyId: passage.partyId,
    before,
    depth,
    goods: lines.map(({ itemCode, rate }) => ({ itemCode, rate })),
  }));
  const originals = await findBillsWithGoods(tx, orgId, questions, BILLS_AT_ONCE);
  const known = await readReturnableBills(tx, orgId, originals, false);
  return searches.filter((search, index) => {
    const found = originals.filter(({ question }) => question === index + 1);
    const bills = found.map(({ id }) => known.get(id)!).filter(canGoBack);
    search.bills = [...search.bills, ...bills];
    search.matched = matchGoods(search.lines, search.bills, search.most);
    const last = found.at(-1);
    if (last === undefined || found.length < BILLS_AT_ONCE) return false;
    search.before = { billedAt: last.billedAt.getTime(), id: last.id };
    search.depth -= last.place;
    return (
      search.depth > 0 && search.matched.unmatched.length > 0 && search.matched.bills.length < search.most
    );
  });
};

const returnsOf = (
  { purchase, transactionId, partyId, returns: [asked] }: Passage,
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
    // Those who may have paid; which bill they did is looked up next.
    payerIds: asked?.payerIds ?? [],
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
