import type { CompiledProgram } from "../programs/compile.ts";
import type { CompiledCase, CompiledTracker, TrackedEntity } from "../programs/trackers.ts";
import type { CaseTrace, RuleTrace } from "./schema.ts";
import { listed, money, number, plural } from "./words.ts";

const MONEY: ReadonlySet<TrackedEntity> = new Set([
  "BILL_AMOUNT",
  "BILL_DISCOUNT",
  "BILL_GROSS_AMOUNT",
  "LINEITEM_AMOUNT",
]);

/** A value of what a tracker tracks, in its exact units. */
const valueWords = (tracker: CompiledTracker, value: number, program: CompiledProgram): string => {
  if (MONEY.has(tracker.entity)) return money(value, program);
  const units = value / tracker.scale;
  switch (tracker.entity) {
    case "POINTS":
      return plural(units, "point");
    case "ALTERNATE_CURRENCIES":
      return `${number(units)} ${program.currencies.get(tracker.currencyId)?.name ?? ""}`.trim();
    case "CUSTOMER_VISITS":
      return plural(units, "visit");
    case "LINEITEM_COUNT":
      return plural(units, "line");
    case "BILL_TOTAL_QTY":
    case "LINEITEM_QTY":
      return plural(units, "piece");
    default:
      return number(units);
  }
};

/** The aggregate of a case. */
export const aggregateWords = (
  tracker: CompiledTracker,
  { counts }: Pick<CompiledCase, "counts">,
  value: number,
  program: CompiledProgram,
): string => (counts ? plural(value, "time") : valueWords(tracker, value, program));

const OUTCOMES: Readonly<Record<CaseTrace[2], string>> = {
  0: "does not hold",
  1: "holds",
  2: "holds, but has forwarded as often as it may",
};

/** What trackers that a rule evaluated came to. */
export const trackerClauses = ({ a = [] }: RuleTrace, program: CompiledProgram): string[] =>
  a.flatMap((action) => {
    const tracker = "t" in action ? program.trackers[action.t] : undefined;
    if (!("t" in action) || tracker === undefined) return [];
    const cases = action.w.flatMap(([previous, current, outcome], index) => {
      const item = tracker.cases[index];
      if (item === undefined) return [];
      const [from, to] = [previous, current].map((value) => aggregateWords(tracker, item, value, program));
      const set = outcome === 1 && item.set !== null ? program.sets[item.set] : undefined;
      const judged = item.holds === null ? "" : ` and ${OUTCOMES[outcome]}`;
      return [
        `${item.name} goes from ${from} to ${to}${judged}${set === undefined ? "" : `: ${set.name} runs`}`,
      ];
    });
    return [`${tracker.name} tracks ${valueWords(tracker, action.v, program)}: ${listed(cases)}`];
  });
