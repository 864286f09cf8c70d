import type { ProgramDefinition } from "#loyalty";
import type { Summary } from "./replay/schema.ts";

export type RunStatus = "queued" | "running" | "finished" | "failed" | "cancelled";
export type Subject = "draft" | "definition" | "version";

/** Who starts a run, for whom. An Actor of identity fits. */
export interface Starter {
  readonly orgId: number;
  readonly name: string;
}

/** What a worker needs to replay. */
export interface RunOrder {
  readonly orgId: number;
  readonly id: number;
  readonly programId: number;
  readonly definition: ProgramDefinition;
  /** Null: what was in force on the date of each bill. */
  readonly comparisonVersion: number | null;
  readonly from: Date;
  readonly until: Date;
}

/** A what-if as it is stored. */
export interface Run extends RunOrder {
  readonly subject: Subject;
  readonly subjectVersion: number | null;
  readonly status: RunStatus;
  readonly message: string;
  readonly customersDone: number;
  readonly customersTotal: number;
  readonly billsDone: number;
  readonly billsTotal: number;
  readonly attempts: number;
  readonly cancelRequested: boolean;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

export interface FinishedRun extends Run {
  readonly summary: Summary;
}

/** How lists of customers are sorted. */
export const SORTS = ["difference", "tried", "compared", "recorded", "amount"] as const;
export type CustomerSort = (typeof SORTS)[number];
