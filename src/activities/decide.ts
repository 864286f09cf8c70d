import type { CustomerProfile } from "#customers";
import { type AccountKey, type Category, POINTS, type Posting } from "#ledger";
import {
  type Award,
  type AwardCategory,
  type CompiledProgram,
  DEFAULT_EXPIRY,
  type Decision,
  decideTransaction,
  type Membership,
  newMembership,
  rollsOf,
  type TransactionFacts,
} from "#loyalty";
import type { NextId } from "#platform";
import { errors } from "./errors.ts";
import { type Passage, refuse, type Snapshot, type Writes } from "./passage.ts";
import { record } from "./record.ts";
import { objectionToClaim } from "./retro/rules.ts";
import type { Purchase } from "./schema.ts";
import { addVisit, visitDayOf, zoneOfStore } from "./visits.ts";

const STATUSES_WITHOUT_TRANSACTIONS = new Set(["DELETED", "PENDING_DELETION"]);

/** Decides one purchase on the state that the ones before it left: posts what it earns and collects what is to be written. */
export const decide = (passage: Passage, snapshot: Snapshot, nextEventId: NextId, writes: Writes): void => {
  const { purchase, partyId } = passage;
  if (purchase.type === "NOT_INTERESTED") {
    record(passage, null, null, snapshot, writes);
    return;
  }
  const profile = snapshot.profiles.get(partyId);
  if (profile === undefined) {
    refuse(passage, errors.unknown_customer({ name: purchase.customerName }));
    return;
  }
  if (STATUSES_WITHOUT_TRANSACTIONS.has(profile.status)) {
    refuse(passage, errors.blocked_by_status({ id: partyId, status: profile.status }));
    return;
  }
  if (purchase.retro !== undefined) {
    const objection = objectionToClaim(snapshot.organisation, purchase.billedAt, profile);
    if (objection !== null) {
      refuse(passage, objection);
      return;
    }
  }
  const program = snapshot.programs.default?.inForce(purchase.billedAt) ?? null;
  if (program === null) {
    record(passage, profile, null, snapshot, writes);
    return;
  }
  const key = `${partyId}/${program.programId}`;
  const account = snapshot.book.account(partyId, {
    programId: program.programId,
    currencyId: POINTS,
    category: 1,
  });
  // A customer who registered before the program began joins it with the first purchase since.
  const membership = snapshot.memberships.get(key) ?? newMembership(program, partyId, purchase.billedAt);
  if (!Number.isSafeInteger(membership.lifetimePurchases + purchase.amount)) {
    refuseAmount(passage, snapshot);
    return;
  }
  const facts = factsOf(passage, profile, membership, snapshot);
  const decision = decideTransaction(program, facts, {
    membership,
    balance: account?.balance ?? 0,
    lifetimePoints: account?.issued ?? 0,
    profile: {
      firstName: profile.firstName ?? "",
      lastName: profile.lastName ?? "",
      email: profile.email ?? "",
      mobile: profile.mobile ?? "",
      externalId: profile.externalId,
      loyaltyType: profile.loyaltyType,
      extendedFields: profile.extendedFields,
    },
  });
  if (leavesExactRange(snapshot, partyId, decision)) {
    refuseAmount(passage, snapshot);
    return;
  }
  if (decision.membership !== null && decision.trace.blocked === undefined) {
    snapshot.memberships.set(key, decision.membership);
    if (membership.lastVisitOn !== null) addVisit(snapshot.visitDays, partyId, membership.lastVisitOn);
    addVisit(snapshot.visitDays, partyId, visitDayOf(snapshot.organisation, purchase));
    writes.memberships.push({
      membership: decision.membership,
      tierChange: decision.tierChange,
      transactionId: passage.transactionId,
      recordedAt: new Date(snapshot.recordedAt),
    });
    if (program.rolls) roll(program, passage, decision, facts, writes);
  }
  const eventNo = post(passage, decision, snapshot, nextEventId);
  record(passage, profile, { decision, program, eventNo }, snapshot, writes);
};

const refuseAmount = (passage: Passage, { organisation }: Snapshot): void => {
  const value = passage.purchase.amount / organisation.moneyScale;
  refuse(passage, errors.amount_out_of_range({ field: "billAmount", value }));
};

const CATEGORIES: Readonly<Record<AwardCategory, Category>> = { regular: 1, promised: 2, trigger_based: 3 };

const accountOf = ({ programId, currencyId, category }: Award): AccountKey => ({
  programId,
  currencyId,
  category: CATEGORIES[category],
});

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
  const store = organisation.store(purchase.storeId);
  const tierAtDate = snapshot.tiersOfLateBills.get(transactionId);
  const loyaltyBlocked = reasonToEarnNothing(purchase, profile);
  const day = lastVisitOn === null ? null : visitDayOf(organisation, purchase);
  const isLate = day !== null && lastVisitOn !== null && day < lastVisitOn;
  return {
    transactionId,
    number: purchase.number,
    billedAt: purchase.billedAt,
    now: purchase.now,
    amount: purchase.amount,
    grossAmount: purchase.grossAmount,
    discount: purchase.discount,
    moneyScale: organisation.moneyScale,
    note: purchase.note,
    lines: purchase.lines,
    extendedFields: purchase.extendedFields,
    store: { code: store?.code ?? "", name: store?.name ?? "" },
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
  const postings = decision.awards
    .filter((award) => award.points > 0)
    .map((award) => postingOf(award, transactionId));
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

/** What is usual is not said with the lot: regular points of the whole bill under the program's own expiry. */
const postingOf = (award: Award, transactionId: number): Posting => {
  const { points, expiresAt, line, convertsAt, rolls, source, expiryStrategyId, ruleId, currencyId } = award;
  const isUsual = currencyId === POINTS && line === 0 && award.category === "regular";
  const details = isUsual && expiryStrategyId === DEFAULT_EXPIRY ? null : { ruleId, expiryStrategyId };
  return {
    ...accountOf(award),
    contra: "issued",
    amount: points,
    expiresAt,
    lot: { source, transactionId, billLine: line, convertsAt, rolls, details },
  };
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
