import { dayText } from "#expressions";
import { type Instant, localTime, type Money } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";

const formats = new Map<number, Intl.NumberFormat>();

/** Decimals of a currency: small units are two finer. */
export const decimalsOf = ({ moneyScale }: CompiledProgram): number =>
  Math.max(0, Math.round(Math.log10(moneyScale)) - 2);

/** An amount with the currency's decimals and its code, such as "1,687.50 GBP". */
export const money = (amount: Money, program: CompiledProgram): string => {
  const decimals = decimalsOf(program);
  let format = formats.get(decimals);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals + 2,
    });
    formats.set(decimals, format);
  }
  return `${format.format(amount / program.moneyScale)} ${program.currency}`;
};

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });
export const number = (value: number): string => NUMBER.format(value);

/** A clause as a sentence. */
export const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

export const plural = (count: number, one: string): string =>
  `${number(count)} ${one}${count === 1 ? "" : "s"}`;

/** A day as the organisation's people read it. */
export const dayOf = (instant: Instant, { timeZone }: CompiledProgram): string => {
  const { year, month, day } = localTime(instant, timeZone);
  return dayText(year, month, day);
};

/** Words joined by commas, the last by "and". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
