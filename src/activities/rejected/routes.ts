import { Type } from "@fastify/type-provider-typebox";
import type { Organisation, Orgs } from "#orgs";
import {
  type Body,
  type Clock,
  failures,
  formatIso,
  isObject,
  parseDateTime,
  type Server,
  startOfDay,
  V2Failure,
  V2List,
} from "#platform";
import { errors } from "../errors.ts";
import { asArray, asInteger, asText, shown } from "../parse-values.ts";
import { MAX_AT_ONCE, markFailed, type RetryParts, retrigger, retriggerStatus } from "./retry.ts";
import {
  REJECTED_STATUSES,
  type RejectedFilter,
  type RejectedRow,
  type RejectedStatus,
  WAITING,
} from "./schema.ts";
import { countRejected, listRejected } from "./store.ts";

export interface RejectedRouteParts extends RetryParts {
  readonly orgs: Orgs;
  readonly clock: Clock;
}

const OptionalText = Type.Optional(Type.String());
const Unknown = (description: string) => Type.Optional(Type.Unknown({ description }));
const ListQuery = Type.Object({
  errorCode: OptionalText,
  errorValue: OptionalText,
  status: OptionalText,
  userId: OptionalText,
  transactionNumber: OptionalText,
  startDate: OptionalText,
  endDate: OptionalText,
  isTransactionPayloadRequired: OptionalText,
  sortBy: OptionalText,
  limit: OptionalText,
  offset: OptionalText,
});
type Query = { readonly [name: string]: string | undefined };
const Item = Type.Object({
  userId: Type.Integer({ description: "-1: nobody known" }),
  entityId: Type.Integer(),
  orgId: Type.Integer(),
  retryCount: Type.Integer(),
  billNumber: Type.String(),
  eventDate: Type.String(),
  autoUpdateTime: Type.String(),
  status: Type.String(),
  errors: Type.Array(
    Type.Object({
      code: Type.Integer(),
      message: Type.String(),
      value: Type.String(),
      referenceId: Type.Integer(),
      status: Type.String(),
    }),
  ),
  transactionPayload: Type.Optional(Type.Unknown()),
});
const ChoiceBody = Type.Object(
  {
    userId: Unknown("Customer id"),
    transactionNumber: Unknown("Array of bill numbers"),
    errorCode: Unknown("Array of codes"),
    comments: Unknown("Why they are given up; of markFailed"),
  },
  { additionalProperties: true },
);
const READ = { access: { resource: "Transaction", mode: "read" } } as const;
const WRITE = { access: { resource: "Transaction", mode: "write" } } as const;
const DAY = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_PAGE = 100;

/** The list of documented operations and the page of the call print different paths: both are served. */
const BASES = [
  { base: "/v2/rejectedTransactions", suffix: "" },
  { base: "/v2/organization/rejectedTransactions", suffix: "OfOrganization" },
];

/** Adds the documented calls about rejected transactions (transactions.md §6). */
export const addRejectedRoutes = (server: Server, parts: RejectedRouteParts): void => {
  for (const { base, suffix } of BASES) {
    addList(server, parts, base, suffix);
    addRetries(server, parts, base, suffix);
  }
};

const refuse = (field: string, expected: string, value: unknown) =>
  errors.rejected_choice({ field, expected, value: shown(value) });

const statusesOf = (text: string | undefined): readonly RejectedStatus[] => {
  const names = (text ?? "")
    .split(",")
    .map((name) => name.trim().toUpperCase())
    .filter((name) => name !== "");
  const unknown = names.find((name) => !REJECTED_STATUSES.some((status) => status === name));
  if (unknown !== undefined) throw refuse("status", `one of ${REJECTED_STATUSES.join(", ")}`, unknown);
  return names.length === 0 ? WAITING : (names as RejectedStatus[]);
};

const dayOf = (text: string | undefined, field: string, organisation: Organisation): number | null => {
  if (text === undefined || text.trim() === "") return null;
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text.trim())
    ? parseDateTime(text, { zone: organisation.clusterTimeZone })
    : null;
  if (instant === null) throw refuse(field, "a date such as 2026-03-04", text);
  return instant;
};

const numberOf = (text: string | undefined, field: string, fallback: number, most: number): number => {
  if (text === undefined || text.trim() === "") return fallback;
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : -1;
  if (value < 0 || value > most) throw refuse(field, `a whole number from 0 to ${most}`, text);
  return value;
};

const idOf = (text: string | undefined, field: string): number | null => {
  if (text === undefined || text.trim() === "") return null;
  if (!/^\d{1,15}$/.test(text.trim())) throw refuse(field, "an id", text);
  return Number(text);
};

const filterOf = (query: Query, organisation: Organisation, now: number): RejectedFilter => {
  const zone = organisation.clusterTimeZone;
  const from = dayOf(query.startDate, "startDate", organisation);
  const lastDay = dayOf(query.endDate, "endDate", organisation);
  const until = lastDay === null ? null : startOfDay(lastDay, zone, 1);
  if (from !== null && until !== null && from >= until)
    throw refuse("startDate", "not after endDate", query.startDate);
  const code = query.errorCode?.trim() ?? "";
  if (code !== "" && !/^\d{1,6}$/.test(code)) throw refuse("errorCode", "a whole number", code);
  const number = query.transactionNumber?.trim() ?? "";
  const sortBy = query.sortBy?.trim() ?? "";
  if (sortBy !== "" && sortBy.toLowerCase() !== "addeddate") throw refuse("sortBy", "addedDate", sortBy);
  return {
    statuses: statusesOf(query.status),
    errorCodes: code === "" ? null : [Number(code)],
    errorValue: query.errorValue?.trim() || null,
    customerId: idOf(query.userId, "userId"),
    numbers: number === "" ? null : [number],
    from: from ?? (until === null ? now : until) - (from === null ? DEFAULT_DAYS * DAY : 0),
    until,
  };
};

/** A parked bill as the documented list shows it. */
const itemOf = (organisation: Organisation, row: RejectedRow, withPayload: boolean) => ({
  userId: row.customerId ?? -1,
  entityId: row.id,
  orgId: organisation.id,
  retryCount: row.retryCount,
  billNumber: row.billNumber,
  eventDate: formatIso(row.addedAt.getTime(), organisation.clusterTimeZone),
  autoUpdateTime: formatIso(row.updatedAt.getTime(), organisation.clusterTimeZone),
  status: row.status,
  errors: row.errors.map(({ code, message, value, status }, index) => ({
    code,
    message,
    value,
    referenceId: index + 1,
    status,
  })),
  ...(withPayload ? { transactionPayload: row.payload.body } : {}),
});

const addList = (server: Server, parts: RejectedRouteParts, base: string, suffix: string): void => {
  server.get(
    base,
    {
      config: READ,
      schema: {
        tags: ["Transactions"],
        summary: "List purchases that are parked because of what they name",
        operationId: `listRejectedTransactions${suffix}`,
        querystring: ListQuery,
        response: { 200: V2List(Item), ...failures(V2Failure) },
      },
    },
    async ({ actor, query }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      const filter = filterOf(query, organisation, parts.clock.now().getTime());
      const limit = numberOf(query.limit, "limit", 10, MAX_PAGE);
      const offset = numberOf(query.offset, "offset", 0, 999_999_999);
      const withPayload = query.isTransactionPayloadRequired?.toLowerCase() === "true";
      const [rows, total] = await parts.db.transaction(actor.orgId, (tx) =>
        Promise.all([
          listRejected(tx, actor.orgId, filter, { limit, offset }),
          countRejected(tx, actor.orgId, filter),
        ]),
      );
      return {
        pagination: { limit, offset, total },
        data: rows.map((row) => itemOf(organisation, row, withPayload)),
        warnings: [],
        errors: [],
      };
    },
  );
};

const textsOf = (value: unknown, field: string): string[] | null => {
  const items = Array.isArray(value) || value === undefined || value === null ? value : [value];
  const texts = asArray(items, field, MAX_AT_ONCE).map((item) => (asText(item, field, 50) ?? "").trim());
  return texts.length === 0 ? null : texts;
};

const codesOf = (value: unknown): number[] | null => {
  const items = Array.isArray(value) || value === undefined || value === null ? value : [value];
  const codes = asArray(items, "errorCode", MAX_AT_ONCE).map((item) => {
    const code = asInteger(item);
    if (code === undefined || code === null || Math.abs(code) > 999_999)
      throw refuse("errorCode", "an array of whole numbers", item);
    return code;
  });
  return codes.length === 0 ? null : codes;
};

/** Which waiting bills a call means; one of the three must say so. */
const chosenBy = (body: unknown): RejectedFilter => {
  const sent: Body = isObject(body) ? body : {};
  const customerId = idOf(asText(sent.userId, "userId", 20) ?? undefined, "userId");
  const numbers = textsOf(sent.transactionNumber, "transactionNumber");
  const errorCodes = codesOf(sent.errorCode);
  if (customerId === null && numbers === null && errorCodes === null) throw errors.rejected_none_chosen();
  return { statuses: WAITING, errorCodes, errorValue: null, customerId, numbers, from: null, until: null };
};

const addRetries = (server: Server, parts: RejectedRouteParts, base: string, suffix: string): void => {
  server.post(
    `${base}/retrigger`,
    {
      config: WRITE,
      schema: {
        tags: ["Transactions"],
        summary: "Retry parked purchases",
        description: `At most ${MAX_AT_ONCE} at once. Those that pass now are retried in the background.`,
        operationId: `retriggerRejectedTransactions${suffix}`,
        body: ChoiceBody,
        response: {
          200: Type.Object({
            retriggerId: Type.Integer(),
            status: Type.Object({
              fixed: Type.Integer(),
              partiallyFixed: Type.Integer(),
              total: Type.Integer(),
            }),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async ({ actor, body }) => {
      const run = await retrigger(parts, actor.orgId, { filter: chosenBy(body) }, actor.name);
      const { id, ...status } = run;
      return { retriggerId: id, status };
    },
  );
  server.get(
    `${base}/retriggerStatus/:retriggerId`,
    {
      config: READ,
      schema: {
        tags: ["Transactions"],
        summary: "Follow a retry of parked purchases",
        operationId: `getRetriggerStatus${suffix}`,
        params: Type.Object({ retriggerId: Type.String() }),
        response: {
          200: Type.Object({
            status: Type.Object({
              success: Type.Integer(),
              fixed: Type.Integer(),
              maxOut: Type.Integer(),
              replayed: Type.Integer(),
            }),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async ({ actor, params }) => {
      const id = idOf(params.retriggerId, "retriggerId");
      if (id === null) throw refuse("retriggerId", "an id", "");
      return { status: await retriggerStatus(parts, actor.orgId, id) };
    },
  );
  server.put(
    `${base}/markFailed`,
    {
      config: WRITE,
      schema: {
        tags: ["Transactions"],
        summary: "Give parked purchases up for good",
        operationId: `markRejectedTransactionsFailed${suffix}`,
        body: ChoiceBody,
        response: { 200: Type.Object({ result: Type.Boolean() }), ...failures(V2Failure) },
      },
    },
    async ({ actor, body }) => {
      const filter = chosenBy(body);
      const comments = asText(isObject(body) ? body.comments : null, "comments", 1000) ?? "";
      await markFailed(parts, actor.orgId, { filter }, { comments, by: actor.name });
      return { result: true };
    },
  );
};
