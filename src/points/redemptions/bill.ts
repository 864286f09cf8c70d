import { victimsOf } from "#customers";
import type { Instant, Millipoints, Money, Tx } from "#platform";
import type { BillOfParty, Desk, Located } from "../movement.ts";
import { type NumberedBill, paidBill } from "../paid-bill.ts";
import type { Redemption } from "../schema.ts";
import { loadRedemptionsOfBills } from "../store.ts";

/** The bill that points are spent on. */
export interface Paying {
  /** Empty: none, or one without a number. */
  readonly billNumber: string;
  /** What it comes to, where the call says so: a bill that is not recorded yet is judged by it. */
  readonly billAmount: Money | null;
}

/** What the part of a bill that points may pay is reckoned from. */
export interface BillFacts {
  /** Newest first. */
  readonly bills: readonly BillOfParty[];
  /** What was spent on them, or for their numbers, before the batch. */
  readonly payments: readonly Redemption[];
}

/** Not recorded yet: no bill has this id. */
const TO_COME = 0;

/**
 * Reads the bills that have the numbers, and what paid them: what the customers spent, and what those merged into them spent whose
 * points were linked to them.
 */
export const loadBillFacts = async (
  tx: Tx,
  desk: Pick<Desk, "organisation" | "findBills">,
  movements: readonly (Pick<Located, "partyIds"> & { readonly input: Paying })[],
): Promise<BillFacts> => {
  const wanted = movements.flatMap(({ partyIds, input: { billNumber: number } }) =>
    number === "" ? [] : [{ partyId: partyIds[0]!, number }],
  );
  if (wanted.length === 0) return { bills: [], payments: [] };
  const orgId = desk.organisation.id;
  const bills = await desk.findBills(tx, orgId, wanted);
  const victims =
    bills.length === 0
      ? new Map<number, readonly number[]>()
      : await victimsOf(tx, orgId, [...new Set(bills.map(({ partyId }) => partyId))]);
  const asked = [
    ...bills,
    ...bills.flatMap(({ partyId, transactionId }) =>
      (victims.get(partyId) ?? []).map((victimId) => ({ partyId: victimId, transactionId, number: "" })),
    ),
    ...movements.flatMap(({ partyIds, input: { billNumber: number, billAmount } }) =>
      number === "" || billAmount === null ? [] : [{ partyId: partyIds[0]!, transactionId: TO_COME, number }],
    ),
  ];
  return { bills, payments: await loadRedemptionsOfBills(tx, orgId, asked) };
};

/** What a spending is on: a recorded bill, or one to come of which the amount is known. */
export interface PaidPart {
  readonly bill: BillOfParty | null;
  /** What the bill comes to; null when nobody knows. */
  readonly billAmount: Money | null;
  /** Points of the program that were spent on it before, net. */
  readonly paid: Millipoints;
}

/**
 * The bill that a spending is on, and what paid it so far. A number alone means the customer's newest bill with it. Where an amount comes
 * with it, a recorded bill is meant only if it is near enough; else the bill is still to come.
 */
export const paidPartOf = (
  desk: Pick<Desk, "organisation" | "writes">,
  { bills, payments }: BillFacts,
  { billNumber, billAmount }: Paying,
  asked: {
    readonly partyId: number;
    readonly programId: number;
    readonly at: Instant;
    readonly tillId: number | null;
  },
): PaidPart => {
  const { organisation, writes } = desk;
  const { partyId, programId, at, tillId } = asked;
  const own = bills.filter((bill) => bill.partyId === partyId && bill.number === billNumber);
  const meant =
    billAmount === null
      ? own[0]?.transactionId
      : paidBill(organisation, { partyId, billNumber, redeemedAt: at, tillId }, own);
  const bill = own.find(({ transactionId }) => transactionId === meant) ?? null;
  if (billNumber === "" || (bill === null && billAmount === null)) return { bill, billAmount, paid: 0 };
  const toCome: NumberedBill = {
    transactionId: TO_COME,
    partyId,
    number: billNumber,
    billedAt: new Date(at),
    tillId,
    storeId: tillId === null ? null : (organisation.storeOfTill(tillId)?.id ?? null),
  };
  const known: readonly NumberedBill[] = bill === null ? [...own, toCome] : own;
  const target = bill?.transactionId ?? TO_COME;
  const paid = [...payments, ...writes.redemptions]
    .filter((item) => item.programId === programId)
    .filter((item) => (item.transactionId ?? paidBill(organisation, item, known)) === target)
    .reduce((sum, { amount, reversed }) => sum + amount - reversed, 0);
  return { bill, billAmount: bill?.amount ?? billAmount, paid };
};
