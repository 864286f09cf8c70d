import type { Customers } from "#customers";
import type { Orgs } from "#orgs";
import type { Clock, Db, Server } from "#platform";
import { addConsoleRoutes } from "./console-routes.ts";
import { addDataflowReads } from "./dataflow-reads/routes.ts";
import { addDocumentedRoutes } from "./documented-routes.ts";
import type { ExplodeParts } from "./explode.ts";
import type { CurrencyNames, ProgramNames, QueryContext } from "./ledger-query.ts";

export interface LedgerRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<Customers, "resolveIdentifiers" | "loadProfiles" | "hasProfile">;
  /** Programs of an organisation by id, inactive ones too. */
  readonly programs: (orgId: number) => Promise<ProgramNames>;
  /** Alternate currencies of an organisation by id; none when absent. */
  readonly currencies?: (orgId: number) => Promise<CurrencyNames>;
  /** What others know of the events. */
  readonly explode: ExplodeParts;
}

export type ContextOf = (orgId: number) => Promise<QueryContext>;

/** The documented reads of the points ledger and those of our own console. */
export const addLedgerRoutes = (server: Server, parts: LedgerRouteParts): void => {
  const { orgs, programs, currencies } = parts;
  const contextOf: ContextOf = async (orgId) => ({
    organisation: await orgs.get(orgId),
    programs: await programs(orgId),
    currencies: (await currencies?.(orgId)) ?? new Map(),
  });
  addDocumentedRoutes(server, parts, contextOf);
  addDataflowReads(server, parts, contextOf);
  addConsoleRoutes(server, parts, contextOf);
};
