import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Activities, createActivities, createMerging } from "#activities";
import { type Customers, createCustomers } from "#customers";
import { createEvents, type Events } from "#events";
import { verifyLedger } from "#ledger";
import { createLoyalty, type Loyalty, openMemberships, publishProgram } from "#loyalty";
import { createOrgs, type Orgs } from "#orgs";
import { createDb, createIds, createLog, type Db, fixedClock, rawSql } from "#platform";
import { createPoints, type Points, verifyPoints } from "#points";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { createTestOrganisation, type TestOrganisation } from "../orgs/testing.ts";
import { createDataflows, type Dataflows } from "./service.ts";

export const NOW = Date.parse("2026-03-31T12:00:00Z");

export interface ImportWorld extends TestOrganisation {
  readonly author: { readonly orgId: number; readonly name: string };
  readonly db: Db;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly loyalty: Loyalty;
  readonly events: Events;
  readonly activities: Activities;
  readonly points: Points;
  readonly dataflows: Dataflows;
  readonly clock: ReturnType<typeof fixedClock>;
  /** A folder of the world's own, for files to import. */
  readonly folder: string;
  /** Another process, as far as runs can tell, on the same database and folder. */
  another(batchSize?: number): Dataflows;
  /** Rows of one query over this organisation. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** What the ledger's own verification finds wrong. */
  verify(): Promise<readonly object[]>;
  close(): Promise<void>;
}

/** Everything a file goes through, on a database of its own, with one organisation in London and a published program. */
export const createImportWorld = async (
  options: { readonly batchSize?: number } = {},
): Promise<ImportWorld> => {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "fealty-imports-"));
  const log = createLog("silent");
  const clock = fixedClock(new Date(NOW));
  const db = createDb({ connectionString: database.connectionString });
  const ids = createIds(db);
  const events = createEvents({ db, ids, log });
  const orgs = createOrgs({ db, ids, clock });
  const loyalty = createLoyalty({ db, ids, clock, orgs, log });
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    publish: events.publish,
    merging: createMerging({ ids, orgs, loyalty }),
    onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
  });
  const activities = createActivities({ db, ids, clock, orgs, customers, loyalty, events, log });
  const points = createPoints({ db, ids, clock, orgs, customers, loyalty, events, log });
  const another = (batchSize = options.batchSize ?? 500) =>
    createDataflows({
      db,
      ids,
      clock,
      orgs,
      customers,
      points,
      activities,
      events,
      log,
      directory: folder,
      batchSize,
    });
  const dataflows = another();
  const made = await createTestOrganisation(orgs, { code: "shop" });
  const author = { orgId: made.id, name: "test" };
  await publishProgram(loyalty, author, { name: "Club", effectiveFrom: 0 });
  return {
    ...made,
    author,
    db,
    orgs,
    customers,
    loyalty,
    events,
    activities,
    points,
    dataflows,
    clock,
    folder,
    another,
    query: (text, values = []) =>
      db.transaction(made.id, (tx) => tx.rows(rawSql(`/* dataflows.test */ ${text}`, values))),
    verify: async () => [...(await verifyLedger(db)).findings, ...(await verifyPoints(db))],
    close: async () => {
      await dataflows.stop();
      await db.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
