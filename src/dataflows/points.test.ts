import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CampaignTerms, RunOptions } from "./schema.ts";
import { createImportWorld, type ImportWorld } from "./testing.ts";

let world: ImportWorld;
beforeEach(async () => {
  world = await createImportWorld();
  const people = Array.from(
    { length: 30 },
    (_, n) => `K${n},07700 9${String(n).padStart(5, "0")},k${n}@example.com`,
  );
  await run("customers", ["externalId,mobile,email", ...people]);
});
afterEach(() => world.close());

const fileOf = async (lines: readonly string[]): Promise<string> => {
  const path = join(world.folder, "file.csv");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
};
const run = async (
  kind: "customers" | "points" | "campaign",
  lines: readonly string[],
  options: RunOptions = {},
  dataflows = world.dataflows,
) => dataflows.runFile(world.author, await fileOf(lines), { kind, options });
const rejected = async (runId: number) =>
  (await world.dataflows.listRejections(world.id, runId, 0, 1000)).items.map(
    ({ line, field, reason }) => [line, field, reason] as const,
  );
const lots = () =>
  world.query<{ customer: string; amount: number }>(
    `select c.external_id as customer, l.category, l.amount::int as amount, l.expires_at as "expiresAt", l.converts_at as "convertsAt",
            e.reference ->> 'date' as "awardedAt", l.details ->> 'reason' as reason, l.details ->> 'promotionName' as promotion
       from ledger.lots l join ledger.entries e using (party_id, event_no, line_no)
       join customers.customers c on c.party_id = l.party_id
      order by c.external_id, l.event_no`,
  );
const balances = () =>
  world.query(
    `select c.external_id as customer, a.category, a.balance::int as balance
       from ledger.accounts a join customers.customers c using (party_id) where a.balance <> 0 order by 1, 2`,
  );

const HEADER = "Mobile,External id,Points,Awarded on,Expiry date,Category,Conversion date,Reason,Reference";

describe("points from elsewhere", () => {
  test("come in with their lots, dates and categories, once, whatever the file that names their key", async () => {
    const lines = [
      HEADER,
      "07700 900001,,120.5,2025-06-01,2026-12-31,,,Old program,L1",
      "07700 900001,,80,2025-08-01,never,regular,,Old program,L2",
      ",K2,40,2026-03-01,2027-03-31 10:00,Promised,2026-05-01,,L3",
      ",K3,7,,,,,,L4",
    ];
    const first = await run("points", lines);
    expect(first).toMatchObject({
      status: "finished",
      mapping: {
        mobile: "Mobile",
        expiresAt: "Expiry date",
        convertsAt: "Conversion date",
        key: "Reference",
      },
      counts: { rowsRead: 4, rowsImported: 4, recordsImported: 4, rowsRejected: 0 },
    });
    const given = await lots();
    expect(given).toMatchObject([
      {
        customer: "K1",
        category: 1,
        amount: 120_500,
        expiresAt: new Date("2026-12-31T23:59:59Z"),
        awardedAt: String(Date.parse("2025-05-31T23:00:00Z")),
        reason: "Old program",
        promotion: null,
      },
      { customer: "K1", amount: 80_000, expiresAt: null },
      {
        customer: "K2",
        category: 2,
        amount: 40_000,
        expiresAt: new Date("2027-03-31T09:00:00Z"),
        convertsAt: new Date("2026-04-30T23:00:00Z"),
      },
      { customer: "K3", category: 1, amount: 7000, awardedAt: null, reason: null },
    ]);
    expect(await world.query("select distinct kind, made_by from points.adjustments")).toEqual([
      { kind: "import", made_by: "test" },
    ]);
    // The same rows in another order are another file; after the first lot has gone, it is still known.
    world.clock.advance(400 * 86_400_000);
    const again = await run("points", [HEADER, ...lines.slice(1).reverse()]);
    expect(again.counts).toMatchObject({ rowsImported: 0, rowsSkipped: 4, rowsRejected: 0 });
    expect(await lots()).toEqual(given);
    expect(await world.verify()).toEqual([]);
  });

  test("without keys are known by their place in the file; two alike rows are two lots", async () => {
    const lines = ["email,points", "k1@example.com,5", "k1@example.com,5"];
    expect((await run("points", lines)).counts).toMatchObject({ rowsImported: 2 });
    expect((await run("points", lines)).counts).toMatchObject({ rowsImported: 0, rowsSkipped: 2 });
    expect(await balances()).toEqual([{ customer: "K1", category: 1, balance: 10_000 }]);
  });

  test("every bad row is reported with its line, column and reason; the rest comes in", async () => {
    const { id, counts } = await run("points", [
      HEADER,
      ",K1,5,,,,,,L1", // 2
      ",K1,6,,,,,,L1", // 3
      ",nobody,5,,,,,,", // 4
      ",,5,,,,,,", // 5
      ",K1,none,,,,,,", // 6
      ",K1,-5,,,,,,", // 7
      ",K1,0,,,,,,", // 8
      ",K1,1.2345,,,,,,", // 9
      ",K1,5,2026-04-02,,,,,", // 10
      ",K1,5,yesterday,,,,,", // 11
      ",K1,5,,2026-03-30,,,,", // 12
      ",K1,5,,soon,,,,", // 13
      ",K1,5,,,gold,,,", // 14
      ",K1,5,,,regular,2026-05-01,,", // 15
      `,K1,5,,,,,${"x".repeat(501)},`, // 16
      ",K1,5", // 17
      "07700 900099,,5,,,,,,", // 18
      ",K2,8,,,,,,", // 19
    ]);
    expect(await rejected(id)).toEqual([
      [3, "Reference", "The key L1 was imported before with other contents."],
      [4, "External id", "No customer matches externalId nobody."],
      [5, "External id", "External id is empty: the row names no customer."],
      [6, "Points", 'Points must be a number of points above 0; "none" is not.'],
      [7, "Points", 'Points must be a number of points above 0; "-5" is not.'],
      [8, "Points", 'Points must be a number of points above 0; "0" is not.'],
      [9, "Points", 'Points has more than 3 decimals: "1.2345".'],
      [10, "Awarded on", "Awarded on 2026-04-01T23:00:00.000Z is in the future."],
      [11, "Awarded on", 'Awarded on must be a date such as 2025-03-29 16:05:00; "yesterday" is not.'],
      [12, "Expiry date", "Expiry date 2026-03-30T22:59:59.000Z is in the past."],
      [13, "Expiry date", 'Expiry date must be a date such as 2025-03-29 16:05:00 or never; "soon" is not.'],
      [14, "Category", 'Category must be regular or promised; "gold" is not.'],
      [
        15,
        "Conversion date",
        "Conversion date says when promised points become regular, and these are regular.",
      ],
      [16, "Reason", "Reason must be text of at most 500 characters."],
      [17, "", "The row has 3 columns, the header 9."],
      [18, "Mobile", "No customer matches mobile 07700 900099."],
    ]);
    expect(counts).toMatchObject({ rowsRead: 18, rowsImported: 2, rowsRejected: 16 });
    expect(await world.verify()).toEqual([]);
  });

  test("killed between a batch and its checkpoint, nothing is lost or doubled", async () => {
    const lines = ["externalId,points", ...Array.from({ length: 60 }, (_, n) => `K${n % 30},${n + 1}`)];
    let finished = false;
    for (let deaths = 0; !finished; deaths++) {
      let batches = 0;
      const beforeCheckpoint = async () => {
        batches++;
        if (batches === 1 + (deaths % 3) && deaths < 4) throw new Error("the process died here");
      };
      const done = await world
        .another(7)
        .runFile(world.author, await fileOf(lines), { kind: "points" }, () => {}, { beforeCheckpoint })
        .catch((error: Error) => {
          expect(error.message).toBe("the process died here");
          world.clock.advance(600_000);
          return null;
        });
      finished = done !== null;
    }
    const sums = Array.from({ length: 30 }, (_, n) => ({
      customer: `K${n}`,
      category: 1,
      balance: (2 * n + 32) * 1000,
    }));
    expect(await balances()).toEqual(sums.sort((a, b) => (a.customer < b.customer ? -1 : 1)));
    const { items, total } = await world.dataflows.list(world.id, null, 10);
    expect(total).toBe(2);
    const { counts } = items[0]!;
    expect(counts.rowsImported + counts.rowsSkipped).toBe(60);
    expect(await world.verify()).toEqual([]);
  });

  test.each<[readonly string[], RunOptions, RegExp]>([
    [["points", "5"], {}, /no column gives the customer/],
    [["mobile,amount", "07700 900001,5"], {}, /no column gives the points/],
    [
      ["mobile,points", "07700 900001,5"],
      { asOf: "now" },
      /says how bills are meant and does nothing for points/,
    ],
    [["mobile,points", "07700 900001,5"], { source: "INSTORE" }, /it does nothing for points/],
  ])("%j with %j is refused before anything is read", async (lines, options, message) => {
    await expect(run("points", lines, options)).rejects.toThrow(message);
  });

  test("the last day of all, by which others mean never, is kept in every zone", async () => {
    const lines = ["externalId,points,expiresAt", "K1,5,9999-12-31", "K2,5,12026-01-01"];
    const { counts } = await run("points", lines, { zone: "America/New_York" });
    expect(counts).toMatchObject({ rowsImported: 1, rowsRejected: 1 });
    expect(await lots()).toMatchObject([{ customer: "K1", expiresAt: new Date("9999-12-31T09:59:59Z") }]);
  });

  test("figures with a decimal comma are read as the run says, and tills are told in the journal", async () => {
    await run("points", ["externalId;points", "K1;1.234,5"], { decimal: ",", defaultTill: "shop.till1" });
    expect(await balances()).toEqual([{ customer: "K1", category: 1, balance: 1_234_500 }]);
    expect(await world.query("select till_id from points.adjustments")).toEqual([
      { till_id: world.tillIds[0] },
    ]);
  });
});

describe("points of a campaign", () => {
  const SPRING: CampaignTerms = { name: "Spring", points: 50, reason: "Thank you", expiresOn: "2026-06-30" };
  const give = (lines: readonly string[], terms: CampaignTerms = SPRING) =>
    run("campaign", lines, { campaign: terms });

  test("are given once to each customer, whoever names them and however often", async () => {
    const { id, counts } = await give([
      "mobile,email,points",
      "07700 900001,,",
      ",k1@example.com,", // the same customer again
      ",k2@example.com,75",
      ",k2@example.com,80", // and with other points
      ",nobody@example.com,",
      ",k3@example.com,-1",
    ]);
    expect(counts).toMatchObject({ rowsRead: 6, rowsImported: 2, rowsSkipped: 1, rowsRejected: 3 });
    expect(await rejected(id)).toEqual([
      [5, "email", "The customer got points of the campaign Spring before, on other terms."],
      [6, "email", "No customer matches email nobody@example.com."],
      [7, "points", 'points must be a number of points above 0; "-1" is not.'],
    ]);
    const again = await give(["externalId", "K2", "K1", "K4"], { ...SPRING, name: " Spring" });
    // K2 had 75 points of it, so 50 are other terms.
    expect(again.counts).toMatchObject({ rowsImported: 1, rowsSkipped: 1, rowsRejected: 1 });
    const same = await give(["externalId", "K1", "K4"]);
    expect(same.counts).toMatchObject({ rowsImported: 0, rowsSkipped: 2, rowsRejected: 0 });
    expect(await lots()).toMatchObject([
      {
        customer: "K1",
        amount: 50_000,
        expiresAt: new Date("2026-06-30T22:59:59Z"),
        reason: "Thank you",
        promotion: "Spring",
      },
      { customer: "K2", amount: 75_000 },
      { customer: "K4", amount: 50_000, promotion: "Spring" },
    ]);
    const other = await give(["externalId", "K1"], {
      name: "Summer",
      points: 5,
      reason: "Sun",
      promotionName: "Heat",
    });
    expect(other.counts).toMatchObject({ rowsImported: 1 });
    expect(await world.verify()).toEqual([]);
  });

  test.each<[Partial<CampaignTerms>, RegExp]>([
    [{ points: 0 }, /points: it must be a number of points above 0/],
    [{ points: 1.0005 }, /points: 1.0005 has more than 3 decimals/],
    [{ expiresOn: "2026-03-30" }, /expiresOn: 2026-03-30 is in the past/],
    [{ expiresOn: "2026-02-30" }, /expiresOn: it must be a day/],
    [{ budget: 49 }, /budget: it does not last for one customer, who gets 50/],
    [{ budget: -1 }, /budget: it must be a number of points above 0/],
    [{ mostPerCustomer: 40 }, /mostPerCustomer: the campaign gives each customer 50, which is more/],
    [{ mostPerCustomer: 50.0001 }, /mostPerCustomer: 50.0001 has more than 3 decimals/],
    [{ name: " " }, /name: it is empty/],
    [{ reason: "a\0b" }, /reason: it is empty, or has characters/],
  ])("terms of %j are refused before anything is given", async (changes, message) => {
    await expect(give(["externalId", "K1"], { ...SPRING, ...changes })).rejects.toThrow(message);
    expect(await lots()).toEqual([]);
  });

  test("need points from somewhere, and no more customers than a run takes", async () => {
    await expect(give(["externalId", "K1"], { name: "Spring", reason: "x" })).rejects.toThrow(
      /points: say how many/,
    );
    const many = ["externalId", ...Array.from({ length: 100_001 }, (_, n) => `K${n}`)];
    await expect(give(many)).rejects.toThrow(/at most 100000 customers/);
  });
});
