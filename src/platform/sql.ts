import { createHash } from "node:crypto";

/** A statement as it goes to PostgreSQL: named, so that each connection parses and plans it once. */
export interface Sql {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const prepared = new WeakMap<TemplateStringsArray, { name: string; text: string }>();
const LABEL = /^\s*\/\*\s*([\w.]+)\s*\*\//;

const prepare = (strings: TemplateStringsArray) => {
  let text = strings[0]!;
  for (let index = 1; index < strings.length; index++) text += `$${index}${strings[index]}`;
  const label = LABEL.exec(text)?.[1];
  if (label === undefined)
    throw new Error(`a statement starts with its name, /* domain.name */: ${text.slice(0, 60)}`);
  // The hash keeps two statements of one label apart; PostgreSQL cuts names at 63 bytes.
  const hash = createHash("sha1").update(text).digest("hex").slice(0, 8);
  return { name: `${label.slice(0, 54)}_${hash}`, text };
};

/**
 * Writes a statement with bound values: sql`/* orgs.find_till *\/ select … where code = ${code}`. Every value becomes a
 * parameter; there is no way to splice text. Statements whose shape varies use `rawSql`.
 */
export const sql = (strings: TemplateStringsArray, ...values: readonly unknown[]): Sql => {
  let statement = prepared.get(strings);
  if (statement === undefined) {
    statement = prepare(strings);
    prepared.set(strings, statement);
  }
  return { name: statement.name, text: statement.text, values };
};

/** A statement built from parts of our own (filters of a list). The text must hold no caller's input: values are bound as $1…. */
export const rawSql = (text: string, values: readonly unknown[]): Sql => {
  const label = LABEL.exec(text)?.[1] ?? "";
  const hash = createHash("sha1").update(text).digest("hex").slice(0, 8);
  return { name: `${label.slice(0, 54)}_${hash}`, text, values };
};

const combined = new Map<string, { name: string; text: string }>();

/**
 * One statement that does what several writes do: each becomes a branch of a WITH. They run on one snapshot, in no
 * particular order, so they must write different tables. For PostgreSQL it is one message and one plan instead of ten.
 */
export const combineWrites = (statements: readonly Sql[]): Sql => {
  const key = statements.map((statement) => statement.name).join("+");
  let known = combined.get(key);
  if (known === undefined) {
    let shift = 0;
    const branches = statements.map((statement, index) => {
      const text = statement.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + shift}`);
      shift += statement.values.length;
      return `w${index} as (${text})`;
    });
    const text = `/* platform.combined */ with ${branches.join(",\n")} select 1`;
    known = { name: `combined_${createHash("sha1").update(text).digest("hex").slice(0, 16)}`, text };
    combined.set(key, known);
  }
  return { ...known, values: statements.flatMap((statement) => statement.values) };
};

/** Arrays as PostgreSQL reads them; several times quicker than the driver's own, which inspects every element. */
export const encodeValue = (value: unknown): unknown => {
  if (!Array.isArray(value) || value.length === 0) return value;
  const items = value as readonly unknown[];
  let text = "{";
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (index > 0) text += ",";
    if (item === null) text += "null";
    else if (typeof item === "number") text += item;
    else if (typeof item === "string") text += quote(item);
    else return value;
  }
  return `${text}}`;
};

const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;
/** What JSON writes otherwise than an array does: control characters, and halves of pairs. */
const NOT_AS_JSON = /[\p{Cc}\p{Cs}]/u;
/** Quotes and backslashes get a backslash, as they do in JSON, whose writer is several times quicker than a replacement. */
const quote = (text: string): string => {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  return NOT_AS_JSON.test(text) ? `"${text.replace(ESCAPED, "\\$&")}"` : JSON.stringify(text);
};

/** A name as SQL reads it, for the few statements that are made of the catalogue's own names. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
