import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Body, failures, Issue, isObject, issue, type Server, V2Failure } from "#platform";
import {
  CUSTOM_DISPLAY,
  CustomField,
  customField,
  EXTENDED_ENTITIES,
  ExtendedField,
  ExtendedFieldConfig,
  extendedField,
  extendedFieldConfig,
} from "./dialect.ts";
import { errors, KEPT_ONLY } from "./errors.ts";
import { definedOnly, readBoolean, readInteger, readText } from "./parse.ts";
import {
  CUSTOM_SCOPES,
  type DataType,
  EXTENDED_SCOPES,
  type FieldDefinition,
  type FieldDisplay,
  type FieldInput,
} from "./schema.ts";
import type { Orgs } from "./service.ts";

const READ = { access: { resource: "Organization", mode: "read" } } as const;
const WRITE = { access: { resource: "Organization", mode: "write" } } as const;
const FAILURES = failures(V2Failure);
const outcome = { warnings: Type.Array(Issue), errors: Type.Array(Issue), success: Type.Boolean() };
const NONE = { warnings: [], errors: [], success: true };

/** Fields with an audit trail that an organisation may have: the documented default. */
const MAX_AUDITED = 5;
const MAX_FIELDS_AT_ONCE = 100;

export const addFieldRoutes = (server: Server, orgs: Orgs): void => {
  addCustomFieldReads(server, orgs);
  addCustomFieldWrite(server, orgs);
  addExtendedFieldRoutes(server, orgs);
};

const CustomFieldList = Type.Object({ entity: Type.Array(CustomField), ...outcome });

const addCustomFieldReads = (server: Server, orgs: Orgs) => {
  const list = async (orgId: number, query: Body) => {
    const scope = readText(query, "scope")?.toUpperCase();
    const known: readonly string[] = CUSTOM_SCOPES;
    if (scope !== undefined && !known.includes(scope))
      throw errors.no_fields_in_scope({ scope: scope.slice(0, 60) });
    const disabled = readBoolean(query, "includeDisabled") ?? false;
    const disabledAtServer = readBoolean(query, "includeDisabledAtServer") ?? false;
    const fields = (await orgs.get(orgId)).fields.filter(
      (field) =>
        field.kind === "custom" &&
        (scope === undefined || field.scope === scope) &&
        (disabledAtServer || field.isActive) &&
        (disabled || Number(field.display.isDisabled ?? 0) === 0),
    );
    return { entity: fields.map(customField), ...NONE };
  };
  const schema = {
    tags: ["Fields"],
    querystring: Type.Object({
      scope: Type.Optional(Type.Unknown({ description: `One of ${CUSTOM_SCOPES.join(", ")}, in any case` })),
      includeDisabled: Type.Optional(Type.Unknown({ description: "true: hidden fields too" })),
      includeDisabledAtServer: Type.Optional(Type.Unknown({ description: "true: inactive fields too" })),
    }),
    response: { 200: CustomFieldList, ...FAILURES },
  };
  server.get(
    "/v2/organization/customFields",
    {
      config: READ,
      schema: { ...schema, summary: "List custom fields", operationId: "listOrganizationCustomFields" },
    },
    (request) => list(request.actor.orgId, request.query),
  );
  server.get(
    "/v2/org/customFields",
    {
      config: READ,
      schema: { ...schema, summary: "List custom fields by scope", operationId: "listOrgCustomFields" },
    },
    (request) => list(request.actor.orgId, request.query),
  );
};

const CUSTOM_TYPES: Record<string, DataType> = {
  STRING: "string",
  INTEGER: "integer",
  DOUBLE: "double",
  BOOLEAN: "boolean",
};

const readDisplay = (item: Body): FieldDisplay => {
  const display: Record<string, string | number> = {};
  for (const [key, otherwise] of Object.entries(CUSTOM_DISPLAY)) {
    if (typeof otherwise === "string") {
      const text = readText(item, key);
      if (text === undefined) continue;
      if (text.length > 2000)
        throw errors.invalid({ field: key, message: `${key}: takes at most 2000 characters.` });
      display[key] = text;
    } else if (key === "position") {
      const position = readInteger(item, key, 2_147_483_647);
      if (position !== undefined) display[key] = position;
    } else {
      const flag = readBoolean(item, key);
      if (flag !== undefined) display[key] = flag ? 1 : 0;
    }
  }
  return display;
};

/** A custom field as the dialect describes it. Throws orgs.field_parameter_empty, orgs.invalid. */
export const parseCustomField = (item: unknown, scope: string): FieldInput => {
  if (!isObject(item))
    throw errors.field_parameter_empty({ parameter: "customFields", field: "customFields" });
  const name = readText(item, "name");
  if (name === undefined) throw errors.field_parameter_empty({ parameter: "name", field: "name" });
  const type = (readText(item, "dataType") ?? "STRING").toUpperCase();
  const dataType = CUSTOM_TYPES[type];
  if (dataType === undefined) {
    throw errors.invalid({
      field: "dataType",
      message: "dataType: takes STRING, INTEGER, DOUBLE or BOOLEAN.",
    });
  }
  return {
    kind: "custom",
    scope,
    name,
    dataType,
    label: readText(item, "label") ?? name,
    isMandatory: readBoolean(item, "isCompulsory") ?? false,
    isActive: !(readBoolean(item, "disableAtServer") ?? false),
    display: readDisplay(item),
  };
};

const addCustomFieldWrite = (server: Server, orgs: Orgs) => {
  server.post(
    "/v2/customFields",
    {
      config: WRITE,
      schema: {
        tags: ["Fields"],
        summary: "Define custom fields of a scope, all or none",
        operationId: "defineCustomFields",
        body: Type.Object({
          scope: Type.Optional(Type.Unknown({ description: `One of ${CUSTOM_SCOPES.join(", ")}` })),
          customFields: Type.Optional(
            Type.Unknown({ description: "List of fields: name, type, dataType, label, …" }),
          ),
        }),
        response: { 200: CustomFieldList, ...FAILURES },
      },
    },
    async (request) => {
      const scope = (readText(request.body, "scope") ?? "").toUpperCase();
      const known: readonly string[] = CUSTOM_SCOPES;
      if (!known.includes(scope))
        throw errors.unknown_field_scope({ scope: scope.slice(0, 60), field: "scope" });
      const { customFields: given } = request.body;
      if (!Array.isArray(given) || given.length === 0)
        throw errors.field_list_empty({ field: "customFields" });
      if (given.length > MAX_FIELDS_AT_ONCE)
        throw errors.too_many({ most: MAX_FIELDS_AT_ONCE, given: given.length });
      const inputs = given.map((item: unknown) => parseCustomField(item, scope));
      const audited = (display: FieldDisplay | undefined) => Number(display?.enableAuditTrail ?? 0) === 1;
      const organisation = await orgs.get(request.actor.orgId);
      const wanted = inputs.filter(({ display }) => audited(display)).length;
      const total = organisation.fields.filter(({ display }) => audited(display)).length + wanted;
      if (wanted > 0 && total > MAX_AUDITED)
        throw errors.too_many_audited_fields({ most: MAX_AUDITED, given: total });
      const fields = await orgs.defineFields(request.actor, inputs);
      return { entity: fields.map((field) => ({ ...customField(field), value: "" })), ...NONE };
    },
  );
};

/** What of a field's configuration screens may follow, but nothing here acts on: said, not swallowed. */
const keptOnly = ({ scope, isMandatory, display }: FieldDefinition): Issue[] => {
  const set = [
    ...(isMandatory && scope !== "CUSTOMER" ? ["mandatory"] : []),
    ...(display.updatable === false ? ["updatable"] : []),
    ...["rejectTxnOnInvalidValue", "auditTrailEnabled"].filter((name) => display[name] === true),
  ];
  return set.map((name) => issue(KEPT_ONLY, `${name} is kept, but nothing in this version acts on it.`));
};

const ExtendedFieldLists = Type.Object({
  entity: Type.Object({
    CUSTOMER: Type.Array(ExtendedField),
    REGULAR_TRANSACTION: Type.Array(ExtendedField),
    REGULAR_LINEITEM: Type.Array(ExtendedField),
  }),
  ...outcome,
});

const addExtendedFieldRoutes = (server: Server, orgs: Orgs) => {
  server.get(
    "/v2/extendedFields",
    {
      config: READ,
      schema: {
        tags: ["Fields"],
        summary: "List extended fields by what they belong to",
        operationId: "listExtendedFields",
        response: { 200: ExtendedFieldLists, ...FAILURES },
      },
    },
    async (request) => {
      const organisation = await orgs.get(request.actor.orgId);
      const lists = EXTENDED_SCOPES.map((scope) => [
        EXTENDED_ENTITIES[scope],
        organisation.extendedFields(scope).map((field) => extendedField(field, organisation)),
      ]);
      const entity = Object.fromEntries(lists) as Static<typeof ExtendedFieldLists>["entity"];
      return { entity, ...NONE };
    },
  );
  server.get(
    "/v2/entity/extendedFieldConfig",
    {
      config: READ,
      schema: {
        tags: ["Fields"],
        summary: "Read display settings of extended fields",
        operationId: "listExtendedFieldConfigs",
        response: {
          200: Type.Object({
            data: Type.Array(ExtendedFieldConfig),
            warnings: Type.Array(Issue),
            errors: Type.Array(Issue),
          }),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const { fields } = await orgs.get(request.actor.orgId);
      const data = fields
        .filter((field) => field.kind === "extended" && field.isActive)
        .map(extendedFieldConfig);
      return { data, warnings: [], errors: [] };
    },
  );
  const Scalar = Type.Optional(Type.Unknown({ description: "true or false" }));
  server.post(
    "/v2/entity/extended_field_config",
    {
      config: WRITE,
      schema: {
        tags: ["Fields"],
        summary: "Show or hide an extended field and set how screens treat it",
        operationId: "setExtendedFieldConfig",
        body: Type.Object({
          extendedFieldId: Type.Optional(Type.Unknown({ description: "Id of the field" })),
          hideDisplay: Scalar,
          mandatory: Scalar,
          updatable: Scalar,
          position: Type.Optional(Type.Unknown({ description: "Whole number" })),
          isPiiData: Scalar,
          isPsiData: Scalar,
          rejectTxnOnInvalidValue: Scalar,
          auditTrailEnabled: Scalar,
        }),
        response: { 200: ExtendedFieldConfig, ...FAILURES },
      },
    },
    async (request) => {
      const { body, actor } = request;
      const id = readInteger(body, "extendedFieldId");
      if (id === undefined)
        throw errors.field_parameter_empty({ parameter: "extendedFieldId", field: "extendedFieldId" });
      const hideDisplay = readBoolean(body, "hideDisplay");
      if (hideDisplay === undefined)
        throw errors.field_parameter_empty({ parameter: "hideDisplay", field: "hideDisplay" });
      const field = (await orgs.get(actor.orgId)).fields.find(
        (item) => item.id === id && item.kind === "extended",
      );
      if (field === undefined) throw errors.unknown_field({ id });
      const display = definedOnly({
        hideDisplay,
        updatable: readBoolean(body, "updatable"),
        position: readInteger(body, "position", 2_147_483_647),
        isPiiData: readBoolean(body, "isPiiData"),
        isPsiData: readBoolean(body, "isPsiData"),
        rejectTxnOnInvalidValue: readBoolean(body, "rejectTxnOnInvalidValue"),
        auditTrailEnabled: readBoolean(body, "auditTrailEnabled"),
      });
      const isMandatory = readBoolean(body, "mandatory");
      const changed = await orgs.updateField(actor, id, { display, ...definedOnly({ isMandatory }) });
      return { ...extendedFieldConfig(changed), warnings: keptOnly(changed) };
    },
  );
};
