import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunOptions } from "./schema.ts";
import { createImportWorld, type ImportWorld } from "./testing.ts";

let world: ImportWorld;
beforeEach(async () => {
  world = await createImportWorld();
});
afterEach(() => world.close());

const HEADER = "number,date,externalId,itemCode,quantity,rate";
const OPTIONS: RunOptions = {
  registerUnknown: true,
  setAsideReturns: true,
  matchReturns: true,
  defaultTill: "shop.till1",
};
const FILE = [
  HEADER,
  "1,2025-07-01 10:00:00,K1,CUP,3,4",
  "1,2025-07-01 10:00:00,K1,POT,1,9",
  "2,2025-07-02 10:00:00,K1,CUP,2,4",
  "3,2025-07-03 10:00:00,K1,CUP,2,5",
  // Two of the newest bill at that price, two of the one before.
  "R1,2025-07-04 10:00:00,K1,CUP,-4,4",
  // A row that is found in part counts as kept aside. Both pots are wanted, one is there; the lid is nowhere.
  "R2,2025-07-05 10:00:00,K1,POT,-2,9",
  "R2,2025-07-05 10:00:00,K1,LID,-1,1",
  "R3,2025-07-06 10:00:00,K1,CUP,-1,7",
  "R4,2025-07-06 10:00:00,K2,CUP,-1,4",
  "4,2025-07-07 10:00:00,K1,CUP,9,4",
  "R5,2025-07-01 11:00:00,K1,CUP,-2,4",
  "",
].join("\n");

const run = async (options: RunOptions = OPTIONS, file = FILE) => {
  const path = join(world.folder, "bills.csv");
  await writeFile(path, file);
  return world.dataflows.runFile(world.author, path, { kind: "transactions", options });
};
const returns = () =>
  world.query(`select r.details ->> 'returnNumber' as number, b.bill_number as bill, l.item_code as item, l.quantity::int as pieces, r.points::int as points
      from activities.transactions r join activities.transactions b on b.id = r.parent_transaction_id
      join activities.transaction_lines l on l.transaction_id = r.id
     where r.type = 'RETURN' order by 1, b.billed_at desc`);
const asides = () =>
  world.query(
    "select bill_number as number, kind, amount::int as amount from activities.set_aside order by 1",
  );

test("goods that go back are those of the newest earlier bills; what is on none is kept aside", async () => {
  const { counts, status } = await run();
  expect(status).toBe("finished");
  expect(counts).toMatchObject({ rowsRead: 11, rowsImported: 6, rowsSetAside: 5, rowsRejected: 0 });
  expect(await returns()).toEqual([
    { number: "R1", bill: "2", item: "CUP", pieces: 2000, points: -80 },
    { number: "R1", bill: "1", item: "CUP", pieces: 2000, points: 0 },
    { number: "R2", bill: "1", item: "POT", pieces: 1000, points: 0 },
    // The last piece of the bill takes its points; bills of later days are not looked at.
    { number: "R5", bill: "1", item: "CUP", pieces: 1000, points: -210 },
  ]);
  expect(await asides()).toEqual([
    { number: "R2", kind: "RETURN", amount: -100_000 },
    { number: "R3", kind: "RETURN", amount: -70_000 },
    { number: "R4", kind: "RETURN", amount: -40_000 },
    { number: "R5", kind: "RETURN", amount: -40_000 },
  ]);
});

test("importing the file again changes nothing", async () => {
  await run();
  const before = [await returns(), await asides()];
  const { counts } = await run();
  expect(counts).toMatchObject({ rowsImported: 0, rowsSetAside: 0, rowsSkipped: 11, rowsRejected: 0 });
  expect([await returns(), await asides()]).toEqual(before);
});

test("without the option they are kept aside whole", async () => {
  const { counts } = await run({ ...OPTIONS, matchReturns: false });
  expect(counts).toMatchObject({ rowsImported: 5, rowsSetAside: 6 });
  expect(await returns()).toEqual([]);
});

test("goods are found however many newer bills have none of them left", async () => {
  const days = Array.from({ length: 60 }, (_, index) => index + 1);
  const at = (day: number) =>
    new Date(Date.UTC(2025, 0, day, 10)).toISOString().slice(0, 19).replace("T", " ");
  const bought = days.map((day) => `${day},${at(day)},K1,CUP,1,4`);
  const returned = days.map((day) => `R${day},${at(100 + day)},K1,CUP,-1,4`);
  const { counts } = await run(OPTIONS, [HEADER, ...bought, ...returned, ""].join("\n"));
  expect(counts).toMatchObject({ rowsImported: 120, rowsSetAside: 0 });
  const rows = await world.query(`select r.details ->> 'returnNumber' as number, r.bill_number as bill
      from activities.transactions r where r.type = 'RETURN' order by r.billed_at`);
  expect(rows).toEqual(days.map((day) => ({ number: `R${day}`, bill: `${61 - day}` })));
});

test("a column says in words what went back, and signs are as good as before", async () => {
  const { id, counts } = await run(
    OPTIONS,
    [
      "number,date,externalId,itemCode,quantity,rate,type",
      "1,2025-07-01 10:00:00,K1,CUP,6,4,Sale",
      "2,2025-07-01 10:30:00,K1,POT,1,9,",
      "R1,2025-07-02 10:00:00,K1,CUP,2,4,Credit note",
      "R2,2025-07-03 10:00:00,K1,CUP,-1,4,REFUND",
      "R3,2025-07-04 10:00:00,K1,CUP,-1,4,debit",
      "R4,2025-07-05 10:00:00,K1,POT,,9,return",
      "3,2025-07-06 10:00:00,K1,CUP,1,4,swap",
      "",
    ].join("\n"),
  );
  expect(counts).toMatchObject({ rowsImported: 6, rowsRejected: 1, rowsSetAside: 0 });
  expect(await returns()).toMatchObject([
    { number: "R1", bill: "1", item: "CUP", pieces: 2000 },
    { number: "R2", bill: "1", item: "CUP", pieces: 1000 },
    { number: "R3", bill: "1", item: "CUP", pieces: 1000 },
    { number: "R4", bill: "2", item: "POT", pieces: 1000 },
  ]);
  const { items } = await world.dataflows.listRejections(world.id, id, 0, 10);
  expect(items).toMatchObject([
    { line: 8, field: "type", reason: 'type must say sale (debit) or return (credit); "swap" says neither.' },
  ]);
});

test("a discount on what went back is taken off what it cost", async () => {
  await run(
    { ...OPTIONS, matchReturns: false },
    [
      "number,date,externalId,itemCode,quantity,rate,discount,type",
      "R1,2025-07-02 10:00:00,K1,CUP,2,4,1,return",
      "",
    ].join("\n"),
  );
  expect(await asides()).toEqual([{ number: "R1", kind: "RETURN", amount: -70_000 }]);
});

test("what the organisation's sanity check objects to is rejected, not recorded and not parked", async () => {
  await world.orgs.defineField(world.author, {
    kind: "extended",
    scope: "TRANSACTION",
    name: "salesman",
    label: "Salesman",
    dataType: "string",
    isMandatory: true,
  });
  const file = [
    "number,date,externalId,billAmount,salesman",
    "1,2025-07-01 10:00:00,K1,12,Bob",
    "2,2025-07-01 11:00:00,K1,12,",
    "",
  ].join("\n");
  await world.orgs.setSetting(world.author, "CONF_TRANSACTION_SANITY_CHECK_ENABLE", "1");
  const { id, counts } = await run({ registerUnknown: true, defaultTill: "shop.till1" }, file);
  expect(counts).toMatchObject({ rowsImported: 1, rowsRejected: 1 });
  const { items } = await world.dataflows.listRejections(world.id, id, 0, 10);
  expect(items).toMatchObject([
    { line: 3, field: "salesman", reason: "The mandatory extended field salesman has no value that fits." },
  ]);
  expect(await world.query("select count(*)::int as parked from activities.rejected_transactions")).toEqual([
    { parked: 0 },
  ]);
});
