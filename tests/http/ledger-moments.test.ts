import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BASE, OPENED, SECOND, SHELLS } from "./ledger-server.ts";
import { BALANCE, createLedgerStory, INFO, type LedgerStory, type Query } from "./ledger-story.ts";

let story: LedgerStory;
beforeAll(async () => {
  story = await createLedgerStory();
});
afterAll(() => story.ledger.close());

/** What happens to a made-up customer: seconds after the event before, an account, an amount (negative: spent), a till or none. */
const STEP = fc.record({
  seconds: fc.constantFrom(0, 1, 60, 86_400, 40 * 86_400),
  program: fc.constantFrom(BASE, SECOND),
  category: fc.constantFrom(1, 2, 3) as fc.Arbitrary<1 | 2 | 3>,
  currency: fc.constantFrom(0, 0, SHELLS),
  amount: fc.integer({ min: -9_999, max: 9_999 }).filter((amount) => amount !== 0),
  till: fc.constantFrom(null, 0, 1),
});
type Step = Parameters<Parameters<typeof STEP.map>[0]>[0];

/** A line as the independent model keeps it. */
interface Line {
  readonly at: number;
  readonly event: number;
  readonly key: string;
  readonly program: number;
  readonly category: number;
  readonly currency: number;
  readonly amount: number;
  readonly opening: boolean;
  readonly till: number | null;
}
const keyOf = (program: number, category: number, currency: number) => `${program}/${category}/${currency}`;
const CATEGORIES = ["", "Main", "DelayedAccrualPointCategory", "ExternalTriggerBasedPointCategory"];

/** Plays the steps; those that spend more than there is are left out. Answers the customer and the model's lines. */
const play = async (steps: readonly Step[]): Promise<{ id: number; lines: Line[] }> => {
  const { ledger, shop } = story;
  const id = await ledger.customer(shop, {});
  const lines: Line[] = [BASE, SECOND].flatMap((program) =>
    [1, 2, 3].map((category) => ({
      at: OPENED,
      event: 1,
      key: keyOf(program, category, 0),
      program,
      category,
      currency: 0,
      amount: 0,
      opening: true,
      till: shop.tillIds[0],
    })),
  );
  const held = new Map<string, number>();
  let at = OPENED;
  let event = 1;
  for (const { seconds, program, category, currency, amount, till } of steps) {
    const key = keyOf(program, category, currency);
    const balance = (held.get(key) ?? 0) + amount;
    if (balance < 0) continue;
    held.set(key, balance);
    at += seconds * 1000;
    event++;
    const tillId = till === null ? null : shop.tillIds[till as 0 | 1];
    const options = { at, programId: program, category, currencyId: currency, tillId };
    if (amount > 0) await shop.ledger.earn(id, amount, options);
    else await shop.ledger.debit(id, -amount, options);
    lines.push({ at, event, key, program, category, currency, amount, opening: false, till: tillId });
  }
  return { id, lines };
};

const dateOf = (at: number) => new Date(at).toISOString().slice(0, 19);

const FILTER = fc.record(
  {
    programId: fc.constantFrom(BASE, SECOND),
    pointCategoryType: fc.constantFrom("REGULAR", "PROMISED", "TRIGGER_BASED"),
    ledgerEntryType: fc.constantFrom("CREDIT", "DEBIT", "OPENING_BALANCE"),
    currencies: fc.constantFrom("with", "only", "named"),
    till: fc.constantFrom(0 as const, 1 as const),
  },
  { requiredKeys: [] },
);
type Filter = Parameters<Parameters<typeof FILTER.map>[0]>[0];

const queryOf = (filter: Filter): Query => ({
  ...(filter.programId === undefined ? {} : { programId: filter.programId }),
  ...(filter.pointCategoryType === undefined ? {} : { pointCategoryType: filter.pointCategoryType }),
  ...(filter.ledgerEntryType === undefined ? {} : { ledgerEntryType: filter.ledgerEntryType }),
  ...(filter.till === undefined ? {} : { tillId: story.shop.tillIds[filter.till] }),
  ...(filter.currencies === "with" ? { includeAlternateCurrencies: true } : {}),
  ...(filter.currencies === "only" ? { includeAlternateCurrencies: true, excludePointCategories: true } : {}),
  ...(filter.currencies === "named" ? { alternateCurrencyNames: "Shells" } : {}),
});

/** The documented meaning of a filter, written down once more. */
const showsAccount = (filter: Filter, line: Line): boolean =>
  (filter.programId ?? line.program) === line.program &&
  (filter.currencies === "only"
    ? line.currency !== 0
    : (line.currency === 0 || filter.currencies !== undefined) &&
      (filter.pointCategoryType === undefined ||
        ["", "REGULAR", "PROMISED", "TRIGGER_BASED"][line.category] === filter.pointCategoryType));
const showsLine = (filter: Filter, line: Line): boolean => {
  const kind = line.opening ? "OPENING_BALANCE" : line.amount < 0 ? "DEBIT" : "CREDIT";
  return (
    showsAccount(filter, line) &&
    (filter.ledgerEntryType ?? kind) === kind &&
    (filter.till === undefined || story.shop.tillIds[filter.till] === line.till)
  );
};

interface Detail {
  readonly programId: number;
  readonly pointsCategory: string;
  readonly alternateCurrencyName?: string;
}
const keyOfDetail = ({ programId, pointsCategory, alternateCurrencyName }: Detail) =>
  keyOf(programId, CATEGORIES.indexOf(pointsCategory), alternateCurrencyName === undefined ? 0 : SHELLS);

/** Balances as the call answers them; null when it finds nothing. */
const balancesOf = async (id: number, query: Query): Promise<Map<string, number> | null> => {
  const answer = await story.ask(BALANCE, { ...story.whom, identifierValue: id, ...query });
  if (answer.status === 400) {
    expect(answer.body.errors[0].code).toBe(11003);
    return null;
  }
  const rows: (Detail & { closingBalance: string })[] = answer.body.ledgerDetails.ledgerClosingBalance;
  return new Map(rows.map((row) => [keyOfDetail(row), Math.round(Number(row.closingBalance) * 1000)]));
};

test("at every moment the balances are the sums of the details up to it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { id, lines } = await play(steps);
      const moments = [...new Set(lines.flatMap(({ at }) => [at - 1000, at, at + 1000]))];
      for (const moment of moments) {
        const sums = new Map<string, number>();
        for (const line of lines)
          if (line.at <= moment) sums.set(line.key, (sums.get(line.key) ?? 0) + line.amount);
        const query = { includeAlternateCurrencies: true, endDate: dateOf(moment) };
        const balances = (await balancesOf(id, query)) ?? new Map<string, number>();
        // An account that begins later is there with zero.
        for (const [key, balance] of balances)
          expect(balance, `${key} at ${dateOf(moment)}`).toBe(sums.get(key) ?? 0);
        for (const key of sums.keys()) expect(balances.has(key)).toBe(true);
      }
    }),
    { numRuns: 12 },
  );
});

test("whatever the filter, the entries and the closing balance are those of the matching details", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(STEP, { minLength: 1, maxLength: 14 }),
      fc.array(FILTER, { minLength: 4, maxLength: 4 }),
      async (steps, filters) => {
        const { id, lines } = await play(steps);
        for (const filter of filters) {
          const matching = lines.filter((line) => showsLine(filter, line));
          const query = { ...queryOf(filter), limit: 100, sortOrder: "ASC" };
          const answer = await story.ask(INFO, { ...story.whom, identifierValue: id, ...query });
          const balances = await balancesOf(id, queryOf(filter));
          if (matching.length === 0) {
            expect([answer.status, balances]).toEqual([400, null]);
            continue;
          }
          const events = [...new Set(matching.map(({ event }) => event))];
          const shown: { entryDetails: Detail[]; netPointsOnEvent: string }[] = answer.body.ledgerEntries;
          expect(shown.map(({ entryDetails }) => entryDetails.map(keyOfDetail))).toEqual(
            events.map((event) => matching.filter((line) => line.event === event).map(({ key }) => key)),
          );
          expect(shown.map(({ netPointsOnEvent }) => Math.round(Number(netPointsOnEvent) * 1000))).toEqual(
            events.map((event) =>
              matching
                .filter((line) => line.event === event && line.currency === 0)
                .reduce((sum, { amount }) => sum + amount, 0),
            ),
          );
          const newest = events.at(-1)!;
          const upTo = lines.filter((line) => line.event <= newest);
          for (const [key, balance] of balances!)
            expect(balance).toBe(upTo.reduce((sum, line) => sum + (line.key === key ? line.amount : 0), 0));
          const accounts = new Set(lines.filter((line) => showsAccount(filter, line)).map(({ key }) => key));
          expect(new Set(balances!.keys())).toEqual(accounts);
        }
      },
    ),
    { numRuns: 12 },
  );
});
