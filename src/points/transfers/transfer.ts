import {
  type AccountKey,
  type Lot,
  type LotTerms,
  type LotUse,
  loadLotsOpenedBy,
  type Posting,
  takeUpTo,
} from "#ledger";
import { type CompiledProgram, expiresAt, pointsEndWithTier, redemptionPolicy, transferFee } from "#loyalty";
import { type Instant, type Millipoints, POINTS_SCALE, type Tx } from "#platform";
import { checkRoom } from "../bounds.ts";
import { type Desk, type Located, type MovementKind, membershipOf, rowsOf } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { windowsOf } from "../redemptions/policy.ts";
import { spendable } from "../redemptions/standing.ts";
import { requireProgramFor } from "../standing.ts";
import {
  type CodeBook,
  checkCode,
  consumeCode,
  loadCodeBook,
  NO_VALIDATION,
  type Validation,
} from "../validation/check.ts";
import { checkFraud } from "./fraud.ts";
import { checkTransfer } from "./policy.ts";
import { insertTransfers, loadSentSince, type Sent } from "./store.ts";

export interface TransferInput {
  /** Null: the default program. */
  readonly programId: number | null;
  readonly points: Millipoints;
  readonly notes: string;
  /** The one-time code that the sender was sent, and whether one is asked for at all; absent: none was given. */
  readonly validation?: Validation;
}

/** The reply to `transfer`, before the dialect dresses it. */
export interface Transferred {
  readonly transferId: number;
  readonly programId: number;
  readonly programName: string;
  readonly points: Millipoints;
  readonly fee: Millipoints;
  readonly from: TransferParty;
  readonly to: TransferParty;
  readonly transferredAt: Instant;
  readonly notes: string;
  /** Of the sender in the program. */
  readonly balance: Millipoints;
}

export interface TransferParty {
  readonly customerId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly externalId: string | null;
}

/** What deciding transfers looks at beside the desk. */
interface TransferExtra {
  /** Transfers of the batch are added as they are decided. */
  readonly sent: Sent[];
  /** Lots given at registration, as `party/event/line`: they cannot be passed on. */
  readonly kept: ReadonlySet<string>;
  readonly codeBook: CodeBook;
}

const load = async (
  tx: Tx,
  { organisation }: Desk,
  movements: readonly Located<TransferInput>[],
): Promise<TransferExtra> => {
  const senders = [...new Set(movements.map(({ partyIds }) => partyIds[0]!))];
  const since = Math.min(...movements.map(({ now }) => windowsOf(now, organisation.timeZone).month.start));
  const [sent, kept, codeBook] = await Promise.all([
    loadSentSince(tx, organisation.id, senders, since),
    loadLotsOpenedBy(tx, organisation.id, senders, "CustomerRegistration"),
    loadCodeBook(
      tx,
      { organisation },
      movements.map(({ partyIds, now }) => ({ partyId: partyIds[0]!, now })),
    ),
  ]);
  return { sent, codeBook, kept: new Set(kept.map((lot) => `${lot.partyId}/${lot.eventNo}/${lot.lineNo}`)) };
};

/** Lots that may be passed on: in time, and not given at registration. */
const transferableLots = (desk: Desk, partyId: number, key: AccountKey, now: Instant, extra: TransferExtra) =>
  desk.book
    .openLots(partyId, key)
    .filter(
      (lot) =>
        (lot.expiresAt === null || lot.expiresAt.getTime() > now) &&
        !extra.kept.has(`${partyId}/${lot.eventNo}/${lot.lineNo}`),
    );

const sumOf = (lots: readonly Lot[]): Millipoints => lots.reduce((sum, { remaining }) => sum + remaining, 0);

/** The lots as they are after a posting that is not made yet. */
const lotsAfter = (lots: readonly Lot[], uses: readonly LotUse[]): Lot[] =>
  lots.map((lot) => {
    const use = uses.find(({ eventNo, lineNo }) => eventNo === lot.eventNo && lineNo === lot.lineNo);
    return use === undefined ? lot : { ...lot, remaining: lot.remaining - use.amount };
  });

/** What the recipient gets: one lot for each expiry among those that gave, or one with a date of its own. */
const creditsOf = (
  desk: Desk,
  program: CompiledProgram,
  { from, to, points, now }: { from: number; to: number; points: Millipoints; now: Instant },
  uses: readonly LotUse[],
): Posting[] => {
  const key = spendable(program.programId);
  const lot: Partial<LotTerms> = { source: "customer_promotions", details: { fromPartyId: from } };
  const strategy = program.transfer.expiry;
  if (strategy !== "keep") {
    const membership = membershipOf(desk, to, program.programId);
    const date = expiresAt(program, strategy, {
      at: now,
      now,
      tier: membership?.tierNumber ?? 1,
      joinedAt: (membership?.joinedAt ?? desk.profiles.get(to)!.registeredAt).getTime(),
      tierEndsAt: pointsEndWithTier(program, membership),
      timeZone: desk.organisation.timeZone,
    });
    const details = { ...lot.details, expiryStrategyId: strategy };
    const terms = { ...lot, rolls: date.rolls, details };
    return [{ ...key, contra: "transfer", amount: points, expiresAt: date.expiresAt, lot: terms }];
  }
  const credits = new Map<string, Posting & { amount: number }>();
  for (const use of uses) {
    const given = desk.book.lot(from, use)!;
    const expiryStrategyId = given.details?.expiryStrategyId;
    const id = `${given.expiresAt?.getTime() ?? "never"}/${given.rolls}/${expiryStrategyId ?? ""}`;
    const known = credits.get(id);
    if (known !== undefined) credits.set(id, { ...known, amount: known.amount + use.amount });
    else
      credits.set(id, {
        ...key,
        contra: "transfer",
        amount: use.amount,
        expiresAt: given.expiresAt?.getTime() ?? null,
        lot: {
          ...lot,
          rolls: given.rolls,
          details: { ...lot.details, ...(expiryStrategyId === undefined ? {} : { expiryStrategyId }) },
        },
      });
  }
  return [...credits.values()];
};

const partyOf = ({ profiles }: Desk, partyId: number): TransferParty => {
  const { firstName, lastName, externalId } = profiles.get(partyId)!;
  return { customerId: partyId, firstName, lastName, externalId };
};

/** Whether a code was sent for these points that is still to be used: then it is asked for (points.md §4.2). */
const isCodeOut = ({ codes }: CodeBook, partyId: number, points: Millipoints, now: Instant): boolean =>
  codes.some(
    (code) =>
      code.partyId === partyId && code.points === points && code.usedAt === null && code.expiresAt > now,
  );

/** Passes points from the first party to the second (points.md §4.2). */
export const transferKind: MovementKind<TransferInput, TransferExtra> = {
  merged: "asNamed",
  name: "transfer",
  // Two events and records, and one for a wrong code.
  ids: 3,
  needsSecret: ({ validation: { code, skips } = NO_VALIDATION }) => code !== null && !skips,
  load,
  decide: (movement, desk, extra): Transferred => {
    const { input, partyIds, now, tillId } = movement;
    const [from, to] = partyIds as [number, number];
    const { points } = input;
    if (points <= 0)
      throw errors.bad_transfer({ field: "pointsTobeTransferred", value: points / POINTS_SCALE });
    if (!desk.organisation.flag("ALLOW_POINTS_TRANSFER")) throw errors.transfer_off({});
    if (from === to) throw errors.same_customer({});
    if (desk.organisation.flag("CONF_FRAUD_STATUS_CHECK_POINTS_TRANSFER"))
      checkFraud(desk.profiles.get(from)?.status ?? "", desk.profiles.get(to)?.status ?? "");
    const program = requireProgramFor(desk, input.programId, partyIds, now, true);
    const key = spendable(program.programId);
    const fee = transferFee(program, points);
    const lots = transferableLots(desk, from, key, now, extra);
    const month = windowsOf(now, desk.organisation.timeZone).month.start;
    const membership = membershipOf(desk, from, program.programId);
    const account = desk.book.account(from, key);
    checkTransfer(program.transfer, redemptionPolicy(program, membership?.tierNumber ?? 1), {
      points,
      fee,
      available: desk.book.available(from, key, now),
      transferable: sumOf(lots),
      lifetimePoints: (account?.issued ?? 0) + (account?.received ?? 0),
      membership,
      moneyScale: desk.organisation.moneyScale,
      sentThisMonth: extra.sent.reduce(
        (sum, item) =>
          item.partyId === from && item.programId === program.programId && item.at >= month
            ? sum + item.amount
            : sum,
        0,
      ),
    });
    checkRoom(desk, to, key, points);
    const validated = checkCode(desk, extra.codeBook, input.validation ?? NO_VALIDATION, {
      partyId: from,
      points,
      now,
      tillId,
      isNeeded: isCodeOut(extra.codeBook, from, points, now),
    });
    const transferred = post(movement, desk, program, takeUpTo(lots, points), fee);
    if (validated !== null) consumeCode(desk, extra.codeBook, validated, now);
    extra.sent.push({ partyId: from, programId: program.programId, at: now, amount: points });
    return transferred;
  },
};

/** Posts both sides of a transfer that was checked, and keeps their records. */
const post = (
  { input, partyIds, now, tillId, by, userId }: Located<TransferInput>,
  desk: Desk,
  program: CompiledProgram,
  uses: readonly LotUse[],
  fee: Millipoints,
): Transferred => {
  const [from, to] = partyIds as [number, number];
  const { points, notes } = input;
  const { programId } = program;
  const key = spendable(programId);
  const id = desk.nextId("points");
  // Told before anything is posted, which changes the lots.
  const credits = creditsOf(desk, program, { from, to, points, now }, uses);
  const debits: Posting[] = [{ ...key, contra: "transfer", amount: -points, uses }];
  if (fee > 0) {
    const feeUses = takeUpTo(lotsAfter(desk.book.openLots(from, key), uses), fee);
    debits.push({ ...key, contra: "adjusted", amount: -fee, uses: feeUses });
  }
  const record = (partyId: number, otherPartyId: number, postings: readonly Posting[], paid: Millipoints) => {
    const eventId = desk.nextId("event");
    const { eventNo, bookedAt } = desk.book.post({
      partyId,
      eventId,
      eventName: "PointsTransfer",
      bookedAt: now,
      recordedAt: desk.recordedAt,
      tillId,
      sourceProgramId: programId,
      reference: {
        transferId: id,
        otherPartyId,
        by,
        ...(userId === null ? {} : { userId }),
        ...(notes === "" ? {} : { comments: notes }),
        ...(paid === 0 ? {} : { reason: "transfer fee" }),
      },
      postings,
    });
    const direction = partyId === from ? ("sent" as const) : ("received" as const);
    rowsOf(desk, "transfers", insertTransfers).push({
      partyId,
      id,
      direction,
      otherPartyId,
      programId,
      eventNo,
      eventId,
      amount: points,
      fee: paid,
      notes,
      tillId,
      transferredAt: bookedAt,
      recordedAt: desk.recordedAt,
    });
    desk.writes.events.push({
      orgId: desk.organisation.id,
      partyId,
      type: direction === "sent" ? "points.transferred" : "points.received",
      occurredAt: new Date(bookedAt),
      payload: { ...key, amount: points, fee: paid, transferId: id, otherPartyId, eventNo, eventId, tillId },
    });
    return bookedAt;
  };
  const transferredAt = record(from, to, debits, fee);
  record(to, from, credits, 0);
  return {
    transferId: id,
    programId,
    programName: program.name,
    points,
    fee,
    from: partyOf(desk, from),
    to: partyOf(desk, to),
    transferredAt,
    notes,
    balance: desk.book.account(from, key)?.balance ?? 0,
  };
};
