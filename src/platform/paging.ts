/** A position in a keyset-paged list, opaque to callers: base64url of the JSON of the sort values. */
export const encodeCursor = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values)).toString("base64url");

/** The sort values of a cursor; null when it is not one of ours with `length` values. */
export const decodeCursor = (cursor: string, length: number): (string | number)[] | null => {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const ours =
      Array.isArray(values) &&
      values.length === length &&
      values.every((value) => typeof value === "string" || Number.isFinite(value));
    return ours ? (values as (string | number)[]) : null;
  } catch {
    return null;
  }
};

/**
 * Whether a value of a cursor is a time as `toISOString` writes it. PostgreSQL fails on 31 February and on the year 0, which
 * JavaScript reads, so what is written again must be the same.
 */
export const isCursorTime = (value: unknown): value is string => {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const instant = Date.parse(value);
  return !Number.isNaN(instant) && !value.startsWith("0000") && new Date(instant).toISOString() === value;
};
