import { replayRejected, resumeReplays } from "#activities";
import { closeJournals } from "#insights";
import {
  convertOrganisations,
  expireHoldsOf,
  expireOrganisations,
  openOrganisations,
  POINTS,
  remindOrganisations,
} from "#ledger";
import { completePeriodsOf, endTiersOf, moveTiersOf, publishedPrograms, remindOfTierEndsOf } from "#loyalty";
import { daysOf } from "#orgs";
import { inTurn } from "#platform";
import { type Domains, organisationsOf } from "./app-domains.ts";

/** What is done in the background, and when. */
export const defineJobs = (domains: Domains): void => {
  const { db, ids, clock, log, jobs, orgs, loyalty, activities, events, dataflows, whatif, standingIn } =
    domains;
  const organisationIds = async () => (await orgs.list()).map(({ id }) => id);
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
  jobs.define("loyalty.complete_periods", async () =>
    completePeriodsOf({ ...upkeep, targets: loyalty.targets }, await organisationIds()),
  );
  jobs.every("19 * * * *", "loyalty.complete_periods");
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
    await closeJournals({ db, log }, await organisationsOf(orgs), clock.now().getTime());
  });
  jobs.every("*/10 * * * *", "insights.close");
};
