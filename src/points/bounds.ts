import type { AccountKey } from "#ledger";
import { type Millipoints, POINTS_SCALE } from "#platform";
import type { Desk } from "./movement.ts";
import { errors } from "./moving-errors.ts";

/** Refuses a credit after which an account would hold more, now or over its lifetime, than is counted exactly. */
export const checkRoom = (
  { book }: Pick<Desk, "book">,
  partyId: number,
  key: AccountKey,
  points: Millipoints,
): void => {
  const account = book.account(partyId, key);
  const lifetime = (account?.issued ?? 0) + (account?.received ?? 0);
  const totals = [account?.balance, lifetime, account?.adjusted];
  if (totals.some((held) => !Number.isSafeInteger(Math.abs(held ?? 0) + points)))
    throw errors.too_many_points({ points: points / POINTS_SCALE });
};

/** Refuses a debit below what is counted exactly. */
export const checkDepth = (
  { book }: Pick<Desk, "book">,
  partyId: number,
  key: AccountKey,
  points: Millipoints,
): void => {
  const account = book.account(partyId, key);
  const totals = [account?.balance, account?.adjusted, account?.debt];
  if (totals.some((held) => !Number.isSafeInteger(Math.abs(held ?? 0) + points)))
    throw errors.too_many_points({ points: points / POINTS_SCALE });
};
