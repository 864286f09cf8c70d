import { createHmac, timingSafeEqual } from "node:crypto";

/** What a code is made from: kept with it, and worth nothing without the secret. */
export interface CodeSeed {
  readonly orgId: number;
  readonly partyId: number;
  readonly id: number;
  readonly nonce: Buffer;
}

const DIGITS = 6;

/**
 * The six digits of a code: a keyed digest of its seed, so that no table holds the code or a hash that a million guesses would
 * undo, and the same code can be sent again.
 */
export const digitsOf = (secret: Buffer, { orgId, partyId, id, nonce }: CodeSeed): string => {
  const digest = createHmac("sha256", secret).update(`${orgId}/${partyId}/${id}/`).update(nonce).digest();
  // 2^48 is no multiple of 10^6: the first values are likelier by one part in 10^8.
  return String(digest.readUIntBE(0, 6) % 10 ** DIGITS).padStart(DIGITS, "0");
};

/** Whether the code that somebody gave is the one of the seed; takes as long for a near miss as for a far one. */
export const isCode = (secret: Buffer, seed: CodeSeed, given: string): boolean => {
  const wanted = Buffer.from(digitsOf(secret, seed));
  const told = Buffer.from(given.trim());
  return told.length === wanted.length && timingSafeEqual(told, wanted);
};
