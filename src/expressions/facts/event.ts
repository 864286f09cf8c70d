/** What only some activities bring; each part is there for those alone. */
export interface EventFacts {
  readonly eventType: string | null;
  /** Of CustomerUpdate. */
  readonly update?: { readonly previous: IdentityFacts; readonly current: IdentityFacts } | null;
  /** Of TargetCompleted. */
  readonly target?: TargetEventFacts | null;
  /** Of redemptions and transfers: over several programs at once. */
  readonly isGroupProgramRedemption?: boolean | null;
  readonly isUserGroupInfoPresent?: boolean | null;
  readonly cardSeriesName?: string | null;
  /** Of a scan: name of the promotion. */
  readonly promotion?: string | null;
  /** Fields of a behavioural event, by name, as extended fields are kept. */
  readonly attributes?: Readonly<Record<string, unknown>> | null;
}

/** Who a customer is, before or after a change. */
export interface IdentityFacts {
  readonly mobile: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly isLoyal: boolean | null;
  readonly customField?: (name: string) => unknown;
}

/** What was reached: by the names of targets and of a streak's levels. */
export interface TargetEventFacts {
  readonly kind: "target" | "unified" | "sub_target" | "streak";
  readonly targetName: string | null;
  readonly targetGroup: string | null;
  readonly targetPeriod: string | null;
  readonly targetMilestoneTrigger: string | null;
  readonly streakName: string | null;
  /** Value of the part that was hit. */
  readonly milestoneValueDefined: number | null;
  readonly achieved: (target: string) => number | null;
  readonly defined: (target: string) => number | null;
  readonly hasTarget: (target: string) => boolean | null;
  readonly hasStreak: (level: string) => boolean | null;
}

/** One case of a tracker, in sets that are run for it. */
export interface TrackerFacts {
  readonly trackerName: string | null;
  readonly trackerConditionName: string | null;
  /** Length of the window in days. */
  readonly trackerConditionPeriod: number | null;
  /** What this event adds. */
  readonly trackedValue: number | null;
  /** The sum with this event. */
  readonly trackerCurrAggr: number | null;
  /** The sum without what is being tracked: the line, or the whole event. */
  readonly trackerPrevAggr: number | null;
  /** The sum without this event. */
  readonly trackerInitialPrevAggr: number | null;
  /** Visits counted, of a tracker of visits. */
  readonly numberOfVisits: number | null;
}
