import { type AccountKey, type Category, type Contra, POINTS, type Reference } from "#ledger";
import { type Instant, localDate } from "#platform";
import { isSame, sumWorths } from "../liability/rules.ts";
import type { Worth } from "../liability/schema.ts";
import type { ExpiringPoints, LineKind, StatementAccount, StatementLine } from "./schema.ts";

/** An entry as the journal has it. */
export interface EntryFacts extends AccountKey {
  readonly eventNo: number;
  readonly lineNo: number;
  readonly eventName: string;
  readonly bookedAt: Date;
  readonly contra: Contra;
  readonly amount: number;
  readonly balanceAfter: number;
  readonly tillId: number | null;
  readonly reference: Reference | null;
}

/** What credits and debits of each account of the program are called. */
const KINDS: Readonly<Record<Contra, readonly [credit: LineKind, debit: LineKind]>> = {
  opening: ["openingBalance", "openingBalance"],
  issued: ["earned", "deducted"],
  redeemed: ["redemptionReversed", "redeemed"],
  expired: ["expiryRestored", "expired"],
  returned: ["returnRestored", "returned"],
  adjusted: ["credited", "deducted"],
  transfer: ["transferIn", "transferOut"],
  conversion: ["conversionIn", "conversionOut"],
  merge: ["mergeIn", "mergeOut"],
};

export const kindOf = ({
  contra,
  amount,
  eventName,
  reference,
}: Pick<EntryFacts, "contra" | "amount" | "eventName"> &
  Partial<Pick<EntryFacts, "reference">>): LineKind => {
  if (contra === "issued" && amount > 0) {
    if (eventName === "TransactionAdd") return "purchase";
    if (eventName === "AllocateGoodwillPoints") return "granted";
    if (eventName === "BulkAllocatePoints" && reference?.promotionName !== undefined) return "campaign";
    // What was issued for a bill was earned with it.
    if (eventName === "BulkAllocatePoints" && reference?.transactionId === undefined) return "imported";
  }
  return KINDS[contra][amount > 0 ? 0 : 1];
};

/** Why points were granted, or by which campaign. */
const aboutOf = (kind: LineKind, reference: Reference | null): string | undefined => {
  if (kind === "granted") return reference?.reason;
  return kind === "campaign" ? reference?.promotionName : undefined;
};

/** Entries without those of merges that were undone within the month: both sides together moved nothing. */
const withoutUndone = (entries: readonly EntryFacts[]): readonly EntryFacts[] => {
  const mergesOf = (eventName: string) =>
    new Set(
      entries.flatMap((entry) => (entry.eventName === eventName ? (entry.reference?.mergeId ?? []) : [])),
    );
  const undone = mergesOf("CustomerMergeUndo");
  const merged = mergesOf("CustomerMerge");
  const cancels = (mergeId: number): boolean =>
    merged.has(mergeId) &&
    undone.has(mergeId) &&
    entries.reduce((sum, { reference, amount }) => sum + (reference?.mergeId === mergeId ? amount : 0), 0) ===
      0;
  const hidden = new Set([...undone].filter(cancels));
  return entries.filter(({ reference }) => !hidden.has(reference?.mergeId ?? 0));
};

const toldOf = (entry: EntryFacts): Pick<StatementLine, "kind" | "about"> => {
  const kind = kindOf(entry);
  const about = aboutOf(kind, entry.reference);
  return about === undefined ? { kind } : { kind, about };
};

const lineOf = (entry: EntryFacts, storeOf: (tillId: number) => string | null): StatementLine => ({
  at: entry.bookedAt.getTime(),
  ...toldOf(entry),
  billNumber: entry.reference?.transactionNumber ?? null,
  store: entry.tillId === null ? null : storeOf(entry.tillId),
  amount: entry.amount,
  balance: entry.balanceAfter,
});

/** An account as it is now, and what was booked on it after the month. */
export interface AccountFacts extends AccountKey {
  readonly balance: number;
  readonly movedLater: number;
}

export interface ExpiringFacts extends AccountKey {
  readonly expiresAt: Date;
  readonly remaining: number;
}

export interface MonthFacts {
  readonly accounts: readonly AccountFacts[];
  /** Of the month, in order. */
  readonly entries: readonly EntryFacts[];
  readonly expiring: readonly ExpiringFacts[];
}

export interface StatementNames {
  readonly program: (id: number) => string;
  /** Empty for points. */
  readonly currency: (id: number) => string;
  readonly storeOf: (tillId: number) => string | null;
  readonly worth: (account: AccountKey, points: number) => Worth;
}

/** Lots that end on the same local day, as one. */
const byDay = (lots: readonly ExpiringFacts[], timeZone: string): ExpiringPoints[] => {
  const days = new Map<string, { at: Instant; amount: number }>();
  for (const { expiresAt, remaining } of lots) {
    const at = expiresAt.getTime();
    const key = localDate(at, timeZone);
    const day = days.get(key);
    if (day === undefined) days.set(key, { at, amount: remaining });
    else day.amount += remaining;
  }
  return [...days.values()].sort((a, b) => a.at - b.at);
};

/** Regular points are shown even when there are none, so that a statement is never empty of figures. */
const isShown = ({ currencyId, category, opening, closing, lines }: StatementAccount): boolean =>
  (currencyId === POINTS && category === 1) || opening !== 0 || closing !== 0 || lines.length > 0;

/** The accounts of a statement: points before other currencies, programs and categories in their order. */
export const accountsOf = (
  { accounts, entries, expiring }: MonthFacts,
  names: StatementNames,
  timeZone: string,
): StatementAccount[] =>
  accounts
    .map((account) => {
      const { programId, currencyId, category, balance, movedLater } = account;
      // An opening balance of zero moves nothing.
      const mine = entries.filter((entry) => isSame(entry, account) && entry.amount !== 0);
      const closing = balance - movedLater;
      return {
        programId,
        programName: names.program(programId),
        currencyId,
        currencyName: names.currency(currencyId),
        category: category as Category,
        opening: closing - mine.reduce((sum, { amount }) => sum + amount, 0),
        lines: withoutUndone(mine).map((entry) => lineOf(entry, names.storeOf)),
        closing,
        expiring: byDay(
          expiring.filter((lot) => isSame(lot, account)),
          timeZone,
        ),
        worth: names.worth(account, closing),
      };
    })
    .filter(isShown)
    .sort((a, b) => a.currencyId - b.currencyId || a.programId - b.programId || a.category - b.category);

/** What accounts of points are worth together; null when a program does not say what its points are worth. */
export const worthOfAll = (accounts: readonly StatementAccount[]): Worth =>
  sumWorths(accounts.filter(({ currencyId }) => currencyId === POINTS).map(({ worth }) => worth));
