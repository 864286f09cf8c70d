import { createHash, randomInt } from "node:crypto";
import type { Actor } from "#identity";
import type { Instant } from "#platform";
import type { Asked } from "./movement.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CODE_LENGTH = 6;

/** A code of six characters, in which case counts, that a redemption or a reversal is quoted by. */
export const drawCode = (): string =>
  Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");

/**
 * Who asks, when, and under which key. `said` is what the caller said and nothing that was drawn for it, so that the same said
 * twice is the same. `quotedKey` is what messages call the key where it is not the caller's own.
 */
export const askedBy = (
  actor: Actor,
  now: Instant,
  kind: string,
  requestKey: string | null,
  said: unknown,
  quotedKey: string | null = requestKey === null ? null : `The key ${requestKey}`,
): Asked => ({
  requestKey: requestKey === null ? null : `${kind}:${requestKey}`,
  ...(quotedKey === null ? {} : { quotedKey }),
  inputHash: createHash("sha256")
    .update(JSON.stringify([kind, said]))
    .digest(),
  now,
  tillId: actor.tillId,
  by: actor.name,
  userId: actor.kind === "user" ? actor.id : null,
  requestId: actor.requestId,
});
