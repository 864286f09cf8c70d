import { FALSE, TRUE } from "#expressions";
import type { CompiledAward } from "../programs/awards.ts";
import type { CompiledRule } from "../programs/workflow-compile.ts";
import type { AwardTrace, RuleTrace } from "./schema.ts";

/** An award of a rule with what it came to. */
export interface ToldAward {
  readonly award: CompiledAward;
  readonly trace: AwardTrace;
}

/** What a rule did by its condition's outcome. */
export const branchOf = ({ actions, otherwise }: CompiledRule, { o }: RuleTrace) =>
  o === TRUE ? actions : o === FALSE ? otherwise : [];

/** The awards that a rule gave, in order, each with what it came to. */
export const awardsTold = (rule: CompiledRule, trace: RuleTrace): ToldAward[] => {
  const branch = branchOf(rule, trace);
  const { a, p, r } = trace;
  if (a === undefined) {
    const only = branch[0];
    // As it is kept where the award is all that the rule does.
    return only?.type === "award" && p !== undefined && r !== undefined
      ? [{ award: only.award, trace: { ...trace, p, r } }]
      : [];
  }
  return branch.flatMap((action, index) => {
    const told = a[index];
    return action.type === "award" && told !== undefined && "p" in told
      ? [{ award: action.award, trace: told }]
      : [];
  });
};
