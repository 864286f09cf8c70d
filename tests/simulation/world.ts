import { createHash } from "node:crypto";
import pg from "pg";
import { createActivities, parseBill } from "#activities";
import { createCustomers } from "#customers";
import { createEvents } from "#events";
import { convertDueLots, expireLots, verifyLedger } from "#ledger";
import { createLoyalty, openMemberships, type ProgramDefinition } from "#loyalty";
import { createOrgs } from "#orgs";
import { createDb, createIds, createLog, type Db, type Instant, type Tx } from "#platform";
import { createPoints, type Movement, type MovementKind, movement } from "#points";
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

/** The product without HTTP, on a database of its own that crashes now and then, under a clock that the simulation moves. */
export const createWorld = async (chance: Chance, definition: ProgramDefinition, start: Instant) => {
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
    db,
    ids,
    clock,
    orgs,
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
    register: async (count: number): Promise<number[]> => {
      const first = registered + 1;
      registered += count;
      const registeredAt = new Date(start - 86_400_000).toISOString();
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
    bill: async (customerId: number, body: object) =>
      parseBill(body, {
        organisation: await orgs.get(orgId),
        tillId: shop.tillIds[0],
        customerKey: null,
        customerId,
        customerName: `id ${customerId}`,
        source: "INSTORE",
        accountId: "",
        clockNow: now,
        asOfBill: false,
        requestKey: null,
        wantsSideEffects: true,
        wantsRawSideEffects: false,
      }),
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
    expire: (zone: string) =>
      expireLots({ db: crashing, ids, clock, publish: events.publish, lotsAtOnce: 50 }, orgId, zone),
    convert: () =>
      convertDueLots({ db: crashing, ids, clock, publish: events.publish, lotsAtOnce: 50 }, orgId),
    /** Points as the database has them, by customer: balance, debt and lots in the order in which they were opened, and promised lots. */
    read: async (partyIds: readonly number[]) => {
      const accounts = await superuser.query<{ party: string; balance: string; debt: string }>(
        `select party_id as party, balance, debt from ledger.accounts
          where party_id = any($1) and currency_id = 0 and category = 1`,
        [partyIds],
      );
      const lots = await superuser.query<{
        party: string;
        category: number;
        left: string;
        expires: Date | null;
      }>(
        `select party_id as party, category, remaining as left, expires_at as expires from ledger.lots
          where party_id = any($1) and currency_id = 0 order by party_id, event_no, line_no`,
        [partyIds],
      );
      const lotsOf = (partyId: number, category: number) =>
        lots.rows
          .filter((row) => Number(row.party) === partyId && row.category === category)
          .map(({ left, expires }) => ({
            left: Number(left),
            expires: expires === null ? Number.POSITIVE_INFINITY : expires.getTime(),
          }));
      return new Map(
        partyIds.map((partyId) => {
          const account = accounts.rows.find(({ party }) => Number(party) === partyId);
          return [
            partyId,
            {
              balance: Number(account?.balance ?? 0),
              debt: Number(account?.debt ?? 0),
              lots: lotsOf(partyId, 1),
              promised: lotsOf(partyId, 2),
            },
          ] as const;
        }),
      );
    },
    verify: async () => (await verifyLedger(db)).findings,
    close: async () => {
      await Promise.all([activities.drain(), points.drain()]);
      await superuser.end();
      await db.close();
      await database.drop();
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;
