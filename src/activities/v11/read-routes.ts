import { Type } from "@fastify/type-provider-typebox";
import { IDENTIFIER_TYPES } from "#customers";
import { loadLotsOfTransactions, loadUsesOfLots } from "#ledger";
import type { Organisation } from "#orgs";
import { failures, parseDateTime, parseDecimal, type Server, type Tx, V1Failure } from "#platform";
import { fatesOf } from "../earning/points.ts";
import { errors } from "../errors.ts";
import {
  findTransaction,
  linesOf,
  type StoredTransaction,
  transactionsNumbered,
  transactionsOfParty,
} from "../reads.ts";
import type { V11Parts } from "./add-routes.ts";
import {
  done,
  failed,
  type Item,
  ItemStatus,
  Status,
  transactionsAnswer,
  V11Transactions,
} from "./envelope.ts";
import { billOf, listedBillOf } from "./present.ts";
import { customerStandings } from "./standing.ts";
import { quantitiesOfBills } from "./store.ts";

const OptionalText = Type.Optional(Type.String());
const READ = { access: { resource: "Transaction", mode: "read" } } as const;
const V11Customer = Type.Object({
  response: Type.Object({
    status: Type.Object({ ...Status.properties, total: Type.String(), success_count: Type.String() }),
    customers: Type.Object({
      customer: Type.Array(
        Type.Object(
          { item_status: Type.Object({ ...ItemStatus.properties, code: Type.String() }) },
          { additionalProperties: true },
        ),
      ),
    }),
  }),
});

type Query = Readonly<Record<string, string | undefined>>;

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === "true";

/** Adds the v1.1 reads of bills. */
export const addV11ReadRoutes = (server: Server, parts: V11Parts): void => {
  addTransactionGet(server, parts);
  addCustomerTransactions(server, parts);
};

const addTransactionGet = (server: Server, parts: V11Parts): void => {
  server.get(
    "/v1.1/transaction/get",
    {
      config: READ,
      schema: {
        tags: ["Transactions (v1.1)"],
        summary: "Read a purchase (legacy format)",
        operationId: "getTransactionLegacy",
        querystring: Type.Object({
          format: OptionalText,
          id: OptionalText,
          number: OptionalText,
          store_code: OptionalText,
          till_code: OptionalText,
          amount: OptionalText,
          date: OptionalText,
          type: OptionalText,
          tenders: OptionalText,
          credit_notes: OptionalText,
          user_id: OptionalText,
        }),
        response: { 200: V11Transactions, ...failures(V1Failure) },
      },
    },
    async ({ actor, query }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      const programs = await parts.loyalty.programs(actor.orgId);
      const matches = matcherOf(organisation, query);
      const items = await parts.db.transaction(actor.orgId, async (tx): Promise<Item[]> => {
        const found = (await billsOf(tx, actor.orgId, query)).filter(matches);
        if (found.length === 0) return [missing(query)];
        const customerIds = found.flatMap(({ customerId }) => customerId ?? []);
        const standings = await customerStandings(tx, parts, organisation, programs, customerIds);
        return Promise.all(
          found.map(async (transaction) => {
            const lines = await linesOf(tx, actor.orgId, transaction.partyId, [transaction.id]);
            const block = standings.get(transaction.customerId ?? 0)?.block;
            return {
              ...(block === undefined
                ? {}
                : {
                    customer: {
                      mobile: block.mobile,
                      first_name: block.firstname,
                      last_name: block.lastname,
                      email: block.email,
                      external_id: block.external_id,
                      source: block.source,
                      ...(isTrue(query.user_id) ? { user_id: block.user_id } : {}),
                    },
                  }),
              ...billOf(organisation, transaction, lines, {
                tenders: isTrue(query.tenders),
                creditNotes: isTrue(query.credit_notes),
              }),
              item_status: done(600, "Transaction found."),
            };
          }),
        );
      });
      return transactionsAnswer(items);
    },
  );
};

const missing = ({ id, number }: Query): Item => ({
  ...(id === undefined ? { number: number ?? "" } : { id }),
  item_status: failed(
    id === undefined
      ? errors.number_unknown({ number: (number ?? "").slice(0, 60) })
      : errors.transaction_unknown({ id: id.slice(0, 40) }),
  ),
});

/** Bills that share a number: one per store or till at most. */
const MAX_SAME_NUMBER = 100;

const billsOf = async (tx: Tx, orgId: number, query: Query): Promise<readonly StoredTransaction[]> => {
  const id = query.id?.trim() ?? "";
  const number = query.number?.trim() ?? "";
  if (id === "" && number === "") throw errors.too_few_parameters({ field: "id or number" });
  if (id === "")
    return number.includes("\0") ? [] : transactionsNumbered(tx, orgId, number, null, MAX_SAME_NUMBER);
  if (!/^\d{1,15}$/.test(id)) throw errors.bad_id({ value: id.slice(0, 40) });
  const found = await findTransaction(tx, orgId, Number(id));
  return found === null ? [] : [found];
};

const TYPES = ["REGULAR", "NOT_INTERESTED", "RETURN", "NOT_INTERESTED_RETURN", "MIXED", "ALL"];

/** What the filters of the call leave over. A code that no store or till has leaves nothing. */
const matcherOf = (organisation: Organisation, query: Query): ((bill: StoredTransaction) => boolean) => {
  const { store_code: storeCode = "", till_code: tillCode = "", amount = "", date = "" } = query;
  const type = (query.type ?? "ALL").trim().toUpperCase() || "ALL";
  if (!TYPES.includes(type))
    throw errors.bad_parameter({
      field: "type",
      expected: `one of ${TYPES.join(", ")}`,
      value: type.slice(0, 40),
    });
  const money = amount === "" ? null : parseDecimal(amount, organisation.moneyScale);
  if (amount !== "" && money === null)
    throw errors.bad_amount({ field: "amount", value: amount.slice(0, 40) });
  const rules = { zone: organisation.clusterTimeZone, ignoreOffset: true };
  const at = date === "" ? null : parseDateTime(date, rules);
  if (date !== "" && at === null) throw errors.bad_clock_time({ field: "date", value: date.slice(0, 40) });
  const wholeDay = /^\d{4}-\d{2}-\d{2}$/.test(date.trim());
  const until = at === null ? 0 : at + (wholeDay ? 86_400_000 : 1000);
  return (bill) => {
    const billedAt = bill.billedAt.getTime();
    if (storeCode !== "" && organisation.store(bill.storeId)?.code.toLowerCase() !== storeCode.toLowerCase())
      return false;
    if (tillCode !== "" && organisation.till(bill.tillId)?.code !== tillCode) return false;
    if (money !== null && bill.amount !== money) return false;
    if (at !== null && (billedAt < at || billedAt >= until)) return false;
    return type === "ALL" || bill.type === type;
  };
};

const IDENTIFIERS: readonly (readonly [string, string])[] = [
  ["id", "id"],
  ["user_id", "id"],
  ["mobile", "mobile"],
  ["email", "email"],
  ["external_id", "externalId"],
  ["card_number", "cardnumber"],
  ["card_external_id", "cardExternalId"],
  ...IDENTIFIER_TYPES.map((type) => [type, type] as const),
];

/** The customer whom the query names by the first identifier that it holds. Errors: 1015, 1012. */
const customerOf = async ({ customers }: V11Parts, orgId: number, query: Query): Promise<number> => {
  const named = IDENTIFIERS.find(([name]) => (query[name] ?? "").trim() !== "");
  if (named === undefined) throw errors.no_identifier_v11();
  const value = (query[named[0]] ?? "").trim();
  const found = await customers.lookup(orgId, { name: named[1], value });
  if (found === null) throw errors.unknown_customer_v11({ name: `${named[0]} ${value.slice(0, 60)}` });
  return found;
};

const numberIn = (query: Query, field: string, fallback: number, most: number): number => {
  const text = (query[field] ?? "").trim();
  if (text === "") return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > most)
    throw errors.bad_parameter({
      field,
      expected: `a whole number from 0 to ${most}`,
      value: text.slice(0, 40),
    });
  return value;
};

const MAX_ROWS = 1000;

const choiceIn = (query: Query, field: string, allowed: readonly string[]): string => {
  const text = (query[field] ?? "").trim().toLowerCase();
  if (text === "") return allowed[0]!;
  if (!allowed.includes(text))
    throw errors.bad_parameter({ field, expected: allowed.join(" or "), value: text.slice(0, 40) });
  return text;
};

const dateIn = (organisation: Organisation, query: Query, field: string): Date | null => {
  const text = (query[field] ?? "").trim();
  if (text === "") return null;
  const instant = parseDateTime(text, { zone: organisation.clusterTimeZone, ignoreOffset: true });
  if (instant === null) throw errors.bad_clock_time({ field, value: text.slice(0, 40) });
  return new Date(instant);
};

const idIn = (query: Query, field: string): number | null => {
  const text = (query[field] ?? "").trim();
  if (text === "") return null;
  if (!/^\d{1,15}$/.test(text)) throw errors.bad_id({ value: text.slice(0, 40) });
  return Number(text);
};

const pageOf = (organisation: Organisation, query: Query) => ({
  from: dateIn(organisation, query, "start_date"),
  until: dateIn(organisation, query, "end_date"),
  ascending: choiceIn(query, "order", ["desc", "asc"]) === "asc",
  limit: numberIn(query, "limit", 10, MAX_ROWS),
  offset: numberIn(query, "offset", 0, 999_999_999),
  byId: choiceIn(query, "sort", ["trans_date", "trans_id"]) === "trans_id",
  only: {
    number: (query.number ?? "").trim() || null,
    firstId: idIn(query, "transaction_id") ?? idIn(query, "start_id"),
    lastId: idIn(query, "transaction_id") ?? idIn(query, "end_id"),
    storeId: storeIn(organisation, query),
  },
});

/** The store that the query names; −1 when it names one that is not there, so that nothing is found. */
const storeIn = (organisation: Organisation, query: Query): number | null => {
  const id = idIn(query, "store_id");
  if (id !== null) return id;
  const code = (query.store_code ?? "").trim();
  return code === "" ? null : (organisation.storeByCode(code)?.id ?? -1);
};

const addCustomerTransactions = (server: Server, parts: V11Parts): void => {
  server.get(
    "/v1.1/customer/transactions",
    {
      config: READ,
      schema: {
        tags: ["Transactions (v1.1)"],
        summary: "List purchases of a customer (legacy format)",
        operationId: "listTransactionsLegacy",
        querystring: Type.Object(
          Object.fromEntries(
            [
              ...new Set(IDENTIFIERS.map(([name]) => name)),
              ...["format", "number", "transaction_id", "store_id", "store_code", "start_id", "end_id"],
              ...["start_date", "end_date", "custom_fields", "credit_notes", "points_breakup"],
              ...["limit", "offset", "sort", "order"],
            ].map((name) => [name, OptionalText]),
          ),
        ),
        response: { 200: V11Customer, ...failures(V1Failure) },
      },
    },
    async ({ actor, query }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      const page = pageOf(organisation, query);
      const partyId = await customerOf(parts, actor.orgId, query);
      const programs = await parts.loyalty.programs(actor.orgId);
      const programId = programs.default?.programId ?? null;
      return parts.db.transaction(actor.orgId, async (tx) => {
        const { rows, total } = await transactionsOfParty(tx, actor.orgId, partyId, page);
        const standings = await customerStandings(tx, parts, organisation, programs, [partyId]);
        const ids = rows.map(({ id }) => id);
        const parties = [...new Set(rows.map((row) => row.partyId))];
        const lots = await loadLotsOfTransactions(
          tx,
          actor.orgId,
          rows.map((row) => ({ partyId: row.partyId, transactionId: row.id })),
        );
        const uses = await loadUsesOfLots(tx, actor.orgId, lots);
        const fates = parties.flatMap((party) =>
          fatesOf(
            lots.filter((lot) => lot.partyId === party),
            uses.filter((use) => use.partyId === party),
          ),
        );
        const quantities = await quantitiesOfBills(tx, actor.orgId, parties, ids);
        const customer = {
          ...standings.get(partyId)?.block,
          count: String(total),
          start: String(page.offset),
          rows: String(rows.length),
          ...standings.get(partyId)?.totals,
          transactions: {
            transaction: rows.map((row) =>
              listedBillOf(organisation, row, {
                programId,
                fates: fates.filter(({ lot }) => lot.transactionId === row.id),
                quantity: quantities.get(row.id) ?? 0,
                creditNotes: isTrue(query.credit_notes),
              }),
            ),
          },
          item_status: { ...done(1052, "Transactions found."), code: "1052" },
        };
        const status = { success: "true", code: 200, message: "Success", total: "1", success_count: "1" };
        return { response: { status, customers: { customer: [customer] } } };
      });
    },
  );
};
