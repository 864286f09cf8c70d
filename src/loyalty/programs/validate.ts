import { Check } from "typebox/value";
import { type Catalogue, checkExpression, type Place } from "#expressions";
import { awardStrategyProblems } from "./award-strategies.ts";
import { currencyProblems, type TakenCurrencies } from "./currencies.ts";
import { expiryProblems } from "./expiry.ts";
import { limitProblems } from "./limits.ts";
import { movementProblems } from "./movements.ts";
import { redemptionProblems } from "./redemption.ts";
import { type Problem, ProgramDefinition, type Rule } from "./schema.ts";
import { shapeProblems } from "./shape.ts";
import { tierMoveProblems } from "./tier-moves.ts";
import { tierStrategyProblems } from "./tier-problems.ts";
import { trackerProblems } from "./trackers.ts";
import { workflowProblems } from "./workflow-problems.ts";

export interface ValidationContext {
  readonly moneyScale: number;
  /** What conditions at a place may name. */
  readonly catalogue: (place: Place) => Catalogue;
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
    ...limitProblems(definition, moneyScale),
    ...trackerProblems(definition, published, moneyScale, ({ entity }, field) =>
      fieldProblem(entity, field, context),
    ),
    ...redemptionProblems(definition, moneyScale),
    ...movementProblems(definition),
  ];
};

/** Extended fields are known by the language: what compares with a number is one. */
const fieldProblem = (entity: string, field: string, { catalogue }: ValidationContext): string | null => {
  const isOfLine = entity === "LINEITEM_EXTENDED_FIELD";
  const profile = isOfLine ? "currentLineItem" : "currentTxn";
  const place: Place = { activity: "TransactionAdd", ...(isOfLine ? { lines: true } : {}) };
  const known = /^\w+$/.test(field)
    ? checkExpression(`${profile}.extField_${field} >= 0`, catalogue(place)).problems.length === 0
    : false;
  return known ? null : `there is no extended field ${field} that holds numbers.`;
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

const ruleProblems = (definition: ProgramDefinition, context: ValidationContext): Problem[] =>
  workflowProblems(
    definition.activities,
    { ...definition, moneyScale: context.moneyScale },
    (rule, path, place) => conditionProblems(rule, path, context.catalogue(place)),
  );

const conditionProblems = (rule: Rule, path: string, catalogue: Catalogue): Problem[] =>
  checkExpression(rule.condition, catalogue).problems.map(({ message, line, column, nearest }) => ({
    path: `${path}.condition`,
    message,
    line,
    column,
    ...(nearest === null ? {} : { nearest }),
  }));
