import {
  type Decision,
  loadTrackers,
  type Membership,
  type OrgPrograms,
  type SavedTrackers,
  type TrackerQuestion,
  type TrackerState,
  trackersNeeded,
  withChanges,
} from "#loyalty";
import type { Organisation } from "#orgs";
import { localDate, type Tx } from "#platform";
import type { Passage } from "./passage.ts";
import { hasCustomer, isReturn } from "./schema.ts";
import { zoneOfStore } from "./visits.ts";

/** What trackers of the batch's members hold, by `party/program`, as far as the windows of its bills reach. */
export const trackersOf = (
  tx: Tx,
  organisation: Organisation,
  programs: OrgPrograms,
  batch: readonly Passage[],
  memberships: ReadonlyMap<string, Membership>,
  more: readonly TrackerQuestion[] = [],
): Promise<Map<string, TrackerState>> => {
  const history = programs.default;
  if (history === null || !history.versions.some(({ trackers }) => trackers.length > 0))
    return Promise.resolve(new Map());
  const questions = batch.flatMap(({ outcome, purchase, partyId }): TrackerQuestion[] => {
    if (outcome !== null || !hasCustomer(purchase.type)) return [];
    const at = isReturn(purchase.type) ? purchase.now : purchase.billedAt;
    const program = history.inForce(at);
    const { programId } = program;
    const changeNo = memberships.get(`${partyId}/${programId}`)?.changeNo ?? 1;
    const day = localDate(purchase.now, zoneOfStore(organisation, purchase.storeId));
    return trackersNeeded(program, { partyId, day, changeNo });
  });
  return loadTrackers(tx, organisation.id, [...questions, ...more]);
};

/** Lets later decisions of the batch see what a decision tracked, and answers the rows to write. */
export const keepTrackers = (
  known: Map<string, TrackerState>,
  partyId: number,
  programId: number,
  { trackers }: Pick<Decision, "trackers">,
): readonly SavedTrackers[] => {
  if (trackers.days.length + trackers.cases.length === 0) return [];
  const key = `${partyId}/${programId}`;
  known.set(key, withChanges(known.get(key) ?? { days: [], cases: [] }, trackers));
  return [{ partyId, programId, ...trackers }];
};
