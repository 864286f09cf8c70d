import { type LedgerBook, loadLotsOfTransactions, loadOpenLots, loadUsesOfLots } from "#ledger";
import type { Organisation } from "#orgs";
import { AppError, StaleRead, type Tx } from "#platform";
import { loadRedemptionsOfBills } from "#points";
import { errors } from "../errors.ts";
import { type Passage, refuse } from "../passage.ts";
import { findClaims } from "../retro/store.ts";
import { hasCustomer, namesGoods, type ReturnType } from "../schema.ts";
import { payersOfCustomers, victimsOf } from "../store.ts";
import { decidesAgain } from "./again.ts";
import { chooseOriginal, findBills } from "./original.ts";
import type { BillLine, Gone, OriginalBill, ReturnableBill } from "./schema.ts";
import { loadBillDecisions, loadBillLines, loadReturnedLines, loadReturns, lockBills } from "./store.ts";

/** Returns of the batch that are not refused. */
const openReturns = (batch: readonly Passage[]) =>
  batch.flatMap((passage) => (passage.outcome === null ? passage.returns : []));

/**
 * Finds which bills the batch's returns are of. The return of an anonymous bill is of that bill's party. Facts about a bill
 * never change, so this needs no lock; what is left of it is read later.
 */
export const identifyOriginals = async (
  tx: Tx,
  orgId: number,
  batch: readonly Passage[],
  takesUnknown: boolean,
): Promise<void> => {
  const customers = batch.filter(({ purchase, returns }) => hasCustomer(purchase.type) && returns.length > 0);
  const merged =
    customers.length === 0
      ? []
      : await victimsOf(
          tx,
          orgId,
          customers.map(({ partyId }) => partyId),
        );
  for (const passage of customers)
    passage.formerIds = merged
      .filter(({ partyId }) => partyId === passage.partyId)
      .map(({ victimId }) => victimId);
  const asked = batch.flatMap((passage) =>
    passage.outcome === null
      ? passage.returns
          .filter(({ request }) => !namesGoods(request))
          .map((item) => ({
            passage,
            item,
            question: {
              request: item.request,
              customerId: hasCustomer(passage.purchase.type) ? passage.partyId : null,
              formerIds: passage.formerIds ?? [],
            },
          }))
      : [],
  );
  const found = await findBills(
    tx,
    orgId,
    asked.map(({ question }) => question),
  );
  asked.forEach(({ passage, item, question }, index) => {
    if (passage.outcome !== null) return;
    try {
      const { bill, warnings } = chooseOriginal(question, found[index]!, takesUnknown);
      item.original = bill;
      item.warnings = warnings;
      // The customer's, or that of somebody merged into the customer: bills stay with the party they were made under.
      if (bill !== null) item.partyId = bill.partyId;
      else if (question.customerId !== null) item.partyId = question.customerId;
      if (passage.purchase.type === "NOT_INTERESTED_RETURN") passage.partyId = item.partyId;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuse(passage, error);
    }
  });
  const paid = asked.flatMap(({ item, question: { formerIds } }) =>
    item.original === null || formerIds.length === 0 ? [] : [{ item, bill: item.original, formerIds }],
  );
  const payers = await payersOfBills(tx, orgId, paid);
  for (const { item, bill } of paid) item.payerIds = payers.get(bill.id) ?? [];
  await findPayersOfGoods(tx, orgId, batch);
};

/** Which bills have the goods is only known under the lock: whoever paid any bill of the customer may have paid those. */
const findPayersOfGoods = async (tx: Tx, orgId: number, batch: readonly Passage[]): Promise<void> => {
  const asked = batch.flatMap(({ outcome, partyId, formerIds = [], returns }) =>
    outcome === null && formerIds.length > 0
      ? returns.filter(({ request }) => namesGoods(request)).map((item) => ({ item, partyId, formerIds }))
      : [],
  );
  if (asked.length === 0) return;
  const families = asked.map(({ partyId, formerIds }) => ({ partyId, formerIds }));
  const payers = await payersOfCustomers(tx, orgId, families);
  for (const { item, partyId } of asked)
    item.payerIds = payers.filter((payer) => payer.partyId === partyId).map(({ payerId }) => payerId);
};

/**
 * Looks again under the locks who paid the bills that go back: a redemption may have been linked while the batch waited for them.
 * Whoever did is to be among those that are locked.
 */
export const confirmPayers = async (tx: Tx, orgId: number, batch: readonly Passage[]): Promise<void> => {
  const paid = batch.flatMap(({ outcome, formerIds = [], returns }) =>
    outcome !== null || formerIds.length === 0
      ? []
      : returns.flatMap((item) => (item.original === null ? [] : [{ item, bill: item.original, formerIds }])),
  );
  if (paid.length === 0) return;
  const payers = await payersOfBills(tx, orgId, paid);
  for (const { item, bill } of paid) {
    const found = payers.get(bill.id) ?? [];
    if (found.some((payerId) => !item.payerIds?.includes(payerId)))
      throw new StaleRead("points were linked to a bill while its return waited for the lock");
    item.payerIds = found;
  }
};

/**
 * Who of those merged into customers redeemed the points that paid their bills, by bill: such a redemption stays in the ledger of who
 * redeemed, which is then locked as well.
 */
export const payersOfBills = async (
  tx: Tx,
  orgId: number,
  bills: readonly { readonly bill: OriginalBill; readonly formerIds: readonly number[] }[],
): Promise<ReadonlyMap<number, readonly number[]>> => {
  const asked = bills.flatMap(({ bill, formerIds }) =>
    formerIds
      .filter((partyId) => bill.customerId !== null && partyId !== bill.partyId)
      .map((partyId) => ({ partyId, transactionId: bill.id, number: "" })),
  );
  const payers = new Map<number, number[]>();
  for (const { partyId, transactionId } of await loadRedemptionsOfBills(tx, orgId, asked)) {
    if (transactionId === null) continue;
    const known = payers.get(transactionId) ?? [];
    payers.set(transactionId, known.includes(partyId) ? known : [...known, partyId]);
  }
  return payers;
};

/**
 * Takes the locks of the anonymous bills that the batch returns or lets customers claim, in one statement, and refuses what came
 * too late: the return of a bill that is a customer's by now, and the claim of one of which something went back.
 */
export const lockAnonymousBills = async (tx: Tx, orgId: number, batch: readonly Passage[]): Promise<void> => {
  const returned = openReturns(batch).flatMap(({ original }) =>
    original !== null && original.customerId === null ? [original] : [],
  );
  const claimed = batch.flatMap(({ outcome, purchase: { retro } }) =>
    outcome === null && retro !== undefined ? [{ partyId: retro.partyId, id: retro.transactionId }] : [],
  );
  if (returned.length + claimed.length === 0) return;
  await lockBills(tx, orgId, [...returned, ...claimed]);
  const [taken, gone] = await Promise.all([
    returned.length === 0 ? [] : findClaims(tx, orgId, returned),
    claimed.length === 0 ? [] : loadReturns(tx, orgId, claimed),
  ]);
  const [takenIds, goneIds] = [
    new Set(taken.map((row) => row.transactionId)),
    new Set(gone.map((row) => row.parentId)),
  ];
  for (const passage of batch) {
    if (passage.outcome !== null) continue;
    const { retro } = passage.purchase;
    const late = passage.returns.find(({ original }) => original !== null && takenIds.has(original.id));
    if (late !== undefined) refuse(passage, errors.original_claimed({ number: late.original!.number }));
    else if (retro !== undefined && goneIds.has(retro.transactionId))
      refuse(passage, errors.returned_not_claimable({ id: retro.transactionId }));
  }
};

/** Bills that the batch's returns are of, with what went back of them so far, by id. Needs the locks of parties and anonymous bills. */
export const loadReturnableBills = async (
  tx: Tx,
  organisation: Organisation,
  batch: readonly Passage[],
): Promise<Map<number, ReturnableBill>> => {
  const originals = new Map<number, OriginalBill>();
  for (const { original } of openReturns(batch)) if (original !== null) originals.set(original.id, original);
  const bills = [...originals.values()];
  if (bills.length === 0) return new Map();
  return readReturnableBills(tx, organisation.id, bills, decidesAgain(organisation));
};

/** Bills with their lines and what went back of them, and with how they were decided where that is asked for. */
export const readReturnableBills = async (
  tx: Tx,
  orgId: number,
  bills: readonly OriginalBill[],
  withDecisions: boolean,
): Promise<Map<number, ReturnableBill>> => {
  const [lines, returns] = await Promise.all([
    loadBillLines(tx, orgId, bills),
    loadReturns(tx, orgId, bills),
  ]);
  const [gone, decisions] = await Promise.all([
    returns.length === 0 ? [] : loadReturnedLines(tx, orgId, returns),
    withDecisions || returns.some(({ isDecidedAgain }) => isDecidedAgain)
      ? loadBillDecisions(tx, orgId, bills)
      : null,
  ]);
  const parentOf = new Map(returns.map(({ id, parentId }) => [id, parentId]));
  const linesOf = new Map<number, BillLine[]>();
  for (const { transactionId, ...line } of lines) push(linesOf, transactionId, line);
  const goneOf = new Map<number, Map<number, Gone>>();
  for (const { transactionId, lineNo, quantity, amount } of gone) {
    const parentId = parentOf.get(transactionId)!;
    const byLine = goneOf.get(parentId) ?? new Map<number, Gone>();
    const known = byLine.get(lineNo) ?? { quantity: 0, amount: 0 };
    byLine.set(lineNo, { quantity: known.quantity + quantity, amount: known.amount + amount });
    goneOf.set(parentId, byLine);
  }
  return new Map(
    bills.map((bill) => {
      const own = returns.filter(({ parentId }) => parentId === bill.id);
      const returnedAs: ReturnType | null = own[0]?.returnType ?? null;
      const returnedAmount = own.reduce((sum, { amount }) => sum + amount, 0);
      const goneByLine = goneOf.get(bill.id) ?? new Map<number, Gone>();
      const decision = decisions?.find(({ id }) => id === bill.id) ?? null;
      return [
        bill.id,
        {
          ...bill,
          lines: linesOf.get(bill.id) ?? [],
          returnedAs,
          returnedAmount,
          goneByLine,
          wasDecidedAgain: own.some(({ isDecidedAgain }) => isDecidedAgain),
          ...(decisions === null ? {} : { decision }),
        },
      ];
    }),
  );
};

const push = <Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
};

/** Adds to the book what a claw-back looks at: the lots that the bills earned with what those gave, and all open lots of their customers. */
export const loadAwards = async (
  tx: Tx,
  orgId: number,
  bills: readonly OriginalBill[],
  book: LedgerBook,
  /** Customers into whom those of the bills were merged. */
  survivorIds: readonly number[] = [],
): Promise<void> => {
  const ofCustomers = bills.filter(({ customerId }) => customerId !== null);
  if (ofCustomers.length === 0) return;
  const [lots, open] = await Promise.all([
    loadLotsOfTransactions(
      tx,
      orgId,
      ofCustomers.map(({ partyId, id }) => ({ partyId, transactionId: id })),
    ),
    loadOpenLots(tx, orgId, [...new Set([...ofCustomers.map(({ partyId }) => partyId), ...survivorIds])]),
  ]);
  book.add({ lots: [...lots, ...open], uses: await loadUsesOfLots(tx, orgId, lots) });
};
