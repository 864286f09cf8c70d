import type { CustomerProfile, Customers } from "#customers";
import type { Events, NewEvent } from "#events";
import { LedgerBook, ledgerStatements, loadAccounts, lockParties, POINTS } from "#ledger";
import {
  type CompiledProgram,
  type Decision,
  decideTransaction,
  type Loyalty,
  loadMemberships,
  type Membership,
  membershipWrites,
  newMembership,
  type OrgPrograms,
  type SavedMembership,
  type TransactionFacts,
  tiersAt,
} from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import {
  type AppError,
  assert,
  type Clock,
  type Db,
  type Ids,
  type Instant,
  type NextId,
  type Outcome,
  type Tx,
} from "#platform";
import { type Claims, claimBills } from "./claims.ts";
import { errors } from "./errors.ts";
import { buildReply } from "./reply.ts";
import type { Purchase, Recorded } from "./schema.ts";
import { insertLines, insertTransactions, type LineRow, type TransactionRow } from "./store.ts";

export interface PathParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly loyalty: Loyalty;
  readonly events: Events;
}

/** One purchase on its way through a batch. */
export interface Passage {
  readonly purchase: Purchase;
  transactionId: number;
  /** The customer, or a party of its own for an anonymous bill; 0 until known. */
  partyId: number;
  outcome: Outcome<Recorded> | null;
}

/** What the load step read under the locks, and what the decisions so far made of it. */
interface Snapshot {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly profiles: ReadonlyMap<number, CustomerProfile>;
  readonly memberships: Map<string, Membership>;
  /** Tier in force on the date of late bills, by transaction. */
  readonly tiersOfLateBills: ReadonlyMap<number, number>;
  readonly book: LedgerBook;
  readonly claims: Claims;
  readonly recordedAt: Instant;
}

/** A decision with the program it followed and the ledger event it was posted as. */
export interface Decided {
  readonly decision: Decision;
  readonly program: CompiledProgram;
  readonly eventNo: number | null;
}

/** Rows that the batch's decisions come to. */
interface Writes {
  readonly transactions: TransactionRow[];
  readonly lines: LineRow[];
  readonly memberships: SavedMembership[];
  readonly events: NewEvent[];
}

/**
 * Takes a batch of purchases of one organisation through load, decide and commit in one database transaction and answers
 * each by itself: a refused one leaves nothing behind and does not disturb the others. Rejects only when the database does.
 */
export const passBatch = async (
  parts: PathParts,
  orgId: number,
  purchases: readonly Purchase[],
): Promise<readonly Outcome<Recorded>[]> => {
  const { db, ids, orgs, loyalty } = parts;
  const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
  const passages = await db.transaction(orgId, async (tx) => {
    // Built inside, because the transaction may be run again.
    const nextIds = await reserveIds(ids, purchases);
    const batch = purchases.map(
      (purchase): Passage => ({
        purchase,
        transactionId: nextIds.transaction(),
        partyId: purchase.type === "NOT_INTERESTED" ? nextIds.party() : 0,
        outcome: null,
      }),
    );
    await identify(tx, parts, orgId, batch);
    const snapshot = await load(tx, parts, organisation, programs, batch);
    const writes: Writes = { transactions: [], lines: [], memberships: [], events: [] };
    for (const passage of batch) {
      if (passage.outcome === null) decide(passage, snapshot, nextIds.event, writes);
    }
    await commit(tx, parts, orgId, batch, snapshot, writes);
    return batch;
  });
  parts.events.wake();
  return passages.map(({ outcome }) => {
    assert(outcome !== null, "every purchase of a batch has an outcome");
    return outcome;
  });
};

const reserveIds = async (ids: Ids, purchases: readonly Purchase[]) => {
  const anonymous = purchases.filter(({ type }) => type === "NOT_INTERESTED").length;
  const [transaction, party, event] = await Promise.all([
    ids.reserve("transaction", purchases.length),
    ids.reserve("party", anonymous),
    ids.reserve("event", purchases.length - anonymous),
  ]);
  return { transaction, party, event };
};

const refuse = (passage: Passage, error: AppError): void => {
  passage.outcome = { error };
};

/** Finds whose purchases these are; unknown customers are refused here, before anything is claimed. */
const identify = async (
  tx: Tx,
  { customers }: PathParts,
  orgId: number,
  batch: readonly Passage[],
): Promise<void> => {
  const keys = [...new Set(batch.flatMap(({ purchase }) => purchase.customerKey ?? []))];
  const parties =
    keys.length === 0 ? new Map<string, number>() : await customers.resolveIdentifiers(tx, orgId, keys);
  for (const passage of batch) {
    const { type, customerKey, customerId, customerName } = passage.purchase;
    if (type === "NOT_INTERESTED") continue;
    const partyId = customerId ?? parties.get(customerKey ?? "");
    if (partyId === undefined) refuse(passage, errors.unknown_customer({ name: customerName }));
    else passage.partyId = partyId;
  }
};

const load = async (
  tx: Tx,
  parts: PathParts,
  organisation: Organisation,
  programs: OrgPrograms,
  batch: readonly Passage[],
): Promise<Snapshot> => {
  const orgId = organisation.id;
  const claimed = claimBills(tx, orgId, batch, parts.clock.now().getTime());
  // Keys first, then parties, always: with Idempotency-Keys the claim takes several steps, and the locks wait for them.
  if (batch.some(({ purchase }) => purchase.requestKey !== null)) await claimed;
  const partyIds = [
    ...new Set(
      batch
        .filter((item) => item.outcome === null && item.purchase.type === "REGULAR")
        .map((item) => item.partyId),
    ),
  ];
  const empty = partyIds.length === 0;
  // Sent together, run in this order: what is read after the locks is what the locks guard.
  const [claims, parties, accounts, memberships, profiles] = await Promise.all([
    claimed,
    empty ? [] : lockParties(tx, orgId, partyIds),
    empty ? [] : loadAccounts(tx, orgId, partyIds),
    empty ? [] : loadMemberships(tx, orgId, partyIds),
    empty ? [] : parts.customers.loadProfiles(tx, orgId, partyIds),
  ]);
  await answerRepeats(tx, orgId, batch, claims);
  const known = new Set(parties.map((party) => party.partyId));
  for (const passage of batch) {
    if (passage.outcome !== null || passage.purchase.type !== "REGULAR" || known.has(passage.partyId))
      continue;
    refuse(passage, errors.unknown_customer({ name: passage.purchase.customerName }));
  }
  const byKey = new Map(memberships.map((item) => [`${item.partyId}/${item.programId}`, item]));
  return {
    organisation,
    programs,
    profiles: new Map(profiles.map((profile) => [profile.partyId, profile])),
    memberships: byKey,
    tiersOfLateBills: await tiersOfLateBills(tx, orgId, batch, programs, byKey),
    book: new LedgerBook(parties, accounts),
    claims,
    recordedAt: parts.clock.now().getTime(),
  };
};

/** A bill whose contents were recorded before is answered as it was then. */
const answerRepeats = async (
  tx: Tx,
  orgId: number,
  batch: readonly Passage[],
  claims: Claims,
): Promise<void> => {
  for (const passage of batch) {
    if (passage.outcome !== null) continue;
    const found = claims.of(passage);
    if (found.kind === "ours") continue;
    if (found.kind === "refused") {
      refuse(passage, found.error);
      continue;
    }
    const first = await claims.firstReply(tx, orgId, found);
    passage.outcome = { ok: { transactionId: found.transactionId, ...first, repeated: true } };
  }
};

const tiersOfLateBills = async (
  tx: Tx,
  orgId: number,
  batch: readonly Passage[],
  programs: OrgPrograms,
  memberships: ReadonlyMap<string, Membership>,
): Promise<ReadonlyMap<number, number>> => {
  const program = programs.default;
  if (program === null) return new Map();
  const late = batch.filter(({ outcome, partyId, purchase }) => {
    const since = memberships.get(`${partyId}/${program.programId}`)?.tierSince.getTime();
    return outcome === null && since !== undefined && purchase.billedAt < since;
  });
  if (late.length === 0) return new Map();
  const tiers = await tiersAt(
    tx,
    orgId,
    program.programId,
    late.map(({ partyId, purchase }) => ({ partyId, at: purchase.billedAt })),
  );
  return new Map(late.map((passage, index) => [passage.transactionId, tiers[index]!]));
};

const STATUSES_WITHOUT_TRANSACTIONS = new Set(["DELETED", "PENDING_DELETION"]);

const decide = (passage: Passage, snapshot: Snapshot, nextEventId: NextId, writes: Writes): void => {
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

const detailsOf = (purchase: Purchase): object | null => {
  const details: Record<string, unknown> = {};
  if (purchase.note !== null) details.note = purchase.note;
  if (purchase.notInterestedReason !== null) details.notInterestedReason = purchase.notInterestedReason;
  if (purchase.paymentModes.length > 0) details.paymentModes = purchase.paymentModes;
  if (Object.keys(purchase.extendedFields).length > 0) details.extendedFields = purchase.extendedFields;
  if (Object.keys(purchase.customFields).length > 0) details.customFields = purchase.customFields;
  return Object.keys(details).length === 0 ? null : details;
};

const lineDetails = (line: Purchase["lines"][number]): object | null => {
  const hasFields = Object.keys(line.extendedFields).length > 0;
  if (line.details === null && !hasFields) return null;
  return { ...line.details, ...(hasFields ? { extendedFields: line.extendedFields } : {}) };
};

const record = (
  passage: Passage,
  profile: CustomerProfile | null,
  decided: Decided | null,
  snapshot: Snapshot,
  writes: Writes,
): void => {
  const { purchase, partyId, transactionId } = passage;
  const decision = decided?.decision ?? null;
  const points = decision?.awards.reduce((sum, award) => sum + award.points, 0) ?? 0;
  const reply = buildReply({ purchase, transactionId, partyId, profile, decided });
  const customerId = purchase.type === "REGULAR" ? partyId : null;
  writes.transactions.push({
    id: transactionId,
    partyId,
    customerId,
    type: purchase.type,
    billNumber: purchase.number,
    billedAt: purchase.billedAt,
    recordedAt: snapshot.recordedAt,
    tillId: purchase.tillId,
    storeId: purchase.storeId,
    source: purchase.source,
    accountId: purchase.accountId,
    amount: purchase.amount,
    grossAmount: purchase.grossAmount,
    discount: purchase.discount,
    details: detailsOf(purchase),
    outlierStatus: purchase.outlierStatus,
    deliveryStatus: purchase.deliveryStatus,
    points,
    eventNo: decided?.eventNo ?? null,
    trace: decision?.trace ?? null,
    inputHash: purchase.inputHash,
    reply,
  });
  purchase.lines.forEach((line, index) => {
    const { itemCode, description, quantity, rate, value, discount, amount } = line;
    const figures = { itemCode, description, quantity, rate, value, discount, amount };
    writes.lines.push({ partyId, transactionId, lineNo: index + 1, ...figures, details: lineDetails(line) });
  });
  writes.events.push({
    orgId: snapshot.organisation.id,
    partyId,
    type: "transaction.added",
    occurredAt: new Date(purchase.billedAt),
    payload: {
      transactionId,
      customerId,
      type: purchase.type,
      number: purchase.number,
      amount: purchase.amount,
      points,
      storeId: purchase.storeId,
      tillId: purchase.tillId,
      bookedAt: purchase.now,
      ...(decision?.tierChange ? { tier: decision.tierChange } : {}),
    },
  });
  passage.outcome = { ok: { transactionId, customerId, reply, repeated: false } };
};

/** Writes the whole batch at once, one branch per table. */
const commit = async (
  tx: Tx,
  { events }: PathParts,
  orgId: number,
  batch: readonly Passage[],
  { book, claims }: Snapshot,
  writes: Writes,
): Promise<void> => {
  const statements = membershipWrites(orgId, writes.memberships);
  if (writes.transactions.length > 0) {
    statements.push(insertTransactions(orgId, writes.transactions), await events.statement(writes.events));
  }
  if (writes.lines.length > 0) statements.push(insertLines(orgId, writes.lines));
  const ledger = book.writes();
  const postings =
    ledger.entries.length > 0 ? ledgerStatements(orgId, ledger, false) : { together: [], after: [] };
  statements.push(...postings.together);
  const refused = batch.filter(({ outcome }) => outcome !== null && "error" in outcome);
  // What is refused gives its keys back first: nothing may follow the commit.
  if (refused.length > 0) await claims.release(tx, orgId, refused);
  await Promise.all([tx.runAll(statements), tx.runAll(postings.after), tx.commit()]);
};
