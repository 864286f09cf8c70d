import { type Activities, addTransactionRoutes, createActivities } from "#activities";
import { addCustomersRoutes, type Customers, createCustomers } from "#customers";
import { createEvents, type Events } from "#events";
import { addIdentityRoutes, createIdentity, type Identity } from "#identity";
import { addLedgerRoutes, expireLots, openParties } from "#ledger";
import { addLoyaltyRoutes, createLoyalty, enrol, type Loyalty } from "#loyalty";
import { addOrgsRoutes, createOrgs, type Orgs } from "#orgs";
import {
  type Clock,
  createDb,
  createHttp,
  createIds,
  createJobs,
  type Db,
  type Ids,
  type Jobs,
  type Logger,
  type Server,
  systemClock,
} from "#platform";
import { addConsole } from "./console.ts";
import { addOpenApi } from "./openapi.ts";

export interface AppOptions {
  readonly connectionString: string;
  readonly dataDirectory: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Tests: undeclared answers become errors. */
  readonly strictResponses?: boolean;
  readonly trustProxy?: boolean;
  readonly secureCookies?: boolean;
}

export interface App {
  readonly server: Server;
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly orgs: Orgs;
  readonly identity: Identity;
  readonly customers: Customers;
  readonly loyalty: Loyalty;
  readonly activities: Activities;
  readonly events: Events;
  /** Begins background work: the outbox relay, scheduled jobs, unfinished imports. */
  startWork(): Promise<void>;
  /** Finishes what is under way and lets go of the database. */
  close(): Promise<void>;
}

/** Wires the domains from left to right. The only file that knows them all. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const { log, connectionString } = options;
  const clock = options.clock ?? systemClock;
  const db = createDb({
    connectionString,
    onError: (error) => log.warn({ err: error }, "a database connection was lost"),
  });
  const ids = createIds(db);
  const jobs = createJobs({ connectionString, log });
  const events = createEvents({ db, ids, log });
  const orgs = createOrgs({ db, ids, clock });
  const identity = createIdentity({ db, ids, clock, orgs, log });
  const loyalty = createLoyalty({ db, ids, clock, orgs, log });
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    publish: events.publish,
    onRegistered: async (tx, actor, registered) => {
      const { orgId } = actor;
      const program = (await loyalty.programs(orgId)).default;
      const programIds = program === null ? [] : [program.programId];
      const parties = registered.map((item) => ({ ...item, registeredAt: item.registeredAt.getTime() }));
      await openParties(tx, ids, orgId, parties, programIds, clock.now().getTime());
      await enrol(
        tx,
        orgId,
        registered.map(({ partyId, registeredAt }) => ({ partyId, joinedAt: registeredAt })),
      );
    },
  });
  const activities = createActivities({ db, ids, clock, orgs, customers, loyalty, events, log });

  jobs.define("ledger.expire", async () => {
    for (const { id } of await orgs.list()) {
      await expireLots({ db, ids, clock }, id, (await orgs.get(id)).timeZone);
    }
  });
  jobs.every("7 * * * *", "ledger.expire");

  const server = createHttp({
    log,
    strictResponses: options.strictResponses ?? false,
    trustProxy: options.trustProxy ?? false,
  });
  await addOpenApi(server);
  identity.install(server);
  addOrgsRoutes(server, { orgs });
  addIdentityRoutes(server, { identity, orgs });
  addCustomersRoutes(server, { customers, orgs });
  addLedgerRoutes(server, { db, clock, orgs, customers, programs: loyalty.programNames });
  addLoyaltyRoutes(server, { loyalty, orgs, customers });
  addTransactionRoutes(server, { activities, orgs, customers, clock });
  await addConsole(server);

  return {
    server,
    db,
    ids,
    clock,
    jobs,
    orgs,
    identity,
    customers,
    loyalty,
    activities,
    events,
    startWork: async () => {
      events.start();
      await jobs.start();
    },
    close: async () => {
      await server.close();
      await activities.drain();
      await jobs.stop();
      await events.stop();
      await db.close();
    },
  };
};
