import { Type } from "@fastify/type-provider-typebox";
import { failures, OwnFailure, type Server } from "#platform";
import type { Loyalty } from "./service.ts";

const OWN_FAILURES = failures(OwnFailure);
const config = { access: { resource: "Program", mode: "read" } } as const;
const tags = ["Programs"];

const ValueType = Type.Union([
  Type.Literal("number"),
  Type.Literal("string"),
  Type.Literal("boolean"),
  Type.Literal("date"),
  Type.Literal("null"),
]);
const Report = Type.Object({
  ok: Type.Boolean(),
  problems: Type.Array(
    Type.Object({
      message: Type.String(),
      line: Type.Integer({ description: "From 1" }),
      column: Type.Integer({ description: "From 1" }),
      nearest: Type.Union([Type.String(), Type.Null()], {
        description: "The known name closest to one that is not known",
      }),
    }),
  ),
  type: Type.Union([Type.String(), Type.Null()]),
  formatted: Type.Union([Type.String(), Type.Null()], {
    description: "The expression in its canonical form",
  }),
  reads: Type.Array(Type.String(), { description: "Attributes and functions that it looks at" }),
});
const Entry = Type.Object({
  profile: Type.Union([Type.String(), Type.Null()], { description: "Null for a function of values" }),
  name: Type.String(),
  kind: Type.Union([Type.Literal("attribute"), Type.Literal("function"), Type.Literal("method")]),
  type: ValueType,
  on: Type.Array(ValueType, { description: "Types of value that a method is asked of" }),
  parameters: Type.Array(
    Type.Object({
      name: Type.String(),
      type: ValueType,
      optional: Type.Boolean(),
      literal: Type.Boolean({ description: "Must be written out" }),
    }),
  ),
  doc: Type.String(),
});

/** What an editor of conditions asks: whether a text is one, and what can be named in it. */
export const addExpressionRoutes = (server: Server, loyalty: Loyalty): void => {
  server.post(
    "/api/expressions/check",
    {
      config,
      schema: {
        tags,
        summary: "Judge an expression as the condition of a rule",
        operationId: "checkExpression",
        body: Type.Object({ text: Type.String({ maxLength: 20_000 }) }, { additionalProperties: false }),
        response: { 200: Report, ...OWN_FAILURES },
      },
    },
    async ({ actor, body }) => {
      const report = await loyalty.checkExpression(actor.orgId, body.text);
      return { ...report, problems: [...report.problems], reads: [...report.reads] };
    },
  );
  server.get(
    "/api/expressions/catalogue",
    {
      config,
      schema: {
        tags,
        summary: "List what expressions can name, with the organisation's extended fields",
        operationId: "listExpressionCatalogue",
        response: {
          200: Type.Object({ items: Type.Array(Entry), next: Type.Null(), total: Type.Integer() }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor }) => {
      const entries = await loyalty.expressionCatalogue(actor.orgId);
      const items = entries.map(({ on, parameters, ...entry }) => ({
        ...entry,
        on: [...on],
        parameters: parameters.map(({ name, type, optional = false, literal = false }) => ({
          name,
          type,
          optional,
          literal,
        })),
      }));
      return { items, next: null, total: items.length };
    },
  );
};
