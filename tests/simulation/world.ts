import { createHash } from "node:crypto";
import pg from "pg";
import { createActivities, createMerging, parseBill, readClaim, verifyActivities } from "#activities";
import { createCustomers, verifyCustomers } from "#customers";
import { createEvents } from "#events";
import { convertDueLots, expireLots, verifyLedger } from "#ledger";
import { createLoyalty, openMemberships, type ProgramDefinition } from "#loyalty";
import { createOrgs } from "#orgs";
import { createDb, createIds, createLog, type Db, type Instant, type Tx } from "#platform";
import { createPoints, type Movement, type MovementKind, movement, verifyPoints } from "#points";
import { buildCustomers } from "../../src/customers/testing.ts";
import { publishProgram } from "../../src/loyalty/testing.ts";
import { createTestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase } from "../support/postgres.ts";
import type { Chance } from "./chance.ts";

/** A crash in the middle of things: before the commit nothing happened, after it nobody was told. */
export type Fault = "before" | "after";

const lost = (): Error => Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });

/** A database whose connections are lost when `next` says so. */
const faulty = (db: Db, next: () => Fault | null): Db => ({
  ...db,
  transaction: async (orgId, work) => {
    const fault = next();
    if (fault === null) return db.transaction(orgId, work);
    const result = await db.transaction(orgId, async (tx) => {
      const commit = async () => {
        if (fault === "after") await tx.commit();
        throw lost();
      };
      const done = await work({ ...tx, commit } satisfies Tx);
      if (fault === "before") throw lost();
      return done;
    });
    if (fault === "after") throw lost();
    return result;
  },
});

interface LotRead {
  readonly party: string;
  readonly category: number;
  readonly name: string;
  readonly left: string;
  readonly expires: string | null;
}

interface LotStanding {
  readonly name: string;
  readonly left: number;
  readonly expires: number;
}

/** A customer's points as the database has them. */
export interface StandingRead {
  balance: number;
  debt: number;
  readonly lots: LotStanding[];
  readonly promised: LotStanding[];
}

/** The product without HTTP, on a database of its own that crashes now and then, under a clock that the simulation moves. */
export const createWorld = async (
  chance: Chance,
  definition: ProgramDefinition,
  start: Instant,
  { lotsAtOnce }: { readonly lotsAtOnce: number },
) => {
  const database = await createTestDatabase();
  const log = createLog("silent");
  let now = start;
  const clock = { now: () => new Date(now) };
  const db = createDb({ connectionString: database.connectionString });
  let crashes = 0;
  let faultEvery = 0;
  const crashing = faulty(db, () => {
    if (faultEvery === 0 || !chance.oneIn(faultEvery)) return null;
    crashes += 1;
    return chance.oneIn(2) ? "before" : "after";
  });
  const ids = createIds(db);
  const orgs = createOrgs({ db, ids, clock });
  const events = createEvents({ db, ids, log });
  const loyalty = createLoyalty({ db, ids, clock, orgs, log });
  const customers = createCustomers({
    db: crashing,
    ids,
    clock,
    orgs,
    merging: createMerging({ ids, orgs, loyalty }),
    onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
  });
  const parts = { db: crashing, ids, clock, orgs, customers, loyalty, events, log };
  const activities = createActivities(parts);
  const points = createPoints(parts);
  const superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();

  const shop = await createTestOrganisation(orgs);
  const orgId = shop.id;
  const author = { orgId, name: "test" };
  await orgs.setSetting(author, "CONF_RETRO_TRANSACTION_ENABLE", "1");
  const program = await publishProgram(loyalty, author, { name: "Rewards", effectiveFrom: 0, definition });
  const people = buildCustomers({ customers, orgs }, orgId, shop.tillIds[0]);
  let registered = 0;

  return {
    orgId,
    programId: program.id,
    activities,
    points,
    get crashes() {
      return crashes;
    },
    /** From now on one transaction in so many is cut off; 0: none. */
    crashEvery: (transactions: number) => {
      faultEvery = transactions;
    },
    setTime: (instant: Instant) => {
      now = instant;
    },
    /** New customers, who are members since the day before. */
    register: async (count: number): Promise<number[]> => {
      const first = registered + 1;
      registered += count;
      const registeredAt = new Date(now - 86_400_000).toISOString();
      const inputs = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          people.read({ externalId: `C${first + index}`, registeredAt }),
        ),
      );
      return (await customers.register(people.actor, inputs)).map((outcome) => {
        if ("error" in outcome) throw outcome.error;
        return outcome.ok.partyId;
      });
    },
    /** A bill of a customer's, or of nobody's. */
    bill: async (customerId: number | null, body: object) =>
      parseBill(body, {
        organisation: await orgs.get(orgId),
        tillId: shop.tillIds[0],
        customerKey: null,
        customerId,
        customerName: customerId === null ? "" : `id ${customerId}`,
        source: "INSTORE",
        accountId: "",
        clockNow: now,
        asOfBill: false,
        requestKey: null,
        wantsSideEffects: true,
        wantsRawSideEffects: false,
      }),
    /** The claim of a bill that is nobody's. */
    claim: async (customerId: number, transactionId: number, requestKey: string) => {
      const customerName = `id ${customerId}`;
      const request = { customerId, customerName, client: "simulation", requestKey, body: {} };
      return (await readClaim({ ...parts, db, activities }, orgId, transactionId, request)).purchase;
    },
    movement: <Input, Extra>(
      kind: MovementKind<Input, Extra>,
      partyIds: readonly number[],
      input: Input,
      requestKey: string,
    ): Movement =>
      movement(kind, {
        parties: partyIds.map((partyId) => ({ key: null, partyId, name: `id ${partyId}` })),
        requestKey: `${kind.name}:${requestKey}`,
        inputHash: createHash("sha256")
          .update(JSON.stringify([kind.name, partyIds, input]))
          .digest(),
        now,
        tillId: null,
        by: "simulation",
        userId: null,
        input,
      }),
    merge: (victimId: number, survivorId: number) =>
      customers.merge(people.actor, { survivorId, victimId, cause: "console", reason: "simulated" }),
    undoMerge: (mergeId: number) => customers.undoMerge(people.actor, mergeId, "simulated"),
    expire: (zone: string) =>
      expireLots({ db: crashing, ids, clock, publish: events.publish, lotsAtOnce }, orgId, zone),
    convert: () => convertDueLots({ db: crashing, ids, clock, publish: events.publish, lotsAtOnce }, orgId),
    /**
     * Points as the database has them, by customer: balance, debt and lots in the order in which they were opened, and promised lots;
     * those that hold something, or all.
     */
    read: async (partyIds: readonly number[], which: "open" | "all"): Promise<Map<number, StandingRead>> => {
      const accounts = await superuser.query<{ party: string; balance: string; debt: string }>({
        name: "simulation.accounts",
        text: `select party_id as party, balance, debt from ledger.accounts
                where org_id = $1 and party_id = any($2) and currency_id = 0 and category = 1`,
        values: [orgId, partyIds],
      });
      const lots = await superuser.query<LotRead>({
        name: `simulation.${which}_lots`,
        text: `select party_id as party, category, event_no || '/' || line_no as name, remaining as left,
                      (extract(epoch from expires_at) * 1000)::bigint as expires
                 from ledger.lots
                where org_id = $1 and party_id = any($2) and currency_id = 0 ${which === "open" ? "and remaining > 0" : ""}
                order by party_id, event_no, line_no`,
        values: [orgId, partyIds],
      });
      const found = new Map<number, StandingRead>(
        partyIds.map((partyId) => [partyId, { balance: 0, debt: 0, lots: [], promised: [] }]),
      );
      for (const { party, balance, debt } of accounts.rows) {
        const standing = found.get(Number(party))!;
        standing.balance = Number(balance);
        standing.debt = Number(debt);
      }
      for (const { party, category, name, left, expires } of lots.rows) {
        const standing = found.get(Number(party))!;
        (category === 1 ? standing.lots : standing.promised).push({
          name,
          left: Number(left),
          expires: expires === null ? Number.POSITIVE_INFINITY : Number(expires),
        });
      }
      return found;
    },
    /** What `fealty verify` finds, the report of liability aside. */
    verify: async () => [
      ...(await verifyLedger(db)).findings,
      ...(await verifyActivities(db)),
      ...(await verifyCustomers(db)),
      ...(await verifyPoints(db)),
    ],
    close: async () => {
      await Promise.all([activities.drain(), points.drain()]);
      await superuser.end();
      await db.close();
      await database.drop();
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;
