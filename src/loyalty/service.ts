import { type Account, loadAccounts } from "#ledger";
import type { Organisation } from "#orgs";
import { formatIso, type Tx } from "#platform";
import type { Membership } from "./decide/schema.ts";
import type { ProgramHistory } from "./programs/history.ts";
import type { ProgramParts } from "./programs/parts.ts";
import { createPrograms } from "./programs/service.ts";
import { membershipView, programDetails, titledDetails } from "./tiers/details.ts";
import { tierNumbered } from "./tiers/rules.ts";
import { listTierChanges, loadMemberships } from "./tiers/store.ts";

export type Loyalty = ReturnType<typeof createLoyalty>;

/** A party's memberships and balances, read at one moment. */
export interface Standing {
  readonly memberships: readonly Membership[];
  readonly accounts: readonly Account[];
}

/** Programs, and what members have in them. */
export const createLoyalty = (parts: ProgramParts) => {
  const { db, clock, orgs } = parts;
  const programs = createPrograms(parts);

  const membershipIn = (memberships: readonly Membership[], { programId }: ProgramHistory) =>
    memberships.find((membership) => membership.programId === programId) ?? null;

  /** Balances and memberships of a party. */
  const standing = (orgId: number, partyId: number): Promise<Standing> =>
    db.transaction(orgId, async (tx) => {
      const [memberships, accounts] = await Promise.all([
        loadMemberships(tx, orgId, [partyId]),
        loadAccounts(tx, orgId, [partyId]),
      ]);
      return { memberships, accounts };
    });

  /**
   * The documented `loyaltyProgramDetails` of a party: one item for each published program, the ones not joined with
   * `loyaltyId` −1. `balances` are the party's ledger accounts.
   */
  const loyaltyDetails = async (
    tx: Tx,
    organisation: Organisation,
    partyId: number,
    balances: readonly Account[],
  ) => {
    const [all, memberships] = await Promise.all([
      programs.programs(organisation.id),
      loadMemberships(tx, organisation.id, [partyId]),
    ]);
    const now = clock.now().getTime();
    return all.all.map((history) =>
      titledDetails(organisation, history.inForce(now), membershipIn(memberships, history), balances, now),
    );
  };

  /** What the `loyaltyDetails` reads answer for some programs. */
  const summaries = (
    organisation: Organisation,
    chosen: readonly ProgramHistory[],
    { memberships, accounts }: Standing,
  ) => {
    const now = clock.now().getTime();
    return chosen.map((history) =>
      programDetails(organisation, history.inForce(now), membershipIn(memberships, history), accounts, now),
    );
  };

  /** Memberships of a party as the console shows them, the default program's first. */
  const listMemberships = async (orgId: number, partyId: number) => {
    const [organisation, all] = await Promise.all([orgs.get(orgId), programs.programs(orgId)]);
    const memberships = await db.transaction(orgId, (tx) => loadMemberships(tx, orgId, [partyId]));
    const now = clock.now().getTime();
    return all.all.flatMap((history) => {
      const membership = membershipIn(memberships, history);
      return membership === null ? [] : [membershipView(organisation, history.inForce(now), membership)];
    });
  };

  /** Tier history of a party as the console shows it, newest first. */
  const listChanges = async (orgId: number, partyId: number) => {
    const [organisation, all] = await Promise.all([orgs.get(orgId), programs.programs(orgId)]);
    const rows = await db.transaction(orgId, (tx) => listTierChanges(tx, orgId, partyId));
    return rows.map((row) => {
      const program = all.byId(row.programId)?.inForce(row.changedAt.getTime());
      const tier = (number: number) => ({
        number,
        name: program === undefined ? "" : tierNumbered(program.tiers, number).name,
        color: program === undefined ? "" : tierNumbered(program.tiers, number).color,
      });
      return {
        programId: row.programId,
        programName: program?.name ?? "",
        changeNo: row.changeNo,
        changedAt: formatIso(row.changedAt.getTime(), organisation.timeZone),
        recordedAt: formatIso(row.recordedAt.getTime(), organisation.timeZone),
        from: row.fromTier === null ? null : tier(row.fromTier),
        to: tier(row.toTier),
        reason: row.reason,
        transactionId: row.transactionId,
      };
    });
  };

  return { ...programs, standing, loyaltyDetails, summaries, listMemberships, listChanges };
};
