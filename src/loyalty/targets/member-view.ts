import { Type } from "@fastify/type-provider-typebox";
import type { Static } from "typebox";
import { formatIso, type Instant, localDate, toDecimal } from "#platform";
import type { CompiledGroup, CompiledTarget, OrgTargets } from "./compile.ts";
import { stepValue } from "./compile.ts";
import { freshValue } from "./progress.ts";
import type { Enrolment, TargetState, TargetValue } from "./schema.ts";
import { hitsOf, streakValue } from "./streaks.ts";
import { cyclicWindow, fixedWindow, type Window } from "./windows.ts";

const Text = Type.String();
const Maybe = Type.Union([Text, Type.Null()]);
const Id = Type.Integer();

export const UserTarget = Type.Object({
  targetId: Id,
  targetRuleId: Id,
  targetName: Text,
  periodId: Type.Union([Id, Type.Null()]),
  periodRefCode: Text,
  periodStartDate: Maybe,
  periodStartDateWithTimeStamp: Maybe,
  periodEndDate: Maybe,
  periodEndDateWithTimeStamp: Maybe,
  currentPeriod: Type.Boolean(),
  targetValue: Type.Number(),
  targetAchievedValue: Type.Number(),
  targetType: Text,
  targetEntity: Text,
  eventName: Maybe,
  enrolledOn: Maybe,
  enrollmentType: Maybe,
  targetAchievedDateTime: Maybe,
  streakAchievedDateTime: Maybe,
  programId: Type.Union([Id, Type.Null()]),
  alternateCurrencyIdentifier: Maybe,
  alternateCurrencyName: Maybe,
  milestones: Type.Array(
    Type.Object({ id: Id, triggerName: Text, triggerValue: Type.Number(), isAchieved: Type.Boolean() }),
  ),
  streaks: Type.Array(
    Type.Object({
      userStreakId: Id,
      streakId: Id,
      streakName: Text,
      status: Text,
      currentCount: Id,
      totalTargetCountOfSequence: Id,
      streakAchievedUserTargetId: Type.Union([Id, Type.Null()]),
    }),
  ),
});
export const UserGroup = Type.Object({
  id: Id,
  name: Text,
  trackingType: Text,
  targetEvaluationType: Text,
  targets: Type.Array(UserTarget),
});

export interface ViewContext {
  readonly targets: OrgTargets;
  readonly state: TargetState;
  readonly now: Instant;
  /** Names of currencies by their identifiers. */
  readonly currencyName: (identifier: string) => string | null;
}

/** The period that runs for a member. */
const windowOfNow = (
  { targets: { timeZone }, state, now }: ViewContext,
  group: CompiledGroup,
  target: CompiledTarget,
  enrolment: Enrolment | null,
): Window | null => {
  if (group.evaluationType === "FIXED_CALENDAR_WINDOW") return fixedWindow(group, now);
  if (group.evaluationType === "CYCLIC_WINDOW")
    return enrolment?.startsAt == null
      ? null
      : cyclicWindow(group, enrolment.startsAt.getTime(), now, timeZone);
  const reached = state.values.filter(
    ({ targetId, achievedAt }) => targetId === target.id && achievedAt !== null,
  );
  return { cycle: reached.length + 1, startsAt: null, endsAt: null };
};

/** Groups that a member takes part in, each target with the periods that have something, and the one that runs. */
export const groupsOfMember = (
  context: ViewContext,
  { isChosen }: { readonly isChosen: (group: CompiledGroup, target: CompiledTarget) => boolean },
): Static<typeof UserGroup>[] =>
  context.targets.groups.flatMap((group) => {
    const targets = group.targets
      .filter((target) => isChosen(group, target))
      .flatMap((target) => rowsOf(context, group, target));
    if (targets.length === 0) return [];
    const { id, name, trackingType, evaluationType } = group;
    return [{ id, name, trackingType, targetEvaluationType: evaluationType, targets }];
  });

/** What a member has of one target, oldest period first. */
export const rowsOf = (
  context: ViewContext,
  group: CompiledGroup,
  target: CompiledTarget,
): Static<typeof UserTarget>[] => {
  const { state } = context;
  const enrolment = state.enrolments.find(({ targetId }) => targetId === target.id) ?? null;
  const values = state.values.filter(({ targetId }) => targetId === target.id);
  const window = windowOfNow(context, group, target, enrolment);
  const takesPart = enrolment !== null && enrolment.leftAt === null;
  const lacksNow = takesPart && window !== null && !values.some(({ cycle }) => cycle === window.cycle);
  const all = lacksNow ? [...values, freshValue(state.partyId, group, target, window)] : values;
  return all.map((value) =>
    presentValue(context, group, target, value, { enrolment, isNow: value.cycle === window?.cycle }),
  );
};

const presentValue = (
  { targets: { timeZone }, state, currencyName }: ViewContext,
  group: CompiledGroup,
  target: CompiledTarget,
  value: TargetValue,
  { enrolment, isNow }: { readonly enrolment: Enrolment | null; readonly isNow: boolean },
): Static<typeof UserTarget> => {
  const period = group.periods[Math.min(value.cycle, group.periods.length) - 1];
  const day = (at: Date | null, less = 0) => (at === null ? null : localDate(at.getTime() - less, timeZone));
  const time = (at: Date | null, less = 0) => (at === null ? null : formatIso(at.getTime() - less, timeZone));
  const hits = hitsOf(
    group,
    enrolment?.streakFrom ?? 1,
    state.values.filter(({ targetId }) => targetId === target.id),
  );
  const count = streakValue(hits, value.cycle, group.trackingType === "STREAK");
  const reached = state.levels.filter(({ targetId, lostAt }) => targetId === target.id && lostAt === null);
  const inPeriod = reached.filter(({ cycle }) => cycle === value.cycle);
  return {
    targetId: target.id,
    targetRuleId: target.id,
    targetName: target.name,
    periodId: period?.id ?? null,
    periodRefCode: period?.refCode ?? `Cycle_${value.cycle}`,
    periodStartDate: day(value.startsAt),
    periodStartDateWithTimeStamp: time(value.startsAt),
    periodEndDate: day(value.endsAt, 1000),
    periodEndDateWithTimeStamp: time(value.endsAt, 1000),
    currentPeriod: isNow,
    targetValue: toDecimal(value.defined, target.scale),
    targetAchievedValue: toDecimal(value.achieved, target.scale),
    targetType: target.type,
    targetEntity: target.entity,
    eventName: null,
    enrolledOn: time(enrolment?.enrolledAt ?? null),
    enrollmentType: enrolment?.method ?? null,
    targetAchievedDateTime: time(value.achievedAt),
    streakAchievedDateTime: time(inPeriod.at(-1)?.achievedAt ?? null),
    programId: null,
    alternateCurrencyIdentifier: target.currencyIdentifier,
    alternateCurrencyName:
      target.currencyIdentifier === null ? null : currencyName(target.currencyIdentifier),
    milestones: target.subTargets.map((step) => ({
      id: step.id,
      triggerName: step.name,
      triggerValue: toDecimal(stepValue(step, target, value.defined), target.scale),
      isAchieved: value.steps[step.id] !== undefined,
    })),
    streaks: target.levels.map((step) => {
      const level = reached.find(({ stepId }) => stepId === step.id);
      return {
        // A customer has each streak once.
        userStreakId: state.partyId,
        streakId: step.id,
        streakName: step.name,
        status: level === undefined ? "IN_PROGRESS" : "ACHIEVED",
        currentCount: count,
        totalTargetCountOfSequence: step.value,
        streakAchievedUserTargetId: level === undefined ? null : target.id,
      };
    }),
  };
};
