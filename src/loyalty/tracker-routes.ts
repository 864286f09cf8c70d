import { Type } from "@fastify/type-provider-typebox";
import { failures, OwnFailure, type Server, V2Failure, V2List } from "#platform";
import { errors } from "./errors.ts";
import type { LoyaltyRouteParts } from "./standing-routes.ts";
import type { TrackerStanding } from "./trackers/standings.ts";

const NullableText = Type.Union([Type.String(), Type.Null()]);
const V2Item = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  conditionId: Type.Integer(),
  conditionName: Type.String(),
  type: Type.String({ description: "What is tracked, such as BILL_AMOUNT" }),
  value: Type.Number(),
  updatedOn: NullableText,
  periodStartDate: Type.String(),
  periodEndDate: NullableText,
});
const Paged = Type.Intersect([
  V2List(V2Item),
  Type.Object({
    pagination: Type.Object({ limit: Type.Integer(), offset: Type.Integer(), total: Type.Integer() }),
  }),
]);
const ConsoleItem = Type.Object({
  programName: Type.String(),
  trackerId: Type.Integer(),
  trackerName: Type.String(),
  caseId: Type.Integer(),
  caseName: Type.String(),
  entity: Type.String(),
  method: Type.String(),
  counts: Type.Boolean({ description: "How often it was tracked, not the sum" }),
  value: Type.Number(),
  from: Type.String(),
  to: NullableText,
  standsUntil: NullableText,
  successes: Type.Integer(),
  mostForwards: Type.Union([Type.Integer(), Type.Null()]),
  updatedAt: NullableText,
});

const iso = (instant: number): string => new Date(instant).toISOString();

const v2Item = ({ tracker, case: item, value, from, to, updatedAt }: TrackerStanding) => ({
  id: tracker.id,
  name: tracker.name,
  conditionId: item.id,
  conditionName: item.name,
  type: tracker.entity,
  value,
  updatedOn: updatedAt?.toISOString() ?? null,
  periodStartDate: iso(from),
  periodEndDate: to === null ? null : iso(to),
});

/** The documented reads of a customer's trackers, and that of Member Care. */
export const addTrackerRoutes = (server: Server, { loyalty, customers }: LoyaltyRouteParts): void => {
  const config = { access: { resource: "Customer", mode: "read" } } as const;
  server.get(
    "/v2/customers/:customerId/trackers",
    {
      config,
      schema: {
        tags: ["Customers"],
        summary: "Read the trackers of a customer",
        operationId: "getCustomerTrackers",
        params: Type.Object({ customerId: Type.String() }),
        response: { 200: Paged, ...failures(V2Failure) },
      },
    },
    async ({ actor, params: { customerId } }) => {
      const partyId = await customers.requireCustomer(actor.orgId, { name: "id", value: customerId });
      const data = (await loyalty.listTrackers(actor.orgId, partyId)).map(({ standing }) => v2Item(standing));
      return {
        pagination: { limit: data.length, offset: 0, total: data.length },
        data,
        warnings: [],
        errors: [],
      };
    },
  );
  server.get(
    "/v2/customers/userEntityTrackers",
    {
      config,
      schema: {
        tags: ["Customers"],
        summary: "Read the trackers of a group of customers",
        operationId: "getUserEntityTrackers",
        querystring: Type.Object({
          type: Type.Optional(Type.String()),
          identifierType: Type.Optional(Type.String()),
          identifierValue: Type.Optional(Type.String()),
          source: Type.Optional(Type.String()),
        }),
        response: { 200: Paged, ...failures(V2Failure) },
      },
    },
    async ({ query: { type = "", identifierValue = "" } }) => {
      if (type.trim().toUpperCase() !== "USERGROUP2")
        throw errors.bad_tracker_entity({ value: type.slice(0, 40) || "nothing" });
      throw errors.unknown_group({ field: "identifierValue", value: identifierValue.slice(0, 40) });
    },
  );
  server.get(
    "/api/customers/:id/trackers",
    {
      config,
      schema: {
        tags: ["Customers"],
        summary: "Read a customer's trackers, case by case",
        operationId: "listCustomerTrackers",
        params: Type.Object({ id: Type.String() }),
        response: {
          200: Type.Object({ items: Type.Array(ConsoleItem), next: Type.Null(), total: Type.Integer() }),
          ...failures(OwnFailure),
        },
      },
    },
    async ({ actor, params: { id } }) => {
      const partyId = await customers.requireCustomer(actor.orgId, { name: "id", value: id }, 404);
      const items = (await loyalty.listTrackers(actor.orgId, partyId)).map(({ programName, standing }) => {
        const { tracker, case: item, value, from, to, standsUntil, successes, updatedAt } = standing;
        return {
          programName,
          trackerId: tracker.id,
          trackerName: tracker.name,
          caseId: item.id,
          caseName: item.name,
          entity: tracker.entity,
          method: tracker.method,
          counts: item.counts,
          value,
          from: iso(from),
          to: to === null ? null : iso(to),
          standsUntil,
          successes,
          mostForwards: item.mostForwards,
          updatedAt: updatedAt?.toISOString() ?? null,
        };
      });
      return { items, next: null, total: items.length };
    },
  );
};
