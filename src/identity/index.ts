export { requireAccess } from "./authenticate.ts";
export { addIdentityRoutes, type IdentityRouteParts } from "./routes.ts";
export type {
  Access,
  Actor,
  Client,
  Mode,
  Resource,
  Role,
  Session,
  User,
} from "./schema.ts";
export { createIdentity, type Identity, systemActor } from "./service.ts";
