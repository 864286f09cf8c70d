import { Type } from "@fastify/type-provider-typebox";
import { checkDataScope } from "#orgs";
import { failures, type Server, type Tx, V2Failure } from "#platform";
import { ConnectedLedgerInfo, LedgerBalance, LedgerInfo } from "./answers.ts";
import { type CustomerReference, findCustomer, type LedgerCustomer } from "./customer-reference.ts";
import { readExplodeInfo } from "./explode.ts";
import { LedgerExplodeInfo } from "./explode-answers.ts";
import { type ExplodeQuery, parseExplode } from "./explode-query.ts";
import { readLedgerBalance, readLedgerInfo } from "./ledger-info.ts";
import { parseLedgerBalance, parseLedgerInfo, type QueryContext } from "./ledger-query.ts";
import type { RawQuery } from "./query-values.ts";
import type { ContextOf, LedgerRouteParts } from "./routes.ts";

// Every parameter is judged where it is read, so that each refusal has its documented code and names the field.
const parameter = (description: string) => Type.Optional(Type.Unknown({ description }));

const IDENTIFIER = {
  identifierName: parameter("Needed: id, email, mobile, externalId"),
  identifierValue: parameter("Needed: the identifier's value"),
  source: parameter("Needed: a source of the organisation, or ALL"),
  accountId: parameter("Account of a source that has several"),
  type: parameter("CUSTOMER (default), USERGROUP2, FLEET"),
};
const CURRENCIES = {
  includeAlternateCurrencies: parameter("true: alternate currencies too"),
  alternateCurrencyNames: parameter("Names, comma-separated, with includeAlternateCurrencies=false"),
};
const FILTER = {
  tillId: parameter("One till's id; at most one of tillId, tillIds, storeId, storeCode"),
  tillIds: parameter("Till ids, comma-separated without spaces"),
  storeId: parameter("A store's id"),
  storeCode: parameter("A store's code"),
  programId: parameter("One program"),
  includeTillConceptEvents: parameter(
    "true: with programId, deductions at tills of the program's concept too",
  ),
  ledgerEntryType: parameter("CREDIT, DEBIT, OPENING_BALANCE; all when absent"),
  pointCategoryType: parameter("REGULAR, PROMISED, TRIGGER_BASED; all when absent"),
  ...CURRENCIES,
  excludePointCategories: parameter("true, with includeAlternateCurrencies=true: currencies only"),
};
const INFO_QUERY = Type.Object({
  ...IDENTIFIER,
  limit: parameter("Entries to a page, 1 to 100; 10 when absent"),
  offset: parameter("Number of the page, from 0"),
  role: parameter("Of groups only"),
  startDate: parameter("yyyy-MM-ddTHH:mm:ss; at most 90 days before endDate"),
  endDate: parameter("yyyy-MM-ddTHH:mm:ss"),
  isFilterBasedOnDate: parameter("false: both dates are ignored"),
  includeLastOneYearData: parameter("true: a year instead of 90 days when one date is given"),
  ...FILTER,
  sort: parameter("ASC or DESC (default) by date; sortOrder wins"),
  sortOrder: parameter("ASC or DESC (default) by date"),
});
const BALANCE_QUERY = Type.Object({
  ...IDENTIFIER,
  limit: parameter("Entries to a page, 1 to 10; 10 when absent"),
  offset: parameter("Number of the page of underlying entries, from 0"),
  endDate: parameter("yyyy-MM-ddTHH:mm:ss: the moment of the balances; now when absent"),
  ...FILTER,
});
const EXPLODE_QUERY = Type.Object({
  ...IDENTIFIER,
  identifierName: parameter("Needed: id, customerId, email, mobile, externalId"),
  eventIds: parameter("Event log ids, comma-separated, at most 10"),
  eventName: parameter("Instead of eventIds, with eventReferenceIds: the name of the events"),
  eventReferenceIds: parameter("What they are about, comma-separated, at most 10: ids of bills"),
  getBillDetails: parameter("true: the bill with its lines"),
  getPointsEarnedBreakup: parameter("true: what was earned, by kind and expiry"),
  getCustomFields: parameter("true: custom fields of the bill"),
  getExtendedFields: parameter("true: extended fields of the bill and its lines"),
  getMaxConversionDetails: parameter("true: when the last promised points become spendable"),
  getPaymentModes: parameter("true: how the bill was paid"),
  isPrimaryUser: parameter("Of groups only"),
  ...CURRENCIES,
  includeLastOneYearData: parameter("Changes nothing: the whole ledger is looked at"),
  limit: parameter("Events to a page, 1 to 100; 10 when absent"),
  offset: parameter("Number of the page, from 0"),
});

const ACCESS = { access: { resource: "Points", mode: "read" } } as const;
const FAILURES = failures(V2Failure);

/** The documented calls of points-ledger.md §2 to §4. */
export const addDocumentedRoutes = (server: Server, parts: LedgerRouteParts, contextOf: ContextOf): void => {
  const read = async <Query extends { readonly customer: CustomerReference }, Answer>(
    orgId: number,
    raw: unknown,
    parse: (query: RawQuery, context: QueryContext) => Query,
    answer: (tx: Tx, context: QueryContext, customer: LedgerCustomer, query: Query) => Promise<Answer>,
  ): Promise<Answer> => {
    const context = await contextOf(orgId);
    const query = parse(raw as RawQuery, context);
    return parts.db.transaction(orgId, async (tx) => {
      const customer = await findCustomer(tx, parts.customers, context.organisation, query.customer);
      return answer(tx, context, customer, query);
    });
  };
  const info = (orgId: number, query: unknown) => read(orgId, query, parseLedgerInfo, readLedgerInfo);
  const explode = (orgId: number, query: unknown) =>
    read(orgId, query, parseExplode, (tx, context, customer, parsed: ExplodeQuery) =>
      readExplodeInfo(tx, parts.explode, context, customer, parsed),
    );

  server.get(
    "/v2/pointsLedger/getCustomerLedgerInfo",
    {
      config: ACCESS,
      schema: {
        tags: ["Points ledger"],
        summary: "Read the ledger entries of a customer",
        operationId: "getCustomerLedgerInfo",
        querystring: INFO_QUERY,
        response: { 200: LedgerInfo, ...FAILURES },
      },
    },
    ({ actor, query }) => info(actor.orgId, query),
  );
  server.get(
    "/v2.1/pointsLedger/getCustomerLedgerInfo",
    {
      config: ACCESS,
      schema: {
        tags: ["Points ledger"],
        summary: "Read the ledger entries of a customer, with organisations",
        operationId: "getConnectedCustomerLedgerInfo",
        querystring: INFO_QUERY,
        response: { 200: ConnectedLedgerInfo, ...FAILURES },
      },
    },
    async ({ actor: { orgId }, query, headers }) => {
      checkDataScope(orgId, headers);
      const { ledgerDetails, ledgerEntries, ...rest } = await info(orgId, query);
      return {
        ...rest,
        ledgerDetails: { ...ledgerDetails, ledgerClosingBalance: [] },
        ledgerEntries: ledgerEntries.map((entry) => ({ ...entry, orgId })),
      };
    },
  );
  server.get(
    "/v2/pointsLedger/getCustomerLedgerBalance",
    {
      config: ACCESS,
      schema: {
        tags: ["Points ledger"],
        summary: "Read the closing balances of a customer",
        operationId: "getCustomerLedgerBalance",
        querystring: BALANCE_QUERY,
        response: { 200: LedgerBalance, ...FAILURES },
      },
    },
    ({ actor, query }) => read(actor.orgId, query, parseLedgerBalance, readLedgerBalance),
  );
  server.get(
    "/v2/pointsLedger/getLedgerExplodeInfo",
    {
      config: ACCESS,
      schema: {
        tags: ["Points ledger"],
        summary: "Read what is behind ledger entries",
        operationId: "getLedgerExplodeInfo",
        querystring: EXPLODE_QUERY,
        response: { 200: LedgerExplodeInfo, ...FAILURES },
      },
    },
    ({ actor, query }) => explode(actor.orgId, query),
  );
  server.get(
    "/v2.1/pointsLedger/getLedgerExplodeInfo",
    {
      config: ACCESS,
      schema: {
        tags: ["Points ledger"],
        summary: "Read what is behind ledger entries, with organisations",
        operationId: "getConnectedLedgerExplodeInfo",
        querystring: EXPLODE_QUERY,
        response: { 200: LedgerExplodeInfo, ...FAILURES },
      },
    },
    async ({ actor: { orgId }, query, headers }) => {
      checkDataScope(orgId, headers);
      const { events, warnings } = await explode(orgId, query);
      return { events: events.map((event) => ({ ...event, orgId })), warnings };
    },
  );
};
