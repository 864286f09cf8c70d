import type { CustomerProfile, Customers } from "#customers";
import { type Events, nameCall } from "#events";
import {
  expiryMoveStatements,
  LedgerBook,
  ledgerStatements,
  loadAccounts,
  loadActiveHolds,
  lockParties,
  readParties,
} from "#ledger";
import { currentMemberships, type Loyalty, loadMemberships, type OrgPrograms } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import {
  AppError,
  assert,
  type Clock,
  type Db,
  type Ids,
  type Instant,
  type Outcome,
  type Sql,
  StaleRead,
  type Tx,
} from "#platform";
import { errors } from "./errors.ts";
import { loadLotsFor } from "./lots.ts";
import {
  type Desk,
  type FindBills,
  type IdKind,
  type Located,
  type Movement,
  type MovementKind,
  noWrites,
  type PointsWrites,
} from "./movement.ts";
import {
  claimKeys,
  findKeys,
  insertCodes,
  insertRedemptions,
  insertReversals,
  keepReplies,
  onlyRead,
  releaseKeys,
  updateReversed,
} from "./store.ts";

export interface PointsParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "loadProfiles" | "currentIds" | "victimsOf">;
  readonly loyalty: Pick<Loyalty, "programs">;
  readonly events: Events;
  /** Bills by number, so that a redemption knows what it pays; without it the number alone is kept. */
  readonly findBills?: FindBills;
  /** What validation codes come from: the same in every process, and in no table of points. Without it there are none. */
  readonly validationSecret?: () => Promise<Buffer>;
  /** Whether e-mail can be sent; not, when absent. */
  readonly hasMailServer?: boolean;
}

/** What a movement is answered with: the reply as it was committed, the same when the same is asked again. */
export interface Moved {
  readonly reply: string;
  readonly repeated: boolean;
}

/** One movement on its way through a batch. */
interface Passage {
  readonly movement: Movement;
  readonly key: string | null;
  partyIds: readonly number[];
  /** Those who were merged into them, where the kind asks for them. */
  victimIds: readonly number[];
  /** The request key is ours, to the end of the transaction. */
  isClaimed: boolean;
  outcome: Outcome<Moved> | null;
}

const refuse = (passage: Passage, error: unknown): void => {
  passage.outcome = { error };
};

/**
 * Takes a batch of movements of one organisation through identify, claim, lock, load, decide and commit in one database
 * transaction, and answers each by itself: a refused one leaves nothing behind. Rejects only when the database does.
 */
export const passMovements = async (
  parts: PointsParts,
  orgId: number,
  movements: readonly Movement[],
): Promise<readonly Outcome<Moved>[]> => {
  const { db } = parts;
  const outside = await readOutside(parts, orgId, movements);
  const passages = await db.transaction(orgId, async (tx) => {
    const batch = movements.map(
      (item): Passage => ({
        movement: item,
        key: item.requestKey === null ? null : `${orgId}:${item.requestKey}`,
        partyIds: [],
        victimIds: [],
        isClaimed: false,
        outcome: null,
      }),
    );
    await identify(tx, parts, orgId, batch);
    await claim(tx, parts, orgId, batch);
    const open = batch.filter(({ outcome }) => outcome === null);
    if (open.length > 0) {
      const desk = await openDesk(tx, parts, orgId, open, outside);
      await decideAll(tx, desk, open);
      await commit(tx, parts, orgId, batch, desk);
    }
    return batch;
  });
  parts.events.wake();
  return passages.map(({ outcome }) => {
    assert(outcome !== null, "every movement of a batch has an outcome");
    return outcome;
  });
};

/** What a movement would come to: decided on the present state, nothing claimed and nothing written. */
export interface Preview {
  readonly reply: object;
  readonly book: LedgerBook;
  readonly desk: Desk;
  /** As the movement was asked. */
  readonly now: Instant;
}

/**
 * Decides one movement without doing it, for people who want to see first: on one snapshot, without a lock, so that looking keeps nobody
 * waiting. Throws what doing it would.
 */
export const previewMovement = async (
  parts: PointsParts,
  orgId: number,
  item: Movement,
): Promise<Preview> => {
  const outside = await readOutside(parts, orgId, [item]);
  return parts.db.transaction(orgId, async (tx) => {
    await onlyRead(tx);
    const passage: Passage = {
      movement: item,
      key: null,
      partyIds: [],
      victimIds: [],
      isClaimed: false,
      outcome: null,
    };
    await identify(tx, parts, orgId, [passage]);
    if (passage.outcome !== null && "error" in passage.outcome) throw passage.outcome.error;
    const desk = await openDesk(tx, parts, orgId, [passage], outside, readParties);
    const located: Located = { ...item, partyIds: passage.partyIds };
    const extra = await item.kind.load?.(tx, desk, [located]);
    return { reply: item.kind.decide(located, desk, extra), book: desk.book, desk, now: item.now };
  });
};

/** What caches give, or read for want of it. */
interface Outside {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly secret: Buffer | null;
}

/** Asked before the transaction, which holds a connection and must not wait for another. */
const readOutside = async (
  { orgs, loyalty, validationSecret }: PointsParts,
  orgId: number,
  movements: readonly Movement[],
): Promise<Outside> => {
  const isAsked = movements.some(({ kind, input }) => kind.needsSecret?.(input));
  const [organisation, programs, secret] = await Promise.all([
    orgs.get(orgId),
    loyalty.programs(orgId),
    validationSecret !== undefined && isAsked ? validationSecret() : null,
  ]);
  return { organisation, programs, secret };
};

const findNoBills: FindBills = async () => [];

/** Finds whose points these are; unknown customers are refused here, before anything is claimed. */
const identify = async (
  tx: Tx,
  { customers }: PointsParts,
  orgId: number,
  batch: readonly Passage[],
): Promise<void> => {
  const keys = [
    ...new Set(batch.flatMap(({ movement }) => movement.parties.flatMap(({ key }) => key ?? []))),
  ];
  const given = batch.flatMap(({ movement }) =>
    movement.kind.merged === "asNamed" ? [] : movement.parties.flatMap(({ partyId }) => partyId ?? []),
  );
  const [known, current] = await Promise.all([
    keys.length === 0 ? new Map<string, number>() : customers.resolveIdentifiers(tx, orgId, keys),
    given.length === 0 ? new Map<number, number>() : customers.currentIds(tx, orgId, given),
  ]);
  for (const passage of batch) {
    const partyIds: number[] = [];
    // Who another movement of the batch names need not be who this one means.
    const meansAsNamed = passage.movement.kind.merged === "asNamed";
    for (const { key, partyId, name } of passage.movement.parties) {
      const survivorId = meansAsNamed ? undefined : current.get(partyId ?? 0);
      const found = partyId === null ? known.get(key ?? "") : (survivorId ?? partyId);
      if (found === undefined) refuse(passage, errors.unknown_customer({ name }));
      else partyIds.push(found);
    }
    passage.partyIds = partyIds;
  }
  for (const [passage, victimIds] of await familiesOf(tx, customers, orgId, batch))
    passage.victimIds = victimIds;
};

/** Claims the request keys: keys first, then parties, always, so that no two batches wait for each other. */
const claim = async (
  tx: Tx,
  { clock }: PointsParts,
  orgId: number,
  batch: readonly Passage[],
): Promise<void> => {
  const keyed = batch.filter(({ key, outcome }) => key !== null && outcome === null);
  if (keyed.length === 0) return;
  const claims = keyed.map(({ key, partyIds, movement }) => ({
    key: key!,
    partyId: partyIds[0]!,
    inputHash: movement.inputHash,
  }));
  const ours = new Set((await claimKeys(tx, orgId, claims, clock.now().getTime())).map(({ key }) => key));
  for (const passage of keyed) passage.isClaimed = ours.has(passage.key!);
  const others = keyed.filter(({ isClaimed }) => !isClaimed);
  if (others.length === 0) return;
  const held = await findKeys(
    tx,
    orgId,
    others.map(({ key }) => key!),
  );
  for (const passage of others) {
    const first = held.find(({ key }) => key === passage.key);
    assert(first !== undefined && first.reply !== null, `key ${passage.key} is neither ours nor another's`);
    if (first.inputHash.equals(passage.movement.inputHash))
      passage.outcome = { ok: { reply: first.reply, repeated: true } };
    else refuse(passage, errors.request_key_reused({ key: quotedKeyOf(passage.movement) }));
  }
};

const quotedKeyOf = ({ requestKey, quotedKey }: Movement): string => quotedKey ?? `The key ${requestKey}`;

/** Locks the parties and reads what all kinds look at. */
const openDesk = async (
  tx: Tx,
  parts: PointsParts,
  orgId: number,
  open: readonly Passage[],
  { organisation, programs, secret }: Outside,
  partiesBy: typeof lockParties = lockParties,
): Promise<Desk> => {
  const partyIds = [...new Set(open.flatMap((passage) => [...passage.partyIds, ...passage.victimIds]))].sort(
    (a, b) => a - b,
  );
  const { ids, customers } = parts;
  const counts = open.reduce((sum, { movement }) => sum + movement.kind.ids, 0);
  const [nextEvent, nextPoints] = await Promise.all([
    // As many again for accounts that are opened with their first posting.
    ids.reserve("event", 2 * counts),
    ids.reserve("points", counts),
  ]);
  // Sent together, run in this order: what is read after the locks is what the locks guard.
  const [parties, accounts, lots, holds, memberships, profiles] = await Promise.all([
    partiesBy(tx, orgId, partyIds),
    loadAccounts(tx, orgId, partyIds),
    loadLotsFor(tx, orgId, open, programs),
    loadActiveHolds(tx, orgId, partyIds),
    loadMemberships(tx, orgId, partyIds),
    customers.loadProfiles(tx, orgId, partyIds),
  ]);
  const byId = new Map(profiles.map((profile) => [profile.partyId, profile]));
  requireCurrent(open, byId);
  await requireFamilies(tx, parts, orgId, open);
  const next: Record<IdKind, () => number> = { event: nextEvent, points: nextPoints };
  return {
    organisation,
    programs,
    profiles: byId,
    survivors: new Map(
      profiles.flatMap(({ partyId, mergedInto }) => (mergedInto === null ? [] : [[partyId, mergedInto]])),
    ),
    memberships: new Map(
      currentMemberships(programs, memberships).map((item) => [`${item.partyId}/${item.programId}`, item]),
    ),
    book: new LedgerBook(parties, accounts, { lots, holds, openWith: nextEvent }),
    recordedAt: parts.clock.now().getTime(),
    nextId: (kind) => next[kind](),
    writes: noWrites(),
    findBills: parts.findBills ?? findNoBills,
    secret,
    hasMailServer: parts.hasMailServer ?? false,
  };
};

/** A customer who was merged while the batch waited for the lock is somebody else by now: the batch is run again. */
const requireCurrent = (open: readonly Passage[], profiles: ReadonlyMap<number, CustomerProfile>): void => {
  for (const { movement, partyIds } of open) {
    const isStale = partyIds.some((partyId, index) => {
      const isNamed = movement.kind.merged === "asNamed" && movement.parties[index]?.partyId === partyId;
      return !isNamed && (profiles.get(partyId)?.mergedInto ?? null) !== null;
    });
    if (isStale) throw new StaleRead("a customer was merged while a movement waited for the lock");
  }
};

/** Who was merged into the customers of those movements whose kind asks for it, all in one statement. */
const familiesOf = async (
  tx: Tx,
  customers: Pick<Customers, "victimsOf">,
  orgId: number,
  passages: readonly Passage[],
): Promise<readonly (readonly [Passage, readonly number[]])[]> => {
  const asked = passages.filter(({ movement }) => movement.kind.merged === "family");
  const survivorIds = [...new Set(asked.flatMap(({ partyIds }) => partyIds))];
  if (survivorIds.length === 0) return [];
  const victims = await customers.victimsOf(tx, orgId, survivorIds);
  return asked.map((passage) => [passage, passage.partyIds.flatMap((id) => victims.get(id) ?? [])]);
};

/** Who was merged into a customer while the batch waited for the lock belongs to the family as well. */
const requireFamilies = async (
  tx: Tx,
  { customers }: PointsParts,
  orgId: number,
  open: readonly Passage[],
): Promise<void> => {
  for (const [{ victimIds }, now] of await familiesOf(tx, customers, orgId, open))
    if (now.join() !== victimIds.join())
      throw new StaleRead("a customer was merged while a movement waited for the lock");
};

const decideAll = async (tx: Tx, desk: Desk, open: readonly Passage[]): Promise<void> => {
  const located = new Map<Passage, Located>(
    open.map((passage) => [passage, { ...passage.movement, partyIds: passage.partyIds }]),
  );
  const extras = new Map<MovementKind<unknown, unknown>, unknown>();
  for (const kind of new Set(open.map(({ movement }) => movement.kind))) {
    const own = [...located.values()].filter((item) => item.kind === kind);
    if (kind.load !== undefined) extras.set(kind, await kind.load(tx, desk, own));
  }
  for (const passage of open) {
    const item = located.get(passage)!;
    const stranger = item.partyIds.findIndex(
      (partyId) => !desk.book.has(partyId) || !desk.profiles.has(partyId),
    );
    if (stranger !== -1) {
      refuse(passage, errors.unknown_customer({ name: item.parties[stranger]?.name ?? "" }));
      continue;
    }
    const told = desk.writes.events.length;
    try {
      const reply = JSON.stringify(item.kind.decide(item, desk, extras.get(item.kind)));
      nameCall(desk.writes.events, told, item.requestId);
      passage.outcome = { ok: { reply, repeated: false } };
    } catch (error) {
      // Only what a caller can do something about is an answer; anything else fails the batch and is tried alone.
      if (!(error instanceof AppError)) throw error;
      refuse(passage, error);
    }
  }
};

/** The statements of a batch's rows, without the ledger's. */
export const pointsStatements = (orgId: number, writes: PointsWrites): Sql[] => {
  const statements: Sql[] = [];
  if (writes.redemptions.length > 0) statements.push(insertRedemptions(orgId, writes.redemptions));
  if (writes.codes.length > 0) statements.push(insertCodes(orgId, writes.codes));
  if (writes.reversals.length > 0) statements.push(insertReversals(orgId, writes.reversals));
  const reversed = [...writes.reversed.values()];
  if (reversed.length > 0) statements.push(updateReversed(orgId, reversed));
  for (const { rows, statement } of writes.tables.values())
    if (rows.length > 0) statements.push(statement(orgId));
  return statements;
};

/** Writes the whole batch at once, one branch per table. */
const commit = async (
  tx: Tx,
  { events }: PointsParts,
  orgId: number,
  batch: readonly Passage[],
  { book, writes }: Desk,
): Promise<void> => {
  const ledger = book.writes();
  const statements = [...ledgerStatements(orgId, ledger, false), ...pointsStatements(orgId, writes)];
  const claimed = batch.filter(({ isClaimed }) => isClaimed);
  const replies = claimed.flatMap(({ key, outcome }) =>
    outcome !== null && "ok" in outcome ? [{ key: key!, reply: outcome.ok.reply }] : [],
  );
  if (replies.length > 0) statements.push(keepReplies(orgId, replies));
  if (writes.events.length > 0) statements.push(await events.statement(writes.events));
  const refused = claimed.flatMap(({ key, outcome }) =>
    outcome !== null && "error" in outcome ? [key!] : [],
  );
  // What is refused gives its key back first: nothing may follow the commit.
  if (refused.length > 0) await releaseKeys(tx, orgId, refused);
  await Promise.all([tx.runAll(statements), tx.runAll(expiryMoveStatements(orgId, ledger)), tx.commit()]);
};
