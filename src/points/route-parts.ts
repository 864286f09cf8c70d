import type { Customers } from "#customers";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import type { Clock, Db, Ids } from "#platform";
import type { FindBills } from "./movement.ts";
import type { Points } from "./service.ts";

/** What the routes of points are given. */
export interface PointsRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "loadProfiles" | "partiesOf">;
  readonly loyalty: Pick<Loyalty, "programs" | "programNames" | "currencyNames">;
  readonly points: Points;
  readonly ids: Ids;
  readonly findBills: FindBills;
  /** What validation codes come from. */
  readonly validationSecret: () => Promise<Buffer>;
}
