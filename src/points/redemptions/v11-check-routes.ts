import { randomBytes } from "node:crypto";
import { Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import { AppError, type Body, failures, type Server, toDecimal, V1Failure } from "#platform";
import { askedBy } from "../asked.ts";
import { errors } from "../errors.ts";
import { type Movement, movement } from "../movement.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { done, failed, ItemStatus, OK_STATUS, RequestStatus, statusOf } from "../v11.ts";
import { type Issued, issueCodeKind } from "../validation/issue.ts";
import { readText } from "../values.ts";
import {
  parseCustomer,
  parseFlag,
  parsePoints,
  parseProgram,
  parseSpending,
  parseValidation,
  refuseGroups,
} from "./parse.ts";
import { checkRedemptionKind, type Redeemable } from "./redeem.ts";
import {
  GROUPS,
  IDENTIFIERS,
  localValue,
  namesOf,
  parameter,
  points,
  profilesOf,
  TAGS,
  VALIDATION,
} from "./v11-parts.ts";

const READ = { access: { resource: "Points", mode: "read" } } as const;
const WRITE = { access: { resource: "Points", mode: "write" } } as const;

const CheckQuery = Type.Object({
  format: parameter("json"),
  ...IDENTIFIERS,
  ...GROUPS,
  ...VALIDATION,
  points: parameter("Points above 0, at most three decimals; money with currency_input"),
  program_id: parameter("The default program when absent"),
  currency_input: parameter("true: points is an amount of money"),
  issue_otp: parameter("true: send a validation code when the points may be spent"),
  validation_code: parameter("A code to check"),
});
const CodeQuery = Type.Object({
  format: parameter("json"),
  ...IDENTIFIERS,
  points: parameter("Points that are to be spent"),
});
const Names = { mobile: Type.String(), email: Type.String(), external_id: Type.String() };
const CheckAnswer = Type.Object({
  response: Type.Object({
    status: RequestStatus,
    points: Type.Object({
      redeemable: Type.Object({
        ...Names,
        points: Type.Number(),
        is_redeemable: Type.String(),
        points_redeem_value: Type.Number(),
        points_redeem_local_value: Type.Number(),
        input_type: Type.String(),
        points_currency_ratio: Type.String(),
        item_status: ItemStatus,
      }),
    }),
  }),
});
const CodeAnswer = Type.Object({
  response: Type.Object({
    status: RequestStatus,
    validation_code: Type.Object({
      code: Type.Object({ user_id: Type.String(), ...Names, points: Type.Number(), item_status: ItemStatus }),
    }),
  }),
});

/** Adds the v1.1 calls that ask about points and send validation codes. */
export const addV11CheckRoutes = (server: Server, parts: PointsRouteParts): void => {
  addCheck(server, parts);
  addValidationCode(server, parts);
};

const addCheck = (server: Server, parts: PointsRouteParts): void => {
  server.get(
    "/v1.1/points/isredeemable",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Ask whether points may be spent",
        operationId: "isRedeemable",
        querystring: CheckQuery,
        response: { 200: CheckAnswer, ...failures(V1Failure) },
      },
    },
    async ({ actor, query }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      const now = parts.clock.now().getTime();
      const isMoney = readText(query.currency_input, 10)?.toLowerCase() === "true";
      const answer = {
        is_redeemable: "false",
        value: 0,
        ratio: "",
        points: 0,
        customerId: null as number | null,
      };
      let status: ItemStatus;
      try {
        const asked = checkOf(organisation, actor, query as Body, isMoney, now);
        const found = await check(parts, actor.orgId, asked);
        const program = (await parts.loyalty.programs(actor.orgId)).byId(found.programId)?.inForce(now);
        answer.is_redeemable = "true";
        answer.points = found.points;
        answer.value = found.value;
        answer.customerId = found.customerId;
        answer.ratio = String(program?.pointsToCurrencyRatio ?? "");
        status = parseFlag(query as Body, "issue_otp")
          ? await sendCode(parts, actor, organisation, query as Body, found.points)
          : done("The points may be spent.");
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        status = failed(error);
      }
      const profiles = await profilesOf(
        parts,
        actor.orgId,
        answer.customerId === null ? [] : [answer.customerId],
      );
      const read = Number(readText(query.points, 40));
      return {
        response: {
          status: OK_STATUS,
          points: {
            redeemable: {
              ...namesOf(profiles.get(answer.customerId ?? -1)),
              points:
                answer.is_redeemable === "true" ? points(answer.points) : Number.isFinite(read) ? read : 0,
              is_redeemable: answer.is_redeemable,
              points_redeem_value: toDecimal(answer.value, organisation.moneyScale),
              points_redeem_local_value: localValue(organisation, actor.tillId, answer.value, now),
              input_type: isMoney ? "currency" : "points",
              points_currency_ratio: answer.ratio,
              item_status: status,
            },
          },
        },
      };
    },
  );
};

const checkOf = (
  organisation: Organisation,
  actor: Actor,
  query: Body,
  isMoney: boolean,
  now: number,
): Movement => {
  refuseGroups(query);
  const party = parseCustomer(organisation, query);
  const input = {
    programId: parseProgram(query.program_id),
    ...parseSpending(organisation, query.points, "points", isMoney),
    billNumber: "",
    billAmount: null,
    validation: parseValidation(query, query.validation_code),
  };
  return movement(checkRedemptionKind, {
    ...askedBy(actor, now, "check_redemption", null, null),
    parties: [party],
    input,
  });
};

/** Without a code nothing is written; a code that turns out to be wrong is counted. */
const check = async (
  { points: service }: PointsRouteParts,
  orgId: number,
  asked: Movement,
): Promise<Redeemable> =>
  asked.kind.needsSecret?.(asked.input)
    ? (JSON.parse((await service.move(orgId, asked)).reply) as Redeemable)
    : ((await service.preview(orgId, asked)).reply as Redeemable);

const codeOf = (
  { clock }: PointsRouteParts,
  actor: Actor,
  organisation: Organisation,
  query: Body,
  amount: number,
): Movement =>
  movement(issueCodeKind, {
    ...askedBy(actor, clock.now().getTime(), "issue_code", null, null),
    parties: [parseCustomer(organisation, query)],
    input: { points: amount, nonce: randomBytes(16) },
  });

/** 876 when the points may be spent but no code could be sent. */
const sendCode = async (
  parts: PointsRouteParts,
  actor: Actor,
  organisation: Organisation,
  query: Body,
  amount: number,
): Promise<ItemStatus> => {
  try {
    // Asking takes the permission to read alone; what is sent to a customer is written.
    if (!actor.permissions.has("Points:write")) throw errors.code_not_permitted();
    await parts.points.move(actor.orgId, codeOf(parts, actor, organisation, query, amount));
    return done("The points may be spent; a validation code was sent.");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return done(`The points may be spent, but no validation code was sent: ${error.message}`, { code: 876 });
  }
};

const addValidationCode = (server: Server, parts: PointsRouteParts): void => {
  server.get(
    "/v1.1/points/validationcode",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Send a one-time code for spending points",
        operationId: "sendPointsValidationCode",
        querystring: CodeQuery,
        response: { 200: CodeAnswer, ...failures(V1Failure) },
      },
    },
    async ({ actor, query }) => {
      const organisation = await parts.orgs.get(actor.orgId);
      try {
        const amount = parsePoints(query.points, "points");
        const { reply } = await parts.points.move(
          actor.orgId,
          codeOf(parts, actor, organisation, query as Body, amount),
        );
        const issued = JSON.parse(reply) as Issued;
        const profiles = await profilesOf(parts, actor.orgId, [issued.customerId]);
        const code = {
          user_id: String(issued.customerId),
          ...namesOf(profiles.get(issued.customerId)),
          points: points(issued.points),
          item_status: done("A validation code was sent.", { code: 200 }),
        };
        return { response: { status: OK_STATUS, validation_code: { code } } };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const item = { item_status: failed(error) };
        const read = Number(readText(query.points, 40));
        const code = {
          user_id: "",
          ...namesOf(undefined),
          points: Number.isFinite(read) ? read : 0,
          ...item,
        };
        return { response: { status: statusOf([item]), validation_code: { code } } };
      }
    },
  );
};
