import type { Organisation } from "#orgs";
import { type Body, type Instant, startOfDay } from "#platform";
import { errors } from "./errors.ts";
import { MOST_TARGETS, parseTarget, type TargetInput } from "./parse-target.ts";
import { amountOf, choiceOf, dayOf, flagOf, listOf, nameOf, textOf, wholeOf } from "./parse-values.ts";
import type { FrequencyType, TargetGroup, TargetPeriod, TrackingType, UnifiedCondition } from "./schema.ts";
import { fixedBoundary } from "./windows.ts";

const MOST_PERIODS = 100;
/** Periods may begin so long ago: what happened in them and comes in late still counts. */
const MOST_PAST = 184 * 86_400_000;

export type PeriodInput = Omit<TargetPeriod, "id">;
export type GroupInput = Omit<
  TargetGroup,
  "id" | "createdAt" | "createdBy" | "updatedAt" | "updatedBy" | "periods" | "targets"
> & { readonly periods: readonly PeriodInput[]; readonly targets: readonly TargetInput[] };

const FREQUENCIES: readonly FrequencyType[] = [
  "DAILY",
  "WEEKLY",
  "MONTHLY",
  "QUARTERLY",
  "HALF_YEARLY",
  "YEARLY",
  "CUSTOM",
];

/** Reads a group with its periods and targets, as a call creates it. */
export const parseGroup = (organisation: Organisation, body: Body, now: Instant): GroupInput => {
  const name = nameOf(body.name, "name");
  const trackingType = trackingOf(body.trackingType);
  const evaluationType = choiceOf(body.targetEvaluationType, "targetEvaluationType", [
    "FIXED_CALENDAR_WINDOW",
    "CYCLIC_WINDOW",
    "PERIOD_AGNOSTIC_WINDOW",
  ] as const);
  if (trackingType !== "DEFAULT" && evaluationType !== "FIXED_CALENDAR_WINDOW")
    throw errors.bad_target_field({
      field: "targetEvaluationType",
      expected: `FIXED_CALENDAR_WINDOW for ${trackingType}`,
    });
  const rhythm = {
    frequencyType: choiceOf(body.frequencyType, "frequencyType", FREQUENCIES),
    frequency: wholeOf(body.frequency ?? 1, "frequency", [1, 3660]),
  };
  const periods = periodsOf(organisation, { evaluationType, ...rhythm }, body, now);
  const terms = {
    name,
    trackingType,
    evaluationType,
    periods: periods.map((period) => ({ ...period, id: 0 })),
  };
  const targets = parseTargets(organisation, terms, body.targets, "targets");
  if (targets.length === 0) throw errors.missing_target_field({ field: "targets" });
  return {
    ...{ name, trackingType, evaluationType, ...rhythm, periods, targets },
    description: textOf(body.description, "description"),
    totalPeriods: periods.length,
    preferredTillId: tillOf(organisation, body.preferredTillId),
    aggregateWindow: aggregateOf(body.aggregateWindow),
    unified: trackingType === "UNIFIED" ? parseUnified(body.unifiedTargetExpression, targets) : null,
    isUserCreated: flagOf(body.userCreated, "userCreated", false),
    hasLeaderboard: flagOf(body.leaderboardEnabled, "leaderboardEnabled", false),
  };
};

const trackingOf = (value: unknown): TrackingType => {
  const field = "trackingType";
  const given = choiceOf(value, field, [
    "DEFAULT",
    "UNIFIED",
    "STREAK",
    "STREAKS",
    "NON_CONTINUOUS_STREAK",
    "NON_CONTINUOUS_STREAKS",
    "CAPPING",
  ] as const);
  if (given === "CAPPING")
    throw errors.target_not_supported({
      ...{ field, value: given },
      reason: "limits on what customers earn are those of the program (limits)",
    });
  return given === "STREAKS"
    ? "STREAK"
    : given === "NON_CONTINUOUS_STREAKS"
      ? "NON_CONTINUOUS_STREAK"
      : given;
};

const tillOf = (organisation: Organisation, value: unknown): number | null => {
  if (value === undefined || value === null) return null;
  const till = organisation.till(Number(value));
  if (till === null)
    throw errors.bad_target_field({
      field: "preferredTillId",
      expected: "the id of a till of this organisation",
    });
  return till.id;
};

const aggregateOf = (value: unknown): TargetGroup["aggregateWindow"] => {
  if (value === undefined || value === null) return null;
  const field = "aggregateWindow";
  const window = listOf([value], field, 1)[0]!;
  choiceOf(window.windowTimeUnit, `${field}.windowTimeUnit`, ["DAY"] as const, "DAY");
  wholeOf(window.windowValue ?? 1, `${field}.windowValue`, [1, 1]);
  return choiceOf(window.windowType, `${field}.windowType`, ["MAX", "MIN"] as const);
};

type Rhythm = Pick<TargetGroup, "evaluationType" | "frequencyType" | "frequency">;

const periodsOf = (organisation: Organisation, rhythm: Rhythm, body: Body, now: Instant): PeriodInput[] => {
  const given = listOf(body.periods, "periods", MOST_PERIODS);
  const wanted = body.totalPeriods ?? body.recurringCycles;
  if (rhythm.evaluationType === "PERIOD_AGNOSTIC_WINDOW") return [undated(1)];
  const count =
    wanted === undefined && given.length > 0
      ? given.length
      : wholeOf(wanted, "totalPeriods", [1, MOST_PERIODS]);
  if (rhythm.evaluationType === "CYCLIC_WINDOW")
    return Array.from({ length: count }, (_, index) => undated(index + 1));
  const periods =
    given.length > 0
      ? parsePeriods(organisation, given, "periods", [])
      : repeated(organisation, rhythm, body, count);
  if (periods[0]!.startsAt!.getTime() < now - MOST_PAST)
    throw errors.bad_target_field({
      field: "periods[0].startDate",
      expected: "at most six months in the past",
    });
  return periods;
};

const undated = (cycle: number): PeriodInput => ({
  ...{ cycle, refCode: `Cycle_${cycle}`, startsAt: null, endsAt: null },
  isActive: true,
});

const repeated = ({ timeZone }: Organisation, rhythm: Rhythm, body: Body, count: number): PeriodInput[] => {
  const start = dayOf(body.startDate, "startDate", timeZone);
  return Array.from({ length: count }, (_, index) => ({
    cycle: index + 1,
    refCode: `Cycle_${index + 1}`,
    startsAt: new Date(fixedBoundary(rhythm, start, index, timeZone)),
    endsAt: new Date(fixedBoundary(rhythm, start, index + 1, timeZone)),
    isActive: true,
  }));
};

/** Reads periods of a fixed calendar that follow others: whole local days, in order, without overlaps. */
export const parsePeriods = (
  { timeZone }: Pick<Organisation, "timeZone">,
  given: readonly Body[],
  path: string,
  earlier: readonly PeriodInput[],
): PeriodInput[] => {
  const codes = new Set(earlier.map(({ refCode }) => refCode.toLowerCase()));
  const periods: PeriodInput[] = [];
  let last = earlier.at(-1)?.endsAt?.getTime() ?? 0;
  given.forEach((one, index) => {
    const at = `${path}[${index}]`;
    const startsAt = dayOf(one.startDate, `${at}.startDate`, timeZone);
    const endsAt = startOfDay(dayOf(one.endDate, `${at}.endDate`, timeZone), timeZone, 1);
    const cycle = earlier.length + index + 1;
    const refCode = one.refCode === undefined ? `Cycle_${cycle}` : nameOf(one.refCode, `${at}.refCode`);
    if (endsAt <= startsAt)
      throw errors.bad_target_field({ field: `${at}.endDate`, expected: "no day before startDate" });
    if (startsAt < last)
      throw errors.bad_target_field({ field: `${at}.startDate`, expected: "a day after the period before" });
    if (codes.has(refCode.toLowerCase()))
      throw errors.target_name_taken({ field: `${at}.refCode`, name: refCode });
    codes.add(refCode.toLowerCase());
    last = endsAt;
    periods.push({
      ...{ cycle, refCode, startsAt: new Date(startsAt), endsAt: new Date(endsAt) },
      isActive: flagOf(one.active, `${at}.active`, true),
    });
  });
  return periods;
};

/** Reads targets of a group; names differ. */
export const parseTargets = (
  organisation: Organisation,
  terms: Parameters<typeof parseTarget>[1],
  value: unknown,
  path: string,
): TargetInput[] => {
  const targets = listOf(value, path, MOST_TARGETS).map((one, index) =>
    parseTarget(organisation, terms, one, `${path}[${index}]`),
  );
  const names = new Set<string>();
  targets.forEach(({ name }, index) => {
    if (names.has(name.toLowerCase()))
      throw errors.target_name_taken({ field: `${path}[${index}].name`, name });
    names.add(name.toLowerCase());
  });
  return targets;
};

const MONEY: ReadonlySet<string> = new Set(["SALES", "GROSS_SALES"]);

/** Reads how many targets make the whole. */
export const parseUnified = (
  value: unknown,
  targets: readonly Pick<TargetInput, "type">[],
): UnifiedCondition => {
  const field = "unifiedTargetExpression";
  if (targets.length < 2 || targets.length > 10)
    throw errors.bad_target_field({ field: "targets", expected: "2 to 10 targets, where they are combined" });
  const body = listOf([value ?? {}], field, 1)[0]!;
  const combinationType = choiceOf(
    body.combinationType,
    `${field}.combinationType`,
    ["ALL", "ANY"] as const,
    "ALL",
  );
  const ruleExpression = textOf(body.ruleExpression, `${field}.ruleExpression`);
  const threshold = `${field}.thresholdValue`;
  if (combinationType === "ANY") {
    const thresholdValue = wholeOf(body.thresholdValue, threshold, [1, targets.length - 1]);
    return { combinationType, thresholdValue, aggregation: null, ruleExpression };
  }
  if (body.thresholdValue === undefined || body.thresholdValue === null)
    return { combinationType, thresholdValue: null, aggregation: null, ruleExpression };
  const aggregation = choiceOf(body.aggregation, `${field}.aggregation`, ["SUM"] as const, "SUM");
  if (new Set(targets.map(({ type }) => (MONEY.has(type) ? "money" : type))).size > 1)
    throw errors.bad_target_field({
      field: threshold,
      expected: "left out: the targets do not count the same",
    });
  return {
    combinationType,
    thresholdValue: amountOf(body.thresholdValue, threshold),
    aggregation,
    ruleExpression,
  };
};
