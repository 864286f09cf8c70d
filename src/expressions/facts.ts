/**
 * What expressions can look at. The caller converts stored amounts before evaluation: money in currency units and points in
 * points, as plain numbers; dates in epoch milliseconds. Give every object all of its keys in the same order, always (null
 * where nothing is known): property reads then stay monomorphic.
 */
export interface Facts {
  readonly currentCustomer: CustomerFacts;
  readonly currentTxn: TransactionFacts;
  readonly currentStore: StoreFacts;
  readonly currentEvent: EventFacts;
  readonly program: NamedFacts;
  readonly organization: NamedFacts;
  /** Wall clock of an instant in the zone that applies (the store's, else the organisation's). */
  readonly localTime: (epochMs: number) => LocalTime;
}

export interface LocalTime {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  /** 1 Sunday … 7 Saturday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * Values of extended fields by exact name. A date is epoch milliseconds, `YYYY-MM-DD` (start of that local day) or
 * `YYYY-MM-DDTHH:MM:SS[.sss]Z`. A missing name is null; a value of another type than declared is a type error.
 */
export type ExtendedFieldFacts = Readonly<Record<string, unknown>>;

/** `initial…` is the value before the current event, the plain name the value as changed so far in it. */
export interface CustomerFacts {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly externalId: string | null;
  readonly isLoyal: boolean | null;
  readonly joinDate: number | null;
  readonly currentPoints: number | null;
  readonly initialCurrentPoints: number | null;
  readonly lifetimePoints: number | null;
  readonly initialLifetimePoints: number | null;
  readonly lifetimePurchase: number | null;
  readonly initialLifetimePurchase: number | null;
  readonly numberOfTxns: number | null;
  readonly numberOfVisits: number | null;
  readonly slabName: string | null;
  readonly slabNumber: number | null;
  readonly initialSlabName: string | null;
  readonly initialSlabNumber: number | null;
  readonly slabExpiryDate: number | null;
  readonly extendedFields: ExtendedFieldFacts;
}

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
  /** Units of all lines. */
  readonly totalQty: number | null;
  readonly lines: readonly LineFacts[];
  readonly extendedFields: ExtendedFieldFacts;
}

export interface LineFacts {
  readonly code: string | null;
  readonly description: string | null;
  readonly quantity: number | null;
  /** Net: value − discount. */
  readonly amount: number | null;
}

export interface StoreFacts {
  readonly code: string | null;
  readonly name: string | null;
}

export interface EventFacts {
  readonly eventType: string | null;
}

export interface NamedFacts {
  readonly name: string | null;
}

const NO_FIELDS: ExtendedFieldFacts = Object.freeze({});

/** The customer of an anonymous bill: nothing is known, every attribute is null. */
export const NO_CUSTOMER: CustomerFacts = Object.freeze({
  firstName: null,
  lastName: null,
  email: null,
  mobile: null,
  externalId: null,
  isLoyal: null,
  joinDate: null,
  currentPoints: null,
  initialCurrentPoints: null,
  lifetimePoints: null,
  initialLifetimePoints: null,
  lifetimePurchase: null,
  initialLifetimePurchase: null,
  numberOfTxns: null,
  numberOfVisits: null,
  slabName: null,
  slabNumber: null,
  initialSlabName: null,
  initialSlabNumber: null,
  slabExpiryDate: null,
  extendedFields: NO_FIELDS,
});
