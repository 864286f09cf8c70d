import type { Account, LedgerBook, Lot, LotUse, NetUse } from "#ledger";
import type { Instant, Millipoints } from "#platform";

/** Where points of a redemption go back to. `restored + paid + expired` is what was asked. */
export interface Restoration {
  /** Give-backs to lots, negative, ready for the posting. */
  readonly uses: readonly LotUse[];
  /** What the lots get. */
  readonly restored: Millipoints;
  /** What pays the debt that carried the redemption since its lot was returned. */
  readonly paid: Millipoints;
  /** Of lots past their expiry: it does not come back to them. */
  readonly expired: Millipoints;
}

const isPast = ({ expiresAt }: Lot, now: Instant): boolean => expiresAt !== null && expiresAt.getTime() < now;

/** Latest expiry first: what comes back lives as long as it can. */
const latestFirst = (a: Lot, b: Lot): number =>
  (b.expiresAt?.getTime() ?? Infinity) - (a.expiresAt?.getTime() ?? Infinity) ||
  b.eventNo - a.eventNo ||
  b.lineNo - a.lineNo;

/**
 * Plans how `amount` points of the redemption posted as `eventNo` come back: into the lots that carry it now, living ones
 * first; then against the debt, and into the lots that settled it, for what no lot carried any more; what is left belonged to lots
 * past their expiry (points.md §4.1). Needs in the book the uses for that event, `settled` uses, and their lots.
 */
export const planRestoration = (
  book: LedgerBook,
  account: Account,
  eventNo: number,
  amount: Millipoints,
  now: Instant,
): Restoration => {
  const { partyId } = account;
  const uses = book.usesOf(partyId);
  const carriers = lotsBehind(
    book,
    partyId,
    uses.filter((use) => use.kind === "redeemed" && use.forEventNo === eventNo),
  );
  const given: LotUse[] = [];
  let left = amount;
  for (const { lot, held } of carriers) {
    if (isPast(lot, now)) continue;
    const back = Math.min(left, held);
    if (back === 0) continue;
    given.push({
      eventNo: lot.eventNo,
      lineNo: lot.lineNo,
      kind: "redeemed",
      amount: -back,
      forEventNo: eventNo,
    });
    left -= back;
  }
  const carried = carriers.reduce((sum, { held }) => sum + held, 0);
  const uncarried = Math.max(0, amount - carried);
  const paid = Math.min(left, uncarried, account.debt);
  left -= paid;
  let settled = Math.min(left, uncarried - paid);
  for (const { lot, held } of lotsBehind(book, partyId, settledBy(uses, book, account))) {
    const back = Math.min(settled, held);
    if (back === 0 || isPast(lot, now)) continue;
    given.push({ eventNo: lot.eventNo, lineNo: lot.lineNo, kind: "settled", amount: -back });
    settled -= back;
    left -= back;
  }
  const restored = amount - left - paid;
  return { uses: given, restored, paid, expired: left };
};

const settledBy = (uses: readonly NetUse[], book: LedgerBook, account: Account): NetUse[] =>
  uses.filter((use) => {
    if (use.kind !== "settled") return false;
    const lot = book.lot(use.partyId, use);
    return (
      lot?.programId === account.programId &&
      lot.currencyId === account.currencyId &&
      lot.category === account.category
    );
  });

/** Lots that gave the uses, each with how much of them, latest expiry first. */
const lotsBehind = (
  book: LedgerBook,
  partyId: number,
  uses: readonly NetUse[],
): { readonly lot: Lot; readonly held: Millipoints }[] => {
  const held = new Map<Lot, Millipoints>();
  for (const use of uses) {
    const lot = book.lot(partyId, use);
    if (lot !== undefined) held.set(lot, (held.get(lot) ?? 0) + use.amount);
  }
  return [...held]
    .filter(([, amount]) => amount > 0)
    .map(([lot, amount]) => ({ lot, held: amount }))
    .sort((a, b) => latestFirst(a.lot, b.lot));
};
