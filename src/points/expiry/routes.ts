import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Loyalty } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import {
  AppError,
  type Clock,
  failures,
  formatPlain,
  type Instant,
  Issue,
  isObject,
  type Outcome,
  type Server,
  V2Failure,
} from "#platform";
import { callerOf, movementOf } from "../calls.ts";
import { errors } from "../moving-errors.ts";
import type { Moved } from "../path.ts";
import type { Points } from "../service.ts";
import { type ExpiryMoved, moveExpiryKind } from "./move-expiry.ts";
import { type ExpiryRequest, MAX_REQUESTS, parseExpiryRequest } from "./parse.ts";

export interface ExpiryRouteParts {
  readonly clock: Clock;
  readonly points: Points;
  readonly orgs: Pick<Orgs, "get">;
  readonly loyalty: Pick<Loyalty, "programs">;
}

const Anything = Type.Record(Type.String(), Type.Unknown());
const Updated = Type.Object({
  customerId: Type.Integer(),
  programId: Type.Integer(),
  currencyName: Type.String(),
  pointsExpiryUpdateLogs: Type.Object({
    paType: Type.String(),
    paId: Type.Integer(),
    expiryUpdateReasonType: Type.String(),
    expiryUpdateReasonNote: Type.String(),
    oldExpiryDate: Type.String({ description: "YYYY-MM-DD HH:MM:SS; about a hundred years ahead for never" }),
    newExpiryDate: Type.String(),
    eventLogId: Type.Integer(),
    eventDate: Type.String(),
    standardMeta: Anything,
    customMeta: Anything,
  }),
});
const Failed = Type.Object({
  pointsAwardedRefId: Type.Integer(),
  pointsAwardedRefType: Type.String(),
  errorCode: Type.Integer(),
  errorMessage: Type.String(),
});

/** "Never" is shown as a date a hundred years ahead (points.md §5.1). */
const NEVER_MS = 36_525 * 86_400_000;

const dateOf = (organisation: Organisation, at: Instant | null, now: Instant): string =>
  formatPlain(at ?? now + NEVER_MS, organisation.clusterTimeZone);

const presentMoved = (
  organisation: Organisation,
  request: ExpiryRequest,
  moved: ExpiryMoved,
): Static<typeof Updated> => ({
  customerId: moved.customerId,
  programId: moved.programId,
  currencyName: request.currencyName.toUpperCase() === "POINTS" ? "POINTS" : request.currencyName,
  pointsExpiryUpdateLogs: {
    paType: request.awardType,
    paId: moved.awardId,
    expiryUpdateReasonType: moved.reasonType,
    expiryUpdateReasonNote: request.input.note,
    oldExpiryDate: dateOf(organisation, moved.before, moved.movedAt),
    newExpiryDate: dateOf(organisation, moved.after, moved.movedAt),
    eventLogId: moved.eventId,
    eventDate: formatPlain(moved.movedAt, organisation.clusterTimeZone),
    standardMeta: request.standardMeta as Record<string, unknown>,
    customMeta: request.customMeta as Record<string, unknown>,
  },
});

const presentFailure = ({ input, awardType }: ExpiryRequest, outcome: Outcome<Moved>) => {
  const error = "error" in outcome ? outcome.error : null;
  const fault = "The date could not be moved because of a fault on our side; send the item again.";
  const [errorCode, errorMessage] = error instanceof AppError ? [error.number, error.message] : [8936, fault];
  return {
    pointsAwardedRefId: input.award.awardId,
    pointsAwardedRefType: awardType,
    errorCode,
    errorMessage,
  };
};

/** Adds the documented call that moves expiry dates by hand (points.md §5.3). */
export const addExpiryRoutes = (server: Server, { clock, points, orgs, loyalty }: ExpiryRouteParts): void => {
  server.post(
    "/v2/points/updateExpiry",
    {
      config: { access: { resource: "Points", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: ["Points"],
        summary: "Move expiry dates of points by hand",
        operationId: "updateExpiry",
        body: Type.Object(
          {
            expiryDateUpdateRequest: Type.Optional(
              Type.Unknown({
                description: `Array of up to ${MAX_REQUESTS}: identifierName, identifierValue, programId, pointsAwardedRefId, pointsAwardedRefType, expiryDate {expiryType, expiryValue}, …`,
              }),
            ),
          },
          { additionalProperties: true },
        ),
        response: {
          200: Type.Object({
            currencyExpiryUpdateResponse: Type.Array(Updated),
            failures: Type.Array(Failed),
            warnings: Type.Array(Issue),
          }),
          ...failures(V2Failure),
        },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const items = isObject(request.body) ? request.body.expiryDateUpdateRequest : null;
      if (!Array.isArray(items) || items.length === 0 || items.length > MAX_REQUESTS)
        throw errors.no_requests({ most: MAX_REQUESTS });
      const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
      const now = clock.now().getTime();
      const requests = items.map((item, index) =>
        parseExpiryRequest(organisation, programs, item, index, now),
      );
      const movements = requests.map(({ party, input }, index) =>
        movementOf(callerOf(request), moveExpiryKind, [party], input, now, index),
      );
      const outcomes = await points.moveAll(orgId, movements);
      const currencyExpiryUpdateResponse: Static<typeof Updated>[] = [];
      const failed: Static<typeof Failed>[] = [];
      outcomes.forEach((outcome, index) => {
        const asked = requests[index]!;
        if ("ok" in outcome) {
          const moved = JSON.parse(outcome.ok.reply) as ExpiryMoved;
          currencyExpiryUpdateResponse.push(presentMoved(organisation, asked, moved));
        } else failed.push(presentFailure(asked, outcome));
      });
      return { currencyExpiryUpdateResponse, failures: failed, warnings: [] };
    },
  );
};
