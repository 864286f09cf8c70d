import type { NewEvent, Subscriber } from "#events";
import type { Instant, Jobs } from "#platform";
import type { Messages } from "./service.ts";

const QUEUED = "message.queued";
const DELIVER = "messages.deliver";
const SWEEP = "messages.sweep";

/** Tells that messages of an organisation were queued: published in the transaction that queues them, it starts delivery. */
export const messageQueued = (orgId: number, partyId: number, now: Instant): NewEvent => ({
  orgId,
  partyId,
  type: QUEUED,
  occurredAt: new Date(now),
  payload: {},
});

export interface DeliveryParts {
  readonly jobs: Jobs;
  readonly messages: Messages;
}

/**
 * Has messages delivered by jobs: at once when they are queued, again when one is due, and by a sweep each minute of whatever
 * was left behind. All of an installation's mail goes through one queue of jobs, an organisation at a time, so that a slow mail
 * server never takes the places of other jobs. Returns what is to hear of events.
 */
export const defineDelivery = ({ jobs, messages }: DeliveryParts): Subscriber => {
  const queue = (orgId: number, at?: Date) =>
    jobs.add(
      DELIVER,
      { orgId },
      { key: `${DELIVER} ${orgId}`, queue: "mail", ...(at === undefined ? {} : { at }) },
    );
  jobs.define(DELIVER, async (payload) => {
    const { orgId } = payload as { orgId: number };
    const next = await messages.deliver(orgId);
    if (next !== null) await queue(orgId, next);
  });
  jobs.define(SWEEP, async () => {
    for (const orgId of await messages.organisationsWithDue()) await queue(orgId);
  });
  jobs.every("* * * * *", SWEEP);
  return async (_, events) => {
    const orgIds = new Set(events.filter(({ type }) => type === QUEUED).map(({ orgId }) => orgId));
    for (const orgId of orgIds) await queue(orgId);
  };
};
