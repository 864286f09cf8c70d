import { createHmac, randomBytes } from "node:crypto";
import type { Clock, Db } from "#platform";
import { errors } from "./errors.ts";
import { sha256, verifySecret } from "./passwords.ts";
import * as store from "./store.ts";

/** Failed attempts that a credential takes before it is locked, and for how long. */
export const MAX_FAILURES = 10;
export const LOCK_MINUTES = 15;
/** How long a verified secret is believed without hashing it again. */
export const BELIEVED_SECONDS = 60;
const MAX_BELIEVED = 10_000;

export interface Candidate<Subject> {
  readonly secretHash: string;
  readonly subject: Subject;
  /** Names the credential in notifications, such as `till:1:42`. */
  readonly credential: string;
}

export interface SignInOptions<Subject> {
  readonly db: Db;
  readonly clock: Clock;
  /** Each way of signing in locks on its own: guessing at one door does not close another. */
  readonly door: string;
  /** Whether a verified secret is remembered, as a keyed digest. */
  readonly remembers: boolean;
  readonly find: (name: string) => Promise<Candidate<Subject> | null>;
}

interface Believed<Subject> {
  readonly subject: Subject;
  readonly credential: string;
  readonly until: number;
}

export interface SignIn<Subject> {
  /** The owner of name and secret, or null when they do not belong together. Throws identity.locked, identity.busy. */
  verify(name: string, secret: string): Promise<Subject | null>;
  /** Forgets what was verified of a credential, or of all. */
  forget(credential: string | null): void;
  /** Ends a lock-out: a new secret was set. */
  unlock(name: string): Promise<void>;
}

/**
 * Verifies names and secrets of one door. A secret is hashed once, then known by an HMAC under a key that lives and dies
 * with the process: neither the secret nor anything that outlives the process is kept. Parallel first calls share one hash.
 */
export const createSignIn = <Subject>(options: SignInOptions<Subject>): SignIn<Subject> => {
  const { db, clock, door } = options;
  const key = randomBytes(32);
  const believed = new Map<string, Believed<Subject>>();
  const flights = new Map<string, Promise<Subject | null>>();
  let generation = 0;

  const attemptKey = (name: string) => `${door}:${sha256(name).toString("hex")}`;

  const forget = (credential: string | null) => {
    generation++;
    if (credential === null) believed.clear();
    for (const [digest, entry] of believed) if (entry.credential === credential) believed.delete(digest);
  };

  /** Counts an attempt; throws when the credential is locked. True when it was the last one allowed. */
  const claim = async (name: string): Promise<boolean> => {
    const now = clock.now();
    const until = new Date(now.getTime() + LOCK_MINUTES * 60_000);
    const attempt = attemptKey(name);
    const state = await db.system(async (tx) => {
      const claimed = await store.claimAttempt(tx, attempt, now, until, MAX_FAILURES);
      if (claimed === null) return { failures: null, lock: await store.findAttempt(tx, attempt) };
      if (claimed.failures === 1) await store.removeExpiredAttempts(tx, now);
      return { failures: claimed.failures, lock: null };
    });
    if (state.failures === null) {
      const milliseconds = (state.lock?.expiresAt ?? now).getTime() - now.getTime();
      throw errors.locked({ retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)) });
    }
    return state.failures >= MAX_FAILURES;
  };

  const check = async (name: string, secret: string, digest: string): Promise<Subject | null> => {
    const begun = generation;
    const last = await claim(name);
    // No name holds a NUL, and PostgreSQL takes none: it counts as an unknown one.
    const candidate = name.includes("\u0000") ? null : await options.find(name);
    if (!(await verifySecret(secret, candidate?.secretHash ?? null)) || candidate === null) {
      // The lock holds for those who know the secret too, here and in every other process.
      if (last && candidate !== null) {
        forget(candidate.credential);
        await db.system((tx) => store.announceChange(tx, candidate.credential));
      }
      return null;
    }
    await db.system((tx) => store.clearAttempts(tx, attemptKey(name)));
    if (options.remembers && begun === generation) {
      if (believed.size >= MAX_BELIEVED) believed.delete(believed.keys().next().value!);
      const until = clock.now().getTime() + BELIEVED_SECONDS * 1000;
      believed.set(digest, { subject: candidate.subject, credential: candidate.credential, until });
    }
    return candidate.subject;
  };

  const verify = async (name: string, secret: string): Promise<Subject | null> => {
    const digest = createHmac("sha256", key).update(`${name.length}:${name}${secret}`).digest("base64");
    const known = believed.get(digest);
    if (known !== undefined) {
      if (known.until > clock.now().getTime()) return known.subject;
      believed.delete(digest);
    }
    const flight = flights.get(digest);
    if (flight !== undefined) {
      const subject = await flight;
      // Sharing a hash must not make wrong attempts cheaper: each still counts.
      if (subject === null) await claim(name);
      return subject;
    }
    const checking = check(name, secret, digest).finally(() => flights.delete(digest));
    flights.set(digest, checking);
    return checking;
  };

  return {
    verify,
    forget,
    unlock: async (name) => {
      await db.system((tx) => store.clearAttempts(tx, attemptKey(name)));
    },
  };
};
