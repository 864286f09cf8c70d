import type { Category } from "#ledger";
import type { Instant, Millipoints } from "#platform";

/** Why points are given or taken outside of purchases. */
export type AdjustmentKind = "goodwill" | "issue" | "campaign" | "import" | "deduction";

/** Points given or taken, as it is kept. */
export interface Adjustment {
  readonly partyId: number;
  readonly id: number;
  readonly kind: AdjustmentKind;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly eventNo: number;
  readonly eventId: number;
  readonly amount: Millipoints;
  readonly reason: string;
  readonly comments: string;
  /** Of kind campaign: the campaign's name in lower case; else empty. */
  readonly campaign?: string;
  /** The run of an import that gave them. */
  readonly importId?: number | null;
  readonly madeBy: string;
  readonly userId: number | null;
  readonly tillId: number | null;
  readonly madeAt: Instant;
  readonly recordedAt: Instant;
}
