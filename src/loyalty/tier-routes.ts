import { Type } from "@fastify/type-provider-typebox";
import { failures, OwnFailure, type Server } from "#platform";
import { Document, idOf, ProgramParams } from "./admin-shapes.ts";
import type { Loyalty } from "./service.ts";

const TierName = Type.Object({ number: Type.Integer(), name: Type.String() });

/** Adds what is asked about the tiers of a program before it is published. */
export const addTierRoutes = (server: Server, loyalty: Loyalty): void => {
  server.post(
    "/api/programs/:id/tier-moves",
    {
      config: { access: { resource: "Program", mode: "write" } },
      schema: {
        tags: ["Programs"],
        summary: "Which members publishing a definition would move from which tier to which",
        operationId: "previewTierMoves",
        params: ProgramParams,
        body: Type.Object({ definition: Document }, { additionalProperties: false }),
        response: {
          200: Type.Object({
            moves: Type.Array(
              Type.Object({
                from: TierName,
                to: TierName,
                isRemoved: Type.Boolean({
                  description:
                    "The tier is gone and its members go to another; else it has another number or name",
                }),
                members: Type.Integer(),
              }),
            ),
          }),
          ...failures(OwnFailure),
        },
      },
      bodyLimit: 1024 * 1024,
    },
    async ({ actor, params, body }) => ({
      moves: await loyalty.tierMoves(actor.orgId, idOf(params.id), body.definition),
    }),
  );
};
