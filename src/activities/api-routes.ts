import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Loyalty, Trace } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import { type Db, failures, isStorable, OwnFailure, type Server, type Tx } from "#platform";
import { detailsOf, summaryOf, whyOf } from "./api-present.ts";
import { Timeline, TransactionAnswer, TransactionList, type TransactionSummary } from "./api-shapes.ts";
import { errors } from "./errors.ts";
import { positionAfter, readPosition } from "./positions.ts";
import {
  countLinesOfBills,
  countNumbered,
  countTransactions,
  findTrace,
  findTransaction,
  linesOf,
  type StoredTransaction,
  transactionsBefore,
  transactionsNumbered,
} from "./reads.ts";
import { findClaim } from "./retro/store.ts";
import { returnsOfBills } from "./returns/reads.ts";
import { decodePosition, encodePosition, START, TIMELINE_KINDS, type TimelineKind } from "./timeline.ts";
import { readTimeline } from "./timeline-reads.ts";
import { changesOf } from "./updates/store.ts";

export interface ActivitiesApiParts {
  readonly db: Db;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly loyalty: Loyalty;
}

const config = { access: { resource: "Transaction", mode: "read" } } as const;
const Id = Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$" }) });
const PAGE = {
  after: Type.Optional(Type.String({ maxLength: 300, description: "`next` of the page in front" })),
  limit: Type.Optional(
    Type.String({
      pattern: "^([1-9][0-9]?|100)$",
      description: "Items to a page, 1 to 100; 25 when absent",
    }),
  ),
};
const NumberQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: 50, description: "The whole number of a bill" }),
  ...PAGE,
});
const TimelineQuery = Type.Object({
  ...PAGE,
  kinds: Type.Optional(
    Type.String({
      maxLength: 100,
      description: `Kinds to show, separated by commas: ${TIMELINE_KINDS.join(", ")}; all when absent`,
    }),
  ),
});

const schemaOf = <Params, Query, Answer>(
  summary: string,
  operationId: string,
  { params, querystring, answer }: { params: Params; querystring: Query; answer: Answer },
) => ({
  tags: ["Transactions (console)"],
  summary,
  operationId,
  params,
  querystring,
  response: { 200: answer, ...failures(OwnFailure) },
});

const limitOf = (text: string | undefined): number => Number(text ?? 25);

const kindsOf = (text: string | undefined): ReadonlySet<TimelineKind> => {
  const names = (text ?? "").split(",").filter((name) => name !== "");
  const unknown = names.find((name) => !TIMELINE_KINDS.some((kind) => kind === name));
  if (unknown !== undefined)
    throw errors.bad_kind({
      field: "kinds",
      value: unknown.slice(0, 40),
      allowed: TIMELINE_KINDS.join(", "),
    });
  return new Set(names.length === 0 ? TIMELINE_KINDS : (names as TimelineKind[]));
};

/** A page of bills from one row more than it shows. */
const pageOf = async (
  tx: Tx,
  organisation: Organisation,
  rows: readonly StoredTransaction[],
  limit: number,
): Promise<{ items: TransactionSummary[]; next: string | null }> => {
  const shown = rows.slice(0, limit);
  const counts = shown.length === 0 ? [] : await countLinesOfBills(tx, organisation.id, shown);
  const lines = new Map(counts.map(({ transactionId, count }) => [transactionId, count]));
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => summaryOf(organisation, row, lines.get(row.id) ?? 0)),
    next: last === undefined ? null : positionAfter(last),
  };
};

/** Adds what the console reads of bills: lists, one bill with its "why", and the customer's timeline. */
export const addActivitiesApiRoutes = (server: Server, parts: ActivitiesApiParts): void => {
  addListRoutes(server, parts);
  addTransactionRoute(server, parts);
  addTimelineRoute(server, parts);
};

const addListRoutes = (server: Server, { db, orgs, customers }: ActivitiesApiParts) => {
  server.get(
    "/api/customers/:id/transactions",
    {
      config,
      schema: schemaOf("Purchases of a customer, newest first", "listCustomerTransactions", {
        params: Id,
        querystring: Type.Object(PAGE),
        answer: TransactionList,
      }),
    },
    async ({ actor, params, query }) => {
      const { orgId } = actor;
      const before = readPosition(query.after);
      const limit = limitOf(query.limit);
      const organisation = await orgs.get(orgId);
      const partyId = await customers.requireCustomer(orgId, { name: "id", value: params.id }, 404);
      return db.transaction(orgId, async (tx) => {
        const [rows, total] = await Promise.all([
          transactionsBefore(tx, orgId, partyId, before, limit + 1),
          countTransactions(tx, orgId, partyId),
        ]);
        return { ...(await pageOf(tx, organisation, rows, limit)), total };
      });
    },
  );

  server.get(
    "/api/transactions",
    {
      config,
      schema: schemaOf("Purchases with a number, newest first", "findTransactions", {
        params: Type.Object({}),
        querystring: NumberQuery,
        answer: TransactionList,
      }),
    },
    async ({ actor, query }) => {
      const { orgId } = actor;
      const before = readPosition(query.after);
      const limit = limitOf(query.limit);
      const organisation = await orgs.get(orgId);
      const number = query.q.trim();
      // What cannot be stored is nobody's number.
      if (!isStorable(number)) return { items: [], next: null, total: 0 };
      return db.transaction(orgId, async (tx) => {
        const [rows, total] = await Promise.all([
          transactionsNumbered(tx, orgId, number, before, limit + 1),
          countNumbered(tx, orgId, number),
        ]);
        return { ...(await pageOf(tx, organisation, rows, limit)), total };
      });
    },
  );
};

const addTransactionRoute = (server: Server, { db, orgs, customers, loyalty }: ActivitiesApiParts) => {
  server.get(
    "/api/transactions/:id",
    {
      config,
      schema: schemaOf(
        "A purchase with its lines, payments and why it earned what it did",
        "getTransaction",
        {
          params: Id,
          querystring: Type.Object({}),
          answer: TransactionAnswer,
        },
      ),
    },
    async ({ actor, params }) => {
      const { orgId } = actor;
      const id = Number(params.id);
      const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
      return db.transaction(orgId, async (tx) => {
        const transaction = await findTransaction(tx, orgId, id);
        if (transaction === null) throw errors.transaction_unknown({ id });
        const { partyId, customerId } = transaction;
        const [lines, returns, trace, changes, claim, profiles] = await Promise.all([
          linesOf(tx, orgId, partyId, [id]),
          returnsOfBills(tx, orgId, [transaction]),
          findTrace(tx, orgId, partyId, id),
          changesOf(tx, orgId, partyId, id),
          customerId === null ? findClaim(tx, orgId, partyId, id) : null,
          customerId === null ? [] : customers.loadProfiles(tx, orgId, [customerId]),
        ]);
        const name = profiles.map(({ firstName, lastName }) => `${firstName ?? ""} ${lastName ?? ""}`.trim());
        return detailsOf(organisation, {
          transaction,
          lines,
          returns,
          customer: customerId === null ? null : { id: customerId, name: name[0] ?? "" },
          why: whyOf(programs, trace as Trace | null),
          programs,
          changes,
          claim,
        });
      });
    },
  );
};

const addTimelineRoute = (server: Server, { db, orgs, customers, loyalty }: ActivitiesApiParts) => {
  server.get(
    "/api/customers/:id/timeline",
    {
      config: { access: { resource: "Customer", mode: "read" } },
      schema: schemaOf("Everything that happened to a customer, newest first", "listCustomerTimeline", {
        params: Id,
        querystring: TimelineQuery,
        answer: Timeline,
      }),
    },
    async ({ actor, params, query }) => {
      const { orgId } = actor;
      const from = query.after === undefined ? START : decodePosition(query.after);
      if (from === null) throw errors.bad_cursor({ field: "after" });
      const kinds = kindsOf(query.kinds);
      const limit = limitOf(query.limit);
      const organisation = await orgs.get(orgId);
      const partyId = await customers.requireCustomer(orgId, { name: "id", value: params.id }, 404);
      const tiers = kinds.has("tier") ? await loyalty.listChanges(orgId, partyId) : [];
      const page = await db.transaction(orgId, (tx) =>
        readTimeline(tx, organisation, { partyId, kinds, from, limit, tiers }),
      );
      return { items: [...page.items], next: page.next === null ? null : encodePosition(page.next) };
    },
  );
};
