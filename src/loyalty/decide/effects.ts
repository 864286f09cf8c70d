import { POINTS_SCALE } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import type { Award, Decision, SideEffect } from "./schema.ts";

export const NO_EFFECTS: Decision["sideEffects"] = [];

/** What awards come to for the customer: points in one sum, each alternate currency in its own. */
export const effectsOf = (
  program: Pick<CompiledProgram, "currencies">,
  awards: readonly Award[],
): Decision["sideEffects"] => {
  if (awards.length === 0) return NO_EFFECTS;
  const effects: SideEffect[] = [];
  const points = sumOf(awards, 0);
  if (points !== null)
    effects.push({ type: "points", rawAwardedPoints: points.raw, awardedPoints: points.given });
  for (const { id, identifier, name } of program.currencies.values()) {
    const sum = sumOf(awards, id);
    if (sum === null) continue;
    effects.push({
      type: "alternate_currency",
      rawAwardedValue: sum.raw,
      awardedValue: sum.given,
      alternateCurrencyIdentifier: identifier,
      alternateCurrencyName: name,
    });
  }
  return effects;
};

/** Null when nothing of the currency was awarded. */
const sumOf = (awards: readonly Award[], currencyId: number): { raw: number; given: number } | null => {
  let found = false;
  let given = 0;
  let raw = 0;
  for (const award of awards) {
    if (award.currencyId !== currencyId) continue;
    found = true;
    given += award.points;
    raw += Math.round(award.rawPoints * POINTS_SCALE);
  }
  return found ? { raw: raw / POINTS_SCALE, given: given / POINTS_SCALE } : null;
};
