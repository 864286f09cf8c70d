import type { Millipoints } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import type { MemberState, Membership, TransactionFacts } from "./schema.ts";

/** What conditions can look at while a bill is decided. */
export interface DecisionContext {
  readonly program: CompiledProgram;
  readonly facts: TransactionFacts;
  readonly before: MemberState;
  /** Standing after this bill. */
  readonly after: Membership;
  /** Tier whose rates apply. */
  readonly tier: number;
  /** Points given by rules so far. */
  points: Millipoints;
}

export const contextOf = (
  program: CompiledProgram,
  facts: TransactionFacts,
  before: MemberState,
  after: Membership,
  tier: number,
): DecisionContext => ({ program, facts, before, after, tier, points: 0 });
