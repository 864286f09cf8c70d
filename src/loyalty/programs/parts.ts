import type { Orgs } from "#orgs";
import type { Clock, Db, Ids, Logger, Tx } from "#platform";
import type { ProgramDefinition } from "./schema.ts";

/** Who changes something: an Actor of identity fits. */
export interface Author {
  readonly orgId: number;
  readonly name: string;
}

export interface ProgramInput {
  readonly name: string;
  readonly description?: string;
  /** Currency units that a point is worth. */
  readonly pointsToCurrencyRatio?: number;
}

export interface ProgramSummary {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly pointsToCurrencyRatio: number;
  readonly publishedVersion: number | null;
  readonly memberCount: number;
  readonly hasDraft: boolean;
}

export interface ProgramDetails extends ProgramSummary {
  /** The newest published definition. */
  readonly definition: ProgramDefinition | null;
  readonly draft: unknown;
  readonly draftUpdatedAt: Date | null;
  readonly versions: readonly {
    readonly version: number;
    readonly publishedAt: Date;
    readonly publishedBy: string;
    readonly effectiveFrom: Date;
  }[];
}

export interface ProgramParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly log: Logger;
}

/** Runs a write and tells every process that the organisation's programs changed. */
export type Changing = <T>(orgId: number, work: (tx: Tx) => Promise<T>) => Promise<T>;
export type GetProgram = (orgId: number, id: number) => Promise<ProgramDetails>;
