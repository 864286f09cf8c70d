import { type Instant, localDate, type Tx } from "#platform";
import type { Membership } from "../decide/schema.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { Measures } from "../tiers/rules.ts";
import { NOTHING_TRACKED, type TrackerState, trackerValueOf } from "./state.ts";
import { loadTrackers, trackersNeeded } from "./store.ts";

/** What trackers of members hold, by party, as of an instant in the organisation's zone. A program without trackers asks nothing. */
export const trackersOfMembers = async (
  tx: Tx,
  program: CompiledProgram,
  memberships: readonly Membership[],
  now: Instant,
): Promise<ReadonlyMap<number, TrackerState>> => {
  const day = localDate(now, program.timeZone);
  const questions = memberships.flatMap(({ partyId, changeNo }) =>
    trackersNeeded(program, { partyId, day, changeNo }),
  );
  const found = await loadTrackers(tx, program.orgId, questions);
  return new Map(
    memberships.map(({ partyId }) => [
      partyId,
      found.get(`${partyId}/${program.programId}`) ?? NOTHING_TRACKED,
    ]),
  );
};

/** What of trackers criteria of tiers look at; nothing where the program has none. */
export const trackerMeasures = (
  { trackers }: Pick<CompiledProgram, "trackers">,
  { changeNo }: Pick<Membership, "changeNo">,
  state: TrackerState | undefined,
  day: string,
): Pick<Measures, "trackerValue"> =>
  trackers.length === 0
    ? {}
    : { trackerValue: trackerValueOf(trackers, state ?? NOTHING_TRACKED, { day, changeNo }) };
