import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { failures, type Server, V3Failure } from "#platform";
import { documentedTime } from "../documented-time.ts";
import { errors } from "../errors.ts";
import { Answer, answer, READ, type WebhookRouteParts } from "../routes.ts";
import { type DeliveryRow, deliveriesBy, type LogKey } from "./store.ts";

const Nullable = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

const Entry = Type.Object({
  refId: Nullable(Type.String()),
  requestId: Nullable(Type.String()),
  eventName: Type.String(),
  eventId: Type.String(),
  consumerGroupId: Type.String(),
  eventIngestionTimestamp: Type.String(),
  eventStartTimestamp: Nullable(Type.String()),
  eventEndTimestamp: Nullable(Type.String()),
  slaBreachTimestamp: Nullable(Type.String()),
  consumerResponse: Nullable(
    Type.Object({
      webhookHttpStatus: Nullable(Type.Integer({ description: "null: there was no answer" })),
      time_taken: Nullable(Type.Integer({ description: "Milliseconds" })),
    }),
  ),
});

/** The documented limit for a delivery; what breaks it is noted and nothing more. */
const SLA = 3_600_000;

const present = (
  { timeZone }: Organisation,
  row: DeliveryRow,
  groups: ReadonlyMap<string, string>,
  now: Date,
): Static<typeof Entry> => {
  const time = (at: Date | null) => (at === null ? null : documentedTime(at, timeZone));
  const limit = new Date(row.createdAt.getTime() + SLA);
  const isLate = (row.endedAt ?? now) > limit;
  return {
    refId: row.refId,
    requestId: row.requestId,
    eventName: row.eventName,
    eventId: row.eventId,
    consumerGroupId: groups.get(row.webhookId) ?? "",
    eventIngestionTimestamp: documentedTime(row.createdAt, timeZone),
    eventStartTimestamp: time(row.firstTriedAt),
    eventEndTimestamp: time(row.endedAt),
    slaBreachTimestamp: isLate ? documentedTime(limit, timeZone) : null,
    consumerResponse:
      row.attempts === 0 && row.httpStatus === null
        ? null
        : { webhookHttpStatus: row.httpStatus, time_taken: row.took },
  };
};

/** Adds the documented reads of the delivery log. */
export const addLogRoutes = (server: Server, { db, orgs, webhooks, clock }: WebhookRouteParts): void => {
  const find = async (orgId: number, key: LogKey, value: string) => {
    const [organisation, known, rows] = await Promise.all([
      orgs.get(orgId),
      webhooks.list(orgId),
      db.transaction(orgId, (tx) => deliveriesBy(tx, orgId, key, value)),
    ]);
    const groups = new Map(known.map(({ id, consumerGroupId }) => [id, consumerGroupId]));
    return rows.map((row) => present(organisation, row, groups, clock.now()));
  };
  const schema = { tags: ["Event notifications"] };

  server.get(
    "/v3/webHooks/eventLog/:eventId",
    {
      config: READ,
      schema: {
        ...schema,
        summary: "Read a delivery by event id",
        description: "Of an event that several webhooks are told of: the delivery to the first of them.",
        operationId: "readDeliveryByEvent",
        params: Type.Object({ eventId: Type.String() }),
        response: { 200: Answer(Entry), ...failures(V3Failure) },
      },
    },
    async ({ actor, params }) => {
      const [entry] = await find(actor.orgId, "event_id", params.eventId);
      if (entry === undefined) throw errors.unknown_delivery({ id: params.eventId.slice(0, 60) });
      return answer(entry);
    },
  );

  const addList = (path: string, param: string, key: LogKey, kind: string, operationId: string) =>
    server.get(
      `/v3/webHooks/eventLog/${path}/:${param}`,
      {
        config: READ,
        schema: {
          ...schema,
          summary: `Read deliveries by ${kind}`,
          operationId,
          params: Type.Record(Type.Literal(param), Type.String()),
          response: { 200: Answer(Type.Array(Entry)), ...failures(V3Failure) },
        },
      },
      async ({ actor, params }) => {
        const value = (params as Record<string, string>)[param] ?? "";
        const entries = await find(actor.orgId, key, value);
        if (entries.length === 0) throw errors.no_deliveries({ kind, id: value.slice(0, 60) });
        return answer(entries);
      },
    );
  addList("requestId", "requestId", "request_id", "request id", "readDeliveriesByRequest");
  addList("refId", "referenceId", "ref_id", "reference id", "readDeliveriesByReference");
};
