import { Type } from "@fastify/type-provider-typebox";
import type { Customers } from "#customers";
import type { Orgs } from "#orgs";
import {
  type Body,
  type Clock,
  type Db,
  failures,
  Issue,
  isObject,
  localDate,
  POINTS_SCALE,
  type Server,
  V2Failure,
} from "#platform";
import { callerOf, movementOf } from "../calls.ts";
import { errors } from "../moving-errors.ts";
import { partyWithId } from "../naming.ts";
import type { Points } from "../service.ts";
import { readInteger, readText, shown } from "../values.ts";
import { type Unlocked, type UnlockInput, unlockKind } from "./unlock.ts";

/** A bill as it is found by what calls say of it. */
export interface BillOfCustomer {
  readonly transactionId: number;
  readonly number: string;
  readonly billedAt: Date;
  readonly tillId: number;
  readonly storeId: number;
  readonly lines: readonly { readonly lineNo: number; readonly itemCode: string }[];
}

export interface UnlockRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly points: Points;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "requireCustomer">;
  /** Bills of a customer by id or number, also of those who were merged into them. */
  readonly findBills: (
    orgId: number,
    partyId: number,
    bill: { readonly id: number } | { readonly number: string },
  ) => Promise<readonly BillOfCustomer[]>;
}

const anything = (description: string) => Type.Optional(Type.Unknown({ description }));

interface Filter {
  readonly number: string;
  readonly lineIds: readonly number[] | null;
  readonly itemCodes: readonly string[] | null;
  readonly day: string | null;
  readonly storeId: number | null;
  readonly tillId: number | null;
  readonly programId: number | null;
  readonly eventId: number | null;
}

const listOf = <T>(
  value: unknown,
  field: string,
  read: (item: unknown) => T | null | undefined,
): T[] | null => {
  if (value === undefined || value === null) return null;
  const items = Array.isArray(value) ? value.map(read) : [];
  if (
    !Array.isArray(value) ||
    value.length > 1000 ||
    items.some((item) => item === null || item === undefined)
  )
    throw errors.bad_list({ field, expected: "an array of at most 1000 values" });
  return items.length === 0 ? null : (items as T[]);
};

const numberOf = (value: unknown, field: string): number | null => {
  const number = readInteger(value);
  if (number === undefined) throw errors.bad_list({ field, expected: "a whole number" });
  return number;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const parseFilter = (body: Body): Filter => {
  const eventName = readText(body.eventName, 100) ?? "";
  if (eventName.toLowerCase() !== "transactionadd")
    throw errors.bad_event_name({ value: shown(body.eventName) });
  const number = readText(body.billNumber, 50);
  if (number === undefined || number === "") throw errors.bill_number_missing({});
  const day = readText(body.billDate, 10);
  if (day === undefined || (day !== "" && !DAY.test(day)))
    throw errors.bad_list({ field: "billDate", expected: "a date YYYY-MM-DD" });
  return {
    number,
    lineIds: listOf(body.lineItemIds, "lineItemIds", readInteger),
    itemCodes: listOf(body.itemCodes, "itemCodes", (item) => readText(item, 300)),
    day: day === "" ? null : day,
    storeId: numberOf(body.sourceStoreId, "sourceStoreId"),
    tillId: numberOf(body.sourceTillId, "sourceTillId"),
    programId: numberOf(body.sourceProgramId, "sourceProgramId"),
    eventId: numberOf(body.eventLogId, "eventLogId"),
  };
};

/** Lines of a bill that are meant; null: all of it. Bills without a line that is meant are left out. */
const linesMeant = ({ lines }: BillOfCustomer, { lineIds, itemCodes }: Filter): readonly number[] | null => {
  if (lineIds === null && itemCodes === null) return null;
  return lines
    .filter(
      ({ lineNo, itemCode }) =>
        (lineIds === null || lineIds.includes(lineNo)) &&
        (itemCodes === null || itemCodes.includes(itemCode)),
    )
    .map(({ lineNo }) => lineNo);
};

const inputOf = (bills: readonly BillOfCustomer[], filter: Filter, zone: string): UnlockInput => {
  const { day, storeId, tillId, programId, eventId } = filter;
  const meant = bills
    .filter(
      (bill) =>
        (day === null || localDate(bill.billedAt.getTime(), zone) === day) &&
        (storeId === null || bill.storeId === storeId) &&
        (tillId === null || bill.tillId === tillId),
    )
    .map((bill) => ({
      transactionId: bill.transactionId,
      number: bill.number,
      lines: linesMeant(bill, filter),
    }))
    .filter(({ lines }) => lines === null || lines.length > 0);
  if (meant.length === 0) throw errors.unlock_bill_unknown({ value: filter.number });
  return { bills: meant, programId, eventId };
};

/** Adds the documented call that makes promised points spendable early (points.md §4.7). */
export const addUnlockRoutes = (server: Server, parts: UnlockRouteParts): void => {
  const { points, orgs, clock, customers, findBills } = parts;
  server.post(
    "/v2/points/unlockPromisedPoints",
    {
      config: { access: { resource: "Points", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: ["Points"],
        summary: "Make promised points spendable early",
        operationId: "unlockPromisedPoints",
        querystring: Type.Object({
          identifierName: anything("Needed: mobile, id, externalId, cuid"),
          identifierValue: anything("Needed: the identifier's value"),
          source: anything("Needed: a source of the organisation, or ALL"),
          type: anything("CUSTOMER (default) or USERGROUP2"),
          accountId: anything("Account of a source that has several"),
        }),
        body: Type.Object(
          {
            eventName: anything("Needed: the event that gave the points, TransactionAdd"),
            billNumber: anything("Needed"),
            eventLogId: anything("Id of the ledger event that gave the points"),
            lineItemIds: anything("Ids of lines; all lines when absent"),
            itemCodes: anything("Items; all lines when absent"),
            billDate: anything("YYYY-MM-DD"),
            sourceStoreId: anything("Store of the bill"),
            sourceTillId: anything("Till of the bill"),
            sourceProgramId: anything("Program that promised the points"),
          },
          { additionalProperties: true },
        ),
        response: {
          200: Type.Object({
            pointsUnlocked: Type.Array(
              Type.Object({
                billNumber: Type.String(),
                itemCode: Type.Optional(Type.String()),
                programId: Type.Integer(),
                pointsUnlocked: Type.Number(),
                promotionId: Type.Optional(Type.Integer()),
                promotionIdentifier: Type.Optional(Type.String()),
                promotionName: Type.Optional(Type.String()),
              }),
            ),
            warnings: Type.Array(Issue),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const query: Body = request.query;
      const text = (name: string) => readText(query[name], 300) ?? "";
      const type = text("type").toUpperCase();
      if (type === "USERGROUP2")
        throw errors.group_unknown({ field: "identifierValue", value: text("identifierValue") });
      if (type !== "" && type !== "CUSTOMER") throw errors.bad_unlock_type({ value: shown(query.type) });
      for (const field of ["identifierName", "identifierValue", "source"])
        if (text(field) === "") throw errors.unlock_query_missing({ field });
      const filter = parseFilter(isObject(request.body) ? request.body : {});
      const organisation = await orgs.get(orgId);
      const partyId = await customers.requireCustomer(orgId, {
        name: text("identifierName"),
        value: text("identifierValue"),
        source: text("source"),
        accountId: text("accountId"),
      });
      const bills = await findBills(orgId, partyId, { number: filter.number });
      const input = inputOf(bills, filter, organisation.clusterTimeZone);
      const asked = movementOf(
        callerOf(request),
        unlockKind,
        [partyWithId(partyId)],
        input,
        clock.now().getTime(),
      );
      const { unlocked } = JSON.parse((await points.move(orgId, asked)).reply) as Unlocked;
      const itemOf = (transactionId: number, line: number) =>
        bills
          .find((bill) => bill.transactionId === transactionId)
          ?.lines.find(({ lineNo }) => lineNo === line)?.itemCode;
      return {
        pointsUnlocked: unlocked.map((item) => {
          const itemCode = itemOf(item.transactionId, item.billLine);
          return {
            billNumber: item.billNumber,
            ...(itemCode === undefined ? {} : { itemCode }),
            programId: item.programId,
            pointsUnlocked: item.points / POINTS_SCALE,
            ...(item.promotionId === null ? {} : { promotionId: item.promotionId }),
            ...(item.promotionName === "" ? {} : { promotionName: item.promotionName }),
          };
        }),
        warnings: [],
      };
    },
  );
};
