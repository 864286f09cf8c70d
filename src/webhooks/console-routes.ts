import { Type } from "@fastify/type-provider-typebox";
import { failures, formatIso, OwnFailure, parseDateTime, type Server } from "#platform";
import { EVENT_TYPES, eventType, isEmitted, sampleOf, schemaOf } from "./catalogue/catalogue.ts";
import { AREAS, type Area } from "./catalogue/event-type.ts";
import { presentWebhook, WebhookBody, WebhookShape } from "./definitions/present.ts";
import type { Secret } from "./definitions/schema.ts";
import { MAX_OVERLAP_HOURS } from "./definitions/service.ts";
import { errors } from "./errors.ts";
import { addDeliveryRoutes } from "./log/console-routes.ts";
import { countUndelivered } from "./log/store.ts";
import { READ, type WebhookRouteParts, WRITE } from "./routes.ts";

const tags = ["Event notifications (console)"];
const OWN = failures(OwnFailure);
const strict = { additionalProperties: false };
/** Longer lists are not counted to their end. */
const MOST_COUNTED = 1000;

const Nullable = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);
const Summary = Type.Object({
  ...WebhookShape.properties,
  undelivered: Type.Integer({ description: "Refused for good or given up; counts at most 1,000" }),
  waiting: Type.Integer({
    description: "Customers for whom something is to be sent; counts at most 1,000",
  }),
  failures: Type.Integer({ description: "Tries in a row without an answer" }),
  pausedUntil: Nullable(Type.String()),
});
const SecretShape = Type.Object({
  id: Type.String(),
  secret: Type.String({ description: "whsec_…" }),
  createdAt: Type.String(),
  expiresAt: Nullable(Type.String()),
});
const Secrets = Type.Object({ items: Type.Array(SecretShape) });
const Id = Type.Object({ id: Type.String() });

/** Adds the console's calls of webhooks. */
export const addConsoleRoutes = (server: Server, parts: WebhookRouteParts): void => {
  addListRoutes(server, parts);
  addSecretRoutes(server, parts);
  addTestRoute(server, parts);
  addReplayRoutes(server, parts);
  addDeliveryRoutes(server, parts);
};

const addListRoutes = (server: Server, { db, orgs, webhooks }: WebhookRouteParts): void => {
  server.get(
    "/api/webhooks",
    {
      config: READ,
      schema: {
        tags,
        summary: "List webhooks with what is not delivered yet",
        operationId: "listOwnWebhooks",
        response: { 200: Type.Object({ items: Type.Array(Summary) }), ...OWN },
      },
    },
    async ({ actor: { orgId } }) => {
      const [{ timeZone }, found, counts] = await Promise.all([
        orgs.get(orgId),
        webhooks.list(orgId),
        db.transaction(orgId, (tx) => countUndelivered(tx, orgId, MOST_COUNTED)),
      ]);
      const byId = new Map(counts.map((count) => [count.webhookId, count]));
      return {
        items: found.map((webhook) => ({
          ...presentWebhook({ timeZone }, webhook),
          undelivered: byId.get(webhook.id)?.undelivered ?? 0,
          waiting: byId.get(webhook.id)?.waiting ?? 0,
          failures: webhook.failures,
          pausedUntil:
            webhook.pausedUntil === null ? null : formatIso(webhook.pausedUntil.getTime(), timeZone),
        })),
      };
    },
  );
  server.post(
    "/api/webhooks",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Create a webhook in the console",
        operationId: "createOwnWebhook",
        body: WebhookBody,
        response: { 200: WebhookShape, ...OWN },
      },
    },
    async ({ actor, body }) =>
      presentWebhook(await orgs.get(actor.orgId), await webhooks.create(actor, body)),
  );
  server.put(
    "/api/webhooks/:id",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Replace a webhook in the console",
        operationId: "replaceOwnWebhook",
        params: Id,
        body: WebhookBody,
        response: { 200: WebhookShape, ...OWN },
      },
    },
    async ({ actor, params, body }) =>
      presentWebhook(await orgs.get(actor.orgId), await webhooks.replace(actor, params.id, body)),
  );
  server.delete(
    "/api/webhooks/:id",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Delete a webhook in the console",
        operationId: "deleteOwnWebhook",
        params: Id,
        response: { 200: WebhookShape, ...OWN },
      },
    },
    async ({ actor, params }) =>
      presentWebhook(await orgs.get(actor.orgId), await webhooks.remove(actor.orgId, params.id)),
  );
  server.get(
    "/api/webhook-events",
    {
      config: READ,
      schema: {
        tags,
        summary: "List events by area",
        operationId: "listOwnWebhookEvents",
        response: {
          200: Type.Object({
            areas: Type.Array(
              Type.Object({
                name: Type.Enum(AREAS),
                events: Type.Array(
                  Type.Object({ name: Type.String(), summary: Type.String(), isActive: Type.Boolean() }),
                ),
              }),
            ),
          }),
          ...OWN,
        },
      },
    },
    async () => ({ areas: AREAS.map((name) => ({ name, events: eventsIn(name) })) }),
  );
  server.get(
    "/api/webhook-events/:name",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read an event with the JSON schema of its body and a made-up example",
        operationId: "readOwnWebhookEvent",
        params: Type.Object({ name: Type.String() }),
        response: {
          200: Type.Object({
            name: Type.String(),
            summary: Type.String(),
            isActive: Type.Boolean(),
            schema: Type.Object({}, { additionalProperties: true }),
            example: Type.Unknown(),
          }),
          ...OWN,
        },
      },
    },
    async ({ params }) => {
      const type = eventType(params.name);
      if (type === null) throw errors.unknown_event_type({ name: params.name.slice(0, 100) });
      const schema = schemaOf(type);
      return {
        name: type.name,
        summary: type.summary,
        isActive: isEmitted(type),
        schema,
        example: sampleOf(schema),
      };
    },
  );
};

const eventsIn = (area: Area) =>
  EVENT_TYPES.filter((type) => type.area === area).map((type) => ({
    name: type.name,
    summary: type.summary,
    isActive: isEmitted(type),
  }));

const addSecretRoutes = (server: Server, { orgs, webhooks }: WebhookRouteParts): void => {
  const present = async (orgId: number, secrets: readonly Secret[]) => {
    const { timeZone } = await orgs.get(orgId);
    return {
      items: secrets.map(({ id, secret, createdAt, expiresAt }) => ({
        id,
        secret,
        createdAt: formatIso(createdAt.getTime(), timeZone),
        expiresAt: expiresAt === null ? null : formatIso(expiresAt.getTime(), timeZone),
      })),
    };
  };
  server.get(
    "/api/webhooks/:id/secrets",
    {
      // Whoever may read them may sign in the organisation's name.
      config: WRITE,
      schema: {
        tags,
        summary: "Read the secrets that a webhook signs with",
        operationId: "listWebhookSecrets",
        params: Id,
        response: { 200: Secrets, ...OWN },
      },
    },
    async ({ actor: { orgId }, params }) => present(orgId, await webhooks.secrets(orgId, params.id)),
  );
  server.post(
    "/api/webhooks/:id/secrets",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Make a new secret; those before stay in force for a while",
        operationId: "rotateWebhookSecret",
        params: Id,
        body: Type.Object(
          {
            overlapHours: Type.Integer({
              minimum: 0,
              maximum: MAX_OVERLAP_HOURS,
              description: "How long bodies are signed with the secrets before as well",
            }),
          },
          strict,
        ),
        response: { 200: Secrets, ...OWN },
      },
    },
    async ({ actor: { orgId }, params, body }) =>
      present(orgId, await webhooks.rotate(orgId, params.id, body.overlapHours)),
  );
  server.delete(
    "/api/webhooks/:id/secrets/:secretId",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "End a secret at once",
        operationId: "endWebhookSecret",
        params: Type.Object({ id: Type.String(), secretId: Type.String() }),
        response: { 200: Secrets, ...OWN },
      },
    },
    async ({ actor: { orgId }, params }) =>
      present(orgId, await webhooks.endSecret(orgId, params.id, params.secretId)),
  );
};

const addTestRoute = (server: Server, { webhooks }: WebhookRouteParts): void => {
  server.post(
    "/api/webhooks/:id/test",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Send a made-up event and show what came of it",
        operationId: "testWebhook",
        params: Id,
        body: Type.Object({ eventName: Type.String({ maxLength: 100 }) }, strict),
        response: {
          200: Type.Object({
            status: Nullable(Type.Integer()),
            milliseconds: Type.Integer(),
            problem: Type.String(),
            answer: Type.String(),
            body: Type.String({ description: "As it was sent" }),
            headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
          }),
          ...OWN,
        },
      },
    },
    async ({ actor: { orgId }, params, body }) => {
      const { outgoing, sent } = await webhooks.tryOut(orgId, params.id, body.eventName);
      return {
        status: sent.status,
        milliseconds: sent.took,
        problem: sent.problem,
        answer: sent.answer,
        body: outgoing.body,
        headers: shownHeaders(outgoing.headers),
      };
    },
  );
};

/** What signs is shown, what the organisation put in is not. */
export const shownHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => ({
    name,
    value: name.startsWith("webhook-") ? value : "********",
  }));

const addReplayRoutes = (server: Server, { orgs, webhooks }: WebhookRouteParts): void => {
  const Accepted = Type.Object({ accepted: Type.Literal(true) });
  server.post(
    "/api/webhooks/:id/replay",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Send everything since a time again",
        description:
          "Delivered or not, with the same event ids, in the background and in each customer's order. Times without an offset are the organisation's.",
        operationId: "replayWebhook",
        params: Id,
        body: Type.Object({ since: Type.String({ maxLength: 40 }) }, strict),
        response: { 202: Accepted, ...OWN },
      },
    },
    async ({ actor: { orgId }, params, body }, reply) => {
      const { timeZone } = await orgs.get(orgId);
      const since = parseDateTime(body.since, { zone: timeZone });
      if (since === null) throw errors.bad_field({ field: "since", expected: "a date and time" });
      await webhooks.replay(orgId, params.id, since);
      return reply.status(202).send({ accepted: true });
    },
  );
  server.post(
    "/api/webhooks/:id/retry",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Try everything again that was refused or given up",
        operationId: "retryUndelivered",
        params: Id,
        response: { 202: Accepted, ...OWN },
      },
    },
    async ({ actor: { orgId }, params }, reply) => {
      await webhooks.retryAll(orgId, params.id);
      return reply.status(202).send({ accepted: true });
    },
  );
};
