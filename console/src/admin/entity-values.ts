import type { Entity, EntityType } from "../api/types.ts";

export interface EntityValues {
  code: string;
  name: string;
  description: string;
  isActive: boolean;
  parentId: number | null;
  conceptId: number | null;
  externalId: string;
  timeZone: string;
  email: string;
  mobile: string;
  address: string;
}

export const TYPE_WORDS: Record<EntityType, { one: string; many: string }> = {
  STORE: { one: "store", many: "stores" },
  TILL: { one: "till", many: "tills" },
  ZONE: { one: "zone", many: "zones" },
  CONCEPT: { one: "concept", many: "concepts" },
  STR_SERVER: { one: "store server", many: "store servers" },
};

/** What an entity of a type belongs to. */
export const parentOf = (type: EntityType): { type: EntityType; label: string } | null => {
  if (type === "TILL" || type === "STR_SERVER") return { type: "STORE", label: "Store" };
  if (type === "STORE") return { type: "ZONE", label: "Zone" };
  return type === "ZONE"
    ? { type: "ZONE", label: "Part of zone" }
    : { type: "CONCEPT", label: "Part of concept" };
};

export const valuesOf = (entity: Entity | null): EntityValues => ({
  code: entity?.code ?? "",
  name: entity?.name ?? "",
  description: entity?.description ?? "",
  isActive: entity?.isActive ?? true,
  parentId: entity?.parent?.id ?? null,
  conceptId: entity?.concept?.id ?? null,
  externalId: entity?.externalIds[0] ?? "",
  timeZone: entity?.timeZone ?? "",
  email: entity?.email ?? "",
  mobile: entity?.mobile ?? "",
  address: entity?.address ?? "",
});

/** What to send: for a new entity what was given, for a known one what differs. */
export const bodyOf = (
  type: EntityType,
  values: EntityValues,
  entity: Entity | null,
): Record<string, unknown> => {
  const before = valuesOf(entity);
  const body: Record<string, unknown> = {};
  for (const name of ["code", "name", "description", "isActive", "parentId"] as const) {
    if (values[name] !== before[name]) body[name] = values[name];
  }
  if (type === "STORE") {
    for (const name of ["conceptId", "email", "mobile", "address"] as const) {
      if (values[name] !== before[name]) body[name] = values[name];
    }
    if (values.timeZone !== before.timeZone) body.timeZone = values.timeZone === "" ? null : values.timeZone;
    if (values.externalId !== before.externalId) {
      const others = entity?.externalIds.slice(1) ?? [];
      body.externalIds = values.externalId === "" ? others : [values.externalId, ...others];
    }
  }
  return body;
};
