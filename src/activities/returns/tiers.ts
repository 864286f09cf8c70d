import { POINTS } from "#ledger";
import {
  type Entered,
  enterTier,
  type Measures,
  type Membership,
  measuresOf,
  tierAfterReturn,
} from "#loyalty";
import type { Passage, Snapshot } from "../passage.ts";
import { isReturn } from "../schema.ts";

type Standing = Pick<Snapshot, "programs" | "memberships" | "book">;

const measuresIn = (membership: Membership, { book }: Standing): Measures => {
  const { partyId, programId } = membership;
  return measuresOf(membership, book.account(partyId, { programId, currencyId: POINTS, category: 1 }));
};

/** What criteria of tiers saw of members before a return, by party and program. */
export const measuresBefore = (
  memberships: ReadonlyMap<string, Membership>,
  snapshot: Standing,
): ReadonlyMap<string, Measures> =>
  new Map(
    [...memberships.keys()].flatMap((key) => {
      const membership = snapshot.memberships.get(key);
      return membership === undefined ? [] : [[key, measuresIn(membership, snapshot)] as const];
    }),
  );

/**
 * The membership after a return, with the tier taken back where the program asks for it and the return undid what had reached it. A mixed bill
 * takes nothing back: what it buys is looked at with it.
 */
export const tierTakenBack = (
  { purchase }: Pick<Passage, "purchase">,
  membership: Membership,
  before: Measures | undefined,
  snapshot: Standing,
): Pick<Entered, "membership"> & { readonly tierChange: Entered["tierChange"] | null } => {
  const program = snapshot.programs.byId(membership.programId)?.inForce(purchase.now) ?? null;
  if (program === null || before === undefined || !isReturn(purchase.type))
    return { membership, tierChange: null };
  const to = tierAfterReturn(program, membership, before, measuresIn(membership, snapshot));
  if (to === null) return { membership, tierChange: null };
  return enterTier(program, membership, { to, at: purchase.now, reason: "return" });
};
