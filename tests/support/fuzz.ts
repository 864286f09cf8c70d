import fc from "fast-check";

/** Generators of requests that no sane caller sends, made from what a route says it takes. */

export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: JsonSchema;
}

export interface FuzzRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: string;
  readonly contentType: string | undefined;
  readonly payload: string | undefined;
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};

/** Raw JSON, as text, because some of it no JSON.stringify would write. */
const EVIL_TEXTS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff\ud800",
  "x".repeat(300),
  "x".repeat(20_000),
  "' or 1=1; drop table activities.transactions; --",
  "$1",
  "%' or '%'='",
  "\\",
  '"',
  "<script>alert(1)</script>",
  "{{7*7}}",
  "../../../etc/passwd",
  "__proto__",
  "constructor",
  "toString",
  "NaN",
  "Infinity",
  "1e309",
  "-0",
  "0x10",
  "9007199254740993",
  "99999999999999999999999999",
  "2026-02-30",
  "0000-00-00T00:00:00Z",
  "0001-01-01T00:00:00+18:00",
  "9999-12-31T23:59:59-18:00",
  "infinity",
  "true",
  "null",
  "🎁".repeat(60),
  "İıŞß",
  "\u202eabc\u2066",
  "\r\nSet-Cookie: a=b",
];
const EVIL_NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.1,
  1e-320,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  1e14,
  1e21,
  1e308,
  -1e308,
];

const evilText = fc.oneof(fc.constantFrom(...EVIL_TEXTS), fc.string({ unit: "binary", maxLength: 30 }));
const evilNumber = fc.oneof(fc.constantFrom(...EVIL_NUMBERS), fc.double({ noNaN: true }), fc.integer());
const evil: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: evilText },
  { weight: 3, arbitrary: evilNumber },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [{}], [null]) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      { toString: 1, valueOf: 1 },
      { length: -1 },
      nested(30),
      nested(2000),
      new Array(3000).fill(0),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** A value shaped like the schema most of the time, and anything else now and then. */
export const shapedLike = (
  schema: JsonSchema | undefined,
  ids: readonly string[],
  resolve: (ref: string) => JsonSchema | undefined,
  depth = 0,
): fc.Arbitrary<unknown> => {
  const again = (part: JsonSchema | undefined) => shapedLike(part, ids, resolve, depth + 1);
  if (schema === undefined || depth > 6) return evil;
  if (schema.$ref !== undefined) return again(resolve(schema.$ref));
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(again));
  if (schema.const !== undefined) return mostly(fc.constant(schema.const));
  if (schema.enum !== undefined && schema.enum.length > 0) return mostly(fc.constantFrom(...schema.enum));
  switch (schema.type) {
    case "object":
      return mostly(objectOf(schema.properties ?? {}, again));
    case "array":
      return mostly(fc.array(again(schema.items), { maxLength: 3 }));
    case "integer":
      return mostly(fc.oneof(fc.nat(1000), fc.constantFrom(...ids.map(Number))));
    case "number":
      return mostly(fc.double({ min: 0, max: 1000, noNaN: true }));
    case "boolean":
      return mostly(fc.boolean());
    case "string":
      return mostly(
        fc.oneof(fc.constantFrom(...ids, "2026-01-01"), fc.string({ minLength: 1, maxLength: 20 })),
      );
    default:
      return evil;
  }
};

const mostly = (sane: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: sane }, { weight: 1, arbitrary: evil });

const objectOf = (
  properties: Readonly<Record<string, JsonSchema>>,
  again: (schema: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, again(schema)])),
        { requiredKeys: [] },
      ),
      fc.option(fc.tuple(evilText, evil), { freq: 6 }),
    )
    .map(([record, extra]) => (extra === null ? record : { ...record, [extra[0]]: extra[1] }));

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, here: Path = []): Path[] => {
  if (typeof value !== "object" || value === null) return [here];
  return [here, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...here, key]))];
};

const replaceAt = (value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown => {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((part, index) => (String(index) === String(key) ? replaceAt(part, rest, change) : part));
  const record = value as Record<string, unknown>;
  const replaced = replaceAt(record[key], rest, change);
  const { [key]: _, ...others } = record;
  return replaced === undefined ? others : { ...record, [key]: replaced };
};

/** A good body with a few of its parts replaced, dropped, doubled or wrapped. */
export const mutantsOf = (body: unknown): fc.Arbitrary<unknown> => {
  const paths = pathsOf(body);
  const change = fc.oneof(
    { weight: 5, arbitrary: evil.map((value) => () => value) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<(old: unknown) => unknown>(
        () => undefined,
        (old) => [old],
        (old) => ({ value: old }),
        (old) => (Array.isArray(old) ? [...old, ...old] : String(old ?? "").repeat(2)),
        (old) => (typeof old === "object" ? JSON.stringify(old) : String(old)),
      ),
    },
  );
  return fc.array(fc.tuple(fc.constantFrom(...paths), change), { minLength: 0, maxLength: 3 }).map((steps) =>
    steps.reduce<unknown>((value, [path, apply]) => {
      try {
        return replaceAt(value, path, apply);
      } catch {
        // An earlier step removed what this one would change.
        return value;
      }
    }, body),
  );
};

const RAW_BODIES: readonly string[] = [
  "",
  "{",
  '{"a":',
  "[1,",
  "nul",
  "null",
  "true",
  '"text"',
  "12",
  "{'a':1}",
  "\ufeff{}",
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"a":1,"a":2}',
  "[".repeat(50_000),
  `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  "\u0000",
  "a=b&c=d",
  "<root/>",
];
const CONTENT_TYPES: readonly (string | undefined)[] = [
  "text/plain",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "nonsense",
  "",
  undefined,
];

const encode = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
const RAW_PARTS: readonly string[] = [
  "%00",
  "%ED%A0%80",
  "%E0%A4%A",
  "%",
  "%2e%2e%2f",
  "%F0%9F%8E%81",
  "a%0d%0ab",
];

const pathPart = (ids: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ids) },
    { weight: 2, arbitrary: evilText.map(encode).filter((text) => text !== "" && text.length < 2000) },
    { weight: 1, arbitrary: fc.constantFrom(...RAW_PARTS) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("0", "-1", "999999999999999", "9999999999999999999", "1.5", "1e3"),
    },
  );

const queryOf = (parameters: readonly Parameter[], ids: readonly string[]): fc.Arbitrary<string> => {
  const value = (schema: JsonSchema | undefined) =>
    fc.oneof(
      {
        weight: 4,
        arbitrary: shapedLike(schema, ids, () => undefined).map((item) => encode(scalarText(item))),
      },
      { weight: 2, arbitrary: evilText.map(encode) },
      { weight: 1, arbitrary: fc.constantFrom(...RAW_PARTS) },
    );
  const pairs = parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema }) =>
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), value(schema), value(schema))
        // Most of the time once, sometimes not at all or twice.
        .map(([times, first, second]) => {
          if (times < 3) return [];
          return times === 9 ? [`${name}=${first}`, `${name}=${second}`] : [`${name}=${first}`];
        }),
    );
  const extra = fc.constantFrom("", "", "", "unknown=1", "__proto__=1", "a[b]=c", "&&=");
  return fc.tuple(extra, ...pairs).map(([more, ...parts]) =>
    [...parts.flat(), more]
      .filter((part) => part !== "")
      .join("&")
      .slice(0, 12_000),
  );
};

/** What cannot be made a text is sent as JSON. */
const scalarText = (value: unknown): string =>
  typeof value === "object" ? (JSON.stringify(value) ?? "") : String(value);

export interface RouteInputs {
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  readonly hasBody: boolean;
  /** Good bodies. */
  readonly seeds: readonly unknown[];
  /** Ids that exist. */
  readonly ids: readonly string[];
  readonly resolve: (ref: string) => JsonSchema | undefined;
}

export const requestsTo = ({
  parameters,
  body,
  hasBody,
  seeds,
  ids,
  resolve,
}: RouteInputs): fc.Arbitrary<FuzzRequest> => {
  const path = fc.record(
    Object.fromEntries(
      parameters.filter((parameter) => parameter.in === "path").map(({ name }) => [name, pathPart(ids)]),
    ),
  );
  const json = "application/json";
  const shaped = fc.oneof(shapedLike(body, ids, resolve), ...seeds.map(mutantsOf));
  const sent = fc.oneof(
    {
      weight: 12,
      arbitrary: shaped.map((value) => ({
        contentType: json as string | undefined,
        payload: JSON.stringify(value),
      })),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...RAW_BODIES).map((payload) => ({ contentType: json, payload })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...CONTENT_TYPES), fc.constantFrom(...RAW_BODIES))
        .map(([contentType, payload]) => ({ contentType, payload })),
    },
  );
  const nothing = fc.constant<{ contentType: string | undefined; payload: string | undefined }>({
    contentType: undefined,
    payload: undefined,
  });
  return fc
    .tuple(path, queryOf(parameters, ids), hasBody ? sent : fc.oneof({ weight: 5, arbitrary: nothing }, sent))
    .map(([params, query, { contentType, payload }]) => ({
      path: params as Record<string, string>,
      query,
      contentType,
      payload,
    }));
};
