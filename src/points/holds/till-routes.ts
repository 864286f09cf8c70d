import { Type } from "@fastify/type-provider-typebox";
import { type Body, failures, Issue, requestKeyOf, type Server, V2Failure } from "#platform";
import { errors } from "../errors.ts";
import { BILL_AMOUNT } from "../redemptions/console-routes.ts";
import {
  parseBillAmount,
  parsePoints,
  parseProgram,
  parseText,
  parseValidation,
} from "../redemptions/parse.ts";
import type { Redeemed } from "../redemptions/post.ts";
import { parseIdentifier } from "../redemptions/reverse-routes.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { readFlag, readInteger } from "../values.ts";
import { captureOf, holdOf, releaseOf } from "./commands.ts";
import { type HoldState, MAX_HOLD_SECONDS } from "./hold.ts";
import { CaptureAnswer, captureAnswer, HoldAnswer, holdAnswer } from "./shapes.ts";

const KEYED_WRITE = { access: { resource: "Points", mode: "write" }, takesRequestKey: true } as const;
const TAGS = ["Holds of points"];
const FAILURES = failures(V2Failure);
const DEFAULT_SECONDS = 900;

const field = (description: string) => Type.Optional(Type.Unknown({ description }));
const HoldBody = Type.Object(
  {
    identifier: field("Needed: type ID, MOBILE, EMAIL or EXTERNAL_ID, and value"),
    points: field("Needed: points above 0, at most three decimals"),
    ttlSeconds: field(`1 to ${MAX_HOLD_SECONDS}; ${DEFAULT_SECONDS} when absent`),
    programId: field("The default program when absent"),
    billNumber: field("At most 50 characters"),
    billAmount: field(BILL_AMOUNT),
    notes: field("At most 1000 characters"),
    validation_code: field("A one-time code of the customer for these points"),
    skip_validation: field("true: the till vouches for the customer"),
  },
  { additionalProperties: true },
);
const CaptureBody = Type.Object(
  {
    points: field("All that is left of the hold when absent"),
    final: field("false: the rest stays held for further captures"),
    billNumber: field("That of the hold when absent"),
    purpose: field("At most 255 characters"),
    notes: field("At most 1000 characters"),
  },
  { additionalProperties: true },
);
const HoldId = Type.Object({ holdId: Type.String({ pattern: "^[0-9]{1,15}$" }) });
const answered = { warnings: Type.Array(Issue), errors: Type.Array(Issue) };
const nothing = { warnings: [], errors: [] };

/** Adds the calls by which tills hold points, and spend or give up what is held; ours, beyond the documentation. */
export const addTillHoldRoutes = (server: Server, parts: PointsRouteParts): void => {
  const { points, orgs } = parts;
  server.post(
    "/v2/points/holds",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Hold points of a customer for a time",
        operationId: "holdPointsAtTill",
        body: HoldBody,
        response: { 200: Type.Object({ ...HoldAnswer.properties, ...answered }), ...FAILURES },
      },
    },
    async (request) => {
      const { actor } = request;
      const body = request.body as Body;
      const organisation = await orgs.get(actor.orgId);
      const { party } = parseIdentifier(organisation, body.identifier, "identifier");
      const ttlSeconds = readInteger(body.ttlSeconds);
      if (ttlSeconds === undefined)
        throw errors.bad_value({ field: "ttlSeconds", expected: "a whole number" });
      const input = {
        programId: parseProgram(body.programId),
        points: parsePoints(body.points, "points"),
        ttlSeconds: ttlSeconds ?? DEFAULT_SECONDS,
        billNumber: parseText(body, "billNumber", 50),
        billAmount: parseBillAmount(organisation, body.billAmount),
        notes: parseText(body, "notes", 1000),
        validation: parseValidation(body, body.validation_code),
      };
      const { reply } = await points.move(
        actor.orgId,
        holdOf(parts, actor, party, input, requestKeyOf(request)),
      );
      return { ...holdAnswer(organisation, JSON.parse(reply) as HoldState), ...nothing };
    },
  );
  server.post(
    "/v2/points/holds/:holdId/capture",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Spend what is held, all or part",
        operationId: "captureHoldAtTill",
        params: HoldId,
        body: CaptureBody,
        response: { 200: Type.Object({ ...CaptureAnswer.properties, ...answered }), ...FAILURES },
      },
    },
    async (request) => {
      const { actor, params } = request;
      const body = request.body as Body;
      const isFinal = body.final === undefined ? true : readFlag(body.final);
      if (isFinal === undefined) throw errors.bad_value({ field: "final", expected: "true or false" });
      const asked = await captureOf(
        parts,
        actor,
        {
          holdId: Number(params.holdId),
          points: body.points === undefined ? null : parsePoints(body.points, "points"),
          isFinal,
          billNumber: parseText(body, "billNumber", 50),
          purpose: parseText(body, "purpose", 255),
          notes: parseText(body, "notes", 1000),
          externalReference: "",
          customFields: null,
        },
        requestKeyOf(request),
      );
      const { reply } = await points.move(actor.orgId, asked);
      const captured = JSON.parse(reply) as Redeemed & { readonly hold: HoldState };
      return { ...captureAnswer(await orgs.get(actor.orgId), captured), ...nothing };
    },
  );
  server.post(
    "/v2/points/holds/:holdId/release",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Give up a hold",
        operationId: "releaseHoldAtTill",
        params: HoldId,
        response: { 200: Type.Object({ ...HoldAnswer.properties, ...answered }), ...FAILURES },
      },
    },
    async (request) => {
      const { actor, params } = request;
      const asked = await releaseOf(parts, actor, Number(params.holdId), requestKeyOf(request));
      const { reply } = await points.move(actor.orgId, asked);
      return { ...holdAnswer(await orgs.get(actor.orgId), JSON.parse(reply) as HoldState), ...nothing };
    },
  );
};
