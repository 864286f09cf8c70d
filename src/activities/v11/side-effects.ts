import type { Warned } from "./envelope.ts";

/** The committed reply of a bill, as far as v1.1 tells of it. */
export interface Reply {
  readonly warnings: readonly Warned[];
  readonly sideEffects: readonly Effect[];
}

interface Effect {
  readonly type: string;
  readonly awardedPoints?: number;
  readonly customerId?: number;
  readonly isReferrer?: boolean;
  readonly previousSlabName?: string;
  readonly previousSlabNumber?: number;
  readonly upgradedSlabName?: string;
  readonly upgradedSlabNumber?: number;
  readonly alternateCurrencyIdentifier?: string;
  readonly alternateCurrencyName?: string;
  readonly awardedValue?: number;
}

/** Side effects under their v1.1 names; `totalPoints` is the balance after them. */
export const effectsOf = ({ sideEffects }: Reply, totalPoints: number): object[] =>
  sideEffects.map((effect) => {
    switch (effect.type) {
      case "points":
        return {
          type: "points",
          awarded_points: effect.awardedPoints ?? 0,
          total_points: totalPoints,
          ...(effect.customerId === undefined ? {} : { customer_id: effect.customerId }),
          ...(effect.isReferrer === undefined ? {} : { is_referrer: effect.isReferrer }),
        };
      case "slab":
        return {
          type: "slab",
          previous_slab_name: effect.previousSlabName,
          previous_slab_number: effect.previousSlabNumber,
          upgraded_slab_name: effect.upgradedSlabName,
          upgraded_slab_number: effect.upgradedSlabNumber,
        };
      case "alternate_currency":
        return {
          type: "alternate_currency",
          alternate_currency_identifier: effect.alternateCurrencyIdentifier,
          alternate_currency_name: effect.alternateCurrencyName,
          awarded_value: effect.awardedValue,
        };
      default:
        return { type: effect.type };
    }
  });
