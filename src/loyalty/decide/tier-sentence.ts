import { POINTS_SCALE } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import { type CompiledCriterion, type CompiledTier, nextTier, tierNumbered } from "../tiers/rules.ts";
import type { Trace } from "./schema.ts";
import { listed, money, number, plural } from "./words.ts";

/** What a bill made of the member's tier, in one sentence. */
export const tierSentence = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return "The bill does not count towards a tier.";
  const { tiers, tierStrategy } = program;
  const { criteria } = tierStrategy;
  const values = trace.tierValues ?? [trace.lifetime];
  const after = tierNumbered(tiers, trace.tierAfter);
  if (trace.tierBefore !== undefined) {
    const before = tierNumbered(tiers, trace.tierBefore);
    if (after.number < before.number)
      return `The tier was looked at anew: moved down from ${before.name} to ${after.name}.`;
    return `${reachedWords(criteria, values, after, program)}: moved up from ${before.name}${earnedWords(trace, program, before, after)}.`;
  }
  const next = nextTier(tiers, after.number);
  const own = listed(criteria.map((criterion, index) => valueWords(criterion, values[index]!, program)));
  if (next === null) return `${after.name} is the highest tier; ${own}.`;
  return `Stays ${after.name} with ${ownWords(criteria, values, program)}. ${missingWords(criteria, values, next, program)}`;
};

const NAMES: Readonly<Record<CompiledCriterion["kind"], string>> = {
  lifetime_purchases: "lifetime purchases",
  current_points: "current points",
  lifetime_points: "lifetime points",
  visits: "visits",
  tracker: "a tracker",
};

const amountOf = ({ kind, scale }: CompiledCriterion, value: number, program: CompiledProgram): string => {
  if (kind === "lifetime_purchases") return money(value, program);
  if (kind === "visits") return plural(value, "visit");
  return kind === "tracker" ? number(value / scale) : plural(value / POINTS_SCALE, "point");
};

/** "lifetime purchases are 1,687.50 GBP". */
const valueWords = (criterion: CompiledCriterion, value: number, program: CompiledProgram): string =>
  `${NAMES[criterion.kind]} ${criterion.kind === "tracker" ? "is" : "are"} ${amountOf(criterion, value, program)}`;

/** "lifetime purchases of 1,687.50 GBP". */
const ofWords = (criterion: CompiledCriterion, value: number, program: CompiledProgram): string =>
  criterion.kind === "visits"
    ? amountOf(criterion, value, program)
    : `${NAMES[criterion.kind]} of ${amountOf(criterion, value, program)}`;

const ownWords = (
  criteria: readonly CompiledCriterion[],
  values: readonly number[],
  program: CompiledProgram,
): string => listed(criteria.map((criterion, index) => ofWords(criterion, values[index]!, program)));

const reachedWords = (
  criteria: readonly CompiledCriterion[],
  values: readonly number[],
  after: CompiledTier,
  program: CompiledProgram,
): string => {
  const own = ownWords(criteria, values, program);
  const sentence = `${own.charAt(0).toUpperCase()}${own.slice(1)}`;
  return criteria.length === 1
    ? `${sentence} reach the ${amountOf(criteria[0]!, after.threshold, program)} of ${after.name}`
    : `${sentence} reach ${after.name}`;
};

/** By which rate the bill earned that crossed the threshold. */
const earnedWords = (
  { late, split }: Trace,
  program: CompiledProgram,
  before: CompiledTier,
  after: CompiledTier,
): string => {
  if (late) return "";
  switch (program.tierStrategy.type) {
    case "eager":
      return "; this bill already earned by it";
    case "dynamic":
      if (split !== undefined)
        return `; ${money(split.at, program)} of this bill earned as ${before.name}, the rest as ${after.name}`;
  }
  return `; this bill still earned as ${before.name}`;
};

const missingWords = (
  criteria: readonly CompiledCriterion[],
  values: readonly number[],
  next: CompiledTier,
  program: CompiledProgram,
): string => {
  const gap = (index: number) => Math.max(0, next.thresholds[index]! - values[index]!);
  if (criteria.length > 1) {
    const gaps = criteria.map((criterion, index) => gapWords(criterion, gap(index), program));
    return `For ${next.name}: ${listed(gaps)}.`;
  }
  const [criterion] = criteria;
  const missing = amountOf(criterion!, gap(0), program);
  return criterion!.kind === "lifetime_purchases"
    ? `${missing} more of lifetime purchases make ${next.name}.`
    : `${missing} more ${gap(0) === criterion!.scale ? "makes" : "make"} ${next.name}.`;
};

const gapWords = (criterion: CompiledCriterion, gap: number, program: CompiledProgram): string =>
  gap === 0
    ? `${NAMES[criterion.kind]} suffice`
    : `${amountOf(criterion, gap, program)} more of ${NAMES[criterion.kind]}`;
