import { hkdfSync, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import type { Clock, Db } from "#platform";
import * as store from "./store.ts";

const BYTES = 32;

/**
 * Secrets for keyed digests of other domains, one per purpose, derived from the installation's first signing key: every process
 * has the same, a newer signing key changes none, and they lie in no table that holds what they protect.
 */
export const createDerivedSecrets = ({ db, clock }: { db: Db; clock: Clock }) => {
  const known = new Map<string, Promise<Buffer>>();

  const firstKey = async (): Promise<string> => {
    const rows = await db.system((tx) => store.listSigningKeys(tx));
    const first = rows.at(-1);
    if (first !== undefined) return first.privateJwk.d ?? "";
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const row = { kid: randomUUID(), privateJwk: (await exportJWK(privateKey)) as Record<string, string> };
    const made = await db.system(async (tx) => {
      await store.insertSigningKey(tx, row, clock.now());
      return store.listSigningKeys(tx);
    });
    return made.at(-1)?.privateJwk.d ?? "";
  };

  const derive = async (purpose: string): Promise<Buffer> => {
    const key = await firstKey();
    if (key === "") throw new Error("the first signing key has no private part");
    return Buffer.from(hkdfSync("sha256", Buffer.from(key, "base64url"), "", `fealty/${purpose}`, BYTES));
  };

  return (purpose: string): Promise<Buffer> => {
    const found = known.get(purpose);
    if (found !== undefined) return found;
    const deriving = derive(purpose);
    known.set(purpose, deriving);
    deriving.catch(() => known.delete(purpose));
    return deriving;
  };
};
