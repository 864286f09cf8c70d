import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Actor } from "#identity";
import { AppError, type Body, failures, Issue, isObject, issue, type Server, V2Failure } from "#platform";
import { errors } from "../errors.ts";
import { MAX_BULK } from "../routes.ts";
import { parseChange } from "./parse.ts";
import { type Updated, type UpdateParts, updateBill } from "./service.ts";

export interface UpdateRouteParts extends UpdateParts {
  readonly customers: Customers;
}

const OptionalText = Type.Optional(Type.String());
const Unknown = (description: string) => Type.Optional(Type.Unknown({ description }));
const ChangeShape = Type.Object(
  {
    id: Unknown("Id of the bill; or"),
    number: Unknown("its number"),
    extendedFields: Unknown("Name → value; null or an empty text removes"),
    customFields: Unknown("Name → value; null or an empty text removes"),
    lineItems: Unknown("Lines by id or itemCode, with extendedFields"),
    deliveryStatus: Unknown("PLACED, PROCESSED, SHIPPED, DELIVERED or RETURNED"),
  },
  { additionalProperties: true, $id: "BillChange" },
);
const Fields = Type.Record(Type.String(), Type.Unknown());
const LineShape = Type.Object({ id: Type.Integer(), itemCode: Type.String(), extendedFields: Fields });
const ChangeAnswer = Type.Object({
  id: Type.Integer(),
  number: Type.String(),
  type: Type.String(),
  customer: Type.Object({ id: Type.Integer() }),
  customFields: Fields,
  extendedFields: Fields,
  lineItems: Type.Array(LineShape),
  loyaltyDetails: Type.Array(Type.Unknown()),
  errors: Type.Array(Issue),
  warnings: Type.Array(Issue),
});
const BulkAnswer = Type.Object({
  response: Type.Array(
    Type.Object({
      result: Type.Unknown({ description: "The element as sent, with the bill's fields as they are now" }),
      errors: Type.Array(Issue),
      warnings: Type.Array(Issue),
    }),
  ),
  totalCount: Type.Integer(),
  failureCount: Type.Integer(),
});
const WRITE = { access: { resource: "Transaction", mode: "write" } } as const;

const fieldsOf = ({ bill, lines }: Updated) => ({
  customFields: { ...bill.details?.customFields },
  extendedFields: { ...bill.details?.extendedFields },
  lineItems: lines.map(({ lineNo, itemCode, details }) => ({
    id: lineNo,
    itemCode,
    extendedFields: (details?.extendedFields ?? {}) as Record<string, unknown>,
  })),
});

/** Adds `PUT /v2/transactions` and its bulk form (transactions.md §5.1). */
export const addUpdateRoutes = (server: Server, parts: UpdateRouteParts): void => {
  server.put(
    "/v2/transactions",
    {
      config: WRITE,
      schema: {
        tags: ["Transactions"],
        summary: "Change fields of one recorded purchase",
        operationId: "updateTransaction",
        querystring: Type.Object({
          identifierName: OptionalText,
          identifierValue: OptionalText,
          source: OptionalText,
          accountId: OptionalText,
        }),
        body: ChangeShape,
        response: { 200: ChangeAnswer, ...failures(V2Failure) },
      },
    },
    async ({ actor, query, body }) => {
      const { identifierName: name = "", identifierValue: value = "", source, accountId } = query;
      if (name.trim() === "" || value.trim() === "") throw errors.no_customer();
      const change = parseChange(body, await parts.orgs.get(actor.orgId));
      const customerId = await parts.customers.requireCustomer(actor.orgId, {
        name,
        value,
        source,
        accountId,
      });
      const updated = await updateBill(parts, actor, customerId, change);
      return {
        id: updated.bill.id,
        number: updated.bill.billNumber,
        type: updated.bill.type,
        customer: { id: customerId },
        ...fieldsOf(updated),
        loyaltyDetails: [],
        errors: [],
        warnings: [...change.warnings],
      };
    },
  );

  server.put(
    "/v2/transactions/bulk",
    {
      config: WRITE,
      schema: {
        tags: ["Transactions"],
        summary: "Change fields of recorded purchases in bulk",
        operationId: "updateTransactions",
        body: Type.Unknown({
          description: `An array of up to ${MAX_BULK} changes, each with id, identifierType, identifierValue and source`,
        }),
        response: { 200: BulkAnswer, ...failures(V2Failure) },
      },
    },
    async ({ actor, body }) => {
      if (!Array.isArray(body) || body.length === 0) throw errors.empty_batch();
      if (body.length > MAX_BULK) throw errors.batch_limit({ most: MAX_BULK, count: body.length });
      const response = [];
      // In order, so that two changes of one bill follow each other.
      for (const item of body as readonly unknown[]) response.push(await changeElement(parts, actor, item));
      const failureCount = response.filter((item) => item.errors.length > 0).length;
      return { response, totalCount: body.length, failureCount };
    },
  );
};

const textOf = (item: Body, name: string): string => {
  const value = item[name];
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
};

const changeElement = async (parts: UpdateRouteParts, actor: Actor, item: unknown) => {
  const sent = isObject(item) ? item : {};
  try {
    const change = parseChange(item, await parts.orgs.get(actor.orgId));
    const [name, value] = [textOf(sent, "identifierType"), textOf(sent, "identifierValue")];
    if (name === "" || value === "") throw errors.no_customer();
    // The delivery status belongs to the single call.
    const bulk = { ...change, deliveryStatus: null };
    const customerId = await parts.customers.requireCustomer(actor.orgId, {
      name,
      value,
      source: textOf(sent, "source"),
      accountId: textOf(sent, "accountId"),
    });
    const updated = await updateBill(parts, actor, customerId, bulk);
    return { result: { ...sent, ...fieldsOf(updated) }, errors: [], warnings: [...change.warnings] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { result: sent, errors: [issue(error.number, error.message)], warnings: [] };
  }
};
