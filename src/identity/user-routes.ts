import { type Static, Type } from "@fastify/type-provider-typebox";
import { formatIso, type Server } from "#platform";
import { afterId, Id, list, OWN_FAILURES, PageQuery, page, pathId, strict } from "./admin-shapes.ts";
import type { IdentityRouteParts } from "./routes.ts";
import { ROLES, type User } from "./schema.ts";

const READ = { access: { resource: "User", mode: "read" } } as const;
const WRITE = { access: { resource: "User", mode: "write" } } as const;

const UserShape = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  email: Type.String(),
  role: Type.Enum(ROLES),
  isActive: Type.Boolean(),
  createdAt: Type.String(),
});

export const addUserRoutes = (server: Server, { identity, orgs }: IdentityRouteParts): void => {
  const shaping = async (orgId: number) => {
    const { timeZone } = await orgs.get(orgId);
    return ({ id, name, email, role, isActive, createdAt }: User): Static<typeof UserShape> => ({
      id,
      name,
      email,
      role,
      isActive,
      createdAt: formatIso(createdAt.getTime(), timeZone),
    });
  };
  const tags = ["Administration"];
  server.get(
    "/api/users",
    {
      config: READ,
      schema: {
        tags,
        summary: "List people of the organisation",
        operationId: "listUsers",
        querystring: PageQuery,
        response: { 200: list(UserShape), ...OWN_FAILURES },
      },
    },
    async ({ actor, query }) => {
      const limit = query.limit ?? 25;
      const found = await identity.listUsers(actor.orgId, afterId(query.after), limit + 1);
      return page(found, limit, await shaping(actor.orgId));
    },
  );
  server.post(
    "/api/users",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Add a person",
        operationId: "addUser",
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 200 }),
            email: Type.String({ maxLength: 255 }),
            password: Type.String({ maxLength: 200 }),
            role: Type.Enum(ROLES),
          },
          strict,
        ),
        response: { 200: UserShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, body }) => (await shaping(actor.orgId))(await identity.createUser(actor, body)),
  );
  server.put(
    "/api/users/:id",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Change a person; a new password or a deactivation ends their sessions",
        operationId: "changeUser",
        params: Id,
        body: Type.Object(
          {
            name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
            role: Type.Optional(Type.Enum(ROLES)),
            isActive: Type.Optional(Type.Boolean()),
            password: Type.Optional(Type.String({ maxLength: 200 })),
          },
          strict,
        ),
        response: { 200: UserShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, body, params }) =>
      (await shaping(actor.orgId))(await identity.updateUser(actor, pathId(params.id), body)),
  );
};
