import { hostname } from "node:os";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Trace, toldRules } from "#loyalty";
import { type ActivitiesBench, createActivitiesBench, NOON, type TestShop } from "../activities/testing.ts";
import { awarding, starterDefinition } from "../loyalty/testing.ts";
import { createReplayHere } from "./replay/here.ts";
import type { Replay } from "./runner.ts";
import { generousDefinition, liveThrough2025, record, replayMeanwhile, whatifOn } from "./testing.ts";

let bench: ActivitiesBench;
let shop: TestShop;
let author: { orgId: number; name: string };
let people: readonly number[];

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.clock.set(new Date(NOON));
  shop = await bench.shop();
  author = { orgId: shop.id, name: "Mia" };
  people = await shop.register(2);
  await liveThrough2025(bench, shop);
});

const points = (value: number): number => value * 1000;
const start = (input: object = {}) =>
  whatifOn(bench).start(author, shop.programId, {
    subject: "definition",
    definition: generousDefinition(),
    ...input,
  });
const finished = async (replay?: Replay, input: object = {}) => {
  const { id } = await start(input);
  const whatif = whatifOn(bench, replay);
  await whatif.resumeRuns();
  return whatif.result(shop.id, id);
};
const rowsOf = async (id: number) =>
  (
    await whatifOn(bench).customers(shop.id, id, {
      sort: "difference",
      descending: true,
      after: null,
      only: null,
      limit: 100,
    })
  ).items;

describe("a draft over real history", () => {
  test("comes to what its rules would have given, and to what the rules of then gave", async () => {
    const { summary, ...run } = await finished();
    expect(run).toMatchObject({
      status: "finished",
      from: new Date("2024-06-30T23:00:00Z"),
      until: new Date("2025-06-30T23:00:00Z"),
      customersDone: 2,
      billsDone: 4,
      billsTotal: 4,
    });
    expect(summary).toMatchObject({ customers: 2, bills: 4, amount: 8_000_000 });
    const regular = { currencyId: 0, category: 1 };
    expect(summary.tried.given).toEqual([{ ...regular, given: points(16), taken: points(1) }]);
    expect(summary.compared.given).toEqual([{ ...regular, given: points(9), taken: points(0.5) }]);
    expect(summary.recorded.given).toEqual(summary.compared.given);
    expect(summary.parity).toEqual({ bills: 4, equal: 4, reasons: [] });
    expect(summary.tried.rules).toEqual([
      {
        version: 2,
        setName: "Purchases",
        ruleId: "base",
        name: "Points on every purchase",
        tried: 4,
        hits: 4,
        undetermined: 0,
        given: [{ ...regular, given: points(16) }],
      },
    ]);
    expect(summary.difference).toMatchObject({
      winners: 2,
      losers: 0,
      same: 0,
      gained: points(6.5),
      lost: 0,
    });
    expect(summary.difference.buckets.filter(({ customers }) => customers > 0)).toEqual([
      { from: 1, until: points(1), customers: 1, difference: points(0.5) },
      { from: points(1), until: points(10), customers: 1, difference: points(6) },
    ]);
  });

  test("says by month what it gives, what returns take, and what expires by its own dates", async () => {
    const { summary } = await finished(undefined, {
      definition: { ...generousDefinition(), expiry: { kind: "never" } },
    });
    const month = (name: string, given: number, taken: number, expiring: number) => ({
      month: name,
      given: points(given),
      taken: points(taken),
      expiring: points(expiring),
    });
    expect(summary.tried.months).toEqual([
      month("2025-03", 8, 0, 0),
      month("2025-04", 4, 0, 0),
      month("2025-05", 2, 0, 0),
      month("2025-06", 2, 1, 0),
    ]);
    expect(summary.tried.lasting).toBe(points(15));
    expect(summary.compared.months).toEqual([
      month("2025-03", 4, 0, 0),
      month("2025-04", 2, 0, 0),
      month("2025-05", 1, 0, 0),
      month("2025-06", 2, 0.5, 0),
      month("2026-03", 0, 0, 4),
      month("2026-04", 0, 0, 2),
      month("2026-05", 0, 0, 0.5),
      month("2026-06", 0, 0, 2),
    ]);
    expect(summary.compared.lasting).toBe(0);
  });

  test("carries trackers on between bills, less what went back", async () => {
    const starter = starterDefinition();
    const case_ = { length: 360, unit: "days", aggregate: "sum", mostForwards: 1, setId: "reached" } as const;
    const { summary } = await finished(undefined, {
      definition: {
        ...starter,
        activities: {
          TransactionAdd: [
            ...starter.activities.TransactionAdd,
            {
              id: "tracking",
              name: "Tracking",
              stage: "trackers",
              rules: [
                {
                  id: "track",
                  name: "Track",
                  condition: "true",
                  actions: [{ type: "evaluate_tracker", trackerId: 1 }],
                },
              ],
            },
            {
              id: "reached",
              name: "Reached",
              isForwarded: true,
              rules: [{ id: "bonus", name: "Bonus", condition: "true", actions: [awarding(50)] }],
            },
          ],
        },
        trackers: [
          {
            id: 1,
            name: "Spend",
            entity: "BILL_AMOUNT",
            method: "MOVING_WINDOW",
            cases: [{ id: 1, name: "600", operator: ">=", value: 600, ...case_ }],
          },
        ],
      },
    });
    // The one who bought for 700 reaches it once, with the second bill; the other does not.
    expect(summary.tried.given[0]!.given - summary.compared.given[0]!.given).toBe(points(50));
    expect(summary.tried.rules.map(({ ruleId, hits }) => [ruleId, hits])).toContainEqual(["bonus", 1]);
  });

  test("says who moves to which tier, and what it is for each customer", async () => {
    const { id, summary } = await finished(undefined, { from: "2025-03-01", to: "2025-03-31" });
    expect(summary.tried.tiers).toEqual([{ from: 1, to: 2, customers: 1 }]);
    expect(summary.compared.tiers).toEqual([{ from: 1, to: 1, customers: 1 }]);
    expect(summary.recorded.tiers).toEqual([{ from: 1, to: 1, customers: 1 }]);
    expect(await rowsOf(id)).toEqual([
      {
        partyId: people[0],
        firstName: "Ana",
        lastName: "Reyes",
        bills: 1,
        amount: 4_000_000,
        recorded: points(4),
        compared: points(4),
        tried: points(8),
        difference: points(4),
        tierBegin: 1,
        tierRecorded: 1,
        tierCompared: 1,
        tierTried: 2,
      },
    ]);
  });

  test("begins with the standing of then: purchases before the period count, and the tier is that of its first day", async () => {
    const { summary } = await finished(undefined, { from: "2025-06-01" });
    // Silver by then: 2 % under either; half of what C2 had came back within the period, but of a bill before it.
    expect(summary).toMatchObject({ bills: 1, customers: 1, parity: { equal: 1 } });
    expect(summary.compared.tiers).toEqual([{ from: 2, to: 2, customers: 1 }]);
    expect(summary.tried.given).toEqual(summary.compared.given);
  });

  test("compares with another version when asked to", async () => {
    await bench.loyalty.saveDraft(author, shop.programId, generousDefinition());
    bench.clock.advance(1000);
    await bench.loyalty.publish(author, shop.programId);
    const { summary } = await finished(undefined, {
      subject: "version",
      version: 1,
      definition: undefined,
      compareWith: 2,
    });
    expect(summary.tried.given[0]).toMatchObject({ given: points(9) });
    expect(summary.compared.given[0]).toMatchObject({ given: points(16) });
    expect(summary.difference).toMatchObject({ winners: 0, losers: 2, lost: points(6.5) });
    // What was in force on the dates of the bills is version 1 all the same.
    expect(summary.parity).toEqual({ bills: 4, equal: 4, reasons: [] });
  });

  test("tells why bills are not decided as they were recorded", async () => {
    await bench.superuser.query(
      `update activities.transactions set trace = jsonb_set(trace::jsonb, '{rules,0,p}', '9000')::json
        where org_id = $1 and bill_number = 'C1 2025-03-10'`,
      [shop.id],
    );
    const { summary } = await finished();
    expect(summary.parity).toMatchObject({
      bills: 4,
      equal: 3,
      reasons: [{ reason: "points", bills: 1, inPoints: 1, examples: [expect.any(Number)] }],
    });
  });
});

test("a trace that was kept as older versions of the program kept them is the same decision", async () => {
  const program = (await bench.loyalty.programs(shop.id)).default!.newest;
  const { rows } = await bench.superuser.query<{ id: string; trace: Trace }>(
    "select id, trace from activities.transactions where org_id = $1 and trace is not null",
    [shop.id],
  );
  for (const { id, trace } of rows) {
    const { o: _, h: __, q: ___, k: ____, x: _____, c: ______, ...rest } = trace;
    const older = { ...rest, rules: toldRules(trace, program) };
    await bench.superuser.query("update activities.transactions set trace = $2 where id = $1", [
      id,
      JSON.stringify(older),
    ]);
  }
  expect((await finished()).summary.parity).toEqual({ bills: 4, equal: 4, reasons: [] });
});

test("a rule that is never true was looked at all the same", async () => {
  const definition = generousDefinition();
  const [set] = definition.activities.TransactionAdd;
  const never = { ...set!.rules[0]!, id: "never", name: "Never", condition: "currentTxn.value > 100000" };
  const { summary } = await finished(undefined, {
    definition: {
      ...definition,
      activities: { TransactionAdd: [{ ...set!, rules: [...set!.rules, never] }] },
    },
  });
  expect(summary.tried.rules).toMatchObject([
    { ruleId: "base", tried: 4, hits: 4 },
    { ruleId: "never", tried: 4, hits: 0, undetermined: 0, given: [] },
  ]);
});

describe("a run", () => {
  test("sees none of the bills that are recorded while it reads", async () => {
    const { summary } = await finished(
      replayMeanwhile(bench, async () => {
        await record(bench, shop, { billNumber: "late", billAmount: 900, billingDate: "2025-06-29" }, "C2");
      }),
    );
    expect(summary).toMatchObject({ bills: 4, parity: { equal: 4 } });
    expect((await finished()).summary).toMatchObject({ bills: 5, parity: { equal: 5 } });
  });

  test("that waits is stopped at once, one under way where it is, and nothing of either is kept", async () => {
    const whatif = whatifOn(bench);
    const waiting = await start();
    expect(await whatif.cancel(shop.id, waiting.id)).toMatchObject({ status: "cancelled" });
    await expect(whatif.cancel(shop.id, waiting.id)).rejects.toMatchObject({ code: "whatif.not_running" });

    const { id } = await start();
    const working = whatifOn(bench, async (order, sink, signal) => {
      await sink.customers([row(people[0]!)]);
      await whatif.cancel(shop.id, id);
      return forever(order, sink, signal);
    });
    await working.resumeRuns();
    expect(await whatif.get(shop.id, id)).toMatchObject({ status: "cancelled" });
    expect(await rowsOf(id)).toEqual([]);
    await expect(whatif.result(shop.id, id)).rejects.toMatchObject({ code: "whatif.not_finished" });
  });

  test("begins anew when the process that worked on it stops or dies", async () => {
    const { id } = await start();
    const stopped = whatifOn(bench, async (order, sink, signal) => {
      await sink.customers([row(people[0]!)]);
      void stopped.stop();
      return forever(order, sink, signal);
    });
    await stopped.resumeRuns();
    expect(await stopped.get(shop.id, id)).toMatchObject({ status: "running", attempts: 1 });

    // One that was killed leaves its lease behind, under the number of a process that is gone.
    await bench.superuser.query("update whatif.runs set lease_owner = $2, lease_until = $3 where id = $1", [
      id,
      leaseOfTheDead(),
      new Date(NOON + 3_600_000),
    ]);
    const next = whatifOn(bench);
    await next.resumeRuns();
    expect(await next.get(shop.id, id)).toMatchObject({ status: "finished", attempts: 2 });
    expect((await rowsOf(id)).map(({ partyId }) => partyId)).toEqual([people[0], people[1]]);
  });

  test("that another process took over writes no more", async () => {
    const { id } = await start();
    const slow = whatifOn(bench, async (order, sink, signal) => {
      await bench.superuser.query("update whatif.runs set lease_owner = 'another' where id = $1", [id]);
      return createReplayHere(bench)(order, sink, signal);
    });
    await slow.resumeRuns();
    expect(await rowsOf(id)).toEqual([]);
    expect(await slow.get(shop.id, id)).toMatchObject({ status: "running" });
  });

  test("that fails is tried again, and says so", async () => {
    const { id } = await start();
    const failing = whatifOn(bench, () => Promise.reject(new Error("the disk is on fire")));
    for (let attempt = 1; attempt <= 5; attempt++) {
      await failing.resumeRuns();
      bench.clock.advance(3_600_000);
    }
    expect(await failing.get(shop.id, id)).toMatchObject({
      status: "failed",
      attempts: 5,
      message: "The server had a fault; see its log.",
    });
  });

  test("keeps the definition that it was asked for, whatever becomes of the draft", async () => {
    await bench.loyalty.saveDraft(author, shop.programId, generousDefinition());
    const { id } = await start({ subject: "draft", definition: undefined });
    await bench.loyalty.saveDraft(author, shop.programId, starterDefinition());
    const whatif = whatifOn(bench);
    await whatif.resumeRuns();
    expect((await whatif.result(shop.id, id)).summary.tried.given[0]).toMatchObject({ given: points(16) });
  });

  test("is kept while it is among the newest twenty", async () => {
    const whatif = whatifOn(bench);
    const first = (await finished()).id;
    for (let count = 0; count < 20; count++) await finished();
    const { items, total } = await whatif.list(shop.id, { programId: null, before: null, limit: 100 });
    expect(total).toBe(20);
    expect(items.map(({ id }) => id)).not.toContain(first);
    expect(await rowsOf(first)).toEqual([]);
  });
});

test("what cannot be replayed is refused", async () => {
  const code = (input: object) => start(input).catch((error: { code?: string }) => error.code);
  expect(await code({ definition: undefined })).toBe("whatif.subject_needed");
  expect(await code({ version: 1 })).toBe("whatif.subject_needed");
  expect(await code({ subject: "draft", definition: undefined })).toBe("whatif.no_draft");
  expect(await code({ subject: "version", definition: undefined, version: 7 })).toBe(
    "loyalty.unknown_version",
  );
  expect(await code({ compareWith: 7 })).toBe("loyalty.unknown_version");
  expect(await code({ definition: { ...starterDefinition(), tiers: [] } })).toBe(
    "loyalty.draft_has_problems",
  );
  expect(await code({ from: "2025-02-30" })).toBe("whatif.bad_day");
  expect(await code({ from: "2025-06-02", to: "2025-06-01" })).toBe("whatif.period_reversed");
  expect(await code({ from: "2015-01-01", to: "2025-06-01" })).toBe("whatif.period_too_long");
  expect(await code({ from: "2024-01-01", to: "2024-12-31" })).toBe("whatif.no_bills");
  for (let count = 0; count < 5; count++) await start();
  expect(await code({})).toBe("whatif.too_many_waiting");
});

const row = (partyId: number) => ({
  partyId,
  bills: 1,
  amount: 1,
  recorded: 1,
  compared: 1,
  tried: 1,
  tierBegin: 1,
  tierRecorded: 1,
  tierCompared: 1,
  tierTried: 1,
});

/** Ends with the signal alone. */
const forever: Replay = (_, __, signal) =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });

/** No process has this number: they are below four million. */
const leaseOfTheDead = () => `${hostname()} 99999999 gone`;
