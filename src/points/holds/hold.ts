import type { Hold } from "#ledger";
import { type Instant, type Millipoints, type Money, POINTS_SCALE } from "#platform";
import { drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import type { Desk, MovementKind } from "../movement.ts";
import { type BillFacts, loadBillFacts, type Paying, paidPartOf } from "../redemptions/bill.ts";
import { postRedemption, type Redeemed, type RedemptionAbout } from "../redemptions/post.ts";
import {
  loadRedemptionFacts,
  needsSecret,
  type RedemptionFacts,
  type Spending,
  settle,
} from "../redemptions/redeem.ts";
import { checkBillShare, requireProgram, spendable } from "../redemptions/standing.ts";
import { consumeCode } from "../validation/check.ts";

/** The longest that points may be kept from being spent: a week. */
export const MAX_HOLD_SECONDS = 7 * 86_400;

export interface HoldInput extends Omit<Spending, "redeemedAt"> {
  readonly ttlSeconds: number;
  readonly notes: string;
}

export interface CaptureInput extends RedemptionAbout {
  readonly holdId: number;
  /** Null: all that is left of the hold. */
  readonly points: Millipoints | null;
  /** False: what is not captured stays held for further captures. */
  readonly isFinal: boolean;
  readonly code: string;
}

/** What a hold is for, as it is kept with it. */
export interface HoldReference {
  readonly billNumber: string;
  /** What the bill comes to, as the call said. */
  readonly billAmount?: Money | null;
  readonly notes: string;
  readonly by: string;
  /** The customer gave a code for it; its captures need none. */
  readonly isValidated: boolean;
}

export interface ReleaseInput {
  readonly holdId: number;
}

/** A hold as it stands after a call. */
export interface HoldState {
  readonly holdId: number;
  readonly customerId: number;
  readonly programId: number;
  readonly points: Millipoints;
  readonly captured: Millipoints;
  readonly status: Hold["status"];
  readonly expiresAt: Instant;
  /** What may be spent besides the hold. */
  readonly available: Millipoints;
}

const stateOf = (hold: Hold, desk: Desk, now: Instant): HoldState => ({
  holdId: hold.id,
  customerId: hold.partyId,
  programId: hold.programId,
  points: hold.amount,
  captured: hold.captured,
  status: hold.status,
  expiresAt: hold.expiresAt.getTime(),
  available: desk.book.available(hold.partyId, hold, now),
});

const tell = (desk: Desk, hold: Hold, type: string, now: Instant): void => {
  desk.writes.events.push({
    orgId: desk.organisation.id,
    partyId: hold.partyId,
    type,
    occurredAt: new Date(now),
    payload: {
      holdId: hold.id,
      programId: hold.programId,
      currencyId: hold.currencyId,
      category: hold.category,
      amount: hold.amount,
      captured: hold.captured,
    },
  });
};

/** Reserves points under the same rules as spending them. */
export const holdKind: MovementKind<HoldInput, RedemptionFacts> = {
  name: "hold",
  ids: 1,
  // What is available follows from the account and its holds.
  spends: ({ programId }) => ({ programId, points: 0 }),
  needsSecret,
  load: (tx, desk, movements) =>
    loadRedemptionFacts(
      tx,
      desk,
      movements.map((item) => ({ ...item, input: { ...item.input, redeemedAt: null } })),
    ),
  decide: (movement, desk, facts): HoldState => {
    const { now, tillId, by } = movement;
    const { ttlSeconds, billNumber, billAmount, notes } = movement.input;
    if (!(ttlSeconds >= 1 && ttlSeconds <= MAX_HOLD_SECONDS))
      throw errors.hold_too_long({ field: "ttlSeconds", most: MAX_HOLD_SECONDS, value: ttlSeconds });
    const asked = { ...movement, input: { ...movement.input, redeemedAt: null } };
    const { partyId, standing, points, validated } = settle(asked, desk, facts);
    if (validated !== null) consumeCode(desk, facts.codeBook, validated, now);
    const reference: HoldReference = { billNumber, billAmount, notes, by, isValidated: validated !== null };
    const hold: Hold = {
      ...spendable(standing.program.programId),
      partyId,
      id: desk.nextId("points"),
      amount: points,
      captured: 0,
      status: "active",
      createdAt: new Date(now),
      expiresAt: new Date(now + ttlSeconds * 1000),
      endedAt: null,
      tillId,
      reference,
    };
    desk.book.addHold(hold);
    desk.writes.codes.push({ kind: "hold", code: String(hold.id), partyId, id: hold.id });
    tell(desk, hold, "points.held", now);
    return stateOf(hold, desk, now);
  },
};

/** The hold, active and in time, or the refusal that says why not. */
const requireHold = (desk: Desk, partyId: number, holdId: number, now: Instant): Hold => {
  const hold = desk.book.hold(holdId);
  if (hold === undefined || hold.partyId !== partyId) throw errors.hold_unknown({ value: holdId });
  if (hold.status !== "active") throw errors.hold_ended({ value: holdId, status: hold.status });
  if (hold.expiresAt.getTime() <= now) throw errors.hold_ended({ value: holdId, status: "expired" });
  return hold;
};

/** Spends what is held, all or part. The rest is released unless the capture says that others follow. */
export const captureKind: MovementKind<CaptureInput, BillFacts> = {
  name: "capture",
  ids: 1,
  redraw: (input) => ({ ...input, code: drawCode() }),
  load: (tx, desk, movements) =>
    loadBillFacts(
      tx,
      desk,
      movements.map(({ partyIds, input }) => ({
        partyIds,
        input: payingOf(desk.book.hold(input.holdId), input),
      })),
    ),
  decide: ({ input, partyIds, now, tillId, by }, desk, facts): Redeemed & { readonly hold: HoldState } => {
    const partyId = partyIds[0]!;
    const hold = requireHold(desk, partyId, input.holdId, now);
    const left = hold.amount - hold.captured;
    const points = input.points ?? left;
    if (points <= 0) throw errors.bad_points({ field: "points", value: points / POINTS_SCALE });
    if (points > left)
      throw errors.above_hold({ field: "points", points: points / POINTS_SCALE, left: left / POINTS_SCALE });
    const standing = requireProgram(desk, partyId, hold.programId, now);
    const { program } = standing;
    const paying = payingOf(hold, input);
    const { programId } = hold;
    const part = paidPartOf(desk, facts, paying, { partyId, programId, at: now, tillId });
    // What is held for a bill was judged then, and is honoured; another bill has its own part.
    if (paying.billNumber !== referenceOf(hold)?.billNumber)
      checkBillShare(desk, { partyIds, now }, { points, billNumber: paying.billNumber, ...part }, standing);
    const captured = hold.captured + points;
    const ends = input.isFinal || captured === hold.amount;
    const changed = desk.book.changeHold(hold.id, {
      captured,
      ...(ends ? { status: "captured", endedAt: new Date(now) } : {}),
    });
    const redeemed = postRedemption(
      desk,
      partyId,
      program,
      { ...input, billNumber: paying.billNumber, points },
      {
        at: now,
        tillId,
        by,
        holdId: hold.id,
        transactionId: part.bill?.transactionId ?? null,
        isValidated: referenceOf(hold)?.isValidated ?? false,
      },
    );
    tell(desk, changed, "points.captured", now);
    return { ...redeemed, hold: stateOf(changed, desk, now) };
  },
};

const referenceOf = (hold: Hold | undefined): HoldReference | null =>
  (hold?.reference as HoldReference | null | undefined) ?? null;

/** The bill that a capture pays: its own, else the one the points were held for. */
const payingOf = (hold: Hold | undefined, { billNumber }: CaptureInput): Paying => {
  const held = referenceOf(hold);
  return billNumber === "" || billNumber === held?.billNumber
    ? { billNumber: held?.billNumber ?? "", billAmount: held?.billAmount ?? null }
    : { billNumber, billAmount: null };
};

/** Gives up a hold. */
export const releaseKind: MovementKind<ReleaseInput, undefined> = {
  name: "release",
  ids: 0,
  spends: () => ({ programId: null, points: 0 }),
  decide: ({ input, partyIds, now }, desk): HoldState => {
    const hold = requireHold(desk, partyIds[0]!, input.holdId, now);
    const changed = desk.book.changeHold(hold.id, { status: "released", endedAt: new Date(now) });
    tell(desk, changed, "points.released", now);
    return stateOf(changed, desk, now);
  },
};
