import { POINTS } from "#ledger";
import {
  type Entered,
  enterTier,
  type Measures,
  type Membership,
  measuresOf,
  tierAfterReturn,
  trackerMeasures,
} from "#loyalty";
import { localDate } from "#platform";
import type { Passage, Snapshot } from "../passage.ts";
import { isReturn } from "../schema.ts";
import { zoneOfStore } from "../visits.ts";

type Standing = Pick<Snapshot, "organisation" | "programs" | "memberships" | "book" | "trackers">;
type At = Pick<Passage, "purchase">;

const measuresIn = ({ purchase }: At, membership: Membership, snapshot: Standing): Measures => {
  const { partyId, programId } = membership;
  const { book, organisation, programs, trackers } = snapshot;
  const program = programs.byId(programId)?.inForce(purchase.now) ?? null;
  const day = localDate(purchase.now, zoneOfStore(organisation, purchase.storeId));
  return {
    ...measuresOf(membership, book.account(partyId, { programId, currencyId: POINTS, category: 1 })),
    ...(program === null
      ? {}
      : trackerMeasures(program, membership, trackers.get(`${partyId}/${programId}`), day)),
  };
};

/** What criteria of tiers saw of members before a return, by party and program. */
export const measuresBefore = (
  at: At,
  memberships: ReadonlyMap<string, Membership>,
  snapshot: Standing,
): ReadonlyMap<string, Measures> =>
  new Map(
    [...memberships.keys()].flatMap((key) => {
      const membership = snapshot.memberships.get(key);
      return membership === undefined ? [] : [[key, measuresIn(at, membership, snapshot)] as const];
    }),
  );

/**
 * The membership after a return, with the tier taken back where the program asks for it and the return undid what had reached it. A mixed bill
 * takes nothing back: what it buys is looked at with it.
 */
export const tierTakenBack = (
  { purchase }: At,
  membership: Membership,
  before: Measures | undefined,
  snapshot: Standing,
): Pick<Entered, "membership"> & { readonly tierChange: Entered["tierChange"] | null } => {
  const program = snapshot.programs.byId(membership.programId)?.inForce(purchase.now) ?? null;
  if (program === null || before === undefined || !isReturn(purchase.type))
    return { membership, tierChange: null };
  const to = tierAfterReturn(program, membership, before, measuresIn({ purchase }, membership, snapshot));
  if (to === null) return { membership, tierChange: null };
  return enterTier(program, membership, { to, at: purchase.now, reason: "return" });
};
