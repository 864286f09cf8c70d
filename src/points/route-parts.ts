import type { Customers } from "#customers";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import type { Clock, Db } from "#platform";
import type { Points } from "./service.ts";

/** What the routes of points are given. */
export interface PointsRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "loadProfiles">;
  readonly loyalty: Pick<Loyalty, "programs" | "programNames" | "currencyNames">;
  readonly points: Points;
}
