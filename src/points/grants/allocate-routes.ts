import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import { POINTS } from "#ledger";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import {
  AppError,
  type Clock,
  type Db,
  failures,
  Issue,
  issue,
  type Outcome,
  POINTS_SCALE,
  type Server,
  V2Failure,
} from "#platform";
import { callerOf } from "../calls.ts";
import type { UnlockRouteParts } from "../conversions/routes.ts";
import { errors } from "../moving-errors.ts";
import type { Moved } from "../path.ts";
import type { Points } from "../service.ts";
import { allocate, MAX_ITEMS } from "./allocate.ts";
import type { Granted } from "./grant.ts";

export interface AllocateRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly points: Points;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "currentIds">;
  readonly loyalty: Pick<Loyalty, "programs">;
  readonly findBills: UnlockRouteParts["findBills"];
}

const Item = Type.Object({
  status: Type.String({ description: "SUCCESS or FAILED" }),
  eventLogId: Type.Optional(Type.Integer()),
  entityId: Type.Optional(Type.Integer()),
  sideEffects: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })),
  errors: Type.Optional(Type.Array(Issue)),
});

const effectOf = ({ currencyId, points, rawPoints }: Granted) =>
  currencyId === POINTS
    ? {
        type: "points",
        entityType: "USER",
        rawAwardedPoints: rawPoints,
        awardedPoints: points / POINTS_SCALE,
      }
    : {
        type: "alternate_currency",
        entityType: "USER",
        rawAwardedValue: rawPoints,
        awardedValue: points / POINTS_SCALE,
      };

const itemOf = (outcome: Outcome<Moved>) => {
  if ("ok" in outcome) {
    const granted = JSON.parse(outcome.ok.reply) as Granted;
    return {
      status: "SUCCESS",
      eventLogId: granted.eventId,
      entityId: granted.customerId,
      sideEffects: [effectOf(granted)],
    };
  }
  const { error } = outcome;
  // What is not a refusal of ours is a fault; the other items are given and answered all the same.
  const told =
    error instanceof AppError
      ? issue(error.number, error.message)
      : issue(500, "The points could not be given because of a fault on our side; send the item again.");
  return { status: "FAILED", sideEffects: [], errors: [told] };
};

/** Adds the documented call that issues points by hand, for bills (points.md §4.6). */
export const addAllocateRoutes = (server: Server, parts: AllocateRouteParts): void => {
  server.post(
    "/v2/customers/bulk/manualCurrencyAllocate",
    {
      config: { access: { resource: "Points", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: ["Points"],
        summary: "Issue points or other currencies by hand, for bills",
        operationId: "allocateCurrencies",
        body: Type.Unknown({
          description: `An array of up to ${MAX_ITEMS} of orgId, lookupParams, programId, awardStrategyId, expiryStrategyId, sourceValue, eventName, eventSourceId, …`,
        }),
        response: {
          200: Type.Object({
            total: Type.Integer(),
            success: Type.Integer(),
            failures: Type.Integer(),
            data: Type.Array(Item),
            warnings: Type.Array(Issue),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async (request) => {
      const items: unknown = request.body;
      if (!Array.isArray(items) || items.length === 0) throw errors.no_items({ most: MAX_ITEMS });
      if (items.length > MAX_ITEMS) throw errors.too_many_items({ most: MAX_ITEMS, count: items.length });
      const data = (await allocate(parts, callerOf(request), items)).map(itemOf);
      const success = data.filter(({ status }) => status === "SUCCESS").length;
      return { total: data.length, success, failures: data.length - success, data, warnings: [] };
    },
  );
};
