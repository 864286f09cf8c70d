import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import {
  decodeCursor,
  encodeCursor,
  failures,
  formatIso,
  isCursorTime,
  OwnFailure,
  POINTS_SCALE,
  requestKeyOf,
  type Server,
  toDecimal,
} from "#platform";
import { askedBy, drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import { type Movement, movement } from "../movement.ts";
import { partyWithId } from "../naming.ts";
import { PreviewAnswer, presentPreview } from "../preview.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { codeKey, findCodes } from "../store.ts";
import { readPoints } from "../values.ts";
import { parseBillAmount } from "./parse.ts";
import type { Redeemed } from "./post.ts";
import { countRedemptions, listRedemptions, type RedemptionStory } from "./reads.ts";
import { redeemKind } from "./redeem.ts";
import { type Reversed, reverseKind } from "./reverse.ts";

const READ = { access: { resource: "Points", mode: "read" } } as const;
const WRITE = { access: { resource: "Points", mode: "write" } } as const;
const KEYED_WRITE = { ...WRITE, takesRequestKey: true } as const;
const TAGS = ["Points by hand"];
const strict = { additionalProperties: false } as const;

const CustomerId = Type.Object({
  id: Type.String({ pattern: "^[0-9]{1,15}$", description: "The customer's id" }),
});
const Code = Type.Object({
  code: Type.String({ pattern: "^[A-Za-z0-9]{6}$", description: "Code of the redemption" }),
});
const Text = (most: number) => Type.Optional(Type.String({ maxLength: most }));

/** The field that tells what a bill comes to, in the calls that spend or hold points for one. */
export const BILL_AMOUNT =
  "What the bill comes to, above 0, where it is not recorded yet: then points may pay no more than the program's part of it";
export const BillAmount = Type.Optional(Type.Number({ description: BILL_AMOUNT }));

const RedeemBody = Type.Object(
  {
    points: Type.Number({ description: "Points above 0, at most three decimals" }),
    programId: Type.Optional(Type.Integer({ description: "The default program when absent" })),
    billNumber: Text(50),
    billAmount: BillAmount,
    purpose: Text(255),
    notes: Text(1000),
  },
  strict,
);
const ReverseBody = Type.Object(
  {
    points: Type.Optional(Type.Number({ description: "All that is left of the redemption when absent" })),
    notes: Text(1000),
  },
  strict,
);
const RedeemedAnswer = Type.Object({
  code: Type.String({ description: "What the redemption is quoted by" }),
  points: Type.Number(),
  value: Type.Number({ description: "What they paid, in the organisation's currency" }),
  balance: Type.Number(),
});
const ReversedAnswer = Type.Object({
  code: Type.String({ description: "What the reversal is quoted by" }),
  points: Type.Number(),
  returned: Type.Number(),
  expired: Type.Number({ description: "Past their expiry: they did not come back" }),
  balance: Type.Number(),
});

const RedemptionItem = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  eventNo: Type.Integer({ description: "Its event in the ledger" }),
  programId: Type.Integer(),
  programName: Type.String(),
  points: Type.Number(),
  value: Type.Number(),
  reversed: Type.Number({ description: "Taken back so far, points past their expiry included" }),
  redeemedAt: Type.String(),
  billNumber: Type.String(),
  transactionId: Type.Union([Type.Integer(), Type.Null()]),
  tillCode: Type.Union([Type.String(), Type.Null()]),
  storeName: Type.Union([Type.String(), Type.Null()]),
  purpose: Type.String(),
  notes: Type.String(),
  isValidated: Type.Boolean({ description: "The customer gave a one-time code" }),
  fromHold: Type.Boolean(),
  reversals: Type.Array(
    Type.Object({
      code: Type.String(),
      eventNo: Type.Union([Type.Integer(), Type.Null()]),
      points: Type.Number(),
      returned: Type.Number(),
      expired: Type.Number(),
      cause: Type.String({ description: "call, or return for a bill that was returned" }),
      reversedAt: Type.String(),
      notes: Type.String(),
    }),
  ),
});
const RedemptionList = Type.Object({
  items: Type.Array(RedemptionItem),
  next: Type.Union([Type.String(), Type.Null()]),
  total: Type.Integer(),
});

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** Points of a form, or the refusal that names the field. */
export const formPoints = (value: number): number => {
  const read = readPoints(value);
  if ("fault" in read)
    throw read.fault === "too_fine"
      ? errors.too_many_decimals({ field: "points" })
      : errors.bad_points({ field: "points", value });
  if (read.points <= 0) throw errors.bad_points({ field: "points", value });
  return read.points;
};

const redemptionOf = async (
  { clock, orgs }: PointsRouteParts,
  actor: Actor,
  partyId: number,
  body: Static<typeof RedeemBody>,
  requestKey: string | null,
): Promise<Movement> => {
  const input = {
    programId: body.programId ?? null,
    points: formPoints(body.points),
    billNumber: body.billNumber?.trim() ?? "",
    billAmount: parseBillAmount(await orgs.get(actor.orgId), body.billAmount),
    purpose: body.purpose ?? "",
    notes: body.notes ?? "",
    externalReference: "",
    customFields: null,
    // Whoever works in the console vouches for the customer.
    validation: { code: null, skips: true },
  };
  return movement(redeemKind, {
    ...askedBy(actor, clock.now().getTime(), "redeem", requestKey, [partyId, input]),
    parties: [partyWithId(partyId)],
    input: { ...input, code: drawCode() },
  });
};

/** Adds the console's calls that spend points and take redemptions back. */
export const addRedemptionConsoleRoutes = (server: Server, parts: PointsRouteParts): void => {
  addRedeem(server, parts);
  addReverse(server, parts);
  addList(server, parts);
};

const addRedeem = (server: Server, parts: PointsRouteParts): void => {
  const { points: service, orgs, loyalty } = parts;
  server.post(
    "/api/customers/:id/redemptions",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Spend points of a customer",
        operationId: "redeemPointsByHand",
        params: CustomerId,
        body: RedeemBody,
        response: { 200: RedeemedAnswer, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { actor, params, body } = request;
      const asked = await redemptionOf(parts, actor, Number(params.id), body, requestKeyOf(request));
      const { reply } = await service.move(actor.orgId, asked);
      const redeemed = JSON.parse(reply) as Redeemed;
      const { moneyScale } = await orgs.get(actor.orgId);
      return {
        code: redeemed.code,
        points: points(redeemed.points),
        value: toDecimal(redeemed.value, moneyScale),
        balance: points(redeemed.balance),
      };
    },
  );
  server.post(
    "/api/customers/:id/redemptions/preview",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Say what spending points would come to",
        operationId: "previewRedemption",
        params: CustomerId,
        body: RedeemBody,
        response: { 200: PreviewAnswer, ...failures(OwnFailure) },
      },
    },
    async ({ actor, params, body }) => {
      const asked = await redemptionOf(parts, actor, Number(params.id), body, null);
      return presentPreview(
        await service.preview(actor.orgId, asked),
        await currencyNames(loyalty, actor.orgId),
      );
    },
  );
};

/** Names of alternate currencies for previews. */
export const currencyNames = async (
  loyalty: PointsRouteParts["loyalty"],
  orgId: number,
): Promise<ReadonlyMap<number, string>> =>
  new Map([...(await loyalty.currencyNames(orgId))].map(([id, { name }]) => [id, name]));

const reversalOf = async (
  { db, clock }: PointsRouteParts,
  actor: Actor,
  redemptionCode: string,
  body: Static<typeof ReverseBody>,
  requestKey: string | null,
): Promise<Movement> => {
  const key = codeKey(actor.orgId, "redemption", redemptionCode);
  const [found] = await db.transaction(actor.orgId, (tx) => findCodes(tx, actor.orgId, [key]));
  if (found === undefined) throw errors.redemption_not_found({ value: redemptionCode });
  const asked = {
    redemptionCode,
    points: body.points === undefined ? null : formPoints(body.points),
    notes: body.notes ?? "",
  };
  return movement(reverseKind, {
    ...askedBy(actor, clock.now().getTime(), "reverse", requestKey, asked),
    parties: [partyWithId(found.partyId)],
    input: { ...asked, code: drawCode() },
  });
};

const addReverse = (server: Server, parts: PointsRouteParts): void => {
  const { points: service, loyalty } = parts;
  server.post(
    "/api/redemptions/:code/reversals",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Take back a redemption, whole or in part",
        operationId: "reverseRedemptionByHand",
        params: Code,
        body: ReverseBody,
        response: { 200: ReversedAnswer, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { actor, params, body } = request;
      const asked = await reversalOf(parts, actor, params.code, body, requestKeyOf(request));
      const { reply } = await service.move(actor.orgId, asked);
      const reversed = JSON.parse(reply) as Reversed;
      return {
        code: reversed.code,
        points: points(reversed.asked),
        returned: points(reversed.returned),
        expired: points(reversed.expired),
        balance: points(reversed.balance),
      };
    },
  );
  server.post(
    "/api/redemptions/:code/reversals/preview",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Say what taking back a redemption would come to",
        operationId: "previewReversal",
        params: Code,
        body: ReverseBody,
        response: { 200: PreviewAnswer, ...failures(OwnFailure) },
      },
    },
    async ({ actor, params, body }) => {
      const asked = await reversalOf(parts, actor, params.code, body, null);
      return presentPreview(
        await service.preview(actor.orgId, asked),
        await currencyNames(loyalty, actor.orgId),
      );
    },
  );
};

const itemOf = (
  organisation: Organisation,
  programs: ReadonlyMap<number, string>,
  { redemption, reversals }: RedemptionStory,
): Static<typeof RedemptionItem> => {
  const { tillId } = redemption;
  const iso = (time: number) => formatIso(time, organisation.timeZone);
  return {
    id: redemption.id,
    code: redemption.code,
    eventNo: redemption.eventNo,
    programId: redemption.programId,
    programName: programs.get(redemption.programId) ?? "",
    points: points(redemption.amount),
    value: toDecimal(redemption.value, organisation.moneyScale),
    reversed: points(redemption.reversed),
    redeemedAt: iso(redemption.redeemedAt),
    billNumber: redemption.billNumber,
    transactionId: redemption.transactionId,
    tillCode: tillId === null ? null : (organisation.till(tillId)?.code ?? null),
    storeName: tillId === null ? null : (organisation.storeOfTill(tillId)?.name ?? null),
    purpose: redemption.purpose,
    notes: redemption.notes,
    isValidated: redemption.isValidated,
    fromHold: redemption.holdId !== null,
    reversals: reversals.map((reversal) => ({
      code: reversal.code,
      eventNo: reversal.eventNo,
      points: points(reversal.asked),
      returned: points(reversal.returned),
      expired: points(reversal.expired),
      cause: reversal.cause,
      reversedAt: iso(reversal.reversedAt),
      notes: reversal.notes,
    })),
  };
};

const parsePosition = (after: string) => {
  const [redeemedAt, id] = decodeCursor(after, 2) ?? [];
  if (!isCursorTime(redeemedAt) || !Number.isSafeInteger(id)) throw errors.bad_cursor({ field: "after" });
  return { redeemedAt, id: Number(id) };
};

const addList = (server: Server, { db, orgs, loyalty, customers }: PointsRouteParts): void => {
  server.get(
    "/api/customers/:id/redemptions",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Redemptions of a customer",
        operationId: "listCustomerRedemptions",
        params: CustomerId,
        querystring: Type.Object({
          after: Type.Optional(Type.String({ maxLength: 200, description: "`next` of the page in front" })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 25 when absent" }),
          ),
        }),
        response: { 200: RedemptionList, ...failures(OwnFailure) },
      },
    },
    async ({ actor, params, query }) => {
      const { orgId } = actor;
      const partyId = Number(params.id);
      const limit = Number(query.limit ?? 25);
      const after = query.after === undefined ? null : parsePosition(query.after);
      const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programNames(orgId)]);
      return db.transaction(orgId, async (tx) => {
        const all = { since: null, until: null };
        const partyIds = await customers.partiesOf(tx, orgId, partyId);
        const [profiles, rows, total] = await Promise.all([
          customers.loadProfiles(tx, orgId, [partyId]),
          listRedemptions(tx, orgId, partyIds, { ...all, after, limit: limit + 1 }),
          countRedemptions(tx, orgId, partyIds, all),
        ]);
        if (profiles.length === 0) throw errors.customer_not_found({ name: `id ${partyId}` });
        const shown = rows.slice(0, limit);
        const last = rows.length > limit ? shown.at(-1)?.redemption : undefined;
        return {
          items: shown.map((row) => itemOf(organisation, programs, row)),
          next: last ? encodeCursor([new Date(last.redeemedAt).toISOString(), last.id]) : null,
          total,
        };
      });
    },
  );
};
