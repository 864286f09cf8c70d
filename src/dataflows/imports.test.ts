import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunOptions } from "./schema.ts";
import { createImportWorld, type ImportWorld } from "./testing.ts";

let world: ImportWorld;
beforeEach(async () => {
  world = await createImportWorld();
});
afterEach(() => world.close());

const OPTIONS: RunOptions = { registerUnknown: true, setAsideReturns: true, defaultTill: "shop.till1" };
const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID";

const file = async (name: string, content: string | Buffer): Promise<string> => {
  const path = join(world.folder, name);
  await writeFile(path, content);
  return path;
};
const importBills = async (content: string | Buffer, options: RunOptions = OPTIONS, name = "bills.csv") =>
  world.dataflows.runFile(world.author, await file(name, content), { kind: "transactions", options });
const rejected = async (runId: number) =>
  (await world.dataflows.listRejections(world.id, runId, 0, 1000)).items.map(
    ({ line, field, reason }) => [line, field, reason] as const,
  );
const bills = () =>
  world.query<{ bill_number: string; amount: number; points: number; type: string; billed_at: Date }>(
    "select bill_number, amount, points, type, billed_at from activities.transactions order by billed_at, bill_number",
  );

test("rows of one number are the lines of one bill; customers are registered on the way", async () => {
  const run = await importBills(
    [
      HEADER,
      "1001,A1,Mug,2,2025-07-01 10:00:00,3.50,17850",
      '1001,B2,"Plate, ""blue""",1,2025-07-01 10:01:00,4.00,17850',
      "1002,A1,Mug,1,2025-12-01 09:30:00,3.50,",
      "",
    ].join("\n"),
  );
  expect(run.status).toBe("finished");
  expect(run.counts).toMatchObject({
    rowsRead: 3,
    rowsImported: 3,
    recordsImported: 2,
    customersRegistered: 1,
  });
  expect(await bills()).toEqual([
    // July in London is an hour ahead of UTC; the first row's time is the bill's.
    {
      bill_number: "1001",
      amount: 110_000,
      points: 110,
      type: "REGULAR",
      billed_at: new Date("2025-07-01T09:00:00Z"),
    },
    {
      bill_number: "1002",
      amount: 35_000,
      points: 0,
      type: "NOT_INTERESTED",
      billed_at: new Date("2025-12-01T09:30:00Z"),
    },
  ]);
  expect(
    await world.query(
      "select line_no, item_code, description, quantity, rate, amount from activities.transaction_lines where quantity = 1000 order by amount desc limit 1",
    ),
  ).toEqual([
    {
      line_no: 2,
      item_code: "B2",
      description: 'Plate, "blue"',
      quantity: 1000,
      rate: 40_000,
      amount: 40_000,
    },
  ]);
  expect(await world.query("select registered_at from customers.customers")).toEqual([
    { registered_at: new Date("2025-07-01T09:00:00Z") },
  ]);
  expect(await world.verify()).toEqual([]);
});

test("every bad row is reported with its line, field and reason, its bill with it; the rest comes in", async () => {
  const run = await importBills(
    Buffer.concat([
      Buffer.from(
        [
          HEADER,
          "1,A,ok,1,2025-07-01 10:00:00,1,17850", // 2
          "2,A,bad number,one,2025-07-01 10:00:00,1,17850", // 3
          "2,B,good line of a bad bill,1,2025-07-01 10:00:00,1,17850", // 4
          "3,A,bad date,1,2025-02-30 10:00:00,1,17850", // 5
          "4,A,no date,1,,1,17850", // 6
          "5,A,too few columns,1", // 7
          '6,A,"two', // 8
          'lines",1,2025-07-01 10:00:00,1,17850', // 9
          "7,A,bad price,1,2025-07-01 10:00:00,£1,17850", // 10
          "8,A,other customers,1,2025-07-01 10:00:00,1,17850", // 11
          "8,A,other customers,1,2025-07-01 10:00:00,1,17851", // 12
          "9,A,no price,1,2025-07-01 10:00:00,,17850", // 13
          `10,A,long number${"1".repeat(300)},1,2025-07-01 10:00:00,1,17850`, // 14
          `${"9".repeat(60)},A,too long a bill number,1,2025-07-01 10:00:00,1,17850`, // 15
          '11,A,"left open,1,2025-07-01 10:00:00,1,17850', // 16
          "11,B,same bill as the broken row,1,2025-07-01 10:00:00,1,17850", // 17
          "12,A,far ahead,1,2027-01-01 00:00:00,1,17850", // 18
          ",,,,,,", // 19: blank
          "13,A,caf", // 20, broken below
        ].join("\n"),
      ),
      Buffer.from([0xe9]),
      Buffer.from(",1,2025-07-01 10:00:00,1,17850\n14,A,last,1,2025-07-01 10:00:00,1,17850"),
    ]),
  );
  expect(run.status).toBe("finished");
  expect((await bills()).map(({ bill_number }) => bill_number).sort()).toEqual(["1", "10", "14", "6"]);
  expect(await rejected(run.id)).toEqual([
    [3, "Quantity", 'Quantity must be a number; "one" is not.'],
    [4, "", "The bill was refused as a whole because of line 3."],
    [
      5,
      "InvoiceDate",
      'InvoiceDate must be a date such as 2025-03-29 16:05:00; "2025-02-30 10:00:00" is not.',
    ],
    [6, "InvoiceDate", "InvoiceDate must be a date such as 2025-03-29 16:05:00; it is empty."],
    [7, "", "The row has 4 columns, the header 7."],
    [10, "UnitPrice", 'UnitPrice must be a number; "£1" is not.'],
    [11, "", "The bill was refused as a whole because of line 12."],
    [12, "CustomerID", "Line 11 of the same bill names another customer."],
    [13, "UnitPrice", "The row has no amount: UnitPrice is empty."],
    [15, "InvoiceNo", "billNumber must be text of 1 to 50 characters."],
    [16, "", "A quoted field that begins in this row does not end."],
    [17, "", "The bill was refused as a whole because of line 16."],
    [18, "InvoiceDate", expect.stringMatching(/too far in the future/)],
    [20, "", "The row is not UTF-8 text; save the file as UTF-8."],
  ]);
  const { rowsRead, rowsImported, rowsRejected } = run.counts;
  expect({ rowsRead, rowsImported, rowsRejected }).toEqual({
    rowsRead: 18,
    rowsImported: 4,
    rowsRejected: 14,
  });
  expect(await world.verify()).toEqual([]);

  // The file of rejected rows can be corrected and imported again: its columns are those of the original.
  let text = "";
  for await (const piece of await world.dataflows.rejectedRows(world.id, run.id)) text += piece;
  const corrected = text
    .split("\n")
    .filter((line) => /^(rejected_line|3,|4,)/.test(line))
    .join("\n")
    .replace(",one,", ",1,");
  const again = await importBills(corrected, OPTIONS, "corrected.csv");
  expect(again.counts).toMatchObject({ rowsImported: 2, recordsImported: 1, rowsRejected: 0 });
});

test("returns are kept aside whole, once, or rejected when that is not asked for", async () => {
  const content = `${HEADER}\nC1,A,back,-2,2025-07-01 10:00:00,1.5,17850\nC1,B,back,-1,2025-07-01 10:00:00,1,17850\n`;
  const run = await importBills(content);
  expect(run.counts).toMatchObject({ rowsSetAside: 2, recordsSetAside: 1, rowsImported: 0 });
  expect(await world.query("select kind, bill_number, amount, reason from activities.set_aside")).toEqual([
    { kind: "RETURN", bill_number: "C1", amount: -40_000, reason: expect.stringMatching(/below zero/) },
  ]);
  const again = await importBills(content);
  expect(again.counts).toMatchObject({ rowsSetAside: 0, rowsSkipped: 2 });
  const changed = await importBills(content.replace("1.5", "1.6"));
  expect(changed.counts).toMatchObject({ rowsSetAside: 0, rowsRejected: 2 });
  const refused = await importBills(content, { ...OPTIONS, setAsideReturns: false });
  expect(await rejected(refused.id)).toEqual(
    [
      [2, "Quantity", expect.stringMatching(/must not be negative|billAmount/)],
      [3, "", "The bill was refused as a whole because of line 2."],
    ].map((row) => expect.arrayContaining([row[0]])),
  );
  expect(await world.query("select count(*) as n from activities.set_aside")).toEqual([{ n: 1 }]);
});

test("running a file again changes nothing and says so", async () => {
  const content = `${HEADER}\n1,A,a,1,2025-07-01 10:00:00,5,17850\n2,A,a,1,2025-07-02 10:00:00,5,\n`;
  await importBills(content);
  const before = await world.query("select * from ledger.entries order by party_id, event_no, line_no");
  const again = await importBills(content);
  expect(again.counts).toMatchObject({ rowsRead: 2, rowsImported: 0, rowsSkipped: 2, recordsSkipped: 2 });
  expect(await world.query("select * from ledger.entries order by party_id, event_no, line_no")).toEqual(
    before,
  );
});

test("rows without numbers are recognised by where they stood", async () => {
  const content = "date,amount,mobile\n2025-07-01,5,07700900001\n2025-07-01,5,07700900001\n";
  await world.orgs.setSetting(world.author, "CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED", false);
  const first = await importBills(content, { ...OPTIONS, registerUnknown: false });
  expect(first.counts).toMatchObject({ rowsRejected: 2 });
  expect(await rejected(first.id)).toEqual([
    [2, "mobile", "No customer matches mobile 07700900001."],
    [3, "mobile", "No customer matches mobile 07700900001."],
  ]);
  const anonymous = "date,amount\n2025-07-01,5\n2025-07-01,5\n";
  expect((await importBills(anonymous)).counts).toMatchObject({ recordsImported: 2 });
  expect((await importBills(anonymous)).counts).toMatchObject({ recordsImported: 0, recordsSkipped: 2 });
});

describe("files as people have them", () => {
  const rows = [
    ["Bill No", "Datum", "Menge", "Preis", "Kunde"],
    ["1", "01/07/2025 10:30", "2", "1.234,50", "17850"],
  ];
  const mapping = { number: "Bill No", date: "Datum", quantity: "Menge", rate: "Preis", externalId: "Kunde" };

  test.each<[string, string | Buffer]>([
    ["semicolons, BOM and CRLF", `\ufeff${rows.map((row) => row.join(";")).join("\r\n")}\r\n`],
    ["tabs", rows.map((row) => row.join("\t")).join("\n")],
    ["pipes", rows.map((row) => row.join("|")).join("\n")],
    ["all quoted", rows.map((row) => row.map((cell) => `"${cell}"`).join(",")).join("\n")],
    ["carriage returns alone", rows.map((row) => row.join(";")).join("\r")],
    ["compressed", gzipSync(rows.map((row) => row.join(";")).join("\n"))],
  ])("%s", async (_, content) => {
    const path = await file("people.csv", content);
    const run = await world.dataflows.runFile(world.author, path, {
      kind: "transactions",
      mapping,
      options: { ...OPTIONS, dateFormat: "dmy", decimal: ",", zone: "UTC" },
    });
    expect(run.counts).toMatchObject({ recordsImported: 1, rowsRejected: 0 });
    expect(await bills()).toMatchObject([
      { amount: 24_690_000, billed_at: new Date("2025-07-01T10:30:00Z") },
    ]);
  });

  test("a file that is none is refused with a sentence", async () => {
    await expect(importBills("")).rejects.toThrow(/empty/);
    await expect(importBills(Buffer.from("\ufefflate", "utf16le"))).rejects.toThrow(/UTF-16/);
    await expect(importBills("a,b\n1,2\n")).rejects.toThrow(/no column gives the date/);
    await expect(importBills("date,amount,number\n,,\n", {})).rejects.toThrow(/column gives the till or/);
    await expect(
      world.dataflows.runFile(world.author, join(world.folder, "gone.csv"), { kind: "customers" }),
    ).rejects.toThrow(/not there/);
  });

  test("a compressed file that ends too early keeps what came before and says so", async () => {
    const lines = Array.from({ length: 4000 }, (_, n) => `${n},A,x,1,2025-07-01 10:00:00,${n % 97},`);
    const whole = gzipSync([HEADER, ...lines].join("\n"));
    const path = await file("cut.csv.gz", whole.subarray(0, Math.floor(whole.length * 0.7)));
    await expect(
      world.dataflows.runFile(world.author, path, { kind: "transactions", options: OPTIONS }),
    ).rejects.toThrow(/ends too early/);
    const { items } = await world.dataflows.list(world.id, null, 1);
    expect(items[0]).toMatchObject({ status: "failed", message: "The compressed file ends too early." });
    expect(items[0]!.counts.rowsImported).toBeGreaterThan(500);
    const run = await world.dataflows.runFile(world.author, await file("whole.csv.gz", whole), {
      kind: "transactions",
      options: OPTIONS,
    });
    expect(run.counts.rowsImported + run.counts.rowsSkipped).toBe(4000);
    expect(await world.query("select count(*) as n from activities.transactions")).toEqual([{ n: 4000 }]);
  });
});

test("a bill's rows may be interrupted by other bills", async () => {
  await importBills(
    [
      HEADER,
      "1,A,a,1,2025-07-01 10:00:00,5,17850",
      "2,A,a,1,2025-07-01 10:00:00,7,17851",
      "1,B,b,1,2025-07-01 10:00:00,6,17850",
    ].join("\n"),
  );
  expect((await bills()).map(({ bill_number, amount }) => [bill_number, amount / 10_000])).toEqual([
    ["1", 11],
    ["2", 7],
  ]);
});

describe("customers", () => {
  const content = [
    "First name,Surname,Phone,E-mail,Customer No,Joined",
    "Ana,Reyes,07700 900001,ana@example.com,17850,2024-05-01",
    "Bo,Li,not a phone,bo@example.com,17851,2024-05-02",
    "Cy,Roe,07700 900003,not an address,,2024-05-02", // dropped with a warning
    "Di,Ray,07700 900004,di@example.com,17853,yesterday",
    "Ana,Again,07700 900001,other@example.com,17850,2024-05-01",
    "No,Body,,,,2024-05-01",
    "",
  ].join("\n");

  test("are registered, once, with what cannot be reported", async () => {
    const path = await file("people.csv", content);
    const run = await world.dataflows.runFile(world.author, path, { kind: "customers" });
    expect(run.mapping).toEqual({
      firstName: "First name",
      lastName: "Surname",
      mobile: "Phone",
      email: "E-mail",
      externalId: "Customer No",
      registeredAt: "Joined",
    });
    expect(await rejected(run.id)).toEqual([
      [3, "Phone", expect.stringMatching(/^Phone: the mobile not a phone is malformed/)],
      [5, "Joined", expect.stringMatching(/must be a date/)],
      [6, "Phone", expect.stringMatching(/belongs to customer/)],
      [7, "Phone", expect.stringMatching(/at least one/)],
    ]);
    expect(run.counts).toMatchObject({ rowsRead: 6, rowsImported: 2, rowsRejected: 4 });
    const people = await world.query(
      "select first_name, mobile, email, external_id, registered_at from customers.customers order by first_name",
    );
    expect(people).toMatchObject([
      {
        first_name: "Ana",
        mobile: "447700900001",
        external_id: "17850",
        registered_at: new Date("2024-04-30T23:00:00Z"),
      },
      { first_name: "Cy", mobile: "447700900003", email: null },
    ]);
    const again = await world.dataflows.runFile(world.author, path, { kind: "customers" });
    expect(again.counts).toMatchObject({ rowsImported: 0, rowsSkipped: 2, rowsRejected: 4 });
    expect(await world.verify()).toEqual([]);
  });

  test.each<RunOptions>([
    { asOf: "bill" },
    { registerUnknown: false },
    { setAsideReturns: true },
    { decimal: "," },
  ])("refuse %j, which would do nothing", async (options) => {
    const path = await file("people.csv", content);
    const name = Object.keys(options)[0];
    await expect(world.dataflows.runFile(world.author, path, { kind: "customers", options })).rejects.toThrow(
      `options.${name}: it says how bills are meant and does nothing for customers; leave it out.`,
    );
    expect(await world.query("select 1 from dataflows.runs")).toEqual([]);
  });
});

/** Ledger and memberships without what differs from run to run: ids. */
const picture = async () => ({
  entries: await world.query(
    `select c.external_id, e.event_no, e.line_no, e.booked_at, e.amount, e.balance_after, e.reference->>'transactionNumber' as number
       from ledger.entries e join customers.customers c using (party_id) order by 1, 2, 3`,
  ),
  members: await world.query(
    `select c.external_id, m.tier_number, m.lifetime_purchases, m.transaction_count, m.visit_count
       from loyalty.memberships m join customers.customers c using (party_id) order by 1`,
  ),
  bills: await bills(),
  aside: await world.query("select bill_number, amount from activities.set_aside order by 1"),
});

const history = (seed: number, count: number): string => {
  const random = fc.sample(
    fc.record({
      customer: fc.integer({ min: 0, max: 6 }),
      pounds: fc.integer({ min: 0, max: 900 }),
      lines: fc.integer({ min: 1, max: 4 }),
      sign: fc.integer({ min: 0, max: 12 }),
    }),
    { numRuns: count, seed },
  );
  return [
    HEADER,
    ...random.flatMap(({ customer, pounds, lines, sign }, bill) =>
      Array.from({ length: lines }, (_, line) => {
        const day = String(1 + Math.floor(bill / 12)).padStart(2, "0");
        const number = sign === 0 ? `C${bill}` : String(bill);
        const date = `2025-07-${day} ${String(9 + (bill % 12)).padStart(2, "0")}:00:00`;
        const note = line === 1 ? '"a\nb"' : "x";
        return `${number},I${line},${note},${sign === 0 ? -1 : 1},${date},${pounds}.5${line},${customer === 0 ? "" : 17_000 + customer}`;
      }),
    ),
  ].join("\n");
};

test("any batching gives the same ledger", async () => {
  const content = history(7, 120);
  const pictures: object[] = [];
  for (const batchSize of [1, 7, 500]) {
    const path = await file("history.csv", content);
    const run = await world
      .another(batchSize)
      .runFile(world.author, path, { kind: "transactions", options: OPTIONS });
    expect(run.counts.rowsRejected).toBe(0);
    pictures.push(await picture());
    expect(await world.verify()).toEqual([]);
    await world.close();
    world = await createImportWorld();
  }
  expect(pictures[1]).toEqual(pictures[0]);
  expect(pictures[2]).toEqual(pictures[0]);
});

describe("interrupted", () => {
  test("between a batch and its checkpoint: nothing is lost or doubled", async () => {
    const content = history(11, 150);
    const path = await file("history.csv", content);
    const input = { kind: "transactions", options: OPTIONS } as const;
    await world.another(10).runFile(world.author, path, input);
    const whole = await picture();
    await world.close();

    world = await createImportWorld({ batchSize: 10 });
    const again = await file("history.csv", content);
    let finished = false;
    for (let failures = 0; !finished; failures++) {
      let batches = 0;
      const beforeCheckpoint = async () => {
        batches++;
        if (batches === 2 + (failures % 3) && failures < 6) throw new Error("the process died here");
      };
      const run = await world
        .another(10)
        .runFile(world.author, again, input, () => {}, { beforeCheckpoint })
        .catch((error: Error) => {
          expect(error.message).toBe("the process died here");
          world.clock.advance(600_000);
          return null;
        });
      finished = run !== null;
    }
    expect(await picture()).toEqual(whole);
    expect(await world.verify()).toEqual([]);
    const { items, total } = await world.dataflows.list(world.id, null, 10);
    expect(total).toBe(1);
    const { counts } = items[0]!;
    expect(counts.rowsRead).toBe(
      counts.rowsImported + counts.rowsSkipped + counts.rowsRejected + counts.rowsSetAside,
    );
  });

  test("asked to stop, a run goes on later; asked to end, it does not", async () => {
    const path = await file("history.csv", history(3, 100));
    const input = { kind: "transactions", options: OPTIONS } as const;
    const stop = new AbortController();
    const stopped = await world
      .another(10)
      .runFile(world.author, path, input, () => stop.abort(), { signal: stop.signal });
    expect(stopped.status).toBe("running");
    expect(stopped.doneOffset).toBeGreaterThan(0);
    const other = world.another(10);
    let asked: Promise<unknown> | null = null;
    const cancelled = await other.runFile(world.author, path, input, () => {
      asked ??= other.cancel(world.id, stopped.id);
    });
    await asked;
    expect(cancelled.id).toBe(stopped.id);
    expect(cancelled.status).toBe("cancelled");
    await expect(world.dataflows.cancel(world.id, stopped.id)).rejects.toThrow(/cancelled/);
  });

  test("an upload whose worker died is taken over when its lease lapses, by one worker only", async () => {
    const path = await file("upload.csv", history(5, 60));
    const [first, second] = [world.another(10), world.another(10)];
    const run = await first.startRun(
      world.author,
      { path, name: "upload.csv" },
      { kind: "transactions", options: OPTIONS },
    );
    await world.query(
      "update dataflows.runs set status = 'running', lease_owner = 'elsewhere 1 x', lease_until = $1",
      [new Date(world.clock.now().getTime() + 30_000)],
    );
    await second.resumeRuns();
    expect((await first.get(world.id, run.id)).counts.rowsRead).toBe(0);
    world.clock.advance(31_000);
    await Promise.all([first.resumeRuns(), second.resumeRuns()]);
    const done = await first.get(world.id, run.id);
    expect(done.status).toBe("finished");
    expect(await world.query("select count(*) as n from activities.transactions")).toEqual([
      { n: done.counts.recordsImported },
    ]);
    // An upload does not outlive its run.
    await expect(world.dataflows.runFile(world.author, path, { kind: "transactions" })).rejects.toThrow(
      /not there/,
    );
  });
});
