import type { CustomerFacts, ExtendedFieldFacts, StandingFacts } from "./facts/customer.ts";
import type { EventFacts, TrackerFacts } from "./facts/event.ts";
import type { LineFacts, TenderFacts, TransactionFacts } from "./facts/transaction.ts";
import type { Memo } from "./memo.ts";

export {
  type CustomerFacts,
  type ExtendedFieldFacts,
  NO_CUSTOMER,
  type RedemptionFacts,
  type StandingFacts,
  type StreakValueFacts,
  type TargetValueFacts,
  type TrackerValueFacts,
} from "./facts/customer.ts";
export type { EventFacts, IdentityFacts, TargetEventFacts, TrackerFacts } from "./facts/event.ts";
export {
  type LineFacts,
  lineAttribute,
  NO_TRANSACTION,
  type TenderFacts,
  type TransactionFacts,
  textOfValue,
} from "./facts/transaction.ts";

/**
 * What expressions can look at. The caller converts stored amounts before evaluation: money in currency units and points in
 * points, as plain numbers; dates in epoch milliseconds. Give every object all of its keys in the same order, always (null
 * where nothing is known): property reads then stay monomorphic. What is optional reads as null where it is left out.
 */
export interface Facts {
  readonly currentCustomer: CustomerFacts;
  /** NO_TRANSACTION in activities that are no bills. */
  readonly currentTxn: TransactionFacts;
  readonly currentStore: StoreFacts;
  readonly currentEvent: EventFacts;
  readonly program: ProgramFacts;
  readonly organization: NamedFacts;
  /** Wall clock of an instant in the zone that applies (the store's, else the organisation's). */
  readonly localTime: (epochMs: number) => LocalTime;
  /** Where expressions that share operands remember them; needed by those compiled with a table of operands. */
  readonly memo?: Memo;
  /** The line that a set unrolled over lines is run for. */
  readonly currentLineItem?: LineFacts | null;
  /** The payment that a set unrolled over payments is run for. */
  readonly tenderProfile?: TenderFacts | null;
  readonly returnBill?: TransactionFacts | null;
  readonly currentTracker?: TrackerFacts | null;
  readonly groupPrimaryCustomer?: CustomerFacts | null;
  readonly currentUserGroup?: UserGroupFacts | null;
  readonly currentCard?: CardFacts | null;
  readonly referrerCode?: ReferrerFacts | null;
  readonly currentCustomerPartner?: PartnerFacts | null;
  readonly currentProduct?: ProductFacts | null;
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

export interface StoreFacts {
  readonly code: string | null;
  readonly name: string | null;
}

export interface NamedFacts {
  readonly name: string | null;
}

export interface ProgramFacts extends NamedFacts {
  readonly isDefault?: boolean | null;
  /** Worth of a point in currency units. */
  readonly pointsToCurrencyRatio?: number | null;
}

export interface UserGroupFacts extends StandingFacts {
  readonly name: string | null;
  readonly externalId: string | null;
  readonly createdDate: number | null;
  readonly memberCount: number | null;
  readonly extendedFields: ExtendedFieldFacts;
}

export interface CardFacts {
  readonly extendedFields: ExtendedFieldFacts;
  readonly customField?: (name: string) => unknown;
}

/** Of the code that the customer was referred with: how many came by it, and how many bills they have made. */
export interface ReferrerFacts {
  readonly refereeRegCount: number | null;
  readonly refereeTxnCount: number | null;
}

/** The customer's membership in a partner or supplementary program. */
export interface PartnerFacts {
  readonly isLinkedTo: (program: string) => boolean | null;
  readonly isLinkedOnSpecificDate: boolean | null;
  readonly daysElapsedInCurrentCycle: number | null;
  readonly countBillsCurrentCycle: number | null;
  readonly sumPurchaseValueCurrentCycle: number | null;
  readonly countPromotionPointsIssuedCurrentCycle: number | null;
  readonly benefitsAvailedInActiveMembership: number | null;
  readonly benefitsAvailedInEventCycle: number | null;
  readonly additionalBenefitsInMembershipCycle: number | null;
  readonly benefitsLimit: number | null;
}

/** The product that was scanned. */
export interface ProductFacts {
  readonly code: string | null;
  readonly brand: string | null;
  readonly category: string | null;
}
