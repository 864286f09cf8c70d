import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createIds, createLog } from "#platform";
import { createDataflows } from "./service.ts";
import { createImportWorld, type ImportWorld } from "./testing.ts";

let world: ImportWorld;
beforeEach(async () => {
  world = await createImportWorld();
});
afterEach(() => world.close());

const INPUT = {
  kind: "transactions",
  options: { registerUnknown: true, defaultTill: "shop.till1" },
} as const;
const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID";
const bill = (number: number, customer: number) => `${number},A,x,1,2025-07-01 10:00:00,5,${customer}`;

const file = async (name: string, ...rows: string[]): Promise<string> => {
  const path = join(world.folder, name);
  await writeFile(path, [HEADER, ...rows, ""].join("\n"));
  return path;
};
const numbers = async () =>
  (
    await world.query<{ bill_number: string }>("select bill_number from activities.transactions order by 1")
  ).map((row) => row.bill_number);

test("a bill that fails alone is a rejected row with a reason; the run goes on and ends", async () => {
  const before = await file("before.csv", bill(1, 17_850), bill(2, 17_851));
  await world.dataflows.runFile(world.author, before, INPUT);
  // A standing that cannot be read exactly: every bill of this customer breaks an assumption of ours.
  await world.query(
    `update loyalty.memberships set transaction_count = 9007199254740993
      where party_id = (select party_id from customers.customers where external_id = '17850')`,
  );
  const path = await file("after.csv", bill(3, 17_850), bill(3, 17_850), bill(4, 17_851), bill(5, 17_852));
  const run = await world.dataflows.runFile(world.author, path, INPUT);
  expect(run).toMatchObject({
    status: "finished",
    counts: { rowsRead: 4, rowsImported: 2, rowsRejected: 2, recordsImported: 2 },
  });
  const { items } = await world.dataflows.listRejections(world.id, run.id, 0, 10);
  expect(items.map(({ line, field, reason }) => [line, field, reason])).toEqual([
    [2, "", expect.stringMatching(/^The bill could not be recorded, and nothing of it was kept: .*2\^53\.$/)],
    [3, "", "The bill was refused as a whole because of line 2."],
  ]);
  expect(await numbers()).toEqual(["1", "2", "4", "5"]);
  // Nothing holds the number: once the fault is mended the rows come in.
  await world.query("update loyalty.memberships set transaction_count = 1 where transaction_count > 1000000");
  const again = await world.dataflows.runFile(world.author, path, INPUT);
  expect(again.counts).toMatchObject({ recordsImported: 1, recordsSkipped: 2, rowsRejected: 0 });
  expect(await world.verify()).toEqual([]);
});

test.each([
  ["a lost connection", { code: "08006" }],
  ["a socket that broke", { code: "ECONNRESET" }],
  ["a full disk", { code: "53100" }],
  ["a server that does not answer", {}],
])("%s is no bill's doing: it fails the run, which rejects nothing", async (_, fault) => {
  const error = Object.assign(new Error("timeout exceeded when trying to connect"), fault);
  const broken = createDataflows({
    ...world,
    ids: createIds(world.db),
    log: createLog("silent"),
    directory: world.folder,
    activities: {
      ...world.activities,
      recordAll: (_orgId, purchases) => Promise.resolve(purchases.map(() => ({ error }))),
    },
  });
  const path = await file("bills.csv", bill(1, 17_850));
  await expect(broken.runFile(world.author, path, INPUT)).rejects.toBe(error);
  const { items } = await world.dataflows.list(world.id, null, 1);
  expect(items[0]!.counts).toMatchObject({ rowsRead: 0, rowsRejected: 0 });
});
