import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "./access-server.ts";
import { BASE, NOW, OPENED, SECOND } from "./ledger-server.ts";
import { createLedgerStory, type LedgerStory, type Query, refusal } from "./ledger-story.ts";

const DAY = 86_400_000;

let story: LedgerStory;
beforeAll(async () => {
  story = await createLedgerStory();
});
afterAll(() => story.ledger.close());

describe("getCustomerLedgerBalance", () => {
  const rows = (answer: Answer): string[] => {
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.ledgerDetails.ledgerClosingBalance.map(
      (row: {
        programId: number;
        pointsCategory: string;
        closingBalance: string;
        alternateCurrencyName?: string;
      }) =>
        `${row.programId} ${row.alternateCurrencyName ?? row.pointsCategory.slice(0, 4)} ${row.closingBalance}`,
    );
  };
  const NOW_ROWS = [
    "7 Main 34.000",
    "7 Dela 20.000",
    "7 Exte 0.000",
    "8 Main 6.000",
    "8 Dela 0.000",
    "8 Exte 0.000",
  ];

  test("answers in the documented shape, zero rows included", async () => {
    const { body } = await story.balance();
    expect(body).toEqual({
      customerDetails: { userId: story.ana, externalId: "M-77", entityType: "CUSTOMER" },
      ledgerDetails: {
        pageNumber: 0,
        pageSize: 10,
        totalEntries: 5,
        pageCount: 1,
        ledgerClosingBalance: expect.arrayContaining([
          { pointsCategory: "Main", programName: "Base", programId: BASE, closingBalance: "34.000" },
          {
            pointsCategory: "DelayedAccrualPointCategory",
            programName: "Base",
            programId: BASE,
            closingBalance: "20.000",
          },
          {
            pointsCategory: "ExternalTriggerBasedPointCategory",
            programName: "Second",
            programId: SECOND,
            closingBalance: "0.000",
          },
        ]),
      },
      warnings: [],
    });
  });

  const moments: [what: string, query: () => Query, expected: string[]][] = [
    ["now", () => ({}), NOW_ROWS],
    ["at the end of the second of the last event", () => ({ endDate: "2026-03-20T09:00:00" }), NOW_ROWS],
    [
      "a second before it",
      () => ({ endDate: "2026-03-20T08:59:59" }),
      ["7 Main 24.000", "7 Dela 30.000", "7 Exte 0.000", "8 Main 6.000", "8 Dela 0.000", "8 Exte 0.000"],
    ],
    [
      "after the first purchase",
      () => ({ endDate: "2026-03-04T10:20:05" }),
      ["7 Main 24.000", "7 Dela 0.000", "7 Exte 0.000", "8 Main 7.254", "8 Dela 0.000", "8 Exte 0.000"],
    ],
    [
      "at the opening",
      () => ({ endDate: "2026-03-01T08:00:00" }),
      ["7 Main 0.000", "7 Dela 0.000", "7 Exte 0.000", "8 Main 0.000", "8 Dela 0.000", "8 Exte 0.000"],
    ],
    ["far ahead", () => ({ endDate: "2030-01-01T00:00:00" }), NOW_ROWS],
    ["of a category", () => ({ pointCategoryType: "PROMISED" }), ["7 Dela 20.000", "8 Dela 0.000"]],
    ["of a program", () => ({ programId: SECOND }), ["8 Main 6.000", "8 Dela 0.000", "8 Exte 0.000"]],
    [
      "after the last entry at a till",
      () => ({ tillId: story.shop.tillIds[1] }),
      ["7 Main 24.000", "7 Dela 30.000", "7 Exte 0.000", "8 Main 6.000", "8 Dela 0.000", "8 Exte 0.000"],
    ],
    [
      "after the last entry in a store",
      () => ({ storeCode: "store-1", endDate: "2026-03-20T00:00:00" }),
      ["7 Main 24.000", "7 Dela 0.000", "7 Exte 0.000", "8 Main 7.254", "8 Dela 0.000", "8 Exte 0.000"],
    ],
    [
      "after the opening entry",
      () => ({ ledgerEntryType: "OPENING_BALANCE", pointCategoryType: "REGULAR" }),
      ["7 Main 0.000", "8 Main 0.000"],
    ],
    [
      "with currencies",
      () => ({ includeAlternateCurrencies: true, pointCategoryType: "REGULAR" }),
      ["7 Main 34.000", "7 Shells 6.500", "8 Main 6.000"],
    ],
    [
      "with a named currency, earlier",
      () => ({
        alternateCurrencyNames: "Shells",
        endDate: "2026-03-24T00:00:00",
        pointCategoryType: "REGULAR",
      }),
      ["7 Main 34.000", "7 Shells 5.000", "8 Main 6.000"],
    ],
    [
      "of currencies alone",
      () => ({ includeAlternateCurrencies: true, excludePointCategories: true }),
      ["7 Shells 6.500"],
    ],
  ];
  test.each(moments)("%s", async (_, query, expected) => {
    expect(rows(await story.balance(query())).sort()).toEqual([...expected].sort());
  });

  test("pages the entries behind it, and the balances stay whole", async () => {
    const answer = await story.balance({ limit: 2, offset: 2 });
    expect(rows(answer).sort()).toEqual([...NOW_ROWS].sort());
    expect(answer.body.ledgerDetails).toMatchObject({
      pageNumber: 2,
      pageSize: 2,
      totalEntries: 5,
      pageCount: 3,
    });
    expect(refusal(await story.balance({ limit: 2, offset: 3 }))).toEqual([400, 11003]);
  });

  test("is at every moment the sum of the details up to it", async () => {
    for (let at = OPENED; at < NOW; at += 2.5 * DAY) {
      const endDate = new Date(at).toISOString().slice(0, 19);
      const query = {
        includeAlternateCurrencies: true,
        limit: 100,
        sortOrder: "ASC",
        startDate: "2026-02-01T00:00:00",
        endDate,
      };
      const sums = new Map<string, number>();
      for (const entry of (await story.info(query)).body.ledgerEntries)
        for (const detail of entry.entryDetails) {
          const key = `${detail.programId} ${detail.alternateCurrencyName ?? detail.pointsCategory.slice(0, 4)}`;
          sums.set(
            key,
            (sums.get(key) ?? 0) + Number(detail.points) * (detail.ledgerEntryType === "DEBIT" ? -1 : 1),
          );
        }
      const closing = new Map(
        rows(await story.balance({ includeAlternateCurrencies: true, endDate })).map((row) => {
          const [programId, category, value] = row.split(" ");
          return [`${programId} ${category}`, Number(value)];
        }),
      );
      for (const [key, value] of sums) expect(closing.get(key), `${key} at ${endDate}`).toBeCloseTo(value, 3);
    }
  });
});
