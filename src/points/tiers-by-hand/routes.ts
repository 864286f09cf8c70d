import { type Static, Type } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { Customers } from "#customers";
import type { Organisation, Orgs } from "#orgs";
import {
  type Body,
  type Clock,
  endOfDayAfterMonths,
  failures,
  formatIso,
  type Instant,
  Issue,
  isObject,
  localTime,
  OwnFailure,
  type Server,
  V2Failure,
} from "#platform";
import { type Caller, callerOf, movementOf } from "../calls.ts";
import { partyWithId } from "../naming.ts";
import type { Points } from "../service.ts";
import { adjustTierKind, type TierAdjusted } from "./adjust.ts";
import { parseAdjustment, parseWho } from "./parse.ts";

export interface TierAdjustmentParts {
  readonly clock: Clock;
  readonly points: Points;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "requireCustomer">;
}

/** Adds the documented call that moves a tier by hand, and the console's with its preview (tiers.md §4). */
export const addTierAdjustmentRoutes = (server: Server, parts: TierAdjustmentParts): void => {
  addDocumented(server, parts);
  addConsole(server, parts);
};

const anything = (description: string) => Type.Optional(Type.Unknown({ description }));
const ACCESS = { access: { resource: "Points", mode: "write" } } as const;

const DocumentedAnswer = Type.Object({
  programId: Type.Integer(),
  entityId: Type.Integer(),
  sideEffects: Type.Array(
    Type.Object({
      entityType: Type.Literal("USER"),
      type: Type.Literal("slab"),
      previousSlabName: Type.String(),
      previousSlabNumber: Type.Integer(),
      upgradedSlabName: Type.String(),
      upgradedSlabNumber: Type.Integer(),
      slabExpiryDate: Type.String({ description: "Such as 30th Nov, 2025" }),
    }),
  ),
  warnings: Type.Array(Issue),
});

const addDocumented = (server: Server, { clock, points, orgs, customers }: TierAdjustmentParts): void => {
  server.post(
    "/v2/slab/manualSlabAdjustment",
    {
      config: { ...ACCESS, takesRequestKey: true },
      schema: {
        tags: ["Tiers"],
        summary: "Move a member up or down a tier by hand, renew the tier or move its end",
        operationId: "adjustSlab",
        querystring: Type.Object({
          source: anything("INSTORE, WECHAT, ECOMMERCE …"),
          identifierName: anything("mobile, id or externalId"),
          identifierValue: anything("Needed: the identifier's value"),
          accountId: anything("Account of a source that has several"),
          type: anything("CUSTOMER, the default"),
        }),
        body: Type.Object(
          {
            programId: anything("Needed"),
            slabAction: anything("UPGRADE, DOWNGRADE, RENEWAL or EXTEND_CURRENT_TIER_EXPIRY_DATE"),
            toSlabName: anything("Of UPGRADE and DOWNGRADE: the name of the tier"),
            manualSlabActionValidity: anything(
              "FIXED_DURATION (days), SPECIFIC_DATE, CURRENT_TIER_EXPIRY_DATE or AS_PER_TIER_STRATEGY",
            ),
            manualSlabActionValidityUpto: anything("Days, or the last day as YYYY-MM-DD"),
            reassessTierOnNextActivity: anything("true: the next activity looks at the tier anew"),
            slabChangeReason: anything("At most 255 characters"),
          },
          { additionalProperties: true },
        ),
        response: { 200: DocumentedAnswer, ...failures(V2Failure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const input = parseAdjustment(isObject(request.body) ? request.body : {});
      const partyId = await customers.requireCustomer(orgId, parseWho(request.query as Body));
      const now = clock.now().getTime();
      const asked = movementOf(callerOf(request), adjustTierKind, [partyWithId(partyId)], input, now);
      const [organisation, { reply }] = await Promise.all([orgs.get(orgId), points.move(orgId, asked)]);
      return documentedAnswer(organisation, JSON.parse(reply) as TierAdjusted, now);
    },
  );
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_OF_NEVER = 1200;

const ordinal = (day: number): string => {
  const tens = day % 100;
  const suffix = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${suffix}`;
};

/** A day as the dialect's side effects write it: "30th Nov, 2025". */
export const slabDate = (instant: Instant, zone: string): string => {
  const { year, month, day } = localTime(instant, zone);
  return `${ordinal(day)} ${MONTHS[month - 1]}, ${year}`;
};

const documentedAnswer = (
  { timeZone }: Organisation,
  { programId, customerId, from, to, expiresAt }: TierAdjusted,
  now: Instant,
) => ({
  programId,
  entityId: customerId,
  sideEffects: [
    {
      entityType: "USER" as const,
      type: "slab" as const,
      previousSlabName: from.name,
      previousSlabNumber: from.number,
      upgradedSlabName: to.name,
      upgradedSlabNumber: to.number,
      slabExpiryDate: slabDate(expiresAt ?? endOfDayAfterMonths(now, MONTHS_OF_NEVER, timeZone), timeZone),
    },
  ],
  warnings: [],
});

const strict = { additionalProperties: false } as const;
const TierName = Type.Object({ number: Type.Integer(), name: Type.String() });
const NullableText = Type.Union([Type.String(), Type.Null()]);
const ConsoleAnswer = Type.Object({
  customerId: Type.Integer(),
  programId: Type.Integer(),
  from: TierName,
  to: TierName,
  expiredAt: NullableText,
  expiresAt: NullableText,
  reassess: Type.Boolean(),
});
const ConsoleBody = Type.Object(
  {
    programId: Type.Integer(),
    action: Type.Enum(["UPGRADE", "DOWNGRADE", "RENEWAL", "EXTEND_CURRENT_TIER_EXPIRY_DATE"]),
    toTier: Type.Optional(Type.String({ maxLength: 200, description: "Of UPGRADE and DOWNGRADE: its name" })),
    validity: Type.Enum([
      "FIXED_DURATION",
      "SPECIFIC_DATE",
      "CURRENT_TIER_EXPIRY_DATE",
      "AS_PER_TIER_STRATEGY",
    ]),
    days: Type.Optional(Type.Integer({ description: "Of FIXED_DURATION" })),
    date: Type.Optional(Type.String({ maxLength: 40, description: "Of SPECIFIC_DATE: the last day" })),
    reassess: Type.Optional(Type.Boolean({ description: "The next activity looks at the tier anew" })),
    reason: Type.String({ minLength: 1, maxLength: 255 }),
  },
  strict,
);
type ConsoleBody = Static<typeof ConsoleBody>;
const ConsoleParams = Type.Object({
  id: Type.String({ pattern: "^[0-9]{1,15}$", description: "The customer's id" }),
});

const addConsole = (server: Server, { clock, points, orgs }: TierAdjustmentParts): void => {
  const asked = (caller: Caller, customerId: string, body: ConsoleBody) =>
    movementOf(
      caller,
      adjustTierKind,
      [partyWithId(Number(customerId))],
      // The same judgement, with the same codes, as of the documented call.
      parseAdjustment({
        programId: body.programId,
        slabAction: body.action,
        toSlabName: body.toTier,
        manualSlabActionValidity: body.validity,
        manualSlabActionValidityUpto:
          body.validity === "FIXED_DURATION"
            ? body.days
            : body.validity === "SPECIFIC_DATE"
              ? body.date
              : undefined,
        reassessTierOnNextActivity: body.reassess,
        slabChangeReason: body.reason,
      }),
      clock.now().getTime(),
    );
  const shown = async (orgId: number, { expiredAt, expiresAt, ...rest }: TierAdjusted) => {
    const { timeZone } = await orgs.get(orgId);
    const iso = (time: Instant | null) => (time === null ? null : formatIso(time, timeZone));
    return { ...rest, expiredAt: iso(expiredAt), expiresAt: iso(expiresAt) };
  };
  const schema = {
    tags: ["Tiers"],
    params: ConsoleParams,
    body: ConsoleBody,
    response: { 200: ConsoleAnswer, ...failures(OwnFailure) },
  };
  server.post(
    "/api/customers/:id/tier-adjustments",
    {
      config: { ...ACCESS, takesRequestKey: true },
      schema: {
        ...schema,
        summary: "Move a member's tier, renew it or move its end by hand",
        operationId: "adjustTier",
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const movement = asked(callerOf(request as unknown as FastifyRequest), request.params.id, request.body);
      const { reply } = await points.move(orgId, movement);
      return shown(orgId, JSON.parse(reply) as TierAdjusted);
    },
  );
  server.post(
    "/api/customers/:id/tier-adjustments/preview",
    {
      config: ACCESS,
      schema: {
        ...schema,
        summary: "Preview: move a member's tier, renew it or move its end by hand",
        operationId: "adjustTierPreview",
      },
    },
    async ({ actor, params, body }) => {
      const preview = await points.preview(actor.orgId, asked({ actor, requestKey: null }, params.id, body));
      return shown(actor.orgId, preview.reply as TierAdjusted);
    },
  );
};
