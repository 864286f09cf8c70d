import { createHmac, randomBytes } from "node:crypto";
import type { Instant } from "#platform";
import { isInForce, type Secret } from "./schema.ts";

/** Signatures in the form of standard-webhooks: HMAC-SHA256 over `id.timestamp.body`, one for each secret in force. */

const PREFIX = "whsec_";
const SECRET_BYTES = 32;

export const drawSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`;

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(PREFIX.length), "base64");

export const signatureOf = (secret: string, id: string, timestamp: number, body: string): string =>
  `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64")}`;

/** The headers by which a receiver knows who sends, and that nobody changed the body. */
export const signedHeaders = (
  secrets: readonly Secret[],
  id: string,
  body: string,
  now: Instant,
): Record<string, string> => {
  const timestamp = Math.floor(now / 1000);
  const signatures = secrets
    .filter((secret) => isInForce(secret, now))
    .map(({ secret }) => signatureOf(secret, id, timestamp, body));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
};
