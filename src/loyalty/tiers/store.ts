import { type Instant, type Sql, sql, type Tx } from "#platform";
import type { Membership, TierChange, UpgradeType } from "../decide/schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

/** Memberships of the parties in any program. Under the parties' locks they cannot change. */
export const loadMemberships = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<Membership[]> =>
  tx.rows<Membership>(sql`/* loyalty.load_memberships */
    select party_id as "partyId", program_id as "programId", joined_at as "joinedAt", tier_number as "tierNumber",
           tier_since as "tierSince", tier_expires_at as "tierExpiresAt", lifetime_purchases as "lifetimePurchases",
           transaction_count as "transactionCount", visit_count as "visitCount", last_visit_on as "lastVisitOn",
           change_no as "changeNo", tier_renewed_at as "tierRenewedAt", is_manual_tier as "isManualTier",
           reassess_tier as "reassessTier", return_tier as "returnTier", tier_numbering as numbering
      from loyalty.memberships
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);

/** What one decision made of a membership. */
export interface SavedMembership {
  readonly membership: Membership;
  readonly tierChange: TierChange | null;
  readonly transactionId: number | null;
  readonly recordedAt: Date;
  /** Where, and who, when somebody changed the tier by hand. */
  readonly tillId?: number | null;
  readonly by?: string;
}

interface ChangeRow
  extends TierChange,
    Pick<SavedMembership, "transactionId" | "recordedAt" | "tillId" | "by"> {
  readonly partyId: number;
  readonly programId: number;
  readonly changeNo: number;
  readonly numbering: number;
}

/**
 * Saves what a batch's decisions made of memberships, in the order they were decided: the last state of each, every tier
 * change, and the first row of history for one that is new. Two statements at most, sent together. A new membership that
 * no bill counted for is left out. Needs the parties' locks.
 */
export const saveMemberships = (tx: Tx, orgId: number, changed: readonly SavedMembership[]): Promise<void> =>
  tx.runAll(membershipWrites(orgId, changed));

/** The statements of `saveMemberships`, to be sent with others. */
export const membershipWrites = (orgId: number, changed: readonly SavedMembership[]): Sql[] => {
  const { newest, changes } = rowsOf(changed);
  if (newest.length === 0) return [];
  const statements = [upsertMemberships(orgId, newest)];
  if (changes.length > 0) statements.push(insertChanges(orgId, changes));
  return statements;
};

/** The statements one by one, for those who keep a list of rows for each. */
export const upsertNewest = (orgId: number, changed: readonly SavedMembership[]): Sql =>
  upsertMemberships(orgId, rowsOf(changed).newest);
export const insertHistory = (orgId: number, changed: readonly SavedMembership[]): Sql =>
  insertChanges(orgId, rowsOf(changed).changes);

const rowsOf = (
  changed: readonly SavedMembership[],
): { readonly newest: readonly Membership[]; readonly changes: readonly ChangeRow[] } => {
  const newest = new Map<string, Membership>();
  const changes: ChangeRow[] = [];
  for (const { membership, tierChange, ...origin } of changed) {
    const { partyId, programId, changeNo, numbering = 1, isNew, moved, transactionCount } = membership;
    if (isNew && transactionCount === 0) continue;
    const key = `${partyId}/${programId}`;
    const row = { partyId, programId, numbering, ...origin };
    if (!newest.has(key)) {
      if (isNew) changes.push(joining(membership, origin.recordedAt));
      // They came before whatever happens to the membership now.
      const last = changeNo - (tierChange === null ? 0 : 1);
      moved?.forEach((change, index) => {
        const no = last - (moved.length - 1 - index);
        changes.push({ ...row, ...change, changeNo: no, transactionId: null });
      });
    }
    newest.set(key, membership);
    if (tierChange !== null) changes.push({ ...tierChange, ...row, changeNo });
  }
  return { newest: [...newest.values()], changes };
};

/** Everyone joins in the base tier, which is number 1 in every program. */
const joining = (
  { partyId, programId, joinedAt, numbering = 1 }: Membership,
  recordedAt: Date,
): ChangeRow => ({
  partyId,
  programId,
  numbering,
  changeNo: 1,
  from: null,
  to: 1,
  at: joinedAt.getTime(),
  reason: "joined",
  transactionId: null,
  recordedAt,
});

const upsertMemberships = (orgId: number, rows: readonly Membership[]): Sql =>
  sql`/* loyalty.upsert_memberships */
    insert into loyalty.memberships as m
           (org_id, party_id, program_id, joined_at, tier_number, tier_since, tier_expires_at, lifetime_purchases,
            transaction_count, visit_count, last_visit_on, change_no, tier_renewed_at, is_manual_tier, reassess_tier,
            return_tier, tier_numbering)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.programId)}::bigint[],
      ${rows.map((row) => row.joinedAt.toISOString())}::timestamptz[], ${rows.map((row) => row.tierNumber)}::smallint[],
      ${rows.map((row) => row.tierSince.toISOString())}::timestamptz[],
      ${rows.map((row) => row.tierExpiresAt?.toISOString() ?? null)}::timestamptz[],
      ${rows.map((row) => row.lifetimePurchases)}::bigint[], ${rows.map((row) => row.transactionCount)}::bigint[],
      ${rows.map((row) => row.visitCount)}::bigint[], ${rows.map((row) => row.lastVisitOn)}::date[],
      ${rows.map((row) => row.changeNo)}::int[],
      ${rows.map((row) => row.tierRenewedAt?.toISOString() ?? null)}::timestamptz[],
      ${rows.map((row) => (row.isManualTier ? "t" : "f"))}::boolean[],
      ${rows.map((row) => (row.reassessTier ? "t" : "f"))}::boolean[],
      ${rows.map((row) => row.returnTier ?? null)}::smallint[], ${rows.map((row) => row.numbering ?? 1)}::int[])
    on conflict (party_id, program_id) do update
       set tier_number = excluded.tier_number, tier_since = excluded.tier_since,
           tier_expires_at = excluded.tier_expires_at, lifetime_purchases = excluded.lifetime_purchases,
           transaction_count = excluded.transaction_count, visit_count = excluded.visit_count,
           last_visit_on = excluded.last_visit_on, change_no = excluded.change_no,
           tier_renewed_at = excluded.tier_renewed_at, is_manual_tier = excluded.is_manual_tier,
           reassess_tier = excluded.reassess_tier, return_tier = excluded.return_tier,
           tier_numbering = excluded.tier_numbering
     where m.org_id = excluded.org_id`;

const insertChanges = (orgId: number, rows: readonly ChangeRow[]): Sql =>
  sql`/* loyalty.insert_tier_changes */
    insert into loyalty.tier_changes
           (org_id, party_id, program_id, change_no, changed_at, from_tier, to_tier, reason, transaction_id, recorded_at,
            expires_at, upgrade_type, notes, till_id, changed_by, tier_numbering)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.programId)}::bigint[],
      ${rows.map((row) => row.changeNo)}::int[], ${rows.map((row) => iso(row.at))}::timestamptz[],
      ${rows.map((row) => row.from)}::smallint[], ${rows.map((row) => row.to)}::smallint[],
      ${rows.map((row) => row.reason)}::text[], ${rows.map((row) => row.transactionId)}::bigint[],
      ${rows.map((row) => row.recordedAt.toISOString())}::timestamptz[],
      ${rows.map((row) => (row.expiresAt === undefined ? null : iso(row.expiresAt)))}::timestamptz[],
      ${rows.map((row) => row.upgradeType ?? "STRATEGY")}::text[], ${rows.map((row) => row.notes ?? "")}::text[],
      ${rows.map((row) => row.tillId ?? null)}::bigint[], ${rows.map((row) => row.by ?? "")}::text[],
      ${rows.map((row) => row.numbering)}::int[])`;

/** Members of the default program in a tier, in ascending order of party after a position, and how many there are in all. */
export const membersOfTier = async (
  tx: Tx,
  orgId: number,
  { tier, after, limit }: { readonly tier: number; readonly after: number; readonly limit: number },
): Promise<{ partyIds: number[]; total: number }> => {
  const programId = await defaultProgram(tx, orgId);
  const [rows, count] = await Promise.all([
    tx.rows<{ partyId: number }>(sql`/* loyalty.members_of_tier */
      select party_id as "partyId" from loyalty.memberships
       where org_id = ${orgId} and program_id = ${programId} and tier_number = ${tier} and party_id > ${after}
       order by party_id limit ${limit}`),
    tx.one<{ total: number }>(sql`/* loyalty.count_members_of_tier */
      select count(*) as total from loyalty.memberships
       where org_id = ${orgId} and program_id = ${programId} and tier_number = ${tier}`),
  ]);
  return { partyIds: rows.map((row) => row.partyId), total: count.total };
};

/** Where a job is that pages by the end of tiers. */
export interface TierEndPosition {
  readonly expiresAt: string;
  readonly partyId: number;
}

/** The next members of a program whose tier ends before an instant, by the end and the party. */
export const membersWhoseTierEnds = (
  tx: Tx,
  orgId: number,
  page: {
    readonly programId: number;
    readonly before: Instant;
    readonly after: TierEndPosition;
    readonly limit: number;
  },
): Promise<TierEndPosition[]> =>
  tx.rows<TierEndPosition>(sql`/* loyalty.members_whose_tier_ends */
    select tier_expires_at::text as "expiresAt", party_id as "partyId"
      from loyalty.memberships
     where org_id = ${orgId} and program_id = ${page.programId} and tier_expires_at is not null
       and tier_expires_at < ${iso(page.before)}::timestamptz
       and (tier_expires_at, party_id) > (${page.after.expiresAt}::timestamptz, ${page.after.partyId}::bigint)
     order by program_id, tier_expires_at, party_id limit ${page.limit}`);

/** Members of a program whose tier is read by an older numbering, some of them. */
export const membersNumberedBefore = async (
  tx: Tx,
  orgId: number,
  page: { readonly programId: number; readonly numbering: number; readonly limit: number },
): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* loyalty.members_numbered_before */
    select party_id as "partyId" from loyalty.memberships
     where org_id = ${orgId} and program_id = ${page.programId} and tier_numbering < ${page.numbering}
     order by program_id, tier_numbering, party_id limit ${page.limit}`);
  return rows.map(({ partyId }) => partyId).sort((a, b) => a - b);
};

/** How many members each tier of a program has. */
export const countByTier = (
  tx: Tx,
  orgId: number,
  programId: number,
): Promise<(TierAt & { readonly members: number })[]> =>
  tx.rows(sql`/* loyalty.count_by_tier */
    select tier_number as tier, tier_numbering as numbering, count(*) as members
      from loyalty.memberships where org_id = ${orgId} and program_id = ${programId}
     group by tier_number, tier_numbering`);

/** Id of the organisation's default program when it has a published version. */
export const defaultProgram = async (tx: Tx, orgId: number): Promise<number | null> => {
  const row = await tx.maybeOne<{ id: number }>(sql`/* loyalty.default_program */
    select id from loyalty.programs p
     where p.org_id = ${orgId} and p.is_default
       and exists (select from loyalty.program_versions v where v.org_id = p.org_id and v.program_id = p.id)`);
  return row?.id ?? null;
};

/** Ids of the organisation's programs that have a published version, the default one first. */
export const publishedPrograms = async (tx: Tx, orgId: number): Promise<number[]> => {
  const rows = await tx.rows<{ id: number }>(sql`/* loyalty.published_programs */
    select id from loyalty.programs p
     where p.org_id = ${orgId}
       and exists (select from loyalty.program_versions v where v.org_id = p.org_id and v.program_id = p.id)
     order by p.is_default desc, p.id`);
  return rows.map(({ id }) => id);
};

/** A customer who is now known. */
export interface NewMember {
  readonly partyId: number;
  readonly joinedAt: Date | Instant;
}

/**
 * Enrols customers in the base tier of the organisation's default program, if that has a published version, and begins
 * their tier history, recorded at `recordedAt` or, without it, when they joined. Those enrolled before stay as they are.
 */
export const enrol = async (
  tx: Tx,
  orgId: number,
  members: readonly NewMember[],
  recordedAt: Date | null = null,
): Promise<void> => {
  if (members.length === 0) return;
  const partyIds = members.map((member) => member.partyId);
  const joined = members.map((member) => new Date(member.joinedAt).toISOString());
  await Promise.all([
    tx.run(sql`/* loyalty.enrol */
      insert into loyalty.memberships
             (org_id, party_id, program_id, joined_at, tier_number, tier_since, change_no, tier_numbering)
      select ${orgId}, n.party_id, p.id, n.joined_at, 1, n.joined_at, 1, p.tier_numbering
        from unnest(${partyIds}::bigint[], ${joined}::timestamptz[]) n (party_id, joined_at)
       cross join loyalty.programs p
       where p.org_id = ${orgId} and p.is_default
         and exists (select from loyalty.program_versions v where v.org_id = p.org_id and v.program_id = p.id)
      on conflict (party_id, program_id) do nothing`),
    tx.run(sql`/* loyalty.enrol_history */
      insert into loyalty.tier_changes
             (org_id, party_id, program_id, change_no, changed_at, from_tier, to_tier, reason, recorded_at, tier_numbering)
      select ${orgId}, n.party_id, p.id, 1, n.joined_at, null, 1, 'joined',
             coalesce(${recordedAt?.toISOString() ?? null}::timestamptz, n.joined_at), p.tier_numbering
        from unnest(${partyIds}::bigint[], ${joined}::timestamptz[]) n (party_id, joined_at)
       cross join loyalty.programs p
       where p.org_id = ${orgId} and p.is_default
         and exists (select from loyalty.program_versions v where v.org_id = p.org_id and v.program_id = p.id)
      on conflict (party_id, program_id, change_no) do nothing`),
  ]);
};

/** A tier as history has it: its number, and what that is read by. */
export interface TierAt {
  readonly tier: number;
  readonly numbering: number;
}

/**
 * Tiers in force on past dates, one for each question in its order: the newest change at or before the date, else the first
 * tier held; 1 for a party without history.
 */
export const tiersAt = async (
  tx: Tx,
  orgId: number,
  programId: number,
  questions: readonly { readonly partyId: number; readonly at: Instant }[],
): Promise<TierAt[]> => {
  if (questions.length === 0) return [];
  return tx.rows<TierAt>(sql`/* loyalty.tiers_at */
    select coalesce(c.to_tier, 1) as tier, coalesce(c.tier_numbering, 1) as numbering
      from unnest(${questions.map((question) => question.partyId)}::bigint[],
                  ${questions.map((question) => iso(question.at))}::timestamptz[])
           with ordinality q (party_id, at, question)
      left join lateral (
        select h.to_tier, h.tier_numbering from loyalty.tier_changes h
         where h.org_id = ${orgId} and h.party_id = q.party_id and h.program_id = ${programId}
         order by h.changed_at <= q.at desc, case when h.changed_at <= q.at then -h.change_no else h.change_no end
         limit 1) c on true
     order by q.question`);
};

export interface TierChangeRow {
  readonly programId: number;
  readonly changeNo: number;
  readonly changedAt: Date;
  readonly fromTier: number | null;
  readonly toTier: number;
  readonly reason: string;
  readonly transactionId: number | null;
  readonly recordedAt: Date;
  readonly expiresAt: Date | null;
  readonly upgradeType: UpgradeType;
  readonly notes: string;
  readonly tillId: number | null;
  readonly changedBy: string;
  readonly numbering: number;
}

/** Tier history of some parties in one program, oldest first. */
export const readTierChanges = (
  tx: Tx,
  orgId: number,
  programId: number,
  partyIds: readonly number[],
): Promise<(TierChangeRow & { readonly partyId: number })[]> =>
  tx.rows(sql`/* loyalty.read_tier_changes */
    select party_id as "partyId", program_id as "programId", change_no as "changeNo", changed_at as "changedAt",
           from_tier as "fromTier", to_tier as "toTier", reason, transaction_id as "transactionId",
           recorded_at as "recordedAt", expires_at as "expiresAt", upgrade_type as "upgradeType", notes,
           till_id as "tillId", changed_by as "changedBy", tier_numbering as numbering
      from loyalty.tier_changes
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and program_id = ${programId}
     order by party_id, change_no`);

/** The most tier changes of one customer that are shown. */
const MOST_CHANGES = 500;

/** Tier history of a party in all programs, newest first. */
export const listTierChanges = (tx: Tx, orgId: number, partyId: number): Promise<TierChangeRow[]> =>
  tx.rows<TierChangeRow>(sql`/* loyalty.list_tier_changes */
    select program_id as "programId", change_no as "changeNo", changed_at as "changedAt", from_tier as "fromTier",
           to_tier as "toTier", reason, transaction_id as "transactionId", recorded_at as "recordedAt",
           expires_at as "expiresAt", upgrade_type as "upgradeType", notes, till_id as "tillId",
           changed_by as "changedBy", tier_numbering as numbering
      from loyalty.tier_changes
     where org_id = ${orgId} and party_id = ${partyId}
     order by changed_at desc, program_id, change_no desc
     limit ${MOST_CHANGES}`);
