import type { Entity, Organisation } from "#orgs";
import { errors } from "./errors.ts";
import type { Headers } from "./schema.ts";

const ENTITY_TYPES = [
  "TILL",
  "TILL_CODE",
  "STORE_CODE",
  "STORE_NAME",
  "STORE_EXTERNAL_ID",
  "STORE_EXTERNAL_ID_1",
  "STORE_EXTERNAL_ID_2",
] as const;
type EntityType = (typeof ENTITY_TYPES)[number];
const LOOKUP_TYPES = ["WECHAT", "MOBILE_TRIGGER"];

const text = (headers: Headers, name: string): string | null => {
  const value = headers[name];
  const single = (Array.isArray(value) ? value[0] : value)?.trim();
  return single === undefined || single === "" ? null : single;
};

const activeTill = (till: Entity | null): Entity | null => (till?.isActive ? till : null);

const findStore = (organisation: Organisation, type: EntityType, code: string): Entity | null => {
  if (type === "STORE_CODE") return organisation.storeByCode(code);
  const stores = organisation.entities("STORE");
  if (type === "STORE_NAME") return stores.find((store) => store.name === code) ?? null;
  const index = type === "STORE_EXTERNAL_ID" ? 0 : type === "STORE_EXTERNAL_ID_1" ? 1 : 2;
  return stores.find((store) => store.externalIds[index] === code) ?? null;
};

/** A store's activities are booked on the caller's own till when it stands there, else on the store's first active one. */
const tillOfStore = (organisation: Organisation, store: Entity | null, own: Entity): Entity | null => {
  if (store === null || !store.isActive) return null;
  const tills = organisation.tillsOfStore(store.id).filter((till) => till.isActive);
  return tills.find((till) => till.id === own.id) ?? tills[0] ?? null;
};

/** LOOKUP-TYPE and LOOKUP: a till that carries `TYPE:code` as an external id, or the till of that code. */
const byLookup = (organisation: Organisation, headers: Headers): Entity | null => {
  const type = text(headers, "x-cap-api-attribution-lookup-type");
  const code = text(headers, "x-cap-api-attribution-lookup");
  if (type === null && code === null) return null;
  if (type === null || code === null) throw errors.lookup_type_missing();
  if (!LOOKUP_TYPES.includes(type.toUpperCase())) {
    throw errors.bad_attribution({ message: "Invalid X-CAP-API-ATTRIBUTION-LOOKUP-TYPE specified." });
  }
  const pair = `${type.toUpperCase()}:${code}`;
  const mapped = organisation.entities("TILL").find((till) => till.externalIds.includes(pair));
  const till = activeTill(mapped ?? organisation.tillByCode(code));
  if (till !== null) return till;
  throw errors.bad_attribution({
    message: `X-CAP-API-ATTRIBUTION-LOOKUP: no active till belongs to ${code}.`,
  });
};

const byEntity = (organisation: Organisation, headers: Headers, own: Entity): Entity | null | "unknown" => {
  const type = (text(headers, "x-cap-api-attribution-entity-type") ?? "TILL").toUpperCase();
  const older = text(headers, "x-cap-api-attribution-till-code");
  const code = text(headers, "x-cap-api-attribution-entity-code") ?? older;
  if (!ENTITY_TYPES.includes(type as EntityType)) {
    throw errors.bad_attribution({ message: "Invalid X-CAP-API-ATTRIBUTION-ENTITY-TYPE specified." });
  }
  if (code === null) return null;
  const till =
    type === "TILL" || type === "TILL_CODE"
      ? activeTill(organisation.tillByCode(code))
      : tillOfStore(organisation, findStore(organisation, type as EntityType, code), own);
  return till ?? "unknown";
};

/**
 * The till that a call is attributed to: the one that the headers name, else the caller's own. Entity headers count for
 * tokens only. Errors: identity.lookup_type_missing (1061), identity.bad_attribution (400).
 */
export const attributedTill = (
  organisation: Organisation,
  headers: Headers,
  own: Entity,
  caller: { readonly kind: "till" | "client"; readonly fallsBack: boolean },
): Entity => {
  const looked = byLookup(organisation, headers);
  if (looked !== null) return looked;
  if (caller.kind === "till") return own;
  const named = byEntity(organisation, headers, own);
  if (named !== null && named !== "unknown") return named;
  if (named === null || caller.fallsBack) return own;
  throw errors.bad_attribution({
    message: "X-CAP-API-ATTRIBUTION-ENTITY-CODE: it names no active till, or no store with one.",
  });
};
