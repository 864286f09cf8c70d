import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { AppError } from "#platform";
import type { BillContext } from "./parse.ts";
import type { Purchase, Recorded } from "./schema.ts";
import { createActivities } from "./service.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const rows = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
  (await bench.superuser.query(text, values)).rows as Row[];
const countBills = async (shop: TestShop): Promise<number> =>
  Number(
    (
      await rows<{ n: number }>("select count(*) n from activities.transactions where org_id = $1", [shop.id])
    )[0]!.n,
  );

const record = (shop: TestShop, purchase: Purchase) => bench.activities.record(shop.id, purchase);
/** The refusal's number, or "new" or "repeat". */
const outcomeOf = async (
  shop: TestShop,
  body: object,
  context: Partial<BillContext> & { customer?: string } = {},
) => {
  try {
    const { repeated } = await record(shop, await shop.bill(body, context));
    return repeated ? "repeat" : "new";
  } catch (error) {
    return (error as AppError).number;
  }
};
const verifyClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
};

describe("a bill that is sent again", () => {
  test("is answered byte for byte as it was, and changes nothing", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const body = {
      billNumber: "R1",
      billAmount: "700",
      note: "für Ana",
      extendedFields: { unknown: 1 },
      lineItemsV2: [{ itemCode: "A", qty: 3, rate: 5 }],
    };
    const first = await record(shop, await shop.bill(body, { wantsRawSideEffects: true }));
    expect(first).toMatchObject({ repeated: false });
    expect(JSON.parse(first.reply)).toMatchObject({
      createdId: first.transactionId,
      warnings: [{ code: 91016 }],
      sideEffects: [{ type: "points" }, { type: "slab" }],
      rawSideEffects: [{ type: "AWARD" }],
    });
    bench.clock.advance(60_000);
    // Asked for otherwise, it is still the first answer.
    const again = await record(shop, await shop.bill({ ...body, billAmount: 700 }));
    expect(again).toEqual({ ...first, repeated: true });
    expect(await countBills(shop)).toBe(1);
    await verifyClean();
  });

  test("with other contents is refused with 604", async () => {
    const shop = await bench.shop();
    await shop.register(2);
    expect(await outcomeOf(shop, { billNumber: "R2" })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "R2", billAmount: 100.01 })).toBe(604);
    expect(await outcomeOf(shop, { billNumber: "R2" }, { customer: "C2" })).toBe(604);
    expect(await outcomeOf(shop, { billNumber: "R2", type: "NOT_INTERESTED" })).toBe(604);
    expect(await outcomeOf(shop, { billNumber: "R2" })).toBe("repeat");
  });

  test("within one batch is answered like the first", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const same = { billNumber: "R3" };
    const outcomes = await bench.activities.recordAll(shop.id, [
      await shop.bill(same),
      await shop.bill(same),
      await shop.bill({ ...same, billAmount: 5 }),
      await shop.bill(same),
    ]);
    const told = outcomes.map((outcome) =>
      "ok" in outcome ? outcome.ok.reply : (outcome.error as AppError).number,
    );
    expect(told).toEqual([told[0], told[0], 604, told[0]]);
    expect(await countBills(shop)).toBe(1);
  });

  test("anonymously is answered like the first", async () => {
    const shop = await bench.shop();
    const body = { type: "NOT_INTERESTED", billNumber: "R4" };
    const first = await record(shop, await shop.bill(body));
    expect(await record(shop, await shop.bill(body))).toEqual({ ...first, repeated: true });
  });

  test("fifty times in flight at once is recorded once", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const processes = Array.from({ length: 5 }, () => createActivities({ ...bench.parts, log: bench.log }));
    const purchase = await shop.bill({ billNumber: "R5" });
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => processes[index % 5]!.record(shop.id, purchase)),
    );
    expect(new Set(replies.map(({ reply }) => reply)).size).toBe(1);
    expect(replies.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await countBills(shop)).toBe(1);
    await verifyClean();
  });

  test("with fifty different contents in flight at once is recorded once, the others are refused", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const processes = Array.from({ length: 5 }, () => createActivities({ ...bench.parts, log: bench.log }));
    const settled = await Promise.allSettled(
      Array.from({ length: 50 }, async (_, index) =>
        processes[index % 5]!.record(shop.id, await shop.bill({ billNumber: "R6", billAmount: index + 1 })),
      ),
    );
    const refused = settled.filter((result) => result.status === "rejected");
    expect(refused).toHaveLength(49);
    for (const { reason } of refused) expect(reason).toMatchObject({ number: 604 });
    expect(await countBills(shop)).toBe(1);
    await verifyClean();
  });
});

describe("how far numbers are unique", () => {
  const setUp = async (settings: Record<string, string>) => {
    const shop = await bench.shop();
    await shop.register(1);
    await shop.set(settings);
    const other = { tillId: shop.tillIds[1] };
    return { shop, other };
  };

  test("in the whole organisation", async () => {
    const { shop, other } = await setUp({ CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE: "1" });
    expect(await outcomeOf(shop, { billNumber: "U" })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "U" }, other)).toBe(604);
    const neighbour = await setUp({});
    expect(await outcomeOf(neighbour.shop, { billNumber: "U" })).toBe("new");
  });

  test("in a store, over its tills", async () => {
    const { shop, other } = await setUp({
      CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE: "1",
      CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_STORE: "1",
    });
    const third = await bench.orgs.createEntity(
      { orgId: shop.id, name: "test" },
      { type: "TILL", code: `${shop.organisation.code}.till3`, name: "Till 3", storeId: shop.storeIds[0] },
    );
    expect(await outcomeOf(shop, { billNumber: "U" })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "U", billAmount: 1 }, { tillId: third.id })).toBe(604);
    expect(await outcomeOf(shop, { billNumber: "U" }, other)).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "U" }, other)).toBe("repeat");
    await verifyClean();
  });

  test("at a till", async () => {
    const { shop, other } = await setUp({
      CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE: "1",
      CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_TILL: "1",
    });
    expect(await outcomeOf(shop, { billNumber: "U" })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "U", billAmount: 1 })).toBe(604);
    expect(await outcomeOf(shop, { billNumber: "U", billAmount: 1 }, other)).toBe("new");
    await verifyClean();
  });

  test("not at all: only the same contents are a repeat", async () => {
    const { shop } = await setUp({ CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE: "0" });
    expect(await outcomeOf(shop, { billNumber: "U" })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "U", billAmount: 1 })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: "U", billAmount: 1 })).toBe("repeat");
    expect(await countBills(shop)).toBe(2);
    await verifyClean();
  });

  test("where none is needed, bills without number are all new", async () => {
    const { shop } = await setUp({ CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED: "0" });
    expect(await outcomeOf(shop, { billNumber: "" })).toBe("new");
    expect(await outcomeOf(shop, { billNumber: null })).toBe("new");
    expect(await countBills(shop)).toBe(2);
  });

  describe("for some days", () => {
    const DAYS = { CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE: "1", CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS: "10" };
    const on = (day: number, billAmount = 100) => ({
      billNumber: "U",
      billAmount,
      billingDate: `2026-01-${String(day).padStart(2, "0")}T12:00:00Z`,
    });

    test("a number comes again after them", async () => {
      const { shop } = await setUp(DAYS);
      expect(await outcomeOf(shop, on(1))).toBe("new");
      expect(await outcomeOf(shop, on(11))).toBe(604);
      expect(await outcomeOf(shop, on(12))).toBe("new");
      expect(await outcomeOf(shop, on(12))).toBe("repeat");
      expect(await outcomeOf(shop, on(13))).toBe(604);
      await verifyClean();
    });

    test("one of many that take it over at once gets it", async () => {
      const { shop } = await setUp(DAYS);
      await outcomeOf(shop, on(1));
      const processes = Array.from({ length: 8 }, () => createActivities({ ...bench.parts, log: bench.log }));
      const settled = await Promise.allSettled(
        processes.map(async (activities, index) =>
          activities.record(shop.id, await shop.bill(on(15, index + 1))),
        ),
      );
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await countBills(shop)).toBe(2);
      await verifyClean();
    });

    test("a bill that takes it over and is refused gives it back", async () => {
      const { shop } = await setUp(DAYS);
      const [, blocked] = [0, (await shop.register(1))[0]];
      await outcomeOf(shop, on(1));
      await bench.superuser.query("update customers.customers set status = 'DELETED' where party_id = $1", [
        blocked,
      ]);
      expect(await outcomeOf(shop, on(15), { customer: "C2" })).toBe(3045);
      expect(await outcomeOf(shop, on(1))).toBe("repeat");
      expect(await outcomeOf(shop, on(2))).toBe(604);
      await verifyClean();
    });
  });
});

describe("an Idempotency-Key", () => {
  const key = { requestKey: "k-1" };

  test("gets the first reply again, and 409 with another request", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const first = await record(shop, await shop.bill({ billNumber: "I1" }, key));
    expect(await record(shop, await shop.bill({ billNumber: "I1" }, key))).toEqual({
      ...first,
      repeated: true,
    });
    const refused = await record(shop, await shop.bill({ billNumber: "I2" }, key)).catch(
      (error: AppError) => error,
    );
    expect(refused).toMatchObject({ http: 409, number: 70001 });
    expect(await countBills(shop)).toBe(1);
  });

  test("makes bills without number happen once", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    await shop.set({ CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED: "0" });
    const body = { billNumber: "" };
    expect(await outcomeOf(shop, body, key)).toBe("new");
    expect(await outcomeOf(shop, body, key)).toBe("repeat");
    expect(await countBills(shop)).toBe(1);
  });

  test("of one organisation is free in another", async () => {
    const [one, two] = [await bench.shop(), await bench.shop()];
    await one.register(1);
    await two.register(1);
    expect(await outcomeOf(one, { billNumber: "I3" }, key)).toBe("new");
    expect(await outcomeOf(two, { billNumber: "I4" }, key)).toBe("new");
  });

  test("that comes with a bill recorded before leads to that bill from then on", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const first = await record(shop, await shop.bill({ billNumber: "I5" }));
    for (let time = 0; time < 2; time++) {
      expect(await record(shop, await shop.bill({ billNumber: "I5" }, key))).toEqual({
        ...first,
        repeated: true,
      });
    }
    await verifyClean();
  });

  test("of a refused request is free again", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    await record(shop, await shop.bill({ billNumber: "I6" }));
    expect(await outcomeOf(shop, { billNumber: "I6", billAmount: 5 }, key)).toBe(604);
    expect(await outcomeOf(shop, { billNumber: "I7" }, key)).toBe("new");
  });

  test("in flight fifty times at once is one bill", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    await shop.set({ CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED: "0" });
    const processes = Array.from({ length: 5 }, () => createActivities({ ...bench.parts, log: bench.log }));
    const purchase = await shop.bill({ billNumber: "" }, key);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => processes[index % 5]!.record(shop.id, purchase)),
    );
    expect(new Set(replies.map(({ transactionId }: Recorded) => transactionId)).size).toBe(1);
    expect(await countBills(shop)).toBe(1);
  });

  test("in flight with other requests: one is recorded, the others are refused with 409", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const processes = Array.from({ length: 5 }, () => createActivities({ ...bench.parts, log: bench.log }));
    const settled = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, index) =>
        processes[index % 5]!.record(shop.id, await shop.bill({ billNumber: `J${index}` }, key)),
      ),
    );
    const refused = settled.filter((result) => result.status === "rejected");
    expect(refused.map(({ reason }) => (reason as AppError).http)).toEqual(new Array(19).fill(409));
    expect(await countBills(shop)).toBe(1);
    await verifyClean();
  });
});

describe("verification finds", () => {
  const corruptions: readonly (readonly [string, string, string])[] = [
    [
      "points that the ledger does not have",
      "update activities.transactions set points = points + 1 where org_id = $1",
      "every bill's points are in the ledger, and the ledger's in a bill",
    ],
    [
      "a bill that is gone",
      "delete from activities.transactions where org_id = $1",
      "every claimed bill number has its bill",
    ],
    [
      "a posting without bill",
      "update activities.transactions set event_no = null, points = 0 where org_id = $1",
      "every bill's points are in the ledger, and the ledger's in a bill",
    ],
    [
      "points without a posting",
      "update activities.transactions set event_no = null where org_id = $1",
      "a bill without a ledger event earned nothing",
    ],
    [
      "a number that leads nowhere",
      "update activities.bill_numbers set transaction_id = transaction_id + 1000000 where org_id = $1",
      "every claimed bill number has its bill",
    ],
    [
      "a bill whose number is nobody's",
      "delete from activities.bill_numbers where org_id = $1",
      "every numbered bill holds its number",
    ],
    [
      "a request key that leads nowhere",
      "update activities.request_keys set transaction_id = transaction_id + 1000000 where org_id = $1",
      "every request key has its bill",
    ],
    [
      "lines without bill",
      "update activities.transaction_lines set transaction_id = transaction_id + 1000000 where org_id = $1",
      "every line has its bill",
    ],
  ];
  test.each(corruptions)("%s", async (_, statement, check) => {
    const own = await createActivitiesBench();
    try {
      const shop = await own.shop();
      const [party] = await shop.register(1);
      await own.activities.record(
        shop.id,
        await shop.bill({ lineItemsV2: [{ amount: 100 }] }, { requestKey: "k" }),
      );
      expect(await verifyActivities(own.db)).toEqual([]);
      await own.superuser.query(statement, [shop.id]);
      const findings = await verifyActivities(own.db);
      expect(findings.map((finding) => finding.check)).toContain(check);
      for (const finding of findings) expect(finding).toMatchObject({ orgId: shop.id, partyId: party });
    } finally {
      await own.close();
    }
  });
});
