import {
  type AccountKey,
  type Category,
  type Lot,
  type LotSource,
  loadEventNumbers,
  loadLots,
  sumOfUses,
  takeUpTo,
} from "#ledger";
import type { CompiledProgram } from "#loyalty";
import { type Millipoints, POINTS_SCALE, type Tx } from "#platform";
import { checkDepth } from "../bounds.ts";
import { checkCurrency } from "../grants/grant.ts";
import { insertAdjustments } from "../grants/store.ts";
import { type Desk, type Located, type MovementKind, rowsOf } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { requireProgramFor } from "../standing.ts";
import { balanceShown, pointsAre } from "../values.ts";

/** Which of the customer's points are taken; null: those that expire first. */
export type DeductionTarget = { readonly award: AwardName } | { readonly promotionId: number } | null;

/** An award by its documented id: the posting that opened the lot. */
export interface AwardName {
  readonly awardId: number;
  readonly eventId: number;
  readonly lineNo: number;
  /** What kind of award the caller takes it for; null: not said. */
  readonly source: LotSource | null;
}

export interface DeductInput {
  readonly programId: number | null;
  readonly currencyId: number;
  readonly category: Category;
  readonly points: Millipoints;
  readonly target: DeductionTarget;
  readonly reason: string;
  readonly comments: string;
}

/** The reply to a deduction, before the dialect dresses it. */
export interface Deducted {
  readonly customerId: number;
  readonly deductionId: number;
  readonly eventId: number;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly points: Millipoints;
  readonly balance: Millipoints;
}

/** Event numbers within their parties by `party/event id`. */
export type EventNumbers = ReadonlyMap<string, number>;

/** Finds the events that opened the named awards, and reads those lots into the book. */
export const loadAwards = async (
  tx: Tx,
  { organisation, book }: Desk,
  awards: readonly { readonly partyId: number; readonly eventId: number; readonly lineNo: number }[],
): Promise<EventNumbers> => {
  if (awards.length === 0) return new Map();
  const eventIds = [...new Set(awards.map(({ eventId }) => eventId))];
  const found = await loadEventNumbers(tx, organisation.id, eventIds);
  const numbers = new Map(found.map((row) => [`${row.partyId}/${row.eventId}`, row.eventNo]));
  const keys = awards.flatMap(({ partyId, eventId, lineNo }) => {
    const eventNo = numbers.get(`${partyId}/${eventId}`);
    return eventNo === undefined ? [] : [{ partyId, eventNo, lineNo }];
  });
  book.add({ lots: await loadLots(tx, organisation.id, keys) });
  return numbers;
};

/** The lot of an award of a party; undefined when it has none of that id. */
export const lotOfAward = (
  { book }: Desk,
  numbers: EventNumbers,
  partyId: number,
  { eventId, lineNo }: Pick<AwardName, "eventId" | "lineNo">,
): Lot | undefined => {
  const eventNo = numbers.get(`${partyId}/${eventId}`);
  return eventNo === undefined ? undefined : book.lot(partyId, { eventNo, lineNo });
};

const load = (tx: Tx, desk: Desk, movements: readonly Located<DeductInput>[]): Promise<EventNumbers> =>
  loadAwards(
    tx,
    desk,
    movements.flatMap(({ input: { target }, partyIds }) =>
      target !== null && "award" in target ? [{ ...target.award, partyId: partyIds[0]! }] : [],
    ),
  );

const isIn = (lot: Lot, { programId, currencyId, category }: AccountKey): boolean =>
  lot.programId === programId && lot.currencyId === currencyId && lot.category === category;

/** Open lots that the deduction is aimed at, or the documented refusal. */
const targetedLots = (
  desk: Desk,
  partyId: number,
  key: AccountKey,
  target: DeductionTarget,
  numbers: EventNumbers,
): readonly Lot[] => {
  const open = desk.book.openLots(partyId, key);
  if (target === null) return open;
  if ("promotionId" in target) {
    const own = open.filter(({ details }) => details?.promotionId === target.promotionId);
    if (own.length === 0) throw errors.promotion_unknown({ value: target.promotionId });
    return own;
  }
  const { award } = target;
  const lot = lotOfAward(desk, numbers, partyId, award);
  if (lot === undefined || !isIn(lot, key)) throw errors.award_unknown({ value: award.awardId });
  if (award.source !== null && award.source !== lot.source)
    throw errors.bad_award_type({ names: lot.source, value: award.source });
  return [lot];
};

const checkCap = ({ grants }: CompiledProgram, points: Millipoints): void => {
  const { deductionMaximum: maximum } = grants;
  if (maximum !== null && points > maximum)
    throw errors.above_deduction_maximum({ maximum: maximum / POINTS_SCALE });
};

/** Takes points away by hand (points.md §4.4). */
/** Errors: 8907. */
const checkAvailable = (points: Millipoints, available: Millipoints, most: Millipoints): void => {
  if (points <= most) return;
  if (available <= 0) throw errors.nothing_to_take({ available: balanceShown(available) });
  throw errors.deduction_above_balance({ points: pointsAre(points), available: most / POINTS_SCALE });
};

export const deductKind: MovementKind<DeductInput, EventNumbers> = {
  name: "deduct",
  ids: 1,
  load,
  decide: ({ input, partyIds, now, tillId, by, userId }, desk, numbers): Deducted => {
    const partyId = partyIds[0]!;
    const { points, target, reason, comments } = input;
    if (points <= 0) throw errors.nothing_to_deduct({ field: "points", value: points / POINTS_SCALE });
    const program = requireProgramFor(desk, input.programId, [partyId], now, false);
    const { programId } = program;
    const key: AccountKey = { programId, currencyId: input.currencyId, category: input.category };
    checkCurrency(program, key.currencyId, points, (decimals) =>
      errors.deduction_too_fine({ field: "points", decimals }),
    );
    checkCap(program, points);
    const overdraws = desk.organisation.flag("ALLOW_NEGATIVE_BALANCE_ON_RETURN");
    const lots = targetedLots(desk, partyId, key, target, numbers);
    const held = lots.reduce((sum, { remaining }) => sum + remaining, 0);
    const available = desk.book.available(partyId, key, now);
    if (!overdraws) checkAvailable(points, available, Math.max(0, Math.min(available, held)));
    checkDepth(desk, partyId, key, points);
    const aimed = takeUpTo(lots, points);
    const others = desk.book.openLots(partyId, key).filter((lot) => !lots.includes(lot));
    const uses = [...aimed, ...takeUpTo(others, points - sumOfUses(aimed))];
    const eventId = desk.nextId("event");
    const id = desk.nextId("points");
    const { eventNo, bookedAt } = desk.book.post({
      partyId,
      eventId,
      eventName: "ManualPointsAdjustment",
      bookedAt: now,
      recordedAt: desk.recordedAt,
      tillId,
      sourceProgramId: programId,
      reference: {
        reason,
        by,
        ...(comments === "" ? {} : { comments }),
        ...(userId === null ? {} : { userId }),
        ...(target !== null && "promotionId" in target ? { promotionId: target.promotionId } : {}),
      },
      postings: [{ ...key, contra: "adjusted", amount: -points, uses, overdraws }],
    });
    rowsOf(desk, "adjustments", insertAdjustments).push({
      partyId,
      id,
      kind: "deduction",
      ...key,
      eventNo,
      eventId,
      amount: points,
      reason,
      comments,
      madeBy: by,
      userId,
      tillId,
      madeAt: bookedAt,
      recordedAt: desk.recordedAt,
    });
    desk.writes.events.push({
      orgId: desk.organisation.id,
      partyId,
      type: "points.deducted",
      occurredAt: new Date(bookedAt),
      payload: { ...key, amount: points, deductionId: id, reason, eventNo, eventId, tillId },
    });
    return {
      customerId: partyId,
      deductionId: id,
      eventId,
      ...key,
      points,
      balance: desk.book.account(partyId, key)?.balance ?? 0,
    };
  },
};
