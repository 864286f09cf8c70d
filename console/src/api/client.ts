/**
 * The one way to the server: paths under /api, the session cookie, and the organisation in its header. An answer that is not
 * 2xx is thrown as an ApiError with the server's own sentence, and the field it is about when it names one.
 */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

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

export interface ApiClient {
  readonly orgId: number | null;
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** Sends a form with files. `onProgress` hears the share sent, 0 to 1. */
  upload<T>(path: string, form: FormData, onProgress?: (share: number) => void): Promise<T>;
}

const ORGANISATION_HEADER = "X-CAP-API-AUTH-ORG-ID";

/** Address of a call; undefined and empty query values are left out. */
export const addressOf = (path: string, query: Query = {}): string => {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return `/api${path}${text === "" ? "" : `?${text}`}`;
};

/** The error that an answer tells, whatever shape it came in. */
export const errorOf = (status: number, body: unknown): ApiError => {
  const error = (body as { error?: unknown } | null)?.error;
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

const unreachable = () =>
  new ApiError("The server cannot be reached. Check the connection, then try again.", 0, "network");

const parse = (text: string): unknown => {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A client that speaks for one organisation, or for none before it is known. */
export const createApiClient = (orgId: number | null): ApiClient => {
  const headers = (): Record<string, string> =>
    orgId === null ? {} : { [ORGANISATION_HEADER]: String(orgId) };

  const call = async <T>(
    method: string,
    address: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> => {
    let answer: Response;
    try {
      answer = await fetch(address, {
        method,
        credentials: "same-origin",
        headers: body === undefined ? headers() : { ...headers(), "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw unreachable();
    }
    const parsed = parse(await answer.text());
    if (!answer.ok) throw errorOf(answer.status, parsed);
    return parsed as T;
  };

  return {
    orgId,
    get: (path, query, signal) => call("GET", addressOf(path, query), undefined, signal),
    post: (path, body) => call("POST", addressOf(path), body),
    put: (path, body) => call("PUT", addressOf(path), body),
    delete: (path) => call("DELETE", addressOf(path)),
    upload: (path, form, onProgress) => send(addressOf(path), form, headers(), onProgress),
  };
};

/** XMLHttpRequest, because fetch tells nothing of how much of a body has been sent. */
const send = <T>(
  address: string,
  form: FormData,
  headers: Record<string, string>,
  onProgress?: (share: number) => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 0 : loaded / total);
    request.onerror = () => reject(unreachable());
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(errorOf(request.status, body));
    };
    request.send(form);
  });

/** Address of a download of an organisation; the session cookie and the query say who asks. */
export const downloadOf = async (orgId: number, path: string, fileName: string): Promise<void> => {
  const answer = await fetch(addressOf(path), {
    credentials: "same-origin",
    headers: { [ORGANISATION_HEADER]: String(orgId) },
  }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw errorOf(answer.status, parse(await answer.text()));
  saveBlob(await answer.blob(), fileName);
};

/** Hands a file to the browser's downloads. */
export const saveBlob = (blob: Blob, fileName: string): void => {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
