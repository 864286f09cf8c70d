import {
  type Activities,
  billsOfParties,
  createActivities,
  createMerging,
  createStandingIn,
  verifyActivities,
} from "#activities";
import { type Customers, createCustomers, verifyCustomers } from "#customers";
import { createDataflows, type Dataflows } from "#dataflows";
import { createEvents, type Events } from "#events";
import { createIdentity, type Identity } from "#identity";
import {
  composeStatement,
  createInsights,
  createLiability,
  createStatementMail,
  createStatements,
  STATEMENT_MESSAGE,
  verifyLiability,
} from "#insights";
import { type Verification, verifyLedger } from "#ledger";
import { createLoyalty, enrol, type Loyalty, openMemberships, verifyLoyalty } from "#loyalty";
import { createMessages, defineDelivery, defineRetention, type Messages } from "#messages";
import { createOrgs, type Orgs } from "#orgs";
import {
  type Clock,
  createDb,
  createHttp,
  createIds,
  createJobs,
  createMailer,
  type Db,
  type Ids,
  type Jobs,
  type Logger,
  type MailPatience,
  type MailSettings,
  type Server,
  systemClock,
} from "#platform";
import {
  CODE_MESSAGE,
  composeCode,
  composeReminder,
  createPoints,
  mailReminders,
  type Points,
  REMINDER_MESSAGE,
  verifyPoints,
} from "#points";
import { createWebhooks, verifyWebhooks, type Webhooks } from "#webhooks";
import { createReplayThread, createWhatif, type Whatif } from "#whatif";
import { type Domains, organisationsOf } from "./app-domains.ts";
import { defineJobs } from "./app-jobs.ts";
import { addRoutes } from "./app-routes.ts";
import { addConsole } from "./console.ts";

export interface AppOptions {
  readonly connectionString: string;
  readonly dataDirectory: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Tests: undeclared answers become errors. */
  readonly strictResponses?: boolean;
  readonly trustProxy?: boolean;
  /** How e-mail is sent; not at all when absent. `patience` is for tests. */
  readonly mail?: (MailSettings & { readonly patience?: MailPatience }) | null;
  /** Whether webhooks may lie on this machine and in private networks. */
  readonly privateWebhooks?: boolean;
  /** Milliseconds that a receiver of a webhook may take: for tests. */
  readonly webhookTimeout?: number;
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
  readonly messages: Messages;
  readonly loyalty: Loyalty;
  readonly points: Points;
  readonly activities: Activities;
  readonly events: Events;
  readonly dataflows: Dataflows;
  readonly webhooks: Webhooks;
  readonly whatif: Whatif;
  /** Recomputes the ledger and what hangs on it. */
  verify(): Promise<Verification>;
  /** Begins background work: the outbox relay, scheduled jobs, unfinished imports. */
  startWork(): Promise<void>;
  /** Finishes what is under way and lets go of the database. */
  close(): Promise<void>;
}

/** Wires the domains from left to right; with its jobs and routes the only files that know them all. */
export const createApp = async (options: AppOptions): Promise<App> => {
  const { log, connectionString } = options;
  const clock = options.clock ?? systemClock;
  const db = createDb({
    connectionString,
    onError: ({ message }) => log.warn({ reason: message }, "a database connection was lost"),
  });
  const ids = createIds(db);
  const jobs = createJobs({ connectionString, log });
  const events = createEvents({ db, ids, log });
  const orgs = createOrgs({ db, ids, clock });
  const identity = createIdentity({ db, ids, clock, orgs, log });
  const standingIn = createStandingIn({ orgs });
  const loyalty = createLoyalty({ db, ids, clock, orgs, log, standingIn });
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    publish: events.publish,
    merging: createMerging({ ids, orgs, loyalty }),
    onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
    onUpdated: async (tx, { orgId }, updated) => {
      const joined = updated.filter((item) => item.joinedLoyalty);
      const members = joined.map(({ partyId }) => ({ partyId, joinedAt: clock.now() }));
      await enrol(tx, orgId, members, clock.now());
    },
  });
  const messages = createMessages({
    db,
    clock,
    orgs,
    log,
    mailer: options.mail ? createMailer(options.mail, options.mail.patience) : null,
    idSecret: () => identity.secretFor("message ids"),
  });
  events.subscribe(defineDelivery({ jobs, messages }));
  const organisationIds = async () => (await orgs.list()).map(({ id }) => id);
  defineRetention({ jobs, messages, organisations: organisationIds });
  const { hasMailServer } = messages;
  const nameOf = async (orgId: number, partyId: number): Promise<string> => {
    const [profile] = await db.transaction(orgId, (tx) => customers.loadProfiles(tx, orgId, [partyId]));
    return [profile?.firstName, profile?.lastName].filter((part) => part).join(" ");
  };
  const validationSecret = () => identity.secretFor("points validation codes");
  messages.define(CODE_MESSAGE, composeCode({ db, clock, validationSecret, nameOf }));
  messages.define(REMINDER_MESSAGE, composeReminder({ loyalty, nameOf }));
  events.subscribe(mailReminders({ ids, clock, orgs, customers, publish: events.publish, hasMailServer }));
  const points = createPoints({
    db,
    ids,
    clock,
    orgs,
    customers,
    loyalty,
    events,
    log,
    findBills: billsOfParties,
    validationSecret,
    hasMailServer,
  });
  const activities = createActivities({ db, ids, clock, orgs, customers, loyalty, events, log });

  const dataflows = createDataflows({
    db,
    ids,
    clock,
    orgs,
    customers,
    points,
    activities,
    events,
    log,
    directory: options.dataDirectory,
  });

  const webhooks = createWebhooks({
    db,
    clock,
    orgs,
    loyalty,
    jobs,
    log,
    allowsPrivate: options.privateWebhooks ?? false,
    timeout: options.webhookTimeout,
  });
  events.subscribe(webhooks.subscriber);
  webhooks.defineJobs();
  const whatif = createWhatif({
    db,
    ids,
    clock,
    orgs,
    loyalty,
    log,
    replay: createReplayThread({ connectionString }),
    announce: () => jobs.add("whatif.resume", {}, { key: "whatif.resume" }),
  });

  const insights = createInsights({ db, clock, orgs, events, loyalty });
  const liability = createLiability({ db, clock, orgs, loyalty, currencies: loyalty.currencyNames });
  const statements = createStatements({ db, clock, orgs, loyalty, currencies: loyalty.currencyNames });

  const mailStatement = createStatementMail({
    db,
    ids,
    clock,
    customers,
    statements,
    publish: events.publish,
    hasMailServer,
  });
  messages.define(STATEMENT_MESSAGE, composeStatement({ statements }));

  const domains: Domains = {
    ...{
      db,
      ids,
      clock,
      log,
      jobs,
      orgs,
      identity,
      customers,
      messages,
      loyalty,
      points,
      activities,
      events,
    },
    ...{ dataflows, webhooks, whatif, insights, liability, statements, mailStatement, standingIn },
    ...{ validationSecret, hasMailServer },
  };
  defineJobs(domains);
  const server = createHttp({
    log,
    strictResponses: options.strictResponses ?? false,
    trustProxy: options.trustProxy ?? false,
  });
  await addRoutes(server, domains);
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
    messages,
    loyalty,
    points,
    activities,
    events,
    dataflows,
    webhooks,
    whatif,
    verify: async () => {
      const ledger = await verifyLedger(db);
      const others = [
        ...(await verifyActivities(db)),
        ...(await verifyCustomers(db)),
        ...(await verifyLoyalty(db)),
        ...(await verifyPoints(db)),
        ...(await verifyWebhooks(db)),
        ...(await verifyLiability(db, await organisationsOf(orgs))),
      ];
      return { ...ledger, findings: [...ledger.findings, ...others] };
    },
    startWork: async () => {
      events.start();
      await jobs.start();
      webhooks.start();
      dataflows
        .resumeRuns()
        .catch((error: unknown) => log.error({ err: error }, "imports could not be worked on"));
      whatif.wake();
    },
    close: async () => {
      await server.close();
      await Promise.all([dataflows.stop(), whatif.stop()]);
      await Promise.all([activities.drain(), points.drain(), customers.drain()]);
      // The relay queues jobs, and a mail server that is waited for would hold up the job that delivers.
      await events.stop();
      await webhooks.stop();
      await messages.close();
      await jobs.stop();
      await db.close();
    },
  };
};
