import { type CompiledProgram, type ToldRule, type Trace, toldRules } from "#loyalty";

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

const isOther = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);

/** A trace as it can be compared, however it was kept: what rules looked at is put back to each. */
interface ToldTrace extends Omit<Trace, "rules"> {
  readonly rules: readonly ToldRule[];
}

type Question = readonly [reason: Reason, differs: (recorded: ToldTrace, replayed: ToldTrace) => boolean];

const valuesOf = ({ rules, skipped, untold, used, raised }: ToldTrace) => [
  rules.map(({ i, u, o, v, problem }) => [i, u, o, v, problem]),
  skipped,
  untold,
  used,
  raised?.map((part) => [part.activity, part.skipped, part.untold]),
];
const pointsOf = ({ rules, split, tierValues }: ToldTrace) => [
  rules.map(({ i, p, r, l, n, b, k, a }) => [i, p, r, l, n, b, k, withoutDates(a)]),
  split,
  tierValues,
];
const withoutDates = (actions: ToldRule["a"]) =>
  actions?.map((action) => ("p" in action ? { ...action, e: undefined, c: undefined } : action));
const datesOf = ({ expiresAt, rules }: ToldTrace) => [expiresAt, rules.map(({ i, e, c, a }) => [i, e, c, a])];
const tiersOf = ({ tier, tierBefore, tierAfter, late }: ToldTrace) => [tier, tierBefore, tierAfter, late];

/** From what explains the most to what explains the least. */
const QUESTIONS: readonly Question[] = [
  ["blocked", (a, b) => a.blocked !== b.blocked],
  ["tier", (a, b) => isOther(tiersOf(a), tiersOf(b))],
  ["purchases", (a, b) => a.amount !== b.amount || a.lifetime !== b.lifetime],
  ["facts", (a, b) => isOther(valuesOf(a), valuesOf(b))],
  ["points", (a, b) => isOther(pointsOf(a), pointsOf(b))],
  ["dates", (a, b) => isOther(datesOf(a), datesOf(b))],
];

/**
 * Null: the bill is decided exactly as it was, all that rules looked at included. `program` is the version that decides it now; of one that
 * was recorded by another nothing more is compared. Pure.
 */
export const reasonOfDifference = (
  recorded: Trace | null,
  replayed: { readonly trace: Trace; readonly program: CompiledProgram } | null,
  isChangedBill: boolean,
): Reason | null => {
  if (recorded === null || replayed === null)
    return recorded === null && replayed === null ? null : "undecided";
  const { trace, program } = replayed;
  if (!isOther(recorded, trace)) return null;
  if (recorded.program !== trace.program) return "undecided";
  if (recorded.version !== trace.version) return "other_version";
  const [one, other] = [recorded, trace].map((item) => ({
    ...item,
    rules: [item, ...(item.raised ?? [])].flatMap((part) => toldRules(part, program)),
  }));
  const reason = QUESTIONS.find(([, differs]) => differs(one!, other!))?.[0] ?? null;
  return reason === "facts" && isChangedBill ? "changed_bill" : reason;
};
