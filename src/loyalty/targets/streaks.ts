import type { CompiledGroup, CompiledTarget } from "./compile.ts";
import type { TargetValue } from "./schema.ts";

/** Which periods of a streak were hit, as far as it counts them: index 0 is the first period. */
export const hitsOf = (
  { totalPeriods, periods }: Pick<CompiledGroup, "totalPeriods" | "periods">,
  streakFrom: number,
  values: readonly Pick<TargetValue, "cycle" | "achieved" | "defined">[],
): boolean[] => {
  const hits = Array<boolean>(Math.max(totalPeriods, periods.length)).fill(false);
  for (const { cycle, achieved, defined } of values)
    if (cycle >= streakFrom && cycle <= hits.length && achieved >= defined) hits[cycle - 1] = true;
  return hits;
};

/** The longest run of hits. */
export const longestRun = (hits: readonly boolean[]): number => {
  let [longest, run] = [0, 0];
  for (const hit of hits) {
    run = hit ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
};

/**
 * The value of a streak as of a period. A continuous one counts the hits in a row up to it; the period itself does not break the
 * row while it can still be hit.
 */
export const streakValue = (hits: readonly boolean[], cycle: number, isContinuous: boolean): number => {
  if (!isContinuous) return hits.slice(0, cycle).filter(Boolean).length;
  let last = Math.min(cycle, hits.length);
  if (last > 0 && !hits[last - 1]) last--;
  let run = 0;
  while (last - run > 0 && hits[last - run - 1]) run++;
  return run;
};

/** Levels that hits come to, lowest first. Each needs the one below, which the order of their counts gives. */
export const levelsReached = (
  { levels }: Pick<CompiledTarget, "levels">,
  hits: readonly boolean[],
  isContinuous: boolean,
): CompiledTarget["levels"] => {
  const count = isContinuous ? longestRun(hits) : hits.filter(Boolean).length;
  return levels.filter(({ value }) => value <= count);
};
