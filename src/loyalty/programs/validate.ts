import { Check } from "typebox/value";
import { type Catalogue, checkExpression } from "#expressions";
import { awardStrategyProblems } from "./award-strategies.ts";
import { awardProblems, lineKindProblems, ruleExpiryProblems } from "./awards.ts";
import { currencyProblems, type TakenCurrencies } from "./currencies.ts";
import { expiryProblems } from "./expiry.ts";
import { movementProblems } from "./movements.ts";
import { redemptionProblems } from "./redemption.ts";
import { type Problem, ProgramDefinition, type Rule } from "./schema.ts";
import { shapeProblems } from "./shape.ts";
import { tierMoveProblems } from "./tier-moves.ts";
import { tierStrategyProblems } from "./tier-problems.ts";

export interface ValidationContext {
  readonly moneyScale: number;
  readonly catalogue: Catalogue;
  /** The newest published version, whose tiers, currencies and strategies cannot go. */
  readonly published: ProgramDefinition | null;
  /** Absent: there are no other programs. */
  readonly takenCurrencies?: TakenCurrencies;
}

export type Validation =
  | { readonly definition: ProgramDefinition; readonly problems: readonly [] }
  | { readonly definition: null; readonly problems: readonly Problem[] };

/** Problems beyond this are not listed: whoever reads them fixes the first ones first. */
const MOST_PROBLEMS = 50;

/** Judges a definition as it would be published: its shape, how its parts fit together, and every condition. */
export const validateDefinition = (value: unknown, context: ValidationContext): Validation => {
  const problems = Check(ProgramDefinition, value)
    ? problemsOf(value, context)
    : shapeProblems(value, MOST_PROBLEMS);
  return problems.length === 0
    ? { definition: value as ProgramDefinition, problems: [] }
    : { definition: null, problems: problems.slice(0, MOST_PROBLEMS) };
};

const problemsOf = (definition: ProgramDefinition, context: ValidationContext): Problem[] => {
  const { moneyScale, published, takenCurrencies = new Map<number, string>() } = context;
  return [
    ...tierProblems(definition),
    ...tierStrategyProblems(definition, moneyScale),
    ...tierMoveProblems(definition, published),
    ...ruleProblems(definition, context),
    ...expiryProblems(definition, published),
    ...currencyProblems(definition, published, takenCurrencies),
    ...awardStrategyProblems(definition, published, moneyScale),
    ...redemptionProblems(definition, moneyScale),
    ...movementProblems(definition),
  ];
};

const tierProblems = ({ tiers }: ProgramDefinition): Problem[] => {
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
      problems.push(
        ...awardProblems(rule.award, `${path}.award`, definition, context.moneyScale),
        ...ruleExpiryProblems(rule.expiryStrategyId, path, definition),
      );
    });
  });
  const rules = definition.activities.TransactionAdd.flatMap((set) => set.rules);
  return [...problems, ...lineKindProblems(rules, "activities.TransactionAdd")];
};

const conditionProblems = (rule: Rule, path: string, { catalogue }: ValidationContext): Problem[] =>
  checkExpression(rule.condition, catalogue).problems.map(({ message, line, column, nearest }) => ({
    path: `${path}.condition`,
    message,
    line,
    column,
    ...(nearest === null ? {} : { nearest }),
  }));
