import pg from "pg";
import { createCustomers, identifierKey } from "#customers";
import { createEvents } from "#events";
import { createLoyalty, openMemberships, type ProgramDefinition } from "#loyalty";
import { createOrgs, type Organisation } from "#orgs";
import { createDb, createIds, createLog, fixedClock } from "#platform";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { buildCustomers } from "../customers/testing.ts";
import { publishProgram } from "../loyalty/testing.ts";
import { createTestOrganisation, type TestOrganisation } from "../orgs/testing.ts";
import { createMerging } from "./merging.ts";
import { type BillContext, parseBill } from "./parse.ts";
import type { PathParts } from "./path.ts";
import type { Purchase } from "./schema.ts";
import { createActivities } from "./service.ts";

/** Noon of a winter's day in London. */
export const NOON = Date.parse("2026-01-20T12:00:00Z");

export interface TestShop extends TestOrganisation {
  readonly programId: number;
  /** The picture as it is now. */
  picture(): Promise<Organisation>;
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Registers customers with external ids C1…, counting on from the last; answers their ids. */
  register(count: number): Promise<number[]>;
  /** A bill as a call would read it; of customer C1 unless the context says otherwise. */
  bill(body?: object, context?: Partial<BillContext> & { readonly customer?: string }): Promise<Purchase>;
}

export type ActivitiesBench = Awaited<ReturnType<typeof createActivitiesBench>>;

/** The path of activities on a database of its own, wired as the program wires it; nothing of HTTP. */
export const createActivitiesBench = async () => {
  const database = await createTestDatabase();
  const log = createLog("silent");
  const clock = fixedClock(new Date(NOON));
  const db = createDb({ connectionString: database.connectionString });
  const ids = createIds(db);
  const orgs = createOrgs({ db, ids, clock });
  const events = createEvents({ db, ids, log });
  const loyalty = createLoyalty({ db, ids, clock, orgs, log });
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    merging: createMerging({ ids, orgs, loyalty }),
    onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
  });
  const parts: PathParts = { db, ids, clock, orgs, customers, loyalty, events };
  const activities = createActivities({ ...parts, log });
  const superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();

  const shop = async (options: { readonly definition?: ProgramDefinition } = {}): Promise<TestShop> => {
    const made = await createTestOrganisation(orgs);
    const author = { orgId: made.id, name: "test" };
    const program = await publishProgram(loyalty, author, { name: "Rewards", effectiveFrom: 0, ...options });
    const people = buildCustomers({ customers, orgs }, made.id, made.tillIds[0]);
    let registered = 0;
    let bills = 0;
    const picture = () => orgs.get(made.id);
    return {
      ...made,
      programId: program.id,
      picture,
      set: async (settings) => {
        for (const [key, value] of Object.entries(settings)) await orgs.setSetting(author, key, value);
      },
      register: async (count) => {
        const inputs = await Promise.all(
          Array.from({ length: count }, (_, index) =>
            people.read({ externalId: `C${registered + index + 1}`, registeredAt: "2025-01-01T00:00:00Z" }),
          ),
        );
        registered += count;
        return (await customers.register(people.actor, inputs)).map((outcome) => {
          if ("error" in outcome) throw outcome.error;
          return outcome.ok.partyId;
        });
      },
      bill: async (body = {}, { customer = "C1", ...context } = {}) => {
        const organisation = await picture();
        bills++;
        return parseBill(
          { billNumber: `B${bills}`, billAmount: 100, billingDate: "2026-01-20T12:00:00Z", ...body },
          {
            organisation,
            tillId: made.tillIds[0],
            customerKey: identifierKey(made.id, "externalId", customer, "GB"),
            customerId: null,
            customerName: `externalId ${customer}`,
            source: "INSTORE",
            accountId: "",
            clockNow: clock.now().getTime(),
            asOfBill: false,
            requestKey: null,
            wantsSideEffects: true,
            wantsRawSideEffects: false,
            ...context,
          },
        );
      },
    };
  };

  return {
    ...parts,
    clock,
    parts,
    log,
    activities,
    /** Sees and writes everything, as no part of the program may. */
    superuser,
    shop,
    close: async () => {
      await activities.drain();
      await superuser.end();
      await db.close();
      await database.drop();
    },
  };
};
