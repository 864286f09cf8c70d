import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { DOMAINS, importsOf, literalsOf, readSources, type SourceFile } from "./support/source-text.ts";

const sources = readSources("src");
const program = sources.filter((file) => !file.forTests);
const position = (domain: string) => DOMAINS.indexOf(domain as (typeof DOMAINS)[number]);

describe("imports", () => {
  /** What is wrong with one import of a file of a domain, or null. */
  const objection = (file: SourceFile, name: string): string | null => {
    const domain = file.domain;
    // The composition root and the command line stand above the domains and reach them through their doors alone.
    const above = domain === null || position(domain) === -1;
    if (name.startsWith("#")) {
      const other = name.slice(1);
      if (position(other) === -1) return "is the door of no domain";
      if (file.forTests || above) return null;
      return position(other) < position(domain) ? null : "is not to the left";
    }
    if (!name.startsWith(".")) return null;
    const target = posix.normalize(posix.join(posix.dirname(file.path), name));
    if (above && !DOMAINS.some((other) => target.startsWith(`src/${other}/`))) return null;
    if (target.startsWith(`src/${domain}/`)) {
      return !file.forTests && /\/testing(\/|\.ts$)|\.test\.ts$/.test(target) ? "is for tests only" : null;
    }
    // Tests may use the builders of other domains and what all tests share.
    if (file.forTests && /^src\/\w+\/testing(\/|\.ts$)|^tests\/support\//.test(target)) return null;
    return "crosses a border beside the door";
  };

  test("go left only, through the door", () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file.text).flatMap((name) => {
        const why = objection(file, name);
        return why === null ? [] : [`${file.path}: "${name}" ${why}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("a door names what it exports and holds no code", () => {
    const wrong = DOMAINS.flatMap((domain) => {
      const door = sources.find((file) => file.path === `src/${domain}/index.ts`);
      if (door === undefined) return [];
      const rest = door.text
        .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")
        .replace(/export (type )?\{[^}]*\} from "\.[^"]+";/g, "");
      return rest.trim() === "" ? [] : [`${door.path}: ${rest.trim().slice(0, 80)}`];
    });
    expect(wrong).toEqual([]);
  });

  test("the rule itself sees what it must", () => {
    const file = { path: "src/ledger/rules.ts", text: "", domain: "ledger", forTests: false };
    expect(objection(file, "#platform")).toBeNull();
    expect(objection(file, "./schema.ts")).toBeNull();
    expect(objection(file, "luxon")).toBeNull();
    expect(objection(file, "#loyalty")).toBe("is not to the left");
    expect(objection(file, "#ledger")).toBe("is not to the left");
    expect(objection(file, "#nowhere")).toBe("is the door of no domain");
    expect(objection(file, "../orgs/store.ts")).toBe("crosses a border beside the door");
    expect(objection(file, "../app.ts")).toBe("crosses a border beside the door");
    expect(objection(file, "./testing.ts")).toBe("is for tests only");
    const root = { path: "src/app.ts", text: "", domain: null, forTests: false };
    expect(objection(root, "#insights")).toBeNull();
    expect(objection(root, "./config.ts")).toBeNull();
    expect(objection(root, "./orgs/store.ts")).toBe("crosses a border beside the door");
    expect(objection({ ...file, forTests: true }, "../orgs/testing.ts")).toBeNull();
    expect(objection({ ...file, forTests: true }, "../orgs/store.ts")).toBe(
      "crosses a border beside the door",
    );
    expect(
      importsOf(
        'import a from "./a.ts";\nimport "./b.ts";\nexport * from "./c.ts";\nawait import("./d.ts");',
      ),
    ).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts"]);
  });
});

describe("tables", () => {
  const schemas = DOMAINS.join("|");
  const mention = new RegExp(
    `\\b(from|join|into|update|using|table|only)\\s+(?:only\\s+)?(${schemas})\\.(\\w+)`,
    "gi",
  );
  // A list after `from a, b`: the second and later names.
  const listed = new RegExp(`,\\s*(?:lateral\\s+)?(${schemas})\\.(\\w+)\\s+(?:as\\s+)?\\w+\\b`, "gi");

  const tablesIn = (text: string): { schema: string; table: string; writes: boolean }[] => {
    const plain = text.replace(/\/\*[\s\S]*?\*\//g, " ");
    const direct = [...plain.matchAll(mention)].map(([, verb, schema, table]) => ({
      schema: schema!,
      table: table!,
      writes:
        /into|update/i.test(verb!) || new RegExp(`delete\\s+from\\s+${schema}\\.${table}`, "i").test(plain),
    }));
    const looksLikeSql = direct.length > 0;
    const more = looksLikeSql ? [...plain.matchAll(listed)] : [];
    return [
      ...direct,
      ...more.map(([, schema, table]) => ({ schema: schema!, table: table!, writes: false })),
    ];
  };

  test("a domain's statements name its own tables, and of others only views (…_v) to its left", () => {
    const wrong = program.flatMap((file) =>
      literalsOf(file.text).flatMap(({ text, line }) =>
        tablesIn(text).flatMap(({ schema, table, writes }) => {
          if (schema === file.domain) return [];
          const left = file.domain !== null && position(schema) < position(file.domain);
          const allowed = left && table.endsWith("_v") && !writes;
          return allowed ? [] : [`${file.path}:${line} names ${schema}.${table}`];
        }),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("the rule itself sees what it must", () => {
    const names = (text: string) => tablesIn(text).map(({ schema, table }) => `${schema}.${table}`);
    expect(names("/* ledger.a */ select 1 from orgs.entities e, customers.customers c")).toEqual([
      "orgs.entities",
      "customers.customers",
    ]);
    expect(names("insert into ledger.lots (a) select b from x join loyalty.programs p on true")).toEqual([
      "ledger.lots",
      "loyalty.programs",
    ]);
    expect(names("orgs.get(from)")).toEqual([]);
  });
});

describe("files", () => {
  const all = ["src", "tests", "scripts", "bench", "bin", "console/src"].flatMap((folder) =>
    readSources(folder, [".ts", ".tsx", ".mjs", ".css"]),
  );
  const written = all.filter((file) => !/console\/src\/api\/schema\.ts$|\.gen\.tsx?$/.test(file.path));

  test("stay under 500 lines", () => {
    const long = written
      .map((file) => ({ path: file.path, lines: file.text.split("\n").length }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });

  test("are named in kebab-case, and never after nothing in particular", () => {
    const wrong = written
      .filter((file) => file.path.startsWith("src/"))
      .filter(({ path }) => {
        const name = posix.basename(path);
        return (
          !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.\w+$/.test(name) ||
          /^(utils?|helpers?|common|managers?|misc)\./.test(name)
        );
      })
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  test("read the environment in src/config.ts alone", () => {
    const wrong = program
      .filter((file) => file.path !== "src/config.ts" && /\bprocess\s*\.\s*env\b|\bprocess\[/.test(file.text))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  test("every domain that is there has a door and a page that explains it", () => {
    const present = DOMAINS.filter((domain) => sources.some((file) => file.domain === domain));
    const pages = readSources("src", ["README.md"]).map((file) => file.path);
    for (const domain of present) {
      expect(sources.map((file) => file.path)).toContain(`src/${domain}/index.ts`);
      expect(pages).toContain(`src/${domain}/README.md`);
    }
  });
});

test("literals are read as the compiler reads them", () => {
  const hole = "$" + "{";
  const source = [
    'const a = "one"; // "no"',
    `/* 'no' */ const b = sql\`two ${hole}x(\`three ${hole}'four'}\`)} five\`;`,
    "const c = /[\"'`/]/.test(d) ? rawSql(",
    '  `six`, [1 / 2, "se\\"ven"]) : e / 2 / f;',
  ].join("\n");
  expect(literalsOf(source)).toEqual([
    { text: "one", lead: "", line: 1 },
    { text: "four", lead: "", line: 2 },
    { text: "three $0", lead: "", line: 2 },
    { text: "two $0 five", lead: "sql", line: 2 },
    { text: "six", lead: "rawSql(", line: 4 },
    { text: 'se\\"ven', lead: "", line: 4 },
  ]);
});
