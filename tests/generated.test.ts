import { readdir, readFile } from "node:fs/promises";
import { Check, Errors } from "typebox/value";
import { beforeAll, describe, expect, test } from "vitest";
import { compatibilityPage, PARTLY, readOperations } from "../scripts/generate/compatibility.ts";
import { describeApi } from "../scripts/generate/description.ts";
import { generatedFiles, ROOT } from "../scripts/generate/files.ts";
import { typeOf } from "../scripts/generate/types.ts";
import type { ApiDescription, Node, Operation } from "../src/openapi.ts";
import { EXAMPLES, TAGS } from "../src/openapi-words.ts";

const read = (path: string) => readFile(`${ROOT}${path}`, "utf8").catch(() => "");

test.each(["docs/openapi.json", "docs/compatibility.md", "console/src/api/schema.ts"])(
  "%s is what the routes say; when it is not: npm run generate",
  async (path) => {
    const text = (await generatedFiles()).get(path);
    expect((await read(path)) === text, `${path} is out of date: run npm run generate`).toBe(true);
  },
);

test("docs/events has the schema of every event, and nothing else", async () => {
  const files = [...(await generatedFiles())].filter(([path]) => path.startsWith("docs/events/"));
  for (const [path, text] of files)
    expect((await read(path)) === text, `${path} is out of date: run npm run generate`).toBe(true);
  const there = (await readdir(`${ROOT}docs/events`)).map((name) => `docs/events/${name}`);
  expect(there.sort()).toEqual(files.map(([path]) => path).sort());
});

describe("the description of the API", () => {
  let description: ApiDescription;
  let operations: { readonly name: string; readonly path: string; readonly operation: Operation }[];
  beforeAll(async () => {
    description = await describeApi();
    operations = Object.entries(description.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
    );
  });

  /** The schema with references written out. */
  const inlined = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inlined);
    if (typeof value !== "object" || value === null) return value;
    const { $ref, ...rest } = value as Node;
    if (typeof $ref === "string") return inlined(lookUp($ref));
    return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, inlined(item)]));
  };
  const lookUp = (reference: string): unknown =>
    reference
      .split("/")
      .slice(1)
      .reduce<unknown>((node, key) => (node as Node | undefined)?.[key], description);

  test("names every operation once and says what it does", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]+$/.test(id))).toEqual([]);
    expect(operations.filter(({ operation }) => !operation.summary).map(({ name }) => name)).toEqual([]);
  });

  test("puts every operation under one tag that is described", () => {
    const known = new Set(TAGS.map(({ name }) => name));
    const wrong = operations.filter(
      ({ operation: { tags } }) => tags?.length !== 1 || !tags.every((tag) => known.has(tag)),
    );
    expect(wrong.map(({ name, operation }) => `${name}: ${String(operation.tags)}`)).toEqual([]);
    for (const { description: words } of description.tags) expect(words).not.toBe("");
  });

  test("says of every operation who may call it", () => {
    const open = operations
      .filter(({ operation }) => operation.security.length === 0)
      .map(({ name }) => name);
    expect(open.sort()).toEqual([
      "delete /api/session",
      "get /api/session",
      "post /api/session",
      "post /v3/oauth/token/generate",
    ]);
    for (const { path, operation } of operations) {
      if (operation.security.length === 0) continue;
      const schemes = operation.security.flatMap((item) => Object.keys(item));
      expect(schemes).toEqual(path.startsWith("/api/") ? ["session", "token"] : ["till", "token"]);
      expect(operation["x-permission"]).toMatch(/^[A-Z][a-z]+:(read|write|return)$/);
    }
  });

  test("describes Idempotency-Key wherever a call moves points or records a bill, and says why not elsewhere", () => {
    const changes = operations.filter(({ operation }) =>
      /^(Points|Transaction):(write|return)$/.test(String(operation["x-permission"])),
    );
    const takesKey = ({ operation }: (typeof operations)[number]) =>
      JSON.stringify(operation.parameters ?? []).includes("/IdempotencyKey");
    expect(operations.filter(takesKey).length).toBeGreaterThan(20);
    expect(operations.filter(takesKey).every((item) => changes.includes(item))).toBe(true);
    const without = changes.filter((item) => !takesKey(item)).map(({ operation }) => operation.operationId);
    expect(without.filter((id) => !/preview|simulate/i.test(id)).sort()).toEqual([
      // Done once by its own identity: the anonymous bill, which can be claimed once.
      "claimForCustomer",
      // Asked twice it is sent twice, and five times within an hour at most.
      "mailCustomerStatement",
      // Set to what is said, so that a second time changes nothing.
      "markRejectedTransactionsFailed",
      "markRejectedTransactionsFailedOfOrganization",
      "postUpdateRedemption",
      // By the number of each bill.
      "recordPurchasesAndReturnsInBulk",
      "retriggerRejectedTransactions",
      "retriggerRejectedTransactionsOfOrganization",
      "retryRejected",
      // The same code is sent again while it lasts.
      "sendPointsValidationCode",
      // Once for each customer and name of the campaign.
      "startCampaign",
      // There are no groups: always refused.
      "transferGroupPoints",
      "updateRedemption",
      "updateTransaction",
      "updateTransactions",
      "writeOffRejected",
    ]);
    expect(JSON.stringify(description)).not.toContain("x-takes-request-key");
  });

  test("describes every answer, and every reference leads somewhere", () => {
    const text = JSON.stringify(description);
    expect(text).not.toContain("Default Response");
    const references = [
      ...new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!)),
    ];
    expect(references.filter((reference) => lookUp(reference) === undefined)).toEqual([]);
  });

  test("gives examples that its own shapes accept", () => {
    const found = new Set<string>();
    for (const { operation } of operations) {
      const contents = [operation.requestBody?.content, operation.responses["200"]?.content];
      for (const media of contents.map((content) => content?.["application/json"])) {
        if (media?.example === undefined) continue;
        found.add(operation.operationId);
        const shape = inlined(media.schema) as Parameters<typeof Check>[0];
        const problems = Check(shape, media.example) ? [] : Errors(shape, media.example);
        expect(problems, operation.operationId).toEqual([]);
      }
    }
    expect([...found].sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  test("is what the server serves", async () => {
    expect(JSON.parse(await read("docs/openapi.json"))).toEqual(description);
  });
});

test.each<[string, Node | boolean, string]>([
  ["nothing said", {}, "unknown"],
  ["text", { type: "string", minLength: 1 }, "string"],
  ["a file", { type: "string", format: "binary" }, "Blob"],
  ["a choice", { type: "string", enum: ["a", "b"] }, '"a" | "b"'],
  ["a constant", { const: false }, "false"],
  ["null or a number", { anyOf: [{ type: "integer" }, { type: "null" }] }, "number | null"],
  ["two types", { type: ["string", "null"] }, "string | null"],
  [
    "a list of either",
    { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } },
    "(string | number)[]",
  ],
  ["a pair", { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] }, "[string, number]"],
  [
    "both",
    { allOf: [{ $ref: "#/components/schemas/A" }, { type: "string" }] },
    'components["schemas"]["A"] & string',
  ],
  ["any object", { type: "object" }, "Record<string, unknown>"],
  ["an empty object", { type: "object", additionalProperties: false }, "Record<string, never>"],
  ["a map", { type: "object", additionalProperties: { type: "string" } }, "{\n  [name: string]: string;\n}"],
  [
    "fields",
    { type: "object", required: ["a"], properties: { a: { type: "string" }, "b-c": { type: "number" } } },
    '{\n  a: string;\n  "b-c"?: number;\n}',
  ],
  ["nothing at all", false, "never"],
])("the type of %s", (_, schema, type) => {
  expect(typeOf(schema)).toBe(type);
});

describe("the page of what is served", () => {
  const list =
    "area\toperation\tmethod\tpath\nstores\tFind a|b\tGET\t/v2/stores/{storeId}\nstores\tDrop\tDELETE\t/v2/stores/{id}\n";
  const served = (path: string) => ({ paths: { [path]: { get: {} } } }) as unknown as ApiDescription;

  test("compares method and places of parameters, not their names", () => {
    const page = compatibilityPage(readOperations(list), served("/v2/stores/{code}"));
    expect(page).toContain("**1 of 2 documented operations are served.**");
    expect(page).toContain("| yes | Find a\\|b | `GET /v2/stores/{storeId}` |");
    expect(page).toContain("| no | Drop |");
  });

  test("lists what is served beyond the documented, but not our own API", () => {
    const page = compatibilityPage(readOperations(list), served("/v2/shops"));
    expect(page).toContain("- `GET /v2/shops`");
    expect(compatibilityPage(readOperations(list), served("/api/shops"))).not.toContain("/api/shops");
  });

  test("notes only what is served", async () => {
    const page = await read("docs/compatibility.md");
    const marked = [...page.matchAll(/^\| partly \|.*`([^`]+)` \|$/gm)].map(([, call]) => call);
    expect([...new Set(marked)].sort()).toEqual(Object.keys(PARTLY).sort());
  });

  test("the list has an area, a title, a method and a path on every line", async () => {
    const operations = readOperations(await read("docs/api-operations.tsv"));
    expect(operations.length).toBeGreaterThan(500);
    for (const { area, title, method, path } of operations) {
      expect(`${area}\t${title}\t${method}\t${path}`).toMatch(
        /^[a-z-]+\t[^\t]+\t(GET|POST|PUT|DELETE|PATCH)\t\/\S+$/,
      );
    }
  });
});

test("the record of dependencies has a row for every package, with its version", async () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    await read("package.json"),
  ) as Record<"dependencies" | "devDependencies" | "optionalDependencies", Record<string, string>>;
  const record = await read("docs/decisions/2026-11-24-dependencies.md");
  const rows = new Map(
    [...record.matchAll(/^\| `([^`]+)` \| ([^ |]+) \|/gm)].map(([, name, version]) => [name!, version!]),
  );
  expect(Object.fromEntries(rows)).toEqual({ ...dependencies, ...devDependencies, ...optionalDependencies });
});
