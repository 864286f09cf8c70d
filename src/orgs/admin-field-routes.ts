import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Server } from "#platform";
import { Id, list, OWN_FAILURES, READ, strict, WRITE } from "./admin-shapes.ts";
import { readId } from "./parse.ts";
import { DATA_TYPES, type FieldDefinition } from "./schema.ts";
import type { Orgs } from "./service.ts";

const FieldShape = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum(["extended", "custom"]),
  scope: Type.String(),
  name: Type.String(),
  label: Type.String(),
  dataType: Type.Enum(DATA_TYPES),
  enumValues: Type.Array(Type.String()),
  isMandatory: Type.Boolean(),
  isActive: Type.Boolean(),
});
const fieldShape = (field: FieldDefinition): Static<typeof FieldShape> => ({
  id: field.id,
  kind: field.kind,
  scope: field.scope,
  name: field.name,
  label: field.label,
  dataType: field.dataType,
  enumValues: [...field.enumValues],
  isMandatory: field.isMandatory,
  isActive: field.isActive,
});

const fieldBody = {
  label: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  enumValues: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 500 })),
  isMandatory: Type.Optional(Type.Boolean()),
  isActive: Type.Optional(Type.Boolean()),
};

export const addAdminFieldRoutes = (server: Server, orgs: Orgs) => {
  const tags = ["Administration"];
  server.get(
    "/api/fields",
    {
      config: READ,
      schema: {
        tags,
        summary: "List extended and custom fields",
        operationId: "listFields",
        querystring: Type.Object({
          kind: Type.Optional(Type.Enum(["extended", "custom"])),
          scope: Type.Optional(Type.String()),
        }),
        response: { 200: list(FieldShape), ...OWN_FAILURES },
      },
    },
    async (request) => {
      const { kind, scope } = request.query;
      const { fields } = await orgs.get(request.actor.orgId);
      const items = fields
        .filter(
          (field) =>
            (kind === undefined || field.kind === kind) &&
            (scope === undefined || field.scope === scope.toUpperCase()),
        )
        .map(fieldShape);
      return { items, next: null, total: items.length };
    },
  );
  server.post(
    "/api/fields",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Define a field",
        operationId: "defineField",
        body: Type.Object(
          {
            kind: Type.Enum(["extended", "custom"]),
            scope: Type.String({ minLength: 1 }),
            name: Type.String({ minLength: 1, maxLength: 100 }),
            dataType: Type.Enum(DATA_TYPES),
            ...fieldBody,
          },
          strict,
        ),
        response: { 200: FieldShape, ...OWN_FAILURES },
      },
    },
    async (request) => fieldShape(await orgs.defineField(request.actor, request.body)),
  );
  server.put(
    "/api/fields/:id",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Change a field; its type, scope and name stay, values of an enum are only added",
        operationId: "changeField",
        params: Id,
        body: Type.Object(fieldBody, strict),
        response: { 200: FieldShape, ...OWN_FAILURES },
      },
    },
    async (request) =>
      fieldShape(await orgs.updateField(request.actor, readId(request.params.id) ?? 0, request.body)),
  );
};
