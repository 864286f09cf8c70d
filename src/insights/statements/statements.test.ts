import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCustomers } from "#customers";
import { openParties } from "#ledger";
import { createLoyalty } from "#loyalty";
import { LANGUAGES, localeOf } from "#messages";
import { createOrgs, type Orgs } from "#orgs";
import { createDb, createIds, createLog, type Db, fixedClock, type Ids, localDate, rawSql } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../../tests/support/postgres.ts";
import { buildCustomers } from "../../customers/testing.ts";
import { buildLedger } from "../../ledger/testing.ts";
import { publishProgram } from "../../loyalty/testing.ts";
import { createTestOrganisation } from "../../orgs/testing.ts";
import { documentOf } from "./document.ts";
import { statementHtml } from "./html.ts";
import { statementPdf } from "./pdf.ts";
import { accountsOf, type EntryFacts, kindOf } from "./rules.ts";
import type { Statement } from "./schema.ts";
import { createStatements, type Statements } from "./service.ts";
import { readPdf } from "./testing.ts";
import { CATALOGUES } from "./words.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("a movement", () => {
  test.each([
    ["issued", 10, "TransactionAdd", "purchase"],
    ["issued", 10, "TargetCompleted", "earned"],
    ["issued", 10, "AllocateGoodwillPoints", "granted"],
    ["issued", 10, "BulkAllocatePoints", "imported"],
    ["redeemed", -10, "PointsRedemption", "redeemed"],
    ["redeemed", 10, "PointsRedemptionReversal", "redemptionReversed"],
    ["expired", -10, "PointsExpiry", "expired"],
    ["expired", 10, "ReturnBill", "expiryRestored"],
    ["returned", -10, "ReturnBill", "returned"],
    ["adjusted", -10, "ManualPointsAdjustment", "deducted"],
    ["transfer", 10, "PointsTransfer", "transferIn"],
    ["transfer", -10, "PointsTransfer", "transferOut"],
    ["conversion", 10, "DelayedAccrual", "conversionIn"],
    ["merge", -10, "CustomerMerge", "mergeOut"],
  ] as const)("against %s of %i by %s is told as %s", (contra, amount, eventName, kind) => {
    expect(kindOf({ contra, amount, eventName })).toBe(kind);
  });
});

test("a campaign is told by its name, and a merge that was undone within the month not at all", () => {
  const entry = (eventNo: number, over: Partial<EntryFacts>): EntryFacts => ({
    programId: 1,
    currencyId: 0,
    category: 1,
    eventNo,
    lineNo: 1,
    eventName: "BulkAllocatePoints",
    bookedAt: new Date(NOW),
    contra: "issued",
    amount: 5000,
    balanceAfter: 5000,
    tillId: null,
    reference: null,
    ...over,
  });
  const merge = (eventNo: number, eventName: string, amount: number, mergeId: number): EntryFacts =>
    entry(eventNo, { eventName, contra: "merge", amount, reference: { mergeId } });
  const [stated] = accountsOf(
    {
      accounts: [{ programId: 1, currencyId: 0, category: 1, balance: 12_000, movedLater: 0 }],
      entries: [
        entry(1, { reference: { promotionName: "Winners", reason: "They won" } }),
        merge(2, "CustomerMerge", 3000, 7),
        merge(3, "CustomerMergeUndo", -3000, 7),
        merge(4, "CustomerMerge", 7000, 8),
      ],
      expiring: [],
    },
    { program: () => "Rewards", currency: () => "", storeOf: () => null, worth: () => null },
    "UTC",
  );
  expect(stated).toMatchObject({ opening: 0, closing: 12_000 });
  expect(stated!.lines.map(({ kind, about }) => [kind, about])).toEqual([
    ["campaign", "Winners"],
    ["mergeIn", undefined],
  ]);
});

test("numbers and dates are written as in the organisation's country, where the language is spoken there", () => {
  expect([localeOf("en", "GB"), localeOf("de", "AT"), localeOf("en", "nowhere")]).toEqual([
    "en-GB",
    "de-AT",
    "en",
  ]);
});

const line = {
  at: NOW,
  kind: "purchase",
  billNumber: "B-1",
  store: "Store 1",
  amount: 4250,
  balance: 4250,
} as const;
const account: Statement["accounts"][number] = {
  programId: 1,
  programName: "Rewards",
  currencyId: 0,
  currencyName: "",
  category: 1,
  opening: 0,
  lines: [line],
  closing: 4250,
  expiring: [{ at: NOW + DAY, amount: 4250 }],
  worth: 42_500,
};
const sample = (over: Partial<Statement["organisation"]> = {}, accounts = [account]): Statement => ({
  organisation: {
    name: "Shop",
    address: "1 High Street",
    website: "",
    language: "en",
    country: "GB",
    timeZone: "Europe/London",
    currency: "GBP",
    moneyScale: 10_000,
    ...over,
  },
  customer: { id: 5501, name: "Ana Reyes" },
  month: "2026-11",
  from: Date.parse("2026-11-01T00:00:00Z"),
  until: Date.parse("2026-12-01T00:00:00Z"),
  asOf: NOW,
  isOpen: true,
  accounts,
  worth: 42_500,
});

describe("the page", () => {
  test("writes names as texts, whatever they hold, and loads nothing", () => {
    const evil = `<script>alert("1")</script>&'`;
    const html = statementHtml(
      documentOf({
        ...sample({ name: evil, address: evil, website: evil }, [
          { ...account, programName: evil, lines: [{ ...line, billNumber: evil, store: evil }] },
        ]),
        customer: { id: 1, name: evil },
      }),
    );
    expect(html).not.toContain("<script");
    expect(html.split("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;").length).toBeGreaterThan(
      6,
    );
    expect(html).not.toMatch(/\b(src|href)=|url\(|@import|https?:/);
    expect(html).toContain('<html lang="en">');
    expect(html).toMatch(
      /<table[\s\S]*<caption>Summary<\/caption>\s*<thead><tr><th scope="col">Account<\/th>/,
    );
  });

  test("says that the month is not over, and nothing of it when it is", () => {
    expect(statementHtml(documentOf(sample()))).toContain(
      "The month is not over: these are the figures of 29 Nov 2026.",
    );
    expect(statementHtml(documentOf({ ...sample(), isOpen: false }))).not.toContain("not over");
  });
});

describe("languages", () => {
  test.each(LANGUAGES)("%s has every word, as page and as PDF", async (language) => {
    const words = CATALOGUES[language];
    const empty = { ...account, lines: [], expiring: [], programName: "Second" };
    const document = documentOf(sample({ language }, [account, empty]));
    const html = statementHtml(document);
    const pdf = (await readPdf(await statementPdf(document, NOW))).flat().join("\n");
    for (const said of [
      words.title,
      words.kinds.purchase,
      words.summary,
      words.none,
      words.nothingExpires,
      words.total,
    ]) {
      expect(html).toContain(said);
      expect(pdf).toContain(said);
    }
    expect(html).toContain(`<html lang="${language}">`);
    expect(`${html}${pdf}`).not.toMatch(/undefined|\{\w+\}|\uFFFD/);
  });

  test("another language is English; the zone decides the day", () => {
    const late = { ...line, at: Date.parse("2026-11-29T20:30:00Z") };
    const document = documentOf(
      sample({ language: "hi", country: "IN", timeZone: "Asia/Kolkata", currency: "INR" }, [
        { ...account, lines: [late] },
      ]),
    );
    expect([document.language, document.title]).toEqual(["en", "Points statement"]);
    expect(document.sections[0]!.movements.rows[0]![0]).toBe("30 Nov 2026");
  });
});

test("a long statement repeats the heads of its table, and numbers its pages", async () => {
  const lines = Array.from({ length: 120 }, (_, index) => ({ ...line, billNumber: `B-${index}` }));
  const document = documentOf(sample({}, [{ ...account, lines }]));
  const pages = readPdf(await statementPdf(document, NOW));
  expect(pages.length).toBeGreaterThan(2);
  pages.forEach((page, index) => {
    expect(page.at(-1)).toBe(`Created on 29 Nov 2026 | Page ${index + 1} of ${pages.length}`);
  });
  const withRows = pages.filter((page) => page.some((text) => text.includes("B-")));
  expect(
    withRows.every((page) => page.includes("Date | Description | Bill | Store | Points | Balance")),
  ).toBe(true);
  expect(pages.flat().filter((text) => /\| B-\d+ \|/.test(text))).toHaveLength(120);
});

describe("a customer's month", () => {
  let database: TestDatabase;
  let db: Db;
  let ids: Ids;
  let orgs: Orgs;
  let statements: Statements;
  const clock = fixedClock(new Date(NOW));
  const log = createLog("silent");
  let loyalty: ReturnType<typeof createLoyalty>;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDb({ connectionString: database.connectionString });
    ids = createIds(db);
    orgs = createOrgs({ db, ids, clock });
    loyalty = createLoyalty({ db, ids, clock, orgs, log });
    statements = createStatements({ db, clock, orgs, loyalty });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  /** A customer who registered on 10 January 2026, and their ledger. */
  const newCustomer = async (timeZone: string) => {
    const shop = await createTestOrganisation(orgs, { timeZone });
    const program = await publishProgram(loyalty, { orgId: shop.id, name: "test" } as never, {
      name: "Rewards",
    });
    const opened = Date.parse("2026-01-10T10:00:00Z");
    const customers = createCustomers({
      db,
      ids,
      clock: fixedClock(new Date(opened)),
      orgs,
      onRegistered: (tx, { orgId }, registered) =>
        openParties(
          tx,
          ids,
          orgId,
          registered.map((item) => ({ ...item, registeredAt: opened })),
          [program.id],
          opened,
        ),
    });
    const [ana] = await buildCustomers({ customers, orgs }, shop.id, shop.tillIds[0]).registerMany(1);
    await db.transaction(shop.id, (tx) =>
      tx.run(
        rawSql("/* customers.test */ update customers.customers set registered_at = $1", [new Date(opened)]),
      ),
    );
    return {
      shop,
      ana: ana!,
      programId: program.id,
      ledger: buildLedger({ db, ids }, shop.id, { programIds: [program.id], at: opened }),
    };
  };

  // Each run makes a shop and prints a statement.
  test("adds up to the ledger, on paper too, in any month of any zone", async () => {
    await fc.assert(
      fc.asyncProperty(
        // The last two change their clocks within months that are asked for; the first is half an hour off the hour.
        fc.constantFrom("Asia/Kolkata", "Europe/London", "America/New_York"),
        fc.array(
          fc.record({
            hours: fc.integer({ min: 1, max: 90 * 24 }),
            amount: fc.integer({ min: 1, max: 500_000 }),
            spend: fc.double({ min: 0, max: 1, noNaN: true }),
            category: fc.constantFrom(1 as const, 2 as const),
            lives: fc.constantFrom(null, 20, 75, 200),
          }),
          { minLength: 1, maxLength: 10 },
        ),
        async (timeZone, steps) => {
          const { shop, ana, ledger } = await newCustomer(timeZone);
          let at = Date.parse("2026-02-20T08:00:00Z");
          for (const { hours, amount, spend, category, lives } of steps) {
            at += (hours / 2) * HOUR;
            await ledger.earn(ana, amount, {
              at,
              category,
              expiresAt: lives === null ? null : at + lives * DAY,
            });
            if (spend > 0.5) await ledger.debit(ana, Math.ceil(amount * (spend - 0.4)), { at, category });
          }
          const entries = await db.transaction(shop.id, (tx) =>
            tx.rows<{ at: Date; category: number; amount: number }>(
              rawSql(
                "/* ledger.test */ select booked_at as at, category, amount from ledger.entries where party_id = $1",
                [ana],
              ),
            ),
          );
          let carried = new Map<number, number>();
          for (const month of ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-10", "2026-11"]) {
            const statement = await statements.read(shop.id, ana, month);
            const monthOf = (entry: { at: Date }) => localDate(entry.at.getTime(), timeZone).slice(0, 7);
            for (const { category, opening, closing, lines } of statement.accounts) {
              const mine = entries.filter((entry) => entry.category === category);
              const sum = (rows: typeof mine) => rows.reduce((total, { amount }) => total + amount, 0);
              expect(closing).toBe(sum(mine.filter((entry) => monthOf(entry) <= month)));
              expect(opening).toBe(sum(mine.filter((entry) => monthOf(entry) < month)));
              expect(lines.length).toBe(
                mine.filter((entry) => entry.amount !== 0 && monthOf(entry) === month).length,
              );
              let balance = opening;
              for (const { amount, balance: after } of lines) {
                balance += amount;
                expect(after).toBe(balance);
              }
              expect(balance).toBe(closing);
            }
            if (month < "2026-06")
              for (const { category, opening } of statement.accounts)
                expect(opening).toBe(carried.get(category) ?? 0);
            carried = new Map(statement.accounts.map(({ category, closing }) => [category, closing]));
          }
          const march = documentOf(await statements.read(shop.id, ana, "2026-03"));
          const printed = readPdf(await statementPdf(march, NOW)).flat();
          for (const row of march.summary.rows)
            expect(printed).toContain(row.filter((cell) => cell !== "").join(" | "));
          const html = statementHtml(march);
          for (const { movements, expiring } of march.sections)
            for (const row of [...movements.rows, ...expiring.rows]) {
              const cells = row.filter((cell) => cell !== "");
              expect(printed.some((text) => text === cells.join(" | ") || text.startsWith(cells[0]!))).toBe(
                true,
              );
              for (const cell of cells) expect(html).toContain(`>${cell}<`);
            }
        },
      ),
      { numRuns: 6 },
    );
  }, 90_000);

  test("begins and ends at midnight of the zone, on days when clocks change as well", async () => {
    const { shop, ana, ledger } = await newCustomer("America/Havana");
    // Clocks went from midnight to one on 8 March: March has an hour less. The last second of it is 03:59:59 UTC.
    await ledger.earn(ana, 1000, { at: Date.parse("2026-03-01T04:59:59Z") });
    await ledger.earn(ana, 2000, { at: Date.parse("2026-03-01T05:00:00Z") });
    await ledger.earn(ana, 4000, { at: Date.parse("2026-04-01T03:59:59Z") });
    await ledger.earn(ana, 8000, { at: Date.parse("2026-04-01T04:00:00Z") });
    const read = async (month: string) => {
      const { accounts } = await statements.read(shop.id, ana, month);
      return [accounts[0]!.opening, accounts[0]!.closing];
    };
    expect(await read("2026-02")).toEqual([0, 1000]);
    expect(await read("2026-03")).toEqual([1000, 7000]);
    expect(await read("2026-04")).toEqual([7000, 15_000]);
  });

  test("names what its lots held at its end, and end within three months of it", async () => {
    const { shop, ana, ledger } = await newCustomer("Europe/London");
    const at = Date.parse("2026-03-05T10:00:00Z");
    await ledger.earn(ana, 9000, { at, expiresAt: Date.parse("2026-05-31T22:59:59Z") });
    await ledger.earn(ana, 500, { at, expiresAt: Date.parse("2026-05-31T10:00:00Z") });
    await ledger.earn(ana, 700, { at, expiresAt: Date.parse("2026-07-01T22:59:59Z") });
    await ledger.earn(ana, 300, { at });
    await ledger.debit(ana, 1500, { at: at + DAY });
    // Spent in April: at the end of March it was still there.
    await ledger.debit(ana, 8000, { at: Date.parse("2026-04-02T10:00:00Z") });
    const expiring = async (month: string) => {
      const { accounts } = await statements.read(shop.id, ana, month);
      return accounts[0]!.expiring.map(({ at: end, amount }) => [localDate(end, "Europe/London"), amount]);
    };
    expect(await expiring("2026-02")).toEqual([]);
    expect(await expiring("2026-03")).toEqual([["2026-05-31", 8000]]);
    expect(await expiring("2026-04")).toEqual([["2026-07-01", 700]]);
    expect(await expiring("2026-11")).toEqual([]);
  });

  test("is refused before the customer began and after now", async () => {
    const { shop, ana } = await newCustomer("Europe/London");
    await expect(statements.read(shop.id, ana, "2025-12")).rejects.toThrow("lies before the customer");
    await expect(statements.read(shop.id, ana, "2026-12")).rejects.toThrow("2026-12 has not begun");
    await expect(statements.read(shop.id, 999_999_999, "2026-03")).rejects.toThrow("no customer 999999999");
    const { accounts, isOpen } = await statements.read(shop.id, ana, "2026-01");
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject({ opening: 0, closing: 0, lines: [], category: 1 });
    expect(isOpen).toBe(false);
  });
});
