import { randomBytes, randomUUID } from "node:crypto";
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  errors as joseErrors,
  jwtVerify,
  SignJWT,
} from "jose";
import type { Clock, Db } from "#platform";
import { errors } from "./errors.ts";
import { sha256 } from "./passwords.ts";
import type { Client } from "./schema.ts";
import * as store from "./store.ts";

const ISSUER = "fealty";
const MAX_VERIFIED = 10_000;
const MAX_TOKEN_LENGTH = 8192;

interface Keys {
  /** Signs. */
  readonly newest: { readonly kid: string; readonly key: CryptoKey };
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

export interface TokenOwner {
  readonly orgId: number;
  readonly clientId: number;
}

export interface Tokens {
  /** A fresh access token (JWT, RS256) with the documented claims; every call gives another. */
  issue(client: Client, tillCode: string): Promise<string>;
  /** Whose token it is; throws identity.bad_token. Verified tokens are known by their digest until they expire. */
  verify(token: string): Promise<TokenOwner>;
}

/** A token that is well-formed and signed, yet none of ours. */
class Unacceptable extends Error {}

const publicPart = (jwk: Record<string, string>): JWK => ({ kty: "RSA", n: jwk.n!, e: jwk.e!, alg: "RS256" });

const importKeys = async (rows: readonly store.SigningKeyRow[]): Promise<Keys | null> => {
  const newest = rows[0];
  if (newest === undefined) return null;
  const verifying = new Map<string, CryptoKey>();
  for (const row of rows) {
    verifying.set(row.kid, (await importJWK(publicPart(row.privateJwk), "RS256")) as CryptoKey);
  }
  const key = (await importJWK(newest.privateJwk as JWK, "RS256")) as CryptoKey;
  return { newest: { kid: newest.kid, key }, verifying };
};

/** Keys live in the database, so that every process signs and verifies alike; the first use makes one. */
const createKeyRing = (db: Db, clock: Clock) => {
  let keys: Promise<Keys> | null = null;
  let lookedAgainAt = 0;

  const load = async (): Promise<Keys> => {
    const known = await importKeys(await db.system((tx) => store.listSigningKeys(tx)));
    if (known !== null) return known;
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const privateJwk = (await exportJWK(privateKey)) as Record<string, string>;
    const row = { kid: randomUUID(), privateJwk };
    // Two processes may both make one: then both verify and the newer signs.
    const rows = await db.system(async (tx) => {
      await store.insertSigningKey(tx, row, clock.now());
      return store.listSigningKeys(tx);
    });
    const made = await importKeys(rows);
    if (made === null) throw new Error("a signing key was just stored");
    return made;
  };

  const get = (): Promise<Keys> => {
    if (keys === null) {
      const loading = load();
      keys = loading;
      loading.catch(() => {
        if (keys === loading) keys = null;
      });
    }
    return keys;
  };

  return {
    get,
    /** The key of a kid; looks into the database again for one that another process made, at most once a second. */
    find: async (kid: string): Promise<CryptoKey | null> => {
      const found = (await get()).verifying.get(kid);
      if (found !== undefined) return found;
      const now = clock.now().getTime();
      if (Math.abs(now - lookedAgainAt) < 1000) return null;
      lookedAgainAt = now;
      keys = null;
      return (await get()).verifying.get(kid) ?? null;
    },
  };
};

export const createTokens = ({ db, clock }: { db: Db; clock: Clock }): Tokens => {
  const ring = createKeyRing(db, clock);
  const verified = new Map<string, TokenOwner & { until: number }>();

  const check = async (token: string): Promise<TokenOwner & { until: number }> => {
    try {
      const { payload } = await jwtVerify(
        token,
        async ({ kid }) => {
          const key = kid === undefined ? null : await ring.find(kid);
          if (key === null) throw new Unacceptable("the key is not ours");
          return key;
        },
        { algorithms: ["RS256"], issuer: ISSUER, currentDate: clock.now(), requiredClaims: ["exp", "jti"] },
      );
      const { client_id: clientId, org_id: orgId, token_use: use, exp } = payload;
      if (typeof clientId !== "number" || typeof orgId !== "number" || use !== "token_access") {
        throw new Unacceptable("claims are missing");
      }
      return { clientId, orgId, until: exp! * 1000 };
    } catch (error) {
      // What is not about the token, such as a database that is away, is a fault of ours.
      if (!(error instanceof Unacceptable || error instanceof joseErrors.JOSEError)) throw error;
      throw errors.bad_token();
    }
  };

  return {
    issue: async (client, tillCode) => {
      const { newest } = await ring.get();
      const now = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({
        client_id: client.id,
        client_key: client.key,
        org_id: client.orgId,
        token_use: "token_access",
        default_till: tillCode,
        scopes: client.permissions,
      })
        .setProtectedHeader({ kid: newest.kid, alg: "RS256" })
        .setIssuer(ISSUER)
        .setSubject(client.name)
        .setJti(randomBytes(16).toString("hex"))
        .setIssuedAt(now)
        .setExpirationTime(now + client.ttlSeconds)
        .sign(newest.key);
    },
    verify: async (token) => {
      if (token.length > MAX_TOKEN_LENGTH) throw errors.bad_token();
      const digest = sha256(token).toString("base64");
      const known = verified.get(digest);
      if (known !== undefined) {
        if (known.until > clock.now().getTime()) return known;
        verified.delete(digest);
        throw errors.bad_token();
      }
      const owner = await check(token);
      if (verified.size >= MAX_VERIFIED) verified.delete(verified.keys().next().value!);
      verified.set(digest, owner);
      return owner;
    },
  };
};
