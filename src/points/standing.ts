import { type CompiledProgram, redemptionPolicy } from "#loyalty";
import type { Instant } from "#platform";
import { type Desk, membershipOf, programOf } from "./movement.ts";
import { errors } from "./moving-errors.ts";
import { spendable } from "./redemptions/standing.ts";

const GONE = new Set(["DELETED", "PENDING_DELETION"]);

/**
 * The program in which points of the customers are to be moved by hand. Refuses when there is none, and customers who were
 * merged, whose status keeps their points where they are (one that may not spend when `spends`), or who are not in the program.
 */
export const requireProgramFor = (
  desk: Desk,
  programId: number | null,
  partyIds: readonly number[],
  now: Instant,
  spends: boolean,
): CompiledProgram => {
  for (const partyId of partyIds) {
    // A preview does not look before: an unknown id has no profile.
    const profile = desk.profiles.get(partyId);
    if (profile === undefined) throw errors.no_customer({ name: `id ${partyId}` });
    const { mergedInto } = profile;
    if (mergedInto !== null) throw errors.merged_customer({ id: partyId, survivor: mergedInto });
  }
  const program = programOf(desk, programId, now);
  if (program === null) throw errors.unknown_program({ value: programId ?? "in force" });
  for (const partyId of partyIds) {
    const membership = membershipOf(desk, partyId, program.programId);
    const { status } = desk.profiles.get(partyId)!;
    const { blockedStatuses } = redemptionPolicy(program, membership?.tierNumber ?? 1);
    if (GONE.has(status) || (spends && blockedStatuses.includes(status)))
      throw errors.status_keeps_points({ id: partyId, status });
    if (membership === null && desk.book.account(partyId, spendable(program.programId)) === undefined)
      throw errors.not_a_member({ program: program.name });
  }
  return program;
};
