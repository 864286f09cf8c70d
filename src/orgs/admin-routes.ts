import { type Static, Type } from "@fastify/type-provider-typebox";
import { decodeCursor, encodeCursor, type Server } from "#platform";
import { addAdminFieldRoutes } from "./admin-field-routes.ts";
import { Id, list, OWN_FAILURES, READ, strict, WRITE } from "./admin-shapes.ts";
import { errors } from "./errors.ts";
import type { Organisation } from "./organisation.ts";
import { definedOnly, readId } from "./parse.ts";
import { ENTITY_TYPES, type Entity, type EntityChange, type EntityType } from "./schema.ts";
import type { Orgs } from "./service.ts";
import { findSetting, SETTINGS, type SettingDefinition } from "./settings.ts";

export interface AdminRouteParts {
  readonly orgs: Orgs;
  /** Which of an organisation's tills can sign in; identity knows. Without it `hasCredentials` is left out. */
  readonly tillsWithCredentials?: (orgId: number, tillIds: readonly number[]) => Promise<ReadonlySet<number>>;
}

/** The administration API of organisations, the one that the console uses. */
export const addOrgsAdminRoutes = (server: Server, parts: AdminRouteParts): void => {
  addOrganisationRoutes(server, parts.orgs);
  addSettingRoutes(server, parts.orgs);
  addEntityRoutes(server, parts);
  addAdminFieldRoutes(server, parts.orgs);
};

const OrganisationShape = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  name: Type.String(),
  country: Type.String(),
  timeZone: Type.String(),
  clusterTimeZone: Type.String(),
  currency: Type.String(),
  language: Type.String(),
});
const organisationShape = (organisation: Organisation): Static<typeof OrganisationShape> => {
  const { id, code, name, country, timeZone, clusterTimeZone, currency, language } = organisation;
  return { id, code, name, country, timeZone, clusterTimeZone, currency, language };
};

const addOrganisationRoutes = (server: Server, orgs: Orgs) => {
  const tags = ["Administration"];
  server.get(
    "/api/organisation",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read the organisation",
        operationId: "readOrganisation",
        response: { 200: OrganisationShape, ...OWN_FAILURES },
      },
    },
    async (request) => organisationShape(await orgs.get(request.actor.orgId)),
  );
  server.put(
    "/api/organisation",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Change the organisation",
        operationId: "changeOrganisation",
        body: Type.Object(
          {
            name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
            country: Type.Optional(Type.String({ description: "ISO 3166-1 alpha-2" })),
            timeZone: Type.Optional(Type.String({ description: "IANA zone" })),
            clusterTimeZone: Type.Optional(Type.String({ description: "IANA zone" })),
            currency: Type.Optional(Type.String({ description: "ISO 4217" })),
            language: Type.Optional(Type.String({ description: "ISO 639" })),
          },
          strict,
        ),
        response: { 200: OrganisationShape, ...OWN_FAILURES },
      },
    },
    async (request) => organisationShape(await orgs.updateOrganisation(request.actor, request.body)),
  );
};

const SettingShape = Type.Object({
  key: Type.String(),
  value: Type.Union([Type.String(), Type.Null()], { description: "Value in force; null = none" }),
  default: Type.Union([Type.String(), Type.Null()]),
  description: Type.String(),
  type: Type.Enum(["flag", "number", "choice", "text"]),
  choices: Type.Optional(Type.Array(Type.String())),
  isOwn: Type.Boolean({ description: "Whether the organisation has set it" }),
});
const settingShape = (
  setting: SettingDefinition,
  organisation: Organisation,
): Static<typeof SettingShape> => ({
  key: setting.key,
  value: organisation.setting(setting.key) ?? null,
  default: setting.default === "" ? null : setting.default,
  description: setting.description,
  type: setting.type,
  ...(setting.choices ? { choices: [...setting.choices] } : {}),
  isOwn: organisation.ownSettings.has(setting.key),
});

const addSettingRoutes = (server: Server, orgs: Orgs) => {
  server.get(
    "/api/settings",
    {
      config: READ,
      schema: {
        tags: ["Administration"],
        summary: "List the settings that this version acts on, with their values",
        operationId: "listSettings",
        response: { 200: list(SettingShape), ...OWN_FAILURES },
      },
    },
    async (request) => {
      const organisation = await orgs.get(request.actor.orgId);
      const items = SETTINGS.filter(({ isKeptOnly }) => !isKeptOnly).map((setting) =>
        settingShape(setting, organisation),
      );
      return { items, next: null, total: items.length };
    },
  );
  server.put(
    "/api/settings/:key",
    {
      config: WRITE,
      schema: {
        tags: ["Administration"],
        summary: "Set a setting",
        operationId: "changeSetting",
        params: Type.Object({ key: Type.String() }),
        body: Type.Object({ value: Type.Union([Type.String(), Type.Number(), Type.Boolean()]) }, strict),
        response: { 200: SettingShape, ...OWN_FAILURES },
      },
    },
    async (request) => {
      const { key } = request.params;
      if (findSetting(key)?.isKeptOnly) throw errors.setting_without_effect({ key, field: "key" });
      await orgs.setSetting(request.actor, key, request.body.value);
      return settingShape(findSetting(key)!, await orgs.get(request.actor.orgId));
    },
  );
};

const Link = Type.Union([
  Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
  Type.Null(),
]);
const EntityShape = Type.Object({
  id: Type.Integer(),
  type: Type.Enum(ENTITY_TYPES),
  code: Type.String(),
  name: Type.String(),
  description: Type.String(),
  isActive: Type.Boolean(),
  parent: Link,
  concept: Link,
  childCount: Type.Integer(),
  externalIds: Type.Array(Type.String()),
  timeZone: Type.Union([Type.String(), Type.Null()]),
  email: Type.String(),
  mobile: Type.String(),
  address: Type.String(),
  hasCredentials: Type.Optional(Type.Boolean()),
});

const link = (entity: Entity | null): Static<typeof Link> =>
  entity === null ? null : { id: entity.id, code: entity.code, name: entity.name };

const childCounts = (organisation: Organisation): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const type of ENTITY_TYPES) {
    for (const { storeId, parentZoneId, parentConceptId } of organisation.entities(type)) {
      for (const parent of [storeId, parentZoneId, parentConceptId]) {
        if (parent !== null) counts.set(parent, (counts.get(parent) ?? 0) + 1);
      }
    }
  }
  return counts;
};

const entityShape = (
  entity: Entity,
  organisation: Organisation,
  children: number,
  credentials: ReadonlySet<number> | null,
): Static<typeof EntityShape> => {
  const parentId =
    entity.storeId ?? entity.parentZoneId ?? (entity.type === "CONCEPT" ? entity.parentConceptId : null);
  return {
    id: entity.id,
    type: entity.type,
    code: entity.code,
    name: entity.name,
    description: entity.description,
    isActive: entity.isActive,
    parent: link(parentId === null ? null : organisation.entity(parentId)),
    concept: entity.type === "CONCEPT" ? null : link(organisation.conceptOf(entity.id)),
    childCount: children,
    externalIds: [...entity.externalIds],
    timeZone: entity.timeZone,
    email: entity.email,
    mobile: entity.mobile,
    address: entity.address,
    ...(entity.type === "TILL" && credentials !== null ? { hasCredentials: credentials.has(entity.id) } : {}),
  };
};

const NullableId = Type.Union([Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()]);
const entityBody = {
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  isActive: Type.Optional(Type.Boolean()),
  parentId: Type.Optional(NullableId),
  conceptId: Type.Optional(NullableId),
  externalIds: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 3 })),
  timeZone: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  email: Type.Optional(Type.String({ maxLength: 255 })),
  mobile: Type.Optional(Type.String({ maxLength: 255 })),
  address: Type.Optional(Type.String({ maxLength: 500 })),
};
const NewEntity = Type.Object(
  {
    type: Type.Enum(ENTITY_TYPES),
    code: Type.String({ minLength: 1 }),
    name: Type.String({ minLength: 1 }),
    ...entityBody,
  },
  strict,
);
const ChangedEntity = Type.Object(
  {
    code: Type.Optional(Type.String({ minLength: 1 })),
    name: Type.Optional(Type.String({ minLength: 1 })),
    ...entityBody,
  },
  strict,
);

/** The console knows one parent; which column it is follows from the type. */
const placed = (type: EntityType, body: Static<typeof ChangedEntity>): EntityChange => {
  const { parentId, conceptId, ...rest } = body;
  const parentKey =
    type === "TILL" || type === "STR_SERVER"
      ? "storeId"
      : type === "CONCEPT"
        ? "parentConceptId"
        : "parentZoneId";
  const concept = conceptId === undefined || type === "CONCEPT" ? {} : { parentConceptId: conceptId };
  return definedOnly({ ...rest, ...concept, ...(parentId === undefined ? {} : { [parentKey]: parentId }) });
};

const matches = (entity: Entity, query: string): boolean =>
  entity.code.toLowerCase().includes(query) ||
  entity.name.toLowerCase().includes(query) ||
  entity.externalIds.some((id) => id.toLowerCase() === query);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const order = (a: Entity, b: Entity): number =>
  compareText(a.code.toLowerCase(), b.code.toLowerCase()) || a.id - b.id;

const addEntityRoutes = (server: Server, { orgs, tillsWithCredentials }: AdminRouteParts) => {
  const shapes = async (organisation: Organisation, entities: readonly Entity[]) => {
    const counts = childCounts(organisation);
    const tills = entities.filter((entity) => entity.type === "TILL").map((till) => till.id);
    const known = tills.length > 0 ? await tillsWithCredentials?.(organisation.id, tills) : undefined;
    return entities.map((entity) =>
      entityShape(entity, organisation, counts.get(entity.id) ?? 0, known ?? null),
    );
  };
  const shape = async (entity: Entity) => (await shapes(await orgs.get(entity.orgId), [entity]))[0]!;
  const tags = ["Administration"];

  server.get(
    "/api/entities",
    {
      config: READ,
      schema: {
        tags,
        summary: "List zones, concepts, stores and tills in order of code",
        operationId: "listEntities",
        querystring: Type.Object({
          type: Type.Optional(Type.Enum(ENTITY_TYPES)),
          q: Type.Optional(
            Type.String({ maxLength: 200, description: "Part of code or name, or an external id" }),
          ),
          after: Type.Optional(Type.String()),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
        }),
        response: { 200: list(EntityShape), ...OWN_FAILURES },
      },
    },
    async (request) => {
      const { type, q, after, limit = 25 } = request.query;
      const organisation = await orgs.get(request.actor.orgId);
      const types = type === undefined ? ENTITY_TYPES : [type];
      const query = (q ?? "").trim().toLowerCase();
      const found = types
        .flatMap((item) => organisation.entities(item))
        .filter((entity) => query === "" || matches(entity, query))
        .sort(order);
      const cursor = after === undefined ? null : decodeCursor(after, 2);
      if (after !== undefined && cursor === null)
        throw errors.invalid({ field: "after", message: "after: it is no cursor of ours." });
      const from =
        cursor === null
          ? 0
          : found.findIndex(
              (entity) =>
                (compareText(entity.code.toLowerCase(), String(cursor[0])) || entity.id - Number(cursor[1])) >
                0,
            );
      const page = from < 0 ? [] : found.slice(from, from + limit);
      const last = page.at(-1);
      const more = last !== undefined && found.at(-1) !== last;
      return {
        items: await shapes(organisation, page),
        next: more ? encodeCursor([last.code.toLowerCase(), last.id]) : null,
        total: found.length,
      };
    },
  );
  server.post(
    "/api/entities",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Add a zone, concept, store or till",
        operationId: "addEntity",
        body: NewEntity,
        response: { 200: EntityShape, ...OWN_FAILURES },
      },
    },
    async (request) => {
      const { type, code, name, ...rest } = request.body;
      const input = { ...placed(type, rest), type, code: code.trim(), name: name.trim() };
      return shape(await orgs.createEntity(request.actor, input));
    },
  );
  server.get(
    "/api/entities/:id",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read a zone, concept, store or till",
        operationId: "readEntity",
        params: Id,
        response: { 200: EntityShape, ...OWN_FAILURES },
      },
    },
    async (request) => {
      const entity = (await orgs.get(request.actor.orgId)).entity(readId(request.params.id) ?? 0);
      if (entity === null) throw errors.unknown_entity({ by: "id", value: request.params.id });
      return shape(entity);
    },
  );
  server.put(
    "/api/entities/:id",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Change a zone, concept, store or till",
        operationId: "changeEntity",
        params: Id,
        body: ChangedEntity,
        response: { 200: EntityShape, ...OWN_FAILURES },
      },
    },
    async (request) => {
      const id = readId(request.params.id) ?? 0;
      const known = (await orgs.get(request.actor.orgId)).entity(id);
      if (known === null) throw errors.unknown_entity({ by: "id", value: request.params.id });
      return shape(await orgs.updateEntity(request.actor, id, placed(known.type, request.body)));
    },
  );
};
