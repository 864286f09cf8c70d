import { Type } from "@fastify/type-provider-typebox";
import type { Static } from "typebox";
import type { Organisation } from "#orgs";
import { formatIso, type Instant } from "#platform";
import type { Target, TargetGroup, TargetPeriod } from "./schema.ts";
import { isOpen } from "./service.ts";

const Nullable = <Shape extends Parameters<typeof Type.Union>[0][number]>(shape: Shape) =>
  Type.Union([shape, Type.Null()]);
const Text = Type.String();
const Id = Type.Integer();

export const PeriodShape = Type.Object({
  id: Id,
  refCode: Text,
  startDate: Nullable(Text),
  endDate: Nullable(Text),
  active: Type.Boolean(),
  periodStatus: Type.String({ description: "UPCOMING, LIVE or ENDED" }),
});
export const TargetShape = Type.Object({
  id: Id,
  name: Text,
  description: Text,
  targetEntity: Text,
  targetType: Text,
  eventName: Nullable(Text),
  alternateCurrencyIdentifier: Nullable(Text),
  extendedFieldInfo: Nullable(Type.Object({ name: Text, aggregateFunction: Text })),
  expression: Text,
  expressionJson: Type.Unknown(),
  filters: Type.Array(Type.Object({ entityType: Text, entityIds: Type.Array(Id) })),
  defaultValues: Type.Array(Type.Object({ periodId: Id, defaultValue: Type.Number() })),
  enrolmentMethod: Text,
  active: Type.Boolean(),
  milestones: Type.Array(
    Type.Object({ id: Id, triggerName: Text, valueType: Text, triggerValue: Type.Number() }),
  ),
  streaks: Type.Array(Type.Object({ id: Id, name: Text, targetCountOfSequence: Id })),
});
export const GroupShape = Type.Object({
  id: Id,
  name: Text,
  description: Text,
  trackingType: Text,
  targetEvaluationType: Text,
  frequencyType: Text,
  frequency: Id,
  recurringCycles: Id,
  totalPeriods: Id,
  preferredTillId: Nullable(Id),
  aggregateWindow: Nullable(Type.Object({ windowType: Text, windowTimeUnit: Text, windowValue: Id })),
  unifiedTargetExpression: Nullable(
    Type.Object({
      aggregation: Nullable(Text),
      combinationType: Text,
      ruleExpression: Text,
      thresholdValue: Nullable(Type.Number()),
    }),
  ),
  userCreated: Type.Boolean(),
  leaderboardEnabled: Type.Boolean(),
  active: Type.Boolean(),
  periods: Type.Array(PeriodShape),
  targets: Type.Array(TargetShape),
  createdOn: Text,
  createdBy: Text,
  updatedOn: Text,
  updatedBy: Text,
});

/** A group as documented calls answer it: times in the organisation's zone. */
export const presentGroup = (
  { timeZone }: Pick<Organisation, "timeZone">,
  group: TargetGroup,
  now: Instant,
): Static<typeof GroupShape> => {
  const { aggregateWindow, unified } = group;
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    trackingType: group.trackingType,
    targetEvaluationType: group.evaluationType,
    frequencyType: group.frequencyType,
    frequency: group.frequency,
    recurringCycles: group.totalPeriods,
    totalPeriods: group.totalPeriods,
    preferredTillId: group.preferredTillId,
    aggregateWindow:
      aggregateWindow === null
        ? null
        : { windowType: aggregateWindow, windowTimeUnit: "DAY", windowValue: 1 },
    unifiedTargetExpression: unified,
    userCreated: group.isUserCreated,
    leaderboardEnabled: group.hasLeaderboard,
    active: isOpen(group, now),
    periods: group.periods.map((period) => presentPeriod(timeZone, period, now)),
    targets: group.targets.map((target) => presentTarget(group, target)),
    createdOn: formatIso(group.createdAt.getTime(), timeZone),
    createdBy: group.createdBy,
    updatedOn: formatIso(group.updatedAt.getTime(), timeZone),
    updatedBy: group.updatedBy,
  };
};

export const presentPeriod = (
  timeZone: string,
  { id, refCode, startsAt, endsAt, isActive }: TargetPeriod,
  now: Instant,
): Static<typeof PeriodShape> => ({
  id,
  refCode,
  startDate: startsAt === null ? null : formatIso(startsAt.getTime(), timeZone),
  // Its last second.
  endDate: endsAt === null ? null : formatIso(endsAt.getTime() - 1000, timeZone),
  active: isActive,
  periodStatus: statusOf(startsAt, endsAt, now),
});

const statusOf = (startsAt: Date | null, endsAt: Date | null, now: Instant): string =>
  startsAt !== null && startsAt.getTime() > now
    ? "UPCOMING"
    : endsAt !== null && endsAt.getTime() <= now
      ? "ENDED"
      : "LIVE";

export const presentTarget = (
  { periods }: Pick<TargetGroup, "periods">,
  target: Target,
): Static<typeof TargetShape> => ({
  id: target.id,
  name: target.name,
  description: target.description,
  targetEntity: target.entity,
  targetType: target.type,
  eventName: null,
  alternateCurrencyIdentifier: target.currencyIdentifier,
  extendedFieldInfo: target.extendedField,
  expression: target.expression,
  expressionJson: target.expressionJson,
  filters: target.filters.map(({ entityType, entityIds }) => ({ entityType, entityIds: [...entityIds] })),
  defaultValues: periods.map(({ id, cycle }) => ({
    periodId: id,
    defaultValue: target.defaultValues[target.defaultValues.length === 1 ? 0 : cycle - 1] ?? 0,
  })),
  enrolmentMethod: target.enrolmentMethod,
  active: target.isActive,
  milestones: target.steps
    .filter(({ kind }) => kind === "sub_target")
    .map(({ id, name, valueType, value }) => ({ id, triggerName: name, valueType, triggerValue: value })),
  streaks: target.steps
    .filter(({ kind }) => kind === "streak")
    .map(({ id, name, value }) => ({ id, name, targetCountOfSequence: value })),
});
