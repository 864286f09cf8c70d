import { type Static, Type } from "@fastify/type-provider-typebox";
import { POINTS_SCALE, parseDateTime, QUANTITY_SCALE } from "#platform";
import type { Window } from "../trackers/windows.ts";
import { exact } from "./awards.ts";
import { fits, identityProblems, keptProblems, type Problem } from "./problems.ts";

const Id = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const strict = { additionalProperties: false };
const Value = Type.Number({ minimum: -1e9, maximum: 1e9 });

const ENTITIES = [
  "BILL_AMOUNT",
  "BILL_DISCOUNT",
  "BILL_GROSS_AMOUNT",
  "BILL_TOTAL_QTY",
  "LINEITEM_AMOUNT",
  "LINEITEM_COUNT",
  "LINEITEM_QTY",
  "CUSTOMER_VISITS",
  "POINTS",
  "ALTERNATE_CURRENCIES",
  "BILL_EXTENDED_FIELD",
  "LINEITEM_EXTENDED_FIELD",
] as const;
/** What is tracked (tiers.md §5.1). */
export type TrackedEntity = (typeof ENTITIES)[number];

const METHODS = [
  "MOVING_WINDOW",
  "CYCLIC_WINDOW",
  "CALENDAR_BASED_CYCLIC_WINDOW",
  "TIER_CHANGE_WINDOW",
] as const;
export type TrackerMethod = (typeof METHODS)[number];

const OPERATORS = ["==", ">", "<", ">=", "<="] as const;

export const TrackerCase = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    length: Type.Optional(Type.Integer({ minimum: 0, maximum: 3660, description: "Of the window" })),
    unit: Type.Optional(Type.Enum(["days", "months"])),
    aggregate: Type.Enum(["sum", "count"], {
      description: "The tracked values, or how often it was tracked",
    }),
    operator: Type.Optional(Type.Enum(OPERATORS)),
    value: Type.Optional(Value),
    modOf: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: "A multiple of it" })),
    between: Type.Optional(
      Type.Object({ from: Value, to: Value }, { ...strict, description: "Both included" }),
    ),
    mostForwards: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: "Of one member; the case is not looked at any more after so many",
      }),
    ),
    setId: Type.Optional(Type.String({ description: "The forwarded set that runs where the case holds" })),
  },
  strict,
);
export type TrackerCase = Static<typeof TrackerCase>;

/** Sums what a member does over windows of time: for rules, milestones and tiers. */
export const Tracker = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    entity: Type.Enum(ENTITIES),
    currencyId: Type.Optional(Type.Integer({ minimum: 1, description: "Of ALTERNATE_CURRENCIES" })),
    field: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "Of extended fields" })),
    method: Type.Enum(METHODS),
    startsOn: Type.Optional(
      Type.String({
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description: "First day of the cycles of a calendar-based window",
      }),
    ),
    cases: Type.Array(TrackerCase, { minItems: 1, maxItems: 20 }),
  },
  strict,
);
export type Tracker = Static<typeof Tracker>;

/** What is tracked once for the bill; the others are tracked by its lines. */
const isOfLines = (entity: TrackedEntity): boolean => entity.startsWith("LINEITEM_");
/** What is known once points were given. */
export const isOfPoints = (entity: TrackedEntity): boolean =>
  entity === "POINTS" || entity === "ALTERNATE_CURRENCIES";

/** Exact units per unit of what is tracked; of a case that counts, 1. */
export const scaleOfTracked = (
  { entity }: Pick<Tracker, "entity">,
  aggregate: "sum" | "count",
  moneyScale: number,
): number => {
  if (aggregate === "count") return 1;
  switch (entity) {
    case "BILL_AMOUNT":
    case "BILL_DISCOUNT":
    case "BILL_GROSS_AMOUNT":
    case "LINEITEM_AMOUNT":
      return moneyScale;
    case "BILL_TOTAL_QTY":
    case "LINEITEM_QTY":
      return QUANTITY_SCALE;
    case "LINEITEM_COUNT":
    case "CUSTOMER_VISITS":
      return 1;
    case "POINTS":
    case "ALTERNATE_CURRENCIES":
    case "BILL_EXTENDED_FIELD":
    case "LINEITEM_EXTENDED_FIELD":
      return POINTS_SCALE;
  }
};

/** Exact units per unit of the value of a case; thousandths where there is no such case. */
export const scaleOfCase = (
  trackers: readonly Tracker[] | undefined,
  trackerId: number,
  caseId: number,
  moneyScale: number,
): number => {
  const tracker = trackers?.find(({ id }) => id === trackerId);
  const found = tracker?.cases.find(({ id }) => id === caseId);
  return tracker === undefined || found === undefined
    ? POINTS_SCALE
    : scaleOfTracked(tracker, found.aggregate, moneyScale);
};

interface Defined {
  readonly trackers?: readonly Tracker[] | undefined;
  readonly currencies?: readonly { readonly id: number }[] | undefined;
  readonly activities: {
    readonly TransactionAdd: readonly { readonly id: string; readonly isForwarded?: boolean | undefined }[];
  };
}

/** Judges a field that is tracked: a sentence, or null. */
export type FieldCheck = (tracker: Tracker, field: string) => string | null;

/** What is wrong with trackers whose shape is right. */
export const trackerProblems = (
  { trackers = [], currencies = [], activities }: Defined,
  published: Pick<Defined, "trackers"> | null,
  moneyScale: number,
  checkField: FieldCheck,
): Problem[] => {
  const sets = new Map(activities.TransactionAdd.map((set) => [set.id, set]));
  return [
    ...identityProblems(trackers, "trackers"),
    ...keptProblems(trackers, published?.trackers ?? [], "trackers"),
    ...trackers.flatMap((tracker, index) => {
      const path = `trackers[${index}]`;
      const before = published?.trackers?.find(({ id }) => id === tracker.id);
      return [
        ...entityProblems(tracker, before, currencies, path, checkField),
        ...startProblems(tracker, path),
        ...identityProblems(tracker.cases, `${path}.cases`),
        ...tracker.cases.flatMap((item, place) => {
          const at = `${path}.cases[${place}]`;
          return [
            ...windowProblems(tracker.method, item, at),
            ...conditionProblems(tracker, item, at, moneyScale),
            ...forwardProblems(item, sets, at),
          ];
        }),
      ];
    }),
  ];
};

const entityProblems = (
  tracker: Tracker,
  before: Tracker | undefined,
  currencies: readonly { readonly id: number }[],
  path: string,
  checkField: FieldCheck,
): Problem[] => {
  const { entity, currencyId, field } = tracker;
  const problems: Problem[] = [];
  if (
    before !== undefined &&
    (before.entity !== entity || before.currencyId !== currencyId || before.field !== field)
  )
    problems.push({
      path: `${path}.entity`,
      message: "must stay what was published: what was tracked so far is of that. Make another tracker.",
    });
  if (entity !== "ALTERNATE_CURRENCIES" && currencyId !== undefined)
    problems.push({
      path: `${path}.currencyId`,
      message: "belongs to the entity ALTERNATE_CURRENCIES only.",
    });
  if (entity === "ALTERNATE_CURRENCIES" && !currencies.some(({ id }) => id === currencyId))
    problems.push({
      path: `${path}.currencyId`,
      message: currencyId === undefined ? "is needed." : `there is no currency ${currencyId}.`,
    });
  const hasField = entity.endsWith("_EXTENDED_FIELD");
  if (!hasField && field !== undefined)
    problems.push({ path: `${path}.field`, message: "belongs to extended fields only." });
  if (hasField) {
    const problem = field === undefined ? "is needed." : checkField(tracker, field);
    if (problem !== null) problems.push({ path: `${path}.field`, message: problem });
  }
  return problems;
};

const startProblems = ({ method, startsOn }: Tracker, path: string): Problem[] => {
  if (method !== "CALENDAR_BASED_CYCLIC_WINDOW")
    return startsOn === undefined
      ? []
      : [{ path: `${path}.startsOn`, message: "belongs to calendar-based windows only." }];
  if (startsOn === undefined)
    return [{ path: `${path}.startsOn`, message: "is needed: the day on which cycles begin." }];
  return parseDateTime(startsOn, { zone: "UTC" }) === null
    ? [{ path: `${path}.startsOn`, message: "is no day of the calendar." }]
    : [];
};

const windowProblems = (method: TrackerMethod, { length, unit }: TrackerCase, at: string): Problem[] => {
  if (method === "TIER_CHANGE_WINDOW")
    return (["length", "unit"] as const)
      .filter((name) => ({ length, unit })[name] !== undefined)
      .map((name) => ({ path: `${at}.${name}`, message: "belongs to windows with a length only." }));
  const problems: Problem[] = [];
  if (length === undefined) problems.push({ path: `${at}.length`, message: "is needed." });
  if (unit === undefined) problems.push({ path: `${at}.unit`, message: "is needed: days or months." });
  if (method === "CALENDAR_BASED_CYCLIC_WINDOW" && unit === "days")
    problems.push({ path: `${at}.unit`, message: "must be months: calendar-based cycles are of months." });
  if (length === 0 && !(method === "MOVING_WINDOW" && unit === "months"))
    problems.push({ path: `${at}.length`, message: "must be at least 1." });
  if (unit === "months" && length !== undefined && length > 120)
    problems.push({ path: `${at}.length`, message: "must be at most 120 months." });
  return problems;
};

const conditionProblems = (
  tracker: Tracker,
  { operator, value, modOf, between, aggregate, mostForwards, setId }: TrackerCase,
  at: string,
  moneyScale: number,
): Problem[] => {
  const problems: Problem[] = [];
  const kinds = [operator, modOf, between].filter((item) => item !== undefined).length;
  if (kinds > 1) problems.push({ path: at, message: "has one of operator, modOf and between, not several." });
  if (kinds === 0 && setId !== undefined)
    problems.push({ path: `${at}.operator`, message: "is needed: when the set runs." });
  if (kinds === 0 && mostForwards !== undefined)
    problems.push({ path: `${at}.mostForwards`, message: "belongs to cases with a condition only." });
  if ((operator === undefined) !== (value === undefined))
    problems.push({
      path: `${at}.${value === undefined ? "value" : "operator"}`,
      message: "is needed: operator and value go together.",
    });
  if (between !== undefined && between.from > between.to)
    problems.push({ path: `${at}.between.to`, message: "must be at least from." });
  const scale = scaleOfTracked(tracker, aggregate, moneyScale);
  const values = { value, modOf, "between.from": between?.from, "between.to": between?.to };
  for (const [name, number] of Object.entries(values))
    if (number !== undefined && !fits(Math.abs(number), scale))
      problems.push({ path: `${at}.${name}`, message: "has more decimals than can be counted." });
  return problems;
};

const forwardProblems = (
  { setId }: TrackerCase,
  sets: ReadonlyMap<string, { readonly isForwarded?: boolean | undefined }>,
  at: string,
): Problem[] => {
  if (setId === undefined) return [];
  const set = sets.get(setId);
  if (set === undefined) return [{ path: `${at}.setId`, message: `there is no set of rules ${setId}.` }];
  return set.isForwarded === true
    ? []
    : [{ path: `${at}.setId`, message: "runs by itself: only sets that wait for it can be forwarded to." }];
};

/** What a place in the workflow lets be tracked; `stages` are those in which the set may run. */
export const trackingProblem = (
  { entity, name }: Tracker,
  stages: ReadonlySet<string>,
  runsFor: "lines" | "tenders" | null,
): string | null => {
  const stage = isOfPoints(entity) ? "points_trackers" : "trackers";
  if ([...stages].some((other) => other !== stage))
    return `${name} can be evaluated only in sets of the stage ${stage} and those that they forward to.`;
  if (runsFor === "tenders" || (runsFor === "lines" && !isOfLines(entity)))
    return `${name} tracks ${isOfLines(entity) ? "lines" : "the bill as a whole"}: it cannot be evaluated for each ${
      runsFor === "lines" ? "line" : "payment"
    }.`;
  return null;
};

/** A case, ready to look at; values are in its exact units. */
export interface CompiledCase {
  /** Place among the tracker's cases; traces name it by that. */
  readonly index: number;
  readonly id: number;
  readonly name: string;
  readonly window: Window;
  readonly counts: boolean;
  readonly scale: number;
  /** Null: it has no condition, and forwards nowhere. */
  readonly holds: ((value: number) => boolean) | null;
  readonly mostForwards: number | null;
  /** Place of the set that it forwards to; null: none. */
  readonly set: number | null;
  readonly definition: TrackerCase;
}

export interface CompiledTracker {
  /** Place among the program's trackers; traces name it by that. */
  readonly index: number;
  readonly id: number;
  readonly name: string;
  readonly entity: TrackedEntity;
  readonly method: TrackerMethod;
  readonly currencyId: number;
  readonly field: string;
  /** Of what is summed. */
  readonly scale: number;
  readonly cases: readonly CompiledCase[];
}

/** Trackers that have no problems. */
export const compileTrackers = (
  trackers: readonly Tracker[] | undefined,
  sets: ReadonlyMap<string, number>,
  moneyScale: number,
): readonly CompiledTracker[] =>
  (trackers ?? []).map((tracker, index) => ({
    index,
    id: tracker.id,
    name: tracker.name,
    entity: tracker.entity,
    method: tracker.method,
    currencyId: tracker.currencyId ?? 0,
    field: tracker.field ?? "",
    scale: scaleOfTracked(tracker, "sum", moneyScale),
    cases: tracker.cases.map((item, place): CompiledCase => {
      const scale = scaleOfTracked(tracker, item.aggregate, moneyScale);
      return {
        index: place,
        id: item.id,
        name: item.name,
        window: windowOf(tracker, item),
        counts: item.aggregate === "count",
        scale,
        holds: conditionOf(item, scale),
        mostForwards: item.mostForwards ?? null,
        set: item.setId === undefined ? null : (sets.get(item.setId) ?? null),
        definition: item,
      };
    }),
  }));

const windowOf = (
  { method, startsOn = "2000-01-01" }: Tracker,
  { length = 0, unit = "days" }: TrackerCase,
): Window => {
  switch (method) {
    case "MOVING_WINDOW":
      return { kind: unit === "days" ? "moving_days" : "moving_months", length };
    case "CYCLIC_WINDOW":
      return { kind: "cyclic", length, unit };
    case "CALENDAR_BASED_CYCLIC_WINDOW":
      return { kind: "calendar", months: length, startsOn };
    case "TIER_CHANGE_WINDOW":
      return { kind: "tier_change" };
  }
};

const signed = (value: number, scale: number): number => Math.sign(value) * exact(Math.abs(value), scale);

const conditionOf = (
  { operator, value = 0, modOf, between }: TrackerCase,
  scale: number,
): CompiledCase["holds"] => {
  if (modOf !== undefined) {
    const unit = exact(modOf, scale);
    return (aggregate) => aggregate > 0 && aggregate % unit === 0;
  }
  if (between !== undefined) {
    const [from, to] = [signed(between.from, scale), signed(between.to, scale)];
    return (aggregate) => aggregate >= from && aggregate <= to;
  }
  if (operator === undefined) return null;
  const goal = signed(value, scale);
  switch (operator) {
    case "==":
      return (aggregate) => aggregate === goal;
    case ">":
      return (aggregate) => aggregate > goal;
    case "<":
      return (aggregate) => aggregate < goal;
    case ">=":
      return (aggregate) => aggregate >= goal;
    case "<=":
      return (aggregate) => aggregate <= goal;
  }
};
