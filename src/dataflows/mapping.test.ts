import { describe, expect, test } from "vitest";
import type { Organisation } from "#orgs";
import { numberReader } from "./bills.ts";
import { dateReader, guessDateFormat } from "./dates.ts";
import { bindMapping, checkBillsCanSucceed, listTargets, suggestMapping } from "./mapping.ts";
import type { DateFormat } from "./schema.ts";

const organisation = {
  extendedFields: (scope: string) =>
    scope === "CUSTOMER"
      ? [{ name: "shoe_size", label: "Shoe size" }]
      : [{ name: "channel", label: "Channel" }],
  customFields: () => [],
} as unknown as Organisation;

describe("headers", () => {
  test.each([
    [
      [
        "InvoiceNo",
        "StockCode",
        "Description",
        "Quantity",
        "InvoiceDate",
        "UnitPrice",
        "CustomerID",
        "Country",
      ],
      {
        number: "InvoiceNo",
        itemCode: "StockCode",
        description: "Description",
        quantity: "Quantity",
        date: "InvoiceDate",
        rate: "UnitPrice",
        externalId: "CustomerID",
      },
    ],
    [
      ["bill_number", "Bill Date", "bill amount", "Phone No.", "E-Mail", "Channel", "store code"],
      {
        number: "bill_number",
        date: "Bill Date",
        billAmount: "bill amount",
        mobile: "Phone No.",
        email: "E-Mail",
        store: "store code",
        "extendedFields.channel": "Channel",
      },
    ],
    // One name cannot feed two fields, and a name alone is rather a person's than an item's.
    [
      ["Order ID", "Timestamp", "Total", "Name"],
      { number: "Order ID", date: "Timestamp", billAmount: "Total" },
    ],
    [
      ["Bill", "Date", "Amount", "Telephone"],
      { number: "Bill", date: "Date", billAmount: "Amount", mobile: "Telephone" },
    ],
    [
      ["Receipt", "Date", "Amount", "SKU"],
      { number: "Receipt", date: "Date", amount: "Amount", itemCode: "SKU" },
    ],
    [["Date", "Bill Amount", "Name"], { date: "Date", billAmount: "Bill Amount" }],
  ])("of bills: %j", (headers, expected) => {
    expect(suggestMapping("transactions", organisation, headers)).toEqual(expected);
  });

  test("that are given stay, and take neither field nor column twice", () => {
    const suggest = (headers: string[], given: Record<string, string>) =>
      suggestMapping("transactions", organisation, headers, given);
    expect(suggest(["Bill", "When", "Amount", "Phone"], { date: "When" })).toEqual({
      number: "Bill",
      date: "When",
      billAmount: "Amount",
      mobile: "Phone",
    });
    expect(suggest(["Bill", "Invoice", "Date", "Amount"], { number: "Invoice", note: "Bill" })).toEqual({
      number: "Invoice",
      note: "Bill",
      date: "Date",
      billAmount: "Amount",
    });
    expect(suggest(["Bill", "Date", "Amount"], { amount: "Amount", number: "" })).toEqual({
      amount: "Amount",
      date: "Date",
    });
  });

  test("of customers", () => {
    const headers = ["ID", "Given name", "Family Name", "Cell", "Email Address", "Shoe Size", "Joined on"];
    expect(suggestMapping("customers", organisation, headers)).toMatchObject({
      firstName: "Given name",
      lastName: "Family Name",
      mobile: "Cell",
      email: "Email Address",
      "extendedFields.shoe_size": "Shoe Size",
    });
  });

  test("are bound to fields, or refused by name", () => {
    const bind = (mapping: Record<string, string>, headers = ["A", "B"]) =>
      bindMapping("transactions", organisation, mapping, headers);
    expect(bind({ date: "A", billAmount: "B" }).index("billAmount")).toBe(1);
    expect(bind({ date: "A", billAmount: "B" }).hasLines).toBe(false);
    expect(() => bind({ date: "A", colour: "B" })).toThrow(
      /colour is not a field that transactions have\. Known fields: number, date, type, id, externalId, .*extendedFields\.channel/,
    );
    expect(() => bind({ date: "A", amount: "C" })).toThrow("the file has no column C");
    expect(() => bind({ amount: "A" })).toThrow("no column gives the date");
    expect(() => bind({ date: "A" })).toThrow("no column gives an amount");
    expect(() => bindMapping("customers", organisation, { firstName: "A" }, ["A"])).toThrow(
      "a mobile number",
    );
    expect(() => bind({ "extendedFields.nothing": "A" })).toThrow("is not a field");
  });

  test("without a till, or without the number that is required, are refused before any row is", () => {
    const check = (isNumberRequired: boolean, mapping: Record<string, string>, defaultTill?: string) => {
      const shop = { ...organisation, flag: () => isNumberRequired } as unknown as Organisation;
      const columns = bindMapping("transactions", shop, { date: "A", billAmount: "B", ...mapping }, [
        ..."ABCD",
      ]);
      checkBillsCanSucceed(shop, columns, defaultTill === undefined ? {} : { defaultTill });
    };
    expect(() => check(true, { till: "C" })).toThrow("no column gives the bill number");
    expect(() => check(true, { number: "C" })).toThrow("no column gives the till or the store");
    check(true, { number: "C", store: "D" });
    check(true, { number: "C" }, "till-1");
    check(false, { till: "C" });
  });

  test("every suggested field is a target", () => {
    const fields = listTargets("transactions", organisation).map(({ field }) => field);
    expect(new Set(fields).size).toBe(fields.length);
    expect(fields).toContain("extendedFields.channel");
  });
});

describe("dates", () => {
  const read = (format: DateFormat, text: string, zone = "Europe/London", shiftDays = 0) => {
    const instant = dateReader({ format, zone, shiftDays })(text);
    return instant === null ? null : new Date(instant).toISOString();
  };
  test.each<[DateFormat, string, string | null]>([
    ["iso", "2025-07-01 10:30:00", "2025-07-01T09:30:00.000Z"],
    ["iso", "2025-07-01T10:30:00+07:00", "2025-07-01T03:30:00.000Z"],
    ["iso", "2025-01-01", "2025-01-01T00:00:00.000Z"],
    ["iso", "01/07/2025", null],
    ["dmy", "01/07/2025 10:30", "2025-07-01T09:30:00.000Z"],
    ["dmy", "1.7.2025", "2025-06-30T23:00:00.000Z"],
    ["dmy", "31/02/2025", null],
    ["dmy", "01/07/25", null],
    ["mdy", "07/01/2025 1:05 PM", "2025-07-01T12:05:00.000Z"],
    ["mdy", "07/01/2025 12:05 am", "2025-06-30T23:05:00.000Z"],
    ["mdy", "07/01/2025 13:05 PM", null],
    ["mdy", "13/01/2025", null],
    ["ymd", "2025/7/1 10:30:59", "2025-07-01T09:30:59.000Z"],
    ["ymd", "2025-07-01 25:00", null],
    ["ymd", "", null],
  ])("%s %s", (format, text, expected) => {
    expect(read(format, text)).toBe(expected);
  });

  test("moved by days keep their clock time over a clock change, and days that do not exist stay none", () => {
    expect(read("iso", "2011-03-01 10:00:00", "Europe/London", 28)).toBe("2011-03-29T09:00:00.000Z");
    expect(read("iso", "2011-02-30 10:00:00", "Europe/London", 28)).toBeNull();
    expect(read("iso", "2011-03-01T10:00:00Z", "Europe/London", 28)).toBe("2011-03-29T10:00:00.000Z");
  });

  test("their format is what all samples fit", () => {
    expect(guessDateFormat(["2025-07-01 10:00", ""])).toBe("iso");
    expect(guessDateFormat(["01/07/2025", "02/07/2025"])).toBe("dmy");
    expect(guessDateFormat(["01/07/2025", "07/13/2025"])).toBe("mdy");
    expect(guessDateFormat(["2025/07/01"])).toBe("ymd");
    expect(guessDateFormat(["yesterday"])).toBeUndefined();
    expect(guessDateFormat([])).toBeUndefined();
  });
});

test.each<["." | ",", string, number | null]>([
  [".", "1234.5", 12_345_000],
  [".", "1,234.5", 12_345_000],
  [".", "-3", -30_000],
  [".", "1,23", null],
  [".", "£3", null],
  [".", "0x10", null],
  [".", "1e3", null],
  [",", "1.234,5", 12_345_000],
  [",", "3", 30_000],
  [",", "3,50", 35_000],
])("numbers with %s: %s", (decimal, text, expected) => {
  expect(numberReader(decimal)(text, 10_000)).toBe(expected);
});
