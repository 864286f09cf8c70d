export { ACCESS_GROUPS, ALL_PERMISSIONS, permissionsOfRole } from "./permissions.ts";
export { addIdentityRoutes, type IdentityRouteParts } from "./routes.ts";
export {
  type Access,
  type Actor,
  type Client,
  type Mode,
  RESOURCES,
  type Resource,
  ROLES,
  type Role,
  type Session,
  type User,
} from "./schema.ts";
export { createIdentity, type Identity, systemActor } from "./service.ts";
