import type { Instant, Millipoints } from "#platform";
import type { LedgerBook } from "./book.ts";
import { reservedBy, sumOfUses, takeUpTo } from "./rules.ts";
import type { Account, AccountKey, Hold, Lot, LotKey, LotUse, PartyState, Posting } from "./schema.ts";

/** Lines of one event: a longer list of lots goes over several events. */
const LINES_AT_ONCE = 10_000;

/** Two parties of which one takes over what the other owns, and under which ids and words. */
export interface PartyMerge {
  /** Null for what comes to the victim after the merge and follows. */
  readonly mergeId: number | null;
  readonly survivorId: number;
  readonly victimId: number;
  readonly at: Instant;
  readonly tillId: number | null;
  readonly reason: string;
  /** Who did it. */
  readonly by: string;
  readonly nextEventId: () => number;
  /** A debt is paid first from what this bill earned, wherever it is by now. */
  readonly payFrom?: number;
}

/** What a merge posted, as its undo needs it. */
export interface MergePosted {
  /** Numbers of the survivor's events, oldest first. */
  readonly survivorEvents: readonly number[];
  /** Number of the victim's event; null when it owned and owed nothing. */
  readonly victimEvent: number | null;
  /** Both parties' newest events after it: as long as they are that, nothing moved. */
  readonly survivorEventCount: number;
  readonly victimEventCount: number;
}

/** How many event ids a merge takes at most, with so many lots and accounts of the victim. */
export const eventsOfMerge = (lots: number, accounts: number): number =>
  1 + Math.max(1, Math.ceil((lots + accounts) / LINES_AT_ONCE));

const keyOf = ({ programId, currencyId, category }: AccountKey): AccountKey => ({
  programId,
  currencyId,
  category,
});

/**
 * Moves everything the victim owns to the survivor (points-ledger.md §1): in each of its accounts the lots are closed and opened
 * anew with the same terms, and what it owes is taken over. Holds of the victim end. The two ledgers stay apart; the debit is the
 * last event of the victim's. A balance below zero goes the other way round: the victim's is credited, the survivor's debited.
 */
export const postMerge = (book: LedgerBook, merge: PartyMerge, holds: readonly Hold[]): MergePosted => {
  const { survivorId, victimId, at } = merge;
  for (const { id } of holds) book.changeHold(id, { status: "released", endedAt: new Date(at) });
  const accounts = book.accountsOf(victimId);
  const leaving = accounts.flatMap((account) => leave(account, book.openLots(victimId, account)));
  const arriving = [
    ...accounts.flatMap((account) => book.openLots(victimId, account).map((lot) => moved(lot))),
    ...accounts.flatMap((account) => owe(account, book.openLots(survivorId, account), merge)),
  ];
  const victimEvent = leaving.length === 0 ? null : post(book, merge, "CustomerMerge", "victim", leaving);
  const survivorEvents: number[] = [];
  for (let start = 0; start < arriving.length; start += LINES_AT_ONCE) {
    const lines = arriving.slice(start, start + LINES_AT_ONCE);
    survivorEvents.push(post(book, merge, "CustomerMerge", "survivor", lines));
  }
  return {
    survivorEvents,
    victimEvent,
    survivorEventCount: book.eventCount(survivorId),
    victimEventCount: book.eventCount(victimId),
  };
};

const total = (lots: readonly Lot[]): number => lots.reduce((sum, lot) => sum + lot.remaining, 0);

/** Closes the victim's lots, and lets its debt go. */
const leave = (account: Account, lots: readonly Lot[]): Posting[] => {
  const postings: Posting[] = [];
  const uses = lots.map(({ eventNo, lineNo, remaining }): LotUse => ({ eventNo, lineNo, amount: remaining }));
  if (uses.length > 0) postings.push({ ...keyOf(account), contra: "merge", amount: -total(lots), uses });
  if (account.debt > 0) postings.push({ ...keyOf(account), contra: "merge", amount: account.debt });
  return postings;
};

/** The lot as the survivor gets it. What it was converted from stays behind: it is a lot of the victim's. */
const moved = (lot: Lot): Posting => ({
  ...keyOf(lot),
  contra: "merge",
  amount: lot.remaining,
  expiresAt: lot.expiresAt?.getTime() ?? null,
  lot: {
    source: lot.source,
    transactionId: lot.transactionId,
    billLine: lot.billLine,
    convertsAt: lot.convertsAt,
    rolls: lot.rolls,
    details: {
      ...lot.details,
      fromPartyId: lot.partyId,
      fromLot: { eventNo: lot.eventNo, lineNo: lot.lineNo },
    },
  },
});

/** What the victim owes is taken from the survivor's lots; what they do not hold the survivor owes. */
const owe = (account: Account, lots: readonly Lot[], { payFrom }: Pick<PartyMerge, "payFrom">): Posting[] => {
  if (account.debt === 0) return [];
  // By the bill alone: its points may have come through several merges.
  const isFirst = ({ transactionId }: Lot) => payFrom !== undefined && transactionId === payFrom;
  const first = takeUpTo(lots.filter(isFirst), account.debt);
  const rest = takeUpTo(
    lots.filter((lot) => !isFirst(lot)),
    account.debt - sumOfUses(first),
  );
  const uses = [...first, ...rest];
  return [{ ...keyOf(account), contra: "merge", amount: -account.debt, uses, overdraws: true }];
};

/**
 * Takes a part of a debt back from the survivor who took it over: what `uses` give back to the survivor's lots, and the rest of what is
 * still owed. The victim owes it again, for what pays it next.
 */
export const postDebtBack = (
  book: LedgerBook,
  merge: PartyMerge,
  key: AccountKey,
  amount: Millipoints,
  uses: readonly LotUse[],
): void => {
  post(book, merge, "CustomerMerge", "survivor", [{ ...key, contra: "merge", amount, uses }]);
  post(book, merge, "CustomerMerge", "victim", [
    { ...key, contra: "merge", amount: -amount, overdraws: true },
  ]);
};

const post = (
  book: LedgerBook,
  merge: PartyMerge,
  eventName: string,
  side: "survivor" | "victim",
  postings: readonly Posting[],
): number => {
  const [partyId, otherPartyId] =
    side === "survivor" ? [merge.survivorId, merge.victimId] : [merge.victimId, merge.survivorId];
  const { eventNo } = book.post({
    partyId,
    eventId: merge.nextEventId(),
    eventName,
    bookedAt: merge.at,
    recordedAt: merge.at,
    tillId: merge.tillId,
    sourceProgramId: postings[0]!.programId,
    reference: {
      ...(merge.mergeId === null ? {} : { mergeId: merge.mergeId }),
      otherPartyId,
      reason: merge.reason,
      by: merge.by,
    },
    postings,
  });
  return eventNo;
};

/** A line of a merge as it was posted, with what it did to lots. */
export interface PostedLine extends AccountKey, LotKey {
  readonly partyId: number;
  readonly amount: Millipoints;
  /** It opened a lot. */
  readonly opened: boolean;
  readonly uses: readonly LotUse[];
}

/**
 * Whether a merge can be taken back now: neither ledger went on, nothing is held, and no expiry date of what moved was moved since.
 * A hold past its time holds nothing, written down or not. `lots` are those that the merge opened, and those of the victim that it closed.
 */
export const canUndoMerge = (
  parties: readonly PartyState[],
  { survivorId, victimId, at }: Pick<PartyMerge, "survivorId" | "victimId" | "at">,
  posted: MergePosted,
  lots: readonly Lot[],
  holds: readonly Hold[],
): boolean => {
  const count = (partyId: number) => parties.find((party) => party.partyId === partyId)?.eventCount;
  if (count(survivorId) !== posted.survivorEventCount || count(victimId) !== posted.victimEventCount)
    return false;
  if (holds.some((hold) => reservedBy(hold, at) > 0)) return false;
  const originals = new Map(
    lots.filter((lot) => lot.partyId === victimId).map((lot) => [`${lot.eventNo}/${lot.lineNo}`, lot]),
  );
  return lots.every((lot) => {
    // Lots that paid a debt may have come to the survivor too, by an earlier merge.
    const isMoved = lot.partyId === survivorId && posted.survivorEvents.includes(lot.eventNo);
    const from = isMoved ? lot.details?.fromLot : undefined;
    if (from === undefined) return true;
    const original = originals.get(`${from.eventNo}/${from.lineNo}`);
    return original?.expiresAt?.getTime() === lot.expiresAt?.getTime();
  });
};

/**
 * Takes a merge back with entries of its own, each the opposite of one of the merge's: what was taken for a debt is given back to
 * the survivor's lots, those that came from the victim are closed, and the victim's own are opened again. Both have exactly what
 * they had.
 */
export const postMergeUndo = (book: LedgerBook, merge: PartyMerge, lines: readonly PostedLine[]): void => {
  for (const side of ["survivor", "victim"] as const) {
    const partyId = side === "survivor" ? merge.survivorId : merge.victimId;
    const opposite = lines.filter((line) => line.partyId === partyId).map(inverse);
    // Credits first: lots that are given back stand ready for the debits that close them, and no debt is made that they would pay.
    const postings = [
      ...opposite.filter(({ amount }) => amount > 0),
      ...opposite.filter(({ amount }) => amount < 0),
    ];
    for (let start = 0; start < postings.length; start += LINES_AT_ONCE)
      post(book, merge, "CustomerMergeUndo", side, postings.slice(start, start + LINES_AT_ONCE));
  }
};

const inverse = (line: PostedLine): Posting => {
  const givenBack = line.uses.map(
    (use): LotUse => ({ ...use, amount: -use.amount, forEventNo: line.eventNo }),
  );
  const posting = { ...keyOf(line), contra: "merge" as const, amount: -line.amount };
  if (line.amount < 0) return { ...posting, uses: givenBack };
  const closed: LotUse[] = line.opened
    ? [{ eventNo: line.eventNo, lineNo: line.lineNo, amount: line.amount }]
    : [];
  return { ...posting, uses: [...givenBack, ...closed], overdraws: true };
};

/** How many event ids an undo takes at most. */
export const eventsOfUndo = (lines: number): number => 2 + Math.ceil(lines / LINES_AT_ONCE);
