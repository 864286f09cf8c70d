import type { Millipoints } from "#platform";

/** What parts of a report are long. */
export type Step = "day" | "month";

/** Which accounts a sum is over. */
export interface AccountGroup {
  readonly programId: number;
  /** 0 is points. */
  readonly currencyId: number;
  /** 1 regular, 2 promised, 3 trigger-based. */
  readonly category: number;
}

/** Entries of one kind in one part of a report; credits and debits as magnitudes. */
export interface JournalSum extends AccountGroup {
  readonly contra: string;
  /** First day of the part, YYYY-MM-DD; null for everything before the report begins. */
  readonly start: string | null;
  readonly credits: Millipoints;
  readonly debits: Millipoints;
}

/** Sums of one day, as they are kept. */
export interface DaySum extends AccountGroup {
  readonly contra: string;
  readonly day: string;
  readonly credits: Millipoints;
  readonly debits: Millipoints;
}

/** Up to which recording time an organisation's journal is summed. */
export interface Closing {
  readonly timeZone: string;
  readonly closedBefore: Date;
  readonly events: number;
}

export const MOVEMENTS = [
  "opening",
  "issued",
  "redeemed",
  "reversed",
  "expired",
  "returned",
  "adjusted",
  "transferredIn",
  "transferredOut",
  "convertedIn",
  "convertedOut",
  "mergedIn",
  "mergedOut",
] as const;
export type Movement = (typeof MOVEMENTS)[number];

/** How points moved. All add to what members hold or take from it as their names say; `adjusted` may do either. */
export type Movements = Record<Movement, Millipoints>;
