import { type Static, Type } from "@fastify/type-provider-typebox";

/** The dialects answer in different wrappers; which one follows from the path. */
export type Envelope = "v1.1" | "v2" | "v3" | "own";

export const envelopeFor = (url: string): Envelope => {
  if (url.startsWith("/v1.1/")) return "v1.1";
  if (url.startsWith("/v3/") || url.startsWith("/api_gateway/intouch-api-v3/")) return "v3";
  if (url.startsWith("/api/") || url === "/api") return "own";
  return "v2";
};

/** Error or warning item of v2 and v3: `status` is always false, `code` the documented number. */
export const Issue = Type.Object({
  status: Type.Literal(false),
  code: Type.Integer(),
  message: Type.String(),
});
export type Issue = Static<typeof Issue>;

export const issue = (code: number, message: string): Issue => ({ status: false, code, message });

/** Refusal of a v2 call. */
export const V2Failure = Type.Object({ errors: Type.Array(Issue), warnings: Type.Array(Issue) });
/** Refusal of a v3 call. */
export const V3Failure = Type.Object({ data: Type.Null(), errors: Type.Array(Issue) });
/** Refusal of a call of our own administration API. */
export const OwnFailure = Type.Object({
  error: Type.Object({
    code: Type.String(),
    number: Type.Integer(),
    message: Type.String(),
    field: Type.Optional(Type.String()),
  }),
});
/** Refusal of a whole v1.1 call. */
export const V1Failure = Type.Object({
  response: Type.Object({
    status: Type.Object({ success: Type.Literal("false"), code: Type.Integer(), message: Type.String() }),
  }),
});

/** The statuses that every route of a dialect may answer besides its success; spread into `schema.response`. */
export const failures = <T>(shape: T) => ({
  400: shape,
  401: shape,
  403: shape,
  404: shape,
  409: shape,
  413: shape,
  415: shape,
  429: shape,
  500: shape,
  503: shape,
});

export const failureBody = (
  envelope: Envelope,
  number: number,
  code: string,
  message: string,
  field?: unknown,
) => {
  switch (envelope) {
    case "v1.1":
      return { response: { status: { success: "false", code: number, message } } };
    case "v3":
      return { data: null, errors: [issue(number, message)] };
    case "own":
      return { error: { code, number, message, ...(typeof field === "string" ? { field } : {}) } };
    case "v2":
      return { errors: [issue(number, message)], warnings: [] };
  }
};

/** v2 list envelope around items of a shape. */
export const V2List = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({
    pagination: Type.Optional(
      Type.Object({
        limit: Type.Integer(),
        offset: Type.Integer(),
        total: Type.Integer(),
        sortBy: Type.Optional(Type.String()),
        sortOrder: Type.Optional(Type.String()),
      }),
    ),
    data: Type.Array(item),
    warnings: Type.Array(Issue),
    errors: Type.Array(Issue),
  });
