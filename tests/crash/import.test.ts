import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { createLog } from "#platform";
import { createApp } from "../../src/app.ts";
import { createTestDatabase } from "../support/postgres.ts";

const CHILD = fileURLToPath(new URL("./import-child.ts", import.meta.url));

/** Runs the replay until it has reported `batches` batches and some milliseconds passed, then kills it without warning. */
const runAndKill = async (
  args: readonly string[],
  batches: number,
  milliseconds: number,
): Promise<boolean> => {
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "done") break;
    seen++;
    if (seen !== batches) continue;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    child.kill("SIGKILL");
    break;
  }
  const [code] = await exited;
  return code === 0;
};

/** What a replay left: purchases and what went back of them, row by row and in money. */
const leftBy = async (reader: pg.Client) => {
  const { rows } = await reader.query(`
    with bills as (
      select t.*, t.type in ('RETURN', 'NOT_INTERESTED_RETURN') as goes_back from activities.transactions t)
    select (select count(*)::int from bills where not goes_back) as bills,
           (select count(*)::int from activities.transaction_lines l join bills b on b.id = l.transaction_id and b.party_id = l.party_id
             where not b.goes_back) as lines,
           (select count(*)::int from bills where goes_back) as returns,
           (select coalesce(sum(amount), 0)::text from bills where goes_back) as returned,
           (select count(*)::int from activities.set_aside) as aside,
           (select coalesce(sum(amount), 0)::text from activities.set_aside) as "amountAside",
           (select count(*)::int from customers.customers) as customers,
           (select count(*)::int from (
             select bill_number from bills where not goes_back group by 1 having count(*) > 1) d) as doubled,
           (select coalesce(sum(balance), 0)::text from ledger.accounts) as points`);
  return rows[0] as Record<string, number | string>;
};

/** What the same replay leaves when nobody kills it. */
const leftByWholeReplay = async () => {
  const database = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), "fealty-whole-"));
  const reader = new pg.Client({ connectionString: database.connectionString });
  try {
    expect(await runAndKill([database.connectionString, directory], Number.POSITIVE_INFINITY, 0)).toBe(true);
    await reader.connect();
    return await leftBy(reader);
  } finally {
    await reader.end();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  }
};

test("an import that is killed again and again ends with every bill once", async () => {
  const database = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), "fealty-killed-"));
  const reader = new pg.Client({ connectionString: database.connectionString });
  try {
    // The milliseconds put the kill into the reading, the writing and the checkpoint of the batches after.
    let finished = false;
    for (let tries = 0; !finished && tries < 20; tries++) {
      finished = await runAndKill([database.connectionString, directory], tries < 5 ? 3 : 1000, tries * 37);
    }
    expect(finished).toBe(true);
    await reader.connect();
    const left = await leftBy(reader);
    expect(left).toMatchObject({ bills: 12_977, lines: 313_930, customers: 3317, doubled: 0 });
    expect(left).toEqual(await leftByWholeReplay());
    const log = createLog("silent");
    const app = await createApp({
      connectionString: database.connectionString,
      dataDirectory: directory,
      log,
    });
    expect((await app.verify()).findings).toEqual([]);
    const { items, total } = await app.dataflows.list(1, null, 10);
    expect(total).toBe(1);
    const { counts } = items[0]!;
    expect(counts.rowsRead).toBe(320_705);
    expect(counts.rowsImported + counts.rowsSkipped + counts.rowsSetAside).toBe(320_705);
    await app.close();
  } finally {
    await reader.end();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  }
});
