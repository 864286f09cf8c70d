import swagger from "@fastify/swagger";
import apiReference from "@scalar/fastify-api-reference";
import type { FastifySchema, RouteOptions } from "fastify";
import { type Envelope, envelopeFor, type Server } from "#platform";
import { EXAMPLES, STATUSES, TAGS, UPLOADS } from "./openapi-words.ts";

/** A JSON schema or a part of the description, of which only some keys matter to us. */
export type Node = { [key: string]: unknown };
export interface Operation extends Node {
  operationId: string;
  summary?: string;
  description?: string;
  tags: string[];
  security: Readonly<Record<string, readonly string[]>>[];
  parameters?: Node[];
  requestBody?: { required?: boolean; content: Record<string, Node> };
  responses: Record<string, Node & { description?: string; content?: Record<string, Node>; $ref?: string }>;
}
export interface ApiDescription extends Node {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Node>;
    responses: Record<string, Node>;
    parameters: Record<string, Node>;
  };
  tags: { name: string; description: string }[];
}

const DESCRIPTION = `Fealty's whole HTTP surface.

Paths under /v2 and /v3 are the documented dialect that tills and apps speak. Its inputs are permissive: numbers may come as
text, unknown fields are ignored or warned about, and a refusal carries the documented code. Paths under /api are the
administration API that the console uses. Its inputs are strict, and a refusal names the field.

A call that is made with a token may name the till or store it is made for with X-CAP-API-ATTRIBUTION-ENTITY-TYPE and
X-CAP-API-ATTRIBUTION-ENTITY-CODE. \`x-permission\` on an operation is what the caller must hold. Every answer carries
x-cap-requestid.`;

const SECURITY_SCHEMES = {
  till: {
    type: "http",
    scheme: "basic",
    description: "Till code and the lower-case MD5 hex of the till's password",
  },
  token: {
    type: "apiKey",
    in: "header",
    name: "X-CAP-API-OAUTH-TOKEN",
    description: "Access token of an API client, from POST /v3/oauth/token/generate",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "fealty_session",
    description: "Cookie of a person who signed in with POST /api/session",
  },
} as const;

const PARAMETERS = {
  Organisation: {
    name: "X-CAP-API-AUTH-ORG-ID",
    in: "header",
    required: false,
    description: "Id of the organisation meant; needed by people who work for several",
    schema: { type: "integer" },
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "A repeat under the same key gets the first answer; the same key with another request is refused (70001)",
    schema: { type: "string", minLength: 1, maxLength: 200 },
  },
};

/** Carries `config.takesRequestKey` from the route to its described operation, and stays out of the description. */
const TAKES_REQUEST_KEY = "x-takes-request-key";
const FAILURE_NAMES: Record<Envelope, string> = {
  "v1.1": "V1Failure",
  v2: "V2Failure",
  v3: "V3Failure",
  own: "OwnFailure",
};

/** `Record one purchase, by hand` → recordOnePurchaseByHand: a name for operations that were given none. */
const nameOf = (sentence: string): string =>
  sentence
    .replaceAll(/['’]/g, "")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => !/^(|an?|the)$/i.test(word))
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");

/** Says per route who may call it: the guard's own rule (`config.access`), so that the two cannot disagree. */
const describeRoute = ({
  schema,
  url,
  route,
}: {
  schema: FastifySchema;
  url: string;
  route: RouteOptions;
}) => {
  const access = route.config?.access;
  // Routes of plug-ins have no schema at all, and are hidden.
  if (schema === undefined || schema.hide) return { schema, url };
  const own = envelopeFor(url) === "own";
  const caller: Record<string, string[]>[] = own
    ? [{ session: [] }, { token: [] }]
    : [{ till: [] }, { token: [] }];
  const described = {
    ...schema,
    operationId: schema.operationId ?? nameOf(schema.summary ?? `${String(route.method)} ${url}`),
    security: access === undefined || access === "public" ? [] : caller,
    ...(access === undefined || access === "public"
      ? {}
      : { "x-permission": `${access.resource}:${access.mode}` }),
    ...(route.config?.takesRequestKey ? { [TAKES_REQUEST_KEY]: true } : {}),
  };
  return { schema: described as FastifySchema, url };
};

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Applies `change` to every schema of a description from the innermost out. */
const rewrite = (value: unknown, change: (node: Node) => Node): unknown => {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, change));
  if (!isNode(value)) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item, change)])));
};

const isChoice = (item: unknown): item is { type: string; enum: unknown[] } =>
  isNode(item) &&
  Array.isArray(item.enum) &&
  Object.keys(item).every((key) => key === "type" || key === "enum");

/** A union of literals reads better as one enum, and makes better types. */
const joinChoices = (node: Node): Node => {
  const { anyOf, ...rest } = node;
  if (!Array.isArray(anyOf) || anyOf.length === 0 || !anyOf.every(isChoice)) return node;
  const types = [...new Set(anyOf.map((item) => item.type))];
  return { ...rest, type: types.length === 1 ? types[0] : types, enum: anyOf.flatMap((item) => item.enum) };
};

/** Replaces shapes that many routes repeat by references to one named copy: refusals, their items, shapes with a name. */
const nameShapes = (paths: ApiDescription["paths"], given: Record<string, Node>) => {
  const schemas: Record<string, Node> = { ...given };
  const responses: Record<string, Node> = {};
  const refer = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  for (const [path, operations] of Object.entries(paths)) {
    const name = FAILURE_NAMES[envelopeFor(path)];
    for (const operation of Object.values(operations)) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response.description === "Default Response") response.description = STATUSES[status] ?? "Answer";
        // Refusals are JSON, whatever a route answers otherwise.
        const shape = Object.values(response.content ?? {})[0]?.schema;
        if (Number(status) < 400 || !isNode(shape)) continue;
        schemas[name] ??= shape;
        if (JSON.stringify(shape) !== JSON.stringify(schemas[name])) continue;
        const content = { "application/json": { schema: refer(name) } };
        responses[`${name}${status}`] ??= { description: response.description, content };
        operation.responses[status] = { $ref: `#/components/responses/${name}${status}` };
      }
    }
  }
  const { errors } = (schemas.V2Failure?.properties ?? {}) as { errors?: { items?: Node } };
  if (errors?.items !== undefined) schemas.Issue = errors.items;
  const names = new Map(
    Object.entries(schemas).map(([name, { title: _, ...shape }]) => [JSON.stringify(shape), name]),
  );
  const shorten = (value: unknown, within = "") =>
    rewrite(value, (node) => {
      const name = names.get(JSON.stringify(node));
      return name === undefined || name === within ? node : refer(name);
    });
  return {
    paths: shorten(paths) as ApiDescription["paths"],
    responses,
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([name, { title: _, ...shape }]) => [name, shorten(shape, name) as Node]),
    ),
  };
};

/** Shapes with an `$id` were numbered; they are called by it again. */
const restoreNames = (description: Node): Node => {
  const given = (description.components as { schemas: Record<string, Node> }).schemas;
  const names = new Map(
    Object.entries(given).map(([key, shape]) => [`#/components/schemas/${key}`, String(shape.title ?? key)]),
  );
  const renamed = rewrite(description, (node) => {
    const name = typeof node.$ref === "string" ? names.get(node.$ref) : undefined;
    return name === undefined ? node : { ...node, $ref: `#/components/schemas/${name}` };
  }) as Node & { components: Node };
  const { schemas } = renamed.components as { schemas: Record<string, Node> };
  renamed.components.schemas = Object.fromEntries(
    Object.entries(schemas).map(([key, shape]) => [names.get(`#/components/schemas/${key}`) ?? key, shape]),
  );
  return renamed;
};

const completeOperation = (path: string, operation: Operation): void => {
  const parts = UPLOADS[operation.operationId];
  if (parts !== undefined) {
    const shape = { type: "object", required: parts.required, properties: parts.properties };
    operation.requestBody = { required: true, content: { "multipart/form-data": { schema: shape } } };
  }
  const { body, answer } = EXAMPLES[operation.operationId] ?? {};
  const input = operation.requestBody?.content["application/json"];
  if (body !== undefined && input !== undefined) input.example = body;
  const output = operation.responses["200"]?.content?.["application/json"];
  if (answer !== undefined && output !== undefined) output.example = answer;
  const extra: Node[] = [];
  if (envelopeFor(path) === "own" && operation.security.length > 0)
    extra.push({ $ref: "#/components/parameters/Organisation" });
  if (operation[TAKES_REQUEST_KEY] === true) extra.push({ $ref: "#/components/parameters/IdempotencyKey" });
  delete operation[TAKES_REQUEST_KEY];
  if (extra.length > 0) operation.parameters = [...(operation.parameters ?? []), ...extra];
};

/** Makes of what the routes say a description that is pleasant to read and to generate from: named shapes, order, examples. */
const complete = (raw: Node): ApiDescription => {
  const description = restoreNames(rewrite(raw, joinChoices) as Node) as ApiDescription;
  const sorted = Object.entries(description.paths).sort(([a], [b]) => (a < b ? -1 : 1));
  const { paths, schemas, responses } = nameShapes(
    Object.fromEntries(sorted),
    description.components.schemas,
  );
  for (const [path, operations] of Object.entries(paths)) {
    for (const operation of Object.values(operations)) completeOperation(path, operation);
  }
  const used = new Set(
    Object.values(paths).flatMap((item) => Object.values(item).flatMap(({ tags }) => tags ?? [])),
  );
  return {
    ...description,
    tags: TAGS.filter(({ name }) => used.has(name)),
    components: {
      ...description.components,
      parameters: PARAMETERS,
      responses,
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    paths,
  };
};

/** Serves the OpenAPI 3.1 description of all routes added afterwards, and pages to browse it. */
export const addOpenApi = async (server: Server): Promise<void> => {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Fealty",
        version: "0.1.0",
        description: DESCRIPTION,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/" }],
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: describeRoute,
    transformObject: (document) =>
      complete(("openapiObject" in document ? document.openapiObject : {}) as Node) as object,
  });
  server.get("/openapi.json", { schema: { hide: true }, config: { access: "public" } }, async () =>
    server.swagger(),
  );
  await server.register(apiReference, {
    routePrefix: "/docs",
    // No fonts from elsewhere: the page works without a network.
    configuration: { url: "/openapi.json", title: "Fealty API", withDefaultFonts: false },
  });
};
