import { type Account, loadAccounts } from "#ledger";
import type { Organisation } from "#orgs";
import { formatIso, localDate, type Tx } from "#platform";
import type { Membership } from "./decide/schema.ts";
import type { ProgramHistory } from "./programs/history.ts";
import type { ProgramParts } from "./programs/parts.ts";
import { draftHasProblems } from "./programs/publication.ts";
import { createPrograms } from "./programs/service.ts";
import { createTargets } from "./targets/service.ts";
import { currentMembership, currentMemberships } from "./tiers/current.ts";
import { membershipView, programDetails, titledDetails } from "./tiers/details.ts";
import { pointsAccount, type StandingIn } from "./tiers/end-tiers.ts";
import { type GapsAsked, standingSoFar, type TierGaps, tierGapsOf } from "./tiers/gap.ts";
import { previewTierMoves, type TierMovePreview } from "./tiers/move-tiers.ts";
import { NO_STANDING } from "./tiers/renewal.ts";
import { tierNumbered } from "./tiers/rules.ts";
import { listTierChanges, loadMemberships } from "./tiers/store.ts";
import { trackersOfMembers } from "./trackers/measures.ts";
import { readTrackerStandings, type TrackerStanding } from "./trackers/standings.ts";

export type Loyalty = ReturnType<typeof createLoyalty>;

/** A party's memberships and balances, read at one moment. */
export interface Standing {
  readonly memberships: readonly Membership[];
  readonly accounts: readonly Account[];
}

export interface LoyaltyParts extends ProgramParts {
  /** Reads bills, which are to the right; without it nobody has any. */
  readonly standingIn?: StandingIn;
}

const noBills: StandingIn = async (_tx, _orgId, questions) => questions.map(() => NO_STANDING);

/** Programs, and what members have in them. */
export const createLoyalty = (parts: LoyaltyParts) => {
  const { db, clock, orgs, standingIn = noBills } = parts;
  const programs = createPrograms(parts);
  const targets = createTargets(parts);

  const membershipIn = (memberships: readonly Membership[], history: ProgramHistory) => {
    const found = memberships.find(({ programId }) => programId === history.programId);
    return found === undefined ? null : currentMembership(history, found);
  };

  /** Balances and memberships of a party. */
  const standing = (orgId: number, partyId: number): Promise<Standing> =>
    db.transaction(orgId, async (tx) => {
      const [all, memberships, accounts] = await Promise.all([
        programs.programs(orgId),
        loadMemberships(tx, orgId, [partyId]),
        loadAccounts(tx, orgId, [partyId]),
      ]);
      return { memberships: currentMemberships(all, memberships), accounts };
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

  /** How far a party is from the next tier and from keeping its own, in the default program; empty for no member of it. */
  const tierGaps = async (
    tx: Tx,
    organisation: Organisation,
    partyId: number,
    asked: GapsAsked,
  ): Promise<TierGaps> => {
    const [all, memberships, accounts] = await Promise.all([
      programs.programs(organisation.id),
      loadMemberships(tx, organisation.id, [partyId]),
      loadAccounts(tx, organisation.id, [partyId]),
    ]);
    const history = all.default;
    const membership = history === null ? null : membershipIn(memberships, history);
    if (history === null || membership === null) return { lacksDowngrade: false };
    const now = clock.now().getTime();
    const account = pointsAccount(accounts, partyId, history.programId);
    return tierGapsOf(tx, organisation, history.inForce(now), membership, account, {
      asked,
      now,
      standingIn,
    });
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
    const now = clock.now().getTime();
    return db.transaction(orgId, async (tx) => {
      const [memberships, accounts] = await Promise.all([
        loadMemberships(tx, orgId, [partyId]),
        loadAccounts(tx, orgId, [partyId]),
      ]);
      const views: ReturnType<typeof membershipView>[] = [];
      for (const history of all.all) {
        const membership = membershipIn(memberships, history);
        if (membership === null) continue;
        const program = history.inForce(now);
        const standing = await standingSoFar(tx, standingIn, program, membership);
        const state = (await trackersOfMembers(tx, program, [membership], now)).get(partyId)!;
        const tracked = { state, day: localDate(now, program.timeZone) };
        views.push(membershipView(organisation, program, membership, accounts, standing, tracked));
      }
      return views;
    });
  };

  /** Where a party stands by the trackers of each program that it is a member of. */
  const listTrackers = async (
    orgId: number,
    partyId: number,
  ): Promise<{ readonly programName: string; readonly standing: TrackerStanding }[]> => {
    const all = await programs.programs(orgId);
    const now = clock.now().getTime();
    return db.transaction(orgId, async (tx) => {
      const memberships = await loadMemberships(tx, orgId, [partyId]);
      const found: { programName: string; standing: TrackerStanding }[] = [];
      for (const history of all.all) {
        const membership = membershipIn(memberships, history);
        if (membership === null) continue;
        const standings = await readTrackerStandings(tx, history.inForce(now), membership, now);
        found.push(...standings.map((standing) => ({ programName: history.name, standing })));
      }
      return found;
    });
  };

  /** What publishing a definition would make of the members of a program's tiers. Errors: unknown_program, draft_has_problems. */
  const tierMoves = async (orgId: number, id: number, definition: unknown): Promise<TierMovePreview[]> => {
    const judged = await programs.judgeDefinition(orgId, id, definition);
    if (judged.definition === null) throw draftHasProblems(judged.problems);
    const history = (await programs.programs(orgId)).byId(id);
    // Before the first version nobody is in a tier.
    if (history === null) return [];
    return db.transaction(orgId, (tx) => previewTierMoves(tx, orgId, history, judged.definition));
  };

  /** Tier history of a party as the console shows it, newest first. */
  const listChanges = async (orgId: number, partyId: number) => {
    const [organisation, all] = await Promise.all([orgs.get(orgId), programs.programs(orgId)]);
    const rows = await db.transaction(orgId, (tx) => listTierChanges(tx, orgId, partyId));
    return rows.map((row) => {
      const history = all.byId(row.programId);
      const program = history?.inForce(row.changedAt.getTime());
      const numberedBy = (numbering: number) =>
        // A tier is read by the version then, or by the newest one that numbered tiers so.
        program?.numbering === numbering
          ? program
          : (history?.versions.findLast((version) => version.numbering === numbering) ?? program);
      const tier = (number: number, numbering: number) => {
        const found = numberedBy(numbering);
        return {
          number,
          name: found === undefined ? "" : tierNumbered(found.tiers, number).name,
          color: found === undefined ? "" : tierNumbered(found.tiers, number).color,
        };
      };
      const before = row.reason === "tier removed" ? row.numbering - 1 : row.numbering;
      return {
        programId: row.programId,
        programName: program?.name ?? "",
        changeNo: row.changeNo,
        changedAt: formatIso(row.changedAt.getTime(), organisation.timeZone),
        recordedAt: formatIso(row.recordedAt.getTime(), organisation.timeZone),
        from: row.fromTier === null ? null : tier(row.fromTier, before),
        to: tier(row.toTier, row.numbering),
        reason: row.reason,
        transactionId: row.transactionId,
        expiresAt: row.expiresAt === null ? null : formatIso(row.expiresAt.getTime(), organisation.timeZone),
        upgradeType: row.upgradeType,
        notes: row.notes,
        changedBy: row.changedBy,
      };
    });
  };

  return {
    ...programs,
    targets,
    standing,
    loyaltyDetails,
    tierGaps,
    tierMoves,
    summaries,
    listMemberships,
    listTrackers,
    listChanges,
  };
};
