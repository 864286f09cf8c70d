import type { Balance, Hold, Membership } from "../api/types.ts";

/** The name of what is no currency of the organisation's own. */
const POINTS = "points";

/** Regular points of all programs, and what is held in other categories. */
export const heldPoints = (balances: readonly Balance[]) => {
  const regular = balances.filter(({ category }) => category === "REGULAR");
  const sum = (pick: (balance: Balance) => number) =>
    regular.reduce((total, balance) => total + Math.round(pick(balance) * 1000), 0) / 1000;
  return {
    regular: sum(({ balance }) => balance),
    issued: sum(({ issued }) => issued),
    redeemed: sum(({ redeemed }) => redeemed),
    others: balances.filter(({ category, balance }) => category !== "REGULAR" && balance !== 0),
  };
};

/** The points that expire soonest; those of one moment are added up. */
export const expiringFirst = (balances: readonly Balance[]): { points: number; expiresAt: string } | null => {
  let first: { points: number; expiresAt: string } | null = null;
  for (const { expiringNext } of balances) {
    if (expiringNext === null || expiringNext.points === 0) continue;
    const difference = first === null ? -1 : Date.parse(expiringNext.expiresAt) - Date.parse(first.expiresAt);
    if (difference < 0) first = { ...expiringNext };
    else if (difference === 0 && first !== null) first.points += expiringNext.points;
  }
  return first;
};

/** How much of the next tier's threshold is reached, and what is missing; null on the highest tier. */
export const tierProgress = ({
  nextTier,
  progress,
}: Pick<Membership, "nextTier" | "progress">): { share: number; missing: number } | null => {
  if (nextTier === null) return null;
  const missing = progress.toNext ?? Math.max(nextTier.threshold - progress.value, 0);
  const share = nextTier.threshold === 0 ? 1 : progress.value / nextTier.threshold;
  return { share: Math.min(Math.max(share, 0), 1), missing };
};

/** Accounts that nothing ever moved in are not shown, apart from that of regular points. */
export const isUsed = (account: Balance): boolean => {
  const { category, balance, issued, received, redeemed, expired, returned, adjusted, debt } = account;
  return (
    category === "REGULAR" ||
    [balance, issued, received, redeemed, expired, returned, adjusted, debt].some((points) => points !== 0)
  );
};

const thousandths = (points: number): number => Math.round(points * 1000);

/** What holds keep of an account's points: they keep regular points only. */
export const heldNow = (
  holds: readonly Pick<Hold, "programId" | "points" | "captured">[],
  { programId, category, currency }: Pick<Balance, "programId" | "category" | "currency">,
): number =>
  category === "REGULAR" && currency === POINTS
    ? holds
        .filter((hold) => hold.programId === programId)
        .reduce((sum, { points, captured }) => sum + thousandths(points) - thousandths(captured), 0) / 1000
    : 0;

/** Regular points of all accounts less those that are held. */
export const spendable = (
  balances: readonly Pick<Balance, "programId" | "category" | "currency" | "balance">[],
  holds: readonly Pick<Hold, "programId" | "points" | "captured">[],
): number =>
  Math.max(
    0,
    balances
      .filter(({ category, currency }) => category === "REGULAR" && currency === POINTS)
      .reduce((sum, account) => sum + thousandths(account.balance) - thousandths(heldNow(holds, account)), 0),
  ) / 1000;
