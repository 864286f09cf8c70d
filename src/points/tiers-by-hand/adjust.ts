import {
  adjustTier,
  type CompiledProgram,
  DEFAULT_EXPIRY,
  insertHistory,
  type ManualAdjustment,
  type Membership,
  movedEvents,
  pointsEndWithTier,
  type SavedMembership,
  tierEndStrategies,
  tierEvents,
  tierNumbered,
  upsertNewest,
} from "#loyalty";
import { formatIso, type Instant } from "#platform";
import { type Desk, type Located, type MovementKind, membershipOf, programOf, rowsOf } from "../movement.ts";
import { errors } from "./errors.ts";

export interface AdjustTierInput extends ManualAdjustment {
  readonly programId: number;
}

/** The reply, before the dialect dresses it. */
export interface TierAdjusted {
  readonly customerId: number;
  readonly programId: number;
  readonly from: { readonly number: number; readonly name: string };
  readonly to: { readonly number: number; readonly name: string };
  readonly expiredAt: Instant | null;
  /** Null: it does not end. */
  readonly expiresAt: Instant | null;
  readonly reassess: boolean;
}

const GONE = new Set(["DELETED", "PENDING_DELETION"]);

/** The program and who is meant in it. Raises 1101, 3045, 8015. */
const requireMember = (desk: Desk, { partyIds, input, now }: Located<AdjustTierInput>) => {
  const partyId = partyIds[0]!;
  const profile = desk.profiles.get(partyId);
  if (profile === undefined) throw errors.tier_customer({ name: `id ${partyId}` });
  if (GONE.has(profile.status)) throw errors.tier_status({ id: partyId, status: profile.status });
  const program = programOf(desk, input.programId, now);
  if (program === null) throw errors.tier_program({ value: input.programId, field: "programId" });
  const membership = membershipOf(desk, partyId, program.programId);
  if (membership === null) throw errors.tier_not_a_member({ id: partyId, program: program.name });
  return { program, membership };
};

/** Moves a tier, renews it or moves its end by hand; only the membership changes, no points. */
export const adjustTierKind: MovementKind<AdjustTierInput, unknown> = {
  name: "adjust_tier",
  ids: 1,
  decide: (movement, desk): TierAdjusted => {
    const { input, now, tillId, by } = movement;
    const { program, membership } = requireMember(desk, movement);
    const adjusted = adjustTier(program, membership, input, now);
    if ("problem" in adjusted) throw refusalOf(adjusted, input, program);
    const saved: SavedMembership = {
      ...adjusted,
      transactionId: null,
      recordedAt: new Date(desk.recordedAt),
      tillId,
      by,
    };
    const { moved: _, ...after } = adjusted.membership;
    desk.memberships.set(`${membership.partyId}/${membership.programId}`, after);
    moveWithTier(movement, desk, program, after);
    rowsOf(desk, "memberships", upsertNewest).push(saved);
    rowsOf(desk, "tier_changes", insertHistory).push(saved);
    const { id: orgId } = desk.organisation;
    desk.writes.events.push(...movedEvents(orgId, membership), ...tierEvents(orgId, [saved]));
    const shown = (number: number) => {
      const tier = tierNumbered(program.tiers, number);
      return { number: tier.number, name: tier.name };
    };
    return {
      customerId: membership.partyId,
      programId: program.programId,
      from: shown(membership.tierNumber),
      to: shown(adjusted.membership.tierNumber),
      expiredAt: membership.tierExpiresAt?.getTime() ?? null,
      expiresAt: adjusted.membership.tierExpiresAt?.getTime() ?? null,
      reassess: input.reassess,
    };
  },
};

/** Points that live as long as the tier get its new end. */
const moveWithTier = (
  { now, by, input }: Located<AdjustTierInput>,
  desk: Desk,
  program: CompiledProgram,
  membership: Membership,
): void => {
  const strategies = new Set(tierEndStrategies(program));
  if (strategies.size === 0) return;
  const { partyId, programId } = membership;
  const after = pointsEndWithTier(program, membership);
  const lots = desk.book.lotsOf(partyId).filter((lot) => {
    const isOpen = lot.remaining > 0 && (lot.expiresAt === null || lot.expiresAt.getTime() >= now);
    const strategyId = lot.details?.expiryStrategyId ?? DEFAULT_EXPIRY;
    return isOpen && lot.programId === programId && lot.rolls && strategies.has(strategyId);
  });
  const eventId = lots.length === 0 ? 0 : desk.nextId("event");
  for (const { eventNo, lineNo, expiresAt } of lots)
    desk.book.moveExpiry({
      partyId,
      eventNo,
      lineNo,
      eventId,
      changedAt: now,
      before: expiresAt?.getTime() ?? null,
      after,
      reasonType: "TIER_CHANGE",
      note: input.reason,
      changedBy: by,
      details: null,
    });
};

type Problem = Extract<ReturnType<typeof adjustTier>, { readonly problem: string }>;

const refusalOf = (
  problem: Problem,
  { toTier, validity }: AdjustTierInput,
  { timeZone }: CompiledProgram,
) => {
  switch (problem.problem) {
    case "unknown_tier":
      return errors.unknown_slab({ value: toTier === "" ? "nothing" : toTier, field: "toSlabName" });
    case "not_higher":
      return errors.slab_not_higher({ value: toTier, current: problem.current, field: "toSlabName" });
    case "not_lower":
      return errors.slab_not_lower({ value: toTier, current: problem.current, field: "toSlabName" });
    case "past_expiry":
      return errors.past_slab_expiry({ value: formatIso(problem.expiresAt, timeZone).slice(0, 10) });
    case "bad_date":
      return errors.bad_slab_date({ value: validity.kind === "SPECIFIC_DATE" ? validity.date : "nothing" });
  }
};
