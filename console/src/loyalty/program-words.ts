import type {
  AwardAction,
  AwardStrategy,
  Currency,
  Delay,
  Expiry,
  ExpiryStrategy,
  ProgramDefinition,
  Rates,
  Rounding,
} from "../api/programs.ts";
import { counted, type Format } from "../ui/format.ts";

type Words = Pick<Format, "number" | "money">;

const STRATEGIES: Record<AwardStrategy["type"], string> = {
  prorated_percent: "Percent of the bill",
  fixed: "Fixed points",
  step: "Points for every full amount",
  multiplier: "A multiple of the points",
};
export const strategyName = (strategy: AwardStrategy["type"]): string => STRATEGIES[strategy];

export const ROUNDINGS: Record<Rounding, string> = {
  floor: "down",
  ceiling: "up",
  half_up: "to the nearest, halves up",
  half_down: "to the nearest, halves down",
  half_even: "to the nearest, halves to even",
};

/** What a rate gives, such as "5 % of the bill". */
export const rateText = (
  { strategy, every }: { strategy: AwardStrategy["type"]; every?: number },
  rate: number,
  { number, money }: Words,
  /** Of what is given, where it is not points. */
  unit?: string,
): string => {
  if (strategy === "multiplier") return `× ${number(rate)}`;
  if (strategy === "prorated_percent") return `${number(rate)} %`;
  const points = `${number(rate)} ${unit ?? counted(rate, "point")}`;
  return strategy === "fixed" ? points : `${points} per ${money(every ?? 0)}`;
};

/** The rate of a tier; a tier without one of its own earns nothing. */
export const rateOf = ({ allTiers, perTier }: Rates, tier: number): number =>
  allTiers ?? perTier?.[String(tier)] ?? 0;

export const roundingText = ({ rounding, decimals }: Pick<Rates, "rounding" | "decimals">): string => {
  const unit = decimals === 0 ? "whole points" : `${decimals} ${counted(decimals, "decimal")}`;
  return `Rounded ${ROUNDINGS[rounding]} to ${unit}`;
};

const monthsText = (months: number): string =>
  months % 12 === 0
    ? `${months / 12} ${counted(months / 12, "year")}`
    : `${months} ${counted(months, "month")}`;

const daysText = (days: number): string => `${days} ${counted(days, "day")}`;

const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(Date.UTC(2024, month, 1)),
);
/** Months of the year for a choice. */
export const MONTH_OPTIONS = MONTHS.map((label, index) => ({ value: String(index + 1), label }));

/** How long points live, in a sentence. */
export const expiryText = (expiry: Expiry): string => {
  switch (expiry.kind) {
    case "never":
      return "Points never expire.";
    case "months":
      return expiry.endsWith === "month"
        ? `Points live to the end of the month ${monthsText(expiry.months)} after they were earned.`
        : `Points live ${monthsText(expiry.months)}, to the end of that day.`;
    case "days":
      return `Points live ${daysText(expiry.days)}, to the end of the last one.`;
    case "fixed_date": {
      const { day, month, years = 0 } = expiry;
      const date = `${day} ${MONTHS[month - 1] ?? ""}`;
      return years === 0
        ? `Points live to the end of the next ${date}.`
        : `Points live to the end of the ${date} that comes ${years} ${counted(years, "year")} after the next one.`;
    }
    case "rolling": {
      const { months, days = 1, endsWith, maximumDays } = expiry;
      const span = months === undefined ? daysText(days) : monthsText(months);
      const end = months !== undefined && endsWith === "month" ? ", to the end of that month" : "";
      const most =
        maximumDays === undefined ? "" : `, but not beyond ${daysText(maximumDays)} after they were earned`;
      return `Points live ${span} from the member’s latest purchase${end}${most}.`;
    }
    case "registration_date":
      return "Points live to the next anniversary of the day on which the member joined.";
    case "tier_end":
      return "Points live as long as the member’s tier; an upgrade gives them the end of the new one.";
    case "per_tier":
      return "How long points live depends on the tier that earned them.";
  }
};

/** A day of the calendar: "1 March 2026". */
export const dayText = (day: string): string => {
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${MONTHS[(month ?? 1) - 1]} ${year}`;
};

/** What a currency is, in a few words. */
export const currencyText = (
  { decimals, returnable, activeFrom, activeTo, expiryStrategyId }: Currency,
  strategies: readonly ExpiryStrategy[],
): string => {
  const strategy = strategies.find(({ id }) => id === expiryStrategyId);
  return [
    decimals === 0 ? "Whole" : `${decimals} ${counted(decimals, "decimal")}`,
    returnable ? "taken back on a return" : "kept on a return",
    ...(activeFrom ? [`given from ${dayText(activeFrom)}`] : []),
    ...(activeTo ? [`given until ${dayText(activeTo)}`] : []),
    ...(strategy === undefined ? [] : [`expires by ${strategy.name}`]),
  ].join(", ");
};

/** What is unusual about an award: its lines, its currency, when it can be spent, how long it lives. */
export const termTexts = (
  { award, expiryStrategyId }: Pick<AwardAction, "award" | "expiryStrategyId">,
  { currencies = [], expiryStrategies = [] }: Pick<ProgramDefinition, "currencies" | "expiryStrategies">,
): string[] => {
  const { basis, useProportions, category = "regular", delay = {}, currencyId = 0 } = award;
  const currency = currencies.find(({ id }) => id === currencyId);
  const strategy = expiryStrategies.find(({ id }) => id === expiryStrategyId);
  return [
    ...(currency === undefined ? [] : [`Given in ${currency.name}`]),
    ...(basis === "line_amount" ? ["Reckoned for each line by itself"] : []),
    ...(useProportions ? ["Split over the lines by their amounts"] : []),
    ...(category === "trigger_based" ? ["Can be spent when an event releases them"] : []),
    ...(category === "promised" ? [`Promised: can be spent ${delayText(delay)}`] : []),
    ...(strategy === undefined ? [] : [`Expires by ${strategy.name}`]),
    ...(expiryStrategyId === 1 ? ["Expires as the program’s own"] : []),
  ];
};

const delayText = ({ days, date, returnableDays }: Delay): string => {
  if (date !== undefined) return `from ${dayText(date)}`;
  if (returnableDays) return "when the goods can no longer be returned";
  return `after ${daysText(days ?? 0)}`;
};
