import { type MergeStep, type Merging, type ProgramSummary, partiesOf } from "#customers";
import type { Actor } from "#identity";
import {
  type Account,
  canUndoMerge,
  eventsOfMerge,
  eventsOfUndo,
  findParty,
  type Hold,
  LedgerBook,
  type Lot,
  type LotKey,
  loadAccounts,
  loadActiveHolds,
  loadLots,
  loadOpenLots,
  loadPostedLines,
  lockParties,
  type MergePosted,
  type PartyState,
  POINTS,
  type PostedLine,
  postMerge,
  postMergeUndo,
  readParties,
  writeLedger,
} from "#ledger";
import {
  type Loyalty,
  loadMemberships,
  type Membership,
  type MergedMembership,
  planMembershipMerge,
  readMergedMembership,
  undoMembershipMerge,
  writeMembershipMerge,
} from "#loyalty";
import type { Orgs } from "#orgs";
import { type Ids, POINTS_SCALE, type Tx, toDecimal } from "#platform";
import { errors } from "./errors.ts";
import { previewOf } from "./merging-preview.ts";
import { countReturns, hasPaidBillsOf } from "./store.ts";
import { countSharedVisits } from "./visits.ts";

export interface MergingParts {
  readonly ids: Ids;
  readonly orgs: Orgs;
  readonly loyalty: Pick<Loyalty, "programs">;
}

/** What is kept with a merge for its undo. */
interface Effects {
  readonly posted: MergePosted;
  readonly memberships: readonly MergedMembership[];
  /** Returns of the victim's bills before the merge; absent of merges that did not keep it. */
  readonly returnsOfVictim?: number;
}

/** Both parties as they stand, under their locks where something is done to them. */
interface Sides {
  readonly parties: readonly PartyState[];
  readonly accounts: readonly Account[];
  readonly lots: readonly Lot[];
  readonly holds: readonly Hold[];
}

const load = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  partiesBy: typeof lockParties = lockParties,
): Promise<Sides> => {
  // Sent together, run in this order: what is read after the locks is what the locks guard.
  const [parties, accounts, lots, holds] = await Promise.all([
    partiesBy(tx, orgId, partyIds),
    loadAccounts(tx, orgId, partyIds),
    loadOpenLots(tx, orgId, partyIds),
    loadActiveHolds(tx, orgId, partyIds),
  ]);
  return { parties, accounts, lots, holds };
};

/** What points, tiers and visits do when customers are merged: one takes over what the other has, and can give it back. */
export const createMerging = ({ ids, orgs, loyalty }: MergingParts): Merging => {
  const sharedVisits = async (
    tx: Tx,
    orgId: number,
    { survivorId, victimId }: Pick<MergeStep, "survivorId" | "victimId">,
  ) => {
    const [organisation, own, others] = await Promise.all([
      orgs.get(orgId),
      partiesOf(tx, orgId, survivorId),
      partiesOf(tx, orgId, victimId),
    ]);
    return countSharedVisits(tx, organisation, own, others);
  };

  const merge: Merging["merge"] = async (tx, actor, step) => {
    const { orgId } = actor;
    const { survivorId, victimId } = step;
    const { parties, accounts, lots, holds } = await load(tx, orgId, [survivorId, victimId]);
    checkRoom(step, accounts);
    const mine = <Row extends { readonly partyId: number }>(rows: readonly Row[]) =>
      rows.filter((row) => row.partyId === victimId);
    // An account that only the victim had is opened for the survivor first.
    const most = eventsOfMerge(mine(lots).length, mine(accounts).length) + mine(accounts).length;
    const nextEventId = await ids.reserve("event", most);
    const book = new LedgerBook(parties, accounts, { lots, holds, openWith: nextEventId });
    const posted = postMerge(book, { ...partyMerge(actor, step), nextEventId }, mine(holds));
    const [shared, programs] = await Promise.all([sharedVisits(tx, orgId, step), loyalty.programs(orgId)]);
    const plan = await planMembershipMerge(tx, orgId, step, shared, programs);
    await writeLedger(tx, orgId, book.writes(), false);
    await writeMembershipMerge(tx, orgId, step, plan);
    const effects: Effects = {
      posted,
      memberships: plan.map(({ merged }) => merged),
      returnsOfVictim: await countReturns(tx, orgId, victimId),
    };
    const summary = summaryOf(book.accountsOf(survivorId), await loadMemberships(tx, orgId, [survivorId]));
    return { effects, summary };
  };

  const undo: Merging["undo"] = async (tx, actor, step, kept) => {
    const { orgId } = actor;
    const { survivorId, victimId } = step;
    const { posted, memberships, returnsOfVictim } = kept as Effects;
    const { parties, accounts, holds } = await load(tx, orgId, [survivorId, victimId]);
    const lines = await loadPostedLines(tx, orgId, eventsOf(step, posted));
    const lots = await loadLots(tx, orgId, lotsOf(lines));
    if (!canUndoMerge(parties, { ...step, at: step.at.getTime() }, posted, lots, holds)) return false;
    if (await areEntangled(tx, orgId, step, returnsOfVictim)) return false;
    const book = new LedgerBook(parties, accounts, { lots });
    const nextEventId = await ids.reserve("event", eventsOfUndo(lines.length));
    postMergeUndo(book, { ...partyMerge(actor, step), nextEventId }, lines);
    await writeLedger(tx, orgId, book.writes(), false);
    await undoMembershipMerge(
      tx,
      orgId,
      step,
      memberships.map(readMergedMembership),
      await loyalty.programs(orgId),
    );
    const summary = summaryOf(book.accountsOf(survivorId), await loadMemberships(tx, orgId, [survivorId]));
    return { summary };
  };

  const isUntouched: Merging["isUntouched"] = async (tx, orgId, step, kept) => {
    const { posted, returnsOfVictim } = kept as Effects;
    const partyIds = [step.survivorId, step.victimId];
    const [holds, ...parties] = await Promise.all([
      loadActiveHolds(tx, orgId, partyIds),
      ...partyIds.map((partyId) => findParty(tx, orgId, partyId)),
    ]);
    const lines = await loadPostedLines(tx, orgId, eventsOf(step, posted));
    const lots = await loadLots(tx, orgId, lotsOf(lines));
    const known = parties.filter((party) => party !== null);
    return (
      canUndoMerge(known, { ...step, at: step.at.getTime() }, posted, lots, holds) &&
      !(await areEntangled(tx, orgId, step, returnsOfVictim))
    );
  };

  const preview: Merging["preview"] = async (tx, actor, step, { locks }) => {
    const { orgId } = actor;
    const { survivorId, victimId } = step;
    const partiesBy = locks ? lockParties : readParties;
    const { parties, accounts, lots, holds } = await load(tx, orgId, [survivorId, victimId], partiesBy);
    checkRoom(step, accounts);
    const book = new LedgerBook(parties, accounts, { lots, holds, openWith: () => 0 });
    const mine = holds.filter((hold) => hold.partyId === victimId);
    // Nothing of this is written: the ids are nobody's.
    const merge = { ...partyMerge(actor, { ...step, mergeId: 0, reason: "" }), nextEventId: () => 0 };
    postMerge(book, merge, mine);
    const [shared, organisation, programs] = await Promise.all([
      sharedVisits(tx, orgId, step),
      orgs.get(orgId),
      loyalty.programs(orgId),
    ]);
    const plan = await planMembershipMerge(tx, orgId, step, shared, programs);
    return previewOf({
      organisation,
      programs,
      step,
      before: accounts,
      writes: book.writes(),
      memberships: plan.map(({ merged }) => merged),
      held: mine,
    });
  };

  return { merge, undo, preview, isUntouched };
};

/**
 * What no ledger tells: a return of a bill of the victim's took its amount off the survivor, whether it moved points or not, or a
 * redemption of the victim's paid a bill of the survivor's.
 */
const areEntangled = async (
  tx: Tx,
  orgId: number,
  { survivorId, victimId }: Pick<MergeStep, "survivorId" | "victimId">,
  returnsBefore: number | undefined,
): Promise<boolean> => {
  const [returns, paid] = await Promise.all([
    countReturns(tx, orgId, victimId),
    hasPaidBillsOf(tx, orgId, victimId, survivorId),
  ]);
  return paid || (returnsBefore !== undefined && returns !== returnsBefore);
};

/** Refuses a merge after which an account would hold or owe more, now or over its lifetime, than is counted exactly. */
const checkRoom = (
  { survivorId, victimId }: Pick<MergeStep, "survivorId" | "victimId">,
  accounts: readonly Account[],
): void => {
  for (const victim of accounts.filter(({ partyId }) => partyId === victimId)) {
    const moved = Math.abs(victim.balance) + 2 * victim.debt;
    const own = accounts.find(
      ({ partyId, programId, currencyId, category }) =>
        partyId === survivorId &&
        programId === victim.programId &&
        currencyId === victim.currencyId &&
        category === victim.category,
    );
    if (own === undefined) continue;
    const totals = [Math.abs(own.balance), own.issued + own.received, own.passedOn, own.debt];
    if (totals.some((total) => !Number.isSafeInteger(total + moved)))
      throw errors.merge_out_of_range({ id: survivorId });
  }
};

const partyMerge = ({ name, tillId }: Actor, { mergeId, survivorId, victimId, reason, at }: MergeStep) => ({
  mergeId,
  survivorId,
  victimId,
  reason,
  by: name,
  tillId,
  at: at.getTime(),
});

const eventsOf = (
  { survivorId, victimId }: Pick<MergeStep, "survivorId" | "victimId">,
  { survivorEvents, victimEvent }: MergePosted,
) => [
  ...survivorEvents.map((eventNo) => ({ partyId: survivorId, eventNo })),
  ...(victimEvent === null ? [] : [{ partyId: victimId, eventNo: victimEvent }]),
];

/** Lots that lines opened, took from or gave to. */
const lotsOf = (lines: readonly PostedLine[]): (LotKey & { readonly partyId: number })[] =>
  lines.flatMap(({ partyId, opened, eventNo, lineNo, uses }) => [
    ...(opened ? [{ partyId, eventNo, lineNo }] : []),
    ...uses.map((use) => ({ partyId, eventNo: use.eventNo, lineNo: use.lineNo })),
  ]);

const summaryOf = (accounts: readonly Account[], memberships: readonly Membership[]): ProgramSummary[] =>
  memberships.map(({ programId, tierNumber }) => {
    const points = (category: number, of: (account: Account) => number) =>
      toDecimal(
        accounts
          .filter(
            (row) => row.programId === programId && row.currencyId === POINTS && row.category === category,
          )
          .reduce((sum, row) => sum + of(row), 0),
        POINTS_SCALE,
      );
    return {
      loyaltyProgramId: programId,
      lifetimePoints: points(1, (row) => row.issued + row.received),
      currentPoints: points(1, (row) => row.balance),
      promisedPoints: points(2, (row) => row.balance),
      tierNumber,
    };
  });
