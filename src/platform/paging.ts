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
