import { catalogueAt, checkExpression, fromExpressionJson, print } from "#expressions";
import type { Organisation } from "#orgs";
import { type Body, isObject } from "#platform";
import { errors } from "./errors.ts";
import { amountOf, choiceOf, flagOf, listOf, nameOf, textOf, wholeOf } from "./parse-values.ts";
import type { Target, TargetEntity, TargetGroup, TargetStep, TargetType } from "./schema.ts";

export const MOST_TARGETS = 50;
const MOST_LEVELS = 10;
const MOST_SUB_TARGETS = 50;

const TYPES: Readonly<Record<TargetEntity, readonly TargetType[]>> = {
  TRANSACTION: ["QUANTITY", "SALES", "GROSS_SALES", "COUNT", "VISIT", "EXTENDED_FIELD"],
  LINEITEM: ["QUANTITY", "SALES", "GROSS_SALES", "COUNT", "VISIT", "EXTENDED_FIELD"],
  POINTS: ["REGULAR_POINTS", "PROMOTIONAL_POINTS", "ALL_POINTS"],
  ALTERNATE_CURRENCIES: ["REGULAR", "PROMOTIONAL", "ALL"],
};

/** What a target is told in, beside its ids. */
export type TargetInput = Omit<Target, "id" | "groupId" | "steps"> & {
  readonly steps: readonly Omit<TargetStep, "id">[];
};

export type GroupTerms = Pick<TargetGroup, "name" | "trackingType" | "evaluationType" | "periods">;

/** Reads a target of a group. Errors name the field and what it must be. */
export const parseTarget = (
  organisation: Organisation,
  group: GroupTerms,
  body: Body,
  path: string,
): TargetInput => {
  const at = (field: string) => `${path}.${field}`;
  const entity = entityOf(body.targetEntity, at("targetEntity"));
  const type = choiceOf(body.targetType, at("targetType"), TYPES[entity]);
  const steps = [...subTargetsOf(group, body, type, path), ...levelsOf(group, body, path)];
  return {
    name: nameOf(body.name, at("name")),
    description: textOf(body.description, at("description")),
    entity,
    type,
    currencyIdentifier:
      entity === "ALTERNATE_CURRENCIES"
        ? nameOf(body.alternateCurrencyIdentifier, at("alternateCurrencyIdentifier"))
        : null,
    extendedField:
      type === "EXTENDED_FIELD" ? fieldOf(organisation, entity, body, at("extendedFieldInfo")) : null,
    ...parseExpression(organisation, entity, body, path),
    filters: filtersOf(organisation, body, at("filters")),
    defaultValues: parseDefaults(group, body, path),
    enrolmentMethod: methodOf(group, body, at("enrolmentMethod")),
    isActive: flagOf(body.active, at("active"), true),
    steps,
  };
};

const entityOf = (value: unknown, field: string): TargetEntity => {
  const given = choiceOf(value, field, [
    "TRANSACTION",
    "LINEITEM",
    "POINTS",
    "REWARDS",
    "ALTERNATE_CURRENCIES",
    "EVENT",
  ] as const);
  if (given === "EVENT")
    throw errors.target_not_supported({
      field,
      value: given,
      reason: "targets follow bills, their lines, and the points and currencies that bills earn",
    });
  return given === "REWARDS" ? "POINTS" : given;
};

const fieldOf = (organisation: Organisation, entity: TargetEntity, body: Body, field: string) => {
  const info = body.extendedFieldInfo;
  if (!isObject(info)) throw errors.missing_target_field({ field });
  const name = nameOf(info.name, `${field}.name`);
  const scope = entity === "LINEITEM" ? "LINEITEM" : "TRANSACTION";
  const found = organisation.fields.find(
    (one) => one.kind === "extended" && one.scope === scope && one.name === name,
  );
  if (found === undefined)
    throw errors.bad_target_field({ field: `${field}.name`, expected: `an extended field of ${scope}` });
  const aggregateFunction = choiceOf(
    info.aggregateFunction,
    `${field}.aggregateFunction`,
    ["SUM", "COUNT"] as const,
    "SUM",
  );
  if (aggregateFunction === "SUM" && !["integer", "double"].includes(found.dataType))
    throw errors.bad_target_field({
      field: `${field}.aggregateFunction`,
      expected: `COUNT: ${name} is no number`,
    });
  return { name, aggregateFunction };
};

/** The condition of a target, as text or as the tree of the documented form. */
export const parseExpression = (
  organisation: Organisation,
  entity: TargetEntity,
  body: Body,
  path: string,
): Pick<Target, "expression" | "expressionJson"> => {
  const field = `${path}.expression`;
  const catalogue = catalogueAt(organisation, { activity: "TransactionAdd", lines: entity === "LINEITEM" });
  let text = textOf(body.expression, field).trim();
  if (text === "" && body.expressionJson !== undefined && body.expressionJson !== null)
    text = expressionOf(body.expressionJson, `${path}.expressionJson`);
  if (text === "") return { expression: "", expressionJson: null };
  const report = checkExpression(text, catalogue);
  const problem = report.problems[0];
  if (problem !== undefined) throw errors.bad_target_expression({ field, problem: problem.message });
  if (report.type !== "boolean")
    throw errors.bad_target_expression({ field, problem: "it must be a condition, true or false." });
  return { expression: text, expressionJson: body.expressionJson ?? null };
};

const expressionOf = (json: unknown, field: string): string => {
  const tree = typeof json === "string" ? jsonOf(json, field) : json;
  const read = fromExpressionJson(tree);
  if (read.ok) return print(read.tree);
  throw errors.bad_target_field({ field, expected: "a tree of the documented form" });
};

const jsonOf = (text: string, field: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw errors.bad_target_field({ field, expected: "JSON" });
  }
};

const filtersOf = (organisation: Organisation, body: Body, field: string): Target["filters"] =>
  listOf(body.filters, field, 20).map((filter, index) => {
    const path = `${field}[${index}]`;
    const entityType = choiceOf(filter.entityType, `${path}.entityType`, [
      "STORE",
      "ZONE",
      "CONCEPT",
    ] as const);
    const ids = filter.entityIds;
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > 5000)
      throw errors.bad_target_field({ field: `${path}.entityIds`, expected: "a list of 1 to 5000 ids" });
    const entityIds = ids.map((id) => {
      const found = organisation.entity(Number(id));
      if (found === null || found.type !== entityType)
        throw errors.bad_target_field({
          field: `${path}.entityIds`,
          expected: `ids of ${entityType}s; ${id} is none`,
        });
      return found.id;
    });
    return { entityType, entityIds };
  });

const methodOf = ({ evaluationType }: GroupTerms, body: Body, field: string): Target["enrolmentMethod"] => {
  const method = choiceOf(
    body.enrolmentMethod ?? body.enrollmentMethod,
    field,
    ["TRANSACTION", "IMPORT", "AUDIENCE_FILTER"] as const,
    "TRANSACTION",
  );
  if (method === "AUDIENCE_FILTER")
    throw errors.target_not_supported({
      field,
      value: method,
      reason: "there are no audiences; enrol members by call",
    });
  if (method === "IMPORT" && evaluationType === "PERIOD_AGNOSTIC_WINDOW")
    throw errors.bad_target_field({
      field,
      expected: "TRANSACTION: a target without periods is open to all",
    });
  return method;
};

/** What is to be reached: one value for all periods, or one for each of a fixed calendar. */
export const parseDefaults = (
  { evaluationType, trackingType, periods }: GroupTerms,
  body: Body,
  path: string,
): readonly number[] => {
  const field = `${path}.defaultValues`;
  const given = listOf(body.defaultValues, field, 100);
  if (given.length === 0) throw errors.missing_target_field({ field });
  const values = given.map((one, index) =>
    amountOf(one.defaultValue ?? one.value, `${field}[${index}].defaultValue`),
  );
  if (given.length === 1 || new Set(values).size === 1) return [values[0]!];
  if (evaluationType !== "FIXED_CALENDAR_WINDOW" || trackingType === "UNIFIED")
    throw errors.bad_target_field({ field, expected: "the same value for every period" });
  const byCycle = Array<number>(periods.length).fill(0);
  given.forEach((one, index) => {
    const key = one.periodId ?? one.refCode ?? one.periodRefCode ?? index + 1;
    const period = periods.find(
      ({ id, cycle, refCode }) =>
        id === Number(key) || refCode === key || (id === 0 && cycle === Number(key)),
    );
    if (period === undefined)
      throw errors.unknown_target_period({ field: `${field}[${index}].periodId`, value: String(key) });
    byCycle[period.cycle - 1] = values[index]!;
  });
  const missing = byCycle.indexOf(0);
  if (missing >= 0)
    throw errors.bad_target_field({
      field,
      expected: `a value for every period; ${periods[missing]!.refCode} has none`,
    });
  return byCycle;
};

const subTargetsOf = (
  { trackingType }: GroupTerms,
  body: Body,
  type: TargetType,
  path: string,
): Omit<TargetStep, "id">[] => {
  const field = `${path}.milestones`;
  const given = listOf(body.milestones ?? body.subTargets, field, MOST_SUB_TARGETS);
  if (given.length > 0 && trackingType === "UNIFIED")
    throw errors.bad_target_field({
      field,
      expected: "left out: targets that are combined have no sub-targets",
    });
  return given.map((one, index) => {
    const at = `${field}[${index}]`;
    const valueType = choiceOf(
      one.valueType,
      `${at}.valueType`,
      ["ABSOLUTE", "PERCENTAGE"] as const,
      "ABSOLUTE",
    );
    if (valueType === "PERCENTAGE" && type !== "SALES" && type !== "GROSS_SALES")
      throw errors.bad_target_field({
        field: `${at}.valueType`,
        expected: "ABSOLUTE: only amounts have percentages",
      });
    const value = amountOf(one.triggerValue ?? one.value, `${at}.triggerValue`);
    if (valueType === "PERCENTAGE" && value > 100)
      throw errors.bad_target_field({ field: `${at}.triggerValue`, expected: "100 percent at most" });
    return {
      kind: "sub_target",
      name: nameOf(one.triggerName ?? one.name, `${at}.triggerName`),
      valueType,
      value,
    };
  });
};

/** Levels of a streak: so many periods in which the target was reached. */
const levelsOf = (
  { name, trackingType, periods }: GroupTerms,
  body: Body,
  path: string,
): Omit<TargetStep, "id">[] => {
  const field = `${path}.streaks`;
  const given = listOf(body.streaks, field, MOST_LEVELS);
  const isStreak = trackingType === "STREAK" || trackingType === "NON_CONTINUOUS_STREAK";
  if (!isStreak && given.length > 0)
    throw errors.bad_target_field({ field, expected: "left out: the group is no streak" });
  if (isStreak && given.length === 0) throw errors.missing_target_field({ field });
  let before = 0;
  return given.map((one, index) => {
    const at = `${field}[${index}].targetCountOfSequence`;
    const value = wholeOf(one.targetCountOfSequence, at, [1, periods.length]);
    if (value <= before)
      throw errors.bad_target_field({ field: at, expected: "more than that of the level before" });
    before = value;
    const level =
      one.name === undefined ? `${name}_${index + 1}` : nameOf(one.name, `${field}[${index}].name`);
    return { kind: "streak", name: level, valueType: "COUNT", value };
  });
};
