import { createHash, randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { errors } from "./errors.ts";

/** OWASP's second choice for argon2id, the default algorithm of the library: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes under way at once: they use the thread pool that files and name look-ups share. */
const CONCURRENT = 2;
/** Hashes waiting at most; beyond it sign-ins are refused instead of piling up. */
const MAX_WAITING = 500;

let running = 0;
const waiting: (() => void)[] = [];

const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running >= CONCURRENT) {
    if (waiting.length >= MAX_WAITING) throw errors.busy();
    // The one that finishes hands its place over, so `running` stays.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
};

export const hashSecret = (secret: string): Promise<string> => inTurn(() => hash(secret, ARGON2));

let decoy: Promise<string> | null = null;

/**
 * Whether the secret belongs to the hash. Without a hash (an unknown name) the same work is done against a decoy, so that
 * the time taken does not tell which names exist.
 */
export const verifySecret = async (secret: string, secretHash: string | null): Promise<boolean> => {
  decoy ??= hashSecret(randomBytes(32).toString("hex"));
  const against = secretHash ?? (await decoy);
  const matches = await inTurn(() => verify(against, secret));
  return matches && secretHash !== null;
};

/** Lower-case MD5 hex, the form in which tills send their password. */
export const md5Text = (password: string): string => createHash("md5").update(password).digest("hex");

/** `length` characters that are hard to mistake for one another, about 5 bits each. */
export const randomWord = (length: number): string => {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join("");
};

export const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
