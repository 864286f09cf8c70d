import type { Orgs } from "#orgs";
import type { Clock, Db, Ids, Logger, Server } from "#platform";
import { installAuthentication } from "./authenticate.ts";
import { createClients, findClientKey } from "./clients.ts";
import { createDerivedSecrets } from "./derived-secret.ts";
import { ALL_PERMISSIONS } from "./permissions.ts";
import type { Actor } from "./schema.ts";
import { createSignIn } from "./sign-in.ts";
import { createTillCredentials, findTill } from "./tills.ts";
import { createTokens } from "./tokens.ts";
import { createUsers, findUserAccount } from "./users.ts";

export interface IdentityParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly log: Logger;
}

export type Identity = ReturnType<typeof createIdentity>;

/** Who may act: tills, API clients and people, their secrets, sessions and tokens, and the guard in front of all routes. */
export const createIdentity = ({ db, ids, clock, orgs, log }: IdentityParts) => {
  const tillSignIn = createSignIn({ db, clock, door: "till", remembers: true, find: findTill(db, orgs) });
  const clientSignIn = createSignIn({ db, clock, door: "client", remembers: true, find: findClientKey(db) });
  const userSignIn = createSignIn({ db, clock, door: "user", remembers: false, find: findUserAccount(db) });
  const tokens = createTokens({ db, clock });
  const clients = createClients({ db, ids, clock, orgs, signIn: clientSignIn, tokens });
  const users = createUsers({ db, ids, clock, signIn: userSignIn });
  const tills = createTillCredentials({
    db,
    clock,
    orgs,
    signIn: tillSignIn,
    nextEntityId: () => ids.take("entity"),
  });

  const forget = (credential: string | null) => {
    tillSignIn.forget(credential);
    clientSignIn.forget(credential);
    clients.forget(credential);
  };
  db.onReconnect(() => {
    log.info({}, "notifications were interrupted; verified credentials are forgotten");
    forget(null);
  });
  let listening: Promise<void> | null = null;
  const listen = (): Promise<void> => {
    listening ??= db.listen("credentials_changed", forget).catch((error: unknown) => {
      listening = null;
      throw error;
    });
    return listening;
  };

  const { forget: _forgetClients, ...clientOperations } = clients;
  return {
    /** Puts the guard in front of routes that are added afterwards; call it before any of them. */
    install: (server: Server): void =>
      installAuthentication(server, { orgs, tills: tillSignIn, clients, users, listening: listen }),
    /** A secret for a purpose, the same in every process. */
    secretFor: createDerivedSecrets({ db, clock }),
    ...tills,
    ...clientOperations,
    ...users,
  };
};

/** Acts of the program itself: imports, jobs, first start. May do everything in its organisation. */
export const systemActor = (orgId: number, name: string, tillId: number | null = null): Actor => ({
  kind: "system",
  id: 0,
  name,
  orgId,
  tillId,
  source: "IMPORT",
  permissions: new Set(ALL_PERMISSIONS),
});
