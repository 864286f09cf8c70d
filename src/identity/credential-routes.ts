import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { formatIso, type Server } from "#platform";
import { afterId, Id, list, OWN_FAILURES, PageQuery, page, pathId, strict } from "./admin-shapes.ts";
import { ALL_PERMISSIONS } from "./permissions.ts";
import type { IdentityRouteParts } from "./routes.ts";
import type { Client } from "./schema.ts";

/** Credentials let their holder act for the organisation: managing them is managing who has access. */
const READ = { access: { resource: "User", mode: "read" } } as const;
const WRITE = { access: { resource: "User", mode: "write" } } as const;
const tags = ["Administration"];

const GRANTABLE = ALL_PERMISSIONS.filter((permission) => !permission.startsWith("User:"));
const permissionList = (description: string) =>
  Type.Optional(Type.Array(Type.Enum(GRANTABLE), { description, maxItems: 50 }));

const ClientShape = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  key: Type.String(),
  tillId: Type.Integer(),
  tillCode: Type.String(),
  ttlSeconds: Type.Integer(),
  permissions: Type.Array(Type.String()),
  fallsBackToTill: Type.Boolean(),
  isActive: Type.Boolean(),
  createdAt: Type.String(),
});
const clientShape =
  (organisation: Organisation) =>
  (client: Client): Static<typeof ClientShape> => ({
    id: client.id,
    name: client.name,
    key: client.key,
    tillId: client.tillId,
    tillCode: organisation.till(client.tillId)?.code ?? "",
    ttlSeconds: client.ttlSeconds,
    permissions: [...client.permissions],
    fallsBackToTill: client.fallsBackToTill,
    isActive: client.isActive,
    createdAt: formatIso(client.createdAt.getTime(), organisation.timeZone),
  });

export const addClientRoutes = (server: Server, { identity, orgs }: IdentityRouteParts): void => {
  server.get(
    "/api/clients",
    {
      config: READ,
      schema: {
        tags,
        summary: "List API clients",
        operationId: "listClients",
        querystring: PageQuery,
        response: { 200: list(ClientShape), ...OWN_FAILURES },
      },
    },
    async ({ actor, query }) => {
      const limit = query.limit ?? 25;
      const found = await identity.listClients(actor.orgId, afterId(query.after), limit + 1);
      return page(found, limit, clientShape(await orgs.get(actor.orgId)));
    },
  );
  server.post(
    "/api/clients",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Add an API client; its secret is shown this once",
        operationId: "addClient",
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 100 }),
            tillId: Type.Integer({ minimum: 1 }),
            ttlSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400 })),
            permissions: permissionList("Resource:mode each; all but User when absent"),
            fallsBackToTill: Type.Optional(Type.Boolean()),
          },
          strict,
        ),
        response: {
          200: Type.Object({ ...ClientShape.properties, secret: Type.String() }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor, body }) => {
      const { client, secret } = await identity.createClient(actor, body);
      return { ...clientShape(await orgs.get(actor.orgId))(client), secret };
    },
  );
  server.post(
    "/api/clients/:id/revoke",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Revoke an API client: its key and its tokens are refused at once",
        operationId: "revokeClient",
        params: Id,
        response: { 200: ClientShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params }) => {
      const client = await identity.revokeClient(actor, pathId(params.id));
      return clientShape(await orgs.get(actor.orgId))(client);
    },
  );
};

export const addTillCredentialRoutes = (server: Server, { identity }: IdentityRouteParts): void => {
  server.post(
    "/api/tills/:id/credentials",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Give a till a password, replacing any other; it is shown this once",
        operationId: "setTillCredentials",
        params: Id,
        body: Type.Union([
          Type.Object(
            {
              password: Type.Optional(Type.String({ minLength: 3, maxLength: 200 })),
              permissions: permissionList(
                "Resource:mode each; when absent those that the till had, all but User at first",
              ),
            },
            strict,
          ),
          Type.Null(),
        ]),
        response: {
          200: Type.Object({ tillId: Type.Integer(), code: Type.String(), password: Type.String() }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor, params, body }) => identity.setTillPassword(actor, pathId(params.id), body ?? {}),
  );
  server.delete(
    "/api/tills/:id/credentials",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Take a till's password away; calls with it are refused at once",
        operationId: "removeTillCredentials",
        params: Id,
        response: { 204: Type.Null(), ...OWN_FAILURES },
      },
    },
    async ({ actor, params }, reply) => {
      await identity.removeTillPassword(actor, pathId(params.id));
      return reply.status(204).send(null);
    },
  );
};
