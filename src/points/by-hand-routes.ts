import { type Static, type TObject, type TProperties, Type } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { Customers } from "#customers";
import { POINTS } from "#ledger";
import type { Loyalty } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import {
  type Clock,
  type Db,
  failures,
  formatIso,
  type Instant,
  lastSecondOfDay,
  OwnFailure,
  POINTS_SCALE,
  parseDateTime,
  type Server,
  toDecimal,
} from "#platform";
import { type Caller, callerOf, movementOf } from "./calls.ts";
import { type Deducted, deductKind } from "./deductions/deduct.ts";
import { type ExpiryMoved, moveExpiryKind } from "./expiry/move-expiry.ts";
import { type Granted, grantKind } from "./grants/grant.ts";
import type { Movement } from "./movement.ts";
import { errors } from "./moving-errors.ts";
import { partyWithId } from "./naming.ts";
import { PreviewAnswer, presentPreview } from "./preview.ts";
import { currencyNames, formPoints } from "./redemptions/console-routes.ts";
import type { Points } from "./service.ts";
import { transfersOfParty } from "./transfers/store.ts";
import { type Transferred, transferKind } from "./transfers/transfer.ts";

export interface ByHandParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly points: Points;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "loadProfiles" | "partiesOf">;
  readonly loyalty: Pick<Loyalty, "programs" | "programNames" | "currencyNames">;
}

const TAGS = ["Points by hand"];
const strict = { additionalProperties: false } as const;
const ID = Type.String({ pattern: "^[0-9]{1,15}$", description: "The customer's id" });
const Amount = Type.Number({ description: "Points above 0, at most three decimals" });
const ProgramId = Type.Optional(Type.Integer({ description: "The default program when absent" }));
const Reason = Type.String({ minLength: 1, maxLength: 500 });
const Text = Type.Optional(Type.String({ maxLength: 500 }));
const Day = (description: string) =>
  Type.Optional(Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description }));
const NullableText = Type.Union([Type.String(), Type.Null()]);

const decimal = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** The last second of the day that a form names; null: never. */
const endOfDay = (organisation: Organisation, day: string, now: Instant): Instant => {
  const at = parseDateTime(day, { zone: organisation.timeZone });
  if (at === null)
    throw errors.bad_expiry_date({ field: "expiresOn", reason: `${day} is no day of the calendar` });
  const end = lastSecondOfDay(at, organisation.timeZone);
  if (end <= now) throw errors.expired_grant({ field: "expiresOn", value: day });
  return end;
};

interface ByHand<Params extends TProperties, Body extends TProperties, Answer extends TProperties> {
  readonly path: string;
  readonly summary: string;
  readonly operationId: string;
  readonly params: TObject<Params>;
  readonly body: TObject<Body>;
  readonly answer: TObject<Answer>;
  readonly movement: (
    caller: Caller,
    params: Static<TObject<Params>>,
    body: Static<TObject<Body>>,
    organisation: Organisation,
    now: Instant,
  ) => Movement;
  readonly present: (reply: never, organisation: Organisation) => Static<TObject<Answer>>;
}

/** Adds a call that moves points of a customer, and the one that says what it would come to. */
const addByHand = <Params extends TProperties, Body extends TProperties, Answer extends TProperties>(
  server: Server,
  { points, orgs, clock, loyalty }: ByHandParts,
  call: ByHand<Params, Body, Answer>,
): void => {
  const config = { access: { resource: "Points", mode: "write" } } as const;
  const asked = async (request: FastifyRequest, caller: Caller) => {
    const organisation = await orgs.get(request.actor.orgId);
    const [params, body] = [request.params, request.body] as never[];
    return {
      organisation,
      movement: call.movement(caller, params!, body!, organisation, clock.now().getTime()),
    };
  };
  const schema = { tags: TAGS, params: call.params, body: call.body };
  // The types of a route follow from its schemas, and of a schema that is not known yet nothing follows.
  const post = server.post.bind(server) as unknown as (
    path: string,
    options: object,
    handler: (request: FastifyRequest) => unknown,
  ) => void;
  post(
    call.path,
    {
      config: { ...config, takesRequestKey: true },
      schema: {
        ...schema,
        summary: call.summary,
        operationId: call.operationId,
        response: { 200: call.answer, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { organisation, movement } = await asked(request, callerOf(request));
      const { reply } = await points.move(organisation.id, movement);
      return call.present(JSON.parse(reply) as never, organisation);
    },
  );
  post(
    `${call.path}/preview`,
    {
      config,
      schema: {
        ...schema,
        summary: `Preview: ${call.summary.toLowerCase()}`,
        operationId: `${call.operationId}Preview`,
        response: { 200: PreviewAnswer, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { organisation, movement } = await asked(request, { actor: request.actor, requestKey: null });
      const preview = await points.preview(organisation.id, movement);
      return presentPreview(preview, await currencyNames(loyalty, organisation.id));
    },
  );
};

/** Adds the console's calls that give, take and pass on points and move their dates. */
export const addByHandRoutes = (server: Server, parts: ByHandParts): void => {
  const customer = Type.Object({ id: ID });
  addByHand(server, parts, {
    path: "/api/customers/:id/grants",
    summary: "Give points to a customer as goodwill",
    operationId: "grantPoints",
    params: customer,
    body: Type.Object(
      {
        points: Amount,
        programId: ProgramId,
        reason: Reason,
        comments: Text,
        expiresOn: Day("Last day; by the program's expiry when absent"),
      },
      strict,
    ),
    answer: Type.Object({
      grantId: Type.Integer(),
      points: Type.Number(),
      balance: Type.Number(),
      expiresAt: NullableText,
    }),
    movement: (caller, { id }, body, organisation, now) =>
      movementOf(
        caller,
        grantKind,
        [partyWithId(Number(id))],
        {
          kind: "goodwill",
          programId: body.programId ?? null,
          currencyId: POINTS,
          category: 1,
          amount: { points: formPoints(body.points) },
          expiry:
            body.expiresOn === undefined
              ? { strategyId: null }
              : { at: endOfDay(organisation, body.expiresOn, now) },
          convertsAt: null,
          awardedAt: null,
          reason: body.reason.trim(),
          comments: body.comments?.trim() ?? "",
          bill: null,
          promotion: { id: null, name: "Goodwill Promotion" },
        },
        now,
      ),
    present: ({ grantId, points, balance, expiresAt }: Granted, { timeZone }) => ({
      grantId,
      points: decimal(points),
      balance: decimal(balance),
      expiresAt: expiresAt === null ? null : formatIso(expiresAt, timeZone),
    }),
  });
  addByHand(server, parts, {
    path: "/api/customers/:id/deductions",
    summary: "Take points from a customer",
    operationId: "deductPointsByHand",
    params: customer,
    body: Type.Object({ points: Amount, programId: ProgramId, reason: Reason, comments: Text }, strict),
    answer: Type.Object({ deductionId: Type.Integer(), points: Type.Number(), balance: Type.Number() }),
    movement: (caller, { id }, body, _, now) =>
      movementOf(
        caller,
        deductKind,
        [partyWithId(Number(id))],
        {
          programId: body.programId ?? null,
          currencyId: POINTS,
          category: 1,
          points: formPoints(body.points),
          target: null,
          reason: body.reason.trim(),
          comments: body.comments?.trim() ?? "",
        },
        now,
      ),
    present: ({ deductionId, points, balance }: Deducted) => ({
      deductionId,
      points: decimal(points),
      balance: decimal(balance),
    }),
  });
  addByHand(server, parts, {
    path: "/api/customers/:id/transfers",
    summary: "Pass points of a customer to another",
    operationId: "transferPointsByHand",
    params: customer,
    body: Type.Object({ points: Amount, toCustomerId: ID, programId: ProgramId, notes: Reason }, strict),
    answer: Type.Object({
      transferId: Type.Integer(),
      points: Type.Number(),
      fee: Type.Number(),
      balance: Type.Number(),
    }),
    movement: (caller, { id }, body, _, now) =>
      movementOf(
        caller,
        transferKind,
        [partyWithId(Number(id)), partyWithId(Number(body.toCustomerId))],
        {
          programId: body.programId ?? null,
          points: formPoints(body.points),
          notes: body.notes.trim(),
          // Whoever works in the console vouches for the customer.
          validation: { code: null, skips: true },
        },
        now,
      ),
    present: ({ transferId, points, fee, balance }: Transferred) => ({
      transferId,
      points: decimal(points),
      fee: decimal(fee),
      balance: decimal(balance),
    }),
  });
  addMoveExpiry(server, parts);
  addTransferList(server, parts);
};

const addMoveExpiry = (server: Server, parts: ByHandParts): void =>
  addByHand(server, parts, {
    path: "/api/customers/:id/lots/:eventNo/:lineNo/expiry",
    summary: "Move the expiry date of a lot",
    operationId: "moveExpiryByHand",
    params: Type.Object({
      id: ID,
      eventNo: Type.String({ pattern: "^[1-9][0-9]{0,14}$", description: "Event that opened the lot" }),
      lineNo: Type.String({ pattern: "^[1-9][0-9]{0,4}$", description: "Its line" }),
    }),
    body: Type.Object(
      { expiresOn: Day("The new last day; never when absent"), programId: ProgramId, reason: Reason },
      strict,
    ),
    answer: Type.Object({ expiresBefore: NullableText, expiresAfter: NullableText }),
    movement: (caller, params, body, organisation, now) => {
      const [eventNo, lineNo] = [Number(params.eventNo), Number(params.lineNo)];
      const at = body.expiresOn === undefined ? null : endOfDay(organisation, body.expiresOn, now);
      return movementOf(
        caller,
        moveExpiryKind,
        [partyWithId(Number(params.id))],
        {
          programId: body.programId ?? null,
          currencyId: null,
          category: null,
          award: { awardId: eventNo, eventId: 0, lineNo, eventNo },
          source: null,
          expiry: { type: "FIXED_DATE", at },
          reasonType: "",
          note: body.reason.trim(),
          details: null,
          timeZone: organisation.timeZone,
        },
        now,
      );
    },
    present: ({ before, after }: ExpiryMoved, { timeZone }) => ({
      expiresBefore: before === null ? null : formatIso(before, timeZone),
      expiresAfter: after === null ? null : formatIso(after, timeZone),
    }),
  });

const addTransferList = (server: Server, { db, orgs, customers, loyalty }: ByHandParts): void => {
  server.get(
    "/api/customers/:id/transfers",
    {
      config: { access: { resource: "Points", mode: "read" } },
      schema: {
        tags: TAGS,
        summary: "Newest transfers of a customer",
        operationId: "listTransfersByHand",
        params: Type.Object({ id: ID }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Type.Integer(),
                direction: Type.String({ description: "sent or received" }),
                points: Type.Number(),
                fee: Type.Number(),
                otherId: Type.Integer(),
                otherName: Type.String(),
                programName: Type.String(),
                notes: Type.String(),
                transferredAt: Type.String(),
              }),
            ),
            total: Type.Integer(),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    async ({ actor, params }) => {
      const [organisation, programs] = await Promise.all([
        orgs.get(actor.orgId),
        loyalty.programs(actor.orgId),
      ]);
      return db.transaction(actor.orgId, async (tx) => {
        const page = { programId: null, sortBy: "date", ascending: false, limit: 50, offset: 0 } as const;
        const partyIds = await customers.partiesOf(tx, actor.orgId, Number(params.id));
        const { rows, total } = await transfersOfParty(tx, actor.orgId, partyIds, page);
        const others = [...new Set(rows.map(({ otherPartyId }) => otherPartyId))];
        const profiles = await customers.loadProfiles(tx, actor.orgId, others);
        const names = new Map(
          profiles.map(({ partyId, firstName, lastName }) => [partyId, `${firstName} ${lastName}`.trim()]),
        );
        const items = rows.map((row) => ({
          id: row.id,
          direction: row.direction,
          points: decimal(row.amount),
          fee: decimal(row.fee),
          otherId: row.otherPartyId,
          otherName: names.get(row.otherPartyId) ?? "",
          programName: programs.byId(row.programId)?.name ?? "",
          notes: row.notes,
          transferredAt: formatIso(row.transferredAt, organisation.timeZone),
        }));
        return { items, total };
      });
    },
  );
};
