import type { Demands, Grants, ProgramDefinition, Redemption, Returns, Transfer } from "../api/programs.ts";
import { counted, type Format } from "../ui/format.ts";
import type { DEMANDS } from "./draft-problems.ts";
import { roundingText } from "./program-words.ts";

type Words = Pick<Format, "number" | "money">;
export type Demand = (typeof DEMANDS)[number];

export const DEMAND_LABELS: Record<Demand, string> = {
  minimum: "At least",
  maximum: "At most",
  multipleOf: "A multiple of",
  balanceRequired: "A balance of",
  lifetimePointsRequired: "Points earned in all",
  lifetimePurchasesRequired: "Purchases in all",
  "limits.perDay": "At most in a day",
  "limits.perWeek": "At most in a week",
  "limits.perMonth": "At most in a month",
};

type Limit = "perDay" | "perWeek" | "perMonth";
const limitOf = (name: Demand): Limit | null =>
  name.startsWith("limits.") ? (name.slice("limits.".length) as Limit) : null;

/** What is demanded; null lifts it, undefined says nothing. */
export const demandOf = (demands: Demands, name: Demand): number | null | undefined => {
  const limit = limitOf(name);
  return limit === null ? demands[name as Exclude<Demand, `limits.${string}`>] : demands.limits?.[limit];
};

/** The demands with one changed; undefined takes it out. */
export const withDemand = <Item extends Demands>(
  demands: Item,
  name: Demand,
  value: number | null | undefined,
): Item => {
  const limit = limitOf(name);
  if (limit === null) return without({ ...demands, [name]: value }) as Item;
  const limits = without({ ...demands.limits, [limit]: value });
  return without({ ...demands, limits: Object.keys(limits).length === 0 ? undefined : limits }) as Item;
};

const without = (item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));

/** "At most in a day" of 30 points, as a sentence: "At most 30 points in a day". */
const amountText = (label: string, amount: string): string => {
  const [, period] = /^At most( in a \w+)$/.exec(label) ?? [];
  return period === undefined ? `${label} ${amount}` : `At most ${amount}${period}`;
};

/** Demands in words, such as "At least 100 points"; what is lifted says so. */
const demandTexts = (demands: Demands, { number, money }: Words): string[] =>
  (Object.keys(DEMAND_LABELS) as Demand[]).flatMap((name) => {
    const value = demandOf(demands, name);
    if (value === undefined) return [];
    const label = DEMAND_LABELS[name];
    if (value === null) return [`${label}: not demanded`];
    const amount =
      name === "lifetimePurchasesRequired" ? money(value) : `${number(value)} ${counted(value, "point")}`;
    return [amountText(label, amount).replace("in all ", "in all: ")];
  });

export interface Policy {
  /** A tier's name, where it is about one. */
  readonly of?: string;
  readonly texts: readonly string[];
}

/** How points are spent, in sentences: for everyone, then what is different in tiers. */
export const redemptionTexts = (
  redemption: Redemption,
  tiers: ProgramDefinition["tiers"],
  words: Words,
): Policy[] => {
  if (redemption.enabled === false) return [{ texts: ["Points cannot be spent."] }];
  const { billFraction, blockedStatuses = [], needsValidationCode, perTier = {} } = redemption;
  const everyone = [
    ...demandTexts(redemption, words),
    ...(billFraction == null ? [] : [`At most ${words.number(billFraction * 100)} % of a bill`]),
    ...(needsValidationCode ? ["A code sent to the member confirms each redemption"] : []),
    ...(blockedStatuses.length === 0 ? [] : [`Not in the status ${blockedStatuses.join(", ")}`]),
  ];
  return [
    { texts: everyone.length === 0 ? ["Points are spent without limits."] : everyone },
    ...tiers.flatMap(({ number, name }) => {
      const own = perTier[String(number)];
      return own === undefined ? [] : [{ of: name, texts: demandTexts(own, words) }];
    }),
  ];
};

/** How members pass points to each other, in sentences. */
export const transferTexts = (
  transfer: Transfer,
  strategies: readonly { id: number; name: string }[],
  { number }: Words,
): string[] => {
  if (transfer.enabled === false) return ["Members cannot pass points to each other."];
  const { minimum, maximum, multipleOf, perMonth, fee = {}, expiry = "keep" } = transfer;
  const points = (label: string, value: number | null | undefined) =>
    value == null ? [] : [amountText(label, `${number(value)} ${counted(value, "point")}`)];
  const parts = [
    ...(fee.percent ? [`${number(fee.percent)} %`] : []),
    ...(fee.fixed ? [`${number(fee.fixed)} ${counted(fee.fixed, "point")}`] : []),
  ];
  const strategy =
    expiry === 1 ? "the program’s own expiry" : strategies.find(({ id }) => id === expiry)?.name;
  return [
    ...points("At least", minimum),
    ...points("At most", maximum),
    ...points("A multiple of", multipleOf),
    ...points("At most in a month", perMonth),
    parts.length === 0 ? "Without a fee" : `The sender pays a fee of ${parts.join(" and ")}`,
    expiry === "keep" ? "Points keep their dates" : `Points get a new date by ${strategy ?? expiry}`,
  ];
};

/** What people may give and take by hand, in sentences. */
export const grantTexts = (
  { goodwillMaximum, goodwillPerMonth, deductionMaximum }: Grants,
  { number }: Words,
): string[] => {
  const texts = [
    ...(goodwillMaximum == null ? [] : [`At most ${number(goodwillMaximum)} points of goodwill at once`]),
    ...(goodwillPerMonth == null
      ? []
      : [`At most ${number(goodwillPerMonth)} points of goodwill for a member in a month`]),
    ...(deductionMaximum == null ? [] : [`At most ${number(deductionMaximum)} points deducted at once`]),
  ];
  return texts.length === 0 ? ["Goodwill and deductions have no limits."] : texts;
};

/** What becomes of spent points that come back, in sentences. */
export const returnTexts = (
  { reverseRedemption = "reverse", redemptionReversal = "keep" }: Returns,
  rounding: ProgramDefinition["rounding"],
): string[] => [
  reverseRedemption === "reverse"
    ? "A returned bill gives back the points that paid it, with their dates"
    : "A returned bill gives new points for those that paid it",
  redemptionReversal === "keep"
    ? "Points that come back after their date have expired"
    : "Points that come back after their date get a new one",
  roundingText({ rounding: rounding?.mode ?? "half_up", decimals: rounding?.decimals ?? 3 }),
];
