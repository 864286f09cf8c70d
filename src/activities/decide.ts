import type { CustomerProfile } from "#customers";
import { POINTS } from "#ledger";
import { type Decision, decideTransaction, newMembership, type TransactionFacts } from "#loyalty";
import type { NextId } from "#platform";
import { errors } from "./errors.ts";
import { type Passage, refuse, type Snapshot, type Writes } from "./passage.ts";
import { record } from "./record.ts";
import type { Purchase } from "./schema.ts";

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
    const value = purchase.amount / snapshot.organisation.moneyScale;
    refuse(passage, errors.amount_out_of_range({ field: "billAmount", value }));
    return;
  }
  const decision = decideTransaction(program, factsOf(passage, profile, snapshot), {
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
  if (decision.membership !== null && decision.trace.blocked === undefined) {
    snapshot.memberships.set(key, decision.membership);
    const { membership, tierChange } = decision;
    const recordedAt = new Date(snapshot.recordedAt);
    writes.memberships.push({ membership, tierChange, transactionId: passage.transactionId, recordedAt });
  }
  const eventNo = post(passage, decision, snapshot, nextEventId);
  record(passage, profile, { decision, program, eventNo }, snapshot, writes);
};

const factsOf = (
  { purchase, transactionId }: Passage,
  profile: CustomerProfile,
  snapshot: Snapshot,
): TransactionFacts => {
  const { organisation } = snapshot;
  const store = organisation.store(purchase.storeId);
  const tierAtDate = snapshot.tiersOfLateBills.get(transactionId);
  const loyaltyBlocked = reasonToEarnNothing(purchase, profile);
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
    timeZone: store?.timeZone ?? organisation.timeZone,
    ...(tierAtDate === undefined ? {} : { tierAtDate }),
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
    .map(({ programId, points, expiresAt }) => ({
      programId,
      currencyId: POINTS,
      category: 1 as const,
      contra: "issued" as const,
      amount: points,
      expiresAt,
    }));
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
