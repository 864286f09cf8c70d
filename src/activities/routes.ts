import { Type } from "@fastify/type-provider-typebox";
import { type Customers, IDENTIFIER_TYPES, identifierKey } from "#customers";
import type { Actor } from "#identity";
import { type Organisation, type Orgs, SOURCES } from "#orgs";
import {
  AppError,
  type Clock,
  failures,
  Issue,
  isObject,
  issue,
  type Outcome,
  requestKeyOf,
  type Server,
  V2Failure,
} from "#platform";
import { errors } from "./errors.ts";
import { type BillContext, parseBill } from "./parse.ts";
import { asText } from "./parse-values.ts";
import type { Purchase, Recorded } from "./schema.ts";
import type { Activities } from "./service.ts";

export interface TransactionRouteParts {
  readonly activities: Activities;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly clock: Clock;
}

export const MAX_BULK = 100;
/** Lines over all bills of a call, which are held and written together. */
const MAX_BULK_LINES = 20_000;
const JSON_TYPE = "application/json; charset=utf-8";

/** Numbers may come as text throughout the dialect. */
const Decimal = Type.Unknown({ description: "Decimal number, or the same as text" });
export const BillShape = Type.Object(
  {
    type: Type.Optional(
      Type.Unknown({ description: "REGULAR, NOT_INTERESTED, RETURN or NOT_INTERESTED_RETURN" }),
    ),
    returnType: Type.Optional(
      Type.Unknown({ description: "Of a return: FULL, LINE_ITEM, AMOUNT or CANCELLED" }),
    ),
    billNumber: Type.Optional(
      Type.Unknown({
        description: "At most 50 characters; of a return the number of the bill that goes back",
      }),
    ),
    id: Type.Optional(Type.Unknown({ description: "Of a return: id of the bill that goes back" })),
    purchaseTime: Type.Optional(Type.Unknown({ description: "Of a return: billingDate of that bill" })),
    billAmount: Type.Optional(Decimal),
    grossAmount: Type.Optional(Decimal),
    discount: Type.Optional(Decimal),
    billingDate: Type.Optional(Type.Unknown({ description: "ISO 8601; without an offset UTC; default now" })),
    note: Type.Optional(Type.Unknown()),
    notInterestedReason: Type.Optional(Type.Unknown()),
    outlierStatus: Type.Optional(Type.Unknown()),
    deliveryStatus: Type.Optional(Type.Unknown()),
    lineItemsV2: Type.Optional(
      Type.Unknown({
        description:
          "Lines: itemCode, qty, rate, value, discount, amount, …; lines of type RETURN with parentBillNumber go back",
      }),
    ),
    paymentModes: Type.Optional(Type.Unknown({ description: "Payments: mode, value, notes, attributes" })),
    redemptions: Type.Optional(
      Type.Unknown({
        description:
          "pointsRedemptions: ids of redemptions that paid for the bill; one that cannot be linked is a warning",
      }),
    ),
    extendedFields: Type.Optional(
      Type.Unknown({ description: "Extended fields of scope TRANSACTION, name → value" }),
    ),
    customFields: Type.Optional(Type.Unknown()),
    addWithLocalCurrency: Type.Optional(Type.Unknown({ description: "true: all money is in currencyCode" })),
    currencyCode: Type.Optional(Type.Unknown({ description: "ISO 4217; the store's when absent" })),
  },
  { additionalProperties: true, $id: "Bill" },
);

const SideEffect = Type.Object({ type: Type.String() }, { additionalProperties: true });
const BillAnswer = Type.Object(
  {
    createdId: Type.Integer(),
    warnings: Type.Array(Issue),
    errors: Type.Array(Issue),
    sideEffects: Type.Array(SideEffect),
    rawSideEffects: Type.Optional(Type.Array(SideEffect)),
    loyaltyDetails: Type.Array(Type.Unknown()),
    customerInfo: Type.Optional(Type.Object({ firstName: Type.String(), lastName: Type.String() })),
  },
  { additionalProperties: false },
);
const BulkAnswer = Type.Object({
  response: Type.Array(
    Type.Object({
      entityId: Type.Optional(Type.Integer()),
      result: Type.Unknown({ description: "The bill as sent, with its side effects" }),
      errors: Type.Array(Issue),
      warnings: Type.Array(Issue),
    }),
  ),
  totalCount: Type.Integer(),
  failureCount: Type.Integer(),
});

const OptionalText = Type.Optional(Type.String());
const AddQuery = Type.Object({
  identifierName: OptionalText,
  identifierValue: OptionalText,
  source: OptionalText,
  accountId: OptionalText,
  use_async: OptionalText,
  use_asynch: OptionalText,
  rawSideEffects: OptionalText,
});

/** Longer text is no identifier and is refused before it is looked up. */
const MAX_IDENTIFIER = 300;

export interface Whom {
  readonly name: unknown;
  readonly value: unknown;
  readonly source: unknown;
  readonly accountId: unknown;
}

const customerOf = (organisation: Organisation, { name, value }: Whom, anonymous: boolean) => {
  const nobody = { customerKey: null, customerId: null, customerName: "" };
  if (anonymous) return nobody;
  const given = typeof value === "number" ? String(value) : value;
  if (typeof name !== "string" || name === "" || typeof given !== "string" || given === "")
    throw errors.no_customer();
  const customerName = `${name} ${given.slice(0, 60)}`;
  if (given.length > MAX_IDENTIFIER) throw errors.unknown_customer({ name: customerName });
  if (name.toLowerCase() === "id") {
    const id = /^\d{1,15}$/.test(given) ? Number(given) : null;
    if (id === null) throw errors.unknown_customer({ name: customerName });
    return { ...nobody, customerId: id, customerName };
  }
  const type = IDENTIFIER_TYPES.find((item) => item.toLowerCase() === name.toLowerCase());
  if (type === undefined) throw errors.bad_identifier_name({ value: name.slice(0, 60) });
  const customerKey = identifierKey(organisation.id, type, given, organisation.country);
  if (customerKey === null) throw errors.unknown_customer({ name: customerName });
  return { customerKey, customerId: null, customerName };
};

const sourceOf = (value: unknown): string => {
  if (value === undefined || value === null || value === "") return "INSTORE";
  const upper = (asText(value, "source", 100) ?? "").toUpperCase();
  if (upper !== "OTHERS" && !SOURCES.some((source) => source === upper))
    throw errors.bad_source({ value: upper.slice(0, 40) });
  return upper;
};

const isAnonymous = (body: unknown): boolean => {
  const type = isObject(body) ? body.type : undefined;
  return typeof type === "string" && type.toUpperCase().startsWith("NOT_INTERESTED");
};

/** Reads a bill of a call with what the call itself says: its actor, its customer, its options. */
export const purchaseOf = (
  { clock }: Pick<TransactionRouteParts, "clock">,
  organisation: Organisation,
  actor: Actor,
  body: unknown,
  whom: Whom,
  options: { requestKey: string | null; useAsync: boolean; raw: boolean; isV11?: boolean },
): Purchase => {
  const context: BillContext = {
    organisation,
    tillId: actor.tillId,
    ...customerOf(organisation, whom, isAnonymous(body)),
    source: sourceOf(whom.source),
    accountId: asText(whom.accountId, "accountId", 100) ?? "",
    clockNow: clock.now().getTime(),
    asOfBill: false,
    requestKey: options.requestKey,
    requestId: actor.requestId,
    wantsSideEffects: !options.useAsync,
    wantsRawSideEffects: options.raw,
    checksSanity: true,
    ...(options.isV11 === true ? { isV11: true } : {}),
  };
  return parseBill(body, context);
};

const isTrue = (value: string | undefined): boolean => value !== undefined && value.toLowerCase() === "true";

/** Adds the documented calls that record purchases. */
export const addTransactionRoutes = (server: Server, parts: TransactionRouteParts): void => {
  const { activities, orgs } = parts;
  server.post(
    "/v2/transactions",
    {
      config: { access: { resource: "Transaction", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: ["Transactions"],
        summary: "Record one purchase or return",
        operationId: "recordOnePurchase",
        querystring: AddQuery,
        body: BillShape,
        response: { 200: BillAnswer, ...failures(V2Failure) },
      },
    },
    async (request, reply) => {
      const { actor, query } = request;
      const organisation = await orgs.get(actor.orgId);
      const whom = {
        name: query.identifierName,
        value: query.identifierValue,
        source: query.source,
        accountId: query.accountId,
      };
      const purchase = purchaseOf(parts, organisation, actor, request.body, whom, {
        requestKey: requestKeyOf(request),
        useAsync: isTrue(query.use_async ?? query.use_asynch),
        raw: isTrue(query.rawSideEffects),
      });
      const recorded = await activities.record(actor.orgId, purchase);
      // The text that was committed is what is sent, the first time and every time.
      return reply.type(JSON_TYPE).send(recorded.reply as never);
    },
  );

  server.post(
    "/v2/transactions/bulk",
    {
      config: { access: { resource: "Transaction", mode: "write" } },
      schema: {
        tags: ["Transactions"],
        summary: "Record purchases and returns in bulk",
        querystring: Type.Object({ use_async: OptionalText }),
        body: Type.Unknown({
          description: `An array of up to ${MAX_BULK} bills with identifierType, identifierValue and source; at most ${MAX_BULK_LINES} lines together`,
        }),
        response: { 200: BulkAnswer, ...failures(V2Failure) },
      },
    },
    async (request) => {
      const items = request.body;
      if (!Array.isArray(items) || items.length === 0) throw errors.empty_batch();
      if (items.length > MAX_BULK) throw errors.batch_limit({ most: MAX_BULK, count: items.length });
      const lines = items.reduce((sum: number, item: unknown) => sum + lineCount(item), 0);
      if (lines > MAX_BULK_LINES) throw errors.batch_lines({ most: MAX_BULK_LINES, count: lines });
      return recordBulk(parts, request.actor, items, isTrue(request.query.use_async));
    },
  );
};

/** Lines that a bill was sent with, before anything of it is read. */
const lineCount = (item: unknown): number => {
  const lines = isObject(item) ? (item.lineItemsV2 ?? item.lineitemsV2) : null;
  return Array.isArray(lines) ? lines.length : 0;
};

const recordBulk = async (
  parts: TransactionRouteParts,
  actor: Actor,
  items: readonly unknown[],
  useAsync: boolean,
) => {
  const organisation = await parts.orgs.get(actor.orgId);
  const outcomes: (Outcome<Recorded> | null)[] = items.map(() => null);
  const purchases: Purchase[] = [];
  const positions: number[] = [];
  items.forEach((item, index) => {
    const fields = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
    const { identifierType: name, identifierValue: value, source, accountId } = fields;
    try {
      const options = { requestKey: null, useAsync, raw: false };
      purchases.push(
        purchaseOf(parts, organisation, actor, item, { name, value, source, accountId }, options),
      );
      positions.push(index);
    } catch (error) {
      outcomes[index] = { error };
    }
  });
  const recorded = await parts.activities.recordAll(actor.orgId, purchases);
  recorded.forEach((outcome, position) => {
    outcomes[positions[position]!] = outcome;
  });
  const response = outcomes.map((outcome, index) => bulkItem(items[index], outcome!));
  const failureCount = response.filter((item) => item.errors.length > 0).length;
  return { response, totalCount: items.length, failureCount };
};

const bulkItem = (item: unknown, outcome: Outcome<Recorded>) => {
  const echo = typeof item === "object" && item !== null && !Array.isArray(item) ? item : {};
  if ("error" in outcome) {
    const { error } = outcome;
    // What is not a refusal of ours is a fault; the other bills of the call are recorded and answered all the same.
    const fault = "The bill could not be recorded because of a fault on our side; send it again.";
    const told = error instanceof AppError ? issue(error.number, error.message) : issue(500, fault);
    return { result: echo, errors: [told], warnings: [] };
  }
  const reply = JSON.parse(outcome.ok.reply) as { warnings: Issue[]; sideEffects: object[] };
  const result = { ...echo, sideEffects: reply.sideEffects };
  return { entityId: outcome.ok.transactionId, result, errors: [], warnings: reply.warnings };
};
