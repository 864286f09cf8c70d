import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog, fixedClock } from "#platform";
import { type App, createApp } from "../../src/app.ts";
import { createDemo, type Demo, type DemoSignIns } from "../../src/demo/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const SHIPPED = new URL("../../demo/online-retail.csv.gz", import.meta.url);
/** A Wednesday afternoon; the last trading day of the file is a Wednesday too. */
const NOW = new Date("2026-03-04T15:00:00Z");
const ADDRESS = "http://127.0.0.1:4180";

let database: TestDatabase;
let directory: string;
let app: App;
let demo: Demo;
/** Sees everything, beside the application: the test's own reading of the file and of what became of it. */
let reader: pg.Client;

const rows = async <Row extends object>(text: string): Promise<Row[]> =>
  (await reader.query(text)).rows as Row[];
const one = async <Row extends object>(text: string): Promise<Row> => (await rows<Row>(text))[0]!;

/** The file as PostgreSQL itself reads it, with what the demo's README says about each invoice. */
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

const loadFile = async () => {
  await reader.query(`
    create temp table lines (position bigint generated always as identity, invoice text, item text, description text,
      quantity int, sold_at timestamp, price numeric, customer text, country text)`);
  await pipeline(
    createReadStream(SHIPPED),
    createGunzip(),
    reader.query(
      copyFrom(
        "copy lines (invoice, item, description, quantity, sold_at, price, customer, country) from stdin (format csv, header)",
      ),
    ),
  );
  await reader.query(`
    create temp table invoices as
    select invoice, min(position) as position, (array_agg(sold_at order by position))[1] as sold_at, count(*)::int as lines,
           (sum(quantity * price) * 10000)::bigint as amount, max(customer) as customer,
           case when invoice like 'C%' then 'CANCELLATION' when invoice like 'A%' then 'BAD_DEBT'
                when min(quantity) < 0 then 'STOCK_WRITE_OFF' end as aside
      from lines group by invoice`);
};

const open = async () =>
  createApp({
    connectionString: database.connectionString,
    dataDirectory: directory,
    log: createLog("silent"),
    clock: fixedClock(NOW),
  });

beforeAll(async () => {
  pg.types.setTypeParser(20, Number);
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "fealty-demo-"));
  reader = new pg.Client({ connectionString: database.connectionString });
  await reader.connect();
  await loadFile();
  // The first start is interrupted in the middle of the replay; the second one finishes it.
  const interrupted = new AbortController();
  app = await open();
  const first = await createDemo(app, {
    directory,
    address: "http://127.0.0.1:1",
    signal: interrupted.signal,
    onProgress: ({ rowsRead }) => {
      if (rowsRead > 100_000) interrupted.abort();
    },
  });
  expect(first.run.status).toBe("running");
  await app.close();
  app = await open();
  demo = await createDemo(app, { directory, address: ADDRESS });
});

afterAll(async () => {
  await app?.close();
  await reader?.end();
  await database?.drop();
  if (directory) await rm(directory, { recursive: true, force: true });
});

test("the replay comes to its end with nothing rejected", async () => {
  expect(demo.wasThere).toBe(false);
  expect(demo.run.status).toBe("finished");
  const { counts } = demo.run;
  expect(counts.rowsRejected).toBe(0);
  expect(counts.rowsRead).toBe(320_705);
  expect(counts.rowsImported + counts.rowsSkipped + counts.rowsSetAside).toBe(320_705);
});

test("the ledger and the recorded bills pass verification", async () => {
  const { findings, parties, entries } = await app.verify();
  expect(findings).toEqual([]);
  expect(parties).toBeGreaterThan(3000);
  expect(entries).toBeGreaterThan(11_000);
});

describe("totals equal a sum over the file", () => {
  test("bills, lines and amounts", async () => {
    const expected = await one(`
      select count(*) as bills, sum(lines)::bigint as lines, sum(amount)::bigint as amount,
             (count(*) filter (where customer is null)) as anonymous
        from invoices where aside is null`);
    const recorded = await one(`
      select count(*) as bills, (select count(*) from activities.transaction_lines where parent_line_no is null) as lines, sum(amount)::bigint as amount,
             (count(*) filter (where type = 'NOT_INTERESTED')) as anonymous
        from activities.transactions where type in ('REGULAR', 'NOT_INTERESTED')`);
    expect(recorded).toEqual(expected);
    expect(expected).toMatchObject({ bills: 12_977, anonymous: 1562 });
    const lineSums = await one(`
      select sum(amount)::bigint as amount, (sum(quantity) / 1000)::bigint as pieces
        from activities.transaction_lines where parent_line_no is null`);
    expect(lineSums).toEqual(
      await one(`select (sum(quantity * price) * 10000)::bigint as amount, sum(quantity)::bigint as pieces
                   from lines join invoices using (invoice) where aside is null`),
    );
  });

  test("every single bill: number, time, amount, lines, customer", async () => {
    const shift = demo.run.options.shiftDays;
    const differing = await rows(`
      select i.invoice, i.amount, t.amount as recorded
        from invoices i
        full join (select t.*, c.external_id, (select count(*) from activities.transaction_lines l
                                                where l.transaction_id = t.id and l.party_id = t.party_id) as line_count
                     from activities.transactions t left join customers.customers c on c.party_id = t.customer_id
                    where t.type in ('REGULAR', 'NOT_INTERESTED')) t
          on t.bill_number = i.invoice
       where (i.aside is null or t.id is not null)
         and (i.invoice is null or t.id is null or t.amount <> i.amount or t.line_count <> i.lines
              or t.external_id is distinct from i.customer
              or t.billed_at <> (i.sold_at + make_interval(days => ${shift})) at time zone 'Europe/London')`);
    expect(differing).toEqual([]);
  });
});

/** The file as a shop would reckon it by hand: who bought what, what of it went back, and what that came to. */
const reckon = async () => {
  interface Bill {
    readonly soldAt: string;
    readonly points: number;
    /** Pieces left, by item and price. */
    readonly left: Map<string, number>;
  }
  interface Member {
    lifetime: number;
    tier: number;
    points: number;
    readonly bills: Bill[];
  }
  type Line = {
    invoice: string;
    customer: string | null;
    item: string;
    quantity: number;
    price: string;
    sold_at: string;
    aside: string | null;
  };
  const lines = await rows<Line>(`
    select invoice, i.customer, item, quantity, price, to_char(i.sold_at, 'YYYY-MM-DD HH24:MI:SS') as sold_at, aside
      from lines l join invoices i using (invoice) order by i.position, l.position`);
  const invoices = new Map<string, Line[]>();
  for (const line of lines) invoices.set(line.invoice, [...(invoices.get(line.invoice) ?? []), line]);
  const members = new Map<string, Member>();
  const aside = new Map<string, { count: number; amount: number }>();
  const returned = { lines: 0, amount: 0 };
  const moneyOf = (quantity: number, price: string) => Math.round(quantity * Number(price) * 10_000);
  const setAside = (kind: string, amount: number) => {
    const known = aside.get(kind) ?? { count: 0, amount: 0 };
    aside.set(kind, { count: known.count + 1, amount: known.amount + amount });
  };
  const buy = (member: Member, of: readonly Line[]) => {
    const amount = of.reduce((sum, { quantity, price }) => sum + moneyOf(quantity, price), 0);
    // 1, 2 or 3 points per pound, to the hundredth of a point, halves up; the bill that crosses a threshold earns by the old tier.
    const points = Math.floor((amount * member.tier + 50) / 100) * 10;
    const left = new Map<string, number>();
    for (const { item, price, quantity } of of)
      left.set(`${item} ${price}`, (left.get(`${item} ${price}`) ?? 0) + quantity);
    member.bills.push({ soldAt: of[0]!.sold_at, points, left });
    member.points += points;
    member.lifetime += amount;
    const reached = member.lifetime >= 6000 * 10_000 ? 3 : member.lifetime >= 1500 * 10_000 ? 2 : 1;
    member.tier = Math.max(member.tier, reached);
  };
  /** Takes a line back from the newest bills that have it; answers the pieces that none has. */
  const giveBack = (member: Member, { item, price, quantity, sold_at }: Line): number => {
    let wanted = -quantity;
    const newest = [...member.bills]
      .reverse()
      .sort((a, b) => (a.soldAt < b.soldAt ? 1 : a.soldAt > b.soldAt ? -1 : 0));
    for (const bill of newest) {
      const left = bill.left.get(`${item} ${price}`) ?? 0;
      if (wanted === 0 || left === 0 || bill.soldAt > sold_at) continue;
      const taken = Math.min(wanted, left);
      bill.left.set(`${item} ${price}`, left - taken);
      wanted -= taken;
      member.lifetime -= moneyOf(taken, price);
      returned.amount += moneyOf(taken, price);
      returned.lines += 1;
      // The program awards bills as a whole: their points go when the last piece has gone.
      if ([...bill.left.values()].every((pieces) => pieces === 0)) member.points -= bill.points;
    }
    return wanted;
  };
  for (const of of invoices.values()) {
    const { customer, aside: kind } = of[0]!;
    const member = customer === null ? undefined : members.get(customer);
    if (kind === null) {
      if (customer === null) continue;
      const known = member ?? { lifetime: 0, tier: 1, points: 0, bills: [] };
      members.set(customer, known);
      buy(known, of);
    } else if (kind !== "CANCELLATION" || member === undefined) {
      setAside(
        kind,
        of.reduce((sum, { quantity, price }) => sum + moneyOf(quantity, price), 0),
      );
    } else {
      const open = of
        .map((line) => ({ line, wanted: giveBack(member, line) }))
        .filter(({ wanted }) => wanted > 0);
      if (open.length > 0)
        setAside(
          kind,
          open.reduce((sum, { line, wanted }) => sum + moneyOf(-wanted, line.price), 0),
        );
    }
  }
  return { members, aside, returned };
};

describe("points, tiers, returns and what was kept aside follow from the file alone", () => {
  let expected: Awaited<ReturnType<typeof reckon>>;
  beforeAll(async () => {
    expected = await reckon();
  });

  test("everybody's points, tier and net spend", async () => {
    const kept = await rows<{ customer: string; lifetime: number; tier: number; points: number }>(`
      select c.external_id as customer, m.lifetime_purchases as lifetime, m.tier_number as tier, a.balance as points
        from customers.customers c
        join loyalty.memberships m using (party_id)
        join ledger.accounts a on a.party_id = c.party_id and a.category = 1
       order by 1`);
    expect(kept).toEqual(
      [...expected.members]
        .map(([customer, { lifetime, tier, points }]) => ({ customer, lifetime, tier, points }))
        .sort((a, b) => (a.customer < b.customer ? -1 : 1)),
    );
    expect(new Set(kept.map(({ tier }) => tier))).toEqual(new Set([1, 2, 3]));
  });

  test("what came back, to the penny", async () => {
    const { returns, cancelled, amount } = await one<{ returns: number; cancelled: number; amount: number }>(`
      select count(*) as returns, count(distinct details ->> 'returnNumber') as cancelled, sum(amount)::bigint as amount
        from activities.transactions where type = 'RETURN'`);
    expect(amount).toBe(expected.returned.amount);
    expect(cancelled).toBeGreaterThan(1700);
    expect(returns).toBeGreaterThan(cancelled);
    const { spent, bought } = await one<{ spent: number; bought: number }>(`
      select (select sum(lifetime_purchases)::bigint from loyalty.memberships) as spent,
             (select sum(amount)::bigint from activities.transactions where type = 'REGULAR') as bought`);
    expect(spent).toBe(bought - amount);
  });

  test("what was kept aside, by kind", async () => {
    const kept = await rows<{ kind: string; count: number; amount: number }>(`
      select kind, count(*) as count, sum(amount)::bigint as amount from activities.set_aside group by kind order by kind`);
    expect(kept).toEqual(
      [...expected.aside]
        .map(([kind, { count, amount }]) => ({ kind, count, amount }))
        .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    );
    expect(kept.map(({ kind }) => kind)).toEqual(["BAD_DEBT", "CANCELLATION", "STOCK_WRITE_OFF"]);
  });
});

test("dates moved by whole weeks to the days just past", async () => {
  expect(demo.run.options.shiftDays! % 7).toBe(0);
  const { last, weekday } = await one<{ last: string; weekday: number }>(`
    select to_char(max(billed_at at time zone 'Europe/London'), 'YYYY-MM-DD') as last,
           extract(isodow from max(billed_at at time zone 'Europe/London'))::int as weekday from activities.transactions`);
  expect({ last, weekday }).toEqual({ last: "2026-02-25", weekday: 3 });
  const early = await rows(`
    select t.id from activities.transactions t
      join loyalty.program_versions v on v.effective_from > t.billed_at`);
  expect(early).toEqual([]);
});

test("people are made up, marked and their own", async () => {
  const people = await one(`
    select count(*) as people, (count(*) filter (where is_demo)) as marked, count(distinct mobile) as mobiles,
           count(distinct email) as emails, (count(*) filter (where mobile ~ '^4477009[0-9]{5}$')) as fictional,
           (count(*) filter (where extended_fields ->> 'country' <> '' and extended_fields ? 'segment')) as described
      from customers.customers`);
  expect(new Set(Object.values(people))).toEqual(new Set([3317]));
  const { stores } = await one<{ stores: number }>(`
    select max(stores) as stores from (
      select count(distinct store_id) as stores from activities.transactions where customer_id is not null group by customer_id) s`);
  expect(stores).toBe(2);
  const used = await one<{ stores: number }>(
    "select count(distinct store_id) as stores from activities.transactions",
  );
  expect(used.stores).toBe(12);
});

test("demo.json is its owner's alone and its sign-ins work", async () => {
  const path = join(directory, "demo.json");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const signIns = JSON.parse(await readFile(path, "utf8")) as DemoSignIns;
  expect(signIns.address).toBe(ADDRESS);
  const [user] = signIns.users;
  expect((await app.identity.signInUser(user!.email, user!.password)).session.memberships).toEqual([
    { orgId: signIns.organisation.id, role: "owner" },
  ]);
  const { accessToken } = await app.identity.generateToken(signIns.client.key, signIns.client.secret);
  expect(accessToken).not.toBe("");
  const till = signIns.tills[0]!;
  const answer = await app.server.inject({
    method: "GET",
    url: "/v2/customers/lookup?source=INSTORE&identifierName=externalId&identifierValue=17850",
    headers: {
      authorization: `Basic ${Buffer.from(`${till.code}:${md5(till.password)}`).toString("base64")}`,
    },
  });
  expect(answer.statusCode).toBe(200);
});

test("another start finds all of it there", async () => {
  const again = await createDemo(app, { directory, address: "http://127.0.0.1:5000" });
  expect(again.wasThere).toBe(true);
  expect(again.signIns).toEqual({ ...demo.signIns, address: "http://127.0.0.1:5000" });
});
