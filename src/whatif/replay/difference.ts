import type { RuleTrace, Trace } from "#loyalty";

/** Why the version in force decides a bill otherwise today than it was recorded. */
export type Reason =
  | "undecided"
  | "other_version"
  | "blocked"
  | "tier"
  | "purchases"
  | "changed_bill"
  | "facts"
  | "points"
  | "dates";

/** What each reason means, as a sentence. */
export const REASON_SENTENCES: Readonly<Record<Reason, string>> = {
  undecided: "They were recorded when no version of this program decided bills.",
  other_version: "They were decided by another version than the one in force on their date now.",
  blocked: "Whether they count for loyalty at all is told differently now.",
  tier: "They earned by another tier than can be told from the history of tiers.",
  purchases: "Amounts that count, or the purchases before them, are told differently now.",
  changed_bill: "Fields of them were changed after they had been decided.",
  facts:
    "Facts of the member or the store that rules look at have changed since, or are counted differently after a merge.",
  points: "Points came out differently although rules saw the same.",
  dates: "Points expire or become regular on other dates than were recorded.",
};

type Question = readonly [reason: Reason, differs: (recorded: Trace, replayed: Trace) => boolean];

const valuesOf = ({ rules, skipped, untold, used }: Trace) => [
  rules.map(({ i, u, o, v, problem }: RuleTrace) => [i, u, o, v, problem]),
  skipped,
  untold,
  used,
];
const pointsOf = ({ rules }: Trace) =>
  rules.map(({ i, p, r, l, n, b, k, a }: RuleTrace) => [i, p, r, l, n, b, k, a]);
const tiersOf = ({ tier, tierBefore, tierAfter, late }: Trace) => [tier, tierBefore, tierAfter, late];
const measuresOf = ({ split, tierValues }: Trace) => [split, tierValues];
const isOther = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);

/** From what explains the most to what explains the least. */
const QUESTIONS: readonly Question[] = [
  ["undecided", (a, b) => a.program !== b.program],
  ["other_version", (a, b) => a.version !== b.version],
  ["blocked", (a, b) => a.blocked !== b.blocked],
  ["tier", (a, b) => isOther(tiersOf(a), tiersOf(b))],
  ["purchases", (a, b) => a.amount !== b.amount || a.lifetime !== b.lifetime],
  ["facts", (a, b) => isOther(valuesOf(a), valuesOf(b))],
  ["points", (a, b) => isOther(pointsOf(a), pointsOf(b)) || isOther(measuresOf(a), measuresOf(b))],
];

/** Null: the bill is decided exactly as it was, trace included. Pure. */
export const reasonOfDifference = (
  recorded: Trace | null,
  replayed: Trace | null,
  isChangedBill: boolean,
): Reason | null => {
  if (!isOther(recorded, replayed)) return null;
  if (recorded === null || replayed === null) return "undecided";
  const reason = QUESTIONS.find(([, differs]) => differs(recorded, replayed))?.[0] ?? "dates";
  return reason === "facts" && isChangedBill ? "changed_bill" : reason;
};
