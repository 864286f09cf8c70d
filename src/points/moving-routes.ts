import type { Customers } from "#customers";
import type { Server } from "#platform";
import { addByHandRoutes, type ByHandParts } from "./by-hand-routes.ts";
import { addUnlockRoutes, type UnlockRouteParts } from "./conversions/routes.ts";
import { addDeductionRoutes } from "./deductions/routes.ts";
import { addExpiryRoutes } from "./expiry/routes.ts";
import { addAllocateRoutes } from "./grants/allocate-routes.ts";
import { addTierAdjustmentRoutes } from "./tiers-by-hand/routes.ts";
import { addTransferRoutes, type TransferRouteParts } from "./transfers/routes.ts";

export interface MovingRouteParts extends TransferRouteParts, UnlockRouteParts, ByHandParts {
  readonly loyalty: ByHandParts["loyalty"];
  readonly customers: Pick<
    Customers,
    "requireCustomer" | "loadProfiles" | "resolveIdentifiers" | "currentIds" | "partiesOf"
  >;
}

/** Adds the calls that pass points on, give and take them by hand, unlock them and move their dates, and that move tiers by hand. */
export const addMovingRoutes = (server: Server, parts: MovingRouteParts): void => {
  addTransferRoutes(server, parts);
  addDeductionRoutes(server, parts);
  addAllocateRoutes(server, parts);
  addUnlockRoutes(server, parts);
  addExpiryRoutes(server, parts);
  addByHandRoutes(server, parts);
  addTierAdjustmentRoutes(server, parts);
};
