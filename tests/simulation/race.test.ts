import { createHash } from "node:crypto";
import pg from "pg";
import { expect, test } from "vitest";
import { createCustomers } from "#customers";
import { createEvents } from "#events";
import { verifyLedger } from "#ledger";
import { createLoyalty, openMemberships } from "#loyalty";
import { createOrgs } from "#orgs";
import { type AppError, createDb, createIds, createLog, fixedClock } from "#platform";
import {
  captureKind,
  createPoints,
  holdKind,
  type Movement,
  type MovementKind,
  movement,
  type Points,
  redeemKind,
  reverseKind,
  verifyPoints,
} from "#points";
import { buildCustomers } from "../../src/customers/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import { publishProgram } from "../../src/loyalty/testing.ts";
import { createTestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { createChance } from "./chance.ts";

/** FEALTY_RACE=100000 npx vitest run tests/simulation/race is the long run. */
const MOVEMENTS = Number(process.env.FEALTY_RACE ?? 6_000);
const CALLERS = 64;
const BALANCES = 10;
const NOW = Date.parse("2026-01-20T12:00:00Z");
const HOURS = 3_600_000;

/** Two servers of one database, each with its own connections: what one decides the other must see. */
const createServers = async () => {
  const database = await createTestDatabase();
  const log = createLog("silent");
  const clock = fixedClock(new Date(NOW));
  const server = () => {
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
      onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
    });
    const points = createPoints({ db, ids, clock, orgs, customers, loyalty, events, log });
    return { db, ids, orgs, loyalty, customers, points };
  };
  return { database, servers: [server(), server()] as const };
};

const ABOUT = {
  billNumber: "",
  transactionId: null,
  notes: "",
  purpose: "",
  externalReference: "",
  isValidated: false,
  customFields: null,
};

/** Refusals that a race may meet: nothing left, reversed already, a hold that another caller ended. */
const EXPECTED = new Set([818, 3802, 903, 70_101, 70_102, 70_103]);

interface Tally {
  readonly done: number;
  readonly refused: number;
  readonly seconds: number;
  /** Thousandths that the replies say are spent, net, by customer. */
  readonly spent: ReadonlyMap<number, number>;
}

const command = <Input, Extra>(kind: MovementKind<Input, Extra>, partyId: number, input: Input): Movement =>
  movement(kind, {
    parties: [{ key: null, partyId, name: `id ${partyId}` }],
    requestKey: null,
    inputHash: createHash("sha256").update("none").digest(),
    now: NOW,
    tillId: null,
    by: "race",
    userId: null,
    input,
  });

/** Redemptions, captures and reversals by many callers at once, over the customers given. */
const race = async (
  servers: readonly { readonly points: Points }[],
  orgId: number,
  partyIds: readonly number[],
  movements: number,
  series: string,
): Promise<Tally> => {
  const chance = createChance(7);
  const spent = new Map<number, number>();
  const codes = new Map<number, string[]>();
  const holds = new Map<number, number[]>();
  let [started, done, refused] = [0, 0, 0];
  const nextCode = () => `${series}${(started++).toString(36).padStart(5, "0")}`;
  const add = (partyId: number, amount: number) => spent.set(partyId, (spent.get(partyId) ?? 0) + amount);
  const remember = <T>(map: Map<number, T[]>, partyId: number, item: T) =>
    map.set(partyId, [...(map.get(partyId) ?? []).slice(-20), item]);

  const next = (partyId: number): Movement => {
    const code = nextCode();
    const known = codes.get(partyId) ?? [];
    const open = holds.get(partyId) ?? [];
    const kind = chance.weighted({ redeem: 5, reverse: 3, hold: 2, capture: 2 });
    if (kind === "reverse" && known.length > 0) {
      const points = chance.oneIn(2) ? null : chance.whole(1, 2_000);
      return command(reverseKind, partyId, { redemptionCode: chance.pick(known), points, code });
    }
    if (kind === "capture" && open.length > 0) {
      const input = { ...ABOUT, holdId: chance.pick(open), points: null, isFinal: true, code };
      return command(captureKind, partyId, input);
    }
    const points = chance.whole(1, 4_000);
    if (kind === "hold")
      return command(holdKind, partyId, {
        programId: null,
        points,
        ttlSeconds: 600,
        billAmount: null,
        billNumber: "",
        notes: "",
      });
    return command(redeemKind, partyId, { ...ABOUT, programId: null, points, code, billAmount: null });
  };

  const caller = async (number: number) => {
    const { points } = servers[number % servers.length]!;
    while (started < movements) {
      const partyId = chance.pick(partyIds);
      const item = next(partyId);
      try {
        const reply = JSON.parse((await points.move(orgId, item)).reply) as Record<string, unknown>;
        done += 1;
        if (item.kind.name === "hold") remember(holds, partyId, Number(reply.holdId));
        else if (item.kind.name === "reverse") add(partyId, -Number(reply.returned));
        else {
          add(partyId, Number(reply.points));
          remember(codes, partyId, String(reply.code));
        }
      } catch (error) {
        if (!EXPECTED.has((error as AppError).number)) throw error;
        refused += 1;
      }
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)));
  return { done, refused, seconds: (performance.now() - began) / 1000, spent };
};

test(
  `${MOVEMENTS} racing redemptions, captures and reversals over ${BALANCES} balances`,
  async () => {
    const { database, servers } = await createServers();
    const [{ db, ids, orgs, loyalty, customers }] = servers;
    const superuser = new pg.Client({ connectionString: database.connectionString });
    await superuser.connect();
    try {
      const shop = await createTestOrganisation(orgs);
      const program = await publishProgram(
        loyalty,
        { orgId: shop.id, name: "test" },
        { name: "Rewards", effectiveFrom: 0 },
      );
      const people = buildCustomers({ customers, orgs }, shop.id, shop.tillIds[0]);
      const partyIds = await people.registerMany(BALANCES + 2_000);
      const ledger = buildLedger({ db, ids }, shop.id, { programIds: [program.id], at: NOW - 1 });
      const key = { programId: program.id, currencyId: 0, category: 1 as const };
      // So much that it is used up about half way: the race is for points first, and then for the last of them.
      const given = Math.max(200_000, MOVEMENTS * 30);
      // Five lots each, so that reversals have somewhere to choose.
      for (let lot = 1; lot <= 5; lot++)
        await ledger.post(
          partyIds.map((partyId) => ({
            partyId,
            postings: [
              {
                ...key,
                contra: "issued" as const,
                amount: given / 5,
                expiresAt: NOW + lot * 30 * 24 * HOURS,
              },
            ],
          })),
        );
      const crowded = partyIds.slice(0, BALANCES);
      const roomy = partyIds.slice(BALANCES);
      const uncontended = await race(servers, shop.id, roomy, Math.ceil(MOVEMENTS / 4), "u");
      const contended = await race(servers, shop.id, crowded, MOVEMENTS, "c");

      const { rows } = await superuser.query<{ party: string; balance: string; debt: string }>(
        "select party_id as party, balance, debt from ledger.accounts where party_id = any($1) and category = 1",
        [crowded],
      );
      expect(rows.length).toBe(BALANCES);
      for (const { party, balance, debt } of rows) {
        expect(Number(balance)).toBe(given - (contended.spent.get(Number(party)) ?? 0));
        expect(Number(balance)).toBeGreaterThanOrEqual(0);
        expect(Number(debt)).toBe(0);
      }
      expect((await verifyLedger(db)).findings).toEqual([]);
      expect(await verifyPoints(db)).toEqual([]);
      const { rows: stats } = await superuser.query<{ deadlocks: string }>(
        "select deadlocks from pg_stat_database where datname = current_database()",
      );
      expect(Number(stats[0]?.deadlocks)).toBe(0);
      expect(contended.done).toBeGreaterThan(MOVEMENTS / 10);

      const speed = ({ done, refused, seconds }: Tally) => (done + refused) / seconds;
      process.stdout.write(
        `${contended.done} done, ${contended.refused} refused; ${speed(contended).toFixed(0)}/s over ${BALANCES} balances, ${speed(uncontended).toFixed(0)}/s over ${roomy.length}: ${(speed(contended) / speed(uncontended)).toFixed(2)} ×\n`,
      );
    } finally {
      await superuser.end();
      for (const server of servers) {
        await server.points.drain();
        await server.db.close();
      }
      await database.drop();
    }
  },
  2 * HOURS,
);
