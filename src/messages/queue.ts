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
 * Lets organisations be delivered to in turn: one at a time in this process, in the order in which they asked. Who asks while
 * another has its turn does not wait, and so takes no place of other jobs; whoever is at work goes on with it.
 */
export const takingTurns = (deliver: (orgId: number) => Promise<void>) => {
  const waiting = new Set<number>();
  let isBusy = false;
  return async (orgId: number): Promise<void> => {
    waiting.add(orgId);
    if (isBusy) return;
    isBusy = true;
    const failures: unknown[] = [];
    // Those who ask meanwhile are added to the end of the set, and reached.
    for (const next of waiting) {
      waiting.delete(next);
      await deliver(next).catch((error: unknown) => failures.push(error));
    }
    isBusy = false;
    // The job is tried again; whose turn it was that failed is found by the next sweep.
    if (failures.length > 0) throw failures[0];
  };
};

/**
 * Has messages delivered by jobs: at once when they are queued, again when one is due, and by a sweep each minute of whatever
 * was left behind. The jobs are in no queue of the job system: the queue of a worker that was killed stays locked for hours, and
 * all mail with it. Two processes may deliver at the same time, because a message is claimed by one of them. The job of a worker
 * that was killed stays locked as well, but the next one under its key takes its place. Returns what is to hear of events.
 */
export const defineDelivery = ({ jobs, messages }: DeliveryParts): Subscriber => {
  const queue = (orgId: number, at?: Date) =>
    jobs.add(DELIVER, { orgId }, { key: `${DELIVER} ${orgId}`, ...(at === undefined ? {} : { at }) });
  const deliver = takingTurns(async (orgId) => {
    const next = await messages.deliver(orgId);
    if (next !== null) await queue(orgId, next);
  });
  jobs.define(DELIVER, (payload) => deliver((payload as { orgId: number }).orgId));
  jobs.define(SWEEP, async () => {
    for (const orgId of await messages.organisationsWithDue()) await queue(orgId);
  });
  jobs.every("* * * * *", SWEEP);
  return async (_, events) => {
    const orgIds = new Set(events.filter(({ type }) => type === QUEUED).map(({ orgId }) => orgId));
    for (const orgId of orgIds) await queue(orgId);
  };
};
