import type { NewEvent } from "#events";
import { type Account, followTierStatements, loadAccounts, lockParties, POINTS } from "#ledger";
import { type Clock, type Db, type Instant, inTurn, type Logger, localDate, type Tx } from "#platform";
import type { Membership } from "../decide/schema.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { OrgPrograms, ProgramHistory } from "../programs/history.ts";
import { trackerMeasures, trackersOfMembers } from "../trackers/measures.ts";
import { currentMembership } from "./current.ts";
import { movedEvents, tierEvents } from "./events.ts";
import { pointsMovesOf } from "./points-end.ts";
import {
  downgradePolicyOf,
  judgeTier,
  NO_STANDING,
  type PeriodStanding,
  renewalPeriodOf,
} from "./renewal.ts";
import type { Measures } from "./rules.ts";
import { loadMemberships, membersWhoseTierEnds, type SavedMembership, saveMemberships } from "./store.ts";
import { judgedBefore, type LookBack } from "./validity.ts";

/** A stretch of time of one member in one program. */
export interface StandingQuestion extends LookBack {
  readonly partyId: number;
  readonly programId: number;
}

/** What members did in stretches of time, in the order of the questions. Bills are to the right of loyalty, so it is given this. */
export type StandingIn = (
  tx: Tx,
  orgId: number,
  questions: readonly StandingQuestion[],
) => Promise<readonly PeriodStanding[]>;

/** Members judged per transaction: bounds its length, and how long a purchase waits for the lock. */
const MEMBERS_AT_ONCE = 200;

export interface EndTierParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly programs: (orgId: number) => Promise<OrgPrograms>;
  readonly standingIn: StandingIn;
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  readonly membersAtOnce?: number;
}

/** What a run did. */
export interface EndedTiers {
  readonly renewed: number;
  readonly moved: number;
}

/** What of a member's accounts criteria look at. */
export const measuresOf = (
  { lifetimePurchases, visitCount }: Membership,
  account: Account | undefined,
): Measures => ({
  lifetimePurchases,
  visits: visitCount,
  currentPoints: account?.balance ?? 0,
  lifetimePoints: (account?.issued ?? 0) + (account?.received ?? 0),
});

/** The account of regular points among a party's. */
export const pointsAccount = (
  accounts: readonly Account[],
  partyId: number,
  programId: number,
): Account | undefined =>
  accounts.find(
    (row) =>
      row.partyId === partyId &&
      row.programId === programId &&
      row.currencyId === POINTS &&
      row.category === 1,
  );

/**
 * Judges the tiers of an organisation that ended: on the last day of the month or the day after, as each program says. Pages by the end
 * of the tier, in short transactions under the members' locks; killed anywhere it goes on where it was, running it twice changes nothing,
 * and what days of rest left behind is caught up on: a tier that should have ended several times is judged as often.
 */
export const endTiers = async (parts: EndTierParts, orgId: number): Promise<EndedTiers> => {
  const { db, clock, programs, membersAtOnce = MEMBERS_AT_ONCE } = parts;
  let [renewed, moved] = [0, 0];
  for (const history of (await programs(orgId)).all) {
    const now = clock.now().getTime();
    const program = history.inForce(now);
    const before = judgedBefore(downgradePolicyOf(program).check, now, program.timeZone);
    for (let after = { expiresAt: "-infinity", partyId: 0 }; ; ) {
      const page = await db.transaction(orgId, (tx) =>
        membersWhoseTierEnds(tx, orgId, {
          programId: program.programId,
          before,
          after,
          limit: membersAtOnce,
        }),
      );
      const last = page.at(-1);
      if (last === undefined) break;
      const partyIds = [...new Set(page.map(({ partyId }) => partyId))].sort((a, b) => a - b);
      const saved = await db.transaction(orgId, (tx) =>
        judgeMembers(tx, parts, orgId, history, { partyIds, before, now }),
      );
      renewed += saved.filter(({ tierChange }) => tierChange?.reason === "renewal").length;
      moved += saved.filter(({ tierChange }) => tierChange?.reason !== "renewal").length;
      after = last;
    }
  }
  return { renewed, moved };
};

/** Judges the tiers of organisations, one after another; see `inTurn` for what fails. */
export const endTiersOf = (
  parts: EndTierParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
): Promise<void> =>
  inTurn(orgIds, parts.log, "tiers of an organisation that ended could not be judged", (orgId) =>
    endTiers(parts, orgId),
  );

interface Page {
  readonly partyIds: readonly number[];
  /** Only tiers that end before. */
  readonly before: Instant;
  readonly now: Instant;
}

const judgeMembers = async (
  tx: Tx,
  { standingIn, publish }: EndTierParts,
  orgId: number,
  history: ProgramHistory,
  { partyIds, before, now }: Page,
): Promise<readonly SavedMembership[]> => {
  // Sent together, run in this order: what is read after the locks is what the locks guard.
  const [, memberships, accounts] = await Promise.all([
    lockParties(tx, orgId, partyIds),
    loadMemberships(tx, orgId, partyIds),
    loadAccounts(tx, orgId, partyIds),
  ]);
  const program = history.inForce(now);
  const due = memberships
    .filter(({ programId }) => programId === program.programId)
    .map((membership) => currentMembership(history, membership))
    // Somebody else may have been here since the page was read.
    .filter(({ tierExpiresAt }) => tierExpiresAt !== null && tierExpiresAt.getTime() < before);
  if (due.length === 0) return [];
  const standings = await standingsOf(tx, orgId, program, due, standingIn);
  const trackers = await trackersOfMembers(tx, program, due, now);
  const day = localDate(now, program.timeZone);
  const saved = due.map((membership): SavedMembership => {
    const { partyId, programId } = membership;
    const judged = judgeTier(program, membership, {
      now,
      standing: standings.get(partyId) ?? null,
      measures: {
        ...measuresOf(membership, pointsAccount(accounts, partyId, programId)),
        ...trackerMeasures(program, membership, trackers.get(partyId), day),
      },
    });
    return { ...judged, transactionId: null, recordedAt: new Date(now) };
  });
  await saveMemberships(tx, orgId, saved);
  if (downgradePolicyOf(program).extendPoints) {
    // Before they expire: whatever ended with the tier or later goes on with the one that follows.
    const moves = saved.flatMap(({ membership }, index) =>
      pointsMovesOf(program, membership, due[index]!.tierExpiresAt!.getTime()),
    );
    await tx.runAll(followTierStatements(orgId, moves));
  }
  await publish(tx, [
    ...due.flatMap((membership) => movedEvents(orgId, membership)),
    ...tierEvents(orgId, saved),
  ]);
  return saved;
};

/** What members did whose tier may be renewed, by party. */
const standingsOf = async (
  tx: Tx,
  orgId: number,
  program: CompiledProgram,
  due: readonly Membership[],
  standingIn: StandingIn,
): Promise<ReadonlyMap<number, PeriodStanding>> => {
  const questions = due.flatMap((membership): StandingQuestion[] => {
    const period = renewalPeriodOf(program, membership);
    return period === null ? [] : [{ partyId: membership.partyId, programId: program.programId, ...period }];
  });
  if (questions.length === 0) return new Map();
  const standings = await standingIn(tx, orgId, questions);
  return new Map(questions.map(({ partyId }, index) => [partyId, standings[index] ?? NO_STANDING]));
};
