import type { ExtendedFieldFacts } from "./customer.ts";

/** A bill, or what came back of one. */
export interface TransactionFacts {
  /** Net amount of the bill. */
  readonly value: number | null;
  readonly grossAmount: number | null;
  readonly discount: number | null;
  readonly number: string | null;
  readonly date: number | null;
  readonly notes: string | null;
  /** Regular points issued by this bill so far. */
  readonly points: number | null;
  /** Of them, those that a group of customers got. */
  readonly pointsForUserGroup?: number | null;
  /** Points that this bill has promised so far. */
  readonly promisedPoints?: number | null;
  readonly promisedPointsForUserGroup?: number | null;
  /** Units of all lines. */
  readonly totalQty: number | null;
  readonly lines: readonly LineFacts[];
  readonly tenders?: readonly TenderFacts[] | null;
  readonly extendedFields: ExtendedFieldFacts;
  /** Value of a custom field of the bill. */
  readonly customField?: (name: string) => unknown;
}

export interface LineFacts {
  readonly code: string | null;
  readonly description: string | null;
  readonly quantity: number | null;
  /** Gross price of one unit. */
  readonly rate: number | null;
  /** Gross: rate × quantity. */
  readonly value: number | null;
  readonly discount: number | null;
  /** Net: value − discount. */
  readonly amount: number | null;
  /** What the till said of the item: brand, category and whatever else, by name. */
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly extendedFields: ExtendedFieldFacts | null;
}

/** One payment of a bill. */
export interface TenderFacts {
  /** Name of the tender combination. */
  readonly code: string | null;
  readonly amount: number | null;
  readonly notes: string | null;
}

/** For activities that are no bills. */
export const NO_TRANSACTION: TransactionFacts = Object.freeze({
  value: null,
  grossAmount: null,
  discount: null,
  number: null,
  date: null,
  notes: null,
  points: null,
  totalQty: null,
  lines: Object.freeze([]),
  extendedFields: Object.freeze({}),
});

/** Value of an attribute of a line's item, as a text. Letter case of its name matters only where two names differ by it alone. */
export const lineAttribute = ({ attributes }: LineFacts, name: string, lowerName: string): string | null => {
  if (attributes === null) return null;
  if (Object.hasOwn(attributes, name)) return textOfValue(attributes[name]);
  for (const key in attributes)
    if (key.length === lowerName.length && key.toLowerCase() === lowerName)
      return textOfValue(attributes[key]);
  return null;
};

/** What tills send as a number or a truth is compared as the text that people write. */
export const textOfValue = (value: unknown): string | null => {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
};
