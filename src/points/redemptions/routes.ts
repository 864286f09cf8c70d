import type { Server } from "#platform";
import { addHoldConsoleRoutes } from "../holds/console-routes.ts";
import type { PointsRouteParts } from "../route-parts.ts";
import { addRedemptionConsoleRoutes } from "./console-routes.ts";

/** Adds everything around spending points: the documented calls, holds, and the console's own. */
export const addRedemptionRoutes = (server: Server, parts: PointsRouteParts): void => {
  addRedemptionConsoleRoutes(server, parts);
  addHoldConsoleRoutes(server, parts);
};
