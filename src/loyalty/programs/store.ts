import { sql, type Tx } from "#platform";
import type { ProgramDefinition } from "./schema.ts";

const UNIQUE_VIOLATION = "23505";

export interface ProgramRow {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly pointsToCurrencyRatio: number;
  readonly isDefault: boolean;
  readonly isActive: boolean;
  readonly draft: unknown;
  readonly draftUpdatedAt: Date | null;
  readonly createdAt: Date;
}

export interface VersionRow {
  readonly programId: number;
  readonly version: number;
  readonly definition: ProgramDefinition;
  readonly effectiveFrom: Date;
  readonly publishedAt: Date;
  readonly publishedBy: string;
}

/** Programs of an organisation, the default one first. */
export const listPrograms = (tx: Tx, orgId: number) =>
  tx.rows<ProgramRow>(sql`/* loyalty.list_programs */
    select id, name, description, points_to_currency_ratio::float8 as "pointsToCurrencyRatio", is_default as "isDefault",
           is_active as "isActive", draft, draft_updated_at as "draftUpdatedAt", created_at as "createdAt"
      from loyalty.programs where org_id = ${orgId} order by is_default desc, id`);

/** The program, locked against other editors; null when the organisation has none of that id. */
export const lockProgram = (tx: Tx, orgId: number, id: number) =>
  tx.maybeOne<ProgramRow>(sql`/* loyalty.lock_program */
    select id, name, description, points_to_currency_ratio::float8 as "pointsToCurrencyRatio", is_default as "isDefault",
           is_active as "isActive", draft, draft_updated_at as "draftUpdatedAt", created_at as "createdAt"
      from loyalty.programs where org_id = ${orgId} and id = ${id} for update`);

/** Locks the organisation's programs against being published beside each other. */
export const lockPrograms = (tx: Tx, orgId: number) =>
  tx.rows(sql`/* loyalty.lock_programs */
    select id from loyalty.programs where org_id = ${orgId} order by id for update`);

export const listVersions = (tx: Tx, orgId: number) =>
  tx.rows<VersionRow>(sql`/* loyalty.list_versions */
    select program_id as "programId", version, definition, effective_from as "effectiveFrom",
           published_at as "publishedAt", published_by as "publishedBy"
      from loyalty.program_versions where org_id = ${orgId} order by program_id, version`);

export const findVersion = (tx: Tx, orgId: number, programId: number, version: number) =>
  tx.maybeOne<VersionRow>(sql`/* loyalty.find_version */
    select program_id as "programId", version, definition, effective_from as "effectiveFrom",
           published_at as "publishedAt", published_by as "publishedBy"
      from loyalty.program_versions
     where org_id = ${orgId} and program_id = ${programId} and version = ${version}`);

export const findProgram = (tx: Tx, orgId: number, id: number) =>
  tx.maybeOne<ProgramRow>(sql`/* loyalty.find_program */
    select id, name, description, points_to_currency_ratio::float8 as "pointsToCurrencyRatio", is_default as "isDefault",
           is_active as "isActive", draft, draft_updated_at as "draftUpdatedAt", created_at as "createdAt"
      from loyalty.programs where org_id = ${orgId} and id = ${id}`);

export const findNewestVersion = (tx: Tx, orgId: number, programId: number) =>
  tx.maybeOne<VersionRow>(sql`/* loyalty.find_newest_version */
    select program_id as "programId", version, definition, effective_from as "effectiveFrom",
           published_at as "publishedAt", published_by as "publishedBy"
      from loyalty.program_versions
     where org_id = ${orgId} and program_id = ${programId} order by version desc limit 1`);

/** False when the name is taken, or when another first program came in between. The first program is the default one. */
export const insertProgram = async (
  tx: Tx,
  orgId: number,
  row: Pick<ProgramRow, "id" | "name" | "description" | "pointsToCurrencyRatio" | "createdAt">,
): Promise<boolean> =>
  (await tx.run(sql`/* loyalty.insert_program */
    insert into loyalty.programs (org_id, id, name, description, points_to_currency_ratio, is_default, created_at)
    values (${orgId}, ${row.id}, ${row.name}, ${row.description}, ${row.pointsToCurrencyRatio},
            not exists (select from loyalty.programs where org_id = ${orgId} and is_default), ${row.createdAt})
    on conflict do nothing`)) === 1;

export const nameIsTaken = async (tx: Tx, orgId: number, id: number, name: string): Promise<boolean> =>
  (await tx.maybeOne(sql`/* loyalty.name_is_taken */
    select id from loyalty.programs where org_id = ${orgId} and name = ${name} and id <> ${id}`)) !== null;

/** False when another program took the name at the same moment; the transaction can then only be rolled back. */
export const updateProgram = async (tx: Tx, orgId: number, row: ProgramRow): Promise<boolean> => {
  try {
    await tx.run(sql`/* loyalty.update_program */
      update loyalty.programs
         set name = ${row.name}, description = ${row.description}, points_to_currency_ratio = ${row.pointsToCurrencyRatio}
       where org_id = ${orgId} and id = ${row.id}`);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
};

export const saveDraft = (tx: Tx, orgId: number, id: number, draft: unknown, at: Date | null) =>
  tx.run(sql`/* loyalty.save_draft */
    update loyalty.programs set draft = ${draft === null ? null : JSON.stringify(draft)}::jsonb, draft_updated_at = ${at}
     where org_id = ${orgId} and id = ${id}`);

/** Counts one more numbering of a program's tiers: those who join from now on are numbered by it. */
export const numberTiersAnew = (tx: Tx, orgId: number, id: number) =>
  tx.run(sql`/* loyalty.number_tiers_anew */
    update loyalty.programs set tier_numbering = tier_numbering + 1 where org_id = ${orgId} and id = ${id}`);

export const insertVersion = (tx: Tx, orgId: number, row: VersionRow) =>
  tx.run(sql`/* loyalty.insert_version */
    insert into loyalty.program_versions
           (org_id, program_id, version, definition, effective_from, published_at, published_by)
    values (${orgId}, ${row.programId}, ${row.version}, ${JSON.stringify(row.definition)}::jsonb, ${row.effectiveFrom},
            ${row.publishedAt}, ${row.publishedBy})`);

export const countMembers = (tx: Tx, orgId: number) =>
  tx.rows<{ programId: number; members: number }>(sql`/* loyalty.count_members */
    select program_id as "programId", count(*) as members
      from loyalty.memberships where org_id = ${orgId} group by program_id`);

/** Tells every process that the organisation's programs changed; sent when the transaction commits. */
export const announceChange = (tx: Tx, orgId: number) =>
  tx.rows(sql`/* loyalty.announce_change */ select pg_notify('programs_changed', ${String(orgId)})`);
