import { Type } from "@fastify/type-provider-typebox";
import { AppError, type Clock, failures, Issue, issue, type Server, systemClock, V2Failure } from "#platform";
import { type AdminRouteParts, addOrgsAdminRoutes } from "./admin-routes.ts";
import { addCurrencyRoutes } from "./currency-routes.ts";
import {
  HierarchyOrganisation,
  hierarchyOrganisation,
  StoreResult,
  sourceChannels,
  storeResult,
  TillAnswer,
  tillAnswer,
} from "./dialect.ts";
import { errors, KEPT_ONLY } from "./errors.ts";
import { addFieldRoutes } from "./field-routes.ts";
import type { Organisation } from "./organisation.ts";
import { readId } from "./parse.ts";
import type { Author, Entity } from "./schema.ts";
import type { Orgs } from "./service.ts";
import { findSetting } from "./settings.ts";
import { parseStore } from "./store-parse.ts";

export interface OrgsRouteParts extends AdminRouteParts {
  readonly clock?: Clock;
}

const MAX_BULK = 100;
const READ = { access: { resource: "Organization", mode: "read" } } as const;
const WRITE = { access: { resource: "Organization", mode: "write" } } as const;
const FAILURES = failures(V2Failure);
const Warnings = Type.Array(Issue);
const Flag = Type.Optional(Type.Unknown({ description: "true or false" }));

/** The documented organisation calls of v2 and the administration API of organisations. */
export const addOrgsRoutes = (server: Server, parts: OrgsRouteParts): void => {
  addOrganisationReads(server, parts.orgs, parts.clock ?? systemClock);
  addTillReads(server, parts.orgs);
  addSettingRoutes(server, parts.orgs);
  addStoreWrites(server, parts.orgs);
  addFieldRoutes(server, parts.orgs);
  addCurrencyRoutes(server, parts.orgs);
  addOrgsAdminRoutes(server, parts);
};

const addOrganisationReads = (server: Server, orgs: Orgs, clock: Clock) => {
  server.get(
    "/v2/organization/hierarchy",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "Read the organisation tree",
        operationId: "getOrganizationHierarchy",
        querystring: Type.Object({ fetchSiblings: Flag, fetchCustomFields: Flag }),
        response: {
          200: Type.Object({
            baseOrganization: HierarchyOrganisation,
            connectedOrganizations: Type.Array(HierarchyOrganisation),
            organization: HierarchyOrganisation,
            parentOrganizations: Type.Array(HierarchyOrganisation),
            childOrganizations: Type.Array(HierarchyOrganisation),
            siblingOrganizations: Type.Array(HierarchyOrganisation),
            warnings: Warnings,
          }),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const organisation = await orgs.get(request.actor.orgId);
      const withFields = String(request.query.fetchCustomFields).toLowerCase() === "true";
      const base = hierarchyOrganisation(organisation, clock.now(), withFields);
      // Two documented generations of the answer, side by side.
      return {
        baseOrganization: base,
        connectedOrganizations: [],
        organization: base,
        parentOrganizations: [],
        childOrganizations: [],
        siblingOrganizations: [],
        warnings: [],
      };
    },
  );
  server.get(
    "/v2/meta/sources",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "List sources of the organisation with their channels",
        operationId: "listSources",
        response: {
          200: Type.Object({
            data: Type.Array(
              Type.Object({
                id: Type.Integer(),
                name: Type.String(),
                commChannels: Type.Array(Type.String()),
                accounts: Type.Array(Type.Object({ accountId: Type.String(), name: Type.String() })),
              }),
            ),
            warnings: Warnings,
            errors: Type.Array(Issue),
          }),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const organisation = await orgs.get(request.actor.orgId);
      const data = organisation.sources.map((name, index) => ({
        id: index + 1,
        name,
        commChannels: sourceChannels(name),
        accounts: organisation
          .sourceAccounts(name)
          .map((account) => ({ accountId: account.id, name: account.name })),
      }));
      return { data, warnings: [], errors: [] };
    },
  );
};

const TillQuery = Type.Object({
  code: Type.Optional(Type.String()),
  tillId: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
});

const findTill = (
  organisation: Organisation,
  { code, tillId, name }: { code?: string; tillId?: string; name?: string },
): Entity | null => {
  const wanted = [
    ["id", tillId],
    ["code", code],
    ["name", name],
  ].find(([, value]) => value !== undefined && value !== "");
  if (wanted === undefined) return null;
  const [by, value] = wanted as [string, string];
  const tills = organisation.entities("TILL");
  const till =
    by === "id"
      ? organisation.till(readId(value) ?? 0)
      : by === "code"
        ? (organisation.tillByCode(value) ??
          tills.find((item) => item.code.toLowerCase() === value.toLowerCase()))
        : tills.find((item) => item.name === value);
  if (!till) throw errors.unknown_entity({ by, value: value.slice(0, 100) });
  return till;
};

const addTillReads = (server: Server, orgs: Orgs) => {
  server.get(
    "/v2/organization/till",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "Find a till by code, id or name",
        operationId: "findTill",
        querystring: TillQuery,
        response: { 200: TillAnswer, ...FAILURES },
      },
    },
    async (request) => {
      const till = findTill(await orgs.get(request.actor.orgId), request.query);
      if (till === null)
        throw errors.invalid({ message: "One of code, tillId and name is needed.", field: "code" });
      return tillAnswer(till);
    },
  );
  server.get(
    "/v2/organization/till/:tillId",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "Read a till by id",
        operationId: "getTill",
        params: Type.Object({ tillId: Type.String() }),
        response: { 200: TillAnswer, ...FAILURES },
      },
    },
    async (request) => {
      const till = (await orgs.get(request.actor.orgId)).till(readId(request.params.tillId) ?? 0);
      if (till === null)
        throw errors.unknown_entity({ by: "id", value: request.params.tillId.slice(0, 100) });
      return tillAnswer(till);
    },
  );
  const ActiveTill = Type.Object({ id: Type.Integer(), code: Type.String() });
  server.get(
    "/v2/organization/activeTill",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "Read an active till by code or id, or list all active tills",
        operationId: "listActiveTills",
        querystring: TillQuery,
        response: {
          200: Type.Union([
            Type.Object({ ...ActiveTill.properties, warnings: Warnings }),
            Type.Object({ data: Type.Array(ActiveTill), warnings: Warnings, errors: Type.Array(Issue) }),
          ]),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const organisation = await orgs.get(request.actor.orgId);
      const till = findTill(organisation, request.query);
      if (till?.isActive === false) throw errors.unknown_entity({ by: "active till code", value: till.code });
      if (till !== null) return { id: till.id, code: till.code, warnings: [] };
      const active = organisation.entities("TILL").filter((item) => item.isActive);
      return { data: active.map(({ id, code }) => ({ id, code })), warnings: [], errors: [] };
    },
  );
};

const SettingAnswer = Type.Object({
  entityId: Type.Integer(),
  keyName: Type.String(),
  value: Type.String(),
  scope: Type.Literal("ORG"),
  warnings: Warnings,
});

/** What is kept without effect is said with every call that touches it. */
const warningsOf = (key: string): Issue[] =>
  findSetting(key)?.isKeptOnly
    ? [issue(KEPT_ONLY, `The setting ${key} is kept, but nothing in this version acts on it.`)]
    : [];

const addSettingRoutes = (server: Server, orgs: Orgs) => {
  const read = async (orgId: number, key: string) => {
    const value = (await orgs.get(orgId)).setting(key);
    if (value === undefined) throw errors.setting_not_found({ key: key.slice(0, 100) });
    return { entityId: orgId, keyName: key, value, scope: "ORG" as const, warnings: warningsOf(key) };
  };
  server.get(
    "/v2/organization/configs/:name",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "Read a setting by its name",
        operationId: "getConfig",
        params: Type.Object({ name: Type.String() }),
        response: { 200: SettingAnswer, ...FAILURES },
      },
    },
    (request) => read(request.actor.orgId, request.params.name),
  );
  server.get(
    "/v2/organization/configkeyvalue",
    {
      config: READ,
      schema: {
        tags: ["Organisation"],
        summary: "Read a setting by key",
        operationId: "getConfigKeyValue",
        querystring: Type.Object({ name: Type.Optional(Type.String()) }),
        response: { 200: SettingAnswer, ...FAILURES },
      },
    },
    (request) => {
      const { name } = request.query;
      if (name === undefined || name === "")
        throw errors.invalid({ message: "name: it is missing.", field: "name" });
      return read(request.actor.orgId, name);
    },
  );
  server.post(
    "/v2/organization/configs",
    {
      config: WRITE,
      schema: {
        tags: ["Organisation"],
        summary: "Set a setting",
        operationId: "setConfig",
        body: Type.Object({
          keyName: Type.Optional(Type.Unknown({ description: "A documented key" })),
          value: Type.Optional(Type.Unknown({ description: "Text, number or true/false" })),
          scope: Type.Optional(Type.Unknown({ description: "ORG" })),
        }),
        response: { 200: SettingAnswer, ...FAILURES },
      },
    },
    async (request) => {
      const { keyName, value, scope } = request.body;
      if (typeof keyName !== "string" || keyName.trim() === "") {
        throw errors.invalid({ message: "keyName: it is missing.", field: "keyName" });
      }
      const shown = typeof scope === "string" ? scope.slice(0, 50) : "none";
      if (shown.toUpperCase() !== "ORG") throw errors.invalid_setting_scope({ scope: shown, field: "scope" });
      const key = keyName.trim();
      const kept = await orgs.setSetting(request.actor, key, value);
      return {
        entityId: request.actor.orgId,
        keyName: key,
        value: kept,
        scope: "ORG" as const,
        warnings: warningsOf(key),
      };
    },
  );
};

const StoreBody = Type.Object(
  {
    code: Type.Optional(
      Type.Unknown({ description: "Required; unique; at most 50 characters without spaces" }),
    ),
    name: Type.Optional(Type.Unknown({ description: "Required; at most 100 characters" })),
    description: Type.Optional(Type.Unknown({ description: "At most 250 characters" })),
    type: Type.Optional(Type.Unknown({ description: "STORE" })),
    adminType: Type.Optional(Type.Unknown({ description: "GENERAL or ADMIN" })),
    isActive: Flag,
    timeZoneId: Type.Optional(Type.Unknown()),
    currencyId: Type.Optional(Type.Unknown()),
    languageId: Type.Optional(Type.Unknown()),
    parentZoneId: Type.Optional(Type.Unknown({ description: "Id of a zone" })),
    parentConceptId: Type.Optional(Type.Unknown({ description: "Id of a concept" })),
    externalIds: Type.Optional(Type.Unknown({ description: "Up to three ids" })),
    customFields: Type.Optional(Type.Unknown({ description: "Values of STORE_CUSTOM_FIELDS, name → value" })),
  },
  { additionalProperties: true },
);

const addStoreWrites = (server: Server, orgs: Orgs) => {
  const add = async (author: Author, value: unknown) => {
    const { input, warnings } = parseStore(value, await orgs.get(author.orgId));
    return { store: await orgs.createEntity(author, input), warnings };
  };
  server.post(
    "/v2/orgEntity/store",
    {
      config: WRITE,
      schema: {
        tags: ["Organisation"],
        summary: "Add a store",
        operationId: "addStore",
        body: StoreBody,
        response: { 200: Type.Object({ createdId: Type.Integer(), warnings: Warnings }), ...FAILURES },
      },
    },
    async (request) => {
      const { store, warnings } = await add(request.actor, request.body);
      return { createdId: store.id, warnings };
    },
  );
  server.post(
    "/v2/orgEntity/store/bulk",
    {
      config: WRITE,
      schema: {
        tags: ["Organisation"],
        summary: "Add stores in bulk; one that is refused does not stop the others",
        operationId: "addStoresInBulk",
        body: Type.Array(Type.Unknown({ description: "A store as POST /v2/orgEntity/store takes it" })),
        response: {
          200: Type.Object({
            response: Type.Array(
              Type.Object({
                entityId: Type.Optional(Type.Integer()),
                result: Type.Union([StoreResult, Type.Object({})]),
                errors: Type.Array(Issue),
                warnings: Warnings,
              }),
            ),
            totalCount: Type.Integer(),
            failureCount: Type.Integer(),
          }),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const given = request.body;
      if (given.length > MAX_BULK) throw errors.too_many({ most: MAX_BULK, given: given.length });
      const response = [];
      let failureCount = 0;
      // One after the other: a later store may repeat the code of an earlier one.
      for (const value of given) {
        try {
          const { store, warnings } = await add(request.actor, value);
          response.push({ entityId: store.id, result: storeResult(store), errors: [], warnings });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          failureCount++;
          response.push({ result: {}, errors: [issue(error.number, error.message)], warnings: [] });
        }
      }
      return { response, totalCount: given.length, failureCount };
    },
  );
};
