import { type AccountKey, POINTS, takeUpTo } from "#ledger";
import type { CompiledProgram } from "#loyalty";
import { type Instant, type Millipoints, type Money, multiplyRatio, POINTS_SCALE, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { type Desk, type Located, type MovementKind, membershipOf, programOf } from "../movement.ts";
import type { Redemption } from "../schema.ts";
import { loadRedeemedSince } from "../store.ts";
import { checkRedemption, OPEN_POLICY, type RedemptionPolicy, windowsOf } from "./policy.ts";

/** What a redemption is about, beside the points. */
export interface RedemptionAbout {
  readonly billNumber: string;
  readonly transactionId: number | null;
  /** What the bill comes to, where known: a share of it may be the most that points can pay. */
  readonly billAmount: Money | null;
  readonly notes: string;
  readonly purpose: string;
  readonly externalReference: string;
  readonly isValidated: boolean;
  readonly customFields: Redemption["customFields"];
}

export interface RedeemInput extends RedemptionAbout {
  /** Null: the default program. */
  readonly programId: number | null;
  readonly points: Millipoints;
  /** Six characters that the redemption will be quoted by. */
  readonly code: string;
}

/** The reply to `redeem`, before the dialect dresses it. */
export interface Redeemed {
  readonly customerId: number;
  readonly redemptionId: number;
  readonly code: string;
  readonly programId: number;
  readonly points: Millipoints;
  readonly value: Money;
  readonly balance: Millipoints;
}

/** What the parties redeemed before, for limits; redemptions of the batch are added as they are decided. */
export type Earlier = { partyId: number; programId: number; redeemedAt: Instant; amount: Millipoints }[];

/** Points × ratio as money, half up. */
export const moneyFor = (program: CompiledProgram, points: Millipoints): Money =>
  multiplyRatio(
    points,
    Math.round(program.pointsToCurrencyRatio * 1e6) * program.moneyScale,
    POINTS_SCALE * 1e6,
    "half_up",
  );

/** Money as points, down: what a bill may take. */
export const pointsFor = (program: CompiledProgram, money: Money): Millipoints | null => {
  const ratio = Math.round(program.pointsToCurrencyRatio * 1e6) * program.moneyScale;
  return ratio === 0 ? null : multiplyRatio(money, POINTS_SCALE * 1e6, ratio, "floor");
};

export const spendable = (programId: number): AccountKey => ({ programId, currencyId: POINTS, category: 1 });

/** What a program demands of members of a tier. */
export const policyOf = (_program: CompiledProgram, _tier: number): RedemptionPolicy => OPEN_POLICY;

export const loadEarlier = async (
  tx: Tx,
  { organisation }: Desk,
  movements: readonly Pick<Located, "now" | "partyIds">[],
): Promise<Earlier> => {
  const since = Math.min(
    ...movements.map(({ now }) => {
      const { week, month } = windowsOf(now, organisation.timeZone);
      return Math.min(week, month);
    }),
  );
  const partyIds = [...new Set(movements.flatMap((item) => item.partyIds))];
  return loadRedeemedSince(tx, organisation.id, partyIds, since);
};

/** The program of a redemption, or the documented refusal. */
export const requireProgram = (desk: Desk, partyId: number, programId: number | null, now: Instant) => {
  const program = programOf(desk, programId, now);
  if (program === null) throw errors.no_program({ value: programId ?? "in force" });
  const membership = membershipOf(desk, partyId, program.programId);
  if (membership === null && desk.book.account(partyId, spendable(program.programId)) === undefined)
    throw errors.not_enrolled({ program: program.name });
  return { program, membership };
};

/** Checks a redemption, or a hold that reserves one, against the program's policy. */
export const checkPolicy = (
  desk: Desk,
  partyId: number,
  { points, now, billAmount }: { points: Millipoints; now: Instant; billAmount: Money | null },
  { program, membership }: ReturnType<typeof requireProgram>,
  earlier: Earlier,
): void => {
  const { organisation, book, profiles } = desk;
  const key = spendable(program.programId);
  const account = book.account(partyId, key);
  checkRedemption(policyOf(program, membership?.tierNumber ?? 1), {
    partyId,
    status: profiles.get(partyId)?.status ?? "",
    points,
    available: book.available(partyId, key, now),
    lifetimePoints: (account?.issued ?? 0) + (account?.received ?? 0),
    membership,
    moneyScale: organisation.moneyScale,
    now,
    timeZone: organisation.timeZone,
    earlier: earlier.filter((item) => item.partyId === partyId && item.programId === program.programId),
    billInPoints: billAmount === null ? null : pointsFor(program, billAmount),
  });
};

/** Posts a redemption that was checked, and keeps its record. A captured hold is honoured, also when a return took the points since. */
export const postRedemption = (
  desk: Desk,
  partyId: number,
  program: CompiledProgram,
  input: Omit<RedeemInput, "programId" | "billAmount">,
  about: {
    readonly now: Instant;
    readonly tillId: number | null;
    readonly by: string;
    readonly holdId: number | null;
  },
): Redeemed => {
  const { book, writes } = desk;
  const { programId } = program;
  const { points, code, billNumber } = input;
  const { now, tillId, holdId } = about;
  const key = spendable(programId);
  const uses = takeUpTo(book.openLots(partyId, key), points);
  const id = desk.nextId("points");
  const eventId = desk.nextId("event");
  const { eventNo, bookedAt } = book.post({
    partyId,
    eventId,
    eventName: "PointsRedemption",
    bookedAt: now,
    recordedAt: desk.recordedAt,
    tillId,
    sourceProgramId: programId,
    reference: {
      redemptionId: id,
      code,
      by: about.by,
      ...(billNumber === "" ? {} : { transactionNumber: billNumber }),
      ...(holdId === null ? {} : { holdId }),
    },
    postings: [{ ...key, contra: "redeemed", amount: -points, uses, overdraws: holdId !== null }],
  });
  const value = moneyFor(program, points);
  const { transactionId, purpose, notes, externalReference, isValidated, customFields } = input;
  writes.redemptions.push({
    partyId,
    id,
    programId,
    eventNo,
    eventId,
    code,
    amount: points,
    value,
    reversed: 0,
    billNumber,
    transactionId,
    tillId,
    redeemedAt: bookedAt,
    recordedAt: desk.recordedAt,
    purpose,
    notes,
    externalReference,
    holdId,
    isValidated,
    customFields,
  });
  writes.codes.push({ kind: "redemption", code, partyId, id });
  writes.events.push({
    orgId: desk.organisation.id,
    partyId,
    type: "points.redeemed",
    occurredAt: new Date(bookedAt),
    payload: {
      programId,
      currencyId: POINTS,
      category: 1,
      amount: points,
      redemptionId: id,
      value,
      billNumber,
    },
  });
  return {
    customerId: partyId,
    redemptionId: id,
    code,
    programId,
    points,
    value,
    balance: book.account(partyId, key)?.balance ?? 0,
  };
};

/** Spends points (points.md §3). */
export const redeemKind: MovementKind<RedeemInput, Earlier> = {
  name: "redeem",
  ids: 1,
  load: loadEarlier,
  decide: (movement, desk, earlier): Redeemed => {
    const { input, now, tillId, by } = movement;
    const partyId = movement.partyIds[0]!;
    if (input.points <= 0) throw errors.bad_points({ field: "points", value: input.points / POINTS_SCALE });
    const standing = requireProgram(desk, partyId, input.programId, now);
    const { programId } = standing.program;
    checkPolicy(
      desk,
      partyId,
      { points: input.points, now, billAmount: input.billAmount },
      standing,
      earlier,
    );
    const redeemed = postRedemption(desk, partyId, standing.program, input, {
      now,
      tillId,
      by,
      holdId: null,
    });
    earlier.push({ partyId, programId, redeemedAt: now, amount: input.points });
    return redeemed;
  },
};
