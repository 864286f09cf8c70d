import { insertMessages, messageQueued, type NewMessage } from "#messages";
import type { Organisation } from "#orgs";
import { assert, type Instant, type Millipoints, POINTS_SCALE } from "#platform";
import { errors } from "../errors.ts";
import { type Desk, type MovementKind, rowsOf } from "../movement.ts";
import { type CodeBook, loadCodeBook, trialLimit } from "./check.ts";
import { CODE_MESSAGE } from "./letter.ts";
import { insertCodes, type ValidationCode } from "./store.ts";

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
const DELIVERY_SETTING = "CONF_POINTS_VALIDATION_CODE_DELIVERY";
const VALIDITY_SETTING = "CONF_POINTS_VALIDATION_CODE_VALIDITY_MINUTES";

/** How this customer's code is told. Errors: 860. */
const deliveryTo = (
  organisation: Organisation,
  hasMailServer: boolean,
  { partyId, mobile, email }: { readonly partyId: number; readonly mobile: string; readonly email: string },
): NewMessage["delivery"] => {
  switch (organisation.setting(DELIVERY_SETTING)) {
    case "mailbox":
      if (mobile === "" && email === "") throw errors.code_unreachable({ id: partyId });
      return "by_hand";
    case "email":
      if (!hasMailServer) throw errors.no_mail_server();
      if (email === "") throw errors.no_mail_address({ id: partyId });
      return "email";
    default:
      throw errors.codes_not_sent();
  }
};

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
    const delivery = deliveryTo(organisation, desk.hasMailServer, profile);
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
    writeMessage(desk, { code, delivery, mobile, email, tillId, now });
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

/** The message commits with its code. It does not hold it: the code is made of its seed when the message is sent. */
const writeMessage = (
  desk: Desk,
  asked: Pick<NewMessage, "delivery" | "mobile" | "email" | "tillId"> & {
    readonly code: ValidationCode;
    readonly now: Instant;
  },
): void => {
  const { code, now, ...message } = asked;
  rowsOf(desk, "messages", insertMessages).push({
    ...message,
    partyId: code.partyId,
    id: desk.nextId("points"),
    kind: CODE_MESSAGE,
    refId: code.id,
    details: {},
    createdAt: now,
    expiresAt: code.expiresAt,
  });
  if (message.delivery === "email")
    desk.writes.events.push(messageQueued(desk.organisation.id, code.partyId, now));
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
