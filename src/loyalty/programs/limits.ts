import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Instant, localDate, type Money, POINTS_SCALE, parseDateTime } from "#platform";
import { exact } from "./awards.ts";
import { DAY, dayText, monthDay, partsOf } from "./calendar.ts";
import { fits, type Problem } from "./problems.ts";

const Period = Type.Union([
  Type.Literal("daily"),
  Type.Literal("weekly"),
  Type.Literal("monthly"),
  Type.Literal("quarterly"),
  Type.Literal("half_yearly"),
  Type.Literal("yearly"),
]);
type Period = Static<typeof Period>;

/**
 * The most that purchases may earn (programs-and-rules.md §3.1). `counts`: the points given, the amount of bills that earns, or the
 * number of bills that earn. What is beyond is cut off, from the awards that come last.
 */
export const Limit = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    per: Type.Union([Type.Literal("transaction"), Type.Literal("customer")]),
    counts: Type.Union([
      Type.Literal("awarded"),
      Type.Literal("transaction_amount"),
      Type.Literal("transaction_count"),
    ]),
    currencyId: Type.Optional(Type.Integer({ minimum: 0, description: "0, the default, is points" })),
    value: Type.Number({ exclusiveMinimum: 0, maximum: 1e9 }),
    period: Type.Optional(Period),
    startsOn: Type.Optional(
      Type.String({
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description: "First day of a period; by default calendar days, weeks from Monday, months …",
      }),
    ),
    setIds: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 100,
        description: "Only what these sets of rules give counts and is cut; by default what all of them give",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Limit = Static<typeof Limit>;

/** As many as the documentation allows for transactions, and for all customers. */
const MOST_PER = { transaction: 10, customer: 10 } as const;

interface Defined {
  readonly limits?: readonly Limit[] | undefined;
  readonly currencies?: readonly { readonly id: number }[] | undefined;
  readonly activities: Readonly<Record<string, readonly { readonly id: string }[] | undefined>>;
}

/** What is wrong with limits whose shape is right. */
export const limitProblems = (
  { limits = [], currencies = [], activities }: Defined,
  moneyScale: number,
): Problem[] => {
  const problems: Problem[] = [];
  const ids = new Set<number>();
  const names = new Set<string>();
  const sets = new Set(Object.values(activities).flatMap((all) => (all ?? []).map(({ id }) => id)));
  for (const [index, limit] of limits.entries()) {
    const path = `limits[${index}]`;
    const name = limit.name.trim().toLowerCase();
    if (ids.has(limit.id)) problems.push({ path: `${path}.id`, message: `${limit.id} is used twice.` });
    if (name === "") problems.push({ path: `${path}.name`, message: "must not be blank." });
    else if (names.has(name))
      problems.push({ path: `${path}.name`, message: `${limit.name} is the name of another limit.` });
    ids.add(limit.id);
    names.add(name);
    problems.push(...termProblems(limit, path, moneyScale));
    const { currencyId = 0, setIds = [] } = limit;
    if (currencyId !== 0 && !currencies.some(({ id }) => id === currencyId))
      problems.push({ path: `${path}.currencyId`, message: `there is no currency ${currencyId}.` });
    for (const [place, id] of setIds.entries())
      if (!sets.has(id))
        problems.push({ path: `${path}.setIds[${place}]`, message: `there is no set of rules ${id}.` });
  }
  for (const per of ["transaction", "customer"] as const) {
    const count = limits.filter((limit) => limit.per === per).length;
    if (count > MOST_PER[per])
      problems.push({
        path: "limits",
        message: `has ${count} limits per ${per}; ${MOST_PER[per]} are the most.`,
      });
  }
  return problems;
};

const termProblems = (
  { per, counts, value, period, startsOn }: Limit,
  path: string,
  moneyScale: number,
): Problem[] => {
  const problems: Problem[] = [];
  if (per === "customer" && period === undefined)
    problems.push({ path: `${path}.period`, message: "is needed: after which time it begins anew." });
  if (per === "transaction" && period !== undefined)
    problems.push({ path: `${path}.period`, message: "belongs to limits per customer only." });
  if (per === "transaction" && counts === "transaction_count")
    problems.push({
      path: `${path}.counts`,
      message: "of transactions belongs to limits per customer only.",
    });
  if (startsOn !== undefined && period === undefined)
    problems.push({ path: `${path}.startsOn`, message: "belongs to limits with a period only." });
  if (startsOn !== undefined && parseDateTime(startsOn, { zone: "UTC" }) === null)
    problems.push({ path: `${path}.startsOn`, message: "is no day of the calendar." });
  const scale = SCALES[counts] ?? moneyScale;
  if (!fits(value, scale))
    problems.push({ path: `${path}.value`, message: "has more decimals than can be counted." });
  return problems;
};

/** Small units per whole; null: the currency's. */
const SCALES: Readonly<Record<Limit["counts"], number | null>> = {
  awarded: POINTS_SCALE,
  transaction_amount: null,
  transaction_count: 1,
};

/** A limit, ready to measure by. */
export interface CompiledLimit {
  /** Place among the program's limits; traces name it by that. */
  readonly index: number;
  readonly id: number;
  readonly name: string;
  readonly isPerCustomer: boolean;
  readonly counts: Limit["counts"];
  readonly currencyId: number;
  /** Thousandths of a point, small units of money, or a count. */
  readonly value: number | Money;
  readonly period: Period | null;
  /** First day of a period; null: by the calendar. */
  readonly startsOn: string | null;
  /** Places of the sets whose awards it counts; null: all. */
  readonly sets: ReadonlySet<number> | null;
}

export const compileLimits = (
  limits: readonly Limit[] | undefined,
  sets: ReadonlyMap<string, number>,
  moneyScale: number,
): readonly CompiledLimit[] =>
  (limits ?? []).map(({ id, name, per, counts, currencyId = 0, value, period, startsOn, setIds }, index) => ({
    index,
    id,
    name,
    isPerCustomer: per === "customer",
    counts,
    currencyId,
    value: exact(value, SCALES[counts] ?? moneyScale),
    period: period ?? null,
    startsOn: startsOn ?? null,
    sets: setIds === undefined ? null : new Set(setIds.map((setId) => sets.get(setId) ?? -1)),
  }));

const MONTHS: Readonly<Partial<Record<Period, number>>> = {
  monthly: 1,
  quarterly: 3,
  half_yearly: 6,
  yearly: 12,
};
/** 5 January 1970, a Monday. */
const FIRST_MONDAY = 4 * DAY;

/** The first day, YYYY-MM-DD, of the period in which an instant falls in the organisation's zone. */
export const periodBegin = ({ period, startsOn }: CompiledLimit, at: Instant, timeZone: string): string => {
  const day = localDate(at, timeZone);
  if (period === null) return day;
  const today = Date.parse(day);
  const months = MONTHS[period];
  if (months === undefined) {
    const length = period === "weekly" ? 7 : 1;
    const first = startsOn === null ? FIRST_MONDAY : Date.parse(startsOn);
    const begun = Math.floor((today - first) / (length * DAY));
    return dayText(first + begun * length * DAY);
  }
  const [year, month, date] = partsOf(startsOn ?? "2000-01-01");
  const [thisYear, thisMonth] = partsOf(day);
  const since = (thisYear - year) * 12 + thisMonth - month;
  let begun = Math.floor(since / months);
  if (monthDay(year, month + begun * months, date) > today) begun--;
  return dayText(monthDay(year, month + begun * months, date));
};
