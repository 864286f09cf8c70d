import { type Lot, type LotKey, type NetUse, POINTS, type UseKind } from "#ledger";
import type { Millipoints } from "#platform";

/** What became of the points that a bill, or a line of it, earned in one program. */
export interface EarnedPoints {
  readonly programId: number;
  /** From the program's own rules, then from promotions. */
  readonly regular: readonly LotFate[];
  readonly promotional: readonly LotFate[];
}

/** A lot and what it gave so far. */
export interface LotFate {
  readonly lot: Lot;
  readonly given: Readonly<Record<UseKind, Millipoints>>;
}

export interface PointsSummary {
  readonly available: Millipoints;
  readonly expired: Millipoints;
  /** Spent by the customer: redeemed, or passed on to somebody else. */
  readonly redeemed: Millipoints;
  readonly returned: Millipoints;
  readonly promised: Millipoints;
  readonly returnedPromised: Millipoints;
  readonly converted: Millipoints;
  readonly issuedRedeemable: Millipoints;
  readonly issuedPromised: Millipoints;
}

const NOTHING: Readonly<Record<UseKind, Millipoints>> = Object.freeze({
  redeemed: 0,
  expired: 0,
  returned: 0,
  adjusted: 0,
  transfer: 0,
  conversion: 0,
  merge: 0,
  settled: 0,
});

const keyOf = ({ eventNo, lineNo }: LotKey): string => `${eventNo}/${lineNo}`;

export const isPromotional = ({ source }: Lot): boolean => source.endsWith("promotions");
export const isPromised = ({ category }: Lot): boolean => category !== 1;

/** Lots of one party with what they gave; alternate currencies are left out. */
export const fatesOf = (lots: readonly Lot[], uses: readonly NetUse[]): LotFate[] => {
  const given = new Map<string, Record<UseKind, Millipoints>>();
  for (const use of uses) {
    const sums = given.get(keyOf(use)) ?? { ...NOTHING };
    sums[use.kind] += use.amount;
    given.set(keyOf(use), sums);
  }
  return lots
    .filter(({ currencyId }) => currencyId === POINTS)
    .map((lot) => ({ lot, given: given.get(keyOf(lot)) ?? NOTHING }));
};

/** By program, in order of id. */
export const byProgram = (fates: readonly LotFate[]): EarnedPoints[] => {
  const ids = [...new Set(fates.map(({ lot }) => lot.programId))].sort((a, b) => a - b);
  return ids.map((programId) => {
    const own = fates.filter(({ lot }) => lot.programId === programId);
    return {
      programId,
      regular: own.filter(({ lot }) => !isPromotional(lot)),
      promotional: own.filter(({ lot }) => isPromotional(lot)),
    };
  });
};

/** Sums of lots. Converted points were issued as promised ones and count as those. */
export const summaryOf = (fates: readonly LotFate[]): PointsSummary => {
  const sum = (value: (fate: LotFate) => Millipoints) =>
    fates.reduce((total, fate) => total + value(fate), 0);
  const ofMain = (value: (fate: LotFate) => Millipoints) =>
    sum((fate) => (isPromised(fate.lot) ? 0 : value(fate)));
  const ofPromised = (value: (fate: LotFate) => Millipoints) =>
    sum((fate) => (isPromised(fate.lot) ? value(fate) : 0));
  return {
    available: ofMain(({ lot }) => lot.remaining),
    expired: ofMain(({ given }) => given.expired),
    redeemed: ofMain(({ given }) => given.redeemed + given.transfer + given.merge),
    returned: ofMain(({ given }) => given.returned),
    promised: ofPromised(({ lot }) => lot.remaining),
    returnedPromised: ofPromised(({ given }) => given.returned),
    converted: ofPromised(({ given }) => given.conversion),
    issuedRedeemable: ofMain(({ lot }) => (lot.parent === null ? lot.amount : 0)),
    issuedPromised: ofPromised(({ lot }) => lot.amount),
  };
};
