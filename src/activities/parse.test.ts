import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "#platform";
import type { BillContext } from "./parse.ts";
import type { Purchase } from "./schema.ts";
import { type ActivitiesBench, createActivitiesBench, NOON, type TestShop } from "./testing.ts";

let bench: ActivitiesBench;
let shop: TestShop;

beforeAll(async () => {
  bench = await createActivitiesBench();
  shop = await bench.shop();
  const author = { orgId: shop.id, name: "test" };
  const fields = [
    { scope: "TRANSACTION", name: "channel", dataType: "string" },
    { scope: "TRANSACTION", name: "guests", dataType: "integer" },
    { scope: "TRANSACTION", name: "gift", dataType: "boolean" },
    { scope: "LINEITEM", name: "size", dataType: "enum", enumValues: ["S", "M", "L"] },
  ] as const;
  const cashier = {
    kind: "custom",
    scope: "LOYALTY_TRANSACTION",
    name: "cashier",
    dataType: "string",
  } as const;
  await bench.orgs.defineFields(author, [
    ...fields.map((field) => ({ kind: "extended" as const, ...field })),
    cashier,
  ]);
});
afterAll(() => bench.close());

const parse = (body: object, context: Partial<BillContext> = {}): Promise<Purchase> =>
  shop.bill(body, context);

const refusal = async (body: object, context: Partial<BillContext> = {}): Promise<AppError> => {
  try {
    await parse(body, context);
  } catch (error) {
    return error as AppError;
  }
  throw new Error(`accepted ${JSON.stringify(body).slice(0, 200)}`);
};

const LONE = "\ud800";
const DEEP = JSON.parse(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`) as object;
/** What JSON can hold and careless conversions to text trip over. */
const TRAP = { toString: 1, valueOf: 1 };

describe("every field is taken in the forms that the dialect sends", () => {
  const cases: readonly (readonly [string, object, Partial<Purchase>])[] = [
    [
      "a plain bill",
      { billNumber: "INV-9", billAmount: 240 },
      { number: "INV-9", amount: 2_400_000, type: "REGULAR" },
    ],
    ["an amount as text", { billAmount: "49.90" }, { amount: 499_000 }],
    ["an amount with blanks around", { billAmount: " 49.90 " }, { amount: 499_000 }],
    ["more decimals than are kept", { billAmount: 1.00005 }, { amount: 10_001 }],
    ["a number that is a number", { billNumber: 1234 }, { number: "1234" }],
    ["blanks around a number", { billNumber: "  X 1 " }, { number: "X 1" }],
    ["fifty characters", { billNumber: "x".repeat(50) }, { number: "x".repeat(50) }],
    [
      "gross and discount",
      { grossAmount: "250", discount: 10 },
      { grossAmount: 2_500_000, discount: 100_000 },
    ],
    ["gross of zero", { grossAmount: 0, discount: "0" }, { grossAmount: 0, discount: 0 }],
    ["absent gross and discount", { grossAmount: "", discount: null }, { grossAmount: null, discount: null }],
    ["a type in any case", { type: "regular" }, { type: "REGULAR" }],
    [
      "an anonymous bill",
      { type: "Not_Interested", notInterestedReason: "no time" },
      { type: "NOT_INTERESTED", customerKey: null, notInterestedReason: "no time" },
    ],
    ["a note", { note: "für Ana ☕ 🎁" }, { note: "für Ana ☕ 🎁" }],
    ["a note that is a number", { note: 5 }, { note: "5" }],
    ["an outlier status in any case", { outlierStatus: "fraud" }, { outlierStatus: "FRAUD" }],
    ["a delivery status in any case", { deliveryStatus: "Shipped" }, { deliveryStatus: "SHIPPED" }],
    ["no delivery status", { deliveryStatus: "" }, { deliveryStatus: "PLACED" }],
    [
      "extended fields",
      { extendedFields: { channel: "kiosk", guests: "4", GIFT: "true" } },
      { extendedFields: { channel: "kiosk", guests: 4, gift: true }, warnings: [] },
    ],
    ["custom fields", { customFields: { cashier: "Bo" } }, { customFields: { cashier: "Bo" } }],
    [
      "nulls everywhere",
      { note: null, extendedFields: null, customFields: null, lineItemsV2: null, paymentModes: null },
      { note: null, extendedFields: {}, lines: [], paymentModes: [] },
    ],
    ["fields that are not known", { tillCode: "x", redemptions: { a: 1 }, nonsense: DEEP }, { warnings: [] }],
  ];
  test.each(cases)("%s", async (_, body, expected) => {
    expect(await parse(body)).toMatchObject(expected);
  });

  test("lines under both spellings, with figures worked out from the others", async () => {
    const line = { itemCode: "TEA-1", qty: "2", rate: 125, discount: 10 };
    const { lines } = await parse({
      lineitemsV2: [line, { itemCode: 7, amount: 30 }, { qty: 0.5, value: "10", rate: 20, amount: 9 }],
    });
    expect(lines).toMatchObject([
      {
        itemCode: "TEA-1",
        quantity: 2000,
        rate: 1_250_000,
        value: 2_500_000,
        discount: 100_000,
        amount: 2_400_000,
      },
      { itemCode: "7", quantity: 1000, rate: 300_000, value: 300_000, discount: 0, amount: 300_000 },
      { itemCode: "", quantity: 500, rate: 200_000, value: 100_000, discount: 0, amount: 90_000 },
    ]);
    expect((await parse({ lineItemsV2: [line] })).lines).toEqual([lines[0]]);
  });

  test("details of a line in the types that reads show", async () => {
    const parts = [{ itemCode: "a", quantity: 1 }];
    const line = {
      itemCode: "A",
      serial: "3",
      returnable: "FALSE",
      returnableDays: "30",
      imgUrl: "https://shop.example/a.png",
      attributes: { colour: "red", sizes: [1, 2] },
      comboDetails: parts,
      addOnDetails: [],
      extendedFields: { size: "m" },
    };
    const { lines, warnings } = await parse({ lineItemsV2: [line] });
    expect(lines[0]).toMatchObject({
      details: {
        serial: 3,
        returnable: false,
        returnableDays: 30,
        imgUrl: "https://shop.example/a.png",
        attributes: { colour: "red", sizes: [1, 2] },
        comboDetails: parts,
      },
      extendedFields: { size: "M" },
    });
    expect(lines[0]?.details).not.toHaveProperty("addOnDetails");
    expect(warnings).toEqual([]);
  });

  test("payment modes, with a warning for what the organisation does not have", async () => {
    const { paymentModes, warnings } = await parse({
      paymentModes: [
        { mode: "cash", value: "240", notes: "in coins", attributes: { currency: "GBP" } },
        { mode: "Shells", value: 1 },
        { mode: "Card", value: 1, attributes: { favourite: "x" } },
      ],
    });
    expect(paymentModes[0]).toEqual({
      mode: "cash",
      value: 2_400_000,
      notes: "in coins",
      attributes: { currency: "GBP" },
    });
    expect(warnings.map(({ code }) => code)).toEqual([9607, 9609]);
  });

  test("fields that are not defined or do not fit are left out with one warning each", async () => {
    const lines = Array.from({ length: 20 }, () => ({
      amount: 1,
      extendedFields: { size: "XXL", taste: "sweet" },
    }));
    const { warnings, extendedFields } = await parse({
      lineItemsV2: lines,
      extendedFields: { guests: "many", colour: 1, gift: TRAP, channel: LONE },
    });
    expect(extendedFields).toEqual({});
    expect(warnings.map(({ code }) => code)).toEqual(warnings.map(() => 91016));
    expect(warnings).toHaveLength(6);
  });
});

describe("dates", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["2026-01-19T18:20:05+07:00", "2026-01-19T11:20:05.000Z"],
    ["2026-01-19T18:20:05+0700", "2026-01-19T11:20:05.000Z"],
    ["2026-01-19T18:20:05+07", "2026-01-19T11:20:05.000Z"],
    ["2026-01-19T18:20:05-02:30", "2026-01-19T20:50:05.000Z"],
    ["2026-01-19T18:20:05Z", "2026-01-19T18:20:05.000Z"],
    ["2026-01-19T18:20:05", "2026-01-19T18:20:05.000Z"],
    ["2026-01-19 18:20:05", "2026-01-19T18:20:05.000Z"],
    ["2026-01-19T18:20:05.123456Z", "2026-01-19T18:20:05.123Z"],
    ["2026-01-19T18:20", "2026-01-19T18:20:00.000Z"],
    ["2026-01-19", "2026-01-19T00:00:00.000Z"],
    ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"],
  ];
  test.each(cases)("%s", async (billingDate, expected) => {
    expect(new Date((await parse({ billingDate })).billedAt).toISOString()).toBe(expected);
  });

  test("none is the present, and so is what decides a live bill", async () => {
    expect(await parse({ billingDate: undefined })).toMatchObject({ billedAt: NOON, now: NOON });
    const past = "2025-06-01T10:00:00Z";
    expect((await parse({ billingDate: past })).now).toBe(NOON);
    expect((await parse({ billingDate: past }, { asOfBill: true })).now).toBe(Date.parse(past));
  });

  const wrong: readonly (readonly [unknown, number])[] = [
    ["2026-02-30T10:00:00Z", 400],
    ["2026-13-01", 400],
    ["2026-01-19T25:00:00Z", 400],
    ["2026-01-19T10:61:00Z", 400],
    ["0000-01-01", 400],
    ["yesterday", 400],
    ["19/01/2026", 400],
    [1_768_846_805_000, 400],
    [["2026-01-19"], 400],
    [TRAP, 400],
    ["2026-01-21T12:00:01Z", 643],
    ["9999-12-31T23:59:59Z", 643],
    ["0001-01-01T00:00:00+18:00", 400],
    ["9999-12-31T23:59:59-18:00", 400],
    ["0001-01-01T00:00:00Z", 644],
    ["1200-01-01", 644],
  ];
  test.each(wrong)("%j is refused with %i", async (billingDate, number) => {
    const error = await refusal({ billingDate });
    expect(error.number).toBe(number);
    expect(error.message).toContain("billingDate");
  });

  test("a till whose clock runs a day ahead is believed", async () => {
    expect((await parse({ billingDate: "2026-01-21T12:00:00Z" })).billedAt).toBe(NOON + 86_400_000);
  });
});

describe("what is refused, with the documented code and the field's name", () => {
  const line = (fields: object) => ({
    lineItemsV2: [
      { itemCode: "A", amount: 1 },
      { itemCode: "B", ...fields },
    ],
  });
  const cases: readonly (readonly [string, object, number, string])[] = [
    ["no amount", { billAmount: undefined }, 601, "billAmount"],
    ["an empty amount", { billAmount: "" }, 601, "billAmount"],
    ["a word for an amount", { billAmount: "ten" }, 601, "billAmount"],
    ["an amount with a comma", { billAmount: "49,90" }, 601, "billAmount"],
    ["an amount in exponents", { billAmount: "1e3" }, 601, "billAmount"],
    ["a huge amount", { billAmount: 1e300 }, 601, "billAmount"],
    ["an amount that is an object", { billAmount: TRAP }, 601, "billAmount"],
    ["an amount that is a list", { billAmount: [1] }, 601, "billAmount"],
    ["an amount that is true", { billAmount: true }, 601, "billAmount"],
    ["a negative amount", { billAmount: -1 }, 601, "billAmount"],
    ["a long number", { billNumber: "x".repeat(51) }, 602, "billNumber"],
    ["an empty number", { billNumber: " " }, 602, "billNumber"],
    ["no number", { billNumber: null }, 602, "billNumber"],
    ["a number with NUL", { billNumber: "a\u0000b" }, 400, "billNumber"],
    ["half a character in a number", { billNumber: `a${LONE}` }, 400, "billNumber"],
    ["a number that is an object", { billNumber: TRAP }, 400, "billNumber"],
    ["a note with NUL", { note: "\u0000" }, 400, "note"],
    ["half a character in a note", { note: LONE }, 400, "note"],
    ["a long note", { note: "x".repeat(2001) }, 685, "note"],
    ["a long reason", { notInterestedReason: "x".repeat(256) }, 685, "notInterestedReason"],
    ["negative gross", { grossAmount: -0.01 }, 665, "grossAmount"],
    ["negative discount", { discount: "-1" }, 666, "discount"],
    ["gross that is no number", { grossAmount: {} }, 601, "grossAmount"],
    ["a return without its purchase's time", { type: "RETURN" }, 624, "purchaseTime"],
    ["an unknown type", { type: "GIFT" }, 690, "type"],
    ["a type that is an object", { type: TRAP }, 400, "type"],
    ["an unknown outlier status", { outlierStatus: "ODD" }, 691, "outlierStatus"],
    ["an unknown delivery status", { deliveryStatus: "LOST" }, 691, "deliveryStatus"],
    ["lines that are an object", { lineItemsV2: {} }, 400, "lineItemsV2"],
    ["a line that is a text", { lineItemsV2: ["a"] }, 400, "lineItemsV2[0]"],
    ["too many lines", { lineItemsV2: Array.from({ length: 5001 }, () => ({})) }, 400, "lineItemsV2"],
    ["a negative quantity", line({ qty: -1 }), 627, "lineItemsV2[1].qty"],
    ["a quantity that is a word", line({ qty: "two" }), 601, "lineItemsV2[1].qty"],
    ["a negative line amount", line({ amount: -1 }), 661, "lineItemsV2[1].amount"],
    ["a discount above the value", line({ value: 1, discount: 2 }), 661, "lineItemsV2[1].amount"],
    ["a negative line value", line({ value: -1 }), 662, "lineItemsV2[1].value"],
    ["a negative rate", line({ rate: -1 }), 663, "lineItemsV2[1].rate"],
    ["a negative line discount", line({ discount: -1 }), 664, "lineItemsV2[1].discount"],
    ["an absurd product", line({ qty: 1e10, rate: 1e10 }), 601, "lineItemsV2[1].value"],
    ["an absurd quotient", line({ qty: 0.001, amount: 1e10 }), 601, "lineItemsV2[1].rate"],
    ["returnable days of -1", line({ returnableDays: -1 }), 1105, "lineItemsV2[1].returnableDays"],
    ["returnable days in parts", line({ returnableDays: 1.5 }), 1105, "lineItemsV2[1].returnableDays"],
    ["returnable days that trip", line({ returnableDays: TRAP }), 1105, "lineItemsV2[1].returnableDays"],
    ["returnable that is a word", line({ returnable: "maybe" }), 400, "lineItemsV2[1].returnable"],
    ["a serial that is an object", line({ serial: TRAP }), 400, "lineItemsV2[1].serial"],
    ["a long item code", line({ itemCode: "x".repeat(251) }), 685, "lineItemsV2[1].itemCode"],
    ["NUL in an item code", line({ itemCode: "a\u0000" }), 400, "lineItemsV2[1].itemCode"],
    ["NUL in a description", line({ description: "a\u0000" }), 400, "lineItemsV2[1].description"],
    ["NUL in an attribute", line({ attributes: { a: ["\u0000"] } }), 400, "lineItemsV2[1].attributes"],
    ["NUL in an attribute's name", line({ attributes: { "\u0000": 1 } }), 400, "lineItemsV2[1].attributes"],
    ["deep attributes", line({ attributes: DEEP }), 400, "lineItemsV2[1].attributes"],
    ["combo details that are texts", line({ comboDetails: ["a"] }), 400, "lineItemsV2[1].comboDetails"],
    ["payments that are an object", { paymentModes: {} }, 400, "paymentModes"],
    ["a payment that is a number", { paymentModes: [1] }, 400, "paymentModes[0]"],
    ["a payment of a word", { paymentModes: [{ mode: "Cash", value: "x" }] }, 601, "paymentModes[0].value"],
    ["long payment notes", { paymentModes: [{ notes: "x".repeat(251) }] }, 685, "paymentModes[0].notes"],
    ["deep payment attributes", { paymentModes: [{ attributes: DEEP }] }, 400, "paymentModes[0].attributes"],
    ["extended fields as a list", { extendedFields: [] }, 400, "extendedFields"],
    ["custom fields as a text", { customFields: "a" }, 400, "customFields"],
  ];
  test.each(cases)("%s", async (_, body, number, field) => {
    const error = await refusal(body);
    expect(error.message).toContain(field);
    expect(error.number).toBe(number);
    expect(error.http).toBe(400);
    expect(error.message).toMatch(/^\S.*\.$/s);
  });

  test("a bill that is no object, and a call that is tied to no till", async () => {
    const noTill = await refusal({}, { tillId: null });
    expect(noTill).toMatchObject({ number: 671, http: 400 });
  });

  test("a bill of zero, unless the organisation takes them", async () => {
    const own = await bench.shop();
    await own.set({ CONF_CLIENT_IS_BILL_AMOUNT_ZERO: "0" });
    const error = await own.bill({ billAmount: 0 }).catch((refused: AppError) => refused);
    expect(error).toMatchObject({ number: 601 });
    await own.set({ CONF_CLIENT_IS_BILL_AMOUNT_ZERO: "1" });
    expect((await own.bill({ billAmount: "0.00" })).amount).toBe(0);
  });

  test("amounts outside the organisation's range and dates before its first", async () => {
    const own = await bench.shop();
    await own.set({
      CONF_LOYALTY_MIN_BILL_AMOUNT: "5",
      CONF_LOYALTY_MAX_BILL_AMOUNT: "100",
      CONF_MIN_BILLING_DATE: "2025-01-01",
    });
    const numberOf = (body: object) =>
      own.bill(body).then(
        () => 0,
        (error: AppError) => error.number,
      );
    expect(await numberOf({ billAmount: 4.99 })).toBe(601);
    expect(await numberOf({ billAmount: 5 })).toBe(0);
    expect(await numberOf({ billAmount: 100 })).toBe(0);
    expect(await numberOf({ billAmount: 100.01 })).toBe(601);
    await own.set({ CONF_LOYALTY_MAX_BILL_LINEITEM_AMOUNT: "30" });
    const ofLine = (amount: number) => numberOf({ billAmount: 50, lineItemsV2: [{ amount }] });
    expect([await ofLine(30), await ofLine(30.01)]).toEqual([0, 601]);
    expect(await numberOf({ billingDate: "2024-12-31T23:59:59Z" })).toBe(644);
    expect(await numberOf({ billingDate: "2025-01-01T00:00:00Z" })).toBe(0);
  });
});

describe("organisation's rules of outliers", () => {
  test("by number, store, basket and amount, each with its warning; what was sent wins", async () => {
    const own = await bench.shop();
    await own.set({
      MARK_BILLS_OUTLIER_STARTING_WITH: "TEST,X-",
      BILL_OUTLIER_BASKET_SIZE_LIMIT: "2",
      CONF_CLIENT_IS_BILL_AMOUNT_ZERO: "1",
      CONF_MARK_ZERO_BILL_AS_OUTLIER: "1",
    });
    const three = [{ amount: 1 }, { amount: 1 }, { amount: 1 }];
    for (const body of [
      { billNumber: "TEST1" },
      { billNumber: "X-1" },
      { lineItemsV2: three },
      { billAmount: 0 },
    ]) {
      const bill = await own.bill(body);
      expect(bill.outlierStatus).toBe("OUTLIER");
      expect(bill.warnings.map(({ code }) => code)).toEqual([9611]);
    }
    expect(await own.bill({ lineItemsV2: three.slice(1) })).toMatchObject({
      outlierStatus: "NORMAL",
      warnings: [],
    });
    expect(await own.bill({ billNumber: "TEST2", outlierStatus: "normal" })).toMatchObject({
      outlierStatus: "NORMAL",
      warnings: [],
    });
    await own.set({ MARK_BILLS_OUTLIER_FROM_STORE: "STORE-1" });
    expect(await own.bill()).toMatchObject({ outlierStatus: "OUTLIER" });
    expect(await own.bill({}, { tillId: own.tillIds[1] })).toMatchObject({ outlierStatus: "NORMAL" });
  });
});

describe("the hash of the input", () => {
  const whole = {
    billNumber: "INV-9",
    billAmount: "240.00",
    grossAmount: 250,
    type: "regular",
    billingDate: "2026-01-19T18:20:05+07:00",
    lineItemsV2: [{ itemCode: "A", qty: "1", rate: 240, amount: 240 }],
    paymentModes: [{ mode: "Cash", value: 240 }],
    extendedFields: { channel: "kiosk" },
  };
  const hashOf = async (body: object, context: Partial<BillContext> = {}) =>
    (await parse(body, context)).inputHash.toString("hex");

  test("is that of every spelling of the same input", async () => {
    const first = await hashOf(whole);
    expect(await hashOf({ ...whole })).toBe(first);
    expect(await hashOf({ ...whole, billAmount: 240 })).toBe(first);
    expect(await hashOf({ ...whole, type: "REGULAR" })).toBe(first);
    expect(await hashOf({ ...whole, billingDate: "2026-01-19T11:20:05Z" })).toBe(first);
    expect(await hashOf({ ...whole, unknown: 1 })).toBe(first);
    expect(await hashOf(whole, { customerName: "externalid C1" })).toBe(first);
    const { lineItemsV2: lineitemsV2, ...rest } = whole;
    expect(await hashOf({ ...rest, lineitemsV2 })).toBe(first);
  });

  test("does not follow the clock when no date was sent", async () => {
    const body = { billNumber: "N", billingDate: undefined };
    expect(await hashOf(body)).toBe(await hashOf(body, { clockNow: NOON + 60_000 }));
    expect(await hashOf(body)).not.toBe(await hashOf({ ...body, billingDate: "2026-01-20T12:00:00Z" }));
  });

  const changes: readonly (readonly [string, object, Partial<BillContext>])[] = [
    ["number", { billNumber: "INV-10" }, {}],
    ["amount", { billAmount: 240.01 }, {}],
    ["gross amount", { grossAmount: 251 }, {}],
    ["discount", { discount: 1 }, {}],
    ["date", { billingDate: "2026-01-19T18:20:06+07:00" }, {}],
    ["note", { note: "x" }, {}],
    ["type", { type: "NOT_INTERESTED" }, {}],
    ["line", { lineItemsV2: [{ itemCode: "B", qty: 1, rate: 240, amount: 240 }] }, {}],
    ["payment", { paymentModes: [] }, {}],
    ["extended field", { extendedFields: { channel: "web" } }, {}],
    ["outlier status", { outlierStatus: "TEST" }, {}],
    ["source", {}, { source: "WEBSITE" }],
    ["customer", {}, { customerKey: "1:externalId:C2" }],
  ];
  test.each(changes)("changes with the %s", async (_, body, context) => {
    expect(await hashOf({ ...whole, ...body }, context)).not.toBe(await hashOf(whole));
  });

  test("changes with the till", async () => {
    expect(await hashOf(whole, { tillId: shop.tillIds[1] })).not.toBe(await hashOf(whole));
  });
});
