import { type Static, Type } from "@fastify/type-provider-typebox";
import { Check } from "typebox/value";
import type { Customers } from "#customers";
import type { Events, PublishedEvent, Subscriber } from "#events";
import { insertMessages, messageQueued, type NewMessage } from "#messages";
import type { Organisation, Orgs } from "#orgs";
import { assert, type Clock, type Ids, type Instant, parseDateTime, startOfDay, type Tx } from "#platform";

/** The kind of message that reminds of points that expire. */
export const REMINDER_MESSAGE = "points_expiry_reminder";

const Line = Type.Object({
  programId: Type.Integer(),
  currencyId: Type.Integer(),
  category: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)]),
  amount: Type.Integer(),
  expiresOn: Type.String(),
});
/** Points of one account that expire on one day. */
export type ReminderLine = Static<typeof Line>;

/** The lines of an event of the ledger or of a message that was written down. */
export const linesIn = (value: unknown): readonly ReminderLine[] => {
  const lines = Array.isArray(value) ? value : [value];
  for (const line of lines) assert(Check(Line, line), "a reminder says what expires when");
  return lines as ReminderLine[];
};

export interface RemindParts {
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "loadProfiles">;
  readonly publish: Events["publish"];
  readonly hasMailServer: boolean;
}

const endOfDay = (day: string, zone: string): Instant => {
  const midnight = parseDateTime(day, { zone });
  assert(midnight !== null, "the ledger names days");
  return startOfDay(midnight, zone, 1);
};

/** One letter for each customer, of all that they are reminded of at once. */
const linesByParty = (events: readonly PublishedEvent[]): Map<number, ReminderLine[]> => {
  const lines = new Map<number, ReminderLine[]>();
  for (const { partyId, payload } of events)
    lines.set(partyId, [...(lines.get(partyId) ?? []), ...linesIn(payload)]);
  return lines;
};

const queueReminders = async (
  tx: Tx,
  { ids, clock, customers, publish }: RemindParts,
  { id: orgId, timeZone }: Organisation,
  events: readonly PublishedEvent[],
): Promise<void> => {
  const now = clock.now().getTime();
  const lines = linesByParty(events);
  const [profiles, nextId] = await Promise.all([
    customers.loadProfiles(tx, orgId, [...lines.keys()]),
    ids.reserve("points", lines.size),
  ]);
  const messages = profiles.map(({ partyId, mobile, email }): NewMessage => {
    const own = lines.get(partyId)!;
    return {
      partyId,
      id: nextId(),
      kind: REMINDER_MESSAGE,
      refId: null,
      details: { lines: own },
      mobile,
      email,
      tillId: null,
      createdAt: now,
      expiresAt: Math.max(...own.map(({ expiresOn }) => endOfDay(expiresOn, timeZone))),
      delivery: "email",
    };
  });
  if (messages.length === 0) return;
  await tx.run(insertMessages(orgId, messages));
  await publish(tx, [messageQueued(orgId, messages[0]!.partyId, now)]);
};

/**
 * Turns the ledger's reminders into e-mails, in the transaction that takes them from the outbox: one for each customer. Where
 * there is no mail server, or the organisation wants none sent, they stay what they are: events.
 */
export const mailReminders =
  (parts: RemindParts): Subscriber =>
  async (tx, events) => {
    if (!parts.hasMailServer) return;
    const reminders = events.filter(({ type }) => type === "points.expiry_reminder");
    for (const orgId of new Set(reminders.map((event) => event.orgId))) {
      const organisation = await parts.orgs.get(orgId);
      if (organisation.setting("CONF_POINTS_EXPIRY_REMINDER_DELIVERY") !== "email") continue;
      await queueReminders(
        tx,
        parts,
        organisation,
        reminders.filter((event) => event.orgId === orgId),
      );
    }
  };
