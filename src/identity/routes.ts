import { Type } from "@fastify/type-provider-typebox";
import { type Orgs, parseTill } from "#orgs";
import { failures, Issue, type Server, V2Failure, V3Failure } from "#platform";
import { addClientRoutes, addTillCredentialRoutes } from "./credential-routes.ts";
import { errors } from "./errors.ts";
import type { Identity } from "./service.ts";
import { addSessionRoutes } from "./session-routes.ts";
import { addUserRoutes } from "./user-routes.ts";

export interface IdentityRouteParts {
  readonly identity: Identity;
  readonly orgs: Orgs;
}

const WRITE = { access: { resource: "Organization", mode: "write" } } as const;
const FAILURES = failures(V2Failure);

/** Tokens and till writes of the dialect, and the administration API of people and credentials. */
export const addIdentityRoutes = (server: Server, parts: IdentityRouteParts): void => {
  addTokenRoute(server, parts);
  addTillWrites(server, parts);
  addSessionRoutes(server, parts);
  addUserRoutes(server, parts);
  addClientRoutes(server, parts);
  addTillCredentialRoutes(server, parts);
};

const addTokenRoute = (server: Server, { identity }: IdentityRouteParts) => {
  server.post(
    "/v3/oauth/token/generate",
    {
      config: { access: "public" },
      schema: {
        tags: ["Authentication"],
        summary: "Get an access token for an API client",
        operationId: "generateToken",
        body: Type.Object({
          key: Type.Optional(Type.Unknown({ description: "Key of the client" })),
          secret: Type.Optional(Type.Unknown({ description: "Secret of the client" })),
        }),
        response: {
          200: Type.Object({
            data: Type.Object({ accessToken: Type.String(), ttlSeconds: Type.Integer() }),
            errors: Type.Null(),
          }),
          ...failures(V3Failure),
        },
      },
    },
    async (request) => {
      const { key, secret } = request.body;
      for (const [field, value] of [
        ["key", key],
        ["secret", secret],
      ] as const) {
        if (typeof value === "string" && value !== "" && value.length <= 1000) continue;
        const message = `Failed to generate OAuth token: ${field} is missing or no text.`;
        throw errors.invalid({ field, message });
      }
      return { data: await identity.generateToken(key as string, secret as string), errors: null };
    },
  );
};

const TillBody = Type.Object(
  {
    name: Type.Optional(
      Type.Unknown({ description: "Code too: lower-case letter, then letters, digits, dots, - and _" }),
    ),
    password: Type.Optional(Type.Unknown({ description: "Password of the till" })),
    storeId: Type.Optional(Type.Unknown({ description: "Id of the store it stands in" })),
    description: Type.Optional(Type.Unknown()),
    billable: Type.Optional(Type.Unknown({ description: "true or false" })),
    isActive: Type.Optional(Type.Unknown({ description: "true or false" })),
    storeServerId: Type.Optional(Type.Unknown()),
    customFields: Type.Optional(Type.Unknown({ description: "List of {name, value, …}" })),
  },
  { additionalProperties: true },
);

const addTillWrites = (server: Server, { identity, orgs }: IdentityRouteParts) => {
  server.post(
    "/v2/orgEntity/till",
    {
      config: WRITE,
      schema: {
        tags: ["Organisation"],
        summary: "Add a till with its password",
        operationId: "addTill",
        body: TillBody,
        response: {
          200: Type.Object({ createdId: Type.Integer(), warnings: Type.Array(Issue) }),
          ...FAILURES,
        },
      },
    },
    async ({ actor, body }) => {
      const parsed = parseTill(body, await orgs.get(actor.orgId), null);
      if (parsed.newFields.length > 0) await orgs.defineFields(actor, parsed.newFields);
      const { code = "", name = "" } = parsed.change;
      const input = { ...parsed.change, type: "TILL" as const, code, name };
      const till = await identity.createTill(actor, input, parsed.password ?? "");
      return { createdId: till.id, warnings: [...parsed.warnings] };
    },
  );
  server.put(
    "/v2/orgEntity/till/:tillId",
    {
      config: WRITE,
      schema: {
        tags: ["Organisation"],
        summary: "Change a till, its password or the values of its custom fields",
        operationId: "changeTill",
        params: Type.Object({ tillId: Type.String() }),
        body: TillBody,
        response: {
          200: Type.Object({
            entity: Type.Integer(),
            warnings: Type.Array(Issue),
            errors: Type.Array(Issue),
            success: Type.Boolean(),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ actor, body, params }) => {
      const organisation = await orgs.get(actor.orgId);
      const id = /^\d{1,15}$/.test(params.tillId) ? Number(params.tillId) : 0;
      const known = organisation.till(id);
      if (known === null) throw errors.unknown_till({ id: params.tillId.slice(0, 100) });
      const parsed = parseTill(body, organisation, known);
      if (parsed.newFields.length > 0) await orgs.defineFields(actor, parsed.newFields);
      const till = await identity.updateTill(actor, id, parsed.change, parsed.password);
      return { entity: till.id, warnings: [...parsed.warnings], errors: [], success: true };
    },
  );
};
