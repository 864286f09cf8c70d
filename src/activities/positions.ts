import { decodeCursor, encodeCursor, isCursorTime } from "#platform";
import { errors } from "./errors.ts";

/** A place in a list that is ordered by date and id. */
export interface Position {
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  readonly id: number;
}

/** The position that a caller sends back as `after`; null when none was sent. Errors: activities.bad_cursor. */
export const readPosition = (after: string | undefined): Position | null => {
  if (after === undefined) return null;
  const [at, id] = decodeCursor(after, 2) ?? [];
  if (!isCursorTime(at) || !Number.isSafeInteger(id)) throw errors.bad_cursor({ field: "after" });
  return { at, id: Number(id) };
};

/** The cursor of what follows a row. */
export const positionAfter = ({ billedAt, id }: { readonly billedAt: Date; readonly id: number }): string =>
  encodeCursor([billedAt.toISOString(), id]);
