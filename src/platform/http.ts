import { randomBytes } from "node:crypto";
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { isDatabaseGone } from "./db.ts";
import { envelopeFor, failureBody } from "./envelopes.ts";
import { AppError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { isStorable } from "./values.ts";

/** The HTTP server that domains add their routes to; schemas are TypeBox, so types follow from them. */
// biome-ignore lint/suspicious/noExplicitAny: Fastify's own type parameters for raw server, request and logger have no narrower common form
export type Server = FastifyInstance<any, any, any, any, TypeBoxTypeProvider>;

export interface HttpOptions {
  readonly log: Logger;
  /** Request bodies beyond this are refused with 413. */
  readonly bodyLimitBytes?: number;
  /** Tests: an answer whose status or shape the route did not declare becomes a 500. */
  readonly strictResponses?: boolean;
  /** Trust X-Forwarded-For of a proxy in front. */
  readonly trustProxy?: boolean;
}

/** Unique and cheap: a random prefix per process and a counter. */
const requestIds = (): (() => string) => {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return () => `${prefix}-${(++count).toString(36)}`;
};

const BODY_LIMIT = 16 * 1024 * 1024;

/** Builds the server with our error answers, request ids and lenient parsing; routes are added by the composition root. */
export const createHttp = (options: HttpOptions): Server => {
  const server = fastify({
    bodyLimit: options.bodyLimitBytes ?? BODY_LIMIT,
    trustProxy: options.trustProxy ?? false,
    genReqId: requestIds(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    return503OnClosing: true,
    forceCloseConnections: "idle",
    // Raised before any route is found, so that the error handler below never sees it.
    frameworkErrors: (error, request, reply) => {
      const envelope = envelopeFor(request.url);
      const { status, name, sentence } = CLIENT_ERRORS[error.code] ?? UNREADABLE;
      void (reply as FastifyReply).status(status).send(failureBody(envelope, status, name, sentence));
    },
    logger: false,
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as Server;

  server.setValidatorCompiler(TypeBoxValidatorCompiler as never);
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  server.addHook("onRequest", (request, reply, done) => {
    reply.header("x-cap-requestid", request.id);
    done();
  });
  if (options.log.isLevelEnabled("debug")) logRequests(server, options.log);
  acceptEmptyJson(server);
  if (options.strictResponses) addStrictResponses(server);
  addMethodAnswers(server);
  server.setErrorHandler((error: FastifyError, request, reply) =>
    answerError(error, request, reply, options.log),
  );
  return server;
};

/** One line per request, for debugging only: it would cost a cheap request as much again. */
const logRequests = (server: Server, log: Logger) => {
  server.addHook("onResponse", (request, reply, done) => {
    log.debug({
      request: request.id,
      method: request.method,
      path: request.routeOptions.url ?? "",
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    });
    done();
  });
};

/**
 * A JSON content type with an empty body is common in tills' clients: read it as no body instead of refusing. JSON nested so
 * deep that writing it again would overflow the stack is refused here, once for all routes.
 */
const acceptEmptyJson = (server: Server) => {
  // Plain text is no dialect of ours, and a form on a foreign page could send it.
  server.removeContentTypeParser("text/plain");
  const parse = server.getDefaultJsonParser("error", "error");
  server.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "" && (request.method === "DELETE" || request.method === "GET")) done(null, undefined);
    else if (isTooDeep(body as string)) done(tooDeep());
    else void parse(request, body as string, done);
  });
};

const MAX_NESTING = 1000;
const tooDeep = () =>
  new AppError("http.too_deep", 400, 400, `The request body is nested deeper than ${MAX_NESTING} levels.`);

const isTooDeep = (json: string): boolean => {
  // Each level takes two characters, so that most bodies need no look.
  if (json.length < 2 * MAX_NESTING) return false;
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (code === 0x22) {
      // A quote opens a text: on to the quote that closes it.
      do index = json.indexOf('"', index + 1);
      while (index !== -1 && isEscaped(json, index));
      if (index === -1) return false;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_NESTING) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
};

const isEscaped = (json: string, quote: number): boolean => {
  let start = quote;
  while (json.charCodeAt(start - 1) === 0x5c) start--;
  return (quote - start) % 2 === 1;
};

/** 404 for unknown paths, 405 with Allow where the path exists for other methods. */
const addMethodAnswers = (server: Server) => {
  const known: { pattern: RegExp; methods: Set<string>; url: string }[] = [];
  server.addHook("onRoute", (route) => {
    if (route.url === "*" || route.url.endsWith("/*")) return;
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    const entry = known.find((item) => item.url === route.url);
    if (entry) for (const method of methods) entry.methods.add(method);
    else {
      const source = route.url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[A-Za-z0-9_]+/g, "[^/]+");
      known.push({ pattern: new RegExp(`^${source}/?$`), methods: new Set(methods), url: route.url });
    }
  });
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0]!;
    const methods = new Set(
      known.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => [...entry.methods]),
    );
    const envelope = envelopeFor(request.url);
    if (methods.size === 0) {
      return reply.status(404).send(failureBody(envelope, 404, "not_found", `There is nothing at ${path}.`));
    }
    const allowed = [...methods].join(", ");
    const sentence = `${request.method} is not supported at ${path}; it takes ${allowed}.`;
    return reply
      .status(405)
      .header("allow", allowed)
      .send(failureBody(envelope, 405, "method_not_allowed", sentence));
  });
};

const addStrictResponses = (server: Server) => {
  server.addHook("preSerialization", async (request, reply, payload) => {
    const declared = request.routeOptions.schema?.response as Record<string, TSchema> | undefined;
    if (declared === undefined) return payload;
    const status = reply.statusCode;
    const shape = declared[status] ?? declared[`${Math.floor(status / 100)}xx`];
    if (shape === undefined)
      throw new Error(`${request.routeOptions.url} answered ${status}, which it does not declare`);
    // What is sent is JSON: dates and undefined keys must be judged as they will read on the other side.
    const sent: unknown = JSON.parse(JSON.stringify(payload));
    if (!Check(shape, sent)) {
      const first = Errors(shape, sent)[0];
      throw new Error(
        `${request.routeOptions.url} answered ${status} against its schema: ${first?.instancePath} ${first?.message}`,
      );
    }
    return payload;
  });
};

const describeValidation = (error: FastifyError): string => {
  const first = error.validation?.[0];
  const path = (first?.instancePath ?? "").replace(/^\//, "").replaceAll("/", ".");
  const where = `${error.validationContext ?? "body"}${path === "" ? "" : `.${path}`}`;
  return `${where} ${first?.message ?? "is not acceptable"}.`;
};

const UNREADABLE = { status: 400, name: "bad_request", sentence: "The request could not be read." };
const CLIENT_ERRORS: Record<string, { status: number; name: string; sentence: string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    name: "unsupported_media_type",
    sentence: "The Content-Type is not supported; send application/json.",
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    name: "body_too_large",
    sentence: "The request body is too large.",
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    name: "empty_body",
    sentence: "The request body is empty; send a JSON document.",
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    name: "malformed_json",
    sentence: "The request body is not valid JSON.",
  },
  FST_ERR_BAD_URL: {
    status: 400,
    name: "malformed_path",
    sentence:
      "The path is not encoded as it must be; write each special character as % and two hexadecimal digits.",
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    name: "content_length",
    sentence: "The request body does not have the length its header says.",
  },
};

/**
 * SQLSTATEs of text that PostgreSQL cannot keep: NUL, and halves of surrogate pairs in jsonb. Readers of fields refuse it with
 * codes of their own; what none of them looks at is a fault of the caller's all the same.
 */
const UNSTORABLE_STATES = new Set(["22021", "22P05"]);

/** The first field with such text; null when there is none. */
const unstorableIn = (value: unknown, field: string): string | null => {
  if (typeof value === "string") return isStorable(value) ? null : field;
  if (typeof value !== "object" || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    const found = isStorable(name) ? unstorableIn(part, field === "" ? name : `${field}.${name}`) : field;
    if (found !== null) return found;
  }
  return null;
};

const answerError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply, log: Logger) => {
  const envelope = envelopeFor(request.url);
  if (error instanceof AppError) {
    if (error.http >= 500) log.error({ request: request.id, err: error }, "refused by a fault of ours");
    const retry = error.details.retryAfterSeconds;
    if (retry !== undefined) reply.header("retry-after", String(retry));
    return reply
      .status(error.http)
      .send(failureBody(envelope, error.number, error.code, error.message, error.details.field));
  }
  if (error.validation) {
    return reply.status(400).send(failureBody(envelope, 400, "invalid_input", describeValidation(error)));
  }
  const known = CLIENT_ERRORS[error.code];
  if (known)
    return reply.status(known.status).send(failureBody(envelope, known.status, known.name, known.sentence));
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return reply.status(status).send(failureBody(envelope, status, UNREADABLE.name, UNREADABLE.sentence));
  }
  if (UNSTORABLE_STATES.has(error.code)) {
    const { params, query, body } = request;
    const field = unstorableIn(params, "") ?? unstorableIn(query, "") ?? unstorableIn(body, "");
    const sentence = `${field ?? "The request"} holds a character that cannot be stored.`;
    return reply.status(400).send(failureBody(envelope, 400, "unstorable", sentence, field ?? undefined));
  }
  if (isDatabaseGone(error)) {
    log.error({ request: request.id, err: error }, "the database does not answer");
    const sentence =
      "The database does not answer at the moment, and whether this was recorded is not known. Send it again: a bill with a number, and any call with an Idempotency-Key, is recorded once.";
    return reply
      .status(503)
      .header("retry-after", "1")
      .send(failureBody(envelope, 503, "unavailable", sentence));
  }
  log.error({ request: request.id, path: request.routeOptions.url, err: error }, "unexpected error");
  const sentence = `Something went wrong on our side. Quote request ${request.id} when you report it.`;
  return reply.status(500).send(failureBody(envelope, 500, "internal", sentence));
};
