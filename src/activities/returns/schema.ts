import type { Trace } from "#loyalty";
import type { Issue, Milliquantity, Money } from "#platform";
import type { PaymentMode, ReturnRequest, ReturnType } from "../schema.ts";

/** A line of a bill that may go back. */
export interface BillLine {
  readonly lineNo: number;
  readonly itemCode: string;
  readonly description: string | null;
  readonly quantity: Milliquantity;
  readonly rate: Money;
  readonly value: Money;
  readonly discount: Money;
  readonly amount: Money;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** What went back of a line, all returns together. */
export interface Gone {
  readonly quantity: Milliquantity;
  readonly amount: Money;
}

/** A recorded purchase, as far as returns look at it. */
export interface OriginalBill {
  readonly id: number;
  readonly partyId: number;
  /** Null for an anonymous one. */
  readonly customerId: number | null;
  readonly type: string;
  readonly number: string;
  readonly billedAt: Date;
  readonly amount: Money;
  readonly outlierStatus: string;
  /** The program that decided it; null when none did. */
  readonly programId: number | null;
  /** It counted for nothing. */
  readonly isBlocked: boolean;
}

/** How a bill was decided, and what that looked at beside amounts and lines. */
export interface BillDecision {
  readonly trace: Trace;
  /** The ledger event of its points; null where it earned none. */
  readonly eventNo: number | null;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  readonly note: string | null;
  readonly extendedFields: Readonly<Record<string, unknown>>;
  readonly storeId: number;
  readonly source: string;
  readonly paymentModes: readonly PaymentMode[];
}

/** A bill with what went back of it so far; a return makes a new one. */
export interface ReturnableBill extends OriginalBill {
  readonly lines: readonly BillLine[];
  /** As what the first of its returns went back; null while nothing did. */
  readonly returnedAs: ReturnType | null;
  readonly returnedAmount: Money;
  readonly goneByLine: ReadonlyMap<number, Gone>;
  /** Whether the rest of it was decided anew after an earlier return. */
  readonly wasDecidedAgain: boolean;
  /** Read where the rest of bills is decided anew, or was; null of a bill that no program decided. */
  readonly decision?: BillDecision | null;
}

/** How much of a bill went back, whoever asks. */
export type GoneBack = Pick<
  ReturnableBill,
  "amount" | "lines" | "returnedAs" | "returnedAmount" | "goneByLine"
>;

/** A line of a return, with the line of the bill that it is of. */
export interface ReturnedLine extends Gone {
  readonly parent: BillLine;
  /** As the return told it; absent where the whole bill goes back. */
  readonly description: string | null;
}

/** A return that may happen: what goes back, and the bill before and after. */
export interface JudgedReturn {
  readonly request: ReturnRequest;
  readonly amount: Money;
  readonly lines: readonly ReturnedLine[];
  /** Null for a return of a bill that is not known. */
  readonly bill: { readonly before: ReturnableBill; readonly after: ReturnableBill } | null;
  readonly warnings: readonly Issue[];
}
