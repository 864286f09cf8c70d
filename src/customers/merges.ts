import type { Actor } from "#identity";
import { assert, type Tx } from "#platform";
import { errors } from "./errors.ts";
import { keyOf } from "./identifiers.ts";
import {
  keysToReturn,
  type MergePlan,
  type Moved,
  planMerge,
  planUndo,
  profilesShown,
  type Side,
  type StoredRows,
  type UndoPlan,
  valuesShown,
} from "./merge-rules.ts";
import * as merges from "./merge-store.ts";
import { findCustomers } from "./reads.ts";
import type { CustomerHooks } from "./registration.ts";
import { sortNameOf, termsOf } from "./rules.ts";
import type { ChangeRow, CustomerRow } from "./schema.ts";
import * as store from "./store.ts";

/** Who is merged into whom, and why. */
export interface MergeRequest {
  readonly survivorId: number;
  readonly victimId: number;
  readonly cause: merges.MergeCause;
  readonly reason: string;
}

/** A merge as other domains are told of it. */
export interface MergeStep {
  readonly mergeId: number;
  readonly survivorId: number;
  readonly victimId: number;
  readonly reason: string;
  readonly at: Date;
}

/** What the customer owns in each program after a merge, as the documented event tells it. */
export interface ProgramSummary {
  readonly loyaltyProgramId: number;
  readonly lifetimePoints: number;
  readonly currentPoints: number;
  readonly promisedPoints: number;
  readonly tierNumber: number;
}

/**
 * What other domains do when customers are merged, in the same transaction and after the customers' rows are locked. They lock
 * what they own of the two, in ascending order of party.
 */
export interface Merging {
  /** Moves what the victim owns; answers what `undo` needs, and what the survivor owns now. */
  merge(
    tx: Tx,
    actor: Actor,
    step: MergeStep,
  ): Promise<{ readonly effects: object; readonly summary: readonly ProgramSummary[] }>;
  /** Moves it back. Answers false, having written nothing, when either side moved since. */
  undo(
    tx: Tx,
    actor: Actor,
    step: MergeStep,
    effects: object,
  ): Promise<{ readonly summary: readonly ProgramSummary[] } | false>;
  /** Whether nothing moved on either side since. */
  isUntouched(
    tx: Tx,
    orgId: number,
    step: Pick<MergeStep, "survivorId" | "victimId">,
    effects: object,
  ): Promise<boolean>;
}

/** Ids to use, taken before the transaction so that a retry uses the same ones. */
export interface MergeIds {
  readonly mergeId: number;
  readonly survivorChangeId: number;
  readonly victimChangeId: number;
}

export interface Merged {
  readonly mergeId: number;
  readonly survivorId: number;
  readonly victimId: number;
  /** The same merge had been made before; nothing was done. */
  readonly repeated: boolean;
}

const ascending = (a: number, b: number): readonly number[] => (a < b ? [a, b] : [b, a]);

const sidesOf = async (
  tx: Tx,
  orgId: number,
  survivorId: number,
  victimId: number,
): Promise<{ readonly survivor: Side; readonly victim: Side }> => {
  const partyIds = ascending(survivorId, victimId);
  // Sent together, run in this order: what is read after the locks is what the locks guard.
  const [, customers, rows] = await Promise.all([
    store.lockCustomers(tx, orgId, partyIds),
    findCustomers(tx, orgId, partyIds),
    merges.storedRows(tx, orgId, partyIds),
  ]);
  const side = (partyId: number): Side => {
    const customer = customers.find((row) => row.partyId === partyId);
    if (customer === undefined) throw errors.not_found({ id: partyId });
    return { customer, rows: rows.get(partyId)! };
  };
  return { survivor: side(survivorId), victim: side(victimId) };
};

/**
 * Merges one customer into another (customers.md §9): profiles, identifiers and channels move, and through `Merging` what other
 * domains keep; the victim's row stays and leads to the survivor. Raises customers.same_customer, merged_already (8066),
 * merge_impossible (8067), not_found. Merging the same two again answers the merge that there is.
 */
export const mergeCustomers = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  request: MergeRequest,
  ids: MergeIds,
): Promise<Merged> => {
  const { orgId } = actor;
  const { survivorId, victimId, cause, reason } = request;
  if (survivorId === victimId) throw errors.same_customer({ id: survivorId });
  const { survivor, victim } = await sidesOf(tx, orgId, survivorId, victimId);
  const earlier = await mergeBetween(tx, orgId, survivor.customer, victim.customer);
  if (earlier !== null) return { mergeId: earlier, survivorId, victimId, repeated: true };
  const at = hooks.clock.now();
  const step: MergeStep = { mergeId: ids.mergeId, survivorId, victimId, reason, at };
  const { effects, summary } = (await hooks.merging?.merge(tx, actor, step)) ?? { effects: {}, summary: [] };
  const plan = planMerge(survivor, victim);
  const moved = await moveRows(tx, actor, plan, survivor, victim, at);
  await merges.insertMerge(tx, orgId, {
    id: ids.mergeId,
    partyId: survivorId,
    victimId,
    mergedAt: at,
    cause,
    reason,
    ...authorOf(actor),
    moved,
    effects,
  });
  await noteBoth(tx, actor, "merged", ids, step);
  await tellLoyalty(tx, hooks, actor, survivor.customer, plan.customer);
  await hooks.publish(tx, [
    {
      orgId,
      partyId: survivorId,
      type: "customer.merged",
      occurredAt: at,
      payload: {
        mergeId: ids.mergeId,
        cause,
        reason,
        survivorCustomerIdentifiers: shownOf(plan.customer),
        victimCustomerIdentifiers: shownOf(victim.customer),
        survivorCustomerLoyaltySummary: summary,
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
      },
    },
  ]);
  return { mergeId: ids.mergeId, survivorId, victimId, repeated: false };
};

const shownOf = ({ partyId, mobile, email, externalId }: CustomerRow) => ({
  customerId: partyId,
  mobile,
  email,
  externalId,
});

/** The merge that made the two one already; null when they are two. */
const mergeBetween = async (
  tx: Tx,
  orgId: number,
  survivor: CustomerRow,
  victim: CustomerRow,
): Promise<number | null> => {
  if (survivor.mergedInto !== null)
    throw errors.merge_impossible({ id: survivor.partyId, into: survivor.mergedInto });
  if (victim.mergedInto === null) return null;
  if (victim.mergedInto !== survivor.partyId)
    throw errors.merged_already({ id: victim.partyId, into: victim.mergedInto });
  const made = await merges.mergesInto(tx, orgId, [survivor.partyId]);
  const found = made.find((row) => row.victimId === victim.partyId && row.undoneAt === null);
  // Through a third customer who was merged into the survivor: the two are one, but by another merge.
  if (found === undefined) throw errors.merged_already({ id: victim.partyId, into: survivor.partyId });
  return found.id;
};

const authorOf = ({ kind, name, source, tillId }: Actor) => ({
  actorKind: kind,
  actorName: name,
  actorSource: source,
  tillId,
});

const moveRows = async (
  tx: Tx,
  actor: Actor,
  plan: MergePlan,
  survivor: Side,
  victim: Side,
  at: Date,
): Promise<Moved> => {
  const { orgId } = actor;
  const [survivorId, victimId] = [survivor.customer.partyId, victim.customer.partyId];
  const keys = victim.rows.identifiers.map(({ type, value }) => keyOf(orgId, type as never, value));
  const absorbed = await merges.victimsOf(tx, orgId, victimId);
  await merges.removeStored(tx, orgId, victimId, victim.rows);
  const [handedOver] = await Promise.all([
    merges.handOverKeys(tx, orgId, [...new Set(keys)], victimId, survivorId),
    merges.insertStored(tx, orgId, plan.added),
    merges.completeProfiles(tx, orgId, plan.completed),
    showCustomer(tx, actor, plan.customer, at),
    merges.setMergedInto(tx, orgId, [victimId], { into: survivorId, status: "MERGED", at, by: actor.name }),
    merges.setMergedInto(tx, orgId, absorbed, { into: survivorId, status: null, at, by: actor.name }),
  ]);
  await setTerms(tx, orgId, victimId, termsOfRows(victim.rows), []);
  const before = termsOfRows(survivor.rows);
  const after = termsOfRows({
    ...plan.added,
    profiles: [
      ...survivor.rows.profiles.map(
        (row) =>
          plan.completed.find((it) => it.source === row.source && it.account_id === row.account_id) ?? row,
      ),
      ...plan.added.profiles,
    ],
    identifiers: [...survivor.rows.identifiers, ...plan.added.identifiers],
  });
  await setTerms(tx, orgId, survivorId, before, after);
  return { ...plan.moved, keys: handedOver, absorbed };
};

const termsOfRows = ({ profiles, identifiers }: StoredRows): string[] =>
  termsOf(profilesShown(profiles), valuesShown(identifiers));

const setTerms = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  before: readonly string[],
  after: readonly string[],
): Promise<void> => {
  const gone = before.filter((term) => !after.includes(term));
  const fresh = after.filter((term) => !before.includes(term)).map((term) => ({ partyId, term }));
  if (gone.length > 0) await store.deleteTerms(tx, orgId, partyId, gone);
  if (fresh.length > 0) await store.insertTerms(tx, orgId, fresh);
};

const showCustomer = (tx: Tx, actor: Actor, customer: CustomerRow, at: Date) =>
  store.updateCustomer(tx, actor.orgId, {
    ...customer,
    sortName: sortNameOf(customer),
    updatedAt: at,
    updatedBy: actor.name,
  });

const tellLoyalty = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  before: CustomerRow,
  after: CustomerRow,
): Promise<void> => {
  const joinedLoyalty = before.loyaltyType !== after.loyaltyType && after.loyaltyType === "loyalty";
  if (joinedLoyalty)
    await hooks.onUpdated(tx, actor, [{ partyId: after.partyId, orgId: actor.orgId, joinedLoyalty }]);
};

/** Both customers' audit trails say what happened. */
const noteBoth = (
  tx: Tx,
  actor: Actor,
  kind: "merged" | "merge_undone",
  ids: MergeIds,
  { survivorId, victimId, at }: MergeStep,
): Promise<number> => {
  const row = (id: number, partyId: number, field: string, other: number): ChangeRow => ({
    id,
    partyId,
    changedAt: at,
    kind,
    ...authorOf(actor),
    changes: [kind === "merged" ? { field, from: null, to: other } : { field, from: other, to: null }],
  });
  return store.insertChanges(tx, actor.orgId, [
    row(ids.survivorChangeId, survivorId, "mergedFrom", victimId),
    row(ids.victimChangeId, victimId, "mergedInto", survivorId),
  ]);
};

/**
 * Takes a merge back by new entries, never by deleting one: possible until either side's ledger moved again or either was merged
 * again. Raises customers.merge_not_found, undo_too_late, undo_identifier_taken. Taking it back twice changes nothing.
 */
export const undoMerge = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  mergeId: number,
  reason: string,
  ids: MergeIds,
): Promise<Merged> => {
  const { orgId } = actor;
  const merge = await merges.findMerge(tx, orgId, mergeId);
  if (merge === null) throw errors.merge_not_found({ id: mergeId });
  const { partyId: survivorId, victimId } = merge;
  const { survivor, victim } = await sidesOf(tx, orgId, survivorId, victimId);
  const locked = await merges.findMerge(tx, orgId, mergeId);
  assert(locked !== null, "merges are never deleted");
  if (locked.undoneAt !== null) return { mergeId, survivorId, victimId, repeated: true };
  if (survivor.customer.mergedInto !== null || victim.customer.mergedInto !== survivorId)
    throw errors.undo_too_late({ id: mergeId, reason: "the survivor was merged again" });
  const at = hooks.clock.now();
  const step: MergeStep = { mergeId, survivorId, victimId, reason, at };
  const undone = (await hooks.merging?.undo(tx, actor, step, merge.effects as object)) ?? { summary: [] };
  if (undone === false)
    throw errors.undo_too_late({ id: mergeId, reason: "points of one of the two moved since" });
  const moved = merge.moved as Moved;
  const plan = planUndo(survivor, victimId, moved);
  await moveBack(tx, actor, plan, survivor, victimId, moved, at);
  await merges.insertUndo(tx, orgId, {
    partyId: survivorId,
    mergeId,
    undoneAt: at,
    reason,
    ...authorOf(actor),
  });
  await noteBoth(tx, actor, "merge_undone", ids, step);
  await hooks.publish(tx, [
    {
      orgId,
      partyId: survivorId,
      type: "customer.merge_undone",
      occurredAt: at,
      payload: {
        mergeId,
        reason,
        survivorCustomerIdentifiers: shownOf(plan.customer),
        victimCustomerIdentifiers: shownOf(victim.customer),
        survivorCustomerLoyaltySummary: undone.summary,
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
      },
    },
  ]);
  return { mergeId, survivorId, victimId, repeated: false };
};

const moveBack = async (
  tx: Tx,
  actor: Actor,
  plan: UndoPlan,
  survivor: Side,
  victimId: number,
  moved: Moved,
  at: Date,
): Promise<void> => {
  const { orgId } = actor;
  const survivorId = survivor.customer.partyId;
  const kept: StoredRows = {
    profiles: survivor.rows.profiles
      .filter((row) => !plan.removed.profiles.includes(row))
      .map(
        (row) =>
          plan.completed.find((it) => it.source === row.source && it.account_id === row.account_id) ?? row,
      ),
    identifiers: survivor.rows.identifiers.filter((row) => !plan.removed.identifiers.includes(row)),
    channels: [],
  };
  await merges.removeStored(tx, orgId, survivorId, plan.removed);
  await Promise.all([
    merges.insertStored(tx, orgId, plan.restored),
    merges.completeProfiles(tx, orgId, plan.completed),
    showCustomer(tx, actor, plan.customer, at),
    merges.setMergedInto(tx, orgId, [victimId], {
      into: null,
      status: moved.victimStatus,
      at,
      by: actor.name,
    }),
    merges.setMergedInto(tx, orgId, moved.absorbed, { into: victimId, status: null, at, by: actor.name }),
  ]);
  await returnKeys(tx, orgId, plan, kept, survivorId, victimId, moved);
  await setTerms(tx, orgId, survivorId, termsOfRows(survivor.rows), termsOfRows(kept));
  await setTerms(tx, orgId, victimId, [], termsOfRows(plan.restored));
};

/** Keys lead to the victim again; one that is nobody's by now is claimed, one that is somebody else's stops the undo. */
const returnKeys = async (
  tx: Tx,
  orgId: number,
  plan: UndoPlan,
  kept: StoredRows,
  survivorId: number,
  victimId: number,
  moved: Moved,
): Promise<void> => {
  const keys = keysToReturn(orgId, moved, plan.identifiers, kept.identifiers);
  const returned = new Set(await merges.handOverKeys(tx, orgId, keys, survivorId, victimId));
  const missing = keys.filter((key) => moved.keys.includes(key) && !returned.has(key));
  if (missing.length === 0) return;
  const claimed = await store.claimKeys(
    tx,
    orgId,
    missing.map((key) => ({ key, partyId: victimId })),
  );
  if (claimed.length === missing.length) return;
  const [taken] = (await merges.keysOf(tx, orgId, missing)).filter(({ partyId }) => partyId !== victimId);
  throw errors.undo_identifier_taken({
    identifier: (taken?.key ?? missing[0]!).split(":").slice(1).join(" "),
    id: taken?.partyId ?? null,
  });
};

/** A merge with whether it can be taken back at this moment. */
export interface MergeView extends merges.StoredMerge {
  readonly canUndo: boolean;
}

/** Merges into a customer, newest first, with whether each could be undone now. */
export const listMerges = async (
  tx: Tx,
  hooks: Pick<CustomerHooks, "merging">,
  orgId: number,
  partyId: number,
): Promise<MergeView[]> => {
  const [found, victims] = await Promise.all([
    merges.mergesInto(tx, orgId, [partyId]),
    merges.victimsOf(tx, orgId, partyId),
  ]);
  const views: MergeView[] = [];
  for (const row of found)
    views.push({
      ...row,
      canUndo:
        row.undoneAt === null && victims.includes(row.victimId) && (await isUntouched(tx, hooks, orgId, row)),
    });
  return views;
};

const isUntouched = async (
  tx: Tx,
  { merging }: Pick<CustomerHooks, "merging">,
  orgId: number,
  { id, partyId, victimId }: merges.StoredMerge,
): Promise<boolean> => {
  const merge = await merges.findMerge(tx, orgId, id);
  if (merge === null) return false;
  const step = { survivorId: partyId, victimId };
  return (await merging?.isUntouched(tx, orgId, step, merge.effects as object)) ?? true;
};
