/** Reading the query of an address: whatever a person typed there, a screen gets a value that it knows. */
type Raw = Record<string, unknown>;

/** A text of at most 200 characters; undefined when empty. The router reads numbers as numbers. */
export const textOf = (raw: Raw, name: string): string | undefined => {
  const value = raw[name];
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return undefined;
  const text = String(value).slice(0, 200);
  return text === "" ? undefined : text;
};

/** One of the words that a screen knows. */
export const wordOf = <T extends string>(raw: Raw, name: string, words: readonly T[]): T | undefined => {
  const value = raw[name];
  return words.find((word) => word === value);
};

/** Several of the words that a screen knows, as "a.b"; undefined when none or all of them. */
export const wordsOf = <T extends string>(raw: Raw, name: string, words: readonly T[]): T[] => {
  const value = raw[name];
  const parts = typeof value === "string" ? value.split(".") : [];
  const chosen = words.filter((word) => parts.includes(word));
  return chosen.length === words.length ? [] : chosen;
};

export const wordsText = (words: readonly string[]): string | undefined =>
  words.length === 0 ? undefined : words.join(".");

/** A whole number from 1 up. */
export const numberOf = (raw: Raw, name: string): number | undefined => {
  const value = Number(raw[name]);
  return raw[name] !== undefined && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
};

/** A month as YYYY-MM. */
export const monthOf = (raw: Raw, name: string): string | undefined => {
  const text = textOf(raw, name);
  return text !== undefined && /^[12]\d{3}-(0[1-9]|1[0-2])$/.test(text) ? text : undefined;
};

/** A day as YYYY-MM-DD, from the year 1000 on. */
export const dayOf = (raw: Raw, name: string): string | undefined => {
  const text = textOf(raw, name);
  if (text === undefined || !/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) ? text : undefined;
};

/** The id of something, which the server knows or refuses. */
export const idOf = (raw: Raw, name: string): string | undefined => {
  const text = textOf(raw, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? text : undefined;
};

export interface Paging {
  /** Cursor that the page starts after. */
  after?: string | undefined;
  /** Which page it is, from 2; absent on the first. */
  page?: number | undefined;
}

export const pagingOf = (raw: Raw): Paging => {
  const after = textOf(raw, "after");
  const page = numberOf(raw, "page");
  return after === undefined ? {} : { after, page: page ?? 2 };
};

/** Where a person was sent from when asked to sign in: a path of ours, nothing else. */
export const safePath = (path: unknown): string | undefined =>
  typeof path === "string" && /^\/(?![/\\])/.test(path) && !path.startsWith("/signin") ? path : undefined;
