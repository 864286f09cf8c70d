import { describe, expect, test } from "vitest";
import type { Organisation } from "#orgs";
import { readTillBill } from "./read-bill.ts";

const organisation = { clusterTimeZone: "Asia/Manila" } as Organisation;
const read = (item: object) => readTillBill(item, organisation);

describe("readTillBill", () => {
  test("gives every part its v2 name and leaves out what was not sent", () => {
    const { body, customer, clientId } = read({
      number: 7,
      amount: "80",
      gross_amount: "",
      notes: "x",
      billing_time: "2026-03-05 10:00:00",
      bill_client_id: 12,
      customer: { mobile: "1" },
      custom_fields: { field: { name: "till", value: "3" } },
      extended_fields: { field: [{ name: "channel", value: "kiosk" }] },
      payment_details: {
        payment: [{ mode: "Card", value: "80", attributes: { attribute: [{ name: "n", value: 1 }] } }],
      },
      line_items: {
        line_item: {
          item_code: "A",
          qty: "2.5",
          attributes: { attribute: { name: "size", value: "M" } },
          combo_items: { combo_item: { item_code: "B" } },
          returnable_days: "3",
        },
      },
    });
    expect(body).toEqual({
      type: "REGULAR",
      billNumber: 7,
      billAmount: "80",
      note: "x",
      billingDate: "2026-03-05T02:00:00.000Z",
      deliveryStatus: "DELIVERED",
      customFields: { till: "3" },
      extendedFields: { channel: "kiosk" },
      paymentModes: [{ mode: "Card", value: "80", attributes: { n: 1 } }],
      lineItemsV2: [
        {
          itemCode: "A",
          qty: 3,
          attributes: { size: "M" },
          comboDetails: [{ item_code: "B" }],
          returnableDays: "3",
        },
      ],
    });
    expect(customer).toEqual({ mobile: "1" });
    expect(clientId).toBe("12");
  });

  test.each(["not_interested", "NOT_INTERESTED"])("%s bills have no customer", (type) => {
    expect(read({ type, customer: { mobile: "1" } })).toMatchObject({ isAnonymous: true, customer: {} });
  });

  test.each([
    [3, "transaction"],
    [{ customer: "Ana" }, "customer"],
    [{ line_items: [] }, "line_items"],
    [{ payment_details: 1 }, "payment_details"],
    [{ custom_fields: { field: [{ value: 1 }] } }, "custom_fields.field"],
    [{ billing_time: 5 }, "billing_time"],
    [{ line_items: { line_item: { transaction_date: "soon" } } }, "line_items.line_item[0].transaction_date"],
  ])("refuses %j by the name of the field", (item, field) => {
    expect(() => read(item as object)).toThrow(field);
  });
});
