/**
 * Errors that a caller can do something about. Each domain lists its own with `defineErrors`; one handler
 * (http.ts) turns them into answers. Anything else that is thrown is a bug and answers 500 without details.
 */
export interface ErrorDefinition {
  /** Documented numeric code of the dialect, or one of ours from 70000 up. */
  readonly number: number;
  /** HTTP status of the single-item call. */
  readonly http: number;
  /** Sentence with `{name}` placeholders filled from the details. */
  readonly message: string;
}

export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | undefined>>;

export class AppError extends Error {
  override readonly name = "AppError";
  constructor(
    /** Stable name, `domain.reason`. */
    readonly code: string,
    readonly number: number,
    readonly http: number,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

const fill = (template: string, details: ErrorDetails): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ""));

/**
 * Declares a domain's errors: `const errors = defineErrors("orgs", { unknown_till: { number: 671, http: 400, message: "…{code}" } })`,
 * then `throw errors.unknown_till({ code })`.
 */
export const defineErrors = <T extends Record<string, ErrorDefinition>>(domain: string, table: T) => {
  const creators = {} as { [K in keyof T]: (details?: ErrorDetails) => AppError };
  for (const name of Object.keys(table) as (keyof T & string)[]) {
    const definition = table[name]!;
    creators[name] = (details = {}) =>
      new AppError(
        `${domain}.${name}`,
        definition.number,
        definition.http,
        fill(definition.message, details),
        details,
      );
  }
  return creators;
};

/** A broken assumption of ours, never the caller's fault: stops the request. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
