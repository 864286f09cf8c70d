import type { Entity, EntityChange, EntityInput, Orgs } from "#orgs";
import type { Clock, Db, Tx } from "#platform";
import { errors } from "./errors.ts";
import { hashSecret, md5Text, randomWord } from "./passwords.ts";
import { ACCESS_GROUPS } from "./permissions.ts";
import type { Actor } from "./schema.ts";
import type { SignIn } from "./sign-in.ts";
import * as store from "./store.ts";

export interface TillSubject {
  readonly orgId: number;
  readonly tillId: number;
  readonly permissions: ReadonlySet<string>;
}

/** Who changes credentials; `kind` and `permissions` are absent where the program itself acts. */
export type Author = Pick<Actor, "orgId" | "name"> & Partial<Pick<Actor, "kind" | "permissions">>;

/**
 * What an author may hand on at most: a till or a client no more than it has itself, or it could make itself a stronger one.
 * Null, no limit, for people, whose role decides, and for the program.
 */
export const grantable = ({ kind, permissions }: Author): readonly string[] | null =>
  kind === "till" || kind === "client" ? [...(permissions ?? [])] : null;

/** Permissions without those that the author may not hand on. */
export const cut = (permissions: readonly string[], limit: readonly string[] | null): readonly string[] =>
  limit === null ? permissions : permissions.filter((permission) => limit.includes(permission));

export const tillCredential = (orgId: number, tillId: number) => `till:${orgId}:${tillId}`;

/** Looks a till up by the code that it signs in with; both look-ups are made for unknown codes too. */
export const findTill = (db: Db, orgs: Orgs) => async (code: string) => {
  const place = await orgs.locateTill(code);
  const row = await db.system((tx) => store.findTillCredential(tx, place?.orgId ?? 0, place?.tillId ?? 0));
  if (place === null || row === null || !row.isActive) return null;
  const subject: TillSubject = { ...place, permissions: new Set(row.permissions) };
  return { secretHash: row.passwordHash, subject, credential: tillCredential(place.orgId, place.tillId) };
};

const MIN_PASSWORD = 3;

export interface TillCredentialInput {
  /** Made when absent: 20 characters. */
  readonly password?: string;
  /** `Resource:mode` each; when absent the till keeps those it had, and the DEFAULT access group with its first password. */
  readonly permissions?: readonly string[];
}

interface Parts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly signIn: SignIn<TillSubject>;
  readonly nextEntityId: () => Promise<number>;
}

export const createTillCredentials = ({ db, clock, orgs, signIn, nextEntityId }: Parts) => {
  const prepare = async (author: Author, { password, permissions }: TillCredentialInput) => {
    const word = password ?? randomWord(20);
    const length = [...word].length;
    if (length < MIN_PASSWORD || length > 200) {
      throw errors.invalid({ field: "password", message: "password: takes 3 to 200 characters." });
    }
    const passwordHash = await hashSecret(md5Text(word));
    const limit = grantable(author);
    const write = async (tx: Tx, tillId: number) => {
      const row = {
        orgId: author.orgId,
        tillId,
        passwordHash,
        // A new password is no reason for more rights than the till had.
        permissions: permissions === undefined ? null : cut(permissions, limit),
        otherwise: cut(ACCESS_GROUPS.DEFAULT, limit),
        limit,
        at: clock.now(),
        by: author.name,
      };
      await store.putTillCredential(tx, row);
      await store.announceChange(tx, tillCredential(author.orgId, tillId));
    };
    return { password: word, write };
  };

  const changed = async (till: Entity) => {
    signIn.forget(tillCredential(till.orgId, till.id));
    await signIn.unlock(till.code);
  };

  const ownTill = async (author: Author, tillId: number): Promise<Entity> => {
    const till = (await orgs.get(author.orgId)).till(tillId);
    if (till === null) throw errors.unknown_till({ id: tillId });
    return till;
  };

  return {
    /** Gives a till a password, which replaces any other at once and ends a lock-out. Errors: identity.unknown_till. */
    setTillPassword: async (author: Author, tillId: number, input: TillCredentialInput = {}) => {
      const till = await ownTill(author, tillId);
      const { password, write } = await prepare(author, input);
      await db.transaction(author.orgId, (tx) => write(tx, tillId));
      await changed(till);
      return { tillId, code: till.code, password };
    },

    /** Takes a till's password away; calls with it are refused at once. */
    removeTillPassword: async (author: Author, tillId: number) => {
      const till = await ownTill(author, tillId);
      await db.transaction(author.orgId, async (tx) => {
        await store.deactivateTillCredential(tx, author.orgId, tillId);
        await store.announceChange(tx, tillCredential(author.orgId, tillId));
      });
      await changed(till);
    },

    /** A till and its password in one transaction: either both are there or neither. Errors as orgs.createEntity. */
    createTill: async (author: Author, input: EntityInput, password: string): Promise<Entity> => {
      const { write } = await prepare(author, { password });
      const id = await nextEntityId();
      const till = await db.transaction(author.orgId, async (tx) => {
        const made = await orgs.createEntityWithin(tx, author, id, input);
        await write(tx, id);
        return made;
      });
      orgs.forget(author.orgId);
      return till;
    },

    /** Changes a till and, when one is given, its password. */
    updateTill: async (
      author: Author,
      tillId: number,
      change: EntityChange,
      password: string | undefined,
    ): Promise<Entity> => {
      const known = await ownTill(author, tillId);
      const prepared = password === undefined ? null : await prepare(author, { password });
      const till = await db.transaction(author.orgId, async (tx) => {
        const made = await orgs.updateEntityWithin(tx, author, tillId, change);
        await prepared?.write(tx, tillId);
        return made;
      });
      orgs.forget(author.orgId);
      if (prepared !== null) await changed(known);
      return till;
    },

    /** Which of the tills can sign in. */
    tillsWithCredentials: async (orgId: number, tillIds: readonly number[]): Promise<ReadonlySet<number>> => {
      const rows = await db.transaction(orgId, (tx) => store.listTillsWithCredentials(tx, orgId, tillIds));
      return new Set(rows.map((row) => row.tillId));
    },
  };
};
