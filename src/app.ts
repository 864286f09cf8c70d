import {
  type Activities,
  addActivitiesApiRoutes,
  addEarningRoutes,
  addEvaluationRoutes,
  addRejectedApiRoutes,
  addRejectedRoutes,
  addRetroRoutes,
  addReturnRoutes,
  addSetAsideRoutes,
  addSimulationRoutes,
  addTransactionReadRoutes,
  addTransactionRoutes,
  addUpdateRoutes,
  addV11TransactionRoutes,
  billsOfParties,
  createActivities,
  createMerging,
  createStandingIn,
  eventsOfBills,
  explodeBills,
  findBills,
  releaseOnUpdate,
  replayRejected,
  resumeReplays,
  verifyActivities,
} from "#activities";
import {
  addCustomersRoutes,
  type Customers,
  createCustomers,
  presentCustomer,
  verifyCustomers,
} from "#customers";
import { addDataflowsRoutes, createDataflows, type Dataflows } from "#dataflows";
import { createEvents, type Events } from "#events";
import { addExpressionRoutes } from "#expressions";
import { addIdentityRoutes, createIdentity, type Identity } from "#identity";
import {
  addInsightsRoutes,
  addLiabilityRoutes,
  addSearchRoutes,
  addStatementRoutes,
  closeJournals,
  composeStatement,
  createInsights,
  createLiability,
  createStatementMail,
  createStatements,
  STATEMENT_MESSAGE,
  verifyLiability,
} from "#insights";
import {
  addLedgerRoutes,
  convertOrganisations,
  expireHoldsOf,
  expireOrganisations,
  loadAccounts,
  openOrganisations,
  POINTS,
  remindOrganisations,
  type Verification,
  verifyLedger,
} from "#ledger";
import {
  addLoyaltyRoutes,
  createLoyalty,
  endTiersOf,
  enrol,
  type Loyalty,
  membersOfTier,
  moveTiersOf,
  openMemberships,
  publishedPrograms,
  remindOfTierEndsOf,
  verifyLoyalty,
} from "#loyalty";
import { addMailboxRoutes, createMessages, defineDelivery, defineRetention, type Messages } from "#messages";
import { addOrgsRoutes, createOrgs, daysOf, type Orgs } from "#orgs";
import {
  assert,
  type Clock,
  createDb,
  createHttp,
  createIds,
  createJobs,
  createMailer,
  type Db,
  type Ids,
  inTurn,
  type Jobs,
  type Logger,
  type MailPatience,
  type MailSettings,
  type Server,
  systemClock,
} from "#platform";
import {
  addMovingRoutes,
  addRedemptionRoutes,
  addScheduleRoutes,
  CODE_MESSAGE,
  composeCode,
  composeReminder,
  createPoints,
  createPointsEmbeds,
  explodeRedemptions,
  mailReminders,
  type Points,
  REMINDER_MESSAGE,
  showCodes,
  verifyPoints,
} from "#points";
import { addWebhookRoutes, createWebhooks, verifyWebhooks, type Webhooks } from "#webhooks";
import { addWhatifRoutes, createReplayThread, createWhatif, type Whatif } from "#whatif";
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

/** Wires the domains from left to right. The only file that knows them all. */
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

  const allOrganisations = async () => Promise.all((await orgs.list()).map(({ id }) => orgs.get(id)));
  jobs.define("dataflows.resume", dataflows.resumeRuns);
  jobs.every("* * * * *", "dataflows.resume");
  jobs.define("whatif.resume", async () => whatif.wake());
  jobs.every("* * * * *", "whatif.resume");
  const upkeep = { db, ids, clock, log, publish: events.publish };
  const zoneOf = async (id: number) => (await orgs.get(id)).timeZone;
  const tierParts = { ...upkeep, programs: loyalty.programs };
  jobs.define("ledger.expire", async () => {
    const orgIds = await organisationIds();
    // First: points that end with a tier may go on with the one that follows.
    await endTiersOf({ ...tierParts, standingIn }, orgIds);
    await expireOrganisations(upkeep, orgIds, zoneOf);
  });
  jobs.every("7 * * * *", "ledger.expire");
  jobs.define("loyalty.end_tiers", async () =>
    endTiersOf({ ...tierParts, standingIn }, await organisationIds()),
  );
  jobs.every("13 * * * *", "loyalty.end_tiers");
  jobs.define("loyalty.move_tiers", async () => moveTiersOf(tierParts, await organisationIds()));
  jobs.every("* * * * *", "loyalty.move_tiers");
  jobs.define("loyalty.remind_tiers", async () => remindOfTierEndsOf(tierParts, await organisationIds()));
  jobs.every("17 * * * *", "loyalty.remind_tiers");
  jobs.define("ledger.remind", async () => {
    await remindOrganisations(upkeep, await organisationIds(), async (id) => {
      const organisation = await orgs.get(id);
      const days = daysOf(organisation.setting("CONF_POINTS_EXPIRY_REMINDER_DAYS") ?? "") ?? [];
      return { zone: organisation.timeZone, days };
    });
  });
  jobs.every("11 * * * *", "ledger.remind");
  jobs.define("ledger.expire_holds", async () => expireHoldsOf(upkeep, await organisationIds()));
  jobs.every("*/5 * * * *", "ledger.expire_holds");
  jobs.define("ledger.open", async () => {
    await openOrganisations(upkeep, await organisationIds(), async (id) => {
      const programs = await db.transaction(id, (tx) => publishedPrograms(tx, id));
      return programs.map((programId) => ({ programId, currencyId: POINTS }));
    });
  });
  jobs.every("*/5 * * * *", "ledger.open");
  jobs.define("ledger.convert", async () => convertOrganisations(upkeep, await organisationIds()));
  jobs.every("3 * * * *", "ledger.convert");
  jobs.define("activities.replay", (payload) => {
    const { orgId, retriggerId } = payload as { orgId: number; retriggerId: number };
    return replayRejected({ db, ids, clock, orgs, events, activities }, orgId, retriggerId);
  });
  jobs.define("activities.resume_replays", async () => {
    await inTurn(
      await organisationIds(),
      log,
      "parked bills of an organisation could not be retried",
      (orgId) => resumeReplays({ db, ids, clock, orgs, events, activities }, orgId),
    );
  });
  jobs.every("*/2 * * * *", "activities.resume_replays");
  jobs.define("insights.close", async () => {
    await closeJournals({ db, log }, await allOrganisations(), clock.now().getTime());
  });
  jobs.every("*/10 * * * *", "insights.close");

  const programNames = async (orgId: number) => {
    const [names, published] = await Promise.all([loyalty.programNames(orgId), loyalty.programs(orgId)]);
    // A program shows points with the decimals that it awards, two at least.
    const decimalsOf = (id: number) =>
      Math.max(2, ...(published.byId(id)?.newest.awards.map(({ decimals }) => decimals) ?? []));
    const isDefault = (id: number) => published.default?.programId === id;
    return new Map(
      [...names].map(([id, name]) => [id, { name, decimals: decimalsOf(id), isDefault: isDefault(id) }]),
    );
  };
  const server = createHttp({
    log,
    strictResponses: options.strictResponses ?? false,
    trustProxy: options.trustProxy ?? false,
  });
  await addOpenApi(server);
  identity.install(server);
  addOrgsRoutes(server, { orgs, clock, tillsWithCredentials: identity.tillsWithCredentials });
  addIdentityRoutes(server, { identity, orgs });
  addCustomersRoutes(server, {
    customers,
    orgs,
    loyaltyDetails: async (tx, { orgId }, partyId) => {
      const accounts = await loadAccounts(tx, orgId, [partyId]);
      return loyalty.loyaltyDetails(tx, await orgs.get(orgId), partyId, accounts);
    },
    pointsEmbeds: createPointsEmbeds({ clock, orgs, loyalty }),
    tierGaps: async (tx, { orgId }, partyId, asked) =>
      loyalty.tierGaps(tx, await orgs.get(orgId), partyId, asked),
    tierMembers: (tx, { orgId }, page) => membersOfTier(tx, orgId, page),
  });
  addMailboxRoutes(server, {
    db,
    orgs,
    customers,
    messages,
    codesOf: showCodes({ db, clock, validationSecret }),
  });
  addLedgerRoutes(server, {
    db,
    clock,
    orgs,
    customers,
    programs: programNames,
    explode: { eventsOfBills, explodeBills: explodeBills(loyalty), explodeRedemptions },
    currencies: loyalty.currencyNames,
  });
  addRedemptionRoutes(server, {
    db,
    clock,
    ids,
    orgs,
    customers,
    loyalty,
    points,
    findBills: billsOfParties,
    validationSecret,
  });
  addMovingRoutes(server, {
    db,
    clock,
    points,
    orgs,
    customers,
    loyalty,
    describeCustomer: async (orgId, partyId) => {
      const [organisation, found] = await Promise.all([orgs.get(orgId), customers.get(orgId, partyId)]);
      assert(found !== null, "the customer was found by the call");
      const standing = await db.transaction(orgId, async (tx) =>
        loyalty.loyaltyDetails(tx, organisation, partyId, await loadAccounts(tx, orgId, [partyId])),
      );
      return presentCustomer(organisation, found, {
        only: null,
        embed: new Set(),
        loyalty: standing,
        warnings: [],
      });
    },
    findBills: (orgId, partyId, bill) =>
      db.transaction(orgId, async (tx) =>
        findBills(tx, orgId, await customers.partiesOf(tx, orgId, partyId), bill),
      ),
  });
  addScheduleRoutes(server, { db, clock, orgs, customers, loyalty });
  addExpressionRoutes(server, { orgs, knownNames: loyalty.knownNames });
  addLoyaltyRoutes(server, { loyalty, orgs, customers, hasMailServer });
  addTransactionRoutes(server, { activities, orgs, customers, clock });
  addTransactionReadRoutes(server, { db, orgs, customers, loyalty });
  const pathParts = { db, ids, clock, orgs, customers, loyalty, events };
  const onUpdated = releaseOnUpdate({ ids, events });
  addUpdateRoutes(server, { db, clock, orgs, events, customers, onUpdated });
  addRetroRoutes(server, { ...pathParts, activities });
  addSimulationRoutes(server, { ...pathParts, activities });
  addEarningRoutes(server, { db, orgs, customers, loyalty });
  addEvaluationRoutes(server, { db, orgs, customers, loyalty });
  const rejectedParts = {
    ...pathParts,
    activities,
    queue: (orgId: number, retriggerId: number) =>
      jobs.add("activities.replay", { orgId, retriggerId }, { key: `replay ${retriggerId}` }),
  };
  addRejectedRoutes(server, rejectedParts);
  addRejectedApiRoutes(server, rejectedParts);
  addV11TransactionRoutes(server, { ...pathParts, activities, onUpdated });
  addActivitiesApiRoutes(server, { db, orgs, customers, loyalty });
  addReturnRoutes(server, { db, ids, clock, orgs, customers, loyalty, events, activities });
  addSetAsideRoutes(server, { db, orgs });
  addDataflowsRoutes(server, { dataflows, orgs });
  addWebhookRoutes(server, { db, clock, orgs, webhooks });
  addWhatifRoutes(server, { whatif, orgs, loyalty, clock });
  addInsightsRoutes(server, { insights, db, orgs, loyalty });
  addLiabilityRoutes(server, { liability, orgs });
  addStatementRoutes(server, { statements, mailStatement });
  addSearchRoutes(server, { db, orgs, customers });
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
        ...(await verifyLiability(db, await allOrganisations())),
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
