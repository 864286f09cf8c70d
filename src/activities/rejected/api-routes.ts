import { Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { failures, formatIso, OwnFailure, type Server } from "#platform";
import { errors } from "../errors.ts";
import { positionAfter, readPosition } from "../positions.ts";
import { MAX_AT_ONCE, markFailed, retrigger, retriggerStatus } from "./retry.ts";
import type { RejectedRouteParts } from "./routes.ts";
import {
  REJECTED_STATUSES,
  type RejectedFilter,
  type RejectedRow,
  type RejectedStatus,
  WAITING,
} from "./schema.ts";
import { countRejected, rejectedBefore } from "./store.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T) =>
  Type.Union([shape, Type.Null()]);
const RejectedItem = Type.Object({
  id: Type.Integer(),
  customerId: Nullable(Type.Integer()),
  customer: Type.String({ description: "As the bill named them" }),
  number: Type.String(),
  billedAt: Type.String(),
  addedAt: Type.String(),
  updatedAt: Type.String(),
  updatedBy: Type.String(),
  status: Type.String(),
  retryCount: Type.Integer(),
  till: Nullable(Type.String()),
  amount: Type.String({ description: "As it was sent" }),
  errors: Type.Array(
    Type.Object({
      code: Type.Integer(),
      message: Type.String(),
      value: Type.String(),
      fixed: Type.Boolean(),
    }),
  ),
  transactionId: Nullable(Type.Integer({ description: "The bill that a retry recorded" })),
  comments: Type.String(),
});
const IdList = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  minItems: 1,
  maxItems: MAX_AT_ONCE,
});
const Run = Type.Object({
  id: Type.Integer(),
  fixed: Type.Integer(),
  partiallyFixed: Type.Integer(),
  total: Type.Integer(),
});
const READ = { access: { resource: "Transaction", mode: "read" } } as const;
const WRITE = { access: { resource: "Transaction", mode: "write" } } as const;
const TAG = ["Transactions (console)"];

const itemOf = (organisation: Organisation, row: RejectedRow) => {
  const time = (date: Date) => formatIso(date.getTime(), organisation.timeZone);
  const { billAmount } = row.payload.body;
  return {
    id: row.id,
    customerId: row.customerId,
    customer: row.payload.customerName,
    number: row.billNumber,
    billedAt: time(row.billedAt),
    addedAt: time(row.addedAt),
    updatedAt: time(row.updatedAt),
    updatedBy: row.updatedBy,
    status: row.status,
    retryCount: row.retryCount,
    till: organisation.till(row.payload.tillId)?.code ?? null,
    amount: typeof billAmount === "string" || typeof billAmount === "number" ? String(billAmount) : "",
    errors: row.errors.map(({ code, message, value, status }) => ({
      code,
      message,
      value,
      fixed: status === "FIXED",
    })),
    transactionId: row.newTransactionId,
    comments: row.comments,
  };
};

const statusesOf = (text: string | undefined): readonly RejectedStatus[] => {
  if (text === undefined || text === "") return WAITING;
  if (text === "ALL") return REJECTED_STATUSES;
  const status = REJECTED_STATUSES.find((item) => item === text);
  if (status === undefined)
    throw errors.rejected_choice({
      field: "status",
      expected: `ALL or one of ${REJECTED_STATUSES.join(", ")}`,
      value: text.slice(0, 40),
    });
  return [status];
};

/** Adds what the console does with parked bills: list, retry the chosen, write them off with a reason. */
export const addRejectedApiRoutes = (server: Server, parts: RejectedRouteParts): void => {
  server.get(
    "/api/rejected",
    {
      config: READ,
      schema: {
        tags: TAG,
        summary: "Purchases that are parked because of what they name, last parked first",
        operationId: "listRejected",
        querystring: Type.Object({
          status: Type.Optional(
            Type.String({ description: "ALL or one status; those that wait when absent" }),
          ),
          errorCode: Type.Optional(Type.String({ pattern: "^[0-9]{1,6}$" })),
          number: Type.Optional(Type.String({ maxLength: 50 })),
          after: Type.Optional(Type.String({ maxLength: 300 })),
          limit: Type.Optional(Type.String({ pattern: "^([1-9][0-9]?|100)$" })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(RejectedItem),
            next: Nullable(Type.String()),
            total: Type.Integer(),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    async ({ actor, query }) => {
      const { orgId } = actor;
      const organisation = await parts.orgs.get(orgId);
      const number = (query.number ?? "").trim();
      const filter: RejectedFilter = {
        statuses: statusesOf(query.status),
        errorCodes: query.errorCode === undefined ? null : [Number(query.errorCode)],
        errorValue: null,
        customerId: null,
        numbers: number === "" || number.includes("\0") ? null : [number],
        from: null,
        until: null,
      };
      const before = readPosition(query.after);
      const limit = Number(query.limit ?? 25);
      const [rows, total] = await parts.db.transaction(orgId, (tx) =>
        Promise.all([rejectedBefore(tx, orgId, filter, before, limit + 1), countRejected(tx, orgId, filter)]),
      );
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        items: rows.slice(0, limit).map((row) => itemOf(organisation, row)),
        next: last === undefined ? null : positionAfter({ billedAt: last.addedAt, id: last.id }),
        total,
      };
    },
  );
  server.post(
    "/api/rejected/retry",
    {
      config: WRITE,
      schema: {
        tags: TAG,
        summary: "Retry parked purchases; those that pass now are recorded in the background",
        operationId: "retryRejected",
        body: Type.Object({ ids: IdList }, { additionalProperties: false }),
        response: { 200: Run, ...failures(OwnFailure) },
      },
    },
    ({ actor, body }) => retrigger(parts, actor.orgId, { ids: body.ids }, actor.name),
  );
  server.get(
    "/api/rejected/retries/:id",
    {
      config: READ,
      schema: {
        tags: TAG,
        summary: "How a retry of parked purchases stands",
        operationId: "getRejectedRetry",
        params: Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$" }) }),
        response: {
          200: Type.Object({
            success: Type.Integer(),
            fixed: Type.Integer(),
            maxOut: Type.Integer(),
            replayed: Type.Integer(),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    ({ actor, params }) => retriggerStatus(parts, actor.orgId, Number(params.id)),
  );
  server.post(
    "/api/rejected/write-off",
    {
      config: WRITE,
      schema: {
        tags: TAG,
        summary: "Give parked purchases up for good",
        operationId: "writeOffRejected",
        body: Type.Object(
          { ids: IdList, reason: Type.String({ minLength: 1, maxLength: 1000 }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ count: Type.Integer() }), ...failures(OwnFailure) },
      },
    },
    async ({ actor, body }) => ({
      count: await markFailed(
        parts,
        actor.orgId,
        { ids: body.ids },
        { comments: body.reason, by: actor.name },
      ),
    }),
  );
};
