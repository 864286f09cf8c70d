import type { AccountKey, Category, Lot, LotSource } from "#ledger";
import { endOfDayAfterMonths, type Instant, type Millipoints, startOfDay, type Tx } from "#platform";
import { type AwardName, type EventNumbers, loadAwards, lotOfAward } from "../deductions/deduct.ts";
import type { Desk, Located, MovementKind } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { requireProgramFor } from "../standing.ts";

/** Until when points are to live: a last second, or days, months or no time at all from now. */
export type NewExpiry =
  | { readonly type: "FIXED_DATE"; readonly at: Instant | null }
  | { readonly type: "FIXED_DAYS"; readonly days: number }
  | { readonly type: "FIXED_MONTHS"; readonly months: number }
  | { readonly type: "IMMEDIATE" };

export interface MoveExpiryInput {
  readonly programId: number | null;
  /** Null: whatever the award is of. */
  readonly currencyId: number | null;
  readonly category: Category | null;
  readonly award: Pick<AwardName, "awardId" | "eventId" | "lineNo"> & {
    /** Number of the event within the customer's ledger, where that is known instead of its id. */
    readonly eventNo?: number;
  };
  /** What kind of award the caller takes it for; null: not said. */
  readonly source: LotSource | null;
  readonly expiry: NewExpiry;
  /** EARLY_EXPIRY or EXTEND_EXPIRY; "": by the dates. */
  readonly reasonType: string;
  readonly note: string;
  /** Kept with the change as the caller sent them. */
  readonly details: object | null;
  /** Zone in which days end. */
  readonly timeZone: string;
}

/** The reply to a moved date, before the dialect dresses it. */
export interface ExpiryMoved {
  readonly customerId: number;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly awardId: number;
  readonly eventId: number;
  readonly movedAt: Instant;
  readonly before: Instant | null;
  readonly after: Instant | null;
  readonly reasonType: string;
  /** What the lot holds. */
  readonly remaining: Millipoints;
  /** What expired at once. */
  readonly expired: Millipoints;
}

const load = (tx: Tx, desk: Desk, movements: readonly Located<MoveExpiryInput>[]): Promise<EventNumbers> =>
  loadAwards(
    tx,
    desk,
    movements.flatMap(({ input: { award }, partyIds }) =>
      award.eventNo === undefined ? [{ ...award, partyId: partyIds[0]! }] : [],
    ),
  );

/** The last year that is written with four digits, far beyond what "never" is shown as. */
const LATEST = Date.UTC(9999, 0, 1);

/** When points are to end that are moved now; null: never. */
export const endOf = (expiry: NewExpiry, now: Instant, timeZone: string): Instant | null => {
  switch (expiry.type) {
    case "FIXED_DATE":
      return expiry.at;
    case "FIXED_DAYS":
      return startOfDay(now, timeZone, expiry.days + 1) - 1000;
    case "FIXED_MONTHS":
      return endOfDayAfterMonths(now, expiry.months, timeZone);
    case "IMMEDIATE":
      return now;
  }
};

/** The open lot of the award, or the documented refusal. */
const requireLot = (
  desk: Desk,
  partyId: number,
  programId: number,
  { award, source, currencyId, category }: MoveExpiryInput,
  numbers: EventNumbers,
): Lot => {
  const { eventNo, lineNo } = award;
  const lot =
    eventNo === undefined
      ? lotOfAward(desk, numbers, partyId, award)
      : desk.book.lot(partyId, { eventNo, lineNo });
  const isMeant =
    lot !== undefined &&
    lot.remaining > 0 &&
    lot.programId === programId &&
    (source === null || lot.source === source) &&
    (currencyId === null || lot.currencyId === currencyId) &&
    (category === null || lot.category === category);
  if (!isMeant) throw errors.no_award({ value: award.awardId });
  return lot;
};

/** Moves the expiry date of an award by hand (points.md §5.3). What is to expire at once does, as far as it is not held. */
export const moveExpiryKind: MovementKind<MoveExpiryInput, EventNumbers> = {
  name: "move_expiry",
  ids: 2,
  load,
  decide: (movement, desk, numbers): ExpiryMoved => {
    const { input, now, by } = movement;
    const partyId = movement.partyIds[0]!;
    const { expiry, note, award } = input;
    const { programId } = requireProgramFor(desk, input.programId, [partyId], now, false);
    const lot = requireLot(desk, partyId, programId, input, numbers);
    const before = lot.expiresAt?.getTime() ?? null;
    const after = endOf(expiry, now, input.timeZone);
    if (after !== null && (after > LATEST || (expiry.type !== "IMMEDIATE" && after <= now)))
      throw errors.date_not_ahead({ value: new Date(Math.min(after, LATEST)).toISOString().slice(0, 10) });
    const isLater = after === null || (before !== null && after > before);
    const reasonType = input.reasonType || (isLater ? "EXTEND_EXPIRY" : "EARLY_EXPIRY");
    const eventId = desk.nextId("event");
    const { eventNo, lineNo, currencyId, category } = lot;
    desk.book.moveExpiry({
      partyId,
      eventNo,
      lineNo,
      eventId,
      changedAt: now,
      before,
      after,
      reasonType,
      note,
      changedBy: by,
      details: input.details,
    });
    const key: AccountKey = { programId, currencyId, category };
    desk.writes.events.push({
      orgId: desk.organisation.id,
      partyId,
      type: "points.expiry_changed",
      occurredAt: new Date(now),
      payload: {
        ...key,
        amount: lot.remaining,
        awardId: award.awardId,
        source: lot.source,
        before,
        after,
        reasonType,
        setType: expiry.type,
        note,
        tillId: movement.tillId,
      },
    });
    const remaining = lot.remaining;
    const expired = expiry.type === "IMMEDIATE" ? expireNow(movement, desk, lot) : 0;
    return {
      customerId: partyId,
      ...key,
      awardId: award.awardId,
      eventId,
      movedAt: now,
      before,
      after,
      reasonType,
      remaining,
      expired,
    };
  },
};

/** Posts the expiry of a lot as far as its points are not held; the rest goes by the job when the hold has ended. */
const expireNow = (
  { input, partyIds, now, tillId, by, userId }: Located<MoveExpiryInput>,
  desk: Desk,
  { eventNo, lineNo, remaining, programId, currencyId, category }: Lot,
): Millipoints => {
  const partyId = partyIds[0]!;
  const key: AccountKey = { programId, currencyId, category };
  const amount = Math.min(remaining, Math.max(0, desk.book.available(partyId, key, now)));
  if (amount === 0) return 0;
  const eventId = desk.nextId("event");
  const posted = desk.book.post({
    partyId,
    eventId,
    eventName: "PointsExpiry",
    bookedAt: now,
    recordedAt: desk.recordedAt,
    tillId,
    sourceProgramId: programId,
    reference: { reason: input.note || "expired by hand", by, ...(userId === null ? {} : { userId }) },
    postings: [{ ...key, contra: "expired", amount: -amount, uses: [{ eventNo, lineNo, amount }] }],
  });
  desk.writes.events.push({
    orgId: desk.organisation.id,
    partyId,
    type: "points.expired",
    occurredAt: new Date(posted.bookedAt),
    payload: { ...key, amount, eventNo: posted.eventNo, eventId },
  });
  return amount;
};
