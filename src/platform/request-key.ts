import type { FastifyRequest } from "fastify";
import { assert, defineErrors } from "./errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route takes the header Idempotency-Key: it is described with it, and may read it. */
    takesRequestKey?: true;
  }
}

const MAX_KEY = 200;

const errors = defineErrors("platform", {
  bad_request_key: {
    number: 70_002,
    http: 400,
    message: "The header Idempotency-Key must be text of 1 to {most} characters.",
  },
});

/** The caller's Idempotency-Key; null when there is none. Raises platform.bad_request_key. */
export const requestKeyOf = ({
  headers,
  routeOptions,
}: Pick<FastifyRequest, "headers" | "routeOptions">): string | null => {
  // What a route reads and what the description says of it come from the same word.
  assert(
    routeOptions.config.takesRequestKey === true,
    `${routeOptions.url} reads Idempotency-Key without config.takesRequestKey`,
  );
  const header = headers["idempotency-key"];
  if (header === undefined) return null;
  if (typeof header !== "string" || header.length < 1 || header.length > MAX_KEY)
    throw errors.bad_request_key({ most: MAX_KEY });
  return header;
};
