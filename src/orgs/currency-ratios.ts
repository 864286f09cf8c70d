import type { Instant } from "#platform";

/** Thousand-millionths: ratios of currencies as whole numbers. */
export const RATIO_SCALE = 1e9;
/** No unit of a currency is worth more rupees; with RATIO_SCALE it stays an exact number. */
export const MAX_RATIO = 1e6;
/** The currency in which the dialect states ratios. */
const YARDSTICK = "INR";

/** What a currency was worth from a time on: Indian rupees for one unit, in RATIO_SCALE. */
export interface CurrencyRatio {
  readonly currency: string;
  readonly validFrom: Date;
  readonly ratio: number;
}

/** A unit of the one currency is `from / to` units of the other. */
export interface RatioPair {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds what a unit of a currency was worth in the organisation's own at an instant: `null` when no ratio of it is known, "no
 * base" when none of the own currency is. An instant before the first ratio of a currency follows the first.
 */
export const ratiosOf = (base: string, ratios: readonly CurrencyRatio[]) => {
  const byCurrency = new Map<string, CurrencyRatio[]>();
  for (const ratio of [...ratios].sort((a, b) => a.validFrom.getTime() - b.validFrom.getTime())) {
    const list = byCurrency.get(ratio.currency);
    if (list === undefined) byCurrency.set(ratio.currency, [ratio]);
    else list.push(ratio);
  }
  const inForce = (currency: string, at: Instant): number | null => {
    const list = byCurrency.get(currency);
    const found = list?.findLast(({ validFrom }) => validFrom.getTime() <= at) ?? list?.[0];
    return found?.ratio ?? (currency === YARDSTICK ? RATIO_SCALE : null);
  };
  return {
    pair: (currency: string, at: Instant): RatioPair | null | "no base" => {
      const to = inForce(base, at);
      if (to === null) return "no base";
      const from = inForce(currency, at);
      return from === null ? null : { from, to };
    },
    /** The newest ratio of each currency, in order of code. */
    newest: [...byCurrency]
      .map(([currency, list]) => ({ currency, ratio: list[list.length - 1]!.ratio }))
      .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
};
