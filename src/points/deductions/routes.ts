import { Type } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { Customers } from "#customers";
import { POINTS } from "#ledger";
import type { Loyalty } from "#loyalty";
import {
  type Body,
  type Clock,
  failures,
  formatDecimal,
  Issue,
  isObject,
  POINTS_SCALE,
  type Server,
  V2Failure,
} from "#platform";
import { callerOf, movementOf } from "../calls.ts";
import { partyWithId } from "../naming.ts";
import type { Points } from "../service.ts";
import { readText } from "../values.ts";
import { type Deducted, deductKind } from "./deduct.ts";
import { parseDeduction } from "./parse.ts";

export interface DeductionRouteParts {
  readonly clock: Clock;
  readonly points: Points;
  readonly customers: Pick<Customers, "requireCustomer">;
  readonly loyalty: Pick<Loyalty, "programs">;
}

const anything = (description: string) => Type.Optional(Type.Unknown({ description }));

const DeductionBody = Type.Object(
  {
    pointsToBeAdjusted: anything("Points to take, above 0, at most 3 decimals"),
    valueToBeAdjusted: anything("Or of an alternate currency"),
    alternateCurrencyName: anything("Which currency"),
    reasonOfReturn: anything("Needed"),
    pointCategoryTypes: anything("REGULAR (default), PROMISED, EXTERNAL_TRIGGER_BASED"),
    pointsAwardedId: anything("Only of this award"),
    pointsAwardedRefType: anything("Kind of that award: bill_regular, …"),
    promotionId: anything("Only of this promotion"),
    promotionIdentifier: anything("Only of this promotion, with programId"),
    programId: anything("The default program when absent"),
  },
  { additionalProperties: true },
);
const Answer = Type.Object({
  status: Type.String(),
  pointsAvailable: Type.Optional(Type.String({ description: "Balance afterwards, 3 decimals" })),
  valueAvailable: Type.Optional(Type.String({ description: "Of the currency, afterwards, 3 decimals" })),
  message: Type.String(),
  warnings: Type.Array(Issue),
});
const config = { access: { resource: "Points", mode: "write" }, takesRequestKey: true } as const;

/** Adds the documented calls that take points away by hand (points.md §4.4). */
export const addDeductionRoutes = (server: Server, parts: DeductionRouteParts): void => {
  const { clock, points, customers, loyalty } = parts;

  const deduct = async (request: FastifyRequest, partyId: number) => {
    const { orgId } = request.actor;
    const now = clock.now().getTime();
    const body: Body = isObject(request.body) ? request.body : {};
    const input = parseDeduction(body, await loyalty.programs(orgId), now);
    const asked = movementOf(callerOf(request), deductKind, [partyWithId(partyId)], input, now);
    const done = JSON.parse((await points.move(orgId, asked)).reply) as Deducted;
    const available = formatDecimal(done.balance, POINTS_SCALE, 3);
    return {
      status: "success",
      ...(done.currencyId === POINTS ? { pointsAvailable: available } : { valueAvailable: available }),
      message: `${formatDecimal(done.points, POINTS_SCALE, 3)} were taken from the customer ${done.customerId}.`,
      warnings: [],
    };
  };

  server.post(
    "/v2/customers/lookup/negativePointsAdjustment",
    {
      config,
      schema: {
        tags: ["Points"],
        summary: "Take points away by hand, by identifier",
        operationId: "deductPointsByIdentifier",
        querystring: Type.Object({
          identifierName: anything("Needed: externalId, mobile, email"),
          identifierValue: anything("Needed: the identifier's value"),
          source: anything("A source of the organisation, or ALL"),
          accountId: anything("Account of a source that has several"),
        }),
        body: DeductionBody,
        response: { 200: Answer, ...failures(V2Failure) },
      },
    },
    async (request) => {
      const query: Body = request.query;
      const text = (name: string) => readText(query[name], 300) ?? "";
      const partyId = await customers.requireCustomer(request.actor.orgId, {
        name: text("identifierName"),
        value: text("identifierValue"),
        source: text("source"),
        accountId: text("accountId"),
      });
      return deduct(request, partyId);
    },
  );

  server.post(
    "/v2/customers/:customerId/negativePointsAdjustment",
    {
      config,
      schema: {
        tags: ["Points"],
        summary: "Take points away by hand",
        operationId: "deductPoints",
        params: Type.Object({ customerId: Type.String() }),
        querystring: Type.Object({ source: anything("A source of the organisation, or ALL") }),
        body: DeductionBody,
        response: { 200: Answer, ...failures(V2Failure) },
      },
    },
    async (request) => {
      const source = readText((request.query as Body).source, 100) ?? "";
      const partyId = await customers.requireCustomer(request.actor.orgId, {
        name: "id",
        value: request.params.customerId,
        source,
      });
      return deduct(request, partyId);
    },
  );
};
