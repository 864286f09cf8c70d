import { Check, Errors } from "typebox/value";
import { parseDecimal } from "#platform";
import type { Catalogue } from "../expressions/index.ts";
import { RATE_SCALE } from "./compile.ts";
import { checkExpression } from "./conditions.ts";
import { type Award, type Problem, ProgramDefinition, type Rule } from "./schema.ts";

export interface ValidationContext {
  readonly moneyScale: number;
  readonly catalogue: Catalogue;
  /** The newest published version, whose tiers cannot go. */
  readonly published: ProgramDefinition | null;
}

export type Validation =
  | { readonly definition: ProgramDefinition; readonly problems: readonly [] }
  | { readonly definition: null; readonly problems: readonly Problem[] };

/** Problems beyond this are not listed: whoever reads them fixes the first ones first. */
const MOST_PROBLEMS = 50;

/** Judges a definition as it would be published: its shape, how its parts fit together, and every condition. */
export const validateDefinition = (value: unknown, context: ValidationContext): Validation => {
  const problems = Check(ProgramDefinition, value) ? problemsOf(value, context) : shapeProblems(value);
  return problems.length === 0
    ? { definition: value as ProgramDefinition, problems: [] }
    : { definition: null, problems: problems.slice(0, MOST_PROBLEMS) };
};

const pathOf = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`),
      "",
    );

const CHOICES: readonly { readonly path: RegExp; readonly message: string }[] = [
  {
    path: /^expiry(\.|$)/,
    message:
      'must be {"kind": "never"} or {"kind": "months", "months": 1 to 1200, "endsWith": "month" or "day"}.',
  },
  { path: /\.strategy$/, message: "must be prorated_percent, fixed or step." },
  { path: /\.rounding$/, message: "must be floor, ceiling, half_up, half_down or half_even." },
  { path: /\.incompleteStep$/, message: "must be floor or ceiling." },
  { path: /^upgrade\.type$/, message: "must be lazy or eager." },
  { path: /^upgrade\.criterion$/, message: "must be lifetime_purchases." },
  { path: /\.basis$/, message: "must be bill_amount." },
  { path: /\.color$/, message: "must be a colour such as #c0c0c0." },
];

const shapeProblems = (value: unknown): Problem[] => {
  const found = new Map<string, Problem>();
  for (const { instancePath, message } of Errors(ProgramDefinition, value)) {
    const path = pathOf(instancePath);
    const choice = CHOICES.find((item) => item.path.test(path));
    const key = choice === undefined ? `${path} ${message}` : path.replace(/^expiry\..*/, "expiry");
    if (!found.has(key))
      found.set(key, { path: choice ? key : path, message: choice?.message ?? `${message}.` });
    if (found.size >= MOST_PROBLEMS) break;
  }
  return [...found.values()];
};

const problemsOf = (definition: ProgramDefinition, context: ValidationContext): Problem[] => [
  ...tierProblems(definition, context),
  ...ruleProblems(definition, context),
];

const tierProblems = (
  { tiers }: ProgramDefinition,
  { moneyScale, published }: ValidationContext,
): Problem[] => {
  const problems: Problem[] = [];
  const names = new Set<string>();
  tiers.forEach((tier, index) => {
    const path = `tiers[${index}]`;
    if (tier.number !== index + 1)
      problems.push({
        path: `${path}.number`,
        message: `must be ${index + 1}: tiers are numbered from the base up.`,
      });
    const name = tier.name.trim().toLowerCase();
    if (name === "") problems.push({ path: `${path}.name`, message: "must not be blank." });
    if (names.has(name))
      problems.push({ path: `${path}.name`, message: `${tier.name} is the name of another tier.` });
    names.add(name);
    const threshold = parseDecimal(tier.threshold, moneyScale);
    if (threshold === null) problems.push({ path: `${path}.threshold`, message: "is too large." });
    else if (threshold / moneyScale !== tier.threshold)
      problems.push({ path: `${path}.threshold`, message: "has more decimals than the currency can hold." });
    if (index === 0 && tier.threshold !== 0)
      problems.push({
        path: `${path}.threshold`,
        message: "must be 0: everyone has at least the base tier.",
      });
    const below = tiers[index - 1];
    if (below !== undefined && tier.threshold <= below.threshold)
      problems.push({
        path: `${path}.threshold`,
        message: `must be more than the ${below.threshold} of ${below.name}.`,
      });
  });
  if (published !== null && tiers.length < published.tiers.length)
    problems.push({
      path: "tiers",
      message: `must keep the ${published.tiers.length} published tiers: members may be in them. Tiers are only added above the last.`,
    });
  return problems;
};

const ruleProblems = (definition: ProgramDefinition, context: ValidationContext): Problem[] => {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  definition.activities.TransactionAdd.forEach((set, setIndex) => {
    const setPath = `activities.TransactionAdd[${setIndex}]`;
    if (seen.has(set.id)) problems.push({ path: `${setPath}.id`, message: `${set.id} is used twice.` });
    seen.add(set.id);
    set.rules.forEach((rule, index) => {
      const path = `${setPath}.rules[${index}]`;
      if (seen.has(rule.id)) problems.push({ path: `${path}.id`, message: `${rule.id} is used twice.` });
      seen.add(rule.id);
      problems.push(...conditionProblems(rule, path, context));
      problems.push(...awardProblems(rule.award, `${path}.award`, definition, context));
    });
  });
  return problems;
};

const conditionProblems = (rule: Rule, path: string, { catalogue }: ValidationContext): Problem[] =>
  checkExpression(rule.condition, catalogue).problems.map(({ nearest, ...problem }) => ({
    path: `${path}.condition`,
    ...problem,
    ...(nearest === null ? {} : { nearest }),
  }));

const awardProblems = (
  award: Award,
  path: string,
  { tiers }: ProgramDefinition,
  { moneyScale }: ValidationContext,
): Problem[] => {
  const problems: Problem[] = [];
  if ((award.allTiers === undefined) === (award.perTier === undefined))
    problems.push({ path, message: "needs either allTiers or perTier." });
  for (const { number, name } of award.perTier === undefined ? [] : tiers) {
    if (award.perTier?.[String(number)] === undefined)
      problems.push({ path: `${path}.perTier`, message: `has no value for tier ${number} (${name}).` });
  }
  const rates = award.perTier ?? (award.allTiers === undefined ? {} : { "": award.allTiers });
  for (const [tier, rate] of Object.entries(rates)) {
    const where = tier === "" ? `${path}.allTiers` : `${path}.perTier.${tier}`;
    if (tier !== "" && Number(tier) > tiers.length)
      problems.push({ path: where, message: `there is no tier ${tier}.` });
    if (award.strategy === "prorated_percent" && rate > MOST_PERCENT)
      problems.push({ path: where, message: `must be at most ${MOST_PERCENT} percent.` });
    if (parseDecimal(rate, RATE_SCALE)! / RATE_SCALE !== rate)
      problems.push({ path: where, message: "must have at most 4 decimals." });
  }
  if (award.strategy === "step") {
    const every = award.every === undefined ? null : parseDecimal(award.every, moneyScale);
    if (award.every === undefined)
      problems.push({ path: `${path}.every`, message: "is needed: the amount of one step." });
    else if (every === null || every === 0)
      problems.push({ path: `${path}.every`, message: "is no amount of the currency." });
  } else {
    for (const name of ["every", "incompleteStep"] as const)
      if (award[name] !== undefined)
        problems.push({ path: `${path}.${name}`, message: "belongs to the step strategy only." });
  }
  return problems;
};

/** A hundred points per currency unit. */
const MOST_PERCENT = 10_000;
