import { type Account, type Category, POINTS } from "#ledger";
import type { Organisation } from "#orgs";
import {
  addAmounts,
  endOfDayAfterMonths,
  formatIso,
  type Instant,
  type Millipoints,
  POINTS_SCALE,
} from "#platform";
import type { Membership } from "../decide/schema.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import { trackerMeasures } from "../trackers/measures.ts";
import type { TrackerState } from "../trackers/state.ts";
import { measuresOf, pointsAccount } from "./end-tiers.ts";
import { renewalGapOf } from "./gap.ts";
import type { PeriodStanding } from "./renewal.ts";
import { gapsOf, nextTier, tierNumbered } from "./rules.ts";

/** A tier without an expiry is shown to end in about a hundred years (tiers.md §1). */
const FAR_FUTURE_MONTHS = 1200;

const FIGURES = [
  "balance",
  "issued",
  "received",
  "passedOn",
  "redeemed",
  "expired",
  "returned",
  "adjusted",
] as const;
type Figures = Record<(typeof FIGURES)[number], Millipoints>;

/** Figures of a party in one program, or in all when `programId` is null: regular points, and the promised of both kinds. */
export const figuresOf = (accounts: readonly Account[], programId: number | null) => {
  const zero = () => Object.fromEntries(FIGURES.map((name) => [name, 0])) as Figures;
  const sums: Record<Category, Figures> = { 1: zero(), 2: zero(), 3: zero() };
  for (const account of accounts) {
    if (account.currencyId !== POINTS || (programId !== null && account.programId !== programId)) continue;
    const sum = sums[account.category];
    for (const name of FIGURES) sum[name] = addAmounts(sum[name], account[name]);
  }
  return { regular: sums[1], delayed: sums[2], triggered: sums[3] };
};

/** The documented summary of a party in one program (customers.md §4.1), without the program's titles. */
export const programDetails = (
  organisation: Organisation,
  program: CompiledProgram,
  membership: Membership | null,
  accounts: readonly Account[],
  now: Instant,
) => {
  const { regular, delayed, triggered } = figuresOf(accounts, program.programId);
  const points = (...amounts: Millipoints[]) => amounts.reduce(addAmounts, 0) / POINTS_SCALE;
  const tier = tierNumbered(program.tiers, membership?.tierNumber ?? 1);
  const next = nextTier(program.tiers, tier.number);
  const zone = organisation.clusterTimeZone;
  const since = membership?.tierSince.getTime() ?? now;
  const expiry = membership?.tierExpiresAt?.getTime() ?? endOfDayAfterMonths(since, FAR_FUTURE_MONTHS, zone);
  return {
    programId: program.programId,
    loyaltyId: membership?.partyId ?? -1,
    loyaltyPoints: points(regular.balance),
    lifetimePoints: points(regular.issued, regular.received),
    redeemed: points(regular.redeemed, regular.passedOn),
    expired: points(regular.expired),
    returned: points(regular.returned),
    adjusted: points(regular.adjusted),
    delayedPoints: points(delayed.balance, triggered.balance),
    delayedReturnedPoints: points(delayed.returned, triggered.returned),
    delayedExpiredPoints: points(delayed.expired, triggered.expired),
    totalAvailablePoints: points(regular.balance, delayed.balance, triggered.balance),
    totalReturnedPoints: points(regular.returned, delayed.returned, triggered.returned),
    cumulativePurchases: (membership?.lifetimePurchases ?? 0) / program.moneyScale,
    currentSlab: tier.name,
    slabSNo: tier.number,
    slabExpiryDate: formatIso(expiry, zone),
    nextSlab: next?.name ?? "",
    nextSlabDescription: next?.description ?? "",
    nextSlabSerialNumber: next?.number ?? -1,
    linkedPartnerPrograms: [] as never[],
  };
};

/** Adds what only `loyaltyProgramDetails` of a customer read shows. */
export const titledDetails = (
  organisation: Organisation,
  program: CompiledProgram,
  membership: Membership | null,
  accounts: readonly Account[],
  now: Instant,
) => ({
  ...programDetails(organisation, program, membership, accounts, now),
  programTitle: program.name,
  programDescription: program.description,
  programPointsToCurrencyRatio: program.pointsToCurrencyRatio,
});

/** A membership as the console shows it; money and times for people. `standing` is what the validity that runs has seen so far. */
export const membershipView = (
  organisation: Organisation,
  program: CompiledProgram,
  membership: Membership,
  accounts: readonly Account[],
  standing: PeriodStanding,
  tracked: { readonly day: string; readonly state: TrackerState },
) => {
  const tier = tierNumbered(program.tiers, membership.tierNumber);
  const next = nextTier(program.tiers, tier.number);
  const account = pointsAccount(accounts, membership.partyId, program.programId);
  const values = trackerMeasures(program, membership, tracked.state, tracked.day);
  const gaps = gapsOf(program, tier.number, { ...measuresOf(membership, account), ...values });
  const primary = gaps[0]!;
  const renewal = renewalGapOf(program, membership, standing, organisation.timeZone, values.trackerValue);
  const { combine } = program.definition.upgrade;
  const iso = (date: Date | null) =>
    date === null ? null : formatIso(date.getTime(), organisation.timeZone);
  const money = (amount: number) => amount / program.moneyScale;
  return {
    programId: program.programId,
    programName: program.name,
    tier: { number: tier.number, name: tier.name, color: tier.color },
    tierSince: iso(membership.tierSince)!,
    tierExpiresAt: iso(membership.tierExpiresAt),
    nextTier:
      next === null
        ? null
        : { number: next.number, name: next.name, threshold: next.threshold / primary.criterion.scale },
    progress: {
      criterion: primary.criterion.kind,
      value: primary.value / primary.criterion.scale,
      toNext: primary.gap === null ? null : primary.gap / primary.criterion.scale,
    },
    gaps: gaps.map(({ criterion: { kind, scale }, value, threshold, gap }) => ({
      criterion: kind,
      value: value / scale,
      threshold: threshold === null ? null : threshold / scale,
      gap: gap === null ? null : gap / scale,
    })),
    combine: gaps.length === 1 ? null : combine === undefined ? { kind: "any", count: 1 } : { ...combine },
    renewal:
      renewal === null
        ? null
        : {
            isConfirmed: renewal.renewConfirmed,
            conditions: renewal.renewStrategies.map((item) => ({
              kind: item.renewBasedOn.toLowerCase(),
              value: item.customerRenewEntityValue,
              threshold: item.renewThreshold,
              gap: item.customerGapToRenewValue,
            })),
          },
    isManualTier: membership.isManualTier ?? false,
    reassessTier: membership.reassessTier ?? false,
    lifetimePurchases: money(membership.lifetimePurchases),
    transactionCount: membership.transactionCount,
    visitCount: membership.visitCount,
    joinedAt: iso(membership.joinedAt)!,
  };
};
