import { Type } from "@fastify/type-provider-typebox";
import { activityNamed, catalogueAt, check, parse, print, toExpressionJson } from "#expressions";
import type { Orgs } from "#orgs";
import { failures, type Server, V2Failure } from "#platform";
import { errors } from "./errors.ts";
import type { Loyalty } from "./service.ts";

const Answer = Type.Object({
  success: Type.Boolean(),
  status: Type.Integer(),
  result: Type.Object({
    expressionJSON: Type.String({
      description: "The tree as JSON text; empty when the expression cannot be read",
    }),
    expression: Type.String(),
    isError: Type.Boolean(),
  }),
});

interface Parts {
  readonly loyalty: Pick<Loyalty, "getProgram">;
  readonly orgs: Orgs;
}

/** The documented check of a rule's expression: the set that it will stand in is not known yet, so it may name lines, payments and trackers. */
export const addExpressionJsonRoute = (server: Server, { loyalty, orgs }: Parts): void => {
  server.post(
    "/loyalty/api/v1/workflows/expJSON/:programId/:eventType",
    {
      config: { access: { resource: "Program", mode: "read" } },
      schema: {
        tags: ["Programs"],
        summary: "Read an expression as its documented tree",
        operationId: "readExpressionJson",
        params: Type.Object({ programId: Type.String(), eventType: Type.String() }),
        body: Type.Object({ exp: Type.String({ maxLength: 20_000 }) }),
        response: { 200: Answer, ...failures(V2Failure) },
      },
    },
    async ({ actor, params: { programId, eventType }, body: { exp } }) => {
      if (!/^\d{1,15}$/.test(programId)) throw errors.unknown_program({ id: programId.slice(0, 40) });
      const activity = activityNamed(eventType);
      if (activity === null) throw errors.bad_event_type({ value: eventType.slice(0, 40) });
      const [organisation] = await Promise.all([
        orgs.get(actor.orgId),
        loyalty.getProgram(actor.orgId, Number(programId)),
      ]);
      const catalogue = catalogueAt(organisation, { activity, lines: true, tenders: true, trackers: true });
      const parsed = parse(exp);
      const result = parsed.ok
        ? {
            expressionJSON: JSON.stringify(toExpressionJson(parsed.tree, catalogue)),
            expression: print(parsed.tree),
            isError: !check(parsed.tree, catalogue).ok,
          }
        : { expressionJSON: "", expression: exp, isError: true };
      return { success: true, status: 200, result };
    },
  );
};
