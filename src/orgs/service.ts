import { randomUUID } from "node:crypto";
import type { Clock, Db, Ids, Tx } from "#platform";
import { errors } from "./errors.ts";
import { buildOrganisation, type Organisation } from "./organisation.ts";
import {
  changedEntity,
  changedField,
  changedOrganisation,
  newEntity,
  newField,
  newOrganisation,
  parentsOf,
} from "./rules.ts";
import {
  type Author,
  DEFAULT_PAYMENT_MODES,
  type Entity,
  type EntityChange,
  type EntityInput,
  type FieldChange,
  type FieldDefinition,
  type FieldInput,
  type OrganisationChange,
  type OrganisationInput,
  type PaymentMode,
} from "./schema.ts";
import { findSetting, normaliseSetting } from "./settings.ts";
import * as store from "./store.ts";

export interface OrgsParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
}

export type Orgs = ReturnType<typeof createOrgs>;

const MAX_ZONE_DEPTH = 8;

/** Organisations and what they are made of. Writes are announced to every process; reads come from memory. */
export const createOrgs = ({ db, ids, clock }: OrgsParts) => {
  const pictures = createPictures(db);

  const changing = async <T>(orgId: number, work: (tx: Tx) => Promise<T>): Promise<T> => {
    const result = await db.transaction(orgId, async (tx) => {
      const made = await work(tx);
      await store.announceChange(tx, orgId);
      return made;
    });
    pictures.forget(orgId);
    return result;
  };

  /** Creates an organisation with the documented sources and usual tenders. Errors: orgs.organisation_code_taken, orgs.invalid. */
  const createOrganisation = async (input: OrganisationInput): Promise<Organisation> => {
    const row = newOrganisation(await ids.take("org"), input, clock.now());
    const modes: PaymentMode[] = [];
    for (const mode of DEFAULT_PAYMENT_MODES)
      modes.push({ ...mode, id: await ids.take("field"), isActive: true });
    await changing(row.id, async (tx) => {
      const made = await store.insertOrganisation(tx, row);
      if (!made) throw errors.organisation_code_taken({ code: row.code, field: "code" });
      for (const mode of modes) await store.insertPaymentMode(tx, row.id, mode);
    });
    return pictures.get(row.id);
  };

  const updateOrganisation = (author: Author, change: OrganisationChange): Promise<Organisation> =>
    changing(author.orgId, async (tx) => {
      const row = await store.lockOrganisation(tx, author.orgId);
      if (row === null) throw errors.unknown_organisation({ id: author.orgId });
      await store.updateOrganisation(tx, changedOrganisation(row, change, clock.now()));
    }).then(() => pictures.get(author.orgId));

  /** Sets a documented setting. Errors: orgs.unknown_setting, orgs.invalid_setting_value. */
  const setSetting = async (author: Author, key: string, value: unknown): Promise<string> => {
    const setting = findSetting(key);
    if (setting === null) throw errors.unknown_setting({ key: key.slice(0, 100), field: "keyName" });
    const judged = normaliseSetting(setting, value);
    if ("expected" in judged) {
      const shown = typeof value === "object" ? "given" : String(value).slice(0, 100);
      throw errors.invalid_setting_value({ key, value: shown, expected: judged.expected, field: "value" });
    }
    const change = { at: clock.now(), by: author.name };
    await changing(author.orgId, (tx) => store.putSetting(tx, author.orgId, key, judged.value, change));
    return judged.value;
  };

  /** Says what a unit of a currency is worth, in RATIO_SCALE of a rupee, from now on. Those of the past stay for bills of then. */
  const setCurrencyRatio = (author: Author, currency: string, ratio: number): Promise<void> =>
    changing(author.orgId, async (tx) => {
      await store.lockOrganisation(tx, author.orgId);
      const { newest } = await store.newestCurrencyRatio(tx, author.orgId, currency);
      const now = clock.now().getTime();
      // Two within a millisecond, or a clock that was set back: the later call is the one that holds.
      const validFrom = new Date(Math.max(now, (newest?.getTime() ?? 0) + (newest === null ? 0 : 1)));
      await store.insertCurrencyRatio(tx, author.orgId, { currency, validFrom, ratio }, author.name);
    });

  const entities = createEntityWrites({ db, ids, clock }, changing);
  const fields = createFieldWrites({ db, ids, clock }, changing);

  /** Adds an account of a source, for sources that have several. Adding a known one changes nothing. */
  const addSourceAccount = async (author: Author, source: string, accountId: string, name = accountId) => {
    const account = {
      id: await ids.take("field"),
      uuid: randomUUID(),
      source,
      accountId,
      name,
      isActive: true,
    };
    await changing(author.orgId, (tx) => store.insertSourceAccount(tx, author.orgId, account, clock.now()));
  };

  return {
    /** The organisation's picture, from memory; throws orgs.unknown_organisation. */
    get: pictures.get,
    /** Drops a picture; for callers that wrote through `…Within` and want to read their own write. */
    forget: pictures.forget,
    /** Called with the id of each organisation that changed, anywhere; 0 means any may have. */
    onChange: pictures.onChange,
    /** Ids and codes of all active organisations. */
    list: () => db.system((tx) => store.listOrganisationIds(tx)),
    /** Organisation and id of the till of a code, before the caller's organisation is known. */
    locateTill: (code: string) => db.system((tx) => store.locateTill(tx, code)),
    setCurrencyRatio,
    createOrganisation,
    updateOrganisation,
    setSetting,
    addSourceAccount,
    ...entities,
    ...fields,
  };
};

/** One shared picture per organisation and process, emptied by NOTIFY and whenever notifications may have been missed. */
const createPictures = (db: Db) => {
  const pictures = new Map<number, Promise<Organisation>>();
  const watchers: ((orgId: number) => void)[] = [];
  let listening: Promise<void> | null = null;

  const forget = (orgId: number) => {
    if (orgId === 0) pictures.clear();
    else pictures.delete(orgId);
    for (const watcher of watchers) watcher(orgId);
  };
  db.onReconnect(() => forget(0));

  const load = async (orgId: number): Promise<Organisation> => {
    // Before the first read: a change after it must find us listening.
    listening ??= db.listen("orgs_changed", (payload) => forget(Number(payload) || 0));
    await listening.catch((error: unknown) => {
      listening = null;
      throw error;
    });
    const parts = await db.apart(async (tx) => {
      const row = store.findOrganisation(tx, orgId);
      const [settings, entities, fields, accounts, paymentModes, currencyRatios] = await Promise.all([
        store.listSettings(tx, orgId),
        store.listEntities(tx, orgId),
        store.listFields(tx, orgId),
        store.listSourceAccounts(tx, orgId),
        store.listPaymentModes(tx, orgId),
        store.listCurrencyRatios(tx, orgId),
      ]);
      return { row: await row, settings, entities, fields, accounts, paymentModes, currencyRatios };
    });
    if (parts.row === null) throw errors.unknown_organisation({ id: orgId });
    return buildOrganisation({ ...parts, row: parts.row });
  };

  const get = (orgId: number): Promise<Organisation> => {
    const known = pictures.get(orgId);
    if (known !== undefined) return known;
    if (!Number.isSafeInteger(orgId) || orgId < 1)
      return Promise.reject(errors.unknown_organisation({ id: orgId }));
    const loading = load(orgId);
    pictures.set(orgId, loading);
    loading.catch(() => {
      if (pictures.get(orgId) === loading) pictures.delete(orgId);
    });
    return loading;
  };
  return { get, forget, onChange: (watcher: (orgId: number) => void) => void watchers.push(watcher) };
};

type Changing = <T>(orgId: number, work: (tx: Tx) => Promise<T>) => Promise<T>;

const takenCode = (entity: Entity) =>
  entity.type === "TILL"
    ? errors.till_code_taken({ code: entity.code, field: "code" })
    : errors.code_taken({ code: entity.code, type: entity.type.toLowerCase(), field: "code" });

const checkParents = async (tx: Tx, entity: Entity) => {
  for (const { field, type, id } of parentsOf(entity)) {
    let found = await store.findEntity(tx, entity.orgId, type, id);
    if (found === null) throw errors.unknown_parent({ field, type: type.toLowerCase(), value: id });
    if (entity.type !== "ZONE" || type !== "ZONE") continue;
    for (let depth = 0; found !== null; depth++) {
      if (found.id === entity.id || depth > MAX_ZONE_DEPTH) throw errors.zone_cycle({ field: "parentId" });
      found =
        found.parentZoneId === null
          ? null
          : await store.findEntity(tx, entity.orgId, "ZONE", found.parentZoneId);
    }
  }
};

const createEntityWrites = ({ ids, clock }: OrgsParts, changing: Changing) => {
  /**
   * Writes an entity inside the caller's transaction; the caller calls `forget` after its commit. `id` from
   * `ids.take("entity")`. Errors: orgs.code_taken, orgs.till_code_taken, orgs.unknown_parent, orgs.invalid.
   */
  const createEntityWithin = async (
    tx: Tx,
    author: Author,
    id: number,
    input: EntityInput,
  ): Promise<Entity> => {
    const entity = newEntity(id, input, author, clock.now());
    await checkParents(tx, entity);
    if (!(await store.insertEntity(tx, entity))) throw takenCode(entity);
    await store.announceChange(tx, author.orgId);
    return entity;
  };

  const createEntity = async (author: Author, input: EntityInput): Promise<Entity> => {
    const id = await ids.take("entity");
    return changing(author.orgId, (tx) => createEntityWithin(tx, author, id, input));
  };

  /** Errors as `createEntityWithin`, and orgs.unknown_entity. */
  const updateEntityWithin = async (
    tx: Tx,
    author: Author,
    id: number,
    change: EntityChange,
  ): Promise<Entity> => {
    const known = await store.lockEntity(tx, author.orgId, id);
    if (known === null) throw errors.unknown_entity({ by: "id", value: id });
    const entity = changedEntity(known, change, author.name, clock.now());
    await checkParents(tx, entity);
    if (await store.codeIsTaken(tx, entity)) throw takenCode(entity);
    if (!(await store.updateEntity(tx, entity))) throw takenCode(entity);
    await store.announceChange(tx, author.orgId);
    return entity;
  };

  const updateEntity = (author: Author, id: number, change: EntityChange): Promise<Entity> =>
    changing(author.orgId, (tx) => updateEntityWithin(tx, author, id, change));

  return { createEntity, createEntityWithin, updateEntity, updateEntityWithin };
};

const createFieldWrites = ({ ids, clock }: OrgsParts, changing: Changing) => {
  /** Defines fields, all or none. Errors: orgs.field_taken, orgs.unknown_field_scope, orgs.invalid. */
  const defineFields = async (author: Author, inputs: readonly FieldInput[]): Promise<FieldDefinition[]> => {
    const nextId = await ids.reserve("field", inputs.length);
    const fields = inputs.map((input) => newField(nextId(), input, author, clock.now()));
    await changing(author.orgId, async (tx) => {
      for (const field of fields) {
        if (await store.insertField(tx, field)) continue;
        throw errors.field_taken({ kind: field.kind, scope: field.scope, name: field.name, field: "name" });
      }
    });
    return fields;
  };

  /** Defines one extended or custom field; errors as `defineFields`. */
  const defineField = async (author: Author, input: FieldInput): Promise<FieldDefinition> =>
    (await defineFields(author, [input]))[0]!;

  /** Errors: orgs.unknown_field, orgs.enum_values_in_use, orgs.invalid. */
  const updateField = (author: Author, id: number, change: FieldChange): Promise<FieldDefinition> =>
    changing(author.orgId, async (tx) => {
      const known = await store.lockField(tx, author.orgId, id);
      if (known === null) throw errors.unknown_field({ id });
      const field = changedField(known, change, author.name, clock.now());
      await store.updateField(tx, field);
      return field;
    });

  return { defineField, defineFields, updateField };
};
