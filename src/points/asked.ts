import { createHash, randomInt } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Actor } from "#identity";
import type { Instant } from "#platform";
import { errors } from "./errors.ts";
import type { Asked } from "./movement.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CODE_LENGTH = 6;
const MAX_KEY = 200;

/** A code of six characters, in which case counts, that a redemption or a reversal is quoted by. */
export const drawCode = (): string =>
  Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");

/** The caller's Idempotency-Key; null when there is none. */
export const requestKeyOf = ({ headers }: Pick<FastifyRequest, "headers">): string | null => {
  const header = headers["idempotency-key"];
  if (header === undefined) return null;
  if (typeof header !== "string" || header.length < 1 || header.length > MAX_KEY)
    throw errors.bad_request_key({ most: MAX_KEY });
  return header;
};

/**
 * Who asks, when, and under which key. `said` is what the caller said and nothing that was drawn for it, so that the same said
 * twice is the same.
 */
export const askedBy = (
  actor: Actor,
  now: Instant,
  kind: string,
  requestKey: string | null,
  said: unknown,
): Asked => ({
  requestKey: requestKey === null ? null : `${kind}:${requestKey}`,
  inputHash: createHash("sha256")
    .update(JSON.stringify([kind, said]))
    .digest(),
  now,
  tillId: actor.tillId,
  by: actor.name,
  userId: actor.kind === "user" ? actor.id : null,
});
