/** A lot, as the model has it. Amounts are thousandths, times milliseconds. */
export interface ModelLot {
  readonly amount: number;
  left: number;
  /** Infinity: never. */
  expires: number;
  /** What the product calls it, once it told. */
  name: string | null;
  /** The bill that earned it. */
  readonly bill: string | null;
  /** When promised points become regular. */
  readonly converts: number;
  /** What it gave: for what, as what; net, in the order of the events that took it. */
  uses: Use[];
  /** What its promised points became. */
  child: ModelLot | null;
}

export type Kind =
  | "redeemed"
  | "transfer"
  | "adjusted"
  | "settled"
  | "expired"
  | "returned"
  | "conversion"
  | "merge";

/** As what points may have left a lot such that others stand in for them when its bill goes back. */
export const PASSED: readonly Kind[] = ["redeemed", "transfer", "adjusted", "settled", "merge"];

/** What a lot gave. */
export interface Part {
  readonly lot: ModelLot;
  readonly part: number;
}

export interface Use {
  /** Number of the event among the customer's. */
  readonly event: number;
  readonly kind: Kind;
  amount: number;
}

/** Soonest expiry first. A stable sort: of lots that expire together the older one comes first. */
export const byUse = (a: ModelLot, b: ModelLot) =>
  a.expires === b.expires ? 0 : a.expires < b.expires ? -1 : 1;
export const byLife = (a: ModelLot, b: ModelLot) => -byUse(a, b);

export const addUse = (lot: ModelLot, event: number, kind: Kind, amount: number): void => {
  const known = lot.uses.find((use) => use.event === event && use.kind === kind);
  if (known === undefined) lot.uses.push({ event, kind, amount });
  else known.amount += amount;
};

export const isOpen = ({ left }: ModelLot): boolean => left > 0;
