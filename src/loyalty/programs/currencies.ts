import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Instant, parseDateTime, startOfDay } from "#platform";
import { identityProblems, keptProblems, type Problem } from "./problems.ts";

const Day = Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });

/** A currency beside points, such as stamps or miles: earned, counted and expired like them, but not spent as points. */
export const Currency = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: 1_000_000, description: "Unique in the organisation" }),
    name: Type.String({ minLength: 1, maxLength: 50 }),
    identifier: Type.String({
      pattern: "^[a-z0-9]+(_[a-z0-9]+)*$",
      maxLength: 50,
      description: "What calls name it by; made from the name and never changed once published",
    }),
    decimals: Type.Integer({ minimum: 0, maximum: 3 }),
    returnable: Type.Boolean({ description: "Whether the return of a bill takes it back" }),
    activeFrom: Type.Optional(
      Type.Union([Day, Type.Null()], { description: "First day on which it is given" }),
    ),
    activeTo: Type.Optional(Type.Union([Day, Type.Null()], { description: "Last day on which it is given" })),
    expiryStrategyId: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);
export type Currency = Static<typeof Currency>;

interface Defined {
  readonly currencies?: readonly Currency[] | undefined;
  readonly expiryStrategies?: readonly { readonly id: number }[] | undefined;
}

/** Ids that currencies of the organisation's other programs have, with those programs' names. */
export type TakenCurrencies = ReadonlyMap<number, string>;

/** What is wrong with the currencies of a definition whose shape is right. */
export const currencyProblems = (
  { currencies = [], expiryStrategies = [] }: Defined,
  published: Defined | null,
  taken: TakenCurrencies,
): Problem[] => {
  const problems = [
    ...identityProblems(currencies, "currencies"),
    ...keptProblems(currencies, published?.currencies ?? [], "currencies"),
  ];
  const identifiers = new Set<string>();
  currencies.forEach((currency, index) => {
    const { id, name, identifier, activeFrom, activeTo, expiryStrategyId } = currency;
    const path = `currencies[${index}]`;
    if (taken.has(id))
      problems.push({
        path: `${path}.id`,
        message: `${id} is a currency of the program ${taken.get(id)}; ${freeId(currencies, taken)} is free.`,
      });
    if (name.trim().toLowerCase() === "points")
      problems.push({
        path: `${path}.name`,
        message: "must not be points: those are no currency beside points.",
      });
    if (identifiers.has(identifier))
      problems.push({ path: `${path}.identifier`, message: `${identifier} names another currency.` });
    identifiers.add(identifier);
    const before = published?.currencies?.find((item) => item.id === id);
    if (before !== undefined && before.identifier !== identifier)
      problems.push({
        path: `${path}.identifier`,
        message: `must stay ${before.identifier}: calls name the published currency by it.`,
      });
    for (const [key, day] of Object.entries({ activeFrom, activeTo }))
      if (day != null && parseDateTime(day, { zone: "UTC" }) === null)
        problems.push({ path: `${path}.${key}`, message: "is no day of the calendar." });
    if (activeFrom != null && activeTo != null && activeTo < activeFrom)
      problems.push({ path: `${path}.activeTo`, message: "must not be before the first day." });
    if (expiryStrategyId !== undefined)
      problems.push(...strategyProblems(expiryStrategyId, expiryStrategies, `${path}.expiryStrategyId`));
  });
  return problems;
};

/** That an expiry strategy is there; 1 is the program's own. */
export const strategyProblems = (
  id: number,
  strategies: readonly { readonly id: number }[],
  path: string,
): Problem[] =>
  id === 1 || strategies.some((item) => item.id === id)
    ? []
    : [{ path, message: `there is no expiry strategy ${id}.` }];

const freeId = (currencies: readonly Currency[], taken: TakenCurrencies): number => {
  const used = new Set([...currencies.map(({ id }) => id), ...taken.keys()]);
  let id = 1;
  while (used.has(id)) id++;
  return id;
};

/** A currency, ready to award. */
export interface CompiledCurrency extends Omit<Currency, "activeFrom" | "activeTo" | "expiryStrategyId"> {
  /** From this instant and before that one; null: without end. */
  readonly activeFrom: Instant | null;
  readonly activeUntil: Instant | null;
  readonly expiryStrategyId: number | null;
}

/** Currencies with their days as instants in the organisation's zone. */
export const compileCurrencies = (
  currencies: readonly Currency[],
  timeZone: string,
): ReadonlyMap<number, CompiledCurrency> =>
  new Map(
    currencies.map(({ activeFrom, activeTo, expiryStrategyId, ...currency }) => {
      const begins = activeFrom == null ? null : parseDateTime(activeFrom, { zone: timeZone });
      const ends = activeTo == null ? null : parseDateTime(activeTo, { zone: timeZone });
      const activeUntil = ends === null ? null : startOfDay(ends, timeZone, 1);
      return [
        currency.id,
        { ...currency, activeFrom: begins, activeUntil, expiryStrategyId: expiryStrategyId ?? null },
      ];
    }),
  );

/** Whether a currency is given at an instant. */
export const isActive = ({ activeFrom, activeUntil }: CompiledCurrency, at: Instant): boolean =>
  (activeFrom === null || at >= activeFrom) && (activeUntil === null || at < activeUntil);
