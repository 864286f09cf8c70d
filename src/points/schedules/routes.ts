import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import { type Clock, type Db, failures, type Server, type Tx, V2Failure } from "#platform";
import { errors } from "../errors.ts";
import { parseSchedule, type RawQuery, type ScheduleQuery } from "./query.ts";
import { ExpirySchedule, PromisedSchedule, readExpirySchedule, readPromisedSchedule } from "./schedules.ts";

export interface ScheduleParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "requireCustomer" | "loadProfiles">;
  readonly loyalty: Pick<Loyalty, "programs">;
}

// Every parameter is judged where it is read, so that each refusal has its documented code and names the field.
const parameter = (description: string) => Type.Optional(Type.Unknown({ description }));

const SPAN = {
  fetchDataForAllPrograms: parameter("true: every program instead of one"),
  programId: parameter("One program; the default one when absent"),
  startDate: parameter("YYYY-MM-DD, tomorrow or later"),
  endDate: parameter("YYYY-MM-DD, at most 100 years ahead"),
  userGroup2Id: parameter("Of groups, of which there are none"),
  entityType: parameter("CUSTOMER"),
};
const EXPIRY = { ...SPAN, fetchEarliestExpiryOnly: parameter("true: the next day of each kind only") };
const IDENTIFIER = {
  source: parameter("Needed: a source of the organisation, or ALL"),
  accountId: parameter("Account of a source that has several"),
  identifierName: parameter("Needed: mobile, email, externalId"),
  identifierValue: parameter("Needed: the identifier's value"),
};
const Id = Type.Object({ customerId: Type.String() });
const config = { access: { resource: "Points", mode: "read" } } as const;
const FAILURES = failures(V2Failure);

/** Adds the documented reads of when points run out and when promised ones become spendable (points.md §5.3). */
export const addScheduleRoutes = (server: Server, parts: ScheduleParts): void => {
  const { db, clock, orgs, loyalty, customers } = parts;

  const read = async <Answer>(
    orgId: number,
    raw: unknown,
    known: object,
    find: (query: RawQuery) => Promise<number>,
    answer: (
      tx: Tx,
      context: {
        organisation: Awaited<ReturnType<Orgs["get"]>>;
        partyId: number;
        query: ScheduleQuery;
      },
    ) => Promise<Answer>,
  ): Promise<Answer> => {
    const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
    const now = clock.now().getTime();
    const query = parseSchedule(raw as RawQuery, Object.keys(known), { organisation, programs, now });
    const partyId = await find(raw as RawQuery);
    return db.transaction(orgId, (tx) => answer(tx, { organisation, partyId, query }));
  };
  const byId = (orgId: number, value: string) => () =>
    customers.requireCustomer(orgId, { name: "id", value });
  const byIdentifier = (orgId: number) => (query: RawQuery) => {
    const text = (field: string) => (typeof query[field] === "string" ? query[field].trim() : "");
    if (text("source") === "") throw errors.source_missing();
    return customers.requireCustomer(orgId, {
      name: text("identifierName"),
      value: text("identifierValue"),
      source: text("source"),
      accountId: text("accountId"),
    });
  };
  const expiry = async (tx: Tx, context: Parameters<typeof readPromisedSchedule>[1]) => {
    const [profile] = await customers.loadProfiles(tx, context.organisation.id, [context.partyId]);
    return readExpirySchedule(tx, profile?.loyaltyType ?? "", context);
  };

  const schemaOf = <Query extends object, Answer>(summary: string, querystring: Query, answer: Answer) => ({
    tags: ["Points"],
    summary,
    querystring,
    response: { 200: answer, ...FAILURES },
  });

  server.get(
    "/v2/customers/:customerId/pointsExpirySchedule",
    {
      config,
      schema: {
        ...schemaOf("Read when points run out", Type.Object(EXPIRY), ExpirySchedule),
        operationId: "getPointsExpirySchedule",
        params: Id,
      },
    },
    ({ actor: { orgId }, params, query }) =>
      read(orgId, query, EXPIRY, byId(orgId, params.customerId), expiry),
  );
  server.get(
    "/v2/customers/lookup/pointsExpirySchedule",
    {
      config,
      schema: {
        ...schemaOf(
          "Read when points run out, by identifier",
          Type.Object({ ...EXPIRY, ...IDENTIFIER }),
          ExpirySchedule,
        ),
        operationId: "getPointsExpiryScheduleByIdentifier",
      },
    },
    ({ actor: { orgId }, query }) =>
      read(orgId, query, { ...EXPIRY, ...IDENTIFIER }, byIdentifier(orgId), expiry),
  );
  server.get(
    "/v2/customers/:customerId/promisedPointsSchedule",
    {
      config,
      schema: {
        ...schemaOf("Read when promised points become spendable", Type.Object(SPAN), PromisedSchedule),
        operationId: "getPromisedPointsSchedule",
        params: Id,
      },
    },
    ({ actor: { orgId }, params, query }) =>
      read(orgId, query, SPAN, byId(orgId, params.customerId), readPromisedSchedule),
  );
  server.get(
    "/v2/customers/lookup/promisedPointsSchedule",
    {
      config,
      schema: {
        ...schemaOf(
          "Read when promised points become spendable, by identifier",
          Type.Object({ ...SPAN, ...IDENTIFIER }),
          PromisedSchedule,
        ),
        operationId: "getPromisedPointsScheduleByIdentifier",
      },
    },
    ({ actor: { orgId }, query }) =>
      read(orgId, query, { ...SPAN, ...IDENTIFIER }, byIdentifier(orgId), readPromisedSchedule),
  );
};
