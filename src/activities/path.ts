import type { CustomerProfile, Customers } from "#customers";
import { type Events, nameCall } from "#events";
import {
  followTierStatements,
  LedgerBook,
  ledgerStatements,
  loadAccounts,
  lockParties,
  rollStatements,
} from "#ledger";
import {
  currentMemberships,
  type Loyalty,
  limitWrites,
  loadMemberships,
  type Membership,
  membershipWrites,
  type OrgPrograms,
  pointsMovesOfUpgrades,
  renumbered,
  targetWrites,
  tiersAt,
  trackerWrites,
} from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import {
  assert,
  type Clock,
  type Db,
  type Ids,
  type NextId,
  type Outcome,
  StaleRead,
  type Tx,
} from "#platform";
import { changeRedemptions, pointsStatements } from "#points";
import { type Claims, claimBills } from "./claims.ts";
import { decide } from "./decide.ts";
import { errors } from "./errors.ts";
import { usesOfLimits } from "./limits.ts";
import { noWrites, type Passage, refuse, type Snapshot, type Writes } from "./passage.ts";
import { findPayers, loadQuoted } from "./quoted-redemptions.ts";
import { billsAtMost, findGoods } from "./returns/goods.ts";
import {
  confirmPayers,
  identifyOriginals,
  loadAwards,
  loadReturnableBills,
  lockAnonymousBills,
} from "./returns/load.ts";
import { loadBillRedemptions, noRedemptions, type PaidBill } from "./returns/redemptions.ts";
import type { OriginalBill, ReturnableBill } from "./returns/schema.ts";
import { daysOfTracked, loadTrackedBills } from "./returns/trackers.ts";
import { hasCustomer, isReturn, onceKeyOf, type Purchase, type Recorded } from "./schema.ts";
import { insertLines, insertTransactions } from "./store.ts";
import { targetsOfBatch } from "./targets.ts";
import { trackersOf } from "./trackers.ts";
import { visitsOfLateBills } from "./visits.ts";

export interface PathParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly loyalty: Loyalty;
  readonly events: Events;
}

/**
 * Takes a batch of purchases and returns of one organisation through load, decide and commit in one database transaction and answers
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
    const batch = purchases.map((purchase) => passageOf(purchase, nextIds));
    await identify(tx, parts, organisation, batch);
    const { snapshot, claims } = await load(tx, parts, organisation, programs, batch, nextIds.event);
    const writes = noWrites();
    for (const passage of batch) {
      if (passage.outcome !== null) continue;
      const told = writes.events.length;
      decide(passage, snapshot, nextIds.event, writes);
      nameCall(writes.events, told, passage.purchase.requestId);
    }
    await commit(tx, parts, orgId, batch, snapshot, claims, writes);
    return batch;
  });
  parts.events.wake();
  return passages.map(({ outcome }) => {
    assert(outcome !== null, "every purchase of a batch has an outcome");
    return outcome;
  });
};

interface NextIds {
  readonly transaction: NextId;
  readonly party: NextId;
  readonly event: NextId;
}

const reserveIds = async (ids: Ids, purchases: readonly Purchase[]): Promise<NextIds> => {
  const anonymous = purchases.filter(({ type }) => !hasCustomer(type)).length;
  const returns = purchases.reduce(
    (sum, purchase) => sum + purchase.returns.reduce((most, request) => most + billsAtMost(request), 0),
    0,
  );
  const [transaction, party, event] = await Promise.all([
    ids.reserve("transaction", purchases.length + returns),
    ids.reserve("party", anonymous + returns),
    // As many again for accounts that are opened with their first posting.
    // Returns of one who was merged take two more each.
    ids.reserve("event", 2 * (purchases.length - anonymous + 3 * returns)),
  ]);
  return { transaction, party, event };
};

const passageOf = (purchase: Purchase, nextIds: NextIds): Passage => {
  const transactionId = nextIds.transaction();
  const partyId = hasCustomer(purchase.type) ? 0 : nextIds.party();
  const isAlone = isReturn(purchase.type);
  const returns = purchase.returns.map((request) => ({
    request,
    // A return by itself is what the call created; those of a mixed bill are beside it.
    transactionId: isAlone ? transactionId : nextIds.transaction(),
    partyId: isAlone || hasCustomer(purchase.type) ? partyId : nextIds.party(),
    original: null,
    warnings: [],
  }));
  return { purchase, transactionId, partyId, returns, outcome: null };
};

/** Finds whose purchases these are, and which bills go back; who or what is unknown is refused here, before anything is claimed. */
export const identify = async (
  tx: Tx,
  { customers }: PathParts,
  organisation: Organisation,
  batch: readonly Passage[],
): Promise<void> => {
  const orgId = organisation.id;
  const keys = [...new Set(batch.flatMap(({ purchase }) => purchase.customerKey ?? []))];
  const given = [...new Set(batch.flatMap(({ purchase }) => purchase.customerId ?? []))];
  const [parties, current] = await Promise.all([
    keys.length === 0 ? new Map<string, number>() : customers.resolveIdentifiers(tx, orgId, keys),
    given.length === 0 ? new Map<number, number>() : customers.currentIds(tx, orgId, given),
  ]);
  for (const passage of batch) {
    const { type, customerKey, customerId, customerName } = passage.purchase;
    if (!hasCustomer(type)) continue;
    const partyId = customerId === null ? parties.get(customerKey ?? "") : current.get(customerId);
    if (partyId === undefined) {
      refuse(passage, errors.unknown_customer({ name: customerName }));
      continue;
    }
    passage.partyId = partyId;
    // Until the bill that goes back is found.
    for (const item of passage.returns) item.partyId = partyId;
  }
  await findPayers(tx, orgId, batch);
  if (hasReturns(batch))
    await identifyOriginals(tx, orgId, batch, organisation.flag("CONF_ALLOW_NOT_EXISTING_BILL_RETURN"));
};

const hasReturns = (batch: readonly Passage[]): boolean => batch.some(({ returns }) => returns.length > 0);

const load = async (
  tx: Tx,
  parts: PathParts,
  organisation: Organisation,
  programs: OrgPrograms,
  batch: readonly Passage[],
  nextEventId: NextId,
): Promise<{ snapshot: Snapshot; claims: Claims }> => {
  const orgId = organisation.id;
  const claimed = claimBills(tx, orgId, batch, parts.clock.now().getTime());
  // Keys first, then parties, always: with Idempotency-Keys or claimed bills it takes several steps, and the locks wait for them.
  if (batch.some(({ purchase }) => onceKeyOf(purchase) !== null || purchase.retro !== undefined))
    await claimed;
  const partyIds = [
    ...new Set(
      batch
        .filter((item) => item.outcome === null && hasCustomer(item.purchase.type))
        .flatMap((item) => [item.partyId, ...partiesBeside(item)]),
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
  // Identified before the lock, merged while waiting for it: the batch is run again and finds who the customer is now.
  if (isStale(batch, profiles))
    throw new StaleRead("a customer was merged while a purchase waited for the lock");
  await answerRepeats(tx, orgId, batch, claims);
  const known = new Set(parties.map((party) => party.partyId));
  for (const passage of batch) {
    const { outcome, purchase, partyId } = passage;
    if (outcome !== null || !hasCustomer(purchase.type) || known.has(partyId)) continue;
    refuse(passage, errors.unknown_customer({ name: purchase.customerName }));
  }
  await lockAnonymousBills(tx, orgId, batch);
  const book = new LedgerBook(parties, accounts, { openWith: nextEventId });
  const { bills, redemptions } = hasReturns(batch)
    ? await loadReturns(tx, parts, organisation, batch, book)
    : { bills: new Map<number, ReturnableBill>(), redemptions: noRedemptions() };
  const byKey = new Map(
    currentMemberships(programs, memberships).map((item) => [`${item.partyId}/${item.programId}`, item]),
  );
  const survivors = new Map(profiles.map(({ partyId, mergedInto }) => [partyId, mergedInto]));
  const trackedBills = await loadTrackedBills(tx, orgId, programs, [...bills.values()]);
  const days = daysOfTracked(trackedBills, (id) => {
    const { partyId } = bills.get(id)!;
    return survivors.get(partyId) ?? partyId;
  });
  const [quoted, limitUses, trackers, targets, tiers, visitDays] = await Promise.all([
    loadQuoted(tx, parts.ids, orgId, batch),
    usesOfLimits(tx, orgId, programs, batch),
    trackersOf(tx, organisation, programs, batch, byKey, days),
    targetsOfBatch(tx, parts.loyalty, organisation, batch),
    tiersOfLateBills(tx, orgId, batch, programs, byKey),
    programs.default === null
      ? new Map<number, Set<string>>()
      : visitsOfLateBills(tx, organisation, programs.default.programId, batch, byKey),
  ]);
  const snapshot: Snapshot = {
    organisation,
    programs,
    profiles: new Map(profiles.map((profile) => [profile.partyId, profile])),
    memberships: byKey,
    limitUses,
    trackers,
    trackedBills,
    targets,
    tiersOfLateBills: tiers,
    visitDays,
    bills,
    redemptions,
    quoted,
    book,
    recordedAt: parts.clock.now().getTime(),
  };
  return { snapshot, claims };
};

/** Parties that a passage touches beside its own: those of the bills that go back, and those merged since whose points paid. */
const partiesBeside = ({ returns, payerIds = [] }: Passage): number[] => [
  ...returns.flatMap((item) => [item.partyId, ...(item.payerIds ?? [])]),
  ...payerIds,
];

/** Whether somebody was merged, or a merge undone, since the customers of the batch were found. */
const isStale = (batch: readonly Passage[], profiles: readonly CustomerProfile[]): boolean => {
  const survivors = new Map(profiles.map(({ partyId, mergedInto }) => [partyId, mergedInto]));
  return batch.some((passage) => {
    const { outcome, purchase, partyId } = passage;
    if (outcome !== null || !hasCustomer(purchase.type)) return false;
    if ((survivors.get(partyId) ?? null) !== null) return true;
    return partiesBeside(passage).some((id) => id !== partyId && survivors.get(id) !== partyId);
  });
};

/** What the batch's returns look at beside the rest: their bills, what those earned, and the points that paid them. */
const loadReturns = async (
  tx: Tx,
  { ids }: PathParts,
  organisation: Organisation,
  batch: readonly Passage[],
  book: LedgerBook,
): Promise<Pick<Snapshot, "bills" | "redemptions">> => {
  const orgId = organisation.id;
  await findGoods(tx, ids, orgId, batch);
  await confirmPayers(tx, orgId, batch);
  const bills = await loadReturnableBills(tx, organisation, batch);
  const originals = [...bills.values()];
  const survivorIds = batch
    .filter((passage) => partiesBeside(passage).some((id) => id !== passage.partyId))
    .map(({ partyId }) => partyId);
  await loadAwards(tx, orgId, originals, book, survivorIds);
  const returns = batch.reduce((sum, passage) => sum + passage.returns.length, 0);
  const desk = { organisation, book };
  return {
    bills,
    redemptions: await loadBillRedemptions(tx, ids, withPayers(batch, originals), returns, desk, survivorIds),
  };
};

/** The bills with those merged since whose points paid them. */
const withPayers = (batch: readonly Passage[], originals: readonly OriginalBill[]): PaidBill[] => {
  const items = batch.flatMap(({ returns }) => returns);
  return originals.map((bill) => ({
    ...bill,
    payerIds: items.find(({ original }) => original?.id === bill.id)?.payerIds ?? [],
  }));
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

export const tiersOfLateBills = async (
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
    return outcome === null && !isReturn(purchase.type) && since !== undefined && purchase.billedAt < since;
  });
  if (late.length === 0) return new Map();
  const tiers = await tiersAt(
    tx,
    orgId,
    program.programId,
    late.map(({ partyId, purchase }) => ({ partyId, at: purchase.billedAt })),
  );
  return new Map(
    late.map(({ transactionId, purchase }, index) => {
      const { tier, numbering } = tiers[index]!;
      return [transactionId, renumbered(program.inForce(purchase.billedAt), tier, numbering)];
    }),
  );
};

/** Writes the whole batch at once, one branch per table. */
const commit = async (
  tx: Tx,
  { events }: PathParts,
  orgId: number,
  batch: readonly Passage[],
  { book, redemptions, quoted, programs, recordedAt }: Snapshot,
  claims: Claims,
  writes: Writes,
): Promise<void> => {
  const statements = [
    ...membershipWrites(orgId, writes.memberships),
    ...limitWrites(orgId, writes.limitUses),
    ...trackerWrites(orgId, writes.trackers, recordedAt),
    ...targetWrites(orgId, writes.targets),
    ...pointsStatements(orgId, redemptions.desk.writes),
  ];
  writes.events.push(...redemptions.desk.writes.events);
  if (writes.transactions.length > 0) {
    statements.push(insertTransactions(orgId, writes.transactions), await events.statement(writes.events));
  }
  if (writes.lines.length > 0) statements.push(insertLines(orgId, writes.lines));
  const ledger = book.writes();
  statements.push(...ledgerStatements(orgId, ledger, false));
  const refused = batch.filter(({ outcome }) => outcome !== null && "error" in outcome);
  // What is refused gives its keys back first: nothing may follow the commit.
  if (refused.length > 0) await claims.release(tx, orgId, refused);
  // Apart and after the others: lots that the batch opens roll too, and a redemption that is taken back may be linked as well.
  const moves = pointsMovesOfUpgrades(
    (programId, at) => programs.byId(programId)?.inForce(at) ?? null,
    writes.memberships,
  );
  const after = [
    ...rollStatements(orgId, writes.rolls),
    ...followTierStatements(orgId, moves),
    ...changeRedemptions(orgId, quoted.links),
  ];
  await Promise.all([tx.runAll(statements), tx.runAll(after), tx.commit()]);
};
