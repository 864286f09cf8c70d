import { type Static, Type } from "@fastify/type-provider-typebox";
import {
  decodeCursor,
  encodeCursor,
  failures,
  formatIso,
  isCursorTime,
  OwnFailure,
  type Server,
} from "#platform";
import { MASK } from "../definitions/parse.ts";
import { errors } from "../errors.ts";
import { bodyFor, type KeptBody } from "../payloads/body.ts";
import { READ, type WebhookRouteParts, WRITE } from "../routes.ts";
import {
  countDeliveries,
  type DeliveryRow,
  findDelivery,
  listDeliveries,
  type Position,
  STATUSES,
} from "./store.ts";

const tags = ["Event notifications (console)"];
const OWN = failures(OwnFailure);
/** Longer lists are not counted to their end. */
const MOST_COUNTED = 1000;
const Nullable = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

const Delivery = Type.Object({
  eventId: Type.String(),
  eventName: Type.String(),
  customerId: Type.Integer({ description: "Whose queue it waits in" }),
  refId: Nullable(Type.String()),
  requestId: Nullable(Type.String()),
  status: Type.Enum(STATUSES),
  attempts: Type.Integer(),
  createdAt: Type.String(),
  triedAt: Nullable(Type.String()),
  endedAt: Nullable(Type.String()),
  nextTryAt: Nullable(Type.String()),
  httpStatus: Nullable(Type.Integer()),
  milliseconds: Nullable(Type.Integer()),
  problem: Type.String(),
});
const FullDelivery = Type.Object({
  ...Delivery.properties,
  url: Type.String(),
  method: Type.String(),
  headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
  body: Type.String({ description: "As it is sent" }),
  answer: Type.String({ description: "The beginning of what the receiver answered last" }),
});

const present = (row: DeliveryRow, timeZone: string): Static<typeof Delivery> => {
  const iso = (at: Date | null) => (at === null ? null : formatIso(at.getTime(), timeZone));
  return {
    eventId: row.eventId,
    eventName: row.eventName,
    customerId: row.partyId,
    refId: row.refId,
    requestId: row.requestId,
    status: row.status,
    attempts: row.attempts,
    createdAt: formatIso(row.createdAt.getTime(), timeZone),
    triedAt: iso(row.triedAt),
    endedAt: iso(row.endedAt),
    nextTryAt: iso(row.dueAt),
    httpStatus: row.httpStatus,
    milliseconds: row.took,
    problem: row.problem,
  };
};

const parsePosition = (after: string | undefined): Position | null => {
  if (after === undefined) return null;
  const [at, no] = decodeCursor(after, 2) ?? [];
  if (!isCursorTime(at) || !Number.isSafeInteger(no)) throw errors.bad_cursor({ field: "after" });
  return { at, no: Number(no) };
};

/** Which deliveries are shown: `undelivered` is what was refused or given up. */
const FILTERS = ["all", "undelivered", ...STATUSES] as const;
const statusesOf = (filter: (typeof FILTERS)[number]) => {
  if (filter === "all") return STATUSES;
  return filter === "undelivered" ? (["failed", "dead"] as const) : [filter];
};

/** Adds the console's reads of what became of events, and the retry of one. */
export const addDeliveryRoutes = (server: Server, { db, orgs, webhooks }: WebhookRouteParts): void => {
  server.get(
    "/api/webhooks/:id/deliveries",
    {
      config: READ,
      schema: {
        tags,
        summary: "List what was sent to a webhook, the newest first",
        operationId: "listWebhookDeliveries",
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({
          status: Type.Optional(Type.Enum(FILTERS)),
          eventName: Type.Optional(Type.String({ maxLength: 100 })),
          after: Type.Optional(Type.String({ maxLength: 200 })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 25 when absent" }),
          ),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(Delivery),
            next: Nullable(Type.String()),
            total: Type.Integer({ description: "Counts at most 1,000" }),
          }),
          ...OWN,
        },
      },
    },
    async ({ actor: { orgId }, params, query }) => {
      const limit = Number(query.limit ?? 25);
      const after = parsePosition(query.after);
      const { timeZone } = await orgs.get(orgId);
      const filter = { statuses: statusesOf(query.status ?? "all"), eventName: query.eventName ?? null };
      const { rows, total } = await db.transaction(orgId, async (tx) => {
        await webhooks.require(tx, orgId, params.id);
        return {
          rows: await listDeliveries(tx, orgId, params.id, filter, after, limit + 1),
          total: await countDeliveries(tx, orgId, params.id, filter, MOST_COUNTED),
        };
      });
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      return {
        items: shown.map((row) => present(row, timeZone)),
        next: last === undefined ? null : encodeCursor([last.createdAt.toISOString(), last.no]),
        total,
      };
    },
  );

  const Key = Type.Object({ id: Type.String(), eventId: Type.String() });
  server.get(
    "/api/webhooks/:id/deliveries/:eventId",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read one delivery: what is sent, and what was answered",
        operationId: "readWebhookDelivery",
        params: Key,
        response: { 200: FullDelivery, ...OWN },
      },
    },
    async ({ actor: { orgId }, params: { id, eventId } }) => {
      const { timeZone } = await orgs.get(orgId);
      const { webhook, found } = await db.transaction(orgId, async (tx) => ({
        webhook: await webhooks.require(tx, orgId, id),
        found: await findDelivery(tx, orgId, { eventId, webhookId: id }),
      }));
      if (found === null) throw errors.unknown_delivery({ id: eventId.slice(0, 60) });
      return {
        ...present(found, timeZone),
        url: webhook.url,
        method: webhook.method,
        headers: Object.keys(webhook.headers).map((name) => ({ name, value: MASK })),
        body: bodyFor(found.body as KeptBody, webhook.enrichments),
        answer: found.answer,
      };
    },
  );
  server.post(
    "/api/webhooks/:id/deliveries/:eventId/retry",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Try an event again that was refused or given up",
        operationId: "retryWebhookDelivery",
        params: Key,
        response: { 200: Delivery, ...OWN },
      },
    },
    async ({ actor: { orgId }, params: { id, eventId } }) => {
      await webhooks.get(orgId, id);
      const { timeZone } = await orgs.get(orgId);
      const retried = await webhooks.retryOne(orgId, { eventId, webhookId: id });
      webhooks.wake();
      return present(retried, timeZone);
    },
  );
};
