import { Type } from "@fastify/type-provider-typebox";
import type { CustomerProfile } from "#customers";
import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import {
  AppError,
  type Body,
  failures,
  isObject,
  type Outcome,
  requestKeyOf,
  type Server,
  toDecimal,
  V1Failure,
} from "#platform";
import { askedBy, drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import { type Movement, movement } from "../movement.ts";
import type { Moved } from "../path.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { done, failed, ItemStatus, itemsOf, MAX_ITEMS, RequestStatus, statusOf } from "../v11.ts";
import { readInteger } from "../values.ts";
import {
  parseCustomer,
  parseCustomFields,
  parseFlag,
  parseProgram,
  parseRedemptionTime,
  parseSpending,
  parseText,
  parseValidation,
  type ReadCustomFields,
  refuseGroups,
} from "./parse.ts";
import type { Redeemed } from "./post.ts";
import { redeemKind } from "./redeem.ts";
import { GROUPS, localValue, namesOf, parameter, points, profilesOf, TAGS, VALIDATION } from "./v11-parts.ts";

const KEYED_WRITE = { access: { resource: "Points", mode: "write" }, takesRequestKey: true } as const;

const RedeemQuery = Type.Object({
  format: parameter("json"),
  program_id: parameter("The default program when absent"),
  currency_input: parameter("true: points_redeemed is an amount of money"),
  ...VALIDATION,
  ...GROUPS,
});

const RedeemedItem = Type.Object({ item_status: ItemStatus }, { additionalProperties: true });
const RedeemAnswer = Type.Object({
  response: Type.Object({
    status: RequestStatus,
    responses: Type.Object({ points: Type.Union([RedeemedItem, Type.Array(RedeemedItem)]) }),
  }),
});
const RedeemBody = Type.Unknown({
  description: `{"root": {"redeem": …}}: one object, or an array of up to ${MAX_ITEMS}`,
});

/** An item of a redeem call that could be read. */
interface Candidate {
  readonly movement: Movement;
  readonly validationCode: string;
  readonly about: { readonly billNumber: string; readonly purpose: string };
  readonly custom: ReadCustomFields;
}

/** Adds the v1.1 call that spends points. */
export const addV11RedeemRoutes = (server: Server, parts: PointsRouteParts): void => {
  server.post(
    "/v1.1/points/redeem",
    {
      config: KEYED_WRITE,
      schema: {
        tags: TAGS,
        summary: "Spend points",
        operationId: "redeemPoints",
        querystring: RedeemQuery,
        body: RedeemBody,
        response: { 200: RedeemAnswer, ...failures(V1Failure) },
      },
    },
    async (request) => {
      const { actor, query, body } = request;
      const items = itemsOf(body, "redeem");
      const key = requestKeyOf(request);
      const organisation = await parts.orgs.get(actor.orgId);
      const read = items.map((item, index): Outcome<Candidate> => {
        try {
          // Each item of a call that is sent again gets its own first reply.
          const own = items.length === 1 ? "" : `/${index}`;
          const keys = key === null ? null : { own: `${key}${own}`, caller: key };
          return { ok: readItem(parts, organisation, actor, query as Body, item, keys) };
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return { error };
        }
      });
      const moved = await moveThem(
        parts,
        actor.orgId,
        read.flatMap((item) => ("ok" in item ? [item.ok.movement] : [])),
      );
      const answers = await answerThem(parts, organisation, actor, read, moved);
      return {
        response: {
          status: statusOf(answers),
          responses: { points: answers.length === 1 ? answers[0]! : answers },
        },
      };
    },
  );
};

const readItem = (
  { clock }: PointsRouteParts,
  organisation: Organisation,
  actor: Actor,
  query: Body,
  item: unknown,
  keys: { readonly own: string; readonly caller: string } | null,
): Candidate => {
  if (!isObject(item)) throw errors.bad_value({ field: "redeem", expected: "objects" });
  refuseGroups({ ...query, ...item });
  const party = parseCustomer(organisation, isObject(item.customer) ? item.customer : {});
  const isMoney = parseFlag(query, "currency_input");
  const custom = parseCustomFields(organisation, item.custom_fields);
  const validation = parseValidation(query, item.validation_code);
  const externalReference = parseText(item, "external_reference_number", 100);
  const said = {
    programId: parseProgram(query.program_id),
    ...parseSpending(organisation, item.points_redeemed, "points_redeemed", isMoney),
    redeemedAt: parseRedemptionTime(item.redemption_time, organisation.clusterTimeZone),
    billNumber: parseText(item, "transaction_number", 50),
    billAmount: null,
    notes: parseText(item, "notes", 1000),
    purpose: parseText(item, "redemption_purpose", 255),
    externalReference,
    customFields: custom.fields,
  };
  // The reference is the redemption's own name for good, whoever sends it; a key is the caller's for this call.
  const [key, quotedKey] =
    externalReference !== ""
      ? [`ref:${externalReference}`, `external_reference_number ${externalReference}`]
      : keys === null
        ? [null, null]
        : [`key:${keys.own}`, `The key ${keys.caller}`];
  const asked = askedBy(actor, clock.now().getTime(), "redeem", key, [party, said], quotedKey);
  return {
    movement: movement(redeemKind, {
      ...asked,
      tillId: tillOf(organisation, item.till_id) ?? asked.tillId,
      parties: [party],
      input: { ...said, validation, code: drawCode() },
    }),
    validationCode: validation.code ?? "",
    about: said,
    custom,
  };
};

/** The till that the redemption is of, where the call names another than its own. Error: 400. */
const tillOf = (organisation: Organisation, value: unknown): number | null => {
  const id = readInteger(value);
  if (id === null) return null;
  const till = id === undefined ? null : organisation.till(id);
  if (till === null) throw errors.bad_value({ field: "till_id", expected: "the id of a till" });
  return till.id;
};

const moveThem = async (
  { points: service }: PointsRouteParts,
  orgId: number,
  movements: readonly Movement[],
): Promise<readonly Outcome<Moved>[]> => {
  if (movements.length !== 1) return service.moveAll(orgId, movements);
  try {
    // Alone it shares the next batch with the other calls of this moment.
    return [{ ok: await service.move(orgId, movements[0]!) }];
  } catch (error) {
    if (error instanceof AppError) return [{ error }];
    throw error;
  }
};

const answerThem = async (
  parts: PointsRouteParts,
  organisation: Organisation,
  actor: Actor,
  read: readonly Outcome<Candidate>[],
  moved: readonly Outcome<Moved>[],
) => {
  const replies = moved.map((outcome) =>
    "ok" in outcome ? (JSON.parse(outcome.ok.reply) as Redeemed) : outcome,
  );
  const profiles = await profilesOf(
    parts,
    organisation.id,
    replies.flatMap((reply) => ("error" in reply ? [] : [reply.customerId])),
  );
  const now = parts.clock.now().getTime();
  let next = 0;
  return read.map((item) => {
    if ("error" in item) return { item_status: failed(item.error) };
    const reply = replies[next++]!;
    if ("error" in reply) return { item_status: failed(reply.error) };
    return redeemedItem(organisation, actor, item.ok, reply, profiles.get(reply.customerId), now);
  });
};

const redeemedItem = (
  organisation: Organisation,
  actor: Actor,
  { validationCode, about, custom }: Candidate,
  redeemed: Redeemed,
  profile: CustomerProfile | undefined,
  now: number,
) => {
  const value = toDecimal(redeemed.value, organisation.moneyScale);
  return {
    ...namesOf(profile),
    user_id: String(redeemed.customerId),
    redemption_id: redeemed.code,
    points_redeemed: String(points(redeemed.points)),
    redemption_purpose: about.purpose,
    redeemed_value: value,
    redeemed_local_value: localValue(organisation, actor.tillId, redeemed.value, now),
    balance: points(redeemed.balance),
    side_effects: {
      effect: [
        {
          id: redeemed.redemptionId,
          case_value: String(redeemed.isValidated),
          num_points: points(redeemed.points),
          currency_value: value,
          validation_code: redeemed.isValidated ? validationCode : "",
          points_redemption_summary_id: String(redeemed.redemptionId),
          redeemed_on_bill_number: about.billNumber,
          redeemed_on_bill_id: redeemed.transactionId ?? -1,
          type: "points",
        },
      ],
    },
    item_status: done("The points were redeemed.", { warnings: custom.warnings }),
  };
};
