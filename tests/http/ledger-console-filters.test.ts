import { afterAll, beforeAll, expect, test } from "vitest";
import type { Posting } from "../../src/ledger/schema.ts";
import { type Answer, call } from "./access-server.ts";
import {
  BASE,
  createLedgerServer,
  type LedgerServer,
  type LedgerShop,
  SECOND,
  SHELLS,
} from "./ledger-server.ts";

let ledger: LedgerServer;
let shop: LedgerShop;
let cleo: number;

/**
 * Cleo's ledger: 1 opening at till 1, 2 +10 at till 1 (1 March 12:00), 3 −4 at till 2 (2 March 23:30 UTC), 4 +5 promised in Second at
 * till 2 (3 March), 5 +7 Shells at till 1 (29 March 22:59:59.999 UTC, the last of the day in summer time), 6 +3 in Base and −1
 * in Second (29 March 23:00 UTC).
 */
beforeAll(async () => {
  ledger = await createLedgerServer();
  shop = await ledger.shop();
  cleo = await ledger.customer(shop, { mobile: "+447911123477" });
  const [till1, till2] = shop.tillIds;
  const at = (time: string) => Date.parse(`2026-03-${time}Z`);
  const base = { programId: BASE, currencyId: 0, category: 1 } as const;
  const moves: { at: number; tillId?: number; postings: Posting[] }[] = [
    {
      at: at("01T12:00:00"),
      tillId: till1,
      postings: [{ ...base, contra: "issued", amount: 10_000, expiresAt: null }],
    },
    {
      at: at("02T23:30:00"),
      tillId: till2,
      postings: [
        {
          ...base,
          contra: "redeemed",
          amount: -4000,
          uses: [{ eventNo: 2, lineNo: 1, kind: "redeemed", amount: 4000 }],
        },
      ],
    },
    {
      at: at("03T12:00:00"),
      tillId: till2,
      postings: [
        { ...base, programId: SECOND, category: 2, contra: "issued", amount: 5000, expiresAt: null },
      ],
    },
    {
      at: at("29T22:59:59.999"),
      tillId: till1,
      postings: [{ ...base, currencyId: SHELLS, contra: "issued", amount: 7000, expiresAt: null }],
    },
    {
      at: at("29T23:00:00"),
      postings: [
        { ...base, contra: "issued", amount: 3000, expiresAt: null },
        { ...base, programId: SECOND, contra: "adjusted", amount: -1000, overdraws: true },
      ],
    },
  ];
  for (const move of moves) await shop.ledger.post([{ partyId: cleo, ...move }]);
});
afterAll(() => ledger.close());

const get = (path: string, headers: Record<string, string> = shop.agent.headers): Promise<Answer> =>
  call(ledger.server, "GET", `/api/customers/${cleo}/${path}`, headers);
const read = async (path: string) => {
  const answer = await get(path);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

const numbersOf = (items: { eventNo: number }[]) => items.map(({ eventNo }) => eventNo);

const filters = (): [string, number[]][] => {
  const [till1, till2] = shop.tillIds;
  return [
    ["entryType=credit", [6, 5, 4, 2]],
    ["entryType=debit", [6, 3]],
    ["entryType=opening", [1]],
    ["category=REGULAR&entryType=credit", [6, 5, 2]],
    ["category=PROMISED&entryType=credit", [4]],
    ["category=TRIGGER_BASED&entryType=credit", []],
    ["currencyId=0", [6, 4, 3, 2, 1]],
    [`currencyId=${SHELLS}`, [5]],
    [`programId=${SECOND}`, [6, 4, 1]],
    [`programId=${BASE}&entryType=credit`, [6, 5, 2]],
    [`tillId=${till1}`, [5, 2, 1]],
    [`tillId=${till2}&entryType=debit`, [3]],
    [`storeId=${shop.organisation.storeOfTill(till1)!.id}&currencyId=0`, [2, 1]],
    ["from=2026-03-03", [6, 5, 4]],
    ["until=2026-03-02", [3, 2, 1]],
    ["from=2026-03-02&until=2026-03-03", [4, 3]],
    ["from=2026-03-29&until=2026-03-29", [5]],
    ["from=2026-03-30&entryType=debit", [6]],
    ["from=2027-01-01", []],
    ["until=2020-12-31", []],
    ["from=1000-01-01&until=9999-12-31&entryType=debit", [6, 3]],
  ];
};

test("each shows its events, counts them and pages through them", async () => {
  for (const [query, expected] of filters()) {
    const whole = await read(`ledger?${query}`);
    expect([numbersOf(whole.items), whole.next, whole.total], query).toEqual([
      expected,
      null,
      expected.length,
    ]);
    for (const limit of [1, 2]) {
      const seen: unknown[] = [];
      for (let after: string | null = ""; after !== null; ) {
        const page = await read(`ledger?${query}&limit=${limit}${after === "" ? "" : `&after=${after}`}`);
        expect(page.total).toBe(expected.length);
        seen.push(...page.items);
        after = page.next;
      }
      expect(seen, query).toEqual(whole.items);
    }
  }
});

test("entries alone that match, with balances of their own; none over all accounts", async () => {
  const whole = await read("ledger");
  const [debit, redeemed] = (await read("ledger?entryType=debit")).items;
  expect(debit).toMatchObject({ net: -1, balanceAfter: null });
  expect(debit.entries).toEqual([whole.items[0].entries[1]]);
  expect(redeemed).toEqual({ ...whole.items[3], balanceAfter: null });
  expect(redeemed.entries[0].usedLots).toHaveLength(1);
  const [shells] = (await read(`ledger?currencyId=${SHELLS}`)).items;
  expect(shells).toEqual({ ...whole.items[1], balanceAfter: null });
  expect(shells.entries[0].opensLot).toMatchObject({ amount: 7 });
});

test("days hide no movement between them, so balances are told", async () => {
  const whole = await read("ledger");
  expect(whole.items.map((item: { balanceAfter: number }) => item.balanceAfter)).toEqual([8, 6, 6, 6, 10, 0]);
  expect((await read("ledger?from=2026-03-02&until=2026-03-03")).items).toEqual(whole.items.slice(2, 4));
});

test("from an event on, and from a cursor of other filters", async () => {
  expect(numbersOf((await read("ledger?event=4&entryType=debit")).items)).toEqual([3]);
  const credits = await read("ledger?entryType=credit&limit=1");
  const whole = await read("ledger");
  expect((await read(`ledger?after=${credits.next}`)).items).toEqual(whole.items.slice(1));
  const first = await read("ledger?limit=2");
  expect(numbersOf((await read(`ledger?after=${first.next}&until=2026-03-02`)).items)).toEqual([3, 2, 1]);
});

test("what is asked wrongly is refused by its name", async () => {
  const other = await ledger.shop();
  const [till] = shop.tillIds;
  const [strange] = other.tillIds;
  const refusals: [string, string, number][] = [
    ["entryType=both", "entryType", 400],
    ["category=Regular", "category", 400],
    ["currencyId=99", "currencyId", 400],
    ["currencyId=shells", "currencyId", 400],
    ["programId=99", "programId 99 is not a program", 11005],
    ["programId=x", "programId", 400],
    ["tillId=4000000", "tillId 4000000 is not a till", 11004],
    [`tillId=${strange}`, "tillId", 11004],
    [`storeId=${till}`, "storeId", 11026],
    [`storeId=${other.organisation.storeOfTill(strange)!.id}`, "storeId", 11026],
    [`storeId=${shop.organisation.storeOfTill(till)!.id}&tillId=${till}`, "at most one", 11028],
    ["from=2026-02-30", "from must be a date", 11011],
    ["from=yesterday", "from", 400],
    ["until=2026-3-1", "until", 400],
    ["until=0000-01-01", "until must be a date", 11011],
    ["from=2026-03-02&until=2026-03-01", "from is after until", 11009],
    ["from=2026-03-02&from=2026-03-01", "from", 400],
  ];
  for (const [query, words, number] of refusals) {
    const answer = await get(`ledger?${query}`);
    expect([answer.status, answer.body.error.number], query).toEqual([400, number]);
    expect(answer.body.error.message, query).toContain(words);
  }
});

test("somebody else's customer stays unknown, and nobody reads without permission", async () => {
  const other = await ledger.shop();
  const path = "ledger?entryType=debit&from=2026-03-01";
  expect((await get(path, other.agent.headers)).body.error).toMatchObject({ number: 8015 });
  expect((await get(path, {})).status).toBe(401);
  const elsewhere = { ...other.agent.headers, "x-cap-api-auth-org-id": String(shop.id) };
  expect([401, 403]).toContain((await get(path, elsewhere)).status);
});
