import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

let people = 0;
interface Person {
  readonly id: number;
  readonly mobile: string;
  readonly email: string;
  readonly externalId: string;
}

const register = (source: string, identifiers: Record<string, string>, rest: object = {}) =>
  shop.post(`/v2/customers?source=${source}`, {
    profiles: [
      {
        source,
        firstName: "Ana",
        ...rest,
        identifiers: Object.entries(identifiers).map(([type, value]) => ({ type, value })),
      },
    ],
  });
/** Registers somebody with a mobile number, or with the identifiers named. */
const person = async (
  types: readonly ("mobile" | "email" | "externalId")[] = ["externalId"],
  source = "INSTORE",
  rest: object = {},
): Promise<Person> => {
  people++;
  const all = {
    mobile: `4479118${String(people).padStart(5, "0")}`,
    email: `merge${people}@example.com`,
    externalId: `M-${people}`,
  };
  const own = Object.fromEntries(types.map((type) => [type, all[type]]));
  const { status, body } = await register(source, own, rest);
  expect([status, body.errors]).toEqual([200, undefined]);
  return { id: body.createdId, ...all };
};
const buy = async (customer: Person, name: "mobile" | "email" | "externalId", changes: object = {}) => {
  const value = encodeURIComponent(customer[name]);
  const url = `/v2/transactions?identifierName=${name}&identifierValue=${value}&source=INSTORE`;
  const { status, body } = await shop.post(url, billOf({ billAmount: 600, ...changes }));
  expect([status, body.errors]).toEqual([200, []]);
  return body.createdId as number;
};
const own = (url: string) => shop.get(url, shop.agent.headers);
const send = (url: string, body: object, headers: Record<string, string> = { ...shop.agent.headers }) =>
  shop.post(url, body, headers);
const merge = (survivor: Person, victim: Person, headers?: Record<string, string>) =>
  send(`/api/customers/${survivor.id}/merges`, { victimId: victim.id, reason: "same person" }, headers);
const refusalOf = ({ status, body }: { status: number; body: Json }) => [status, body.error.number];
const balanceOf = async (id: number) => {
  const { body } = await shop.get(`/v2/customers/${id}?source=ALL&embed=points`);
  return body.pointsSummary.loyaltyPoints;
};
const isClean = async () => expect((await shop.app.verify()).findings).toEqual([]);

describe("POST /api/customers/{id}/merges", () => {
  test("makes one of two: identifiers, profiles, points, tier and bills are the survivor's", async () => {
    const survivor = await person(["externalId"]);
    const victim = await person(["mobile"], "WEBSITE", { firstName: "Anna", lastName: "Reyes" });
    await buy(survivor, "externalId");
    const bill = await buy(victim, "mobile");
    const { status, body } = await merge(survivor, victim);
    expect([status, body]).toMatchObject([
      200,
      { survivorId: survivor.id, victimId: victim.id, canUndo: true, undoneAt: null, cause: "console" },
    ]);
    const shown = (await own(`/api/customers/${victim.id}`)).body;
    expect(shown).toMatchObject({ id: survivor.id, firstName: "Ana", lastName: "Reyes" });
    expect(shown.identifiers.map(({ value }: Json) => value).sort()).toEqual(
      [survivor.externalId, victim.mobile].sort(),
    );
    expect(await balanceOf(survivor.id)).toBe(12);
    const list = (await own(`/api/customers/${survivor.id}/transactions`)).body;
    expect([list.total, list.items.map(({ id }: Json) => id)]).toEqual([2, expect.arrayContaining([bill])]);
    const documented = (await shop.get(`/v2/customers/${survivor.id}/transactions`)).body;
    expect(documented.pagination.total).toBe(2);
    const timeline = (await own(`/api/customers/${survivor.id}/timeline?limit=100`)).body.items;
    expect(timeline.map(({ title }: Json) => title)).toEqual(
      expect.arrayContaining([`Customer ${victim.id} merged into this one`, "Points of a merged customer"]),
    );
    // At the tier that both bills together reach.
    await buy(victim, "mobile");
    expect(await balanceOf(survivor.id)).toBe(24);
    await isClean();
  });

  test("shows the ledgers of both, the victim's ending in its debit", async () => {
    const survivor = await person();
    const victim = await person();
    await buy(victim, "externalId");
    await buy(victim, "externalId", { billAmount: 100, billingDate: "2026-01-19T12:00:00Z" });
    await merge(survivor, victim);
    const ledger = async (id: number) =>
      (
        await shop.get(
          `/v2/pointsLedger/getCustomerLedgerInfo?identifierName=id&identifierValue=${id}&source=ALL`,
        )
      ).body.ledgerEntries[0];
    expect(await ledger(victim.id)).toMatchObject({
      eventName: "CustomerMerge",
      netPointsOnEvent: "-7.000",
      entryDetails: [{ ledgerEntryType: "DEBIT", points: "7.00", pointsCategory: "Main" }],
    });
    const [detail, ...others] = (await ledger(survivor.id)).entryDetails;
    expect([detail, others]).toMatchObject([{ ledgerEntryType: "CREDIT", points: "7.00" }, []]);
  });

  test("twice answers the same merge; who was merged takes in nobody and goes nowhere else", async () => {
    const [survivor, victim, third] = [await person(), await person(), await person()];
    const first = await merge(survivor, victim);
    expect((await merge(survivor, victim)).body).toEqual(first.body);
    expect(refusalOf(await merge(third, victim))).toEqual([400, 8066]);
    expect(refusalOf(await merge(victim, third))).toEqual([400, 8067]);
    expect(refusalOf(await merge(third, third))).toEqual([400, 8067]);
    await isClean();
  });

  test("is refused when it would come to something else than was previewed", async () => {
    const [survivor, victim] = [await person(), await person()];
    await buy(victim, "externalId");
    const preview = async () =>
      (await own(`/api/customers/${survivor.id}/merge-preview?with=${victim.id}`)).body.version as string;
    const mergeAs = (previewVersion: string) =>
      send(`/api/customers/${survivor.id}/merges`, { victimId: victim.id, reason: "same", previewVersion });
    const seen = await preview();
    expect(await preview()).toBe(seen);
    await buy(survivor, "externalId");
    expect(refusalOf(await mergeAs(seen))).toEqual([409, 70316]);
    expect(await balanceOf(victim.id)).toBe(6);

    const anew = await preview();
    const merged = await mergeAs(anew);
    expect([merged.status, merged.body.victimId]).toEqual([200, victim.id]);
    expect(await balanceOf(survivor.id)).toBe(12);
    // Sent again it is answered as before, whatever moved since.
    await buy(survivor, "externalId");
    expect((await mergeAs(anew)).body.id).toBe(merged.body.id);
    await isClean();
  });

  test("is refused without a reason, without permission, and for customers of others", async () => {
    const [survivor, victim] = [await person(), await person()];
    const url = `/api/customers/${survivor.id}/merges`;
    expect((await send(url, { victimId: victim.id })).status).toBe(400);
    expect(refusalOf(await send(url, { victimId: victim.id, reason: "  " }))).toEqual([400, 400]);
    expect(refusalOf(await send(url, { victimId: victim.id, reason: "a\0b" }))).toEqual([400, 400]);
    expect((await send(url, { victimId: 2 ** 63, reason: "x" })).status).toBe(400);
    expect(refusalOf(await send(url, { victimId: 987_654_321, reason: "x" }))).toEqual([404, 8015]);
    const marketer = await signInUser(shop.app.identity, shop.shop.organisation, "marketer");
    expect((await merge(survivor, victim, { ...marketer.headers })).status).toBe(403);
    const outsider = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    expect(refusalOf(await merge(survivor, victim, { ...outsider.headers }))).toEqual([404, 8015]);
    expect((await shop.post(url, { victimId: victim.id, reason: "x" }, {})).status).toBe(401);
  });
});

describe("GET /api/customers/{id}/merge-preview", () => {
  test("shows what the merge then does, and changes nothing", async () => {
    const survivor = await person();
    const victim = await person(["mobile"], "INSTORE", { lastName: "Reyes" });
    await buy(survivor, "externalId");
    await buy(victim, "mobile", { billAmount: 20_000 });
    const url = `/api/customers/${survivor.id}/merge-preview?with=${victim.id}`;
    const { status, body } = await own(url);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      survivor: { id: survivor.id },
      victim: { id: victim.id },
      after: { id: survivor.id, mobile: victim.mobile, externalId: survivor.externalId, name: "Ana Reyes" },
      identifiers: [{ type: "mobile", value: victim.mobile }],
      releasedHolds: 0,
    });
    const account = body.accounts.find(({ category }: Json) => category === 1);
    expect(account.after).toBe(account.survivor + account.victim);
    expect(body.entries.map(({ customerId, amount }: Json) => [customerId, amount])).toEqual([
      [victim.id, -account.victim],
      [survivor.id, account.victim],
    ]);
    const [membership] = body.memberships;
    expect(membership.after.tierNumber).toBe(membership.victim.tierNumber);
    expect(membership.after.lifetimePurchases).toBe(20_600);
    expect((await own(url)).body).toEqual(body);
    await merge(survivor, victim);
    expect(await balanceOf(survivor.id)).toBe(account.after);
    expect(refusalOf(await own(url))).toEqual([400, 8066]);
  });

  test("is refused for the same customer, an unknown one and one of others", async () => {
    const survivor = await person();
    const preview = (id: number | string) => own(`/api/customers/${survivor.id}/merge-preview?with=${id}`);
    expect(refusalOf(await preview(survivor.id))).toEqual([400, 8067]);
    expect(refusalOf(await preview("x"))).toEqual([404, 8015]);
    const stranger = shop.app.customers.lookup(shop.other.orgId, { name: "externalId", value: "C1" });
    expect(refusalOf(await preview((await stranger)!))).toEqual([404, 8015]);
    expect((await shop.get(`/api/customers/${survivor.id}/merge-preview?with=1`, {})).status).toBe(401);
  });
});

describe("POST /api/merges/{id}/undo", () => {
  const undo = (id: number, headers?: Record<string, string>) =>
    send(`/api/merges/${id}/undo`, { reason: "two people after all" }, headers);

  test("gives both back what they had", async () => {
    const survivor = await person(["externalId", "email"]);
    const victim = await person(["mobile"], "INSTORE", { lastName: "Cruz" });
    await buy(survivor, "externalId");
    await buy(victim, "mobile");
    const before = [await own(`/api/customers/${survivor.id}`), await own(`/api/customers/${victim.id}`)];
    const { body: made } = await merge(survivor, victim);
    const undone = await undo(made.id);
    expect([undone.status, undone.body]).toMatchObject([
      200,
      { canUndo: false, undoneAt: expect.any(String), undoReason: "two people after all" },
    ]);
    const after = [await own(`/api/customers/${survivor.id}`), await own(`/api/customers/${victim.id}`)];
    expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    expect([await balanceOf(survivor.id), await balanceOf(victim.id)]).toEqual([6, 6]);
    expect((await undo(made.id)).body).toEqual(undone.body);
    const { body: list } = await own(`/api/customers/${survivor.id}/merges`);
    expect(list.items).toMatchObject([{ id: made.id, canUndo: false }]);
    await isClean();
  });

  test("is refused after a movement, for others, without permission", async () => {
    const survivor = await person();
    const victim = await person();
    const { body: made } = await merge(survivor, victim);
    const outsider = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    expect(refusalOf(await undo(made.id, { ...outsider.headers }))).toEqual([404, 70_310]);
    const marketer = await signInUser(shop.app.identity, shop.shop.organisation, "marketer");
    expect((await undo(made.id, { ...marketer.headers })).status).toBe(403);
    await buy(victim, "externalId");
    const [item] = (await own(`/api/customers/${survivor.id}/merges`)).body.items;
    expect(item.canUndo).toBe(false);
    expect(refusalOf(await undo(made.id))).toEqual([409, 70_311]);
    expect((await send(`/api/merges/${made.id}/undo`, {})).status).toBe(400);
    await isClean();
  });
});

describe("GET /api/customers/{id}/merges", () => {
  test("is empty for most, and nobody's for strangers", async () => {
    const { id } = await person();
    expect((await own(`/api/customers/${id}/merges`)).body).toEqual({ items: [] });
    expect(refusalOf(await own("/api/customers/987654321/merges"))).toEqual([404, 8015]);
  });
});

describe("reads by the id of one who was merged", () => {
  test("answer the survivor, and say so", async () => {
    const survivor = await person();
    const victim = await person();
    await merge(survivor, victim);
    const read = await shop.get(`/v2/customers/${victim.id}?source=INSTORE`);
    expect([read.status, read.body.id]).toEqual([200, survivor.id]);
    expect(read.body.warnings.map(({ code }: Json) => code)).toEqual([8069, 91_009]);
    const found = await shop.get(
      `/v2/customers/lookup?source=INSTORE&identifierName=id&identifierValue=${victim.id}`,
    );
    expect(found.body).toMatchObject({ entity: survivor.id, warnings: [{ code: 8069 }, { code: 91_009 }] });
    const byName = await shop.get(
      `/v2/customers/lookup?source=INSTORE&identifierName=externalId&identifierValue=${victim.externalId}`,
    );
    expect(byName.body).toEqual({ entity: survivor.id, warnings: [] });
    const { body } = await own(`/api/customers?q=${victim.externalId}`);
    expect(body.items.map(({ id }: Json) => id)).toEqual([survivor.id]);
  });
});

describe("a registration from another source that names two", () => {
  test("makes one customer of them, with their points, and joins", async () => {
    const first = await person(["mobile"]);
    const second = await person(["email"]);
    await buy(second, "email");
    const { status, body } = await register("WEBSITE", { mobile: first.mobile, email: second.email });
    expect([status, body]).toMatchObject([200, { createdId: first.id, warnings: [{ code: 8051 }] }]);
    expect((await shop.get(`/v2/customers/${second.id}?source=WEBSITE`)).body.id).toBe(first.id);
    expect(await balanceOf(first.id)).toBe(6);
    const [made] = (await own(`/api/customers/${first.id}/merges`)).body.items;
    expect(made).toMatchObject({ cause: "registration", victimId: second.id, canUndo: true });
    await isClean();
  });

  test("from one of their own sources is refused and changes nothing", async () => {
    const first = await person(["mobile"]);
    const second = await person(["email"], "WEBSITE");
    const { status, body } = await register("WEBSITE", { mobile: first.mobile, email: second.email });
    expect([status, body.errors[0].code]).toEqual([400, 8052]);
    expect((await own(`/api/customers/${second.id}`)).body.id).toBe(second.id);
  });

  test("at the same time as others makes one customer, once", async () => {
    const first = await person(["mobile"]);
    const second = await person(["email"]);
    const sources = ["WEBSITE", "ECOMMERCE", "MARTJACK"];
    const answers = await Promise.all(
      sources.map((source) => register(source, { mobile: first.mobile, email: second.email })),
    );
    expect(answers.map(({ body }) => body.createdId)).toEqual([first.id, first.id, first.id]);
    expect((await own(`/api/customers/${first.id}/merges`)).body.items).toHaveLength(1);
    await isClean();
  });
});

describe("what the survivor has of one who was merged", () => {
  const LINES = [
    { itemCode: "TEA", qty: 2, rate: 150, amount: 300 },
    { itemCode: "CUP", qty: 1, rate: 300, amount: 300 },
  ];
  /** A survivor with a bill of the victim's to return; the survivor is known by externalId. */
  const withBill = async () => {
    const [survivor, victim] = [await person(), await person()];
    const number = `OLD-${victim.id}`;
    const billId = await buy(victim, "externalId", {
      billNumber: number,
      billingDate: "2026-01-20T10:00:00Z",
      lineItemsV2: LINES,
    });
    await merge(survivor, victim);
    expect(await balanceOf(survivor.id)).toBe(6);
    return { survivor, victim, number, billId };
  };
  const goBack = async ({ externalId }: Person, body: object) => {
    const url = `/v2/transactions?identifierName=externalId&identifierValue=${externalId}&source=INSTORE`;
    const { status, body: told } = await shop.post(url, {
      type: "RETURN",
      purchaseTime: "2026-01-20T10:00:00Z",
      billingDate: "2026-01-20T11:30:00Z",
      ...body,
    });
    expect([status, told.errors]).toEqual([200, []]);
    return told;
  };

  test("goes back by number, by id and by line", async () => {
    const byNumber = await withBill();
    await goBack(byNumber.survivor, { returnType: "FULL", billNumber: byNumber.number });
    expect(await balanceOf(byNumber.survivor.id)).toBe(0);
    const byId = await withBill();
    await goBack(byId.survivor, { returnType: "AMOUNT", id: byId.billId, billAmount: 150 });
    expect(await balanceOf(byId.survivor.id)).toBe(4.5);
    const byLine = await withBill();
    const lineItemsV2 = [{ itemCode: "CUP", qty: 1, amount: 300 }];
    await goBack(byLine.survivor, {
      returnType: "LINE_ITEM",
      billNumber: byLine.number,
      billAmount: 300,
      lineItemsV2,
    });
    // The bill's points go with its last line.
    expect(await balanceOf(byLine.survivor.id)).toBe(6);
    await goBack(byLine.survivor, {
      returnType: "LINE_ITEM",
      id: byLine.billId,
      billAmount: 300,
      billingDate: "2026-01-20T11:31:00Z",
      lineItemsV2: [{ itemCode: "TEA", qty: 2, amount: 300 }],
    });
    expect(await balanceOf(byLine.survivor.id)).toBe(0);
    await isClean();
  });

  test("goes back in v1.1, answered as the survivor's", async () => {
    const { survivor, number } = await withBill();
    const { body } = await shop.post("/v1.1/transaction/add?format=json", {
      root: {
        transaction: {
          type: "return",
          return_type: "LINE_ITEM",
          number,
          amount: "300",
          billing_time: "2026-01-20 19:30:00",
          purchase_time: "2026-01-20 18:00:00",
          customer: { external_id: survivor.externalId },
          line_items: {
            line_item: [
              { item_code: "CUP", qty: "1", amount: "300" },
              { item_code: "TEA", qty: "2", amount: "300" },
            ],
          },
        },
      },
    });
    const [item] = body.response.transactions.transaction;
    expect(item).toMatchObject({
      customer: { user_id: String(survivor.id), external_id: survivor.externalId, loyalty_points: "0" },
      points_deducted: 6,
      points_balance: 0,
      item_status: { code: 600 },
    });
    expect(await balanceOf(survivor.id)).toBe(0);
    await isClean();
  });

  test("goes back from the console, whose preview says what it takes from whom", async () => {
    const { survivor, billId } = await withBill();
    const { headers } = await signInUser(shop.app.identity, shop.shop.organisation, "admin");
    const whole = { returnType: "FULL" };
    const { status, body } = await send(`/api/transactions/${billId}/return-preview`, whole, { ...headers });
    expect(status).toBe(200);
    const survivors = body.entries.filter(({ customerId }: Json) => customerId === survivor.id);
    expect(survivors).toMatchObject([{ account: "merge", amount: -6, balanceBefore: 6, balanceAfter: 0 }]);
    expect(await balanceOf(survivor.id)).toBe(6);
    expect((await send(`/api/transactions/${billId}/returns`, whole, { ...headers })).status).toBe(200);
    expect(await balanceOf(survivor.id)).toBe(0);
    await isClean();
  });

  test("is listed: redemptions and transfers of both", async () => {
    const [survivor, victim, third] = [await person(), await person(), await person()];
    const redeem = async (customer: Person, points: number) => {
      await buy(customer, "externalId");
      const { body } = await shop.post("/v1.1/points/redeem?format=json", {
        root: { redeem: { points_redeemed: points, customer: { external_id: customer.externalId } } },
      });
      return body.response.responses.points.redemption_id as string;
    };
    const transfer = (from: Person, to: Person, points: number) =>
      shop.post("/v2/points/transfer", {
        pointsTobeTransferred: points,
        fromCustomerIdentifier: { type: "externalId", value: from.externalId },
        toCustomerIdentifier: { type: "externalId", value: to.externalId },
      });
    const codes = [await redeem(survivor, 1), await redeem(victim, 2)];
    expect((await transfer(survivor, third, 1)).status).toBe(200);
    expect((await transfer(victim, third, 2)).status).toBe(200);
    await merge(survivor, victim);
    const listed = (await own(`/api/customers/${survivor.id}/redemptions`)).body;
    expect([listed.total, listed.items.map(({ code }: Json) => code).sort()]).toEqual([2, [...codes].sort()]);
    const first = (await own(`/api/customers/${survivor.id}/redemptions?limit=1`)).body;
    const second = (await own(`/api/customers/${survivor.id}/redemptions?limit=1&after=${first.next}`)).body;
    expect([...first.items, ...second.items]).toEqual(listed.items);
    const { customer } = (
      await shop.get(`/v1.1/customer/redemptions?format=json&external_id=${victim.externalId}`)
    ).body.response.customers;
    expect(customer[0]).toMatchObject({ user_id: String(survivor.id), points_count: 2 });
    const pointsOf = (rows: Json[], name: string) => rows.map((row) => row[name]).sort();
    const transfers = (await own(`/api/customers/${survivor.id}/transfers`)).body;
    expect([transfers.total, pointsOf(transfers.items, "points")]).toEqual([2, [1, 2]]);
    for (const url of [
      `/v2/customers/${survivor.id}/pointsTransfers`,
      `/v2/points/transfer?identifierName=externalId&identifierValue=${victim.externalId}&source=INSTORE`,
    ]) {
      const { body } = await shop.get(url);
      expect([body.pagination.total, pointsOf(body.data, "pointsTransferred")]).toEqual([2, [1, 2]]);
      expect(body.data.map(({ transferredFrom }: Json) => transferredFrom.userId).sort()).toEqual(
        [survivor.id, victim.id].sort(),
      );
    }
    await isClean();
  });
});
