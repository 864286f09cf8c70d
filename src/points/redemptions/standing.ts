import { type AccountKey, type Hold, POINTS } from "#ledger";
import { type CompiledProgram, type Membership, redemptionPolicy } from "#loyalty";
import { type Instant, type Millipoints, type Money, multiplyRatio, POINTS_SCALE, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { type Desk, type Located, membershipOf, programOf } from "../movement.ts";
import { loadRedeemedSince } from "../store.ts";
import { checkRedemption, hasLimits, keepsBillShare, windowsOf } from "./policy.ts";

/** What the parties redeemed before, for limits; redemptions of the batch are added as they are decided. */
export type Earlier = { partyId: number; programId: number; redeemedAt: Instant; amount: Millipoints }[];

/** Below the end of the exact range by more than a comparison is inexact. */
const MOST = 9e15;

/** A ratio has six decimals. Money has two decimals more than its currency, so that the scales divide and nothing leaves the exact range. */
const RATIO_SCALE = 1e6;
const ratioOf = ({ pointsToCurrencyRatio }: CompiledProgram): number =>
  Math.round(pointsToCurrencyRatio * RATIO_SCALE);
const scaleOf = ({ moneyScale }: CompiledProgram): number => (POINTS_SCALE * RATIO_SCALE) / moneyScale;

/** Points × ratio as money, half up. Error: 70111 for more than is counted exactly. */
export const moneyFor = (program: CompiledProgram, points: Millipoints): Money => {
  const [ratio, scale] = [ratioOf(program), scaleOf(program)];
  if ((points / scale) * ratio >= MOST)
    throw errors.worth_too_much({ points: points / POINTS_SCALE, program: program.name });
  return multiplyRatio(points, ratio, scale, "half_up");
};

/** Money as points; null where points are worth nothing. Rounded down it is what a bill may take. More than anybody can have is the most. */
export const pointsFor = (
  program: CompiledProgram,
  money: Money,
  rounding: "floor" | "half_up",
): Millipoints | null => {
  const ratio = ratioOf(program);
  if (ratio === 0) return null;
  const scale = scaleOf(program);
  if ((money / ratio) * scale >= MOST) return MOST;
  return multiplyRatio(money, scale, ratio, rounding);
};

export const spendable = (programId: number): AccountKey => ({ programId, currencyId: POINTS, category: 1 });

/** A redemption that limits may be asked about. */
interface Limited {
  readonly at: Instant;
  readonly partyIds: readonly number[];
  readonly programId: number | null;
}

/** Whether the program has limits for the customer's tier, as far as can be told before anything is judged. */
const isLimited = (desk: Desk, { at, partyIds, programId }: Limited): boolean => {
  const program = programOf(desk, programId, at);
  if (program === null) return false;
  const { limits } = policyOf({ program, membership: membershipOf(desk, partyIds[0]!, program.programId) });
  return hasLimits(limits);
};

/** Reads what limits look at, where there are any: redemptions since the first window that any of the movements counts in. */
export const loadEarlier = async (tx: Tx, desk: Desk, movements: readonly Limited[]): Promise<Earlier> => {
  const limited = movements.filter((item) => isLimited(desk, item));
  if (limited.length === 0) return [];
  const { organisation } = desk;
  const since = Math.min(
    ...limited.map(({ at }) => {
      const { week, month } = windowsOf(at, organisation.timeZone);
      return Math.min(week.start, month.start);
    }),
  );
  const partyIds = [...new Set(limited.flatMap((item) => item.partyIds))];
  return loadRedeemedSince(tx, organisation.id, partyIds, since);
};

/** A party in a program whose points it may spend. */
export interface Standing {
  readonly program: CompiledProgram;
  readonly membership: Membership | null;
}

/** The program of a redemption, or the documented refusal: 885, 881. */
export const requireProgram = (
  desk: Desk,
  partyId: number,
  programId: number | null,
  at: Instant,
): Standing => {
  const program = programOf(desk, programId, at);
  if (program === null) throw errors.no_program({ value: programId ?? "in force" });
  const membership = membershipOf(desk, partyId, program.programId);
  if (membership === null && desk.book.account(partyId, spendable(program.programId)) === undefined)
    throw errors.not_enrolled({ program: program.name });
  return { program, membership };
};

export const policyOf = ({ program, membership }: Standing) =>
  redemptionPolicy(program, membership?.tierNumber ?? 1);

const isFor =
  (billNumber: string) =>
  ({ reference }: Hold): boolean =>
    billNumber !== "" && (reference as { readonly billNumber?: string } | null)?.billNumber === billNumber;

/** Points that a bill is to take, and what it takes so far. */
interface OnBill {
  readonly points: Millipoints;
  readonly billNumber: string;
  /** Null: what it comes to is not known. */
  readonly billAmount: Money | null;
  /** Points of the program that were spent on the bill before, net. */
  readonly paid: Millipoints;
}

/** How much of the bill is paid with points, by what is held for it too, of how much. */
const shareOfBill = (
  { book }: Desk,
  { partyIds, now }: Pick<Located, "partyIds" | "now">,
  { billNumber, billAmount, paid }: OnBill,
  { program }: Standing,
) => ({
  billInPoints: billAmount === null ? null : pointsFor(program, billAmount, "floor"),
  paidBefore: paid + book.reserved(partyIds[0]!, spendable(program.programId), now, isFor(billNumber)),
});

/** Checks the part of a bill alone. Error: 819. */
export const checkBillShare = (
  desk: Desk,
  by: Pick<Located, "partyIds" | "now">,
  asked: OnBill,
  standing: Standing,
): void =>
  keepsBillShare(policyOf(standing), { points: asked.points, ...shareOfBill(desk, by, asked, standing) });

/** Checks a redemption, or a hold that reserves one, against the program's policy. What is held already counts as spent. */
export const checkPolicy = (
  desk: Desk,
  by: Pick<Located, "partyIds" | "now">,
  asked: OnBill & { readonly at: Instant },
  standing: Standing,
  earlier: Earlier,
): void => {
  const { organisation, book, profiles } = desk;
  const { program, membership } = standing;
  const { programId } = program;
  const { partyIds, now } = by;
  const partyId = partyIds[0]!;
  const key = spendable(programId);
  const account = book.account(partyId, key);
  checkRedemption(policyOf(standing), {
    partyId,
    status: profiles.get(partyId)?.status ?? "",
    points: asked.points,
    available: book.available(partyId, key, now),
    lifetimePoints: (account?.issued ?? 0) + (account?.received ?? 0),
    membership,
    moneyScale: organisation.moneyScale,
    at: asked.at,
    timeZone: organisation.timeZone,
    earlier: [
      ...earlier.filter((item) => item.partyId === partyId && item.programId === programId),
      { redeemedAt: now, amount: book.reserved(partyId, key, now) },
    ],
    ...shareOfBill(desk, by, asked, standing),
  });
};

/** When points are redeemed: as told, but neither to come nor before the customer registered. Error: 859. */
export const timeOf = (
  { profiles, organisation }: Desk,
  { partyIds, now }: Pick<Located, "partyIds" | "now">,
  redeemedAt: Instant | null,
): Instant => {
  if (redeemedAt === null) return now;
  const registeredAt = profiles.get(partyIds[0]!)?.registeredAt.getTime() ?? 0;
  // Dialect times have whole seconds: the second of the registration itself is not before it.
  if (redeemedAt <= now && redeemedAt >= Math.floor(registeredAt / 1000) * 1000) return redeemedAt;
  throw errors.bad_redemption_time({
    value: new Date(redeemedAt).toISOString(),
    why: redeemedAt > now ? "lies in the future" : "is before the customer registered",
    zone: organisation.timeZone,
  });
};
