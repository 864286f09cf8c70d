import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignedInUser, signInUser } from "../../src/identity/testing.ts";
import {
  createTestApp,
  createTestShop,
  registerCustomers,
  type TestApp,
  type TestShop,
} from "../support/app.ts";

/** What requests that nobody sane sends have found; see fuzz.test.ts. */

let app: TestApp;
let shop: TestShop;
let owner: SignedInUser;

beforeAll(async () => {
  app = await createTestApp();
  shop = await createTestShop(app);
  owner = await signInUser(app.identity, shop.organisation, "owner");
  await registerCustomers(app, shop, 1);
});
afterAll(() => app.dispose());

const post = (url: string, payload: string, contentType = "application/json") =>
  app.server.inject({
    method: "POST",
    url,
    headers: {
      ...(url.startsWith("/api/") ? owner.headers : { authorization: shop.authorization }),
      "content-type": contentType,
    },
    payload,
  });
const get = (url: string) =>
  app.server.inject({
    method: "GET",
    url,
    headers: url.startsWith("/api/") ? owner.headers : { authorization: shop.authorization },
  });
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const BILL = "/v2/transactions?identifierName=externalId&identifierValue=C1";

describe("paths", () => {
  test.each(["%", "%E0%A4%A", "%ED%A0%80", "%zz"])(
    "%s is refused in the envelope of the path",
    async (part) => {
      const dialect = await get(`/v2/transactions/${part}`);
      expect(dialect.statusCode).toBe(400);
      expect(dialect.json()).toMatchObject({ errors: [{ status: false, code: 400 }], warnings: [] });
      expect(dialect.json().errors[0].message).toContain("path");
      const own = await get(`/api/transactions/${part}`);
      expect(own.json()).toMatchObject({ error: { code: "malformed_path", number: 400 } });
      const token = await get(`/v3/oauth/${part}`);
      expect(token.json()).toMatchObject({ data: null, errors: [{ code: 400 }] });
    },
  );

  test("NUL is nobody's bill number", async () => {
    const answer = await get("/v2/transactions/getByBillNumber/%00");
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ errors: [{ code: 688 }] });
    expect((await get("/api/transactions?q=%00")).json()).toEqual({ items: [], next: null, total: 0 });
  });
});

describe("times", () => {
  test.each(["0001-01-01T00:00:00+18:00", "9999-12-31T23:59:59-18:00"])(
    "%s lies outside the years of four digits once its offset is counted",
    async (time) => {
      const written = encodeURIComponent(time);
      const list = await get(
        `/v2/customers/lookup/transactions?identifierName=externalId&identifierValue=C1&endDate=${written}`,
      );
      expect(list.statusCode).toBe(400);
      expect(list.json()).toMatchObject({ errors: [{ code: 1114 }] });
      const bill = await post(BILL, JSON.stringify({ billNumber: "Y", billAmount: 1, billingDate: time }));
      expect(bill.json().errors[0].message).toContain("billingDate");
    },
  );
});

describe("bodies", () => {
  test("nested too deep are refused before anything reads them", async () => {
    const nested = deep(20_000);
    const bill = `{"billNumber":"D","billAmount":1,"x":${nested}}`;
    for (const [url, payload] of [
      [BILL, bill],
      ["/v2/transactions/bulk", `[${bill}]`],
      ["/api/customers", nested],
      ["/v2/transactions/bulk", "[".repeat(1_000_000)],
    ] as const) {
      const answer = await post(url, payload);
      expect(answer.statusCode).toBe(400);
      expect(answer.payload).toContain("nested deeper than 1000 levels");
    }
  });

  test("nested less deep, or with brackets in texts, are read", async () => {
    const bill = `{"billNumber":"D1","billAmount":1,"x":${deep(900)},"note":${JSON.stringify('"\\'.repeat(10) + "[{".repeat(900))}}`;
    expect((await post(BILL, bill)).statusCode).toBe(200);
    const bulk = `[{"identifierType":"externalId","identifierValue":"C1",${bill.slice(1).replace("D1", "D2")}]`;
    expect((await post("/v2/transactions/bulk", bulk)).json()).toMatchObject({ failureCount: 0 });
  });

  const malformed: readonly (readonly [string, string, number])[] = [
    ["cut off", '{"billNumber":', 400],
    ["not JSON", "{'billNumber':1}", 400],
    ["empty", "", 400],
    ["that reach for prototypes", '{"__proto__":{"isAdmin":true}}', 400],
    ["that are a list", "[]", 400],
    ["that are null", "null", 400],
    ["that are a text", '"bill"', 400],
  ];
  test.each(malformed)("%s are refused", async (_, payload, status) => {
    const answer = await post(BILL, payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ errors: [{ status: false, code: status }], warnings: [] });
  });

  test("of other types are refused with 415, those over the limit with 413", async () => {
    for (const type of ["text/plain", "application/xml", "application/x-www-form-urlencoded"]) {
      const answer = await post(BILL, "billNumber=1", type);
      expect(answer.statusCode).toBe(415);
      expect(answer.json()).toMatchObject({ errors: [{ code: 415 }] });
    }
    const huge = await post(BILL, `{"note":"${"x".repeat(16 * 1024 * 1024)}"}`);
    expect(huge.statusCode).toBe(413);
    expect(huge.json()).toMatchObject({ errors: [{ code: 413 }] });
  });

  test("whose values cannot be made a text are refused like any other", async () => {
    const trap = { toString: 1, valueOf: 1 };
    for (const field of ["type", "billNumber", "billAmount", "billingDate", "outlierStatus", "note"]) {
      const answer = await post(BILL, JSON.stringify({ billNumber: "T", billAmount: 1, [field]: trap }));
      expect(answer.statusCode).toBe(400);
      expect(answer.json().errors[0].message).toContain(field);
    }
    const config = await post(
      "/v2/entity/extended_field_config",
      JSON.stringify({ extendedFieldId: 0, hideDisplay: trap }),
    );
    expect(config.statusCode).toBe(400);
    const channel = { type: "email", value: "ana@example.com", primary: trap };
    const identifiers = [{ type: "externalId", value: "T-1" }];
    const person = { profiles: [{ source: "INSTORE", identifiers, commChannels: [channel] }] };
    expect((await post("/v2/customers", JSON.stringify(person))).json().errors[0].message).toContain(
      "primary",
    );
    const bulk = await post(
      "/v2/transactions/bulk",
      JSON.stringify([
        { identifierType: trap, identifierValue: trap, source: trap, type: trap },
        { identifierType: "externalId", identifierValue: "C1", source: trap, billNumber: "T", billAmount: 1 },
      ]),
    );
    expect(bulk.json()).toMatchObject({ failureCount: 2 });
  });

  test("that name ids beyond all ids are refused", async () => {
    const till = { type: "TILL", code: "till-9", name: "Till 9", parentId: 2 ** 63 };
    const answer = await post("/api/entities", JSON.stringify(till));
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message).toContain("parentId");
  });

  test("that are forms without boundary or end are refused, not taken for a fault", async () => {
    for (const [type, payload] of [
      ["multipart/form-data", ""],
      ["multipart/form-data; boundary=x", ""],
      [
        "multipart/form-data; boundary=x",
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na',
      ],
      ["multipart/form-data; boundary=x", "--x\r\nnonsense\r\n\r\n"],
    ] as const) {
      for (const url of ["/api/imports", "/api/imports/preview"]) {
        const answer = await post(url, payload, type);
        expect(answer.statusCode, answer.payload).toBe(400);
        expect(answer.json().error.message).toMatch(/\S.{8,}\.$/);
      }
    }
  });
});

test("nothing of all this is in the books", async () => {
  const { findings } = await app.verify();
  expect(findings).toEqual([]);
});
