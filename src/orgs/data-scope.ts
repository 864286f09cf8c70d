import { errors } from "./errors.ts";

const SCOPE_HEADERS = ["data-scope", "x-cap-data-scope"];
const LIST_HEADERS = ["data-scope-org", "data-scope-orgs", "connected-orgs"];

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const headerOf = (headers: Headers, names: readonly string[]): string => {
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) return (typeof value === "string" ? value : value.join(",")).trim();
  }
  return "";
};

/**
 * Judges the data-scope headers of a v2.1 call (organisations.md §5). Every organisation here is a standard one: it has no
 * connected organisations, so SELF, ALL, no scope, and OTHER with its own id all mean the organisation itself. Raises
 * orgs.bad_data_scope, orgs.foreign_data_scope.
 */
export const checkDataScope = (orgId: number, headers: Headers): void => {
  const scope = headerOf(headers, SCOPE_HEADERS).toUpperCase() || "SELF";
  if (!["SELF", "OTHER", "ALL"].includes(scope)) throw errors.bad_data_scope({ value: scope.slice(0, 40) });
  const listed = headerOf(headers, LIST_HEADERS)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (scope === "OTHER" && listed.length === 0) throw errors.no_data_scope_org();
  const foreign = listed.find((part) => part !== String(orgId));
  if (foreign !== undefined) throw errors.foreign_data_scope({ value: foreign.slice(0, 40) });
};
