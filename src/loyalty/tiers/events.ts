import type { NewEvent } from "#events";
import type { TierChange } from "../decide/schema.ts";
import type { SavedMembership } from "./store.ts";

/** The events of tiers, as this program names them. */
export type TierEventType = "tier.upgraded" | "tier.renewed" | "tier.downgraded" | "tier.downgrade_due";

const typeOf = ({ from, to, isUp }: TierChange): TierEventType => {
  if (isUp !== undefined) return isUp ? "tier.upgraded" : "tier.downgraded";
  if (from === to) return "tier.renewed";
  return from !== null && to < from ? "tier.downgraded" : "tier.upgraded";
};

/** What decisions made of tiers, for whoever wants to know: one event for each change, but none for joining. */
export const tierEvents = (orgId: number, changed: readonly SavedMembership[]): NewEvent[] =>
  changed.flatMap(({ membership, tierChange, transactionId, tillId = null }) => {
    const { partyId, programId } = membership;
    if (tierChange === null || tierChange.from === null) return [];
    const { from, to, at, reason, expiresAt = null, upgradeType = "STRATEGY", notes = "" } = tierChange;
    const payload = { programId, from, to, expiresAt, upgradeType, notes, reason, transactionId, tillId };
    return [{ orgId, partyId, type: typeOf(tierChange), occurredAt: new Date(at), payload }];
  });
