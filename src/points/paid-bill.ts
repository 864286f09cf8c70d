import type { Organisation } from "#orgs";
import type { BillOfParty } from "./movement.ts";
import type { Redemption } from "./schema.ts";

/** A purchase that has the number which was given with points; where it is made is null while nobody has said. */
export interface NumberedBill extends Omit<BillOfParty, "amount" | "tillId" | "storeId"> {
  readonly tillId: number | null;
  readonly storeId: number | null;
}

/** Points that were spent for a number. */
export type SpentForNumber = Pick<Redemption, "partyId" | "billNumber" | "redeemedAt" | "tillId">;

const DAY = 86_400_000;

/**
 * Which bill points paid that were redeemed for a number and never linked: of the customer's bills with it, as far as numbers are
 * unique, the one nearest in time. Null where it is none of them. Pure.
 */
export const paidBill = (
  organisation: Organisation,
  spent: SpentForNumber,
  bills: readonly NumberedBill[],
): number | null => {
  const apart = ({ billedAt }: NumberedBill): number => Math.abs(billedAt.getTime() - spent.redeemedAt);
  const within = timeOf(organisation);
  const [nearest] = bills
    .filter((bill) => bill.partyId === spent.partyId && bill.number === spent.billNumber)
    .filter((bill) => isSamePlace(organisation, spent, bill) && apart(bill) < within)
    .sort((a, b) => apart(a) - apart(b) || a.transactionId - b.transactionId);
  return nearest?.transactionId ?? null;
};

/** How far apart a bill and its points may be before the number is another bill's: where numbers are no names, a day. */
const timeOf = (organisation: Organisation): number => {
  if (!organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE")) return DAY;
  const days = organisation.number("CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS");
  return days === undefined ? Number.POSITIVE_INFINITY : Math.max(1, days) * DAY;
};

/** Whether the points were spent where the number is the bill's. Points spent at no till may have been for any. */
const isSamePlace = (organisation: Organisation, { tillId }: SpentForNumber, bill: NumberedBill): boolean => {
  if (tillId === null || bill.tillId === null) return true;
  const isUnique = organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE");
  if (isUnique && organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_TILL"))
    return tillId === bill.tillId;
  const isByStore = !isUnique || organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_STORE");
  return !isByStore || organisation.storeOfTill(tillId)?.id === bill.storeId;
};
