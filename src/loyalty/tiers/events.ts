import type { NewEvent } from "#events";
import type { Membership, TierChange } from "../decide/schema.ts";
import type { SavedMembership } from "./store.ts";

/** The events of tiers, as this program names them. */
export type TierEventType = "tier.upgraded" | "tier.renewed" | "tier.downgraded" | "tier.downgrade_due";

const typeOf = ({ from, to, isUp }: TierChange): TierEventType => {
  if (isUp !== undefined) return isUp ? "tier.upgraded" : "tier.downgraded";
  if (from === to) return "tier.renewed";
  return from !== null && to < from ? "tier.downgraded" : "tier.upgraded";
};

/** The activity that changed the tier, as the dialect calls it; none of a job or a person. */
const activityOf = (reason: TierChange["reason"]): string | undefined => {
  if (reason === "upgrade" || reason === "reassessed") return "TransactionAdd";
  return reason === "return" ? "ReturnBill" : undefined;
};

const eventOf = (
  orgId: number,
  { membership: { partyId, programId }, tierChange, transactionId, tillId = null }: Changed,
): NewEvent => {
  const { from, to, at, reason, expiresAt = null, upgradeType = "STRATEGY", notes = "" } = tierChange;
  const activity = activityOf(reason);
  const payload = {
    programId,
    from,
    to,
    expiresAt,
    upgradeType,
    notes,
    reason,
    transactionId,
    tillId,
    ...(activity === undefined ? {} : { activity }),
  };
  return { orgId, partyId, type: typeOf(tierChange), occurredAt: new Date(at), payload };
};

interface Changed extends Pick<SavedMembership, "membership" | "transactionId" | "tillId"> {
  readonly tierChange: TierChange;
}

/** Of a membership whose tier was removed from the program; whoever saves it tells of it. */
export const movedEvents = (orgId: number, membership: Membership): NewEvent[] =>
  (membership.moved ?? []).map((tierChange) =>
    eventOf(orgId, { membership, tierChange, transactionId: null }),
  );

/** What decisions made of tiers, for whoever wants to know: one event for each change, but none for joining. */
export const tierEvents = (orgId: number, changed: readonly SavedMembership[]): NewEvent[] =>
  changed.flatMap(({ tierChange, ...rest }) =>
    tierChange === null || tierChange.from === null ? [] : [eventOf(orgId, { ...rest, tierChange })],
  );
