import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createEvents, type Events, type NewEvent, nameCall } from "#events";
import { createDb, createIds, createLog, type Db, sql } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";

let database: TestDatabase;
let db: Db;
let events: Events;
const seen: string[] = [];
const calls: (string | null)[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  events = createEvents({ db, ids: createIds(db), log: createLog("silent") });
  events.subscribe(async (_, batch) => {
    seen.push(...batch.map(({ partyId, payload }) => `${partyId}:${payload.is}`));
    calls.push(...batch.map(({ requestId }) => requestId));
  });
});
beforeEach(() => {
  seen.splice(0);
  calls.splice(0);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const eventOf = (partyId: number, is: string, requestId?: string): NewEvent => ({
  orgId: 1,
  partyId,
  type: "customer.updated",
  occurredAt: new Date("2026-01-20T12:00:00Z"),
  payload: { is },
  ...(requestId === undefined ? {} : { requestId }),
});
const publish = (event: NewEvent) => db.system((tx) => events.publish(tx, [event]));

test("events are handed out in the order in which they were recorded, whatever their ids say", async () => {
  // Another process has ids of a later block.
  await db.system((tx) =>
    tx.run(sql`/* test.insert */ insert into events.outbox (id, party_id, org_id, event_type, occurred_at, payload)
      values (900000, 7, 1, 'customer.updated', '2026-01-20', '{"is":"first"}')`),
  );
  await publish(eventOf(7, "second", "call-1"));
  await events.drain();
  expect(seen).toEqual(["7:first", "7:second"]);
  expect(calls).toEqual([null, "call-1"]);
});

test("a party of whom another relay holds an earlier event waits for it; others do not", async () => {
  await publish(eventOf(1, "first"));
  const other = new pg.Client({ connectionString: database.connectionString });
  await other.connect();
  try {
    await other.query("begin");
    await other.query("select 1 from events.outbox for update");
    await publish(eventOf(1, "second"));
    await publish(eventOf(2, "alone"));
    await events.drain();
    expect(seen).toEqual(["2:alone"]);
    await other.query("rollback");
    await events.drain();
    expect(seen).toEqual(["2:alone", "1:first", "1:second"]);
  } finally {
    await other.end();
  }
});

test("the events of one of several calls are named after it", () => {
  const told = [eventOf(1, "before"), eventOf(1, "own")];
  nameCall(told, 1, "call-9");
  nameCall(told, 0, undefined);
  expect(told.map(({ requestId }) => requestId)).toEqual([undefined, "call-9"]);
});
