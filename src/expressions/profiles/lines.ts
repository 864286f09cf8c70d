import { type LineFacts, lineAttribute } from "../facts.ts";

/** Reads what lines are matched by. */
export type LineReader = (line: LineFacts) => string | null;

export const CODE: LineReader = (line) => line.code;

const own: ReadonlyMap<string, LineReader> = new Map([
  ["sku", CODE],
  ["code", CODE],
  ["itemcode", CODE],
  ["description", (line: LineFacts) => line.description],
]);

/**
 * The attribute of a line by its name: the item's code ("SKU", "code"), its description, or whatever attribute the till sends,
 * such as brand and category. Letter case does not matter.
 */
export const lineReader = (name: string): LineReader => {
  const lower = name.toLowerCase();
  return own.get(lower) ?? ((line) => lineAttribute(line, name, lower));
};

export const BRAND = lineReader("brand");
export const CATEGORY = lineReader("category");

/** Names of attributes that lines have without a till's saying so. */
export const LINE_ATTRIBUTES = ["SKU", "description", "brand", "category", "subcategory", "name"] as const;
