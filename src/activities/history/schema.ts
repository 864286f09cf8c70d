import type { Trace } from "#loyalty";
import type { Instant, Money } from "#platform";
import type { BillLine, GoneBack } from "../returns/schema.ts";
import type { PaymentMode } from "../schema.ts";

/** A stretch of time: from one instant to before another. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** A customer with bills in a span. */
export interface Buyer {
  readonly partyId: number;
  readonly bills: number;
}

/** Where a page of bills begins: after this one, in the order in which they were recorded. */
export interface BillPosition {
  readonly partyId: number;
  readonly recordedAt: Date;
  readonly id: number;
}

/** A bill of a customer as it was recorded: enough to decide it again. */
export interface RecordedBill {
  readonly partyId: number;
  readonly id: number;
  readonly billedAt: Date;
  readonly recordedAt: Date;
  readonly storeId: number;
  readonly amount: Money;
  /** The program that decided it and what it made of lifetime purchases; null where none did. */
  readonly programId: number | null;
  readonly lifetime: Money | null;
  readonly isBlocked: boolean;
  /** The ledger event of its points; null where it earned none. */
  readonly eventNo: number | null;
  /** What went back of it and is dated before the end of the span, in the order in which it was recorded. */
  readonly returns: readonly RecordedReturn[];
  /** Of bills within the span; null of others, which are there because they count. */
  readonly inside: BillDetails | null;
}

export interface BillDetails {
  readonly number: string;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  readonly note: string | null;
  readonly extendedFields: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly paymentModes: readonly PaymentMode[];
  readonly outlierStatus: string;
  /** As it was stored. */
  readonly trace: Trace | null;
  /** Whether fields, note or status were changed since. */
  readonly isChanged: boolean;
  readonly lines: readonly BillLine[];
}

/** A return, with all that had gone back of the bill after it. */
export interface RecordedReturn {
  readonly id: number;
  readonly billedAt: Date;
  readonly recordedAt: Date;
  readonly amount: Money;
  readonly eventNo: number | null;
  readonly after: GoneBack;
  /** Nothing of the bill was left after it. */
  readonly isWhole: boolean;
}
