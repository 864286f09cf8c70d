import { type Instant, lastSecondOfDay, parseDateTime, startOfDay } from "#platform";
import type { Membership } from "../decide/schema.ts";
import { type Entered, enterTier, renewTier } from "./enter.ts";
import { type CompiledTier, tierNumbered } from "./rules.ts";
import { endOfRenewed, endOfTier } from "./validity.ts";

/** What may be done to a tier by hand (tiers.md §4). */
export type ManualAction = "UPGRADE" | "DOWNGRADE" | "RENEWAL" | "EXTEND_CURRENT_TIER_EXPIRY_DATE";

/** Until when the tier stands then. */
export type ManualValidity =
  | { readonly kind: "FIXED_DURATION"; readonly days: number }
  /** YYYY-MM-DD. */
  | { readonly kind: "SPECIFIC_DATE"; readonly date: string }
  | { readonly kind: "CURRENT_TIER_EXPIRY_DATE" }
  | { readonly kind: "AS_PER_TIER_STRATEGY" };

export interface ManualAdjustment {
  readonly action: ManualAction;
  /** Of the tier to go to; of RENEWAL and EXTEND_CURRENT_TIER_EXPIRY_DATE nobody asks for it. */
  readonly toTier: string;
  readonly validity: ManualValidity;
  /** Let the next activity look at the tier anew. */
  readonly reassess: boolean;
  readonly reason: string;
}

/** Why a tier cannot be adjusted so. */
export type AdjustmentProblem =
  | { readonly problem: "unknown_tier" }
  | { readonly problem: "not_higher" | "not_lower"; readonly current: string }
  | { readonly problem: "past_expiry"; readonly expiresAt: Instant }
  | { readonly problem: "bad_date" };

interface Program {
  readonly tiers: readonly CompiledTier[];
  readonly timeZone: string;
}

/** What an adjustment by hand makes of a membership, or why it cannot be. Pure. */
export const adjustTier = (
  program: Program,
  membership: Membership,
  { action, toTier, validity, reassess, reason }: ManualAdjustment,
  now: Instant,
): Entered | AdjustmentProblem => {
  const current = tierNumbered(program.tiers, membership.tierNumber);
  const moves = action === "UPGRADE" || action === "DOWNGRADE";
  const target = moves ? tierNamed(program, toTier) : current;
  if (target === null) return { problem: "unknown_tier" };
  if (action === "UPGRADE" && target.number <= current.number)
    return { problem: "not_higher", current: current.name };
  if (action === "DOWNGRADE" && target.number >= current.number)
    return { problem: "not_lower", current: current.name };
  const expiresAt = endOf(program, membership, target, moves, validity, now);
  if (expiresAt === undefined) return { problem: "bad_date" };
  if (expiresAt !== null && expiresAt <= now) return { problem: "past_expiry", expiresAt };
  const terms = { at: now, upgradeType: "MANUAL" as const, notes: reason, expiresAt, isManual: !reassess };
  const entered = moves
    ? enterTier(program, membership, {
        ...terms,
        to: target.number,
        reason: action === "UPGRADE" ? "manual upgrade" : "manual downgrade",
      })
    : renewTier(membership, {
        ...terms,
        reason: action === "RENEWAL" ? "manual renewal" : "expiry moved",
      });
  return { ...entered, membership: { ...entered.membership, reassessTier: reassess } };
};

const tierNamed = ({ tiers }: Program, name: string): CompiledTier | null => {
  const wanted = name.trim().toLowerCase();
  return tiers.find((tier) => tier.name.trim().toLowerCase() === wanted) ?? null;
};

/** The last second of the tier; null: it does not end; undefined: what was said is no day. */
const endOf = (
  { timeZone }: Program,
  { tierExpiresAt, tierSince, joinedAt }: Membership,
  target: CompiledTier,
  moves: boolean,
  validity: ManualValidity,
  now: Instant,
): Instant | null | undefined => {
  switch (validity.kind) {
    case "FIXED_DURATION":
      return startOfDay(now, timeZone, validity.days + 1) - 1000;
    case "SPECIFIC_DATE": {
      const day = parseDateTime(validity.date, { zone: timeZone });
      return day === null ? undefined : lastSecondOfDay(day, timeZone);
    }
    case "CURRENT_TIER_EXPIRY_DATE":
      return tierExpiresAt?.getTime() ?? null;
    case "AS_PER_TIER_STRATEGY": {
      const holding = { joinedAt: joinedAt.getTime(), timeZone };
      if (moves || target.validity === null || tierExpiresAt === null)
        return endOfTier(target.validity, now, holding);
      // A renewal counts from the end that there is, as one by the strategy does.
      return endOfRenewed(target.validity, target.renewal?.extend ?? { by: "validity" }, {
        ...holding,
        expiresAt: tierExpiresAt.getTime(),
        enteredAt: tierSince.getTime(),
      });
    }
  }
};
