import { Type } from "@fastify/type-provider-typebox";
import { type Customers, identifierKey } from "#customers";
import type { Organisation, Orgs } from "#orgs";
import { type Clock, type Db, failures, type Server, type Tx, V2Failure } from "#platform";
import { LedgerBalance, LedgerInfo } from "./answers.ts";
import { addConsoleRoutes } from "./console-routes.ts";
import { errors } from "./errors.ts";
import { type LedgerCustomer, readLedgerBalance, readLedgerInfo } from "./ledger-info.ts";
import {
  type CurrencyNames,
  type CustomerReference,
  type LedgerQuery,
  type ProgramNames,
  parseLedgerBalance,
  parseLedgerInfo,
  type QueryContext,
  type RawQuery,
} from "./ledger-query.ts";

export interface LedgerRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "loadProfiles">;
  /** Programs of an organisation by id, inactive ones too. */
  readonly programs: (orgId: number) => Promise<ProgramNames>;
  /** Alternate currencies of an organisation by id; none when absent. */
  readonly currencies?: (orgId: number) => Promise<CurrencyNames>;
}

export type ContextOf = (orgId: number) => Promise<QueryContext>;

/** The documented reads of the points ledger and those of our own console. */
export const addLedgerRoutes = (server: Server, parts: LedgerRouteParts): void => {
  const { orgs, programs, currencies } = parts;
  const contextOf: ContextOf = async (orgId) => ({
    organisation: await orgs.get(orgId),
    programs: await programs(orgId),
    currencies: (await currencies?.(orgId)) ?? new Map(),
  });
  addDocumentedRoutes(server, parts, contextOf);
  addConsoleRoutes(server, parts, contextOf);
};

// Every parameter is judged where it is read, so that each refusal has its documented code and names the field.
const parameter = (description: string) => Type.Optional(Type.Unknown({ description }));

const IDENTIFIER = {
  identifierName: parameter("Needed: id, email, mobile, externalId"),
  identifierValue: parameter("Needed: the identifier's value"),
  source: parameter("Needed: a source of the organisation, or ALL"),
  accountId: parameter("Account of a source that has several"),
  type: parameter("CUSTOMER (default), USERGROUP2, FLEET"),
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
  includeAlternateCurrencies: parameter("true: alternate currencies too"),
  alternateCurrencyNames: parameter("Names, comma-separated, with includeAlternateCurrencies=false"),
  excludePointCategories: parameter("true, with includeAlternateCurrencies=true: currencies only"),
};

const addDocumentedRoutes = (server: Server, parts: LedgerRouteParts, contextOf: ContextOf) => {
  const read = async <Answer>(
    orgId: number,
    raw: unknown,
    parse: (query: RawQuery, context: QueryContext) => LedgerQuery,
    answer: (tx: Tx, context: QueryContext, customer: LedgerCustomer, query: LedgerQuery) => Promise<Answer>,
  ): Promise<Answer> => {
    const context = await contextOf(orgId);
    const query = parse(raw as RawQuery, context);
    return parts.db.transaction(orgId, async (tx) => {
      const customer = await findCustomer(tx, parts.customers, context.organisation, query.customer);
      return answer(tx, context, customer, query);
    });
  };
  const config = { access: { resource: "Points", mode: "read" } } as const;

  server.get(
    "/v2/pointsLedger/getCustomerLedgerInfo",
    {
      config,
      schema: {
        tags: ["Points ledger"],
        summary: "Read the ledger entries of a customer",
        operationId: "getCustomerLedgerInfo",
        querystring: Type.Object({
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
        }),
        response: { 200: LedgerInfo, ...failures(V2Failure) },
      },
    },
    (request) => read(request.actor.orgId, request.query, parseLedgerInfo, readLedgerInfo),
  );

  server.get(
    "/v2/pointsLedger/getCustomerLedgerBalance",
    {
      config,
      schema: {
        tags: ["Points ledger"],
        summary: "Read the closing balances of a customer",
        operationId: "getCustomerLedgerBalance",
        querystring: Type.Object({
          ...IDENTIFIER,
          limit: parameter("Entries to a page, 1 to 10; 10 when absent"),
          offset: parameter("Number of the page of underlying entries, from 0"),
          endDate: parameter("yyyy-MM-ddTHH:mm:ss: the moment of the balances; now when absent"),
          ...FILTER,
        }),
        response: { 200: LedgerBalance, ...failures(V2Failure) },
      },
    },
    (request) => read(request.actor.orgId, request.query, parseLedgerBalance, readLedgerBalance),
  );
};

/** The customer that the query names. Raises 8015. */
const findCustomer = async (
  tx: Tx,
  customers: LedgerRouteParts["customers"],
  organisation: Organisation,
  { name, value }: CustomerReference,
): Promise<LedgerCustomer> => {
  const partyId = await findPartyId(tx, customers, organisation, name, value);
  const [profile] = partyId === null ? [] : await customers.loadProfiles(tx, organisation.id, [partyId]);
  if (profile === undefined) throw errors.no_customer({ name, value });
  const { firstName, lastName, externalId } = profile;
  return { partyId: profile.partyId, firstName: firstName ?? "", lastName: lastName ?? "", externalId };
};

const findPartyId = async (
  tx: Tx,
  customers: LedgerRouteParts["customers"],
  organisation: Organisation,
  name: CustomerReference["name"],
  value: string,
): Promise<number | null> => {
  if (name === "id") return /^\d{1,15}$/.test(value) ? Number(value) : null;
  const key = identifierKey(organisation.id, name, value, organisation.country);
  if (key === null) return null;
  return (await customers.resolveIdentifiers(tx, organisation.id, [key])).get(key) ?? null;
};
