import { Type } from "@fastify/type-provider-typebox";
import type { TSchema } from "typebox";
import type { Orgs } from "#orgs";
import { type Clock, type Db, failures, Issue, type Server, V3Failure } from "#platform";
import { EVENT_TYPES, eventType, isEmitted, schemaOf } from "./catalogue/catalogue.ts";
import { addConsoleRoutes } from "./console-routes.ts";
import { presentWebhook, WebhookBody, WebhookShape } from "./definitions/present.ts";
import { errors } from "./errors.ts";
import { addLogRoutes } from "./log/routes.ts";
import type { Webhooks } from "./service.ts";

export interface WebhookRouteParts {
  readonly db: Db;
  readonly orgs: Pick<Orgs, "get">;
  readonly clock: Clock;
  readonly webhooks: Webhooks;
}

export const READ = { access: { resource: "Webhook", mode: "read" } } as const;
export const WRITE = { access: { resource: "Webhook", mode: "write" } } as const;
const tags = ["Event notifications"];

/** An answer of the documented envelope. */
export const Answer = <Shape extends TSchema>(data: Shape) =>
  Type.Object({ data, errors: Type.Array(Issue), warnings: Type.Array(Issue) });
export const answer = <Data>(data: Data) => ({ data, errors: [], warnings: [] });

/** Adds the documented calls of webhooks, and the console's. */
export const addWebhookRoutes = (server: Server, parts: WebhookRouteParts): void => {
  addDefinitionRoutes(server, parts);
  addCatalogueRoutes(server);
  addLogRoutes(server, parts);
  addConsoleRoutes(server, parts);
};

const Params = Type.Object({ webHookId: Type.String({ description: "24 hexadecimal digits" }) });

const addDefinitionRoutes = (server: Server, { orgs, webhooks }: WebhookRouteParts): void => {
  server.get(
    "/v3/webHooks",
    {
      config: READ,
      schema: {
        tags,
        summary: "List webhooks",
        operationId: "listWebhooks",
        response: { 200: Answer(Type.Array(WebhookShape)), ...failures(V3Failure) },
      },
    },
    async ({ actor }) => {
      const [organisation, found] = await Promise.all([orgs.get(actor.orgId), webhooks.list(actor.orgId)]);
      return answer(found.map((webhook) => presentWebhook(organisation, webhook)));
    },
  );
  server.post(
    "/v3/webHooks",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Create a webhook",
        operationId: "createWebhook",
        body: WebhookBody,
        response: { 200: Answer(WebhookShape), ...failures(V3Failure) },
      },
    },
    async ({ actor, body }) =>
      answer(presentWebhook(await orgs.get(actor.orgId), await webhooks.create(actor, body))),
  );
  server.put(
    "/v3/webHooks/:webHookId",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Replace a webhook",
        description: "Events that are not sent are no longer subscribed to.",
        operationId: "replaceWebhook",
        params: Params,
        body: WebhookBody,
        response: { 200: Answer(WebhookShape), ...failures(V3Failure) },
      },
    },
    async ({ actor, params, body }) =>
      answer(
        presentWebhook(await orgs.get(actor.orgId), await webhooks.replace(actor, params.webHookId, body)),
      ),
  );
  server.delete(
    "/v3/webHooks/:webHookId",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Delete a webhook",
        description: "What was to be sent to it is not sent any more.",
        operationId: "deleteWebhook",
        params: Params,
        response: { 200: Answer(WebhookShape), ...failures(V3Failure) },
      },
    },
    async ({ actor, params }) =>
      answer(
        presentWebhook(await orgs.get(actor.orgId), await webhooks.remove(actor.orgId, params.webHookId)),
      ),
  );
};

const addCatalogueRoutes = (server: Server): void => {
  server.get(
    "/v3/webHooks/eventMetaData",
    {
      config: READ,
      schema: {
        tags,
        summary: "List events that webhooks can be told of",
        description:
          "active says whether this version makes such events; others can be subscribed to already.",
        operationId: "listWebhookEvents",
        response: {
          200: Answer(Type.Array(Type.Object({ active: Type.Boolean(), eventName: Type.String() }))),
          ...failures(V3Failure),
        },
      },
    },
    async () => answer(EVENT_TYPES.map((type) => ({ active: isEmitted(type), eventName: type.name }))),
  );
  server.get(
    "/v3/webHooks/eventMetaData/:eventName",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read the JSON schema of an event",
        operationId: "readWebhookEventSchema",
        params: Type.Object({ eventName: Type.String() }),
        response: {
          200: Answer(Type.Object({}, { additionalProperties: true, description: "JSON schema, draft 6" })),
          ...failures(V3Failure),
        },
      },
    },
    async ({ params }) => {
      const type = eventType(params.eventName);
      if (type === null) throw errors.unknown_event_type({ name: params.eventName.slice(0, 100) });
      return answer(schemaOf(type));
    },
  );
};
