import type { Account } from "#ledger";
import type { Organisation } from "#orgs";
import { endOfDayAfterMonths, type Instant, localDate, sql, startOfDay, type Tx } from "#platform";
import type { Membership } from "../decide/schema.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import { trackerMeasures, trackersOfMembers } from "../trackers/measures.ts";
import { NOTHING_TRACKED, type TrackerState, valueStandsUntil } from "../trackers/state.ts";
import { daysAfter } from "../trackers/windows.ts";
import { measuresOf, type StandingIn } from "./end-tiers.ts";
import { isRenewed, NO_STANDING, type PeriodStanding, renewalPeriodOf, renewalValue } from "./renewal.ts";
import { type CriterionKind, gapsOf, type RenewalKind, type TrackerValue, tierNumbered } from "./rules.ts";

/** What stands for ever is told to stand for about a hundred years. */
const FAR_FUTURE_MONTHS = 1200;

const UPGRADE_NAMES: Readonly<Record<CriterionKind, string>> = {
  lifetime_purchases: "CUMULATIVE_PURCHASES",
  current_points: "CURRENT_POINTS",
  lifetime_points: "LIFETIME_POINTS",
  visits: "VISITS",
  tracker: "TRACKER_VALUE_BASED",
};
const RENEWAL_NAMES: Readonly<Record<RenewalKind, string>> = {
  purchases: "PURCHASE",
  visits: "VISITS",
  points: "POINTS",
  tracker: "TRACKER",
};

/** How far a member is from the next tier, as the dialect tells it (customers.md §4.1); `days` looks that far ahead. */
export interface UpgradeGap {
  readonly upgrade_based_on: string;
  readonly upgradeThreshold: number;
  readonly customerUpgradeEntityValues: readonly {
    readonly currentValue: number;
    readonly gapToUpgrade: number;
    readonly valueValidUpto: string;
  }[];
}

/** How far a member is from keeping the tier. */
export interface RenewalGap {
  readonly tierExpiryDate: string;
  readonly renewConfirmed: boolean;
  readonly renewStrategies: readonly {
    readonly renewBasedOn: string;
    readonly trackerEntityIdentifiers: readonly object[];
    readonly renewThreshold: number;
    readonly customerRenewEntityValue: number;
    readonly customerGapToRenewValue: number;
  }[];
}

/** Points that are gone by then, and when the next of the others go. */
export interface ExpiringPoints {
  readonly gone: number;
  readonly nextExpiry: Date | null;
}

/** What of a party's regular points in a program will have expired when a day begins. */
export const expiringPoints = async (
  tx: Tx,
  orgId: number,
  { partyId, programId }: Pick<Membership, "partyId" | "programId">,
  horizon: Instant,
): Promise<ExpiringPoints> => {
  const at = new Date(horizon).toISOString();
  return tx.one<ExpiringPoints>(sql`/* loyalty.expiring_points */
    select coalesce(sum(remaining) filter (where expires_at < ${at}::timestamptz), 0)::bigint as gone,
           min(expires_at) filter (where expires_at >= ${at}::timestamptz) as "nextExpiry"
      from ledger.lots_v
     where org_id = ${orgId} and party_id = ${partyId} and program_id = ${programId} and currency_id = 0 and category = 1
       and remaining > 0`);
};

/** As of when gaps are told. */
export interface GapMoment {
  readonly now: Instant;
  readonly zone: string;
  /** So many days later: what has left a window by then does not count. */
  readonly ahead?: number;
  readonly trackers?: TrackerState;
}

const caseOf = ({ trackers }: CompiledProgram, trackerId: number, caseId: number) => {
  const tracker = trackers.find(({ id }) => id === trackerId);
  const item = tracker?.cases.find(({ id }) => id === caseId);
  return tracker === undefined || item === undefined ? null : ([tracker, item] as const);
};

/** The gap to the next tier by each criterion; empty at the top. Pure. */
export const upgradeGapOf = (
  program: CompiledProgram,
  membership: Membership,
  account: Account | undefined,
  { gone, nextExpiry }: ExpiringPoints,
  { now, zone, ahead = 0, trackers = NOTHING_TRACKED }: GapMoment,
): UpgradeGap[] => {
  const measures = measuresOf(membership, account);
  // What expires by the day is not counted.
  const day = daysAfter(localDate(now, zone), ahead);
  const then = {
    ...measures,
    ...trackerMeasures(program, membership, trackers, day),
    currentPoints: measures.currentPoints - gone,
  };
  const far = localDate(endOfDayAfterMonths(now, FAR_FUTURE_MONTHS, zone), zone);
  return gapsOf(program, membership.tierNumber, then).flatMap(({ criterion, value, threshold, gap }) => {
    if (threshold === null || gap === null) return [];
    const { kind, scale, trackerId, caseId } = criterion;
    const tracked = caseOf(program, trackerId, caseId);
    const moment = { day, changeNo: membership.changeNo };
    const valueValidUpto =
      kind === "tracker" && tracked !== null
        ? (valueStandsUntil(...tracked, trackers, moment) ?? far)
        : kind === "current_points" && nextExpiry !== null
          ? localDate(nextExpiry.getTime(), zone)
          : far;
    return [
      {
        upgrade_based_on: UPGRADE_NAMES[kind],
        upgradeThreshold: threshold / scale,
        customerUpgradeEntityValues: [
          { currentValue: value / scale, gapToUpgrade: gap / scale, valueValidUpto },
        ],
      },
    ];
  });
};

/** The gap to keeping the tier; null for a tier that does not end. Pure. */
export const renewalGapOf = (
  program: CompiledProgram,
  membership: Membership,
  standing: PeriodStanding,
  zone: string,
  trackerValue?: TrackerValue,
): RenewalGap | null => {
  const { tierExpiresAt, tierNumber, returnTier = null } = membership;
  if (tierExpiresAt === null) return null;
  const { renewal } = tierNumbered(program.tiers, tierNumber);
  const tierExpiryDate = localDate(tierExpiresAt.getTime(), zone);
  if (renewal === null || returnTier !== null)
    return { tierExpiryDate, renewConfirmed: false, renewStrategies: [] };
  return {
    tierExpiryDate,
    renewConfirmed: isRenewed(renewal, standing, trackerValue),
    renewStrategies: renewal.conditions.map((condition) => {
      const value = renewalValue(condition, standing, trackerValue);
      const { kind, threshold, scale, trackerId, caseId } = condition;
      return {
        renewBasedOn: RENEWAL_NAMES[kind],
        trackerEntityIdentifiers: kind === "tracker" ? trackerIdentifiers(program, trackerId, caseId) : [],
        renewThreshold: threshold / scale,
        customerRenewEntityValue: value / scale,
        customerGapToRenewValue: Math.max(0, threshold - value) / scale,
      };
    }),
  };
};

/** Which case of which tracker a condition looks at, in the words of the dialect. */
const trackerIdentifiers = (program: CompiledProgram, trackerId: number, caseId: number): object[] => {
  const found = caseOf(program, trackerId, caseId);
  if (found === null) return [];
  const [tracker, item] = found;
  const { length, unit } = item.definition;
  return [
    {
      trackerName: tracker.name,
      trackerType: tracker.entity,
      trackerMode: tracker.method,
      trackerCaseName: item.name,
      ...(unit === undefined ? {} : { trackerCasePeriodType: unit.toUpperCase() }),
      ...(length === undefined ? {} : { trackerCasePeriodValue: length }),
    },
  ];
};

/** What a member did so far in the validity that runs; nothing where the tier is not renewed by conditions. */
export const standingSoFar = async (
  tx: Tx,
  standingIn: StandingIn,
  program: CompiledProgram,
  membership: Membership,
): Promise<PeriodStanding> => {
  const period = renewalPeriodOf(program, membership);
  if (period === null) return NO_STANDING;
  const { partyId, programId } = membership;
  const [standing] = await standingIn(tx, program.orgId, [{ partyId, programId, ...period }]);
  return standing ?? NO_STANDING;
};

/** How many days ahead each gap is asked for; null: it is not. */
export interface GapsAsked {
  readonly upgrade: number | null;
  readonly renew: number | null;
}

export interface TierGaps {
  readonly upgradeStrategies?: readonly UpgradeGap[];
  readonly gapToRenewSummary?: readonly RenewalGap[];
  /** The program says nowhere where members go whose tier ends. */
  readonly lacksDowngrade: boolean;
}

/** The gaps of one member in one program. The summary of a renewal is absent in the base tier. */
export const tierGapsOf = async (
  tx: Tx,
  organisation: Organisation,
  program: CompiledProgram,
  membership: Membership,
  account: Account | undefined,
  {
    asked,
    now,
    standingIn,
  }: { readonly asked: GapsAsked; readonly now: Instant; readonly standingIn: StandingIn },
): Promise<TierGaps> => {
  const zone = program.timeZone;
  const gaps: { -readonly [K in keyof TierGaps]: TierGaps[K] } = {
    lacksDowngrade: asked.renew !== null && program.tierStrategy.downgrade === null,
  };
  const trackers = (await trackersOfMembers(tx, program, [membership], now)).get(membership.partyId)!;
  if (asked.upgrade !== null) {
    const horizon = startOfDay(now, zone, asked.upgrade);
    const expiring = await expiringPoints(tx, organisation.id, membership, horizon);
    const moment = { now, zone, ahead: asked.upgrade, trackers };
    gaps.upgradeStrategies = upgradeGapOf(program, membership, account, expiring, moment);
  }
  if (asked.renew !== null && membership.tierNumber > 1) {
    const standing = await standingSoFar(tx, standingIn, program, membership);
    const { trackerValue } = trackerMeasures(program, membership, trackers, localDate(now, zone));
    const gap = renewalGapOf(program, membership, standing, zone, trackerValue);
    if (gap !== null) gaps.gapToRenewSummary = [gap];
  }
  return gaps;
};
