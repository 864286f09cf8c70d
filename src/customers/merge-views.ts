import { createHash } from "node:crypto";
import type { Actor } from "#identity";
import type { Tx } from "#platform";
import { errors } from "./errors.ts";
import { planMerge } from "./merge-rules.ts";
import * as merges from "./merge-store.ts";
import { type MergePreview, mergeBetween, sidesOf } from "./merges.ts";
import type { CustomerHooks } from "./registration.ts";
import type { CustomerRow } from "./schema.ts";

/** A merge with whether it can be taken back at this moment. */
export interface MergeView extends merges.StoredMerge {
  readonly canUndo: boolean;
}

/** Merges into a customer, newest first, with whether each could be undone now. */
export const listMerges = async (
  tx: Tx,
  hooks: Pick<CustomerHooks, "merging" | "clock">,
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
  { merging, clock }: Pick<CustomerHooks, "merging" | "clock">,
  orgId: number,
  { id, partyId, victimId }: merges.StoredMerge,
): Promise<boolean> => {
  const merge = await merges.findMerge(tx, orgId, id);
  if (merge === null) return false;
  const step = { survivorId: partyId, victimId, at: clock.now() };
  return (await merging?.isUntouched(tx, orgId, step, merge.effects as object)) ?? true;
};

/** What a merge would come to, the customers' own part and that of others. */
export interface WholePreview extends MergePreview {
  readonly survivor: CustomerRow;
  readonly victim: CustomerRow;
  /** Identifiers and profiles that would go to the survivor. */
  readonly identifiers: readonly {
    readonly source: string;
    readonly accountId: string;
    readonly type: string;
    readonly value: string;
  }[];
  /** The survivor as shown after it. */
  readonly after: CustomerRow;
  /** Another one when anything that the preview tells is another. */
  readonly version: string;
}

const NOTHING: MergePreview = { accounts: [], entries: [], memberships: [], releasedHolds: 0 };

/** Decides a merge without making it, on what it reads and without a lock. Raises what making it would. */
export const previewMerge = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  survivorId: number,
  victimId: number,
): Promise<WholePreview> => {
  if (survivorId === victimId) throw errors.same_customer({ id: survivorId });
  const sides = await sidesOf(tx, actor.orgId, survivorId, victimId, { locks: false });
  const earlier = await mergeBetween(tx, actor.orgId, sides.survivor.customer, sides.victim.customer);
  if (earlier !== null) throw errors.merged_already({ id: victimId, into: survivorId });
  return decide(tx, hooks, actor, sides, { locks: false });
};

/**
 * Refuses a merge that would come to something else than the preview of that version told; locks both customers, so that it
 * stays true to the end of the transaction. A merge that was made before is repeated whatever was previewed. Raises merge_changed.
 */
export const requirePreviewed = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  { survivorId, victimId }: { readonly survivorId: number; readonly victimId: number },
  version: string,
): Promise<void> => {
  if (survivorId === victimId) throw errors.same_customer({ id: survivorId });
  const sides = await sidesOf(tx, actor.orgId, survivorId, victimId);
  const earlier = await mergeBetween(tx, actor.orgId, sides.survivor.customer, sides.victim.customer);
  if (earlier !== null) return;
  const now = await decide(tx, hooks, actor, sides, { locks: true });
  if (now.version !== version) throw errors.merge_changed({ survivor: survivorId, victim: victimId });
};

const decide = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  { survivor, victim }: Awaited<ReturnType<typeof sidesOf>>,
  options: { readonly locks: boolean },
): Promise<WholePreview> => {
  const [survivorId, victimId] = [survivor.customer.partyId, victim.customer.partyId];
  const plan = planMerge(survivor, victim);
  const step = { survivorId, victimId, at: hooks.clock.now() };
  const moves = (await hooks.merging?.preview(tx, actor, step, options)) ?? NOTHING;
  const identifiers = plan.added.identifiers.map(({ source, account_id, type, value }) => ({
    source,
    accountId: account_id,
    type,
    value,
  }));
  return {
    ...moves,
    survivor: survivor.customer,
    victim: victim.customer,
    identifiers,
    after: plan.customer,
    version: versionOf([moves, identifiers, namesOf(survivor.customer), namesOf(victim.customer)]),
  };
};

const namesOf = ({ firstName, lastName, mobile, email, externalId }: CustomerRow) => [
  firstName,
  lastName,
  mobile,
  email,
  externalId,
];

const versionOf = (told: unknown): string =>
  createHash("sha256").update(JSON.stringify(told)).digest("base64url");
