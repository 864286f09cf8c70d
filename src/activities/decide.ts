import type { CustomerProfile } from "#customers";
import { POINTS } from "#ledger";
import {
  type CompiledProgram,
  type Decision,
  decideTransaction,
  type MemberState,
  type Membership,
  movedEvents,
  newMembership,
  rollsOf,
  type SavedMembership,
  type TrackerState,
  type TransactionFacts,
  tierEvents,
} from "#loyalty";
import type { NextId } from "#platform";
import { amountsThatCount, profileFactsOf, storeFactsOf, tendersOf } from "./bill-facts.ts";
import { errors } from "./errors.ts";
import { keepUses } from "./limits.ts";
import { type Passage, refuse, type Snapshot, type Writes } from "./passage.ts";
import { accountOf, postingsOf } from "./postings.ts";
import { record } from "./record.ts";
import { objectionToClaim } from "./retro/rules.ts";
import { applyReturns, type JudgedReturns, judgeReturns } from "./returns/decide.ts";
import { hasCustomer, isReturn, type Purchase } from "./schema.ts";
import { keepTargets, memberTargets } from "./targets.ts";
import { keepTrackers } from "./trackers.ts";
import { addVisit, visitDayOf, zoneOfStore } from "./visits.ts";

const STATUSES_WITHOUT_TRANSACTIONS = new Set(["DELETED", "PENDING_DELETION"]);

/**
 * Decides one purchase or return on the state that the ones before it left: posts what it earns and takes back, and collects
 * what is to be written. What a mixed bill takes back comes first and, should any of it be refused, nothing of the bill happens.
 */
export const decide = (passage: Passage, snapshot: Snapshot, nextEventId: NextId, writes: Writes): void => {
  const profile = hasCustomer(passage.purchase.type) ? profileOf(passage, snapshot) : null;
  if (passage.outcome !== null) return;
  const returns = judgeReturns(passage, snapshot);
  if (returns === null) return;
  if (isReturn(passage.purchase.type)) {
    applyReturns(passage, returns, profile, snapshot, nextEventId, writes);
    return;
  }
  const earned = profile === null ? null : earn(passage, profile, returns, snapshot);
  if (passage.outcome !== null) return;
  // Before what goes back with it: that looks at targets as the bill left them.
  const reached = keepTargets(earned?.decision.targets, snapshot, writes);
  if (returns.items.length > 0) applyReturns(passage, returns, profile, snapshot, nextEventId, writes);
  if (earned === null) {
    record(passage, profile, null, snapshot, writes);
    return;
  }
  const { decision, program } = earned;
  const saved = keepMembership(passage, earned, snapshot, writes);
  const eventNo = post(passage, decision, snapshot, nextEventId);
  record(passage, profile, { decision, program, eventNo }, snapshot, writes);
  // After the bill that they come of.
  if (saved !== null) writes.events.push(...tierEvents(snapshot.organisation.id, [saved]));
  writes.events.push(...reached);
};

/** The customer, who may have bills; refuses the passage and answers null where not. */
const profileOf = (passage: Passage, snapshot: Snapshot): CustomerProfile | null => {
  const { purchase, partyId } = passage;
  const profile = snapshot.profiles.get(partyId);
  if (profile === undefined) {
    refuse(passage, errors.unknown_customer({ name: purchase.customerName }));
    return null;
  }
  if (STATUSES_WITHOUT_TRANSACTIONS.has(profile.status)) {
    refuse(passage, errors.blocked_by_status({ id: partyId, status: profile.status }));
    return null;
  }
  const objection =
    purchase.retro === undefined ? null : objectionToClaim(snapshot.organisation, purchase.billedAt, profile);
  if (objection !== null) {
    refuse(passage, objection);
    return null;
  }
  return profile;
};

interface Earned {
  readonly decision: Decision;
  readonly program: CompiledProgram;
  readonly before: Membership;
  readonly facts: TransactionFacts;
}

/** What a purchase earns, not posted yet; null where no program decides. Refuses what would leave the exact range. */
const earn = (
  passage: Passage,
  profile: CustomerProfile,
  returns: JudgedReturns,
  snapshot: Snapshot,
): Earned | null => {
  const { purchase, partyId } = passage;
  const program = snapshot.programs.default?.inForce(purchase.billedAt) ?? null;
  if (program === null) return null;
  const key = `${partyId}/${program.programId}`;
  const account = snapshot.book.account(partyId, {
    programId: program.programId,
    currencyId: POINTS,
    category: 1,
  });
  // A customer who registered before the program began joins it with the first purchase since.
  const membership =
    returns.memberships.get(key) ??
    snapshot.memberships.get(key) ??
    newMembership(program, partyId, purchase.billedAt);
  if (!Number.isSafeInteger(membership.lifetimePurchases + purchase.amount)) {
    refuseAmount(passage, snapshot);
    return null;
  }
  const facts = factsOf(passage, profile, membership, snapshot);
  const decision = decideTransaction(program, facts, {
    membership,
    balance: account?.balance ?? 0,
    lifetimePoints: (account?.issued ?? 0) + (account?.received ?? 0),
    ...usesOf(snapshot, key),
    ...trackedBy(returns.trackers.get(key)?.state ?? snapshot.trackers.get(key)),
    ...memberTargets(snapshot, partyId),
    profile: profileFactsOf(profile),
  });
  if (leavesExactRange(snapshot, partyId, decision)) {
    refuseAmount(passage, snapshot);
    return null;
  }
  return { decision, program, before: membership, facts };
};

const usesOf = ({ limitUses }: Snapshot, key: string): Pick<MemberState, "limitUses"> => {
  const uses = limitUses.get(key);
  return uses === undefined ? {} : { limitUses: uses };
};

const trackedBy = (state: TrackerState | undefined): Pick<MemberState, "trackers"> =>
  state === undefined ? {} : { trackers: state };

const keepMembership = (
  passage: Passage,
  { program, decision, before, facts }: Earned,
  snapshot: Snapshot,
  writes: Writes,
): SavedMembership | null => {
  const { purchase, partyId, transactionId } = passage;
  const { membership, trace, tierChange } = decision;
  if (membership === null || trace.blocked !== undefined) return null;
  snapshot.memberships.set(`${partyId}/${membership.programId}`, membership);
  if (before.lastVisitOn !== null) addVisit(snapshot.visitDays, partyId, before.lastVisitOn);
  addVisit(snapshot.visitDays, partyId, visitDayOf(snapshot.organisation, purchase));
  const recordedAt = new Date(snapshot.recordedAt);
  const saved: SavedMembership = { membership, tierChange, transactionId, recordedAt };
  const { id: orgId } = snapshot.organisation;
  if (before.moved !== undefined && !isSaved(before, writes))
    writes.events.push(...movedEvents(orgId, before));
  writes.memberships.push(saved);
  writes.limitUses.push(...keepUses(snapshot.limitUses, partyId, membership.programId, decision));
  writes.trackers.push(...keepTrackers(snapshot.trackers, partyId, membership.programId, decision));
  if (program.rolls) roll(program, passage, decision, facts, writes);
  return saved;
};

/** Whether an earlier bill of the batch saves the membership. */
const isSaved = ({ partyId, programId }: Membership, { memberships }: Writes): boolean =>
  memberships.some(({ membership }) => membership.partyId === partyId && membership.programId === programId);

const refuseAmount = (passage: Passage, { organisation }: Snapshot): void => {
  const value = passage.purchase.amount / organisation.moneyScale;
  refuse(passage, errors.amount_out_of_range({ field: "billAmount", value }));
};

/** Whether an account would hold more, now or over its lifetime, than is counted exactly. */
const leavesExactRange = ({ book }: Snapshot, partyId: number, { awards }: Decision): boolean => {
  if (awards.length === 0) return false;
  // Together they are a bound for each account, and there is nearly always one.
  const points = awards.reduce((sum, award) => sum + award.points, 0);
  return awards.some((award) => {
    const account = book.account(partyId, accountOf(award));
    return [account?.issued ?? 0, account?.balance ?? 0].some((held) => !Number.isSafeInteger(held + points));
  });
};

const factsOf = (
  { purchase, partyId, transactionId }: Passage,
  profile: CustomerProfile,
  { lastVisitOn }: Membership,
  snapshot: Snapshot,
): TransactionFacts => {
  const { organisation } = snapshot;
  const tierAtDate = snapshot.tiersOfLateBills.get(transactionId);
  const loyaltyBlocked = reasonToEarnNothing(purchase, profile);
  const day = lastVisitOn === null ? null : visitDayOf(organisation, purchase);
  const isLate = day !== null && lastVisitOn !== null && day < lastVisitOn;
  return {
    transactionId,
    number: purchase.number,
    billedAt: purchase.billedAt,
    now: purchase.now,
    ...amountsThatCount(purchase),
    grossAmount: purchase.grossAmount,
    discount: purchase.discount,
    moneyScale: organisation.moneyScale,
    note: purchase.note,
    extendedFields: purchase.extendedFields,
    store: storeFactsOf(organisation, purchase.storeId),
    source: purchase.source,
    ...(purchase.paymentModes.length === 0 ? {} : { tenders: tendersOf(purchase.paymentModes) }),
    timeZone: zoneOfStore(organisation, purchase.storeId),
    ...(tierAtDate === undefined ? {} : { tierAtDate }),
    ...(isLate ? { firstOfDay: snapshot.visitDays.get(partyId)?.has(day) !== true } : {}),
    ...(loyaltyBlocked === null ? {} : { loyaltyBlocked }),
  };
};

const reasonToEarnNothing = (purchase: Purchase, profile: CustomerProfile): string | null => {
  if (purchase.outlierStatus !== "NORMAL") return `the bill is marked ${purchase.outlierStatus}`;
  if (profile.loyaltyType !== "loyalty") return "the customer is not in the loyalty program";
  return purchase.pointsIgnored;
};

/** Posts what was awarded as one ledger event; nothing was awarded, nothing is posted. */
const post = (
  { purchase, partyId, transactionId }: Passage,
  decision: Decision,
  snapshot: Snapshot,
  nextEventId: NextId,
): number | null => {
  const postings = postingsOf(decision.awards, transactionId);
  const programId = postings[0]?.programId;
  if (programId === undefined) return null;
  const { eventNo } = snapshot.book.post({
    partyId,
    eventId: nextEventId(),
    eventName: "TransactionAdd",
    bookedAt: purchase.now,
    recordedAt: snapshot.recordedAt,
    tillId: purchase.tillId,
    sourceProgramId: programId,
    reference: {
      transactionId,
      transactionNumber: purchase.number,
      date: purchase.billedAt,
      amount: purchase.amount,
      ...(purchase.grossAmount === null ? {} : { grossAmount: purchase.grossAmount }),
      source: purchase.source.toLowerCase(),
    },
    postings,
  });
  return eventNo;
};

/** Every bill that counts moves the points that the member has under rolling strategies, whether it earned or not. */
const roll = (
  program: CompiledProgram,
  { partyId }: Passage,
  { trace, membership }: Decision,
  { billedAt, now, timeZone }: TransactionFacts,
  writes: Writes,
): void => {
  const joinedAt = membership!.joinedAt.getTime();
  const { programId } = program;
  for (const move of rollsOf(program, { at: billedAt, now, tier: trace.tier, joinedAt, timeZone }))
    writes.rolls.push({ partyId, programId, now, timeZone, ...move });
};
