import type { StreakValueFacts, TargetValueFacts } from "#expressions";
import type { Instant } from "#platform";
import type { CompiledGroup, CompiledTarget, OrgTargets } from "./compile.ts";
import type { TargetState } from "./schema.ts";
import { hitsOf, streakValue } from "./streaks.ts";
import { fixedWindow } from "./windows.ts";

/** A member's targets, as conditions ask for them by name. */
export class MemberTargetFacts implements TargetValueFacts, StreakValueFacts {
  readonly #targets: OrgTargets;
  readonly #state: TargetState;
  readonly #at: Instant;

  constructor(targets: OrgTargets, state: TargetState, at: Instant) {
    this.#targets = targets;
    this.#state = state;
    this.#at = at;
  }

  readonly average = (name: string): number | null => {
    const found = this.#target(name);
    if (found === null) return null;
    const { group, target } = found;
    const begun = group.periods.filter(
      ({ startsAt, cycle }) =>
        (startsAt !== null && startsAt.getTime() <= this.#at) || this.#value(target.id, cycle) !== null,
    );
    if (begun.length === 0) return 0;
    const sum = begun.reduce((total, { cycle }) => total + (this.#value(target.id, cycle)?.achieved ?? 0), 0);
    return sum / begun.length / target.scale;
  };

  readonly inPeriod = (name: string, refCode: string): number | null => {
    const found = this.#target(name);
    const cycle = found === null ? null : cycleNamed(found.group, refCode);
    return found === null || cycle === null ? null : this.#achieved(found.target, cycle);
  };

  readonly inCurrentPeriod = (name: string): number | null => {
    const found = this.#target(name);
    if (found === null) return null;
    const cycle = this.#cycleOfNow(found.group, found.target.id);
    return cycle === null ? 0 : this.#achieved(found.target, cycle);
  };

  readonly reachedOfGroup = (name: string, refCode: string): number | null => {
    const group = this.#group(name);
    const cycle = group === null ? null : cycleNamed(group, refCode);
    return group === null || cycle === null ? null : this.#reached(group, cycle);
  };

  readonly reachedOfGroupInCurrentPeriod = (name: string): number | null => {
    const group = this.#group(name);
    if (group === null) return null;
    const cycle = this.#cycleOfNow(group, group.id);
    return cycle === null ? 0 : this.#reached(group, cycle);
  };

  readonly isAchieved = (level: string): boolean | null => {
    const found = this.#level(level);
    if (found === null) return null;
    return this.#state.levels.some(({ stepId, lostAt }) => stepId === found.stepId && lostAt === null);
  };

  readonly currentValue = (level: string): number | null => {
    const found = this.#level(level);
    if (found === null) return null;
    const { group, target } = found;
    const from = this.#state.enrolments.find(({ targetId }) => targetId === target.id)?.streakFrom ?? 1;
    const hits = hitsOf(
      group,
      from,
      this.#state.values.filter(({ targetId }) => targetId === target.id),
    );
    const cycle = this.#cycleOfNow(group, target.id) ?? group.periods.length;
    return streakValue(hits, cycle, group.trackingType === "STREAK");
  };

  #value(targetId: number, cycle: number) {
    return this.#state.values.find((row) => row.targetId === targetId && row.cycle === cycle) ?? null;
  }

  #achieved(target: CompiledTarget, cycle: number): number {
    return (this.#value(target.id, cycle)?.achieved ?? 0) / target.scale;
  }

  #reached(group: CompiledGroup, cycle: number): number {
    return group.targets.filter(({ id }) => {
      const value = this.#value(id, cycle);
      return value !== null && value.achieved >= value.defined;
    }).length;
  }

  /** The period that runs: of a calendar, or the member's newest. */
  #cycleOfNow(group: CompiledGroup, targetId: number): number | null {
    if (group.evaluationType === "FIXED_CALENDAR_WINDOW") return fixedWindow(group, this.#at)?.cycle ?? null;
    const newest = this.#state.values.findLast((row) => row.targetId === targetId);
    if (newest === undefined || (newest.endsAt !== null && newest.endsAt.getTime() <= this.#at)) return null;
    return newest.cycle;
  }

  #target(name: string): { group: CompiledGroup; target: CompiledTarget } | null {
    for (const group of this.#targets.groups)
      for (const target of group.targets) if (isNamed(target, name)) return { group, target };
    return null;
  }

  #group(name: string): CompiledGroup | null {
    return this.#targets.groups.find((group) => isNamed(group, name)) ?? null;
  }

  #level(name: string): { group: CompiledGroup; target: CompiledTarget; stepId: number } | null {
    for (const group of this.#targets.groups)
      for (const target of group.targets)
        for (const level of target.levels)
          if (isNamed(level, name)) return { group, target, stepId: level.id };
    return null;
  }
}

const isNamed = ({ name }: { readonly name: string }, asked: string): boolean =>
  name.toLowerCase() === asked.toLowerCase();

const cycleNamed = ({ periods }: CompiledGroup, refCode: string): number | null =>
  periods.find((period) => period.refCode.toLowerCase() === refCode.toLowerCase())?.cycle ?? null;
