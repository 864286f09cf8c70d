import type { Actor } from "#identity";
import type { Tx } from "#platform";
import { errors } from "./errors.ts";
import { keyOf } from "./identifiers.ts";
import {
  type MergePlan,
  type Moved,
  planMerge,
  profilesShown,
  type Side,
  type StoredRows,
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
  /** What `merge` would do; writes nothing. With `locks` it is what `merge` will do in the same transaction. */
  preview(
    tx: Tx,
    actor: Actor,
    step: Omit<MergeStep, "mergeId" | "reason">,
    options: { readonly locks: boolean },
  ): Promise<MergePreview>;
  /** Whether nothing moved on either side since, as of `at`. */
  isUntouched(
    tx: Tx,
    orgId: number,
    step: Pick<MergeStep, "survivorId" | "victimId" | "at">,
    effects: object,
  ): Promise<boolean>;
}

/** Standing of a customer in a program; money as a decimal. */
export interface StandingPreview {
  readonly tierNumber: number;
  readonly tierName: string;
  readonly lifetimePurchases: number;
  readonly transactionCount: number;
  readonly visitCount: number;
}

/** What a merge would come to, decided on the present state; points as decimals. */
export interface MergePreview {
  readonly accounts: readonly {
    readonly programId: number;
    readonly programName: string;
    readonly currencyId: number;
    readonly category: number;
    readonly survivor: number;
    readonly victim: number;
    readonly after: number;
  }[];
  /** The entries that it would post, one for each lot and debt. */
  readonly entries: readonly {
    readonly customerId: number;
    readonly programId: number;
    readonly programName: string;
    readonly currencyId: number;
    readonly category: number;
    readonly amount: number;
    readonly balanceAfter: number;
    /** Last second of the lot that it opens; null = never, or no lot. */
    readonly expiresAt: string | null;
    readonly opensLot: boolean;
  }[];
  readonly memberships: readonly {
    readonly programId: number;
    readonly programName: string;
    readonly survivor: StandingPreview | null;
    readonly victim: StandingPreview;
    readonly after: StandingPreview;
  }[];
  /** Points that holds of the victim reserve and that the merge releases. */
  readonly releasedHolds: number;
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

/** Both customers, locked. */
export const sidesOf = async (
  tx: Tx,
  orgId: number,
  survivorId: number,
  victimId: number,
  { locks = true } = {},
): Promise<{ readonly survivor: Side; readonly victim: Side }> => {
  const partyIds = ascending(survivorId, victimId);
  // Sent together, run in this order: what is read after the locks is what the locks guard.
  const [, customers, rows] = await Promise.all([
    locks ? store.lockCustomers(tx, orgId, partyIds) : null,
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
        survivorCustomerIdentifiers: namedBy(plan.customer),
        victimCustomerIdentifiers: namedBy(victim.customer),
        survivorCustomerLoyaltySummary: summary,
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
        tillId: actor.tillId,
      },
      requestId: actor.requestId,
    },
  ]);
  return { mergeId: ids.mergeId, survivorId, victimId, repeated: false };
};

/** A customer as events name one. */
export const namedBy = ({ partyId, mobile, email, externalId }: CustomerRow) => ({
  customerId: partyId,
  mobile,
  email,
  externalId,
});

/** The merge that made the two one already; null when they are two. Raises 8066, 8067. */
export const mergeBetween = async (
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

export const authorOf = ({ kind, name, source, tillId }: Actor) => ({
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

export const termsOfRows = ({ profiles, identifiers }: StoredRows): string[] =>
  termsOf(profilesShown(profiles), valuesShown(identifiers));

export const setTerms = async (
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

export const showCustomer = (tx: Tx, actor: Actor, customer: CustomerRow, at: Date) =>
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
export const noteBoth = (
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
