import type {
  Action,
  Award,
  Limit,
  LimitPeriod,
  NamedTracker,
  Places,
  ProgramDefinition,
  Rule,
  RuleSet,
  Scope,
  Stage,
  Unroll,
} from "../../api/programs.ts";
import { counted, type Format } from "../../ui/format.ts";
import { dayText, rateOf, rateText } from "../program-words.ts";
import { actionsOf, type Branch, isAward, isForward } from "./actions.ts";
import type { Forwarding } from "./outline.ts";

type Words = Pick<Format, "number" | "money">;

export const STAGES: Record<Stage, string> = {
  start: "At the start",
  trackers: "With the trackers",
  points_trackers: "With the trackers of points",
  end: "At the end",
};

export const UNROLLS: Record<Unroll, string> = {
  lines: "Once for each line of the bill",
  tenders: "Once for each payment",
};

/** Names in a list: "A, B and C". */
export const joined = (names: readonly string[], word = "and"): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;

const SHOWN = 6;
/** Some of many codes, and how many more there are. */
const codes = (items: readonly string[]): string =>
  items.length <= SHOWN
    ? joined(items, "or")
    : `${items.slice(0, SHOWN - 1).join(", ")} or one of ${items.length - SHOWN + 1} more`;

/** A day, or a day and a time, of the organisation: "1 March 2026, 10:30". */
export const momentText = (moment: string): string => {
  const [day = "", time] = moment.split("T");
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day);
  return [isDay ? dayText(day) : day, ...(time === undefined ? [] : [time])].join(", ");
};

const placeTexts = (kind: string, { include, exclude }: Places = {}): string[] => [
  ...(include === undefined ? [] : [`in ${kind} ${codes(include)}`]),
  ...(exclude === undefined ? [] : [`not in ${kind} ${codes(exclude)}`]),
];

/** Where and when a set runs, in parts of a sentence; none where it runs everywhere and always. */
export const scopeTexts = ({ from, to, stores, zones, concepts, sources }: Scope): string[] => [
  ...(from === undefined ? [] : [`from ${momentText(from)}`]),
  ...(to === undefined ? [] : [`until ${to.includes("T") ? "" : "the end of "}${momentText(to)}`]),
  ...placeTexts("store", stores),
  ...placeTexts("zone", zones),
  ...placeTexts("concept", concepts),
  ...(sources === undefined ? [] : [`for bills from ${codes(sources)}`]),
];

/** When a set runs, in sentences. */
export const setTexts = (
  { stage = "start", isForwarded, scope = {}, unroll, useProportions }: RuleSet,
  from: readonly Forwarding[],
): string[] => {
  const scoped = scopeTexts(scope);
  return [
    ...(isForwarded ? [forwardedText(from)] : []),
    ...(stage === "start" ? [] : [`Runs ${STAGES[stage]?.toLowerCase() ?? stage}`]),
    ...(unroll === undefined ? [] : [`Runs ${UNROLLS[unroll]?.toLowerCase() ?? unroll}`]),
    ...(useProportions ? ["A line counts by its share of the bill’s amount"] : []),
    ...(scoped.length === 0 ? [] : [`Only ${joined(scoped)}`]),
  ];
};

const forwardedText = (from: readonly Forwarding[]): string => {
  if (from.length === 0) return "No rule forwards to it, so it never runs";
  const rules = from.map(({ rule, branch }) => `${rule} is ${branch === "actions" ? "true" : "not true"}`);
  return `Runs where ${joined([...new Set(rules)], "or")}`;
};

/** What an action that is no award does. */
export const otherActionText = (
  action: Action,
  sets: readonly RuleSet[],
  trackers: readonly NamedTracker[] = [],
): string => {
  if (action.type === "evaluate_tracker" && "trackerId" in action) {
    const name = trackers.find(({ id }) => id === action.trackerId)?.name;
    return `Adds to the tracker ${name ?? action.trackerId}`;
  }
  return isForward(action)
    ? `Goes on with ${sets.find(({ id }) => id === action.setId)?.name ?? `the set ${action.setId}, which is missing`}`
    : `${sentenceCase(action.type.replaceAll("_", " "))}: ${JSON.stringify(withoutType(action))}`;
};

/** What an award gives, in a few words: "2 % of the bill", "1 to 3 % of the bill by tier". */
export const awardText = (
  award: Award,
  { tiers, currencies = [] }: Pick<ProgramDefinition, "tiers" | "currencies">,
  words: Words,
): string => {
  const unit = currencies.find(({ id }) => id === award.currencyId)?.name;
  const text = (rate: number): string => rateText(award, rate, words, unit);
  const rates = [...new Set(tiers.map(({ number }) => rateOf(award, number)))];
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  const range = least === most ? text(most) : `${words.number(least)} to ${text(most)} by tier`;
  return award.strategy === "prorated_percent" ? range.replace(" %", " % of the bill") : range;
};

/** What a rule does, in a sentence. */
export const ruleText = (
  rule: Rule,
  definition: Pick<ProgramDefinition, "tiers" | "currencies"> & { readonly sets: readonly RuleSet[] },
  words: Words,
): string => {
  const told = (branch: Branch): string[] =>
    actionsOf(rule, branch).map((action) =>
      isAward(action)
        ? `gives ${awardText(action.award, definition, words)}`
        : isForward(action)
          ? `${otherActionText(action, definition.sets).replace("Goes", "goes")}`
          : action.type.replaceAll("_", " "),
    );
  const [then, otherwise] = [told("actions"), told("otherwise")];
  const parts = [
    ...(then.length === 0 ? [] : [joined(then)]),
    ...(otherwise.length === 0 ? [] : [`otherwise ${joined(otherwise)}`]),
  ];
  return parts.length === 0 ? "Does nothing yet" : sentenceCase(parts.join("; "));
};

const withoutType = ({ type: _, ...rest }: Action): object => rest;
export const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export const PERIODS: Record<LimitPeriod, string> = {
  daily: "Day",
  weekly: "Week",
  monthly: "Month",
  quarterly: "Quarter",
  half_yearly: "Half-year",
  yearly: "Year",
};

/** A limit in a sentence: "At most 500 points a month for each customer, from the set Weekend bonus." */
export const limitText = (
  { per, counts, currencyId = 0, value, period, startsOn, setIds }: Limit,
  { currencies = [], activities }: Pick<ProgramDefinition, "currencies" | "activities">,
  { number, money }: Words,
): string => {
  const unit = currencies.find(({ id }) => id === currencyId)?.name ?? counted(value, "point");
  const span = period === undefined ? "" : ` a ${(PERIODS[period] ?? period).toLowerCase()}`;
  const most = {
    awarded: `At most ${number(value)} ${unit}${span}`,
    transaction_amount: `At most ${money(value)} of purchases${span} earn`,
    transaction_count: `At most ${number(value)} ${counted(value, "purchase")}${span} earn${value === 1 ? "s" : ""}`,
  }[counts];
  const names = (setIds ?? []).map(
    (id) => activities.TransactionAdd.find((set) => set.id === id)?.name ?? id,
  );
  return [
    `${most} ${per === "customer" ? "for each customer" : "for one purchase"}`,
    ...(setIds === undefined ? [] : [`, from the ${counted(names.length, "set")} ${joined(names)}`]),
    ...(startsOn === undefined ? [] : [`, counted from ${momentText(startsOn)}`]),
    ".",
  ].join("");
};
