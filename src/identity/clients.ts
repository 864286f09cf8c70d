import type { Orgs } from "#orgs";
import type { Clock, Db, Ids } from "#platform";
import { errors } from "./errors.ts";
import { hashSecret, randomWord } from "./passwords.ts";
import { ACCESS_GROUPS, isPermission } from "./permissions.ts";
import type { Client } from "./schema.ts";
import type { SignIn } from "./sign-in.ts";
import * as store from "./store.ts";
import { type Author, cut, grantable } from "./tills.ts";
import type { Tokens } from "./tokens.ts";

export const clientCredential = (orgId: number, id: number) => `client:${orgId}:${id}`;

export const findClientKey = (db: Db) => async (key: string) => {
  const client = await db.system((tx) => store.findClientByKey(tx, key));
  if (client === null || !client.isActive) return null;
  return {
    secretHash: client.secretHash,
    subject: client,
    credential: clientCredential(client.orgId, client.id),
  };
};

export interface ClientInput {
  readonly name: string;
  /** The till that calls are attributed to unless their headers say otherwise. */
  readonly tillId: number;
  /** Life of a token; 900 s when absent. */
  readonly ttlSeconds?: number;
  readonly permissions?: readonly string[];
  /** Attribute calls with an unknown till or store in their headers to the client's own till. */
  readonly fallsBackToTill?: boolean;
}

const DEFAULT_TTL_SECONDS = 900;
/** How long a client's state is believed when no notification came. */
const BELIEVED_SECONDS = 60;

interface Parts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly signIn: SignIn<Client>;
  readonly tokens: Tokens;
}

export const createClients = ({ db, ids, clock, orgs, signIn, tokens }: Parts) => {
  const states = new Map<string, { client: Promise<Client | null>; until: number }>();

  const forget = (credential: string | null) => {
    if (credential === null) states.clear();
    else states.delete(credential);
  };

  const current = (orgId: number, id: number): Promise<Client | null> => {
    const credential = clientCredential(orgId, id);
    const known = states.get(credential);
    const now = clock.now().getTime();
    if (known !== undefined && known.until > now) return known.client;
    const client = db.transaction(orgId, (tx) => store.findClient(tx, orgId, id));
    states.set(credential, { client, until: now + BELIEVED_SECONDS * 1000 });
    client.catch(() => states.delete(credential));
    return client;
  };

  return {
    forget,

    /** A client with its key, and its secret, which is shown this once. Errors: identity.unknown_till, identity.invalid. */
    createClient: async (author: Author, input: ClientInput): Promise<{ client: Client; secret: string }> => {
      const till = (await orgs.get(author.orgId)).till(input.tillId);
      if (till === null) throw errors.unknown_till({ id: input.tillId, field: "tillId" });
      const unknown = input.permissions?.find((permission) => !isPermission(permission));
      if (unknown !== undefined) {
        throw errors.invalid({
          field: "permissions",
          message: `permissions: there is no permission ${unknown}.`,
        });
      }
      const secret = randomWord(40);
      const secretHash = await hashSecret(secret);
      const client: Client = {
        id: await ids.take("client"),
        orgId: author.orgId,
        name: input.name.trim(),
        key: randomWord(24),
        tillId: till.id,
        fallsBackToTill: input.fallsBackToTill ?? false,
        ttlSeconds: input.ttlSeconds ?? DEFAULT_TTL_SECONDS,
        permissions: cut(input.permissions ?? ACCESS_GROUPS.DEFAULT, grantable(author)),
        isActive: true,
        createdAt: clock.now(),
      };
      if (client.name === "" || /\p{Cc}|\p{Surrogate}/u.test(client.name)) {
        const message = "name: takes 1 to 100 characters, none of them a control character.";
        throw errors.invalid({ field: "name", message });
      }
      await db.transaction(author.orgId, (tx) => store.insertClient(tx, client, secretHash, author.name));
      return { client, secret };
    },

    /** Ends a client: its key makes no more tokens and those it has are refused at once. Errors: identity.unknown_client. */
    revokeClient: async (author: Author, id: number): Promise<Client> => {
      const credential = clientCredential(author.orgId, id);
      const client = await db.transaction(author.orgId, async (tx) => {
        const revoked = await store.revokeClient(tx, author.orgId, id, clock.now());
        if (revoked === null) throw errors.unknown_client({ id });
        await store.announceChange(tx, credential);
        return revoked;
      });
      forget(credential);
      signIn.forget(credential);
      return client;
    },

    /** Clients in order of id, after one, and how many there are. */
    listClients: (orgId: number, after: number, limit: number) =>
      db.transaction(orgId, async (tx) => ({
        items: await store.listClients(tx, orgId, after, limit),
        total: (await store.countClients(tx, orgId)).total,
      })),

    /** An access token for a key and its secret. Errors: identity.token_refused, identity.locked. */
    generateToken: async (
      key: string,
      secret: string,
    ): Promise<{ accessToken: string; ttlSeconds: number }> => {
      const client = await signIn.verify(key, secret);
      const organisation = client === null ? null : await orgs.get(client.orgId);
      if (client === null || !organisation?.isActive) throw errors.token_refused();
      const till = organisation.till(client.tillId);
      return { accessToken: await tokens.issue(client, till?.code ?? ""), ttlSeconds: client.ttlSeconds };
    },

    /** The active client that a token belongs to. Errors: identity.bad_token. */
    clientOfToken: async (token: string): Promise<Client> => {
      const owner = await tokens.verify(token);
      const client = await current(owner.orgId, owner.clientId);
      if (client === null || !client.isActive) throw errors.bad_token();
      return client;
    },
  };
};
