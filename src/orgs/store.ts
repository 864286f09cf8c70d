import { assert, rawSql, sql, type Tx } from "#platform";
import type { CurrencyRatio } from "./currency-ratios.ts";
import type {
  Entity,
  EntityType,
  FieldDefinition,
  OrganisationRow,
  PaymentMode,
  SourceAccount,
} from "./schema.ts";

const ORGANISATION = `org_id as id, code, name, kind, country, time_zone as "timeZone", cluster_time_zone as "clusterTimeZone",
  currency, language, phone, address, website, sources, is_active as "isActive", created_at as "createdAt", updated_at as "updatedAt"`;

const ENTITY = `id, org_id as "orgId", type, code, name, description, admin_type as "adminType", is_active as "isActive",
  parent_zone_id as "parentZoneId", parent_concept_id as "parentConceptId", store_id as "storeId",
  store_server_id as "storeServerId", external_ids as "externalIds", time_zone as "timeZone", currency, language,
  time_zone_id as "timeZoneId", currency_id as "currencyId", language_id as "languageId", email, mobile, landline,
  latitude, longitude, address, city_id as "cityId", area_id as "areaId", is_billable as "isBillable",
  custom_values as "customValues", created_at as "createdAt", created_by as "createdBy", updated_at as "updatedAt",
  updated_by as "updatedBy"`;

const FIELD = `id, org_id as "orgId", kind, scope, name, label, data_type as "dataType", enum_values as "enumValues",
  is_mandatory as "isMandatory", is_active as "isActive", display, created_at as "createdAt", created_by as "createdBy",
  updated_at as "updatedAt", updated_by as "updatedBy"`;

export const findOrganisation = (tx: Tx, orgId: number) =>
  tx.maybeOne<OrganisationRow>(
    rawSql(`/* orgs.find_organisation */ select ${ORGANISATION} from orgs.organisations where org_id = $1`, [
      orgId,
    ]),
  );

/** The same, locked: changes of an organisation follow each other, because each writes the whole row. */
export const lockOrganisation = (tx: Tx, orgId: number) =>
  tx.maybeOne<OrganisationRow>(
    rawSql(
      `/* orgs.lock_organisation */ select ${ORGANISATION} from orgs.organisations where org_id = $1 for update`,
      [orgId],
    ),
  );

export const listOrganisationIds = (tx: Tx) =>
  tx.rows<{ id: number; code: string }>(
    sql`/* orgs.list_organisation_ids */ select org_id as id, code from orgs.organisations where is_active order by org_id`,
  );

/** False when the code is taken. */
export const insertOrganisation = async (tx: Tx, row: OrganisationRow): Promise<boolean> =>
  (await tx.run(sql`/* orgs.insert_organisation */
    insert into orgs.organisations (org_id, code, name, kind, country, time_zone, cluster_time_zone, currency, language,
      phone, address, website, sources, created_at, updated_at)
    values (${row.id}, ${row.code}, ${row.name}, ${row.kind}, ${row.country}, ${row.timeZone}, ${row.clusterTimeZone},
      ${row.currency}, ${row.language}, ${row.phone}, ${row.address}, ${row.website}, ${row.sources}, ${row.createdAt},
      ${row.updatedAt})
    on conflict do nothing`)) === 1;

export const updateOrganisation = (tx: Tx, row: OrganisationRow) =>
  tx.run(sql`/* orgs.update_organisation */
    update orgs.organisations
       set name = ${row.name}, country = ${row.country}, time_zone = ${row.timeZone},
           cluster_time_zone = ${row.clusterTimeZone}, currency = ${row.currency}, language = ${row.language},
           phone = ${row.phone}, address = ${row.address}, website = ${row.website}, updated_at = ${row.updatedAt}
     where org_id = ${row.id}`);

/** Tells every process, this one included, that an organisation's picture is old; sent when the transaction commits. */
export const announceChange = (tx: Tx, orgId: number) =>
  tx.rows(sql`/* orgs.announce_change */ select pg_notify('orgs_changed', ${String(orgId)})`);

export const listSettings = (tx: Tx, orgId: number) =>
  tx.rows<{ key: string; value: string }>(
    sql`/* orgs.list_settings */ select key, value from orgs.settings where org_id = ${orgId}`,
  );

export const putSetting = (
  tx: Tx,
  orgId: number,
  key: string,
  value: string,
  change: { at: Date; by: string },
) =>
  tx.run(sql`/* orgs.put_setting */
    insert into orgs.settings as s (org_id, key, value, updated_at, updated_by)
    values (${orgId}, ${key}, ${value}, ${change.at}, ${change.by})
    on conflict (org_id, key) do update
       set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`);

export const listCurrencyRatios = (tx: Tx, orgId: number) =>
  tx.rows<CurrencyRatio>(
    sql`/* orgs.list_currency_ratios */ select currency, valid_from as "validFrom", ratio from orgs.currency_ratios where org_id = ${orgId}`,
  );

/** 0 when the currency has a ratio from that very time. */
export const insertCurrencyRatio = (tx: Tx, orgId: number, row: CurrencyRatio, by: string) =>
  tx.run(sql`/* orgs.insert_currency_ratio */
    insert into orgs.currency_ratios (org_id, currency, valid_from, ratio, set_by)
    values (${orgId}, ${row.currency}, ${row.validFrom}, ${row.ratio}, ${by})
    on conflict do nothing`);

/** When the newest ratio of a currency begins. */
export const newestCurrencyRatio = (tx: Tx, orgId: number, currency: string) =>
  tx.one<{ newest: Date | null }>(sql`/* orgs.newest_currency_ratio */
    select max(valid_from) as newest from orgs.currency_ratios where org_id = ${orgId} and currency = ${currency}`);

export const listEntities = (tx: Tx, orgId: number) =>
  tx.rows<Entity>(
    rawSql(`/* orgs.list_entities */ select ${ENTITY} from orgs.entities where org_id = $1 order by id`, [
      orgId,
    ]),
  );

/** Locks the row, so that two changes of one entity follow each other. */
export const lockEntity = (tx: Tx, orgId: number, id: number) =>
  tx.maybeOne<Entity>(
    rawSql(
      `/* orgs.lock_entity */ select ${ENTITY} from orgs.entities where org_id = $1 and id = $2 for update`,
      [orgId, id],
    ),
  );

export const findEntity = (tx: Tx, orgId: number, type: EntityType, id: number) =>
  tx.maybeOne<{ id: number; parentZoneId: number | null }>(sql`/* orgs.find_entity */
    select id, parent_zone_id as "parentZoneId" from orgs.entities
     where org_id = ${orgId} and type = ${type} and id = ${id}`);

/** The till of a code in whichever organisation: sign-in knows no organisation yet. */
export const locateTill = (tx: Tx, code: string) =>
  tx.maybeOne<{ orgId: number; tillId: number }>(sql`/* orgs.locate_till */
    select org_id as "orgId", id as "tillId" from orgs.entities
     where type = 'TILL' and lower(code) = lower(${code}) and code = ${code}`);

/** False when the code is taken. */
export const insertEntity = async (tx: Tx, e: Entity): Promise<boolean> =>
  (await tx.run(sql`/* orgs.insert_entity */
    insert into orgs.entities (org_id, id, type, code, name, description, admin_type, is_active, parent_zone_id,
      parent_concept_id, store_id, store_server_id, external_ids, time_zone, currency, language, time_zone_id, currency_id,
      language_id, email, mobile, landline, latitude, longitude, address, city_id, area_id, is_billable, custom_values,
      created_at, created_by, updated_at, updated_by)
    values (${e.orgId}, ${e.id}, ${e.type}, ${e.code}, ${e.name}, ${e.description}, ${e.adminType}, ${e.isActive},
      ${e.parentZoneId}, ${e.parentConceptId}, ${e.storeId}, ${e.storeServerId}, ${e.externalIds}, ${e.timeZone},
      ${e.currency}, ${e.language}, ${e.timeZoneId}, ${e.currencyId}, ${e.languageId}, ${e.email}, ${e.mobile},
      ${e.landline}, ${e.latitude}, ${e.longitude}, ${e.address}, ${e.cityId}, ${e.areaId}, ${e.isBillable},
      ${JSON.stringify(e.customValues)}, ${e.createdAt}, ${e.createdBy}, ${e.updatedAt}, ${e.updatedBy})
    on conflict do nothing`)) === 1;

/** Whether another entity holds the code: of the type in the organisation, of any organisation for tills. */
export const codeIsTaken = async (
  tx: Tx,
  e: Pick<Entity, "orgId" | "type" | "code" | "id">,
): Promise<boolean> => {
  const row = await tx.one<{ taken: boolean }>(sql`/* orgs.code_is_taken */
    select exists (
      select from orgs.entities
       where org_id = ${e.orgId} and type = ${e.type} and lower(code) = lower(${e.code}) and id <> ${e.id}) as taken`);
  return row.taken;
};

/** False when the new code is taken; then the transaction is lost and must be given up. */
export const updateEntity = async (tx: Tx, e: Entity): Promise<boolean> => {
  try {
    const written = await tx.run(sql`/* orgs.update_entity */
      update orgs.entities
         set code = ${e.code}, name = ${e.name}, description = ${e.description}, admin_type = ${e.adminType},
             is_active = ${e.isActive}, parent_zone_id = ${e.parentZoneId}, parent_concept_id = ${e.parentConceptId},
             store_id = ${e.storeId}, store_server_id = ${e.storeServerId}, external_ids = ${e.externalIds},
             time_zone = ${e.timeZone}, currency = ${e.currency}, language = ${e.language},
             time_zone_id = ${e.timeZoneId}, currency_id = ${e.currencyId}, language_id = ${e.languageId},
             email = ${e.email}, mobile = ${e.mobile}, landline = ${e.landline}, latitude = ${e.latitude},
             longitude = ${e.longitude}, address = ${e.address}, city_id = ${e.cityId}, area_id = ${e.areaId},
             is_billable = ${e.isBillable}, custom_values = ${JSON.stringify(e.customValues)},
             updated_at = ${e.updatedAt}, updated_by = ${e.updatedBy}
       where org_id = ${e.orgId} and id = ${e.id}`);
    assert(written === 1, "the locked entity was there");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "23505") return false;
    throw error;
  }
};

export const listFields = (tx: Tx, orgId: number) =>
  tx.rows<FieldDefinition>(
    rawSql(`/* orgs.list_fields */ select ${FIELD} from orgs.fields where org_id = $1 order by id`, [orgId]),
  );

export const lockField = (tx: Tx, orgId: number, id: number) =>
  tx.maybeOne<FieldDefinition>(
    rawSql(
      `/* orgs.lock_field */ select ${FIELD} from orgs.fields where org_id = $1 and id = $2 for update`,
      [orgId, id],
    ),
  );

/** False when the scope already has a field of that name. */
export const insertField = async (tx: Tx, f: FieldDefinition): Promise<boolean> =>
  (await tx.run(sql`/* orgs.insert_field */
    insert into orgs.fields (org_id, id, kind, scope, name, label, data_type, enum_values, is_mandatory, is_active,
      display, created_at, created_by, updated_at, updated_by)
    values (${f.orgId}, ${f.id}, ${f.kind}, ${f.scope}, ${f.name}, ${f.label}, ${f.dataType}, ${f.enumValues},
      ${f.isMandatory}, ${f.isActive}, ${JSON.stringify(f.display)}, ${f.createdAt}, ${f.createdBy}, ${f.updatedAt},
      ${f.updatedBy})
    on conflict do nothing`)) === 1;

export const updateField = (tx: Tx, f: FieldDefinition) =>
  tx.run(sql`/* orgs.update_field */
    update orgs.fields
       set label = ${f.label}, enum_values = ${f.enumValues}, is_mandatory = ${f.isMandatory}, is_active = ${f.isActive},
           display = ${JSON.stringify(f.display)}, updated_at = ${f.updatedAt}, updated_by = ${f.updatedBy}
     where org_id = ${f.orgId} and id = ${f.id}`);

export const listSourceAccounts = (tx: Tx, orgId: number) =>
  tx.rows<SourceAccount>(sql`/* orgs.list_source_accounts */
    select id, uuid, source, account_id as "accountId", name, is_active as "isActive"
      from orgs.source_accounts where org_id = ${orgId} order by id`);

export const insertSourceAccount = (tx: Tx, orgId: number, account: SourceAccount, at: Date) =>
  tx.run(sql`/* orgs.insert_source_account */
    insert into orgs.source_accounts (org_id, id, uuid, source, account_id, name, is_active, created_at)
    values (${orgId}, ${account.id}, ${account.uuid}, ${account.source}, ${account.accountId}, ${account.name},
      ${account.isActive}, ${at})
    on conflict do nothing`);

export const listPaymentModes = (tx: Tx, orgId: number) =>
  tx.rows<PaymentMode>(sql`/* orgs.list_payment_modes */
    select id, name, attributes, is_active as "isActive" from orgs.payment_modes where org_id = ${orgId} order by id`);

export const insertPaymentMode = (tx: Tx, orgId: number, mode: PaymentMode) =>
  tx.run(sql`/* orgs.insert_payment_mode */
    insert into orgs.payment_modes (org_id, id, name, attributes, is_active)
    values (${orgId}, ${mode.id}, ${mode.name}, ${mode.attributes}, ${mode.isActive})
    on conflict do nothing`);
