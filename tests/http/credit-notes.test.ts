import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

const send = async (transaction: object): Promise<Json> => {
  const { body } = await shop.post("/v1.1/transaction/add?format=json", { root: { transaction } });
  return body.response.transactions.transaction[0];
};
const bill = (number: string, changes: object = {}) => ({
  type: "regular",
  number,
  amount: "80",
  billing_time: "2026-01-20 10:00:00",
  customer: { external_id: "C1" },
  ...changes,
});
const back = (number: string, changes: object = {}) => ({
  ...bill(number),
  type: "return",
  return_type: "FULL",
  purchase_time: "2026-01-20 10:00:00",
  billing_time: "2026-01-20 11:00:00",
  ...changes,
});
const NOTE = { number: "CN-1", amount: "72.5", notes: "a scratch" };

describe("a credit note", () => {
  test("is kept with its return and read back where it is asked for", async () => {
    await send(bill("A"));
    const { id } = await send(back("A", { credit_note: NOTE }));
    const note = { number: "CN-1", amount: "72.5", notes: "a scratch" };
    const read = async (query: string) =>
      (await shop.get(`/v1.1/transaction/get?id=${id}${query}`)).body.response.transactions.transaction[0];
    expect((await read("&credit_notes=true")).credit_notes).toEqual({ credit_note: [note] });
    expect(await read("")).not.toHaveProperty("credit_notes");

    const listed = async (query: string) =>
      (await shop.get(`/v1.1/customer/transactions?external_id=C1${query}`)).body.response.customers
        .customer[0].transactions.transaction;
    const all = await listed("&credit_notes=true");
    expect(all.find((item: Json) => item.id === String(id)).credit_notes).toEqual({ credit_note: [note] });
    expect(all.find((item: Json) => item.type === "REGULAR").credit_notes).toEqual({ credit_note: [] });
    expect((await listed(""))[0]).not.toHaveProperty("credit_notes");

    const v2 = { number: "CN-1", amount: 72.5, notes: "a scratch" };
    const one = (await shop.get(`/v2/transactions/${id}?type=RETURN&credit_notes=true`)).body;
    expect(one.creditNote).toEqual({ ...v2, updateAmount: false });
    expect((await shop.get(`/v2/transactions/${id}?type=RETURN`)).body).not.toHaveProperty("creditNote");
    const list = await shop.get(`/v2/customers/${shop.customers[0]}/transactions?embed=CREDIT_NOTES`);
    expect(list.body.data.find((item: Json) => item.id === id).creditNotes).toEqual([
      { ...v2, referenceId: id },
    ]);

    const shown = (await shop.get(`/api/transactions/${id}`, shop.agent.headers)).body;
    expect(shown.creditNote).toEqual(v2);
  });

  test("may come with a purchase, without an amount, and is part of what makes a repeat", async () => {
    const first = await send(bill("B", { credit_note: { number: "CN-2" } }));
    expect((await send(bill("B", { credit_note: { number: "CN-2" } }))).id).toBe(first.id);
    expect((await send(bill("B", { credit_note: { number: "CN-3" } }))).item_status.code).toBe(604);
    const shown = (await shop.get(`/api/transactions/${first.id}`, shop.agent.headers)).body;
    expect(shown.creditNote).toEqual({ number: "CN-2", amount: null, notes: null });
  });

  test("is nothing when it is empty, and nothing that v2 takes", async () => {
    const { id } = await send(bill("C", { credit_note: "" }));
    expect((await shop.get(`/v2/transactions/${id}?credit_notes=true`)).body.creditNote).toEqual({});
    const { body } = await shop.post(ADD, billOf({ billNumber: "D", creditNote: NOTE }));
    const read = await shop.get(`/v2/transactions/${body.createdId}?credit_notes=true`);
    expect(read.body.creditNote).toEqual({});
  });

  test.each<[string, unknown, number, string]>([
    ["no object", "CN-1", 9602, "credit_note must be"],
    ["several", [NOTE, NOTE], 9602, "credit_note must be"],
    ["no number", { amount: "5" }, 9602, "credit_note.number"],
    ["a number too long", { number: "9".repeat(51) }, 9602, "credit_note.number"],
    ["no amount of money", { number: "N", amount: "some" }, 601, "credit_note.amount"],
    ["money below nothing", { number: "N", amount: "-1" }, 9602, "credit_note.amount"],
  ])("refuses %s by its field", async (_, note, code, field) => {
    const { item_status: status } = await send(bill("E", { credit_note: note }));
    expect(status).toMatchObject({ success: "false", code });
    expect(status.message).toContain(field);
  });
});
