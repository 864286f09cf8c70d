import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createBillReader } from "./bills.ts";
import { readFileHead, readRecords } from "./csv-source.ts";
import { createGatherer } from "./gather.ts";
import type { Columns } from "./mapping.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const LINES = 200_000;
const HEADERS = ["number", "date", "itemCode", "description", "quantity", "rate"];
/** One batch of half a thousand bills, one block of the file, and what the test runner itself allocates meanwhile. */
const MOST_GROWTH_BYTES = 24 * 1024 * 1024;

function* file(): Generator<string> {
  yield `${HEADERS.join(",")}\n`;
  for (let line = 0; line < LINES; line++) {
    const bill = Math.floor(line / 10);
    yield `${bill},2025-07-01 10:00:00,I${line % 4000},"Mug, ${"blue ".repeat(6)}№ ${line}",2,3.50\n`;
  }
}

test("memory does not grow with the file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fealty-memory-"));
  try {
    const path = join(folder, "long.csv");
    await pipeline(Readable.from(file()), createWriteStream(path));
    const head = await readFileHead(path);
    const columns: Columns = {
      headers: HEADERS,
      index: (field) => HEADERS.indexOf(field),
      extended: [],
      lineExtended: [],
      custom: [],
      hasLines: true,
    };
    const { dialect } = head;
    const reading = { dateFormat: "iso", zone: "Europe/London", shiftDays: 0, decimal: "." } as const;
    const gatherer = createGatherer(createBillReader({ columns, dialect, moneyScale: 10_000, ...reading }));
    let bills = 0;
    let amount = 0;
    let start = 0;
    let most = 0;
    let batches = 0;
    const take = (batch: ReturnType<typeof gatherer.finish>) => {
      if (batch === null) return;
      bills += batch.bills.length;
      for (const bill of batch.bills) amount += bill.amount;
      batches++;
      if (batches % 10 !== 1) return;
      collect();
      const { heapUsed } = process.memoryUsage();
      if (start === 0) start = heapUsed;
      most = Math.max(most, heapUsed);
    };
    for await (const { records } of readRecords(path, head, head)) {
      for (const record of records) take(gatherer.add(record));
    }
    take(gatherer.finish());
    expect(bills).toBe(LINES / 10);
    expect(amount).toBe(LINES * 70_000);
    expect(batches).toBeGreaterThan(30);
    expect(most - start).toBeLessThan(MOST_GROWTH_BYTES);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
