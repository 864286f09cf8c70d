import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import {
  AppError,
  type Body,
  failures,
  formatPlain,
  isObject,
  requestKeyOf,
  type Server,
  toDecimal,
  V1Failure,
} from "#platform";
import { errors } from "../errors.ts";
import { asText } from "../parse-values.ts";
import { checkTypes, claimBill, claimedId, clientOf, type RetroParts } from "../retro/service.ts";
import { parseChange } from "../updates/parse.ts";
import { type UpdateParts, updateBill } from "../updates/service.ts";
import type { V11Parts } from "./add-routes.ts";
import { firstUsable, readBuyer } from "./buyers.ts";
import {
  asNamedValues,
  done,
  failed,
  type Item,
  itemsOf,
  namedValues,
  transactionsAnswer,
  V11Request,
  V11Transactions,
} from "./envelope.ts";
import { effectsOf, type Reply } from "./side-effects.ts";
import { customerStandings } from "./standing.ts";

export type V11UpdateParts = V11Parts & RetroParts & UpdateParts;

interface Call {
  readonly organisation: Organisation;
  readonly actor: Actor;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly requestKey: string | null;
}

/** Adds `POST /v1.1/transaction/update`: an item with types claims an anonymous bill, any other changes fields of a bill. */
export const addV11UpdateRoutes = (server: Server, parts: V11UpdateParts): void => {
  server.post(
    "/v1.1/transaction/update",
    {
      config: { access: { resource: "Transaction", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: ["Transactions (v1.1)"],
        summary: "Change recorded purchases, or tie anonymous ones to customers (legacy format)",
        operationId: "updateTransactionsLegacy",
        body: V11Request,
        response: { 200: V11Transactions, ...failures(V1Failure) },
      },
    },
    async (request) => {
      const items = itemsOf(request.body);
      const call: Call = {
        organisation: await parts.orgs.get(request.actor.orgId),
        actor: request.actor,
        headers: request.headers,
        requestKey: items.length === 1 ? requestKeyOf(request) : null,
      };
      const answers: Item[] = [];
      // In order, so that two changes of one bill follow each other.
      for (const item of items) answers.push(await updateItem(parts, call, item));
      return transactionsAnswer(answers);
    },
  );
};

const updateItem = async (parts: V11UpdateParts, call: Call, item: unknown): Promise<Item> => {
  const fields = isObject(item) ? item : {};
  try {
    if (!isObject(item)) throw errors.bad_field({ field: "transaction", expected: "an object" });
    const isRetro = item.old_type !== undefined || item.new_type !== undefined;
    return isRetro ? await claimItem(parts, call, item) : await changeItem(parts, call, item);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const text = (value: unknown) =>
      typeof value === "string" || typeof value === "number" ? String(value) : "";
    return { id: text(fields.id), number: text(fields.number), item_status: failed(error) };
  }
};

/** The customer whom the item names by the first identifier that somebody has. Errors: 606, 611. */
const customerOf = async ({ customers }: V11UpdateParts, { organisation }: Call, item: Body) => {
  if (item.customer !== undefined && item.customer !== null && !isObject(item.customer))
    throw errors.bad_field({ field: "customer", expected: "an object" });
  const buyer = readBuyer(organisation, item.customer ?? {});
  for (const { type: name, value } of buyer.identifiers) {
    const found = await customers.lookup(organisation.id, { name, value });
    if (found !== null) return found;
  }
  const { type, value } = firstUsable(buyer);
  throw errors.unknown_customer({ name: `${type} ${value.slice(0, 60)}` });
};

const standingOf = async (parts: V11UpdateParts, { organisation }: Call, customerId: number) => {
  const programs = await parts.loyalty.programs(organisation.id);
  const standings = await parts.db.transaction(organisation.id, (tx) =>
    customerStandings(tx, parts, organisation, programs, [customerId]),
  );
  return standings.get(customerId)?.block;
};

/** How many of the fields that were sent are kept, and how all of the bill's stand now. */
const outcomeOf = (sent: Body, kept: Readonly<Record<string, unknown>> | undefined) => {
  const names = new Set(Object.keys(kept ?? {}).map((name) => name.toLowerCase()));
  const cleared = (name: string) => sent[name] === null || sent[name] === "";
  const count = Object.keys(sent).filter((name) => cleared(name) || names.has(name.toLowerCase())).length;
  return {
    success_count: String(count),
    failure_count: String(Object.keys(sent).length - count),
    ...asNamedValues(kept ?? {}),
  };
};

/** The call as made at the till that `update_till` names. Errors: 671. */
const actorAt = ({ organisation, actor }: Call, updateTill: unknown): Actor => {
  const code = asText(updateTill, "update_till", 250)?.trim() ?? "";
  if (code === "") return actor;
  const till = organisation.tillByCode(code);
  if (till === null) throw errors.unknown_update_till({ code: code.slice(0, 60) });
  return { ...actor, tillId: till.id };
};

const changeItem = async (parts: V11UpdateParts, call: Call, item: Body): Promise<Item> => {
  const { organisation } = call;
  const custom = namedValues(item.custom_fields, "custom_fields", "field");
  const extended = namedValues(item.extended_fields, "extended_fields", "field");
  const body = {
    id: item.id,
    number: item.number,
    note: item.notes,
    deliveryStatus: item.delivery_status,
    customFields: custom,
    extendedFields: extended,
  };
  const change = parseChange(body, organisation, { isLenient: true });
  const actor = actorAt(call, item.update_till);
  const customerId = await customerOf(parts, call, item);
  const { bill } = await updateBill(parts, actor, customerId, change);
  const money = (amount: number | null) => String(toDecimal(amount ?? 0, organisation.moneyScale));
  return {
    customer: await standingOf(parts, call, customerId),
    id: bill.id,
    notes: bill.details?.note ?? "",
    billing_time: formatPlain(bill.billedAt.getTime(), organisation.clusterTimeZone),
    type: bill.type,
    number: bill.billNumber,
    delivery_status: bill.deliveryStatus,
    amount: money(bill.amount),
    gross_amount: money(bill.grossAmount ?? bill.amount),
    discount: money(bill.discount),
    store: organisation.store(bill.storeId)?.name ?? "",
    custom_fields: outcomeOf(custom, bill.details?.customFields),
    extended_fields: outcomeOf(extended, bill.details?.extendedFields),
    side_effects: { effect: [] },
    item_status: done(600, "Transaction updated.", change.warnings),
  };
};

const claimItem = async (parts: V11UpdateParts, call: Call, item: Body): Promise<Item> => {
  const { organisation, headers, requestKey } = call;
  const client = clientOf(headers);
  checkTypes(item.old_type, item.new_type);
  const id = claimedId(item.id);
  const customerId = await customerOf(parts, call, item);
  const body = {
    notes: item.notes,
    customFields: namedValues(item.custom_fields, "custom_fields", "field"),
    extendedFields: namedValues(item.extended_fields, "extended_fields", "field"),
  };
  const request = { customerId, customerName: `id ${customerId}`, client, requestKey, body };
  const { bill, transactionId, reply } = await claimBill(parts, organisation.id, id, request);
  const told = JSON.parse(reply) as Reply;
  const block = await standingOf(parts, call, customerId);
  return {
    id: transactionId,
    old_id: bill.id,
    old_type: bill.type,
    number: bill.billNumber,
    type: "REGULAR",
    billing_time: formatPlain(bill.billedAt.getTime(), organisation.clusterTimeZone),
    bill_client_id: "",
    parent_bill_number: "",
    shipping_source_till_code: "",
    delivery_status: bill.deliveryStatus,
    outlier_status: bill.outlierStatus,
    ...(block === undefined ? {} : { customer: block }),
    side_effects: { effect: effectsOf(told, Number(block?.loyalty_points ?? 0)) },
    source: bill.source,
    item_status: done(1630, "Transaction claimed.", told.warnings),
  };
};
