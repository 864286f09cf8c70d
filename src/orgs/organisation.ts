import { type Instant, moneyScale } from "#platform";
import { type CurrencyRatio, type RatioPair, ratiosOf } from "./currency-ratios.ts";
import type {
  Entity,
  EntityType,
  ExtendedScope,
  FieldDefinition,
  OrganisationRow,
  PaymentMode,
  SourceAccount,
} from "./schema.ts";
import { findSetting, isTrue } from "./settings.ts";

/**
 * A frozen picture of an organisation's configuration with synchronous look-ups. Take it once per request: it never
 * changes under the reader, a changed organisation is another picture.
 */
export interface Organisation extends OrganisationRow {
  /** Small units per currency unit of the organisation's currency. */
  readonly moneyScale: number;
  /** Own value of a setting, else its default; undefined when neither is there or the key is unknown. */
  setting(key: string): string | undefined;
  flag(key: string): boolean;
  number(key: string): number | undefined;
  /** Values that the organisation itself has set. */
  readonly ownSettings: ReadonlyMap<string, string>;
  entity(id: number): Entity | null;
  till(id: number): Entity | null;
  /** Exact, as tills send it. */
  tillByCode(code: string): Entity | null;
  store(id: number): Entity | null;
  /** Without regard to case: codes of one type differ in more than case. */
  storeByCode(code: string): Entity | null;
  /** All of a type, inactive ones too, in order of id. */
  entities(type: EntityType): readonly Entity[];
  storeOfTill(tillId: number): Entity | null;
  /** Tills of a store, in order of id. */
  tillsOfStore(storeId: number): readonly Entity[];
  /** Zone of a store, or of the store of a till. */
  zoneOf(entityId: number): Entity | null;
  conceptOf(entityId: number): Entity | null;
  /** Every field, inactive ones too. */
  readonly fields: readonly FieldDefinition[];
  /** Active extended fields of a scope. */
  extendedFields(scope: ExtendedScope): readonly FieldDefinition[];
  /** Active custom fields of a documented scope, whose case does not matter. */
  customFields(scope: string): readonly FieldDefinition[];
  /** Active accounts of a source; none means that the source has a single, unnamed account. */
  sourceAccounts(source: string): readonly { readonly id: string; readonly name: string }[];
  readonly paymentModes: readonly PaymentMode[];
  /** What a unit of another currency was worth in the own one at an instant; null when nobody said, "no base" when not of the own. */
  currencyRatio(currency: string, at: Instant): RatioPair | null | "no base";
  /** The newest ratio of each currency, in order of code; see `CurrencyRatio`. */
  readonly currencyRatios: readonly { readonly currency: string; readonly ratio: number }[];
}

export interface OrganisationParts {
  readonly row: OrganisationRow;
  readonly settings: readonly { key: string; value: string }[];
  readonly entities: readonly Entity[];
  readonly fields: readonly FieldDefinition[];
  readonly accounts: readonly SourceAccount[];
  readonly paymentModes: readonly PaymentMode[];
  readonly currencyRatios?: readonly CurrencyRatio[];
}

const NONE: readonly never[] = Object.freeze([]);

const groupBy = <T>(items: readonly T[], key: (item: T) => string | number | null) => {
  const groups = new Map<string | number, T[]>();
  for (const item of items) {
    const value = key(item);
    if (value === null) continue;
    const group = groups.get(value);
    if (group) group.push(item);
    else groups.set(value, [item]);
  }
  return groups;
};

/** Builds the picture from rows; entities in order of id. */
export const buildOrganisation = (parts: OrganisationParts): Organisation => {
  const settings = new Map(parts.settings.map(({ key, value }) => [key, value]));
  const byId = new Map(parts.entities.map((entity) => [entity.id, Object.freeze(entity)]));
  const byType = groupBy(parts.entities, (entity) => entity.type);
  const tills = byType.get("TILL") ?? [];
  const tillByCode = new Map(tills.map((till) => [till.code, till]));
  const storeByCode = new Map((byType.get("STORE") ?? []).map((store) => [store.code.toLowerCase(), store]));
  const tillsByStore = groupBy(tills, (till) => till.storeId);
  const active = parts.fields.filter((field) => field.isActive);
  const fields = groupBy(active, (field) => `${field.kind}:${field.scope}`);
  const accounts = groupBy(
    parts.accounts.filter((account) => account.isActive),
    (account) => account.source,
  );
  const ratios = ratiosOf(parts.row.currency, parts.currencyRatios ?? NONE);

  const setting = (key: string): string | undefined => {
    const value = settings.get(key) ?? findSetting(key)?.default;
    return value === "" ? undefined : value;
  };
  const ofType = (id: number, type: EntityType): Entity | null => {
    const entity = byId.get(id);
    return entity?.type === type ? entity : null;
  };
  const store = (id: number) => ofType(id, "STORE");
  const storeOfTill = (tillId: number): Entity | null => {
    const storeId = ofType(tillId, "TILL")?.storeId ?? null;
    return storeId === null ? null : store(storeId);
  };
  const parent = (entityId: number, key: "parentZoneId" | "parentConceptId"): Entity | null => {
    const entity = storeOfTill(entityId) ?? byId.get(entityId);
    const id = entity?.[key] ?? null;
    return id === null ? null : (byId.get(id) ?? null);
  };
  return Object.freeze<Organisation>({
    ...parts.row,
    moneyScale: moneyScale(parts.row.currency),
    setting,
    flag: (key) => isTrue(setting(key)),
    number: (key) => {
      const value = setting(key);
      const parsed = Number(value);
      return value === undefined || Number.isNaN(parsed) ? undefined : parsed;
    },
    ownSettings: settings,
    entity: (id) => byId.get(id) ?? null,
    till: (id) => ofType(id, "TILL"),
    tillByCode: (code) => tillByCode.get(code) ?? null,
    store,
    storeByCode: (code) => storeByCode.get(code.toLowerCase()) ?? null,
    entities: (type) => byType.get(type) ?? NONE,
    storeOfTill,
    tillsOfStore: (storeId) => tillsByStore.get(storeId) ?? NONE,
    zoneOf: (entityId) => parent(entityId, "parentZoneId"),
    conceptOf: (entityId) => parent(entityId, "parentConceptId"),
    fields: parts.fields,
    extendedFields: (scope) => fields.get(`extended:${scope}`) ?? NONE,
    customFields: (scope) => fields.get(`custom:${scope.toUpperCase()}`) ?? NONE,
    sourceAccounts: (source) =>
      (accounts.get(source) ?? NONE).map(({ accountId, name }) => ({ id: accountId, name })),
    paymentModes: parts.paymentModes,
    currencyRatio: ratios.pair,
    currencyRatios: ratios.newest,
  });
};
