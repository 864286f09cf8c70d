import { type Instant, sql, type Tx } from "#platform";
import type { Membership, TierChange } from "../decide/schema.ts";
import { mergeLimitUses, unmergeLimitUses } from "../limits/store.ts";
import type { OrgPrograms } from "../programs/history.ts";
import { mergeTargets, unmergeTargets } from "../targets/merge.ts";
import { mergeTrackers, unmergeTrackers } from "../trackers/merge.ts";
import { currentMemberships } from "./current.ts";
import { lastChangeOf } from "./enter.ts";
import { loadMemberships, type SavedMembership, saveMemberships } from "./store.ts";

/** What a merge made of the memberships in one program, kept so that an undo can restore them. */
export interface MergedMembership {
  /** The survivor's before; null when it was no member. */
  readonly before: Membership | null;
  /** The victim's before. */
  readonly victim: Membership;
  readonly after: Membership;
  /** Visits that the survivor gained: days on which both had a bill count once. */
  readonly addedVisits: number;
}

/** A membership and the tier change that brought it there. */
interface Change {
  readonly membership: Membership;
  readonly tierChange: TierChange | null;
}

const changeOf = (change: TierChange, { tierExpiresAt }: Membership): TierChange => ({
  ...change,
  ...(tierExpiresAt === null ? {} : { expiresAt: tierExpiresAt.getTime() }),
});

const later = (a: Date | null, b: Date | null): Date | null =>
  a === null || b === null ? null : a.getTime() >= b.getTime() ? a : b;

/**
 * The survivor's membership after a merge: purchases and bills are summed, visits likewise but for shared days, the higher tier
 * stays with its expiry (the later one of equal tiers, never before any date), and the earlier day of joining. The tier is not
 * evaluated anew: the next bill does that.
 */
export const mergeMemberships = (
  survivorId: number,
  before: Membership | null,
  victim: Membership,
  sharedVisits: number,
  at: Instant,
): { readonly merged: MergedMembership; readonly change: Change } => {
  if (before === null) {
    const membership = { ...victim, partyId: survivorId };
    const merged = { before, victim, after: membership, addedVisits: victim.visitCount };
    return { merged, change: { membership, tierChange: null } };
  }
  const addedVisits = Math.max(0, victim.visitCount - sharedVisits);
  const rises = victim.tierNumber > before.tierNumber;
  const isEqual = victim.tierNumber === before.tierNumber;
  const since = Math.max(at, lastChangeOf(before));
  const membership: Membership = {
    ...before,
    joinedAt: victim.joinedAt.getTime() < before.joinedAt.getTime() ? victim.joinedAt : before.joinedAt,
    lifetimePurchases: before.lifetimePurchases + victim.lifetimePurchases,
    transactionCount: before.transactionCount + victim.transactionCount,
    visitCount: before.visitCount + addedVisits,
    lastVisitOn: newest(before.lastVisitOn, victim.lastVisitOn),
    tierExpiresAt: rises
      ? victim.tierExpiresAt
      : isEqual
        ? later(before.tierExpiresAt, victim.tierExpiresAt)
        : before.tierExpiresAt,
    isManualTier: rises
      ? (victim.isManualTier ?? false)
      : (before.isManualTier ?? false) || (isEqual && (victim.isManualTier ?? false)),
    reassessTier: (before.reassessTier ?? false) || (victim.reassessTier ?? false),
    ...(rises
      ? {
          tierNumber: victim.tierNumber,
          tierSince: new Date(since),
          // What the renewal of the tier looks back on began before the merge.
          tierRenewedAt: new Date(since),
          returnTier: victim.returnTier ?? null,
          changeNo: before.changeNo + 1,
        }
      : {}),
  };
  const tierChange = rises
    ? changeOf({ from: before.tierNumber, to: victim.tierNumber, at: since, reason: "merge" }, membership)
    : null;
  return { merged: { before, victim, after: membership, addedVisits }, change: { membership, tierChange } };
};

/** Days as YYYY-MM-DD sort as text. */
const newest = (a: string | null, b: string | null): string | null =>
  a === null ? b : b === null ? a : a >= b ? a : b;

/**
 * The survivor's membership after an undo. What was counted since the merge stays counted: the victim's share is taken off
 * instead of going back to what was. A tier that the merge brought goes again unless another change followed it. One who was no
 * member before keeps an empty membership in the base tier.
 */
export const unmergeMemberships = (
  current: Membership,
  { before, victim, after, addedVisits }: MergedMembership,
  at: Instant,
): Change => {
  const since = Math.max(at, lastChangeOf(current));
  const tierBefore = before?.tierNumber ?? 1;
  const isLast = current.changeNo === after.changeNo;
  const falls = isLast && current.tierNumber !== tierBefore;
  const membership: Membership = {
    ...current,
    joinedAt: before?.joinedAt ?? current.joinedAt,
    lifetimePurchases: current.lifetimePurchases - victim.lifetimePurchases,
    transactionCount: current.transactionCount - victim.transactionCount,
    visitCount: Math.max(0, current.visitCount - addedVisits),
    lastVisitOn:
      current.lastVisitOn === after.lastVisitOn ? (before?.lastVisitOn ?? null) : current.lastVisitOn,
    tierExpiresAt: isLast ? (before?.tierExpiresAt ?? null) : current.tierExpiresAt,
    ...(isLast
      ? { isManualTier: before?.isManualTier ?? false, reassessTier: before?.reassessTier ?? false }
      : {}),
    ...(falls
      ? {
          tierNumber: tierBefore,
          tierSince: new Date(since),
          tierRenewedAt: new Date(since),
          returnTier: before?.returnTier ?? null,
          changeNo: current.changeNo + 1,
        }
      : {}),
  };
  const tierChange = falls
    ? changeOf({ from: current.tierNumber, to: tierBefore, at: since, reason: "merge undone" }, membership)
    : null;
  return { membership, tierChange };
};

/** Two parties of which one takes over the other's memberships, under the locks of both. */
export interface MembershipMerge {
  readonly survivorId: number;
  readonly victimId: number;
  readonly at: Date;
}

/**
 * Decides what the memberships of two parties come to; writes nothing. `sharedVisits` says, by program, on how many days both had
 * a bill that counts.
 */
export const planMembershipMerge = async (
  tx: Tx,
  orgId: number,
  { survivorId, victimId, at }: MembershipMerge,
  sharedVisits: ReadonlyMap<number, number>,
  programs: OrgPrograms,
): Promise<ReturnType<typeof mergeMemberships>[]> => {
  const memberships = currentMemberships(programs, await loadMemberships(tx, orgId, [survivorId, victimId]));
  const own = (programId: number) =>
    memberships.find((row) => row.partyId === survivorId && row.programId === programId) ?? null;
  return memberships
    .filter((row) => row.partyId === victimId)
    .map((victim) =>
      mergeMemberships(
        survivorId,
        own(victim.programId),
        victim,
        sharedVisits.get(victim.programId) ?? 0,
        at.getTime(),
      ),
    );
};

/** Writes what `planMembershipMerge` decided: the survivor has the memberships, the victim is a member of nothing. */
export const writeMembershipMerge = async (
  tx: Tx,
  orgId: number,
  { survivorId, victimId, at }: MembershipMerge,
  plan: readonly ReturnType<typeof mergeMemberships>[],
): Promise<void> => {
  const joining = plan
    .filter(({ merged }) => merged.before === null)
    .map(({ merged }) => merged.victim.programId);
  if (joining.length > 0) await copyHistory(tx, orgId, victimId, survivorId, joining);
  await saveMemberships(
    tx,
    orgId,
    plan.map(({ change }) => saved(change, at)),
  );
  await setJoined(
    tx,
    orgId,
    plan.map(({ change }) => change.membership),
  );
  await leavePrograms(tx, orgId, victimId);
  await mergeLimitUses(tx, orgId, { survivorId, victimId });
  await mergeTrackers(tx, orgId, { survivorId, victimId, memberships: plan.map(({ merged }) => merged) });
  await mergeTargets(tx, orgId, { survivorId, victimId });
};

const saved = ({ membership, tierChange }: Change, recordedAt: Date): SavedMembership => ({
  membership,
  tierChange,
  transactionId: null,
  recordedAt,
});

/** Takes the merge of memberships back. */
export const undoMembershipMerge = async (
  tx: Tx,
  orgId: number,
  { survivorId, victimId, at }: MembershipMerge,
  merged: readonly MergedMembership[],
  programs: OrgPrograms,
): Promise<void> => {
  const current = currentMemberships(programs, await loadMemberships(tx, orgId, [survivorId]));
  const changes = merged.flatMap((item) => {
    const membership = current.find(({ programId }) => programId === item.victim.programId);
    if (membership === undefined) return [];
    // Its tier is told as tiers are numbered now.
    const before = item.before === null ? null : currentMemberships(programs, [item.before])[0]!;
    return [unmergeMemberships(membership, { ...item, before }, at.getTime())];
  });
  const restored = merged.map(({ victim }) => ({ membership: victim, tierChange: null }));
  await saveMemberships(
    tx,
    orgId,
    [...changes, ...restored].map((change) => saved(change, at)),
  );
  await setJoined(
    tx,
    orgId,
    changes.map(({ membership }) => membership),
  );
  await unmergeLimitUses(tx, orgId, { survivorId, victimId });
  await unmergeTrackers(tx, orgId, { survivorId, victimId, memberships: merged });
  await unmergeTargets(tx, orgId, { survivorId, victimId });
};

/** As it comes back from where it was kept as JSON. */
export const readMergedMembership = (kept: MergedMembership): MergedMembership => {
  const membership = <Kept extends Membership | null>(row: Kept): Kept =>
    row === null
      ? row
      : ({
          ...row,
          joinedAt: new Date(row.joinedAt),
          tierSince: new Date(row.tierSince),
          tierExpiresAt: row.tierExpiresAt === null ? null : new Date(row.tierExpiresAt),
          tierRenewedAt: row.tierRenewedAt == null ? null : new Date(row.tierRenewedAt),
        } as Kept);
  return {
    ...kept,
    before: membership(kept.before),
    victim: membership(kept.victim),
    after: membership(kept.after),
  };
};

const copyHistory = (
  tx: Tx,
  orgId: number,
  from: number,
  to: number,
  programIds: readonly number[],
): Promise<number> =>
  tx.run(sql`/* loyalty.copy_tier_history */
    insert into loyalty.tier_changes
           (org_id, party_id, program_id, change_no, changed_at, from_tier, to_tier, reason, transaction_id, recorded_at,
            expires_at, upgrade_type, notes, till_id, changed_by, tier_numbering)
    select org_id, ${to}::bigint, program_id, change_no, changed_at, from_tier, to_tier, reason, transaction_id, recorded_at,
           expires_at, upgrade_type, notes, till_id, changed_by, tier_numbering
      from loyalty.tier_changes
     where org_id = ${orgId} and party_id = ${from} and program_id = any(${programIds}::bigint[])
    on conflict (party_id, program_id, change_no) do nothing`);

const setJoined = async (tx: Tx, orgId: number, rows: readonly Membership[]): Promise<void> => {
  if (rows.length === 0) return;
  await tx.run(sql`/* loyalty.set_joined */
    update loyalty.memberships m set joined_at = j.joined_at
      from unnest(${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.programId)}::bigint[],
                  ${rows.map((row) => row.joinedAt.toISOString())}::timestamptz[]) j (party_id, program_id, joined_at)
     where m.org_id = ${orgId} and m.party_id = j.party_id and m.program_id = j.program_id`);
};

const leavePrograms = (tx: Tx, orgId: number, partyId: number): Promise<number> =>
  tx.run(sql`/* loyalty.leave_programs */
    delete from loyalty.memberships where org_id = ${orgId} and party_id = ${partyId}`);
