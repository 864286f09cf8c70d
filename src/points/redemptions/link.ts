import type { AppError } from "#platform";
import { errors } from "../errors.ts";
import type { Redemption } from "../schema.ts";

/** The bill that a redemption paid. */
export interface PaidBill {
  readonly partyId: number;
  readonly transactionId: number;
  readonly number: string;
  /** Those merged into the customer who redeemed points that may have paid it. */
  readonly formerIds?: readonly number[];
}

/**
 * What keeps a redemption from being linked to a bill that quotes its code; null where it can be. Errors: 902 unknown, 904 not
 * this customer's, 903 linked to another bill, 3802 taken back already.
 */
export const objectionToLink = (
  code: string,
  redemption: Redemption | undefined,
  bill: PaidBill,
): AppError | null => {
  const value = code;
  if (redemption === undefined) return errors.redemption_unknown({ value });
  if (![bill.partyId, ...(bill.formerIds ?? [])].includes(redemption.partyId))
    return errors.other_customer({ value });
  if (redemption.transactionId !== null && redemption.transactionId !== bill.transactionId)
    return errors.linked_elsewhere({ value, bill: redemption.transactionId });
  if (redemption.reversed >= redemption.amount) return errors.already_reversed({ value });
  return null;
};

/** The redemption once it is linked. A bill that has no number leaves the one that was given with the points. */
export const linked = (redemption: Redemption, bill: PaidBill): Redemption => ({
  ...redemption,
  transactionId: bill.transactionId,
  billNumber: bill.number === "" ? redemption.billNumber : bill.number,
});
