import { Type } from "@fastify/type-provider-typebox";
import { failures, OwnFailure, type Server } from "#platform";
import { BalanceHistory, Balances, LedgerEvents, Lots } from "./answers.ts";
import { readLedger } from "./customer-journal.ts";
import { readBalanceHistory, readBalances, readLots } from "./customer-ledger.ts";
import { JOURNAL_FILTER, parseJournalFilter } from "./journal-filter.ts";
import type { ContextOf, LedgerRouteParts } from "./routes.ts";

const MAX_DAYS = 731;

const Customer = Type.Object({
  id: Type.String({ pattern: "^[0-9]{1,15}$", description: "The customer's id" }),
});
const wholeNumber = (pattern: string, description: string) =>
  Type.Optional(Type.String({ pattern, description }));
const PAGE = {
  after: Type.Optional(Type.String({ maxLength: 200, description: "`next` of the page in front" })),
  limit: wholeNumber("^([1-9][0-9]?|100)$", "Items to a page, 1 to 100; 25 when absent"),
};
const pageOf = (query: { after?: string; limit?: string }) => ({
  after: query.after,
  limit: Number(query.limit ?? 25),
});

const schemaOf = <Query extends object, Answer>(
  summary: string,
  operationId: string,
  querystring: Query,
  answer: Answer,
) => ({
  tags: ["Customer ledger"],
  summary,
  operationId,
  params: Customer,
  querystring,
  response: { 200: answer, ...failures(OwnFailure) },
});

const config = { access: { resource: "Points", mode: "read" } } as const;
type Parts = Pick<LedgerRouteParts, "db" | "clock">;

/** A customer's balances, journal and lots for the console. */
export const addConsoleRoutes = (server: Server, parts: Parts, contextOf: ContextOf): void => {
  addBalanceRoutes(server, parts, contextOf);
  addJournalRoutes(server, parts, contextOf);
};

const addBalanceRoutes = (server: Server, { db, clock }: Parts, contextOf: ContextOf) => {
  server.get(
    "/api/customers/:id/balances",
    { config, schema: schemaOf("Balances of a customer", "listCustomerBalances", Type.Object({}), Balances) },
    async (request) => {
      const context = await contextOf(request.actor.orgId);
      return db.transaction(request.actor.orgId, (tx) =>
        readBalances(tx, context, Number(request.params.id)),
      );
    },
  );

  const HistoryQuery = Type.Object({
    days: wholeNumber("^[1-9][0-9]{0,2}$", `Days back from today, 1 to ${MAX_DAYS}; 90 when absent`),
  });
  server.get(
    "/api/customers/:id/balance-history",
    {
      config,
      schema: schemaOf(
        "Balance of a customer by day",
        "listCustomerBalanceHistory",
        HistoryQuery,
        BalanceHistory,
      ),
    },
    async (request) => {
      const { organisation } = await contextOf(request.actor.orgId);
      const days = Math.min(Number(request.query.days ?? 90), MAX_DAYS);
      const now = clock.now().getTime();
      return db.transaction(request.actor.orgId, (tx) =>
        readBalanceHistory(tx, organisation, Number(request.params.id), days, now),
      );
    },
  );
};

const addJournalRoutes = (server: Server, { db }: Parts, contextOf: ContextOf) => {
  const JournalQuery = Type.Object({
    ...PAGE,
    ...JOURNAL_FILTER,
    event: wholeNumber("^[0-9]{1,15}$", "Begin with the event of this number; `after` wins"),
  });
  server.get(
    "/api/customers/:id/ledger",
    {
      config,
      schema: schemaOf("Journal of a customer", "listCustomerLedger", JournalQuery, LedgerEvents),
    },
    async (request) => {
      const context = await contextOf(request.actor.orgId);
      const { event } = request.query;
      const page = {
        ...pageOf(request.query),
        event: event === undefined ? undefined : Number(event),
        filter: parseJournalFilter(request.query, context),
      };
      return db.transaction(request.actor.orgId, (tx) =>
        readLedger(tx, context, Number(request.params.id), page),
      );
    },
  );

  const LotQuery = Type.Object({
    ...PAGE,
    open: Type.Optional(
      Type.Union([Type.Literal("true"), Type.Literal("false")], {
        description: "true: only lots with something left",
      }),
    ),
  });
  server.get(
    "/api/customers/:id/lots",
    { config, schema: schemaOf("Lots of a customer", "listCustomerLots", LotQuery, Lots) },
    async (request) => {
      const context = await contextOf(request.actor.orgId);
      const { query, params, actor } = request;
      return db.transaction(actor.orgId, (tx) =>
        readLots(tx, context, Number(params.id), query.open === "true", pageOf(query)),
      );
    },
  );
};
