import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import { type Db, failures, parseDateTime, type Server, V2Failure, V2List } from "#platform";
import { errors } from "./errors.ts";
import { type PresentedParts, presentListItem, presentTransaction } from "./present.ts";
import {
  findByNumber,
  findTransaction,
  linesOf,
  type StoredTransaction,
  transactionsOfParty,
} from "./reads.ts";

import { returnsOfBills } from "./returns/reads.ts";

export interface TransactionReadParts {
  readonly db: Db;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly loyalty: Loyalty;
}

const OptionalText = Type.Optional(Type.String());
const ListQuery = Type.Object({
  embed: OptionalText,
  startDate: OptionalText,
  endDate: OptionalText,
  sortBy: OptionalText,
  sortOrder: OptionalText,
  limit: OptionalText,
  offset: OptionalText,
});
type ListQuery = { [key: string]: string | undefined };
const LookupQuery = Type.Object({
  ...ListQuery.properties,
  source: OptionalText,
  accountId: OptionalText,
  identifierName: OptionalText,
  identifierValue: OptionalText,
});
const TransactionShape = Type.Object(
  {
    id: Type.Integer(),
    type: Type.String(),
    billDetails: Type.Object({ billNumber: Type.String() }, { additionalProperties: true }),
  },
  { additionalProperties: true },
);
const ListItem = Type.Object(
  { id: Type.Integer(), billNumber: Type.String() },
  { additionalProperties: true },
);

const EMBEDS = [
  "BILL_CF",
  "BILL_EF",
  "ATTRIBUTION",
  "PAYMENT_MODES",
  "CREDIT_NOTES",
  "BILL_STORE_DETAILS",
  "BILL_POINTS",
];
const MAX_LIST = 1000;
const ACCESS = { access: { resource: "Transaction", mode: "read" } } as const;

export const idOf = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw errors.bad_id({ value: text.slice(0, 40) });
  return Number(text);
};

const pageNumber = (text: string | undefined, fallback: number): number | null => {
  if (text === undefined || text === "") return fallback;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
};

const dateOf = (text: string | undefined, field: string, zone: string): Date | null => {
  if (text === undefined || text === "") return null;
  const instant = parseDateTime(text, { zone });
  if (instant === null) throw errors.list_date({ field, value: text.slice(0, 40) });
  return new Date(instant);
};

/** One of the words allowed, in any case; the first when absent. */
const choiceOf = (query: ListQuery, field: string, allowed: readonly string[]): string | undefined => {
  const value = query[field]?.trim() ?? "";
  if (value === "") return allowed[0];
  const found = allowed.find((word) => word === value.toUpperCase());
  if (found === undefined)
    throw errors.list_sort({ field, expected: allowed.join(" or "), value: value.slice(0, 40) });
  return found;
};

const parseList = (query: ListQuery, zone: string) => {
  const limit = pageNumber(query.limit, 20);
  if (limit === null || limit < 1 || limit > MAX_LIST) throw errors.list_limit();
  const offset = pageNumber(query.offset, 0);
  if (offset === null) throw errors.list_offset();
  const from = dateOf(query.startDate, "startDate", zone);
  const until = dateOf(query.endDate, "endDate", zone);
  if (from !== null && until !== null && from > until) throw errors.list_order();
  const embed = new Set(
    (query.embed ?? "")
      .split(",")
      .map((part) => part.trim().toUpperCase())
      .filter((part) => part !== ""),
  );
  for (const part of embed) {
    if (!EMBEDS.includes(part))
      throw errors.list_embed({ value: part.slice(0, 40), allowed: EMBEDS.join(", ") });
  }
  choiceOf(query, "sortBy", ["BILLING_TIME"]);
  const order = choiceOf(query, "sortOrder", ["DESC", "ASC"]);
  return { limit, offset, from, until, embed, ascending: order === "ASC" };
};

/** Adds the documented reads of bills. */
export const addTransactionReadRoutes = (server: Server, parts: TransactionReadParts): void => {
  const { db, orgs, customers } = parts;

  const answer = async (
    orgId: number,
    find: () => Promise<StoredTransaction | null>,
    missing: () => Error,
    asks: Pick<PresentedParts, "tenders" | "creditNotes">,
  ) => {
    const organisation = await orgs.get(orgId);
    const transaction = await find();
    if (transaction === null) throw missing();
    const { lines, returns } = await db.transaction(orgId, async (tx) => ({
      lines: await linesOf(tx, orgId, transaction.partyId, [transaction.id]),
      returns: await returnsOfBills(tx, orgId, [transaction]),
    }));
    return presentTransaction(organisation, transaction, lines, { ...asks, returns });
  };

  const list = async (orgId: number, customerId: number, query: ListQuery) => {
    const organisation = await orgs.get(orgId);
    const page = parseList(query, organisation.clusterTimeZone);
    const program = (await parts.loyalty.programs(orgId)).default;
    const { rows, total } = await db.transaction(orgId, (tx) =>
      transactionsOfParty(tx, orgId, customerId, page),
    );
    const shown = program === null ? null : { id: program.programId, name: program.name };
    return {
      pagination: {
        limit: page.limit,
        offset: page.offset,
        sortBy: "BILLING_TIME",
        sortOrder: page.ascending ? "ASC" : "DESC",
        total,
      },
      data: rows.map((row) => presentListItem(organisation, row, page.embed, shown)),
      warnings: [],
      errors: [],
    };
  };

  server.get(
    "/v2/transactions/:transactionId",
    {
      config: ACCESS,
      schema: {
        tags: ["Transactions"],
        summary: "Read a purchase or return by id",
        params: Type.Object({ transactionId: Type.String() }),
        querystring: Type.Object({ tenders: OptionalText, credit_notes: OptionalText, type: OptionalText }),
        response: { 200: TransactionShape, ...failures(V2Failure) },
      },
    },
    async ({ actor, params, query }) => {
      const id = idOf(params.transactionId);
      const find = () => db.transaction(actor.orgId, (tx) => findTransaction(tx, actor.orgId, id));
      const missing = () => errors.transaction_unknown({ id });
      const isTrue = (value: string | undefined) => value?.toLowerCase() === "true";
      const asks = { tenders: isTrue(query.tenders), creditNotes: isTrue(query.credit_notes) };
      return answer(actor.orgId, find, missing, asks);
    },
  );

  server.get(
    "/v2/transactions/getByBillNumber/:billNumber",
    {
      config: ACCESS,
      schema: {
        tags: ["Transactions"],
        summary: "Read a purchase by receipt number",
        params: Type.Object({ billNumber: Type.String() }),
        response: { 200: TransactionShape, ...failures(V2Failure) },
      },
    },
    async ({ actor, params }) => {
      const number = params.billNumber;
      const find = () =>
        db.transaction(actor.orgId, async (tx) => {
          // NUL cannot be stored, so no bill has it.
          const [first] = number.includes("\0") ? [] : await findByNumber(tx, actor.orgId, number);
          return first === undefined ? null : findTransaction(tx, actor.orgId, first.id);
        });
      const missing = () => errors.number_unknown({ number: number.slice(0, 60) });
      return answer(actor.orgId, find, missing, { tenders: true, creditNotes: false });
    },
  );

  server.get(
    "/v2/customers/:customerId/transactions",
    {
      config: ACCESS,
      schema: {
        tags: ["Transactions"],
        summary: "List purchases and returns of a customer",
        params: Type.Object({ customerId: Type.String() }),
        querystring: ListQuery,
        response: { 200: V2List(ListItem), ...failures(V2Failure) },
      },
    },
    async ({ actor, params, query }) => {
      const customerId = await customers.requireCustomer(actor.orgId, {
        name: "id",
        value: params.customerId,
      });
      return list(actor.orgId, customerId, query);
    },
  );

  server.get(
    "/v2/customers/lookup/transactions",
    {
      config: ACCESS,
      schema: {
        tags: ["Transactions"],
        summary: "List purchases and returns of a customer, by identifier",
        querystring: LookupQuery,
        response: { 200: V2List(ListItem), ...failures(V2Failure) },
      },
    },
    async ({ actor, query }) => {
      const { identifierName: name = "", identifierValue: value = "", source, accountId } = query;
      const customerId = await customers.requireCustomer(actor.orgId, { name, value, source, accountId });
      return list(actor.orgId, customerId, query);
    },
  );
};
