import { type Static, type TSchema, Type } from "@fastify/type-provider-typebox";
import { endOfDayAfterMonths, type Instant, localTime, startOfDay } from "#platform";
import { identityProblems, keptProblems, type Problem, TIER_NUMBER, tierNumberProblems } from "./problems.ts";

const strict = { additionalProperties: false } as const;
const Months = Type.Integer({ minimum: 1, maximum: 1200 });
const Days = Type.Integer({ minimum: 1, maximum: 36_500 });
const EndsWith = Type.Union([Type.Literal("month"), Type.Literal("day")], {
  description: "Points live to the end of the resulting month, or of the same day in it",
});

const Never = Type.Object({ kind: Type.Literal("never") }, strict);
const AfterMonths = Type.Object({ kind: Type.Literal("months"), months: Months, endsWith: EndsWith }, strict);
const AfterDays = Type.Object({ kind: Type.Literal("days"), days: Days }, strict);
const FixedDate = Type.Object(
  {
    kind: Type.Literal("fixed_date"),
    month: Type.Integer({ minimum: 1, maximum: 12 }),
    day: Type.Integer({ minimum: 1, maximum: 31 }),
    years: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: "Years after the next such day; 0 by default" }),
    ),
  },
  strict,
);
const Rolling = Type.Object(
  {
    kind: Type.Literal("rolling"),
    months: Type.Optional(Months),
    days: Type.Optional(Days),
    endsWith: EndsWith,
    maximumDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 36_500, description: "Days from the award that nothing outlives" }),
    ),
  },
  strict,
);
const RegistrationDate = Type.Object({ kind: Type.Literal("registration_date") }, strict);

const TierEnd = Type.Object({ kind: Type.Literal("tier_end") }, strict);

const SIMPLE = [Never, AfterMonths, AfterDays, FixedDate, Rolling, RegistrationDate] as const;
const SimpleExpiry = Type.Union([...SIMPLE]);
/** How long points live, the same for all tiers. */
export type SimpleExpiry = Static<typeof SimpleExpiry>;

const PerTier = Type.Object(
  {
    kind: Type.Literal("per_tier"),
    tiers: Type.Record(Type.String({ pattern: TIER_NUMBER }), SimpleExpiry, {
      description: "One of the other kinds by the number of the tier that earns",
    }),
  },
  strict,
);

export const Expiry = Type.Union([...SIMPLE, TierEnd, PerTier]);
export type Expiry = Static<typeof Expiry>;

/** The program's own expiry has this id among its strategies. */
export const DEFAULT_EXPIRY = 1;

const identity = {
  id: Type.Integer({ minimum: 2, maximum: 1_000_000 }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
};
/** Another expiry than the program's own, for rules, currencies and calls that name it. */
export type ExpiryStrategy = Expiry & { id: number; name: string };
export const ExpiryStrategy = Type.Unsafe<ExpiryStrategy>(
  Type.Union(
    [...SIMPLE, TierEnd, PerTier].map((kind) => Type.Object({ ...identity, ...kind.properties }, strict)),
  ),
);

/** The shape that a value means to have, by its kind; null when it names none. */
export const shapeOfExpiry = (value: unknown, place: "program" | "strategy" | "tier"): TSchema | null => {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const kinds = place === "tier" ? SIMPLE : [...SIMPLE, TierEnd, PerTier];
  const shape = kinds.find((item) => item.properties.kind.const === kind);
  if (shape === undefined) return null;
  return place === "strategy" ? Type.Object({ ...identity, ...shape.properties }, strict) : shape;
};

const SIMPLE_KINDS = "never, months, days, fixed_date, rolling or registration_date";
/** What a value of no kind is told. */
export const kindsOfExpiry = (place: "program" | "strategy" | "tier"): string =>
  `needs a kind: ${place === "tier" ? SIMPLE_KINDS : `${SIMPLE_KINDS.replace(" or ", ", ")}, tier_end or per_tier`}.`;

interface Defined {
  readonly tiers: readonly { readonly number: number; readonly name: string }[];
  readonly expiry: Expiry;
  readonly expiryStrategies?: readonly ExpiryStrategy[] | undefined;
}

/** What is wrong with the expiries of a definition whose shape is right. */
export const expiryProblems = (definition: Defined, published: Defined | null): Problem[] => {
  const strategies = definition.expiryStrategies ?? [];
  return [
    ...kindProblems(definition.expiry, "expiry", definition),
    ...strategies.flatMap((item, index) => kindProblems(item, `expiryStrategies[${index}]`, definition)),
    ...identityProblems(strategies, "expiryStrategies"),
    ...keptProblems(strategies, published?.expiryStrategies ?? [], "expiryStrategies"),
  ];
};

const kindProblems = (expiry: Expiry, path: string, { tiers }: Defined): Problem[] => {
  if (expiry.kind === "tier_end") return [];
  if (expiry.kind !== "per_tier") return simpleProblems(expiry, path);
  const missing = tiers.filter(({ number }) => expiry.tiers[String(number)] === undefined);
  return [
    ...missing.map(({ number, name }) => ({
      path: `${path}.tiers`,
      message: `has no expiry for tier ${number} (${name}).`,
    })),
    ...tierNumberProblems(Object.keys(expiry.tiers), tiers.length, `${path}.tiers`),
    ...Object.entries(expiry.tiers).flatMap(([number, item]) =>
      simpleProblems(item, `${path}.tiers.${number}`),
    ),
  ];
};

/** Days of the longest February. */
const LEAP_YEAR = 2024;

const simpleProblems = (expiry: SimpleExpiry, path: string): Problem[] => {
  if (expiry.kind === "fixed_date") {
    const last = lastDayOf(LEAP_YEAR, expiry.month);
    return expiry.day <= last
      ? []
      : [{ path: `${path}.day`, message: `must be at most ${last} in that month.` }];
  }
  if (expiry.kind !== "rolling") return [];
  const problems: Problem[] = [];
  if ((expiry.months === undefined) === (expiry.days === undefined))
    problems.push({ path, message: "needs either months or days." });
  if (expiry.days !== undefined && expiry.endsWith === "month")
    problems.push({ path: `${path}.endsWith`, message: "must be day when the period is counted in days." });
  return problems;
};

/** What a program knows of expiry: strategies by id, its own as DEFAULT_EXPIRY. */
export interface Expiries {
  readonly expiries: ReadonlyMap<number, Expiry>;
}

export const compileExpiries = ({ expiry, expiryStrategies = [] }: Defined): ReadonlyMap<number, Expiry> =>
  new Map<number, Expiry>([
    [DEFAULT_EXPIRY, expiry],
    ...expiryStrategies.map((item) => [item.id, item] as const),
  ]);

/** An award, as far as its expiry depends on it. */
export interface ExpiryMoment {
  /** From when the period counts: the activity's own time. */
  readonly at: Instant;
  /** A date that is not after this one gives way to a week later. */
  readonly now: Instant;
  /** Number of the tier that earns. */
  readonly tier: number;
  /** When the member joined the program. */
  readonly joinedAt: Instant;
  /** When points end that live as long as the member's tier (`pointsEndWithTier`); null or absent: never. */
  readonly tierEndsAt?: Instant | null;
  readonly timeZone: string;
}

export interface ExpiryDate {
  /** The last second; null: never. */
  readonly expiresAt: Instant | null;
  /** Later activities of the member move it. */
  readonly rolls: boolean;
}

/** Days that points still live whose own date is past already (points.md §5.1). */
const GRACE_DAYS = 7;

/** The expiry that holds in a tier; one that this version does not know follows the highest one below. */
const kindIn = (
  { expiries }: Expiries,
  strategyId: number | null,
  tier: number,
): SimpleExpiry | Static<typeof TierEnd> => {
  const expiry = expiries.get(strategyId ?? DEFAULT_EXPIRY) ?? expiries.get(DEFAULT_EXPIRY)!;
  if (expiry.kind !== "per_tier") return expiry;
  for (let number = tier; number > 0; number--) {
    const found = expiry.tiers[String(number)];
    if (found !== undefined) return found;
  }
  return { kind: "never" };
};

/** When points awarded under a strategy (null: the program's own) expire. */
export const expiresAt = (program: Expiries, strategyId: number | null, moment: ExpiryMoment): ExpiryDate => {
  const expiry = kindIn(program, strategyId, moment.tier);
  const end = endOf(expiry, moment);
  const rolls = expiry.kind === "rolling" || expiry.kind === "tier_end";
  if (end === null || end > moment.now) return { expiresAt: end, rolls };
  return { expiresAt: endOfDayAfter(moment.now, GRACE_DAYS, moment.timeZone), rolls };
};

const endOf = (
  expiry: SimpleExpiry | Static<typeof TierEnd>,
  { at, joinedAt, tierEndsAt = null, timeZone }: ExpiryMoment,
): Instant | null => {
  switch (expiry.kind) {
    case "never":
      return null;
    case "months":
      return endAfterMonths(at, expiry.months, expiry.endsWith, timeZone);
    case "days":
      return endOfDayAfter(at, expiry.days, timeZone);
    case "fixed_date":
      return endOfNextDate(at, expiry.month, expiry.day, expiry.years ?? 0, timeZone);
    case "tier_end":
      return tierEndsAt;
    case "registration_date": {
      const { month, day } = localTime(joinedAt, timeZone);
      return endOfNextDate(at, month, day, 0, timeZone);
    }
    case "rolling": {
      const end =
        expiry.months === undefined
          ? endOfDayAfter(at, expiry.days ?? 1, timeZone)
          : endAfterMonths(at, expiry.months, expiry.endsWith, timeZone);
      return expiry.maximumDays === undefined
        ? end
        : Math.min(end, endOfDayAfter(at, expiry.maximumDays, timeZone));
    }
  }
};

const DAY_MS = 86_400_000;

/** The last second of the local day that lies `days` after that of an instant. */
const endOfDayAfter = (instant: Instant, days: number, timeZone: string): Instant =>
  startOfDay(instant, timeZone, days + 1) - 1000;

const endAfterMonths = (
  instant: Instant,
  months: number,
  endsWith: "month" | "day",
  timeZone: string,
): Instant => {
  if (endsWith === "day") return endOfDayAfterMonths(instant, months, timeZone);
  const { year, month, day } = localTime(instant, timeZone);
  // From the local day itself to the first day of the month after.
  const days = (Date.UTC(year, month + months, 1) - Date.UTC(year, month - 1, day)) / DAY_MS;
  return startOfDay(instant, timeZone, days) - 1000;
};

const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The end of a day of the year, the first one after the local day of an instant; 29 February is the 28th in a common year. */
const endOfNextDate = (
  instant: Instant,
  month: number,
  day: number,
  years: number,
  timeZone: string,
): Instant => {
  const from = localTime(instant, timeZone);
  const today = Date.UTC(from.year, from.month - 1, from.day);
  const dateIn = (year: number) => Date.UTC(year, month - 1, Math.min(day, lastDayOf(year, month)));
  const year = dateIn(from.year) > today ? from.year : from.year + 1;
  return endOfDayAfter(instant, (dateIn(year + years) - today) / DAY_MS, timeZone);
};

/** How an activity moves points that were awarded under a rolling strategy. */
export interface Roll {
  readonly strategyId: number;
  /** The date that it would give points awarded now. */
  readonly expiresAt: Instant;
  /** Days from a lot's own award that it may not outlive; null: none. */
  readonly maximumDays: number | null;
}

/** The strategies whose points an activity moves, each with the date that it moves them to; empty when the program never rolls. */
export const rollsOf = (program: Expiries, moment: ExpiryMoment): readonly Roll[] => {
  const rolls: Roll[] = [];
  for (const strategyId of program.expiries.keys()) {
    const expiry = kindIn(program, strategyId, moment.tier);
    if (expiry.kind !== "rolling") continue;
    // The maximum counts from each lot's own award, not from this activity.
    const { maximumDays = null, ...unbounded } = expiry;
    rolls.push({ strategyId, expiresAt: endOf(unbounded, moment)!, maximumDays });
  }
  return rolls;
};

/** Whether any strategy of a program rolls, for any tier. */
export const hasRolling = (expiries: ReadonlyMap<number, Expiry>): boolean =>
  [...expiries.values()].some((expiry) =>
    expiry.kind === "per_tier"
      ? Object.values(expiry.tiers).some(({ kind }) => kind === "rolling")
      : expiry.kind === "rolling",
  );
