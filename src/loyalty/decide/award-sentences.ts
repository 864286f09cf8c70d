import { type Instant, POINTS_SCALE, type Rounding } from "#platform";
import { type CompiledAward, RATE_SCALE, rateAt, stepsIn } from "../programs/awards.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import { tierNumbered } from "../tiers/rules.ts";
import type { AwardTrace, Trace } from "./schema.ts";
import type { ToldAward } from "./told.ts";
import { dayOf, money, number, plural } from "./words.ts";

const ROUNDED: Readonly<Record<Rounding, string>> = {
  floor: "rounded down",
  ceiling: "rounded up",
  half_up: "rounded half up",
  half_down: "rounded half down",
  half_even: "rounded half to even",
};

/** What an award gives, with its currency and category: "3 promised points", "2 Stamps". */
export const givenWords = (
  { currency, category }: Pick<CompiledAward, "currency" | "category">,
  amount: number,
): string => {
  const promised = category === "promised" ? "promised " : "";
  const given =
    currency === null ? plural(amount, `${promised}point`) : `${number(amount)} ${promised}${currency.name}`;
  return category === "trigger_based" ? `${given} on hold for an event` : given;
};

/** When what a rule gave expires. */
export const expiryIn = ({ e }: AwardTrace, { expiresAt }: Trace): Instant | null =>
  e === undefined ? expiresAt : e;

/** How a rule that fired came to its award. */
export const awardClauses = (
  { award, trace: rule }: ToldAward,
  trace: Trace,
  program: CompiledProgram,
): string[] => {
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const clauses = trace.late
    ? [`the bill is dated before the newest tier change, so it earns by the tier of its date, ${tier}`]
    : [];
  if (rule.n !== undefined) return [...clauses, reasonClause(rule.n, award)];
  const limited = limitClauses(award, rule, program);
  if (rule.b === 0 && limited.length > 0) return [...clauses, ...limited];
  if (trace.amount <= 0) return [...clauses, "a bill of zero earns nothing"];
  if (rule.b !== undefined && rule.b <= 0) return [...clauses, "an amount of zero earns nothing"];
  const raw = rule.r;
  const isCut = rule.k !== undefined && program.limits[rule.k[0]]?.counts === "awarded";
  const points = (isCut ? rule.k![1] : rule.p) / POINTS_SCALE;
  // A percentage says how it was rounded even when nothing was lost: the next bill may differ.
  const isRounded = award.strategy === "prorated_percent" || raw !== points;
  const byLines = award.basis === "lines" && rule.b === undefined;
  const each = byLines ? "each " : "";
  const rounding = isRounded
    ? `, ${each}${ROUNDED[award.rounding]} to ${number(points)}${each && " in all"}`
    : "";
  const reckoned = isSplit(award, trace) ? splitReckoning : byLines ? lineReckoning : reckoning;
  const split =
    rule.l !== undefined && award.basis === "proportions"
      ? `, split over ${plural(rule.l.length, "line")} by their amounts`
      : "";
  return [
    ...clauses,
    reckoned(award, rule, trace, program) +
      rounding +
      split +
      (limited.length > 0 ? "" : expiryClause(points, expiryIn(rule, trace), program)),
    ...limited,
    ...categoryClauses(award, rule, rule.p / POINTS_SCALE, program),
  ];
};

const PERIODS: Readonly<Record<string, string>> = {
  daily: "a day",
  weekly: "a week",
  monthly: "a month",
  quarterly: "a quarter",
  half_yearly: "half a year",
  yearly: "a year",
};

/** What a limit cut off an award. */
const limitClauses = (award: CompiledAward, { k, p, b }: AwardTrace, program: CompiledProgram): string[] => {
  const limit = k === undefined ? undefined : program.limits[k[0]];
  if (k === undefined || limit === undefined) return [];
  const { counts, value, name, period } = limit;
  const per = period === null ? "for each bill" : PERIODS[period];
  if (counts === "awarded") {
    const most = unitOf(award, value / POINTS_SCALE);
    return [
      `the limit ${name} (${most} ${per}) leaves ${number(p / POINTS_SCALE)} of ${number(k[1] / POINTS_SCALE)}`,
    ];
  }
  if (counts === "transaction_count")
    return [`the limit ${name} (${plural(value, "bill")} ${per}) leaves nothing`];
  return [
    `the limit ${name} (${money(value, program)} ${per}) lets ${money(b ?? 0, program)} of ${money(k[1], program)} earn`,
  ];
};

const reasonClause = (reason: NonNullable<AwardTrace["n"]>, { currency }: CompiledAward): string =>
  reason === "no_lines"
    ? "the bill has no lines to award"
    : `${currency?.name ?? "the currency"} is not given on the day of the bill`;

const unitOf = ({ currency }: CompiledAward, amount: number): string =>
  currency === null ? plural(amount, "point") : `${number(amount)} ${currency.name}`;

const isTieredAward = ({ rates }: CompiledAward): boolean => rates.some((other) => other !== rates[0]);

/** Whether parts of the bill earned at different rates. */
const isSplit = (award: CompiledAward, { split }: Trace): boolean =>
  split !== undefined && award.of === "amount" && award.strategy !== "fixed" && isTieredAward(award);

/** How the points of a bill come about whose parts earn by two tiers. */
const splitReckoning = (
  award: CompiledAward,
  { r, b }: AwardTrace,
  { amount, tier, split }: Trace,
  program: CompiledProgram,
): string => {
  const { at, tier: second } = split!;
  // Of a part of the bill: which of it lies on which side is not kept.
  if (b !== undefined) {
    const [first, next] = [tier, second].map((one) => tierNumbered(program.tiers, one).name);
    return `${money(b, program)} by the rates of ${first} up to the upgrade and ${next} from it = ${unitOf(award, r)}`;
  }
  const part = (size: number, tierNumber: number) => {
    const rate = number(rateAt(award, tierNumber) / RATE_SCALE);
    const by = tierNumbered(program.tiers, tierNumber).name;
    return award.strategy === "prorated_percent"
      ? `${money(size, program)} × ${rate} % (${by})`
      : `${money(size, program)} at ${rate} for every ${money(award.every, program)} (${by})`;
  };
  return `${part(at, tier)} and ${part(amount - at, second)} = ${unitOf(award, r)}`;
};

/** The rate and the tier, the latter where the rate depends on it. */
const rateOf = (award: CompiledAward, trace: Trace, program: CompiledProgram) => {
  const isTiered = isTieredAward(award);
  return {
    rate: rateAt(award, trace.tier) / RATE_SCALE,
    by: isTiered ? ` (${tierNumbered(program.tiers, trace.tier).name})` : "",
  };
};

const ofWords: Readonly<Record<Exclude<CompiledAward["of"], "amount">, string>> = {
  tracked: "the tracked value",
  current_aggregate: "the aggregate",
  previous_aggregate: "the aggregate before",
};

/** How the points before rounding come about. */
const reckoning = (
  award: CompiledAward,
  rule: AwardTrace,
  trace: Trace,
  program: CompiledProgram,
): string => {
  const { rate, by } = rateOf(award, trace, program);
  const base = rule.b ?? trace.amount;
  const amount =
    award.of === "amount"
      ? money(base, program)
      : `${ofWords[award.of]} ${number(base / program.moneyScale)}`;
  const total = unitOf(award, rule.r);
  if (award.strategy === "prorated_percent") return `${amount} × ${number(rate)} %${by} = ${total}`;
  if (award.strategy === "fixed") return `${unitOf(award, rate)} whatever the amount${by}`;
  const steps = stepsIn(award, base);
  const held = award.incompleteStep === "floor" ? "holds" : "begins";
  const every = money(award.every, program);
  return `${amount} ${held} ${plural(steps, "step")} of ${every}: ${number(steps)} × ${number(rate)}${by} = ${total}`;
};

/** The same for lines, each of which is reckoned by itself. */
const lineReckoning = (
  award: CompiledAward,
  { r, l = [] }: AwardTrace,
  trace: Trace,
  program: CompiledProgram,
): string => {
  const { rate, by } = rateOf(award, trace, program);
  const lines = l.length === 1 ? "1 line" : `each of ${plural(l.length, "line")}`;
  const total = `${unitOf(award, r)} in all`;
  if (award.strategy === "prorated_percent")
    return `${number(rate)} %${by} of the amount of ${lines} = ${total}`;
  if (award.strategy === "fixed") return `${unitOf(award, rate)}${by} for ${lines} = ${total}`;
  const step = award.incompleteStep === "floor" ? "full" : "begun";
  return `${unitOf(award, rate)}${by} for every ${step} ${money(award.every, program)} of ${lines} = ${total}`;
};

const expiryClause = (points: number, expiresAt: Instant | null, program: CompiledProgram): string => {
  if (points === 0) return "";
  const they = points === 1 ? "it" : "they";
  if (expiresAt === null) return `; ${they} never expire${points === 1 ? "s" : ""}`;
  return `; ${they} expire${points === 1 ? "s" : ""} on ${dayOf(expiresAt, program)}`;
};

/** What has to happen before the award can be spent. */
const categoryClauses = (
  { category, basis, delay }: CompiledAward,
  { c, l = [] }: AwardTrace,
  points: number,
  program: CompiledProgram,
): string[] => {
  if (points === 0 || category === "regular") return [];
  const they = points === 1 ? "it becomes" : "they become";
  if (category === "trigger_based")
    return [`${they} regular when the event comes that releases ${points === 1 ? "it" : "them"}`];
  const day = c === undefined ? "its day" : dayOf(c, program);
  const varies = delay?.returnableDays === true && basis !== "bill" && l.length > 1;
  return [varies ? `${they} regular line by line, the last on ${day}` : `${they} regular on ${day}`];
};
