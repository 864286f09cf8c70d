import type { Server } from "#platform";
import { addHoldConsoleRoutes } from "../holds/console-routes.ts";
import { addTillHoldRoutes } from "../holds/till-routes.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { addRedemptionConsoleRoutes } from "./console-routes.ts";
import { addCustomerRedemptionRoutes } from "./customer-routes.ts";
import { addReverseRoutes } from "./reverse-routes.ts";
import { addUpdateRedemptionRoutes } from "./update-routes.ts";
import { addV11CheckRoutes } from "./v11-check-routes.ts";
import { addV11RedeemRoutes } from "./v11-redeem-routes.ts";

/** Adds everything around spending points: the documented calls, holds, and the console's own. */
export const addRedemptionRoutes = (server: Server, parts: PointsRouteParts): void => {
  addV11CheckRoutes(server, parts);
  addV11RedeemRoutes(server, parts);
  addReverseRoutes(server, parts);
  addUpdateRedemptionRoutes(server, parts);
  addCustomerRedemptionRoutes(server, parts);
  addTillHoldRoutes(server, parts);
  addRedemptionConsoleRoutes(server, parts);
  addHoldConsoleRoutes(server, parts);
};
