import { Type } from "@fastify/type-provider-typebox";
import { loadLotsOfTransactions, loadUsesOfLots } from "#ledger";
import { failures, type Server, V2Failure } from "#platform";
import { errors } from "../errors.ts";
import { presentTransaction } from "../present.ts";
import { idOf, type TransactionReadParts } from "../read-routes.ts";
import { findTransaction, linesOf } from "../reads.ts";
import { returnsOfBills } from "../returns/reads.ts";
import { fatesOf } from "./points.ts";
import { billEarnings, lineEarnings } from "./present.ts";

const EarningShape = Type.Object(
  {
    id: Type.Integer(),
    billDetails: Type.Object(
      {
        billNumber: Type.String(),
        pointsEarningEntities: Type.Object(
          { entityId: Type.Integer(), entityType: Type.String() },
          { additionalProperties: true },
        ),
      },
      { additionalProperties: true },
    ),
  },
  { additionalProperties: true },
);

/** Adds `GET /v2/earning/{transactionId}`: a bill, and what became of the points that it and its lines earned. */
export const addEarningRoutes = (server: Server, { db, orgs }: TransactionReadParts): void => {
  server.get(
    "/v2/earning/:transactionId",
    {
      config: { access: { resource: "Transaction", mode: "read" } },
      schema: {
        tags: ["Transactions"],
        summary: "Read points earned on a purchase",
        operationId: "getEarning",
        params: Type.Object({ transactionId: Type.String() }),
        response: { 200: EarningShape, ...failures(V2Failure) },
      },
    },
    async ({ actor, params }) => {
      const { orgId } = actor;
      const id = idOf(params.transactionId);
      const organisation = await orgs.get(orgId);
      return db.transaction(orgId, async (tx) => {
        const transaction = await findTransaction(tx, orgId, id);
        if (transaction === null) throw errors.transaction_unknown({ id });
        const { partyId } = transaction;
        const [lines, returns, lots] = await Promise.all([
          linesOf(tx, orgId, partyId, [id]),
          returnsOfBills(tx, orgId, [transaction]),
          loadLotsOfTransactions(tx, orgId, [{ partyId, transactionId: id }]),
        ]);
        const fates = fatesOf(lots, await loadUsesOfLots(tx, orgId, lots));
        const shown = presentTransaction(organisation, transaction, lines, {
          tenders: true,
          creditNotes: false,
          returns,
        });
        return {
          ...shown,
          billDetails: {
            ...shown.billDetails,
            pointsEarningEntities: billEarnings(organisation, transaction, fates),
          },
          lineItems: shown.lineItems.map((item, index) => ({
            ...item,
            pointsEarningEntities: lineEarnings(organisation, transaction, lines[index]!, fates),
          })),
        };
      });
    },
  );
};
