import type { Access, Permission, Resource, Role } from "./schema.ts";
import { RESOURCES } from "./schema.ts";

const both = (...resources: Resource[]): Permission[] =>
  resources.flatMap((resource): Permission[] => [`${resource}:read`, `${resource}:write`]);
const read = (...resources: Resource[]): Permission[] =>
  resources.map((resource): Permission => `${resource}:read`);

/** Everything. */
export const ALL_PERMISSIONS: readonly Permission[] = [...both(...RESOURCES), "Transaction:return"];

/** Built-in access groups of tills and API clients; console users are managed by people only, so none holds User. */
export const ACCESS_GROUPS: Readonly<
  Record<"DEFAULT" | "POS" | "INSTORE" | "READ_ONLY", readonly Permission[]>
> = {
  DEFAULT: both("Customer", "Transaction", "Points", "Organization", "Program", "Import", "Insights"),
  POS: [...both("Customer", "Transaction", "Points"), ...read("Organization", "Program")],
  INSTORE: [...both("Customer", "Transaction", "Points"), ...read("Organization", "Program", "Insights")],
  READ_ONLY: read("Customer", "Transaction", "Points", "Organization", "Program"),
};

const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<string>>> = {
  owner: new Set(ALL_PERMISSIONS),
  admin: new Set(ALL_PERMISSIONS),
  marketer: new Set([
    ...read("Customer", "Transaction", "Points", "Organization", "Insights"),
    ...both("Program", "Import"),
  ]),
  // Who mends points mends what they came from too; recording and changing bills stays with tills.
  care_agent: new Set<Permission>([
    ...both("Customer", "Points"),
    "Transaction:return",
    ...read("Transaction", "Organization", "Program", "Insights"),
  ]),
};

export const permissionsOfRole = (role: Role): ReadonlySet<string> => ROLE_PERMISSIONS[role];

const known = new Set<string>(ALL_PERMISSIONS);
export const isPermission = (text: string): text is Permission => known.has(text);

/** Write does not imply read: a till that only sends bills need not see customers. It does imply returns, which are bills. */
export const allows = (
  permissions: ReadonlySet<string>,
  { resource, mode }: Exclude<Access, "public">,
): boolean =>
  permissions.has(`${resource}:${mode}`) || (mode === "return" && permissions.has(`${resource}:write`));
