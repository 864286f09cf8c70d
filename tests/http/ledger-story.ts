import { expect } from "vitest";
import { type Answer, call } from "./access-server.ts";
import {
  BASE,
  createLedgerServer,
  type LedgerServer,
  type LedgerShop,
  SECOND,
  SHELLS,
} from "./ledger-server.ts";

export const INFO = "/v2/pointsLedger/getCustomerLedgerInfo";
export const BALANCE = "/v2/pointsLedger/getCustomerLedgerBalance";
export const BILL = Date.parse("2026-03-04T10:20:05Z");
const JUNE = Date.parse("2026-06-30T22:59:59Z");

export type Query = Record<string, string | number | boolean | string[]>;

export interface LedgerStory {
  readonly ledger: LedgerServer;
  readonly shop: LedgerShop;
  readonly ana: number;
  /** Names Ana. */
  readonly whom: Query;
  /** A documented call by the shop's till, or with other headers. */
  ask(path: string, query: Query, headers?: Record<string, string>): Promise<Answer>;
  /** Ana's entries. */
  info(query?: Query): Promise<Answer>;
  /** Ana's balances. */
  balance(query?: Query): Promise<Answer>;
}

/**
 * Ana's ledger: 1 opening (till 1), 2 purchase of 24 points and 5 Shells (till 1, 4 March), 3 promised 30 (till 2, 10 March),
 * 4 redemption of 1.254 from Second (till 2, 12 March), 5 conversion of promised 10 (no till, 20 March), 6 Shells only (till 1, 25 March).
 */
export const createLedgerStory = async (): Promise<LedgerStory> => {
  const ledger = await createLedgerServer();
  const shop = await ledger.shop();
  const [till1, till2] = shop.tillIds;
  const ana = await ledger.customer(shop, {
    mobile: "+447911123456",
    email: "ana@example.com",
    externalId: "M-77",
  });
  const account = (programId: number, category: 1 | 2 = 1, currencyId = 0) => ({
    programId,
    currencyId,
    category,
  });
  const credit = { contra: "issued" as const, expiresAt: JUNE };
  const reference = {
    transactionId: 70012,
    transactionNumber: "INV-9",
    date: BILL,
    amount: 2_400_000,
    grossAmount: 2_500_000,
    source: "INSTORE",
  };
  await shop.ledger.post([
    {
      partyId: ana,
      at: BILL,
      tillId: till1,
      reference,
      postings: [
        { ...account(BASE), ...credit, amount: 24_000 },
        { ...account(BASE, 1, SHELLS), ...credit, amount: 5_000 },
        { ...account(SECOND), ...credit, amount: 7_254 },
      ],
    },
  ]);
  await shop.ledger.earn(ana, 30_000, {
    at: Date.parse("2026-03-10T09:00:00Z"),
    category: 2,
    tillId: till2,
    eventName: "TargetCompleted",
  });
  await shop.ledger.debit(ana, 1_254, {
    at: Date.parse("2026-03-12T09:00:00Z"),
    programId: SECOND,
    tillId: till2,
  });
  await shop.ledger.post([
    {
      partyId: ana,
      at: Date.parse("2026-03-20T09:00:00.500Z"),
      eventName: "DelayedAccrual",
      postings: [
        {
          ...account(BASE, 2),
          contra: "conversion",
          amount: -10_000,
          uses: [{ eventNo: 3, lineNo: 1, amount: 10_000 }],
        },
        { ...account(BASE), ...credit, contra: "conversion", amount: 10_000 },
      ],
    },
  ]);
  await shop.ledger.earn(ana, 1_500, {
    at: Date.parse("2026-03-25T09:00:00Z"),
    currencyId: SHELLS,
    tillId: till1,
    eventName: "GenericEvent",
  });
  const ask: LedgerStory["ask"] = (path, query, headers = shop.till) => {
    const text = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      for (const item of Array.isArray(value) ? value : [value]) text.append(name, String(item));
    return call(ledger.server, "GET", `${path}?${text}`, headers);
  };
  const whom = { identifierName: "id", identifierValue: ana, source: "INSTORE" };
  return {
    ledger,
    shop,
    ana,
    whom,
    ask,
    info: (query = {}) => ask(INFO, { ...whom, ...query }),
    balance: (query = {}) => ask(BALANCE, { ...whom, ...query }),
  };
};

/** Status and documented code of a refused v2 call. */
export const refusal = (answer: Pick<Answer, "status" | "body">): [number, number] => {
  expect(answer.body.warnings).toEqual([]);
  expect(answer.body.errors).toHaveLength(1);
  expect(answer.body.errors[0].status).toBe(false);
  return [answer.status, answer.body.errors[0].code];
};
