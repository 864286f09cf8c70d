import type { Server } from "#platform";
import { addV11AddRoutes, type V11Parts } from "./add-routes.ts";
import { addV11ReadRoutes } from "./read-routes.ts";

/** Adds the v1.1 calls about bills: many tills speak nothing else. */
export const addV11TransactionRoutes = (server: Server, parts: V11Parts): void => {
  addV11AddRoutes(server, parts);
  addV11ReadRoutes(server, parts);
};
