import type { Balance, Hold, LedgerEvent, Membership } from "../api/types.ts";
import { isRegularPoints, kindOfPoints } from "./names.ts";

/** Regular points of all programs, and what is held in other categories and currencies. */
export const heldPoints = (balances: readonly Balance[]) => {
  const regular = balances.filter(isRegularPoints);
  const sum = (pick: (balance: Balance) => number) =>
    regular.reduce((total, balance) => total + Math.round(pick(balance) * 1000), 0) / 1000;
  return {
    regular: sum(({ balance }) => balance),
    issued: sum(({ issued }) => issued),
    redeemed: sum(({ redeemed }) => redeemed),
    debt: sum(({ debt }) => debt),
    others: balances.filter((account) => !isRegularPoints(account) && account.balance !== 0),
  };
};

/** How an event changed the regular points, and each other kind that it moved. */
export const changesOf = ({
  entries,
}: Pick<LedgerEvent, "entries">): { regular: number; others: { kind: string; amount: number }[] } => {
  const sums = new Map<string, number>();
  let regular = 0;
  for (const entry of entries) {
    if (isRegularPoints(entry)) regular += thousandths(entry.amount);
    else sums.set(kindOfPoints(entry), (sums.get(kindOfPoints(entry)) ?? 0) + thousandths(entry.amount));
  }
  const others = [...sums].filter(([, amount]) => amount !== 0);
  return {
    regular: regular / 1000,
    others: others.map(([kind, amount]) => ({ kind, amount: amount / 1000 })),
  };
};

/** The regular points that expire soonest; those of one moment are added up. */
export const expiringFirst = (balances: readonly Balance[]): { points: number; expiresAt: string } | null => {
  let first: { points: number; expiresAt: string } | null = null;
  for (const { expiringNext } of balances.filter(isRegularPoints)) {
    if (expiringNext === null || expiringNext.points === 0) continue;
    const difference = first === null ? -1 : Date.parse(expiringNext.expiresAt) - Date.parse(first.expiresAt);
    if (difference < 0) first = { ...expiringNext };
    else if (difference === 0 && first !== null) first.points += expiringNext.points;
  }
  return first;
};

/** What a bill is worth to the customer's purchases: a return takes away. */
export const signedAmount = ({
  amount,
  returnType,
}: {
  amount: number;
  returnType: string | null;
}): number => (returnType === null ? amount : -amount);

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
  const { balance, issued, received, redeemed, expired, returned, adjusted, debt } = account;
  return (
    isRegularPoints(account) ||
    [balance, issued, received, redeemed, expired, returned, adjusted, debt].some((points) => points !== 0)
  );
};

const thousandths = (points: number): number => Math.round(points * 1000);

/** What holds keep of an account's points: they keep regular points only. */
export const heldNow = (
  holds: readonly Pick<Hold, "programId" | "points" | "captured">[],
  account: Pick<Balance, "programId" | "category" | "currency">,
): number =>
  isRegularPoints(account)
    ? holds
        .filter((hold) => hold.programId === account.programId)
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
      .filter(isRegularPoints)
      .reduce((sum, account) => sum + thousandths(account.balance) - thousandths(heldNow(holds, account)), 0),
  ) / 1000;
