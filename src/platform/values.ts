/** An object as JSON has them, read field by field. */
export type Body = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Whether PostgreSQL's text and jsonb can keep it: JSON can carry NUL and halves of surrogate pairs, they cannot. */
export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);
