import { ApiError } from "../api/errors.ts";
import { messageOf } from "./states.tsx";

export interface FormErrors {
  /** By field of the form. */
  readonly fields: Record<string, string>;
  /** What belongs to no field of it. */
  readonly general: string | null;
}

/**
 * Puts the server's own sentence beside the field it names. `known` are the fields that the form shows; a path such as
 * `identifiers[0].mobile` counts for its last name.
 */
export const placeError = (error: unknown, known: readonly string[]): FormErrors => {
  const message = messageOf(error);
  if (error instanceof ApiError && error.field !== null) {
    const { field } = error;
    const last = /([A-Za-z0-9_]+)\]?$/.exec(field)?.[1];
    const match =
      known.find((name) => name === field) ??
      known.find((name) => name === last || name.endsWith(`.${last}`));
    if (match !== undefined) return { fields: { [match]: message }, general: null };
  }
  return { fields: {}, general: message };
};

/** A form's rule for a field that must be filled: `message` when it is empty or blank. */
export const required =
  (message: string) =>
  (value: string | number | null): string | null =>
    value === null || String(value).trim() === "" ? message : null;
