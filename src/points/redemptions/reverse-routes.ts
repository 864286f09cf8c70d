import { Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import {
  type Body,
  failures,
  Issue,
  isObject,
  POINTS_SCALE,
  requestKeyOf,
  type Server,
  toDecimal,
  V2Failure,
} from "#platform";
import { askedBy, drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import { type Movement, movement, type PartyName } from "../movement.ts";
import { nameParty } from "../naming.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { readPoints, readText, shown } from "../values.ts";
import { type Reversed, reverseKind } from "./reverse.ts";

const KEYED_WRITE = { access: { resource: "Points", mode: "write" }, takesRequestKey: true } as const;

const ReverseBody = Type.Object(
  {
    redemptionId: Type.Optional(Type.Unknown({ description: "Needed: the code of the redemption" })),
    pointsToBeReversed: Type.Optional(Type.Unknown({ description: "All that is left of it when absent" })),
    identifier: Type.Optional(
      Type.Unknown({
        description: "Needed: whose redemption it is; type ID, MOBILE, EMAIL or EXTERNAL_ID, and value",
      }),
    ),
  },
  { additionalProperties: true },
);
const ReverseAnswer = Type.Object({
  orgId: Type.Integer(),
  identifier: Type.Object({ type: Type.String(), value: Type.String() }),
  customerId: Type.Integer(),
  redemptionId: Type.String(),
  reversalId: Type.String(),
  pointsToBeReversed: Type.Number(),
  pointsReversed: Type.Number({ description: "What came back" }),
  pointsReversedDetails: Type.Object({
    available: Type.Number(),
    expired: Type.Number({ description: "Past their expiry: they did not come back" }),
  }),
  warnings: Type.Array(Issue),
  errors: Type.Array(Issue),
});

interface Identifier {
  readonly type: string;
  readonly value: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ID: "id",
  MOBILE: "mobile",
  EMAIL: "email",
  EXTERNAL_ID: "externalId",
};

/** `{type, value}` as v2 names a customer. Errors: 8013, 8015. */
export const parseIdentifier = (
  organisation: Organisation,
  value: unknown,
  field: string,
): { identifier: Identifier; party: PartyName } => {
  const fields: Body = isObject(value) ? value : {};
  const type = (readText(fields.type, 40) ?? "").toUpperCase();
  const text = readText(fields.value, 300);
  const known = TYPES[type];
  if (known === undefined)
    throw errors.bad_identifier({
      field: `${field}.type`,
      names: Object.keys(TYPES).join(", "),
      value: shown(fields.type),
    });
  const party = text === undefined || text === "" ? null : nameParty(organisation, known, text);
  if (party === null) throw errors.unknown_customer({ name: `${type} ${shown(fields.value)}` });
  return { identifier: { type, value: text ?? "" }, party };
};

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** Points that are to go back, all where none are named. Errors: 878, 901. */
const parseReversed = (value: unknown): number | null => {
  if (value === undefined || value === null || value === "") return null;
  const read = readPoints(value);
  if ("fault" in read && read.fault === "too_fine")
    throw errors.too_many_decimals({ field: "pointsToBeReversed" });
  if ("fault" in read || read.points <= 0) throw errors.bad_redemption({ field: "pointsToBeReversed" });
  return read.points;
};

/** Adds the documented call that takes redemptions back. */
export const addReverseRoutes = (server: Server, parts: PointsRouteParts): void => {
  server.post(
    "/v2/points/reverse",
    {
      config: KEYED_WRITE,
      schema: {
        tags: ["Points"],
        summary: "Take back a redemption, whole or in part",
        operationId: "reversePoints",
        body: ReverseBody,
        response: { 200: ReverseAnswer, ...failures(V2Failure) },
      },
    },
    async (request) => {
      const { actor, body } = request;
      const organisation = await parts.orgs.get(actor.orgId);
      const { asked, identifier } = readReversal(parts, organisation, actor, body, requestKeyOf(request));
      const { reply } = await parts.points.move(actor.orgId, asked);
      const reversed = JSON.parse(reply) as Reversed;
      return {
        orgId: actor.orgId,
        identifier,
        customerId: reversed.customerId,
        redemptionId: reversed.redemptionCode,
        reversalId: reversed.code,
        pointsToBeReversed: points(reversed.asked),
        pointsReversed: points(reversed.returned),
        pointsReversedDetails: { available: points(reversed.returned), expired: points(reversed.expired) },
        warnings: [],
        errors: [],
      };
    },
  );
};

const readReversal = (
  { clock }: PointsRouteParts,
  organisation: Organisation,
  actor: Actor,
  body: Body,
  requestKey: string | null,
): { asked: Movement; identifier: Identifier } => {
  const redemptionCode = readText(body.redemptionId, 40);
  if (redemptionCode === undefined || redemptionCode === "")
    throw errors.bad_redemption({ field: "redemptionId" });
  const { identifier, party } = parseIdentifier(organisation, body.identifier, "identifier");
  const said = { redemptionCode, points: parseReversed(body.pointsToBeReversed), notes: "" };
  const asked = movement(reverseKind, {
    ...askedBy(actor, clock.now().getTime(), "reverse", requestKey, [party, said]),
    parties: [party],
    input: { ...said, code: drawCode() },
  });
  return { asked, identifier };
};
