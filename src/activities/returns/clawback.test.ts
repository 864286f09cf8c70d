import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AccountKey, LedgerBook, type LotKey, type Posting, takeUpTo, type UseKind } from "#ledger";
import { type Clawback, clawBack, type Fraction, type ReturnedShare } from "./clawback.ts";

const PARTY = 7;
const MAIN: AccountKey = { programId: 1, currencyId: 0, category: 1 };
const PROMISED: AccountKey = { programId: 1, currencyId: 0, category: 2 };
const DAY = 86_400_000;
const NONE: ReturnedShare = { bill: { returned: 0, of: 1 }, line: () => ({ returned: 0, of: 1 }) };
const part = (returned: number, of: number): ReturnedShare => {
  const share: Fraction = { returned, of };
  return { bill: share, line: () => share };
};
const ALL = part(1, 1);

/** A party's ledger in memory, moved as the product moves it. */
const createLedger = () => {
  const book = new LedgerBook([{ partyId: PARTY, eventCount: 0, lastBookedAt: new Date(0) }], []);
  let clock = 0;
  const post = (eventName: string, postings: readonly Posting[]): number =>
    book.post({
      partyId: PARTY,
      eventId: ++clock,
      eventName,
      bookedAt: clock,
      recordedAt: clock,
      tillId: null,
      sourceProgramId: 1,
      reference: null,
      postings,
    }).eventNo;
  return {
    book,
    post,
    earn: (
      bill: number,
      amount: number,
      options: { days?: number; line?: number; account?: AccountKey } = {},
    ): LotKey => {
      const { days = 100, line = 0, account = MAIN } = options;
      const lot = { transactionId: bill, billLine: line };
      const posting: Posting = { ...account, contra: "issued", amount, expiresAt: days * DAY, lot };
      return { eventNo: post("TransactionAdd", [posting]), lineNo: 1 };
    },
    spend: (amount: number, contra: "redeemed" | "transfer" | "adjusted" = "redeemed"): number => {
      const uses = takeUpTo(book.openLots(PARTY, MAIN), amount);
      return post("Spend", [{ ...MAIN, contra, amount: -amount, uses, overdraws: true }]);
    },
    expire: ({ eventNo, lineNo }: LotKey): void => {
      const { remaining } = book.lot(PARTY, { eventNo, lineNo })!;
      post("PointsExpiry", [
        { ...MAIN, contra: "expired", amount: -remaining, uses: [{ eventNo, lineNo, amount: remaining }] },
      ]);
    },
    convert: (lot: LotKey, amount: number): LotKey => {
      const { transactionId, billLine } = book.lot(PARTY, lot)!;
      const eventNo = post("Conversion", [
        { ...PROMISED, contra: "conversion", amount: -amount, uses: [{ ...lot, amount }] },
        {
          ...MAIN,
          contra: "conversion",
          amount,
          expiresAt: 100 * DAY,
          lot: { transactionId, billLine, parent: lot },
        },
      ]);
      return { eventNo, lineNo: 2 };
    },
    giveBack: (
      bill: number,
      before: ReturnedShare,
      after: ReturnedShare,
      isReturnable?: (program: number, currency: number) => boolean,
    ): Clawback => {
      const lots = book.lotsOf(PARTY);
      const awards = lots.filter(({ transactionId }) => transactionId === bill);
      const clawback = clawBack({
        awards,
        uses: book
          .usesOf(PARTY)
          .filter((use) => awards.some((lot) => lot.eventNo === use.eventNo && lot.lineNo === use.lineNo)),
        openLots: lots.filter(({ remaining }) => remaining > 0),
        debtOf: (account) => book.account(PARTY, account)?.debt ?? 0,
        before,
        after,
        ...(isReturnable === undefined ? {} : { isReturnable }),
      });
      if (clawback.postings.length > 0) post("ReturnBill", clawback.postings);
      return clawback;
    },
    account: (key = MAIN) => book.account(PARTY, key)!,
    /** What a lot gave as a kind, all in all. */
    gave: ({ eventNo, lineNo }: LotKey, kind: UseKind): number =>
      book
        .usesOf(PARTY)
        .filter((use) => use.eventNo === eventNo && use.lineNo === lineNo && use.kind === kind)
        .reduce((sum, use) => sum + use.amount, 0),
  };
};

/** What holds after whatever happened. */
const expectSound = ({ book }: ReturnType<typeof createLedger>) => {
  for (const account of book.accountsOf(PARTY)) {
    const lots = book
      .lotsOf(PARTY)
      .filter((lot) => lot.category === account.category && lot.currencyId === account.currencyId);
    const held = lots.reduce((sum, { remaining }) => sum + remaining, 0);
    expect(account.balance).toBe(held - account.debt);
    expect(account.debt === 0 || held === 0).toBe(true);
    for (const lot of lots) {
      const uses = book
        .usesOf(PARTY)
        .filter((use) => use.eventNo === lot.eventNo && use.lineNo === lot.lineNo);
      for (const use of uses) expect(use.amount).toBeGreaterThanOrEqual(0);
      expect(lot.amount - lot.remaining).toBe(uses.reduce((sum, use) => sum + use.amount, 0));
    }
  }
};

describe("what a return takes back", () => {
  test("is what the award has left", () => {
    const ledger = createLedger();
    const a = ledger.earn(1, 60_000);
    ledger.earn(2, 90_000);
    const { postings, awards } = ledger.giveBack(1, NONE, ALL);
    expect(postings).toEqual([
      {
        ...MAIN,
        contra: "returned",
        amount: -60_000,
        uses: [{ ...a, kind: "returned", amount: 60_000 }],
        overdraws: true,
      },
    ]);
    expect(awards).toMatchObject([{ taken: 60_000, fromRest: 60_000, moved: 0, owed: 0, expired: 0 }]);
    expect(ledger.account()).toMatchObject({ balance: 90_000, returned: 60_000, issued: 150_000 });
    expectSound(ledger);
  });

  test("moves what was redeemed to other points, then owes: A of 60, B of 90, 70 redeemed", () => {
    const ledger = createLedger();
    const a = ledger.earn(1, 60_000, { days: 50 });
    const b = ledger.earn(2, 90_000);
    const redemption = ledger.spend(70_000);
    expect([ledger.gave(a, "redeemed"), ledger.gave(b, "redeemed")]).toEqual([60_000, 10_000]);

    expect(ledger.giveBack(1, NONE, ALL).awards).toMatchObject([
      { taken: 60_000, fromRest: 0, moved: 60_000, owed: 0 },
    ]);
    expect(ledger.account()).toMatchObject({ balance: 20_000, redeemed: 70_000, returned: 60_000, debt: 0 });
    expect([ledger.gave(a, "returned"), ledger.gave(a, "redeemed"), ledger.gave(b, "redeemed")]).toEqual([
      60_000, 0, 70_000,
    ]);

    expect(ledger.giveBack(2, NONE, ALL).awards).toMatchObject([
      { taken: 90_000, fromRest: 20_000, moved: 0, owed: 70_000 },
    ]);
    expect(ledger.account()).toMatchObject({
      balance: -70_000,
      redeemed: 70_000,
      returned: 150_000,
      debt: 70_000,
    });
    expect(
      ledger.book.usesOf(PARTY).filter((use) => use.forEventNo === redemption && use.amount > 0),
    ).toEqual([]);
    expectSound(ledger);

    // Later points pay it off.
    ledger.earn(3, 100_000);
    expect(ledger.account()).toMatchObject({ balance: 30_000, debt: 0 });
    expectSound(ledger);
  });

  test("takes the place of points that paid a debt", () => {
    const ledger = createLedger();
    ledger.earn(1, 50_000);
    ledger.spend(50_000);
    ledger.giveBack(1, NONE, ALL);
    const c = ledger.earn(3, 80_000);
    expect(ledger.gave(c, "settled")).toBe(50_000);
    expect(ledger.giveBack(3, NONE, ALL).awards).toMatchObject([
      { fromRest: 30_000, moved: 0, owed: 50_000 },
    ]);
    expect(ledger.account()).toMatchObject({ balance: -50_000, debt: 50_000 });
    expectSound(ledger);
  });

  test.each(["transfer", "adjusted"] as const)("moves what left as %s, soonest expiry first", (kind) => {
    const ledger = createLedger();
    const a = ledger.earn(1, 10_000, { days: 1 });
    const late = ledger.earn(2, 10_000, { days: 90 });
    const soon = ledger.earn(3, 10_000, { days: 30 });
    ledger.spend(10_000, kind);
    ledger.giveBack(1, NONE, ALL);
    expect([ledger.gave(a, kind), ledger.gave(soon, kind), ledger.gave(late, kind)]).toEqual([0, 10_000, 0]);
    expectSound(ledger);
  });

  test("undoes the expiry of what had expired, so that the balance stays", () => {
    const ledger = createLedger();
    const a = ledger.earn(1, 40_000);
    ledger.earn(2, 5000);
    ledger.expire(a);
    const { postings } = ledger.giveBack(1, NONE, ALL);
    expect(postings.map(({ contra, amount }) => [contra, amount])).toEqual([
      ["expired", 40_000],
      ["returned", -40_000],
    ]);
    expect(ledger.account()).toMatchObject({ balance: 5000, expired: 0, returned: 40_000 });
    expect([ledger.gave(a, "expired"), ledger.gave(a, "returned")]).toEqual([0, 40_000]);
    expectSound(ledger);
  });

  test("keeps a debt as it was when it undoes an expiry", () => {
    const ledger = createLedger();
    const a = ledger.earn(1, 40_000);
    ledger.expire(a);
    ledger.earn(2, 30_000);
    ledger.spend(30_000);
    ledger.giveBack(2, NONE, ALL);
    expect(ledger.account().debt).toBe(30_000);
    ledger.giveBack(1, NONE, ALL);
    expect(ledger.account()).toMatchObject({ balance: -30_000, debt: 30_000, expired: 0, returned: 70_000 });
    expect([ledger.gave(a, "expired"), ledger.gave(a, "settled"), ledger.gave(a, "returned")]).toEqual([
      0, 0, 40_000,
    ]);
    expectSound(ledger);
  });

  test("is promised while it is promised, regular once it was converted", () => {
    const ledger = createLedger();
    const promised = ledger.earn(1, 60_000, { account: PROMISED });
    ledger.giveBack(1, NONE, part(1, 2));
    expect(ledger.account(PROMISED)).toMatchObject({ balance: 30_000, returned: 30_000 });
    const regular = ledger.convert(promised, 30_000);
    ledger.giveBack(1, part(1, 2), part(3, 4));
    expect(ledger.account(MAIN)).toMatchObject({ balance: 15_000, returned: 15_000 });
    ledger.spend(15_000);
    ledger.giveBack(1, part(3, 4), ALL);
    expect(ledger.account(MAIN)).toMatchObject({ balance: -15_000, returned: 30_000, debt: 15_000 });
    expect([ledger.gave(promised, "returned"), ledger.gave(regular, "returned")]).toEqual([30_000, 30_000]);
    expectSound(ledger);
  });

  test("is by line where a line earned it", () => {
    const ledger = createLedger();
    const bill = ledger.earn(1, 9000);
    const [first, second] = [ledger.earn(1, 1000, { line: 1 }), ledger.earn(1, 2000, { line: 2 })];
    const share = (one: number, two: number, whole: number): ReturnedShare => ({
      bill: { returned: whole, of: 1 },
      line: (lineNo) => ({ returned: lineNo === 1 ? one : two, of: 3 }),
    });
    ledger.giveBack(1, NONE, share(1, 0, 0));
    expect([first, second, bill].map((lot) => ledger.gave(lot, "returned"))).toEqual([333, 0, 0]);
    ledger.giveBack(1, share(1, 0, 0), share(3, 0, 0));
    expect([first, second, bill].map((lot) => ledger.gave(lot, "returned"))).toEqual([1000, 0, 0]);
    ledger.giveBack(1, share(3, 0, 0), share(3, 3, 1));
    expect([first, second, bill].map((lot) => ledger.gave(lot, "returned"))).toEqual([1000, 2000, 9000]);
    expectSound(ledger);
  });

  test("leaves currencies alone that are not returnable", () => {
    const ledger = createLedger();
    const stamps: AccountKey = { ...MAIN, currencyId: 4 };
    ledger.earn(1, 1000);
    ledger.earn(1, 7000, { account: stamps });
    ledger.giveBack(1, NONE, ALL, (_, currencyId) => currencyId === 0);
    expect([ledger.account().balance, ledger.account(stamps).balance]).toEqual([0, 7000]);
    ledger.giveBack(1, NONE, ALL);
    expect(ledger.account(stamps).balance).toBe(0);
    expectSound(ledger);
  });

  test("is never more than the bill earned", () => {
    const ledger = createLedger();
    ledger.earn(1, 1000);
    ledger.earn(2, 5000);
    ledger.giveBack(1, NONE, part(3, 2));
    expect(ledger.giveBack(1, NONE, ALL)).toEqual({ postings: [], awards: [] });
    expect(ledger.account().balance).toBe(5000);
  });
});

test("any split of returns, whatever happened in between, takes what one return of everything takes", () => {
  type Step = { readonly kind: "earn" | "spend" | "expire" | "return"; readonly amount: number };
  const step = fc.record<Step>({
    kind: fc.constantFrom("earn", "spend", "expire", "return", "return"),
    amount: fc.integer({ min: 1, max: 50_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 25 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (awards, steps, of) => {
        const ledger = createLedger();
        const lots = awards.map((amount, index) =>
          ledger.earn(1, amount, { days: 10 + index * 40, line: index % 2 }),
        );
        const spent: number[] = [];
        let returned = 0;
        let others = 0;
        for (const { kind, amount } of steps) {
          if (kind === "earn") {
            ledger.earn(2, amount, { days: amount % 100 });
            others += amount;
          } else if (kind === "spend" && ledger.account().balance > 0) {
            const paid = Math.min(amount, ledger.account().balance);
            ledger.spend(paid);
            spent.push(paid);
          } else if (kind === "expire") {
            const lot = lots[amount % lots.length]!;
            if (ledger.book.lot(PARTY, lot)!.remaining > 0) ledger.expire(lot);
          } else if (kind === "return") {
            const next = Math.min(of, returned + (amount % of) + 1);
            ledger.giveBack(1, part(returned, of), part(next, of));
            returned = next;
          }
          expectSound(ledger);
        }
        if (returned < of) ledger.giveBack(1, part(returned, of), ALL);
        expectSound(ledger);
        const earned = awards.reduce((sum, amount) => sum + amount, 0);
        for (const [index, lot] of lots.entries()) expect(ledger.gave(lot, "returned")).toBe(awards[index]);
        expect(ledger.account()).toMatchObject({
          returned: earned,
          expired: 0,
          balance: others - spent.reduce((sum, amount) => sum + amount, 0),
        });
      },
    ),
    { numRuns: 400 },
  );
});
