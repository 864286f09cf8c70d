import {
  type Decision,
  type LimitQuestion,
  type LimitUses,
  limitKey,
  limitsOf,
  loadLimitUses,
  type OrgPrograms,
  type SavedLimitUse,
} from "#loyalty";
import type { Tx } from "#platform";
import type { Passage } from "./passage.ts";
import { hasCustomer, isReturn } from "./schema.ts";

/** What the batch's members have used of limits in the periods of its bills, by `party/program`. */
export const usesOfLimits = (
  tx: Tx,
  orgId: number,
  programs: OrgPrograms,
  batch: readonly Passage[],
): Promise<Map<string, LimitUses>> => {
  const history = programs.default;
  if (history === null || !history.versions.some(({ limits }) => limits.some((limit) => limit.isPerCustomer)))
    return Promise.resolve(new Map());
  const questions = batch.flatMap(({ outcome, purchase, partyId }): LimitQuestion[] => {
    if (outcome !== null || !hasCustomer(purchase.type) || isReturn(purchase.type)) return [];
    const program = history.inForce(purchase.billedAt);
    return limitsOf(program, purchase.billedAt).map((limit) => ({
      partyId,
      programId: program.programId,
      ...limit,
    }));
  });
  return loadLimitUses(tx, orgId, questions);
};

/** Lets later decisions of the batch see what a decision used, and answers the rows to write. */
export const keepUses = (
  known: Map<string, LimitUses>,
  partyId: number,
  programId: number,
  { limitUses }: Decision,
): readonly SavedLimitUse[] => {
  if (limitUses.length === 0) return [];
  const key = `${partyId}/${programId}`;
  const uses = new Map(known.get(key));
  for (const { limitId, period, used } of limitUses) uses.set(limitKey(limitId, period), used);
  known.set(key, uses);
  return limitUses.map((use) => ({ partyId, programId, ...use }));
};
