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
