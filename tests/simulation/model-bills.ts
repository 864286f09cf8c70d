export interface ModelBill {
  readonly pence: number;
  readonly at: number;
  /** Pence of each line. */
  readonly lines: readonly number[];
  /** Numbers of lines that went back. */
  readonly gone: Set<number>;
  returned: number;
  /** How it goes back. */
  as: Returned["as"] | null;
}

/** What goes back of a bill: all, some lines, or some money. */
export interface Returned {
  readonly as: "FULL" | "LINE_ITEM" | "AMOUNT";
  readonly pence: number;
  readonly lines: readonly number[];
}

/** A share of points, halves up. */
const share = (points: number, part: number, whole: number): number =>
  Number((2n * BigInt(points) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));

/** Nothing of it is left. */
export const isReturned = ({ as, pence, returned, lines, gone }: ModelBill): boolean =>
  as === "FULL" ||
  (as === "AMOUNT" && returned === pence) ||
  (as === "LINE_ITEM" && gone.size === lines.length);

/** How much of what it earned is to be taken back: of lines nothing before the last. */
export const shareOfAward = (points: number, bill: ModelBill): number => {
  if (isReturned(bill)) return points;
  return bill.as === "AMOUNT" ? share(points, bill.returned, bill.pence) : 0;
};

/** How much of what paid it is to be given back. */
export const shareOfPayment = (points: number, bill: ModelBill): number =>
  isReturned(bill) ? points : share(points, bill.returned, bill.pence);
