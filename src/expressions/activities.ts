/** What customers do and what happens to them, by the documented names. */
export const ACTIVITIES = [
  "TransactionAdd",
  "ReturnTransaction",
  "TransactionUpdate",
  "CustomerRegistration",
  "CustomerUpdate",
  "PointsRedemption",
  "PointsRedemptionReversal",
  "PointsTransfer",
  "CouponRedemption",
  "DelayedAccrual",
  "SlabUpgrade",
  "TargetCompleted",
  "GenericEvent",
  "ConvertPointsToReward",
  "SocialConnect",
  "PartnerProgramLinking",
  "PartnerProgramTierUpdate",
  "PartnerProgramDeLinking",
  "GroupTransactionAdd",
  "GroupTransactionUpdate",
  "GroupReturnBill",
  "GroupMemberJoin",
  "GroupMemberLeave",
  "PointsContributionToGroup",
] as const;
export type Activity = (typeof ACTIVITIES)[number];

export const isActivity = (name: string): name is Activity =>
  (ACTIVITIES as readonly string[]).includes(name);

/** Sets of an activity in which more can be named. */
export type Inside = "lines" | "tenders" | "trackers";

/** Where a name can be used; what is absent does not matter. */
export interface Where {
  readonly activities?: readonly Activity[];
  readonly inside?: Inside;
}

/** Where an expression stands: the activity that it is asked in, and how its set is run. */
export interface Place {
  readonly activity: Activity;
  /** The set runs once for each line. */
  readonly lines?: boolean;
  /** The set runs once for each payment. */
  readonly tenders?: boolean;
  /** The set runs for a case of a tracker. */
  readonly trackers?: boolean;
}

export const isValidIn = ({ activities, inside }: Where, place: Place): boolean =>
  (activities === undefined || activities.includes(place.activity)) &&
  (inside === undefined || place[inside] === true);

const INSIDE: Readonly<Record<Inside, string>> = {
  lines: "in sets that run once for each line",
  tenders: "in sets that run once for each payment",
  trackers: "in sets of trackers",
};

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** Where a name can be used, as the end of a sentence: "in TransactionAdd, in sets that run once for each line". */
export const whereWords = ({ activities, inside }: Where): string =>
  [
    ...(activities === undefined ? [] : [`in ${listed(activities)}`]),
    ...(inside === undefined ? [] : [INSIDE[inside]]),
  ].join(", ");

/** Other documented names of activities. */
const OTHER_NAMES: ReadonlyMap<string, Activity> = new Map([
  ["newbill", "TransactionAdd"],
  ["transactionfinished", "TransactionAdd"],
  ["returnbill", "ReturnTransaction"],
  ["voucherredemption", "CouponRedemption"],
]);

/** The activity that a documented name means, whatever its letter case; null for none. */
export const activityNamed = (name: string): Activity | null =>
  ACTIVITIES.find((activity) => activity.toLowerCase() === name.toLowerCase()) ??
  OTHER_NAMES.get(name.toLowerCase()) ??
  null;
