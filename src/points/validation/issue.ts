import { assert, type Instant, type Millipoints, POINTS_SCALE } from "#platform";
import { errors } from "../errors.ts";
import { type MovementKind, rowsOf } from "../movement.ts";
import { type CodeBook, loadCodeBook, trialLimit } from "./check.ts";
import { insertCodes, insertMessages, type ValidationCode } from "./store.ts";

export interface IssueInput {
  readonly points: Millipoints;
  /** Random bytes for a new code. */
  readonly nonce: Buffer;
}

/** The reply to `issue_code`. */
export interface Issued {
  readonly customerId: number;
  readonly codeId: number;
  readonly points: Millipoints;
  readonly expiresAt: Instant;
  readonly mobile: string;
  readonly email: string;
}

/** How an organisation's codes reach customers; `none`: they do not, and none are issued. */
export const DELIVERY_SETTING = "CONF_POINTS_VALIDATION_CODE_DELIVERY";
export const VALIDITY_SETTING = "CONF_POINTS_VALIDATION_CODE_VALIDITY_MINUTES";

/**
 * Issues a one-time code for spending points and writes the message that tells it. While a code is valid the same one is sent
 * again. Errors: 801, 860.
 */
export const issueCodeKind: MovementKind<IssueInput, CodeBook> = {
  name: "issue_code",
  ids: 2,
  load: (tx, desk, movements) =>
    loadCodeBook(
      tx,
      desk,
      movements.map(({ partyIds, now }) => ({ partyId: partyIds[0]!, now })),
    ),
  decide: ({ input, partyIds, now, tillId }, desk, { codes, trials }): Issued => {
    const partyId = partyIds[0]!;
    const { points, nonce } = input;
    const { organisation, profiles } = desk;
    if (points <= 0) throw errors.bad_points({ field: "points", value: points / POINTS_SCALE });
    const profile = profiles.get(partyId);
    assert(profile !== undefined, "the path looked for the profile");
    const { mobile, email } = profile;
    if (organisation.setting(DELIVERY_SETTING) !== "mailbox") throw errors.codes_not_sent();
    if (mobile === "" && email === "") throw errors.code_unreachable({ id: partyId });
    const limit = trialLimit(organisation);
    const tried = trials.get(partyId) ?? { wrong: 0, sent: 0 };
    if (limit !== null && tried.sent >= limit.count)
      throw errors.too_many_messages({ minutes: limit.minutes });
    let code = codes.find(
      (item) =>
        item.partyId === partyId && item.points === points && item.usedAt === null && item.expiresAt > now,
    );
    if (code === undefined) {
      const minutes = organisation.number(VALIDITY_SETTING) ?? 10;
      code = issueNew(partyId, desk.nextId("points"), points, nonce, now, minutes);
      codes.push(code);
      rowsOf(desk, "validation_codes", insertCodes).push(code);
    }
    trials.set(partyId, { ...tried, sent: tried.sent + 1 });
    const message = {
      partyId,
      id: desk.nextId("points"),
      codeId: code.id,
      sentAt: now,
      mobile,
      email,
      tillId,
    };
    rowsOf(desk, "code_messages", insertMessages).push(message);
    desk.writes.events.push({
      orgId: organisation.id,
      partyId,
      type: "validation_code.issued",
      occurredAt: new Date(now),
      payload: { codeId: code.id, points, expiresAt: code.expiresAt },
    });
    return { customerId: partyId, codeId: code.id, points, expiresAt: code.expiresAt, mobile, email };
  },
};

const issueNew = (
  partyId: number,
  id: number,
  points: Millipoints,
  nonce: Buffer,
  now: Instant,
  minutes: number,
): ValidationCode => ({
  partyId,
  id,
  points,
  nonce,
  issuedAt: now,
  expiresAt: now + minutes * 60_000,
  usedAt: null,
});
