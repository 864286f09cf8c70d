/**
 * Values of extended fields by exact name. A date is epoch milliseconds, `YYYY-MM-DD` (start of that local day) or
 * `YYYY-MM-DDTHH:MM:SS[.sss]Z`. A missing name is null; a value of another type than declared is a type error.
 */
export type ExtendedFieldFacts = Readonly<Record<string, unknown>>;

/** What `initial…` and plain attributes of points and tiers read: of a customer, and of a group of customers. */
export interface StandingFacts {
  /** Points that can be spent. */
  readonly currentPoints: number | null;
  readonly initialCurrentPoints: number | null;
  readonly lifetimePoints: number | null;
  readonly initialLifetimePoints: number | null;
  /** Promised points. */
  readonly currentNonRedeemablePoints?: number | null;
  readonly initialCurrentNonRedeemablePoints?: number | null;
  readonly lifetimeNonRedeemablePoints?: number | null;
  readonly slabName: string | null;
  readonly slabNumber: number | null;
  readonly initialSlabName: string | null;
  readonly initialSlabNumber: number | null;
  readonly slabChangeDate?: number | null;
  readonly slabExpiryDate: number | null;
}

/** `initial…` is the value before the current event, the plain name the value as changed so far in it. */
export interface CustomerFacts extends StandingFacts {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly externalId: string | null;
  readonly isLoyal: boolean | null;
  readonly joinDate: number | null;
  readonly lifetimePurchase: number | null;
  readonly initialLifetimePurchase: number | null;
  readonly numberOfTxns: number | null;
  readonly numberOfTxnsToday?: number | null;
  readonly numberOfVisits: number | null;
  /** Lines of all bills by the number of bills. */
  readonly avgBasketSize?: number | null;
  readonly extendedFields: ExtendedFieldFacts;
  /** Value of a custom field of the registration. */
  readonly customField?: (name: string) => unknown;
  /** Status and its label, such as "Active" and "vip". */
  readonly status?: string | null;
  readonly statusLabel?: string | null;
  readonly tags?: readonly string[] | null;
  readonly redemptions?: RedemptionFacts | null;
  readonly trackers?: TrackerValueFacts | null;
  readonly targets?: TargetValueFacts | null;
  readonly streaks?: StreakValueFacts | null;
  /** By a channel's name in upper case, such as "EMAIL". */
  readonly isSubscribedTo?: (channel: string) => boolean | null;
  /** Whether there is an account of a source, such as "INSTORE". */
  readonly hasProfileOf?: (source: string) => boolean | null;
  readonly isTest?: boolean | null;
  readonly isControl?: boolean | null;
  /** Value of a cluster of segments; null when the customer is in none of them. */
  readonly segmentOf?: (cluster: string) => string | null;
  readonly activeCouponsOf?: (seriesId: number) => number | null;
  /** Part in a group of customers. */
  readonly groupRole?: "primary" | "secondary" | "none" | null;
}

/** What the customer redeemed, the current event not counted. Days and weeks (from Monday) are those of the event's zone. */
export interface RedemptionFacts {
  readonly pointsToday: number | null;
  readonly pointsInCalendarWeek: number | null;
  readonly pointsInCalendarMonth: number | null;
  readonly countToday: number | null;
  readonly countInCalendarWeek: number | null;
  readonly countInCalendarMonth: number | null;
  /** Over that many days, today the last of them. */
  readonly pointsInPastDays: (days: number) => number | null;
  readonly countInPastDays: (days: number) => number | null;
}

/** Values of the customer's trackers by the names of the tracker and of its case. */
export interface TrackerValueFacts {
  readonly beforeEvent: (tracker: string, caseName: string) => number | null;
  /** With what the event changed up to the set before this one. */
  readonly currentEvent: (tracker: string, caseName: string) => number | null;
}

/** What the customer achieved, by the names of targets and of groups of them. */
export interface TargetValueFacts {
  /** Mean over the periods so far. */
  readonly average: (target: string) => number | null;
  readonly inPeriod: (target: string, period: string) => number | null;
  /** 0 when no period runs. */
  readonly inCurrentPeriod: (target: string) => number | null;
  /** Number of targets of the group that were reached. */
  readonly reachedOfGroup: (group: string, period: string) => number | null;
  readonly reachedOfGroupInCurrentPeriod: (group: string) => number | null;
}

/** Streaks by the name of a level, such as "weekly_2". */
export interface StreakValueFacts {
  readonly isAchieved: (level: string) => boolean | null;
  readonly currentValue: (level: string) => number | null;
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
