import type { Server } from "#platform";
import { addV11AddRoutes } from "./add-routes.ts";
import { addV11ReadRoutes } from "./read-routes.ts";
import { addV11UpdateRoutes, type V11UpdateParts } from "./update-routes.ts";

/** Adds the v1.1 calls about bills: many tills speak nothing else. */
export const addV11TransactionRoutes = (server: Server, parts: V11UpdateParts): void => {
  addV11AddRoutes(server, parts);
  addV11ReadRoutes(server, parts);
  addV11UpdateRoutes(server, parts);
};
