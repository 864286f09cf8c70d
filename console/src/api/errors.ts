/** What the server, or the way to it, refused. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    readonly number: number | null = null,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

/** The error that an answer tells, with the server's own sentence and field, whatever shape it came in. */
export const errorOf = (status: number, body: unknown): ApiError => {
  const error = (body as { error?: unknown } | null | undefined)?.error;
  if (typeof error === "object" && error !== null && "message" in error) {
    const { message, code, number, field } = error as Record<string, unknown>;
    return new ApiError(
      String(message),
      status,
      typeof code === "string" ? code : `http.${status}`,
      typeof number === "number" ? number : null,
      typeof field === "string" ? field : null,
    );
  }
  return new ApiError(
    status >= 500
      ? "The server could not answer. Try again; if it stays so, look into its log."
      : `The server refused the request (${status}).`,
    status,
    `http.${status}`,
  );
};

export const unreachable = (): ApiError =>
  new ApiError("The server cannot be reached. Check the connection, then try again.", 0, "network");
