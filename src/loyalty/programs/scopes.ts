import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Instant, parseDateTime, startOfDay } from "#platform";
import type { Problem } from "./problems.ts";

const MOMENT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$";
const Moment = Type.String({
  pattern: MOMENT,
  description: "A day, or a day and a time, in the organisation's zone",
});
const Codes = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { minItems: 1, maxItems: 5000 });

const Places = Type.Object(
  { include: Type.Optional(Codes), exclude: Type.Optional(Codes) },
  { additionalProperties: false, description: "Codes; what is excluded is so even where it is included" },
);

/** Where and when a set of rules runs. All that is given must hold; nothing given: always. */
export const Scope = Type.Object(
  {
    from: Type.Optional(Moment),
    to: Type.Optional(
      Type.String({ pattern: MOMENT, description: "A day counts to its end, a time does not" }),
    ),
    stores: Type.Optional(Places),
    zones: Type.Optional(Places),
    concepts: Type.Optional(Places),
    sources: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { minItems: 1, maxItems: 50 }),
    ),
  },
  { additionalProperties: false },
);
export type Scope = Static<typeof Scope>;

/** What is wrong with a scope whose shape is right. */
export const scopeProblems = (scope: Scope, path: string): Problem[] => {
  const problems: Problem[] = [];
  const from = begin(scope.from, "UTC");
  const to = end(scope.to, "UTC");
  for (const [key, given, found] of [["from", scope.from, from] as const, ["to", scope.to, to] as const])
    if (given !== undefined && found === null)
      problems.push({ path: `${path}.${key}`, message: "is no day of the calendar." });
  if (from !== null && to !== null && to <= from)
    problems.push({ path: `${path}.to`, message: "must be after the beginning." });
  for (const key of ["stores", "zones", "concepts"] as const) {
    const places = scope[key];
    if (places !== undefined && places.include === undefined && places.exclude === undefined)
      problems.push({ path: `${path}.${key}`, message: "needs codes to include or to exclude." });
  }
  return problems;
};

/** What scopes ask of an activity. */
export interface ScopeFacts {
  readonly billedAt: Instant;
  readonly source: string;
  readonly store: {
    readonly code: string;
    /** Codes of the zone that the store lies in and of those around it; likewise concepts. */
    readonly zones: readonly string[];
    readonly concepts: readonly string[];
  };
}

/** What kept a set from running. */
export type OutOfScope = "dates" | "stores" | "zones" | "concepts" | "sources";

/** Null: the set runs. */
export type ScopeTest = (facts: ScopeFacts) => OutOfScope | null;

/** A scope as one function; null where nothing is asked. Codes and sources are compared without regard to case. */
export const compileScope = (scope: Scope | undefined, timeZone: string): ScopeTest | null => {
  if (scope === undefined) return null;
  const tests: ScopeTest[] = [];
  const from = begin(scope.from, timeZone) ?? Number.NEGATIVE_INFINITY;
  const to = end(scope.to, timeZone) ?? Number.POSITIVE_INFINITY;
  if (scope.from !== undefined || scope.to !== undefined)
    tests.push(({ billedAt }) => (billedAt >= from && billedAt < to ? null : "dates"));
  const { stores, zones, concepts, sources } = scope;
  if (stores !== undefined) {
    const test = compilePlaces(stores);
    tests.push(({ store }) => (test([store.code]) ? null : "stores"));
  }
  if (zones !== undefined) {
    const test = compilePlaces(zones);
    tests.push(({ store }) => (test(store.zones) ? null : "zones"));
  }
  if (concepts !== undefined) {
    const test = compilePlaces(concepts);
    tests.push(({ store }) => (test(store.concepts) ? null : "concepts"));
  }
  if (sources !== undefined) {
    const known = lowered(sources);
    tests.push(({ source }) => (known.has(source.toLowerCase()) ? null : "sources"));
  }
  if (tests.length === 0) return null;
  if (tests.length === 1) return tests[0]!;
  return (facts) => {
    for (const test of tests) {
      const failed = test(facts);
      if (failed !== null) return failed;
    }
    return null;
  };
};

const lowered = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.map((text) => text.toLowerCase()));

const compilePlaces = ({ include, exclude }: Static<typeof Places>) => {
  const inside = include === undefined ? null : lowered(include);
  const outside = lowered(exclude ?? []);
  return (codes: readonly string[]): boolean => {
    let isInside = inside === null;
    for (const code of codes) {
      const key = code.toLowerCase();
      if (outside.has(key)) return false;
      isInside ||= inside?.has(key) === true;
    }
    return isInside;
  };
};

const begin = (text: string | undefined, zone: string): Instant | null =>
  text === undefined ? null : parseDateTime(text, { zone });

/** A day counts to its end. */
const end = (text: string | undefined, zone: string): Instant | null => {
  const at = begin(text, zone);
  if (at === null || text === undefined || text.includes("T")) return at;
  return startOfDay(at, zone, 1);
};
