import { type Instant, type Millipoints, type Money, POINTS_SCALE, type Tx } from "#platform";
import { drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import type { BillOfParty, Desk, Located, MovementKind } from "../movement.ts";
import {
  type CodeBook,
  checkCode,
  consumeCode,
  loadCodeBook,
  NO_VALIDATION,
  type Validation,
} from "../validation/check.ts";
import type { ValidationCode } from "../validation/store.ts";
import { type BillFacts, loadBillFacts, type Paying, paidPartOf } from "./bill.ts";
import { postRedemption, type Redeemed, type RedemptionAbout } from "./post.ts";
import {
  checkPolicy,
  type Earlier,
  loadEarlier,
  moneyFor,
  pointsFor,
  policyOf,
  requireProgram,
  type Standing,
  spendable,
  timeOf,
} from "./standing.ts";

/** What is to be spent: points, or as many as an amount of money takes. */
export interface Spending extends Paying {
  /** Null: the default program. */
  readonly programId: number | null;
  readonly points: Millipoints;
  /** In place of `points`; null or absent: the points are what counts. */
  readonly money?: Money | null;
  /** When; null or absent: now. */
  readonly redeemedAt?: Instant | null;
  /** Absent: no code was given. */
  readonly validation?: Validation;
}

export interface RedeemInput extends RedemptionAbout, Spending {
  /** Six characters that the redemption will be quoted by. */
  readonly code: string;
}

/** The reply to `check_redemption`. */
export interface Redeemable {
  readonly customerId: number;
  readonly programId: number;
  readonly points: Millipoints;
  readonly value: Money;
  readonly available: Millipoints;
}

/** What redemptions of a batch look at beside the desk. */
export interface RedemptionFacts {
  readonly earlier: Earlier;
  readonly ofBills: BillFacts;
  readonly codeBook: CodeBook;
}

type Asked = Pick<Located<Spending>, "input" | "partyIds" | "now" | "tillId">;

export const needsSecret = ({ validation = NO_VALIDATION }: Pick<Spending, "validation">): boolean =>
  validation.code !== null && !validation.skips;

/** Reads what redemptions, and holds that reserve them, look at. */
export const loadRedemptionFacts = async (
  tx: Tx,
  desk: Desk,
  movements: readonly (Pick<Located, "partyIds" | "now"> & { readonly input: Spending })[],
): Promise<RedemptionFacts> => {
  const coded = movements.flatMap(({ partyIds, input, now }) =>
    needsSecret(input) ? [{ partyId: partyIds[0]!, now }] : [],
  );
  const [earlier, ofBills, codeBook] = await Promise.all([
    loadEarlier(
      tx,
      desk,
      movements.map(({ input, now, partyIds }) => ({
        at: input.redeemedAt ?? now,
        partyIds,
        programId: input.programId,
      })),
    ),
    loadBillFacts(tx, desk, movements),
    loadCodeBook(tx, desk, coded),
  ]);
  return { earlier, ofBills, codeBook };
};

/** A spending that nothing speaks against. */
export interface Settled {
  readonly partyId: number;
  readonly standing: Standing;
  readonly points: Millipoints;
  readonly at: Instant;
  readonly bill: BillOfParty | null;
  readonly validated: ValidationCode | null;
}

/** Judges a spending without posting anything; throws the documented refusal. */
export const settle = (asked: Asked, desk: Desk, facts: RedemptionFacts): Settled => {
  const { input, partyIds, now, tillId } = asked;
  const partyId = partyIds[0]!;
  const at = timeOf(desk, asked, input.redeemedAt ?? null);
  const standing = requireProgram(desk, partyId, input.programId, at);
  const points = pointsOf(input, standing);
  if (points <= 0) throw errors.bad_points({ field: "points", value: points / POINTS_SCALE });
  const { programId } = standing.program;
  const about = { partyId, programId, at, tillId };
  const { bill, billAmount, paid } = paidPartOf(desk, facts.ofBills, input, about);
  const { billNumber } = input;
  checkPolicy(desk, asked, { points, at, billNumber, billAmount, paid }, standing, facts.earlier);
  // Throws for what is worth more than is counted: here, before a code is used up for it.
  moneyFor(standing.program, points);
  const isNeeded = policyOf(standing).needsValidationCode;
  const validated = checkCode(desk, facts.codeBook, input.validation ?? NO_VALIDATION, {
    partyId,
    points,
    now,
    tillId,
    isNeeded,
  });
  return { partyId, standing, points, at, bill, validated };
};

const pointsOf = ({ points, money }: Spending, { program }: Standing): Millipoints => {
  if (money == null) return points;
  const worth = pointsFor(program, money, "half_up");
  if (worth === null) throw errors.no_ratio({ program: program.name });
  return worth;
};

/** Spends points (points.md §3). */
export const redeemKind: MovementKind<RedeemInput, RedemptionFacts> = {
  name: "redeem",
  ids: 1,
  redraw: (input) => ({ ...input, code: drawCode() }),
  // How many points money is depends on the version in force.
  spends: ({ programId, points, money }) => (money == null ? { programId, points } : null),
  needsSecret,
  load: loadRedemptionFacts,
  decide: (movement, desk, facts): Redeemed => {
    const { input, now, tillId, by } = movement;
    const { partyId, standing, points, at, bill, validated } = settle(movement, desk, facts);
    if (validated !== null) consumeCode(desk, facts.codeBook, validated, now);
    const redeemed = postRedemption(
      desk,
      partyId,
      standing.program,
      { ...input, points },
      {
        at,
        tillId,
        by,
        holdId: null,
        transactionId: bill?.transactionId ?? null,
        isValidated: validated !== null,
      },
    );
    const { programId } = standing.program;
    facts.earlier.push({ partyId, programId, redeemedAt: at, amount: points });
    return redeemed;
  },
};

/** Says whether points could be spent, by the same rules; spends none and uses up no code, but counts a wrong one. */
export const checkRedemptionKind: MovementKind<Spending, RedemptionFacts> = {
  name: "check_redemption",
  ids: 1,
  spends: ({ programId }) => ({ programId, points: 0 }),
  needsSecret,
  load: loadRedemptionFacts,
  decide: (movement, desk, facts): Redeemable => {
    // A code is asked for when the points are spent: the question itself may come before it was sent.
    const { validation = NO_VALIDATION } = movement.input;
    const input = {
      ...movement.input,
      validation: { ...validation, skips: validation.code === null || validation.skips },
    };
    const { partyId, standing, points } = settle({ ...movement, input }, desk, facts);
    const { programId } = standing.program;
    return {
      customerId: partyId,
      programId,
      points,
      value: moneyFor(standing.program, points),
      available: desk.book.available(partyId, spendable(programId), movement.now),
    };
  },
};
