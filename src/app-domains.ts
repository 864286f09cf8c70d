import type { Activities, createStandingIn } from "#activities";
import type { Customers } from "#customers";
import type { Dataflows } from "#dataflows";
import type { Events } from "#events";
import type { Identity } from "#identity";
import type { createInsights, createLiability, createStatementMail, createStatements } from "#insights";
import type { Loyalty } from "#loyalty";
import type { Messages } from "#messages";
import type { Orgs } from "#orgs";
import type { Clock, Db, Ids, Jobs, Logger } from "#platform";
import type { Points } from "#points";
import type { Webhooks } from "#webhooks";
import type { Whatif } from "#whatif";

/** Everything that is wired, for the jobs and routes that stand on it. */
export interface Domains {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly log: Logger;
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
  readonly insights: ReturnType<typeof createInsights>;
  readonly liability: ReturnType<typeof createLiability>;
  readonly statements: ReturnType<typeof createStatements>;
  readonly mailStatement: ReturnType<typeof createStatementMail>;
  readonly standingIn: ReturnType<typeof createStandingIn>;
  readonly validationSecret: () => ReturnType<Identity["secretFor"]>;
  readonly hasMailServer: Messages["hasMailServer"];
}

/** The picture of every organisation. */
export const organisationsOf = async (orgs: Orgs) =>
  Promise.all((await orgs.list()).map(({ id }) => orgs.get(id)));
