import type { NewEvent } from "#events";
import type { TargetFact } from "./tracked.ts";

/** What happened to targets of a member, for whoever wants to know. */
export const targetEvents = (orgId: number, partyId: number, facts: readonly TargetFact[]): NewEvent[] =>
  facts.map(({ type, at, payload }) => ({ orgId, partyId, type, occurredAt: new Date(at), payload }));
