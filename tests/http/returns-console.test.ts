import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignedInUser, signInUser } from "../../src/identity/testing.ts";
import { ADD, billOf, createTransactionsApp, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

/** Of a customer who stays in the first tier. */
const FOURTH = ADD.replace("C1", "C4");
const LINES = [
  { itemCode: "TEA", qty: 2, rate: 30, amount: 60 },
  { itemCode: "CUP", qty: 1, rate: 40, amount: 40 },
];

let bills = 0;
/** Records a bill of 100 that a customer bought two hours ago. */
const buy = async (changes: object, url: string): Promise<{ number: string; id: number }> => {
  const number = `R-${++bills}`;
  const body = billOf({
    billNumber: number,
    billAmount: 100,
    billingDate: "2026-01-20T10:00:00Z",
    lineItemsV2: LINES,
    ...changes,
  });
  return { number, id: (await shop.post(url, body)).body.createdId };
};
const balance = async (customer: number): Promise<number> => {
  const { body } = await shop.get(`/v2/customers/${shop.customers[customer]}/points/balance`);
  return body.mainPoints;
};

describe("the console", () => {
  let careAgent: SignedInUser;
  beforeAll(async () => {
    careAgent = await signInUser(shop.app.identity, shop.shop.organisation, "care_agent");
  });
  const agent = () => ({ ...careAgent.headers });
  const at = (id: number, what: string) => `/api/transactions/${id}/${what}`;

  test("tells what a return would take back, then returns just that", async () => {
    const { id, number } = await buy({ billAmount: 20 }, FOURTH);
    const before = await balance(3);
    const whole = await shop.post(at(id, "return-preview"), { returnType: "FULL" }, agent());
    expect(whole.status).toBe(200);
    const [entry] = whole.body.entries;
    expect(entry).toMatchObject({
      account: "returned",
      amount: -0.2,
      currency: "points",
      balanceBefore: before,
    });
    expect(entry.lots).toMatchObject([{ change: "used", kind: "returned", amount: 0.2, remaining: 0 }]);
    // Nothing happened.
    expect(await balance(3)).toBe(before);
    const part = { returnType: "AMOUNT", amount: 5, note: "scratched" };
    expect((await shop.post(at(id, "return-preview"), part, agent())).body.entries[0].amount).toBe(-0.05);
    const keyed = { ...agent(), "idempotency-key": `console-${number}` };
    const done = await shop.post(at(id, "returns"), part, keyed);
    expect(done.status).toBe(200);
    expect((await shop.post(at(id, "returns"), part, keyed)).body).toEqual(done.body);
    expect(await balance(3)).toBeCloseTo(before - 0.05, 3);
    const shown = (await shop.get(`/api/transactions/${id}`, agent())).body;
    expect(shown).toMatchObject({
      returnType: null,
      returns: [{ id: done.body.transactionId, amount: 5, points: -0.05 }],
    });
    const back = (await shop.get(`/api/transactions/${done.body.transactionId}`, agent())).body;
    expect(back).toMatchObject({
      returnType: "AMOUNT",
      returnOf: { id },
      by: expect.stringMatching(/^Test care_agent/),
      note: "scratched",
      takenBack: [{ awarded: 0.2, taken: 0.05, fromRest: 0.05, moved: 0, owed: 0, expired: 0 }],
    });
    const { items } = (await shop.get(`/api/customers/${shop.customers[3]}/timeline`, agent())).body;
    expect(
      items.find((item: { title: string }) => item.title === `Return of money of ${number}`),
    ).toMatchObject({
      kind: "transaction",
      points: -0.05,
      detail: expect.stringMatching(/, by Test care_agent/),
      link: { transactionId: done.body.transactionId },
    });
    const ledger = (await shop.get(`/api/customers/${shop.customers[3]}/ledger`, agent())).body;
    expect(ledger.items[0]).toMatchObject({
      eventName: "ReturnBill",
      reference: { by: expect.stringMatching(/^Test care_agent/) },
    });
  });

  test("tells how the rest was decided anew, in the preview and afterwards", async () => {
    const author = { orgId: shop.shop.orgId, name: "test" };
    const setting = "CONF_POINTS_RETURN_REEVALUATION_ENABLED";
    await shop.app.orgs.setSetting(author, setting, "1");
    const { id } = await buy({ billAmount: 100 }, FOURTH);
    const body = { returnType: "LINE_ITEM", lines: [{ lineNo: 1, quantity: 2 }] };
    const preview = await shop.post(at(id, "return-preview"), body, agent());
    expect(preview.body.entries).toMatchObject([{ account: "returned", amount: -0.6 }]);
    const { transactionId } = (await shop.post(at(id, "returns"), body, agent())).body;
    await shop.app.orgs.setSetting(author, setting, "0");
    const back = (await shop.get(`/api/transactions/${transactionId}`, agent())).body;
    expect(back).toMatchObject({
      points: -0.6,
      why: null,
      decidedAgain: {
        problem: null,
        why: {
          outcome: expect.stringMatching(/^Earned 0.4 points/),
          rules: [
            {
              fired: true,
              because: ["The bill's value is 40.00, above 0.", expect.any(String), expect.any(String)],
            },
          ],
        },
      },
    });
    expect((await shop.get(`/api/transactions/${id}`, agent())).body.decidedAgain).toBeNull();
  });

  test("returns lines by their numbers", async () => {
    const { id } = await buy({}, FOURTH);
    const body = { returnType: "LINE_ITEM", lines: [{ lineNo: 1, quantity: 1 }] };
    const { status } = await shop.post(at(id, "returns"), body, agent());
    expect(status).toBe(200);
    const [line] = (await shop.get(`/api/transactions/${id}`, agent())).body.lines;
    expect(line).toMatchObject({ quantity: 2, returnedQuantity: 1, returnedAmount: 30 });
    const more = { ...body, lines: [{ lineNo: 1, quantity: 2 }] };
    expect((await shop.post(at(id, "return-preview"), more, agent())).text).toContain(
      "1 are left of the bill",
    );
  });

  test.each(["returns", "return-preview"])("refuses what cannot be (%s)", async (what) => {
    const { id } = await buy({}, FOURTH);
    const send = async (body: unknown, of = id, headers = agent()) =>
      (await shop.post(at(of, what), body, headers)).status;
    expect(await send({})).toBe(400);
    expect(await send({ returnType: "AMOUNT" })).toBe(400);
    expect(await send({ returnType: "LINE_ITEM" })).toBe(400);
    expect(await send({ returnType: "LINE_ITEM", lines: [{ lineNo: 9, quantity: 1 }] })).toBe(400);
    expect(await send({ returnType: "FULL" }, 4_000_000_000)).toBe(404);
    const foreign = await signInUser(shop.app.identity, shop.other.organisation, "admin");
    expect(await send({ returnType: "FULL" }, id, { ...foreign.headers })).toBe(404);
    const marketer = await signInUser(shop.app.identity, shop.shop.organisation, "marketer");
    expect(await send({ returnType: "FULL" }, id, { ...marketer.headers })).toBe(403);
  });

  test("lets who may return goods do nothing else to bills", async () => {
    const { status } = await shop.post("/api/rejected/write-off", { ids: [1] }, agent());
    expect(status).toBe(403);
  });
});
