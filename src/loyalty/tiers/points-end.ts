import type { TierPointsMove } from "#ledger";
import { type Instant, lastSecondOfDay, localTime, startOfDay } from "#platform";
import type { Membership } from "../decide/schema.ts";
import type { Expiry } from "../programs/expiry.ts";
import type { Tiered } from "./rules.ts";
import type { SavedMembership } from "./store.ts";

/** What of a program the end of points with tiers needs: a compiled one fits. */
interface Program extends Tiered {
  readonly timeZone: string;
  readonly expiries: ReadonlyMap<number, Expiry>;
}

/**
 * When points end that live as long as a tier; null: never. Those that go on living with the next tier live until this one is looked at, as
 * the tier itself does.
 */
export const pointsEndOf = (
  { tierStrategy: { downgrade }, timeZone }: Program,
  tierEndsAt: Instant | null,
): Instant | null => {
  if (tierEndsAt === null || downgrade?.extendPoints !== true || downgrade.check === "daily")
    return tierEndsAt;
  const { year, month, day } = localTime(tierEndsAt, timeZone);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return lastSecondOfDay(startOfDay(tierEndsAt, timeZone, lastDay - day), timeZone);
};

/** The end of points that a member is given now under such a strategy. */
export const pointsEndWithTier = (program: Program, membership: Membership | null): Instant | null =>
  pointsEndOf(program, membership?.tierExpiresAt?.getTime() ?? null);

/** Ids of the strategies under which points live as long as the tier. */
export const tierEndStrategies = ({ expiries }: Pick<Program, "expiries">): number[] =>
  [...expiries].filter(([, { kind }]) => kind === "tier_end").map(([id]) => id);

/** Moves of a member's points to the end of the tier that they are in now; those that ended before `from` stay gone. */
export const pointsMovesOf = (program: Program, membership: Membership, from: Instant): TierPointsMove[] => {
  const { partyId, programId } = membership;
  const expiresAt = pointsEndWithTier(program, membership);
  return tierEndStrategies(program).map((strategyId) => ({
    partyId,
    programId,
    strategyId,
    expiresAt,
    from,
  }));
};

/** Moves of points with upgrades among what decisions made of memberships. */
export const pointsMovesOfUpgrades = (
  programOf: (programId: number, at: Instant) => Program | null,
  changed: readonly SavedMembership[],
): TierPointsMove[] =>
  changed.flatMap(({ membership, tierChange, recordedAt }) => {
    if (tierChange === null || tierChange.from === null || tierChange.to <= tierChange.from) return [];
    const program = programOf(membership.programId, recordedAt.getTime());
    return program === null ? [] : pointsMovesOf(program, membership, recordedAt.getTime());
  });
