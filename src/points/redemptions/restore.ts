import { type Account, type LedgerBook, type Lot, type LotUse, type NetUse, sumOfUses } from "#ledger";
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
  /** Of that, what no lot carried: who was merged left it to the survivor to pay. */
  readonly uncarried: Millipoints;
}

/** What pays a debt, and what lots get back that paid of it before. */
export type Forgiveness = Pick<Restoration, "uses" | "restored" | "paid">;

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
  const carriers = behind(
    book,
    uses.filter((use) => use.kind === "redeemed" && use.forEventNo === eventNo),
  );
  const given = giveBack(carriers, amount, now);
  const restored = -sumOfUses(given);
  const carried = carriers.reduce((sum, { use }) => sum + use.amount, 0);
  const open = Math.min(amount - restored, Math.max(0, amount - carried));
  const forgiven = planForgiveness(book, account, open, now);
  const back = restored + forgiven.restored;
  return {
    uses: [...given, ...forgiven.uses],
    restored: back,
    paid: forgiven.paid,
    expired: amount - back - forgiven.paid,
    uncarried: open - forgiven.restored - forgiven.paid,
  };
};

/** Plans how up to `amount` comes back that no lot carries: against the debt, then into living lots that settled of it. */
export const planForgiveness = (
  book: LedgerBook,
  account: Account,
  amount: Millipoints,
  now: Instant,
): Forgiveness => {
  const paid = Math.min(amount, account.debt);
  const settled = behind(book, settledBy(book.usesOf(account.partyId), book, account));
  const uses = giveBack(settled, amount - paid, now);
  return { uses, restored: -sumOfUses(uses), paid };
};

/** Gives back up to `wanted` to living lots, each as what it gave. */
const giveBack = (sources: readonly Source[], wanted: Millipoints, now: Instant): LotUse[] => {
  const given: LotUse[] = [];
  let left = wanted;
  for (const { lot, use } of sources) {
    const back = Math.min(left, use.amount);
    if (back === 0 || isPast(lot, now)) continue;
    const { eventNo, lineNo, kind, forEventNo } = use;
    given.push({ eventNo, lineNo, kind, amount: -back, forEventNo });
    left -= back;
  }
  return given;
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

/** What a lot gave, with the lot. */
interface Source {
  readonly lot: Lot;
  readonly use: NetUse;
}

/** Uses with their lots, latest expiry first; of one lot the newest first. */
const behind = (book: LedgerBook, uses: readonly NetUse[]): Source[] =>
  uses
    .flatMap((use) => {
      const lot = book.lot(use.partyId, use);
      return lot === undefined || use.amount <= 0 ? [] : [{ lot, use }];
    })
    .sort((a, b) => latestFirst(a.lot, b.lot) || b.use.forEventNo - a.use.forEventNo);
