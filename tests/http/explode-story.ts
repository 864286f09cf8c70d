import { expect } from "vitest";
import { buildLedger } from "../../src/ledger/testing.ts";
import {
  ADD,
  type Answer,
  billOf,
  createTransactionsApp,
  type Json,
  NOW,
  type TransactionsApp,
} from "./transactions-shop.ts";

export const EXPLODE = "/v2/pointsLedger/getLedgerExplodeInfo";
export const INFO = "/v2/pointsLedger/getCustomerLedgerInfo";

export type Query = Record<string, string | number | boolean>;

export interface ExplodeStory {
  readonly shop: TransactionsApp;
  readonly ana: number;
  /** Ana's bill EXP/1 of 240 with all its fields, and a plain one of 100. */
  readonly billId: number;
  readonly otherBill: number;
  /** Event log ids: what EXP/1 earned, 1 point spent, half a point expired. */
  readonly earned: number;
  readonly spent: number;
  readonly expired: number;
  ask(path: string, query: Query, headers?: Record<string, string>): Promise<Answer>;
  /** What getLedgerExplodeInfo answers of Ana. */
  events(query: Query): Promise<Json[]>;
}

/** The whole application with Ana's bills and what became of her points. */
export const createExplodeStory = async (): Promise<ExplodeStory> => {
  const shop = await createTransactionsApp();
  const { app } = shop;
  const ana = shop.customers[0]!;
  const ask: ExplodeStory["ask"] = (path, query, headers) => {
    const text = new URLSearchParams(
      Object.entries({ identifierName: "id", identifierValue: ana, source: "INSTORE", ...query }).map(
        ([name, value]): [string, string] => [name, String(value)],
      ),
    );
    return shop.get(`${path}?${text}`, headers);
  };
  const author = { orgId: shop.shop.orgId, name: "test" };
  const extended = { kind: "extended", dataType: "string" } as const;
  await app.orgs.defineField(author, { ...extended, scope: "TRANSACTION", name: "channel" });
  await app.orgs.defineField(author, { ...extended, scope: "LINEITEM", name: "size" });
  const custom = { kind: "custom", scope: "LOYALTY_TRANSACTION", dataType: "string" } as const;
  await app.orgs.defineField(author, { ...custom, name: "cashier" });
  const bill = billOf({
    billNumber: "EXP/1",
    billAmount: 240,
    grossAmount: 250,
    discount: 10,
    note: "gift",
    billingDate: "2026-01-19T18:20:05.250+00:00",
    customFields: { cashier: "Bo" },
    extendedFields: { channel: "kiosk" },
    paymentModes: [{ mode: "Cash", value: 240, notes: "coins", attributes: { currency: "GBP" } }],
    lineItemsV2: [
      {
        itemCode: "TEA-1",
        description: "Tea",
        qty: 2,
        rate: 125,
        value: 250,
        discount: 10,
        amount: 240,
        attributes: { a: "b" },
        extendedFields: { size: "L" },
      },
    ],
  });
  const billId: number = (await shop.post(ADD, bill)).body.createdId;
  const otherBill: number = (await shop.post(ADD, billOf({ billAmount: 100 }))).body.createdId;
  const ledger = buildLedger(app, shop.shop.orgId, {
    programIds: [shop.shop.programId],
    at: Date.parse(NOW),
  });
  const spent = await ledger.debit(ana, 1_000, {
    reference: { transactionNumber: "INV-3" },
    tillId: shop.shop.tillId,
  });
  const expired = await ledger.debit(ana, 500, { eventName: "PointsExpiry", contra: "expired" });
  const page = await ask(INFO, { sortOrder: "ASC" });
  const earned = page.body.ledgerEntries[1].eventLogId;
  const events: ExplodeStory["events"] = async (query) => {
    const answer = await ask(EXPLODE, query);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.events;
  };
  return { shop, ana, billId, otherBill, earned, spent, expired, ask, events };
};
