import { randomBytes } from "node:crypto";
import type { Clock, Db, Ids } from "#platform";
import { errors } from "./errors.ts";
import { hashSecret, sha256 } from "./passwords.ts";
import type { Actor, Role, Session, User } from "./schema.ts";
import type { SignIn } from "./sign-in.ts";
import * as store from "./store.ts";

export interface UserInput {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}
export interface UserChange {
  readonly name?: string;
  readonly role?: Role;
  readonly isActive?: boolean;
  readonly password?: string;
}

export interface UserSubject {
  readonly id: number;
}

export const SESSION_HOURS = 24;
const MIN_PASSWORD = 8;

const normaliseEmail = (email: string): string => email.trim().toLowerCase();

export const findUserAccount = (db: Db) => async (email: string) => {
  const user = await db.system((tx) => store.findUserByEmail(tx, normaliseEmail(email)));
  if (user === null || !user.isActive) return null;
  const subject: UserSubject = { id: user.id };
  return { secretHash: user.passwordHash, subject, credential: `user:${user.id}` };
};

const checkPassword = (password: string) => {
  const length = [...password].length;
  if (length < MIN_PASSWORD || length > 200) {
    throw errors.invalid({
      field: "password",
      message: `password: takes ${MIN_PASSWORD} to 200 characters.`,
    });
  }
};
/** Characters that belong into no name: control characters and halves of surrogate pairs. */
const UNPRINTABLE = /\p{Cc}|\p{Surrogate}/u;

const checkName = (name: string) => {
  const length = [...name.trim()].length;
  if (length < 1 || length > 200 || UNPRINTABLE.test(name)) {
    throw errors.invalid({
      field: "name",
      message: "name: takes 1 to 200 characters, none of them a control character.",
    });
  }
};
const checkEmail = (email: string) => {
  if (
    email.length > 255 ||
    UNPRINTABLE.test(email) ||
    !/^[^\s@"(),:;<>[\\\]]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)
  ) {
    throw errors.invalid({ field: "email", message: "email: it is no e-mail address." });
  }
};

interface Parts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly signIn: SignIn<UserSubject>;
}

/** Whoever acts: owners alone deal with owners. The system (first start, command line) stands above roles. */
type Author = Pick<Actor, "kind" | "id" | "orgId" | "name">;

export const createUsers = ({ db, ids, clock, signIn }: Parts) => {
  const roleOf = (author: Author, members: readonly { userId: number; role: Role; isActive: boolean }[]) => {
    if (author.kind === "system") return "owner";
    const own = members.find((member) => member.userId === author.id && member.isActive);
    return author.kind === "user" ? (own?.role ?? null) : null;
  };

  /**
   * Makes a person a member of the author's organisation. Someone known by that address from another organisation keeps
   * name and password: an organisation cannot set those of a person whom it shares. Errors: identity.already_member,
   * identity.owner_only, identity.invalid.
   */
  const createUser = async (author: Author, input: UserInput): Promise<User> => {
    const email = normaliseEmail(input.email);
    checkEmail(email);
    checkName(input.name);
    checkPassword(input.password);
    const passwordHash = await hashSecret(input.password);
    const fresh = await ids.take("user");
    const at = clock.now();
    return db.transaction(author.orgId, async (tx) => {
      const members = await store.lockMemberships(tx, author.orgId);
      if (input.role === "owner" && roleOf(author, members) !== "owner") throw errors.owner_only();
      const made = await store.insertUser(tx, {
        id: fresh,
        email,
        name: input.name.trim(),
        passwordHash,
        at,
      });
      const userId = made ? fresh : (await store.findUserByEmail(tx, email))!.id;
      const joined = await store.insertMembership(tx, { orgId: author.orgId, userId, role: input.role, at });
      if (!joined) throw errors.already_member({ email, field: "email" });
      return (await store.findUser(tx, author.orgId, userId))!;
    });
  };

  const checkRights = (
    author: Author,
    user: User,
    change: UserChange,
    members: readonly { userId: number; role: Role; isActive: boolean }[],
  ) => {
    const touchesOwner = user.role === "owner" || change.role === "owner";
    if (touchesOwner && roleOf(author, members) !== "owner") throw errors.owner_only();
    const stays = (change.role ?? user.role) === "owner" && (change.isActive ?? user.isActive);
    const others = members.some(
      (member) => member.userId !== user.id && member.role === "owner" && member.isActive,
    );
    if (user.role === "owner" && !stays && !others) throw errors.last_owner();
  };

  /** Who could set the password of a shared person would own that person's other organisations too. */
  const checkShared = async (author: Author, id: number, change: UserChange) => {
    if (change.name === undefined && change.password === undefined) return;
    if (author.kind === "user" && author.id === id) return;
    const { total } = await db.system((tx) => store.countOtherMemberships(tx, author.orgId, id));
    if (total > 0) throw errors.shared_user({ field: change.password === undefined ? "name" : "password" });
  };

  /** Changes a member. A new password or a deactivation ends all sessions of the person at once. */
  const updateUser = async (author: Author, id: number, change: UserChange): Promise<User> => {
    if (change.name !== undefined) checkName(change.name);
    if (change.password !== undefined) checkPassword(change.password);
    if ((await db.transaction(author.orgId, (tx) => store.findUser(tx, author.orgId, id))) === null) {
      throw errors.unknown_user({ id });
    }
    await checkShared(author, id, change);
    const hash = change.password === undefined ? null : await hashSecret(change.password);
    const user = await db.transaction(author.orgId, async (tx) => {
      const members = await store.lockMemberships(tx, author.orgId);
      const known = await store.findUser(tx, author.orgId, id);
      const member = members.find((row) => row.userId === id);
      if (known === null || member === undefined) throw errors.unknown_user({ id });
      checkRights(author, known, change, members);
      await store.updateUser(tx, id, {
        name: change.name?.trim() ?? null,
        passwordHash: hash,
        at: clock.now(),
      });
      await store.updateMembership(tx, {
        orgId: author.orgId,
        userId: id,
        role: change.role ?? member.role,
        isActive: change.isActive ?? member.isActive,
      });
      if (hash !== null || change.isActive === false) await store.deleteSessionsOfUser(tx, id);
      return (await store.findUser(tx, author.orgId, id))!;
    });
    if (hash !== null) await signIn.unlock(user.email);
    return user;
  };

  /** Sets a person's password from the command line, over all organisations, and ends every session. Errors: identity.unknown_user, identity.invalid. */
  const resetPassword = async (email: string, password: string): Promise<void> => {
    checkPassword(password);
    const user = await db.system((tx) => store.findUserByEmail(tx, normaliseEmail(email)));
    if (user === null) throw errors.unknown_user({ id: email });
    const passwordHash = await hashSecret(password);
    await db.system(async (tx) => {
      await store.updateUser(tx, user.id, { name: null, passwordHash, at: clock.now() });
      await store.deleteSessionsOfUser(tx, user.id);
    });
    await signIn.unlock(normaliseEmail(email));
  };

  return {
    createUser,
    updateUser,
    resetPassword,
    ...createSessions({ db, clock, signIn }),
    ...createUserReads(db),
  };
};

const createUserReads = (db: Db) => ({
  listUsers: (orgId: number, after: number, limit: number) =>
    db.transaction(orgId, async (tx) => ({
      items: await store.listUsers(tx, orgId, after, limit),
      total: (await store.countUsers(tx, orgId)).total,
    })),
});

const createSessions = ({ db, clock, signIn }: Pick<Parts, "db" | "clock" | "signIn">) => {
  const findSession = async (token: string): Promise<Session | null> => {
    if (token.length > 100) return null;
    const rows = await db.system((tx) => store.findSession(tx, sha256(token), clock.now()));
    const first = rows[0];
    if (first === undefined) return null;
    const memberships = rows.flatMap(({ orgId, role }) =>
      orgId === null || role === null ? [] : [{ orgId, role }],
    );
    return { user: { id: first.id, name: first.name, email: first.email }, memberships };
  };

  return {
    /** A session token of 256 random bits; only its SHA-256 is kept. Errors: identity.bad_credentials, identity.locked. */
    signInUser: async (email: string, password: string): Promise<{ token: string; session: Session }> => {
      const subject = await signIn.verify(normaliseEmail(email), password);
      if (subject === null) throw errors.bad_credentials();
      const token = randomBytes(32).toString("base64url");
      const createdAt = clock.now();
      const expiresAt = new Date(createdAt.getTime() + SESSION_HOURS * 3_600_000);
      await db.system(async (tx) => {
        await store.removeExpiredSessions(tx, createdAt);
        await store.insertSession(tx, { digest: sha256(token), userId: subject.id, createdAt, expiresAt });
      });
      const session = await findSession(token);
      if (session === null) throw errors.bad_credentials();
      return { token, session };
    },
    findSession,
    signOutUser: async (token: string): Promise<void> => {
      await db.system((tx) => store.deleteSession(tx, sha256(token)));
    },
  };
};
