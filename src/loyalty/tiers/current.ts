import type { Membership } from "../decide/schema.ts";
import type { OrgPrograms, ProgramHistory } from "../programs/history.ts";
import { enterTier } from "./enter.ts";

/**
 * A membership as the newest numbering of its program's tiers has it. One whose tier was removed is in the tier that took its members since
 * then; whoever saves it saves that change as well. Pure: until a job or a purchase has written it down, every read tells it so.
 */
export const currentMembership = (
  { newest, versions }: Pick<ProgramHistory, "newest" | "versions">,
  membership: Membership,
): Membership => {
  let current = membership;
  for (let numbering = membership.numbering ?? 1; numbering < newest.numbering; numbering++) {
    const moves = newest.renumberings[numbering - 1]!;
    const { tierNumber } = current;
    const move = moves[Math.min(tierNumber, moves.length) - 1]!;
    const version = versions.find((item) => item.numbering > numbering)!;
    if (!move.isRemoved) {
      current = { ...current, tierNumber: move.to, numbering: numbering + 1 };
      continue;
    }
    // Tiers that stay and were below it are at or above its new one: the member goes up.
    const isUp = moves.some(({ from, to, isRemoved }) => !isRemoved && from > move.from && to <= move.to);
    const { membership: entered, tierChange } = enterTier(
      version,
      { ...current, numbering: numbering + 1 },
      {
        to: move.to,
        at: version.effectiveFrom,
        reason: "tier removed",
        notes: "The tier was removed from the program",
      },
    );
    const moved = { ...tierChange, isUp, numbering: numbering + 1 };
    current = { ...entered, moved: [...(current.moved ?? []), moved] };
  }
  return current;
};

/** Memberships of any programs of an organisation, each as `currentMembership` has it. */
export const currentMemberships = (programs: OrgPrograms, memberships: readonly Membership[]): Membership[] =>
  memberships.map((membership) => {
    const history = programs.byId(membership.programId);
    return history === null ? membership : currentMembership(history, membership);
  });
