import { errors } from "../moving-errors.ts";

/** Statuses of customers who count as frauds: those who are suspected too, for points that were passed on do not come back. */
const FRAUD_STATUSES: ReadonlySet<string> = new Set(["FRAUD_SUSPECTED", "FRAUD_CONFIRMED"]);

/** Refuses a transfer of which a side counts as a fraud. Raises 414, 415, 417. */
export const checkFraud = (fromStatus: string, toStatus: string): void => {
  const sends = FRAUD_STATUSES.has(fromStatus);
  const receives = FRAUD_STATUSES.has(toStatus);
  if (sends && receives) throw errors.both_are_frauds({ from: fromStatus, to: toStatus });
  if (sends) throw errors.sender_is_fraud({ status: fromStatus });
  if (receives) throw errors.recipient_is_fraud({ status: toStatus });
};
