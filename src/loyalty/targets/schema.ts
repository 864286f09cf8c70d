import type { Instant } from "#platform";

export type TrackingType = "DEFAULT" | "UNIFIED" | "STREAK" | "NON_CONTINUOUS_STREAK";
export type EvaluationType = "FIXED_CALENDAR_WINDOW" | "CYCLIC_WINDOW" | "PERIOD_AGNOSTIC_WINDOW";
export type FrequencyType =
  | "DAILY"
  | "WEEKLY"
  | "MONTHLY"
  | "QUARTERLY"
  | "HALF_YEARLY"
  | "YEARLY"
  | "CUSTOM";
export type TargetEntity = "TRANSACTION" | "LINEITEM" | "POINTS" | "ALTERNATE_CURRENCIES";
export type TargetType =
  | "QUANTITY"
  | "SALES"
  | "GROSS_SALES"
  | "COUNT"
  | "VISIT"
  | "REGULAR_POINTS"
  | "PROMOTIONAL_POINTS"
  | "ALL_POINTS"
  | "REGULAR"
  | "PROMOTIONAL"
  | "ALL"
  | "EXTENDED_FIELD";
export type EnrolmentMethod = "TRANSACTION" | "IMPORT";

export interface TargetPeriod {
  readonly id: number;
  /** From 1, in the order of time. */
  readonly cycle: number;
  readonly refCode: string;
  /** Null where it begins with what each member does. */
  readonly startsAt: Date | null;
  /** The first instant after it. */
  readonly endsAt: Date | null;
  readonly isActive: boolean;
}

/** A sub-target, or a level of a streak. */
export interface TargetStep {
  readonly id: number;
  readonly kind: "sub_target" | "streak";
  readonly name: string;
  readonly valueType: "ABSOLUTE" | "PERCENTAGE" | "COUNT";
  readonly value: number;
}

export interface TargetFilter {
  readonly entityType: "STORE" | "ZONE" | "CONCEPT";
  readonly entityIds: readonly number[];
}

export interface ExtendedFieldInfo {
  readonly name: string;
  readonly aggregateFunction: "SUM" | "COUNT";
}

export interface Target {
  readonly id: number;
  readonly groupId: number;
  readonly name: string;
  readonly description: string;
  readonly entity: TargetEntity;
  readonly type: TargetType;
  readonly currencyIdentifier: string | null;
  readonly extendedField: ExtendedFieldInfo | null;
  /** Empty: everything counts. */
  readonly expression: string;
  readonly expressionJson: unknown;
  readonly filters: readonly TargetFilter[];
  /** One for all periods, or one for each. */
  readonly defaultValues: readonly number[];
  readonly enrolmentMethod: EnrolmentMethod;
  readonly isActive: boolean;
  readonly steps: readonly TargetStep[];
}

/** How many targets of a group make the whole. */
export interface UnifiedCondition {
  readonly combinationType: "ALL" | "ANY";
  /** Of ANY: how many. Of ALL: what all of them must come to together, or null. */
  readonly thresholdValue: number | null;
  readonly aggregation: "SUM" | null;
  readonly ruleExpression: string;
}

export interface TargetGroup {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly trackingType: TrackingType;
  readonly evaluationType: EvaluationType;
  readonly frequencyType: FrequencyType;
  readonly frequency: number;
  readonly totalPeriods: number;
  readonly preferredTillId: number | null;
  readonly aggregateWindow: "MAX" | "MIN" | null;
  readonly unified: UnifiedCondition | null;
  readonly isUserCreated: boolean;
  readonly hasLeaderboard: boolean;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly updatedBy: string;
  readonly periods: readonly TargetPeriod[];
  readonly targets: readonly Target[];
}

/** A member's part in a target. */
export interface Enrolment {
  readonly partyId: number;
  readonly targetId: number;
  readonly groupId: number;
  readonly method: string;
  readonly enrolledAt: Date;
  readonly fromCycle: number;
  /** When the first period began, where it begins with what the member does. */
  readonly startsAt: Date | null;
  readonly streakFrom: number;
  readonly leftAt: Date | null;
}

/** How far a member is in a period: exact units of the target. */
export interface TargetValue {
  readonly partyId: number;
  /** The group's, of a combination. */
  readonly targetId: number;
  readonly cycle: number;
  readonly groupId: number;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly defined: number;
  readonly achieved: number;
  readonly achievedAt: Date | null;
  /** When sub-targets were reached, by their ids. */
  readonly steps: Readonly<Record<string, Instant>>;
  readonly eventCount: number;
  readonly lastEventAt: Date | null;
}

/** A level of a streak that a member reached. */
export interface StreakLevel {
  readonly partyId: number;
  readonly stepId: number;
  readonly targetId: number;
  readonly cycle: number;
  readonly achievedAt: Date;
  /** When a return took it; it is not given again. */
  readonly lostAt: Date | null;
}

export type TargetEventName = "ADD_TRANSACTION" | "RETURN_BILL" | "ENROL" | "UNENROL";

/** What changed a member's value. */
export interface TargetEvent {
  readonly partyId: number;
  readonly targetId: number;
  readonly cycle: number;
  readonly no: number;
  readonly name: TargetEventName;
  /** The bill; of a return the bill that went back. */
  readonly transactionId: number | null;
  /** Number of the bill or return. */
  readonly uniqueId: string;
  /** YYYY-MM-DD in the zone of the store. */
  readonly day: string;
  readonly occurredAt: Date;
  readonly processedAt: Date;
  readonly value: number;
  /** What lines count for, by number. */
  readonly parts: readonly (readonly [line: number, value: number])[] | null;
}

/** Everything about targets that one party's decisions look at. */
export interface TargetState {
  readonly partyId: number;
  readonly enrolments: readonly Enrolment[];
  readonly values: readonly TargetValue[];
  readonly levels: readonly StreakLevel[];
  /** Those of days and bills that matter, oldest first. */
  readonly events: readonly TargetEvent[];
}
