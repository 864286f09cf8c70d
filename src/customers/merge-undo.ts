import type { Actor } from "#identity";
import { assert, type Tx } from "#platform";
import { errors } from "./errors.ts";
import {
  keysToReturn,
  type Moved,
  planUndo,
  type Side,
  type StoredRows,
  type UndoPlan,
} from "./merge-rules.ts";
import * as merges from "./merge-store.ts";
import {
  authorOf,
  type Merged,
  type MergeIds,
  type MergeStep,
  namedBy,
  noteBoth,
  setTerms,
  showCustomer,
  sidesOf,
  termsOfRows,
} from "./merges.ts";
import type { CustomerHooks } from "./registration.ts";
import * as store from "./store.ts";

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
        survivorCustomerIdentifiers: namedBy(plan.customer),
        victimCustomerIdentifiers: namedBy(victim.customer),
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
