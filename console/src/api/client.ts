import createFetch from "openapi-fetch";
import { errorOf, unreachable } from "./errors.ts";
import type { paths } from "./schema.ts";

/**
 * The one way to the server: the paths, queries and answers of the generated description, the session cookie, and the
 * organisation in its header. An answer that is not 2xx is thrown as an ApiError.
 */
type Verb = "get" | "post" | "put" | "delete";
type Operation<P extends keyof paths, V extends Verb> = NonNullable<paths[P][V]>;
type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : undefined;

/** Paths under /api that answer a verb. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: Operation<P, V> extends { responses: unknown } ? P : never;
}[keyof paths] &
  `/api/${string}`;

/** What a path answers when all is well. */
export type Answer<P extends keyof paths, V extends Verb = "get"> =
  Operation<P, V> extends { responses: infer Answers }
    ? Json<Answers[keyof Answers & (200 | 201 | 204)]>
    : never;

/** Names that a path takes in its query; values are sent as text. */
export type QueryOf<P extends keyof paths> =
  Operation<P, "get"> extends { parameters: { query?: infer Query } }
    ? { [Name in keyof Query]?: Scalar }
    : Record<never, never>;

export type Scalar = string | number | boolean | undefined;
export type Params = Readonly<Record<string, string | number>>;

export interface ApiClient {
  readonly orgId: number | null;
  get<P extends PathOf<"get">>(
    path: P,
    call?: { params?: Params; query?: QueryOf<P>; signal?: AbortSignal },
  ): Promise<Answer<P>>;
  post<P extends PathOf<"post">>(
    path: P,
    /** The same key says that it is the same act: sent twice it is done once. */
    call: { params?: Params; body?: unknown; requestKey?: string },
  ): Promise<Answer<P, "post">>;
  put<P extends PathOf<"put">>(path: P, call: { params?: Params; body: unknown }): Promise<Answer<P, "put">>;
  delete<P extends PathOf<"delete">>(path: P, call?: { params?: Params }): Promise<void>;
  /** Sends a form with files. `onProgress` hears the share sent, 0 to 1. */
  upload<P extends PathOf<"post">>(
    path: P,
    form: FormData,
    onProgress?: (share: number) => void,
  ): Promise<Answer<P, "post">>;
  /** Saves what a path answers as a file. */
  download(
    path: PathOf<"get">,
    params: Params,
    fileName: string,
    query?: Readonly<Record<string, Scalar>>,
  ): Promise<void>;
  /** What a path answers, as text: a page to show or to print. */
  text(
    path: PathOf<"get">,
    call: { params?: Params; query?: Readonly<Record<string, Scalar>>; signal?: AbortSignal },
  ): Promise<string>;
}

export const ORGANISATION_HEADER = "X-CAP-API-AUTH-ORG-ID";

/** A key for an act that a person is about to confirm. */
export const newRequestKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );

/** A path with its parameters filled in. */
export const filled = (path: string, params: Params = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));

/** Query values as they are sent; undefined and empty ones are left out. */
export const queryText = (query: Readonly<Record<string, Scalar>> = {}): string => {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parts.set(name, String(value));
  }
  return parts.toString();
};

interface Call {
  params?: Params;
  query?: Readonly<Record<string, Scalar>>;
  body?: unknown;
  signal?: AbortSignal;
  requestKey?: string;
}

/** The shape of openapi-fetch's `request` that is used here; our own signatures say the rest more exactly. */
type Request = (
  method: Verb,
  path: string,
  init: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** A client that speaks for one organisation, or for none before it is known. */
export const createApiClient = (orgId: number | null): ApiClient => {
  const headers: Record<string, string> = orgId === null ? {} : { [ORGANISATION_HEADER]: String(orgId) };
  const http = createFetch<paths>({
    headers,
    credentials: "same-origin",
    querySerializer: (query) => queryText(query as Record<string, Scalar>),
  });
  const request = http.request as unknown as Request;

  const call = async (method: Verb, path: string, { params, query, body, signal, requestKey }: Call = {}) => {
    const init = {
      params: { path: params, query },
      body,
      signal,
      ...(requestKey === undefined ? {} : { headers: { "idempotency-key": requestKey } }),
    };
    const { data, error, response } = await request(method, path, init).catch((reason: unknown) => {
      if (signal?.aborted) throw reason;
      throw reason instanceof SyntaxError ? errorOf(502, undefined) : unreachable();
    });
    if (!response.ok) throw errorOf(response.status, error);
    return data;
  };

  /** An answer that is not JSON. */
  const read = async (path: string, { params, query, signal }: Call): Promise<Response> => {
    const text = queryText(query);
    const address = `${filled(path, params)}${text === "" ? "" : `?${text}`}`;
    const init = { credentials: "same-origin", headers, ...(signal && { signal }) } as const;
    const answer = await fetch(address, init).catch((reason: unknown) => {
      if (signal?.aborted) throw reason;
      throw unreachable();
    });
    if (!answer.ok) throw errorOf(answer.status, parse(await answer.text()));
    return answer;
  };

  const client = {
    orgId,
    get: (path: string, options?: Call) => call("get", path, options),
    post: (path: string, options: Call) => call("post", path, options),
    put: (path: string, options: Call) => call("put", path, options),
    delete: (path: string, options?: Call) => call("delete", path, options),
    upload: (path: string, form: FormData, onProgress?: (share: number) => void) =>
      upload(path, form, headers, onProgress),
    download: async (path: string, params: Params, fileName: string, query?: Call["query"]) =>
      saveBlob(await (await read(path, { params, ...(query && { query }) })).blob(), fileName),
    text: async (path: string, options: Call) => (await read(path, options)).text(),
  };
  return client as unknown as ApiClient;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** XMLHttpRequest, because fetch tells nothing of how much of a body has been sent. */
const upload = (
  path: string,
  form: FormData,
  headers: Record<string, string>,
  onProgress?: (share: number) => void,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 0 : loaded / total);
    request.onerror = () => reject(unreachable());
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body);
      else reject(errorOf(request.status, body));
    };
    request.send(form);
  });

/** Hands a file to the browser's downloads. */
export const saveBlob = (blob: Blob, fileName: string): void => {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
