import { type Instant, toDecimal } from "#platform";
import { type CompiledGroup, type CompiledTarget, definedFor, stepValue } from "./compile.ts";
import type { Enrolment, TargetValue } from "./schema.ts";
import { hitsOf, levelsReached, streakValue } from "./streaks.ts";
import type { TargetLedger } from "./tracked.ts";
import type { Window } from "./windows.ts";

/** What moves a value, as events tell it. */
export interface Cause {
  readonly at: Instant;
  readonly transactionId: number | null;
  /** The return, where the change comes of one. */
  readonly returnId: number | null;
  readonly activity: string;
}

/** What every fact of a target says. */
export const factsOf = (
  group: CompiledGroup,
  target: CompiledTarget | null,
  { cycle }: { readonly cycle: number },
): Record<string, unknown> => {
  const period = group.periods[Math.min(cycle, group.periods.length) - 1];
  return {
    targetId: target?.id ?? group.id,
    targetName: target?.name ?? group.name,
    description: target?.description ?? group.description,
    groupId: group.id,
    groupName: group.name,
    periodId: period?.id ?? null,
    periodName: period?.refCode ?? `Cycle_${cycle}`,
    cycle,
  };
};

/** The row of a period that nothing was counted in. */
export const freshValue = (
  partyId: number,
  group: CompiledGroup,
  target: CompiledTarget,
  { cycle, startsAt, endsAt }: Window,
): TargetValue => ({
  partyId,
  targetId: target.id,
  cycle,
  groupId: group.id,
  startsAt: startsAt === null ? null : new Date(startsAt),
  endsAt: endsAt === null ? null : new Date(endsAt),
  defined: definedFor(target, cycle),
  achieved: 0,
  achievedAt: null,
  steps: {},
  eventCount: 0,
  lastEventAt: null,
});

/** Whether a period is one that counts for a member. */
export const takesPart = ({ fromCycle, leftAt }: Enrolment, { cycle }: Window, at: Instant): boolean =>
  cycle >= fromCycle && (leftAt === null || at < leftAt.getTime());

/** Moves a value, tells of it, and looks at everything that hangs on it: sub-targets, the target, its combination, its streak. */
export const moveValue = (
  ledger: TargetLedger,
  group: CompiledGroup,
  target: CompiledTarget,
  row: TargetValue,
  change: number,
  cause: Cause,
): void => {
  const achieved = row.achieved + change;
  const reached = achieved >= row.defined;
  const steps: Record<string, Instant> = { ...row.steps };
  const newSteps = target.subTargets.filter(
    (step) => steps[step.id] === undefined && achieved >= stepValue(step, target, row.defined),
  );
  for (const step of newSteps) steps[step.id] = cause.at;
  const isFirst = reached && row.achievedAt === null;
  const after = { ...row, achieved, steps, achievedAt: isFirst ? new Date(cause.at) : row.achievedAt };
  const told = {
    ...factsOf(group, target, row),
    activity: cause.activity,
    change: decimal(Math.abs(change), target),
    achieved: decimal(achieved, target),
    defined: decimal(row.defined, target),
    transactionId: cause.transactionId,
    returnId: cause.returnId,
  };
  ledger.setValue(after);
  ledger.tell("target.progressed", cause.at, { ...told, milestones: milestonesOf(target, after) });
  const achievement = { group, target, cycle: row.cycle, at: cause.at };
  for (const step of newSteps) ledger.achieved.push({ kind: "sub_target", step, ...achievement });
  if (isFirst) {
    ledger.achieved.push({ kind: "target", step: null, ...achievement });
    ledger.tell("target.achieved", cause.at, told);
  }
  if (group.unified !== null) judgeCombination(ledger, group, row, cause);
  if (target.levels.length > 0) judgeStreak(ledger, group, target, row, cause);
};

/** As webhooks tell values: text of a decimal. */
const decimal = (value: number, { scale }: Pick<CompiledTarget, "scale">): string =>
  String(toDecimal(value, scale));

/** Sub-targets with when they were reached. */
export const milestonesOf = (
  target: CompiledTarget,
  { steps, defined }: Pick<TargetValue, "steps" | "defined">,
) =>
  target.subTargets.map((step) => ({
    id: step.id,
    name: step.name,
    valueType: step.valueType,
    definedValue: decimal(stepValue(step, target, defined), target),
    achievedAt: steps[step.id] ?? null,
  }));

const COUNT = 1000;

/** How many targets of a combination must be reached. */
const neededOf = ({ unified, targets }: CompiledGroup): number => {
  const active = targets.filter(({ isActive }) => isActive).length;
  return unified?.combinationType === "ANY" ? (unified.thresholdValue ?? active) : active;
};

/** What the targets of a combination come to: thousandths of targets reached, less one while what all must come to together is missing. */
const combined = (ledger: TargetLedger, group: CompiledGroup, cycle: number): number => {
  const rows = group.targets.flatMap(({ id }) => ledger.value(id, cycle) ?? []);
  const reached = rows.filter(({ achieved, defined }) => achieved >= defined).length;
  const { unified } = group;
  const overall = unified?.combinationType === "ALL" ? unified.thresholdValue : null;
  if (overall === null || overall === undefined) return reached * COUNT;
  const sum = rows.reduce((total, { achieved }) => total + achieved, 0);
  const isShort = sum < Math.round(overall * group.scale) && reached === neededOf(group);
  return isShort ? (reached - 1) * COUNT : reached * COUNT;
};

/** A combination is a target of its own, with the id of its group, that counts targets. */
const judgeCombination = (
  ledger: TargetLedger,
  group: CompiledGroup,
  row: TargetValue,
  cause: Cause,
): void => {
  const { cycle } = row;
  const defined = neededOf(group) * COUNT;
  const before = ledger.value(group.id, cycle) ?? {
    ...row,
    targetId: group.id,
    achieved: 0,
    achievedAt: null,
    steps: {},
    eventCount: 0,
    lastEventAt: null,
  };
  const achieved = combined(ledger, group, cycle);
  const [was, is] = [before.achieved >= before.defined && before.achieved > 0, achieved >= defined];
  if (achieved === before.achieved && before.defined === defined && ledger.value(group.id, cycle) !== null)
    return;
  const isFirst = is && before.achievedAt === null;
  ledger.setValue({
    ...before,
    defined,
    achieved,
    achievedAt: isFirst ? new Date(cause.at) : before.achievedAt,
    lastEventAt: new Date(cause.at),
  });
  const told = () => ({
    groupId: group.id,
    groupName: group.name,
    condition: group.unified,
    transactionId: cause.transactionId,
    activity: cause.activity,
    targets: group.targets.map((target) => {
      const value = ledger.value(target.id, cycle);
      return {
        ...factsOf(group, target, { cycle }),
        achieved: decimal(value?.achieved ?? 0, target),
        defined: decimal(value?.defined ?? definedFor(target, cycle), target),
      };
    }),
  });
  if (isFirst) {
    ledger.achieved.push({ kind: "unified", group, target: null, step: null, cycle, at: cause.at });
    ledger.tell("targets.achieved", cause.at, told());
  } else if (was && !is) ledger.tell("targets.lost", cause.at, told());
};

/** Whether hits of a streak must follow one another. */
export const isContinuous = ({ trackingType }: Pick<CompiledGroup, "trackingType">): boolean =>
  trackingType === "STREAK";

const judgeStreak = (
  ledger: TargetLedger,
  group: CompiledGroup,
  target: CompiledTarget,
  { cycle }: TargetValue,
  cause: Cause,
): void => {
  const from = ledger.enrolment(target.id)?.streakFrom ?? 1;
  const hits = hitsOf(group, from, ledger.valuesOf(target.id));
  const reached = levelsReached(target, hits, isContinuous(group));
  const had = ledger.levelsOf(target.id);
  const told = (step: CompiledTarget["levels"][number]) => ({
    ...factsOf(group, target, { cycle }),
    streakId: step.id,
    streakName: group.name,
    level: step.name,
    value: streakValue(hits, cycle, isContinuous(group)),
    transactionId: cause.transactionId,
    activity: cause.activity,
  });
  for (const step of target.levels) {
    const level = had.find(({ stepId }) => stepId === step.id);
    const isReached = reached.includes(step);
    if (level === undefined && isReached) {
      const achievedAt = new Date(cause.at);
      ledger.setLevel({
        ...{ partyId: ledger.partyId, stepId: step.id, targetId: target.id, cycle, achievedAt },
        lostAt: null,
      });
      ledger.achieved.push({ kind: "streak", group, target, step, cycle, at: cause.at });
      ledger.tell("streak.level_achieved", cause.at, told(step));
    } else if (level !== undefined && isReached !== (level.lostAt === null)) {
      // Regained: it was told and rewarded before.
      ledger.setLevel({ ...level, lostAt: isReached ? null : new Date(cause.at) });
      if (!isReached) ledger.tell("streak.level_lost", cause.at, told(step));
    }
  }
};
