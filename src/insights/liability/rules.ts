import { POINTS } from "#ledger";
import { multiplyRatio, POINTS_SCALE } from "#platform";
import { errors } from "../errors.ts";
import { sumOf, timelineOf } from "../journal/rules.ts";
import type { AccountGroup, JournalSum } from "../journal/schema.ts";
import { firstOfMonth } from "../rules.ts";
import type { ExpirySum, GroupReport, Holdings, LiabilityQuery, Period, Worth } from "./schema.ts";

export const MOST_MONTHS = 120;
const USUAL_MONTHS = 12;

const monthOf = (day: string): string => day.slice(0, 7);
const firstDay = (month: string): string => `${month}-01`;

/** Months of a report, in order. Raises insights.future_month, months_reversed, too_many_months. */
export const monthsOf = ({ from, to }: LiabilityQuery, today: string): string[] => {
  const current = monthOf(today);
  if (to !== undefined && to > current) throw errors.future_month({ field: "to", value: to });
  if (from !== undefined && from > current) throw errors.future_month({ field: "from", value: from });
  const last = to ?? current;
  const first = from ?? monthOf(firstOfMonth(firstDay(last), 1 - USUAL_MONTHS));
  if (first > last) throw errors.months_reversed({ field: "from", from: first, to: last });
  const months: string[] = [];
  for (let month = first; month <= last; month = monthOf(firstOfMonth(firstDay(month), 1))) {
    if (months.length === MOST_MONTHS) throw errors.too_many_months({ field: "from", most: MOST_MONTHS });
    months.push(month);
  }
  return months;
};

/** What a program says one point is worth, in currency units; null for an alternate currency, which has no price. */
export type RatioOf = (group: AccountGroup) => number | null;

const RATIO_SCALE = 1_000_000;

/** Points in money, rounded half up to the minor unit. Sums beyond the exact range are told as closely as numbers can. */
export const worthOf = (points: number, ratio: number | null, moneyScale: number): Worth => {
  if (ratio === null) return null;
  const minorUnits = moneyScale / 100;
  const isExact = Math.abs(points) < 2 ** 53 && Math.abs(points * ratio * minorUnits) < 2 ** 52;
  return isExact
    ? multiplyRatio(
        points,
        Math.round(ratio * RATIO_SCALE) * minorUnits,
        POINTS_SCALE * RATIO_SCALE,
        "half_up",
      ) * 100
    : (points / POINTS_SCALE) * ratio * moneyScale;
};

/** The sum of worths; null when one of them is not known and has something to it. */
export const sumWorths = (worths: readonly Worth[]): Worth =>
  worths.reduce<Worth>((sum, worth) => (sum === null || worth === null ? null : sum + worth), 0);

export const isSame = (a: AccountGroup, b: AccountGroup): boolean =>
  a.programId === b.programId && a.currencyId === b.currencyId && a.category === b.category;

/** True for groups that the query asks for. */
export const isAsked = (query: LiabilityQuery, group: AccountGroup): boolean =>
  (query.programId === undefined || query.programId === group.programId) &&
  (query.currencyId === undefined || query.currencyId === group.currencyId) &&
  (query.category === undefined || query.category === group.category);

/** Account groups of sums and lots, each once: points before other currencies, regular before promised. */
export const groupsOf = (rows: readonly AccountGroup[]): AccountGroup[] => {
  const groups = new Map(
    rows.map(({ programId, currencyId, category }) => [
      `${programId}/${currencyId}/${category}`,
      { programId, currencyId, category },
    ]),
  );
  return [...groups.values()].sort(
    (a, b) => a.currencyId - b.currencyId || a.programId - b.programId || a.category - b.category,
  );
};

export interface GroupFacts {
  readonly sums: readonly JournalSum[];
  readonly lots: readonly ExpirySum[];
  readonly months: readonly string[];
  /** Whether the last month is the one under way. */
  readonly openEnd: boolean;
  readonly worth: (points: number) => Worth;
}

type GroupFigures = Pick<GroupReport, keyof Period | "months" | "now">;

/** An account group over the months of a report, and what it is at this moment. */
export const reportGroup = ({ sums, lots, months, openEnd, worth }: GroupFacts): GroupFigures => {
  const timeline = timelineOf(sums, months.map(firstDay), openEnd);
  const held = timeline.held.at(-1) ?? timeline.heldBefore;
  const heldNow = sums.reduce((sum, { credits, debits }) => sum + credits - debits, 0);
  const openLots = lots.reduce((sum, lot) => sum + lot.remaining, 0);
  return {
    heldBefore: timeline.heldBefore,
    movements: sumOf(timeline.parts),
    held,
    worth: worth(held),
    months: timeline.parts.map((movements, index) => ({
      heldBefore: timeline.held[index - 1] ?? timeline.heldBefore,
      movements,
      held: timeline.held[index]!,
      worth: worth(timeline.held[index]!),
    })),
    now: { held: heldNow, openLots, debt: openLots - heldNow, worth: worth(heldNow) },
  };
};

/** Periods of several groups as one. */
export const addPeriods = (periods: readonly Period[]): Period => ({
  heldBefore: periods.reduce((sum, { heldBefore }) => sum + heldBefore, 0),
  movements: sumOf(periods.map(({ movements }) => movements)),
  held: periods.reduce((sum, { held }) => sum + held, 0),
  worth: sumWorths(periods.map(({ worth }) => worth)),
});

export const addHoldings = (all: readonly Holdings[]): Holdings => ({
  held: all.reduce((sum, { held }) => sum + held, 0),
  openLots: all.reduce((sum, { openLots }) => sum + openLots, 0),
  debt: all.reduce((sum, { debt }) => sum + debt, 0),
  worth: sumWorths(all.map(({ worth }) => worth)),
});

/** Lots of several groups by the month in which they expire, those that never do last. */
export const addExpiry = (lots: readonly ExpirySum[], ratioOf: RatioOf, moneyScale: number) => {
  const months = [...new Set(lots.map(({ month }) => month))].sort((a, b) =>
    a === null ? 1 : b === null ? -1 : a < b ? -1 : 1,
  );
  return months.map((month) => {
    const due = lots.filter((lot) => lot.month === month);
    return {
      month,
      remaining: due.reduce((sum, { remaining }) => sum + remaining, 0),
      lots: due.reduce((sum, lot) => sum + lot.lots, 0),
      worth: sumWorths(due.map((lot) => worthOf(lot.remaining, ratioOf(lot), moneyScale))),
    };
  });
};

/** The currency of the totals: the one asked for, else points. */
export const currencyOf = ({ currencyId }: LiabilityQuery): number => currencyId ?? POINTS;
