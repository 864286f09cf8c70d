import type { Award, Expiry, ProgramDefinition, Rounding } from "../api/programs.ts";
import { counted, type Format } from "../ui/format.ts";

type Words = Pick<Format, "number" | "money">;

const STRATEGIES: Record<Award["strategy"], string> = {
  prorated_percent: "Percent of the bill",
  fixed: "Fixed points",
  step: "Points for every full amount",
};
export const strategyName = (strategy: Award["strategy"]): string => STRATEGIES[strategy];

export const ROUNDINGS: Record<Rounding, string> = {
  floor: "down",
  ceiling: "up",
  half_up: "to the nearest, halves up",
  half_down: "to the nearest, halves down",
  half_even: "to the nearest, halves to even",
};

/** What a rate gives, such as "5 % of the bill". */
export const rateText = (
  { strategy, every }: Pick<Award, "strategy" | "every">,
  rate: number,
  { number, money }: Words,
): string => {
  if (strategy === "prorated_percent") return `${number(rate)} %`;
  const points = `${number(rate)} ${counted(rate, "point")}`;
  return strategy === "fixed" ? points : `${points} per ${money(every ?? 0)}`;
};

/** The rate of a tier; a tier without one of its own earns nothing. */
export const rateOf = ({ allTiers, perTier }: Award, tier: number): number =>
  allTiers ?? perTier?.[String(tier)] ?? 0;

export const roundingText = ({ rounding, decimals }: Pick<Award, "rounding" | "decimals">): string => {
  const unit = decimals === 0 ? "whole points" : `${decimals} ${counted(decimals, "decimal")}`;
  return `Rounded ${ROUNDINGS[rounding]} to ${unit}`;
};

export const expiryText = (expiry: Expiry): string => {
  if (expiry.kind === "never") return "Points never expire.";
  const { months, endsWith } = expiry;
  const span =
    months % 12 === 0
      ? `${months / 12} ${counted(months / 12, "year")}`
      : `${months} ${counted(months, "month")}`;
  return endsWith === "month"
    ? `Points live to the end of the month ${span} after they were earned.`
    : `Points live ${span}, to the end of that day.`;
};

export const upgradeText = (type: ProgramDefinition["upgrade"]["type"]): string =>
  type === "eager"
    ? "The bill that crosses a threshold already earns by the new tier’s rate."
    : "The bill that crosses a threshold still earns by the old tier’s rate.";
