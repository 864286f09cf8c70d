import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import { decodeCursor, encodeCursor, failures, OwnFailure, requestKeyOf, type Server } from "#platform";
import { errors } from "../errors.ts";
import type { Movement } from "../movement.ts";
import { partyWithId } from "../naming.ts";
import { PreviewAnswer, presentPreview } from "../preview.ts";
import { BillAmount, currencyNames, formPoints } from "../redemptions/console-routes.ts";
import { parseBillAmount } from "../redemptions/parse.ts";
import type { Redeemed } from "../redemptions/post.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { captureOf, holdOf, releaseOf } from "./commands.ts";
import { type HoldState, MAX_HOLD_SECONDS } from "./hold.ts";
import { countHolds, listHolds } from "./reads.ts";
import { CaptureAnswer, captureAnswer, HoldAnswer, HoldItem, holdAnswer, holdItem } from "./shapes.ts";

const READ = { access: { resource: "Points", mode: "read" } } as const;
const WRITE = { access: { resource: "Points", mode: "write" } } as const;
const KEYED_WRITE = { ...WRITE, takesRequestKey: true } as const;
const TAGS = ["Points by hand"];
const FAILURES = failures(OwnFailure);
const strict = { additionalProperties: false } as const;
const Text = (most: number) => Type.Optional(Type.String({ maxLength: most }));
const Id = (description: string) =>
  Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$", description }) });

const HoldBody = Type.Object(
  {
    points: Type.Number({ description: "Points above 0, at most three decimals" }),
    ttlSeconds: Type.Integer({ description: `How long they are held, 1 to ${MAX_HOLD_SECONDS}` }),
    programId: Type.Optional(Type.Integer({ description: "The default program when absent" })),
    billNumber: Text(50),
    billAmount: BillAmount,
    notes: Text(1000),
  },
  strict,
);
const CaptureBody = Type.Object(
  {
    points: Type.Optional(Type.Number({ description: "All that is left of the hold when absent" })),
    final: Type.Optional(
      Type.Boolean({ description: "false: the rest stays held for further captures; true when absent" }),
    ),
    billNumber: Text(50),
    purpose: Text(255),
    notes: Text(1000),
  },
  strict,
);
const HoldList = Type.Object({
  items: Type.Array(HoldItem),
  next: Type.Union([Type.String(), Type.Null()]),
  total: Type.Integer(),
});

const commandOf = async (
  parts: PointsRouteParts,
  actor: Actor,
  partyId: number,
  body: Static<typeof HoldBody>,
  requestKey: string | null,
): Promise<Movement> =>
  holdOf(
    parts,
    actor,
    partyWithId(partyId),
    {
      programId: body.programId ?? null,
      points: formPoints(body.points),
      ttlSeconds: body.ttlSeconds,
      billNumber: body.billNumber?.trim() ?? "",
      billAmount: parseBillAmount(await parts.orgs.get(actor.orgId), body.billAmount),
      notes: body.notes ?? "",
      validation: { code: null, skips: true },
    },
    requestKey,
  );

/** Adds the console's calls that hold points, and spend or give up what is held. */
export const addHoldConsoleRoutes = (server: Server, parts: PointsRouteParts): void => {
  addHold(server, parts);
  addList(server, parts);
  addEnds(server, parts);
};

const addHold = (server: Server, parts: PointsRouteParts): void => {
  const { points, orgs, loyalty } = parts;
  const about = (summary: string, operationId: string) => ({
    tags: TAGS,
    summary,
    operationId,
    params: Id("The customer's id"),
    body: HoldBody,
  });
  server.post(
    "/api/customers/:id/holds",
    {
      config: KEYED_WRITE,
      schema: {
        ...about("Hold points of a customer", "holdPoints"),
        response: { 200: HoldAnswer, ...FAILURES },
      },
    },
    async (request) => {
      const { actor, params, body } = request;
      const asked = await commandOf(parts, actor, Number(params.id), body, requestKeyOf(request));
      const { reply } = await points.move(actor.orgId, asked);
      return holdAnswer(await orgs.get(actor.orgId), JSON.parse(reply) as HoldState);
    },
  );
  server.post(
    "/api/customers/:id/holds/preview",
    {
      config: WRITE,
      schema: {
        ...about("Say what holding points would come to", "previewHold"),
        response: { 200: PreviewAnswer, ...FAILURES },
      },
    },
    async ({ actor, params, body }) => {
      const preview = await points.preview(
        actor.orgId,
        await commandOf(parts, actor, Number(params.id), body, null),
      );
      return presentPreview(preview, await currencyNames(loyalty, actor.orgId));
    },
  );
};

const addList = (server: Server, { db, clock, orgs, loyalty, customers }: PointsRouteParts): void => {
  server.get(
    "/api/customers/:id/holds",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Holds of a customer",
        operationId: "listCustomerHolds",
        params: Id("The customer's id"),
        querystring: Type.Object({
          active: Type.Optional(
            Type.Union([Type.Literal("true"), Type.Literal("false")], {
              description: "true: only those that hold something now",
            }),
          ),
          after: Type.Optional(Type.String({ maxLength: 200, description: "`next` of the page in front" })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 25 when absent" }),
          ),
        }),
        response: { 200: HoldList, ...FAILURES },
      },
    },
    async ({ actor: { orgId }, params, query }) => {
      const partyId = Number(params.id);
      const now = clock.now();
      const limit = Number(query.limit ?? 25);
      const activeAt = query.active === "true" ? now : null;
      const [before = null] = query.after === undefined ? [] : (decodeCursor(query.after, 1) ?? ["bad"]);
      if (before !== null && !Number.isSafeInteger(before)) throw errors.bad_cursor({ field: "after" });
      const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programNames(orgId)]);
      return db.transaction(orgId, async (tx) => {
        const [profiles, rows, total] = await Promise.all([
          customers.loadProfiles(tx, orgId, [partyId]),
          listHolds(tx, orgId, partyId, { activeAt, before: before as number | null, limit: limit + 1 }),
          countHolds(tx, orgId, partyId, activeAt),
        ]);
        if (profiles.length === 0) throw errors.customer_not_found({ name: `id ${partyId}` });
        const shown = rows.slice(0, limit);
        const last = rows.length > limit ? shown.at(-1) : undefined;
        return {
          items: shown.map((hold) => holdItem(organisation, programs, hold, now.getTime())),
          next: last ? encodeCursor([last.id]) : null,
          total,
        };
      });
    },
  );
};

const addEnds = (server: Server, parts: PointsRouteParts): void => {
  const { points, orgs, loyalty } = parts;
  const captureFrom = (
    actor: Actor,
    id: string,
    body: Static<typeof CaptureBody>,
    requestKey: string | null,
  ): Promise<Movement> =>
    captureOf(
      parts,
      actor,
      {
        holdId: Number(id),
        points: body.points === undefined ? null : formPoints(body.points),
        isFinal: body.final ?? true,
        billNumber: body.billNumber?.trim() ?? "",
        purpose: body.purpose ?? "",
        notes: body.notes ?? "",
        externalReference: "",
        customFields: null,
      },
      requestKey,
    );
  server.post(
    "/api/holds/:id/capture",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Spend what is held, all or part",
        operationId: "captureHold",
        params: Id("The hold's id"),
        body: CaptureBody,
        response: { 200: CaptureAnswer, ...FAILURES },
      },
    },
    async (request) => {
      const { actor, params, body } = request;
      const asked = await captureFrom(actor, params.id, body, requestKeyOf(request));
      const { reply } = await points.move(actor.orgId, asked);
      return captureAnswer(
        await orgs.get(actor.orgId),
        JSON.parse(reply) as Redeemed & { readonly hold: HoldState },
      );
    },
  );
  server.post(
    "/api/holds/:id/capture/preview",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Say what spending held points would come to",
        operationId: "previewCapture",
        params: Id("The hold's id"),
        body: CaptureBody,
        response: { 200: PreviewAnswer, ...FAILURES },
      },
    },
    async ({ actor, params, body }) => {
      const preview = await points.preview(actor.orgId, await captureFrom(actor, params.id, body, null));
      return presentPreview(preview, await currencyNames(loyalty, actor.orgId));
    },
  );
  server.post(
    "/api/holds/:id/release",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Give up a hold",
        operationId: "releaseHold",
        params: Id("The hold's id"),
        response: { 200: HoldAnswer, ...FAILURES },
      },
    },
    async (request) => {
      const { actor, params } = request;
      const asked = await releaseOf(parts, actor, Number(params.id), requestKeyOf(request));
      const { reply } = await points.move(actor.orgId, asked);
      return holdAnswer(await orgs.get(actor.orgId), JSON.parse(reply) as HoldState);
    },
  );
};
