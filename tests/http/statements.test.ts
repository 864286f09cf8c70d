import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixedClock } from "#platform";
import { signInTill, signInUser } from "../../src/identity/testing.ts";
import { readPdf } from "../../src/insights/statements/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import {
  createTestApp,
  createTestShop,
  registerCustomers,
  type TestApp,
  type TestShop,
} from "../support/app.ts";
import { call } from "./access-server.ts";

const NOW = Date.parse("2026-03-31T12:00:00Z");
const HOUR = 3_600_000;

let app: TestApp;
let shop: TestShop;
let headers: Record<string, string>;
let ana: number;

/** Ana registered now, earned 24.5 points on a bill of Store 1 that last until June, and spent 4.5. */
beforeAll(async () => {
  app = await createTestApp({ clock: fixedClock(new Date(NOW)) });
  shop = await createTestShop(app);
  ({ headers } = await signInUser(app.identity, shop.organisation, "care_agent"));
  [ana] = (await registerCustomers(app, shop, 1)) as [number];
  const ledger = buildLedger(app, shop.orgId, { programIds: [shop.programId], at: NOW });
  const reference = { transactionNumber: "INV-9" };
  await ledger.earn(ana, 24_500, {
    at: NOW,
    tillId: shop.tillId,
    reference,
    expiresAt: Date.parse("2026-06-30T22:59:59Z"),
  });
  await ledger.debit(ana, 4500, { at: NOW + HOUR });
});
afterAll(() => app.dispose());

const url = (query: string, id: number | string = ana) => `/api/customers/${id}/statement${query}`;
const get = (query: string, id?: number | string, as = headers) =>
  call(app.server, "GET", url(query, id), as);
const raw = (query: string) => app.server.inject({ method: "GET", url: url(query), headers });

describe("a customer's statement", () => {
  test("is data", async () => {
    const { status, body } = await get("?month=2026-03");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      organisation: shop.organisation.name,
      customer: { id: ana },
      month: "2026-03",
      from: "2026-03-01",
      to: "2026-03-31",
      asOf: "2026-03-31T13:00:00+01:00",
      isOpen: true,
      language: "en",
      moneyCurrency: "GBP",
      money: 20,
      accounts: [
        {
          programId: shop.programId,
          programName: "Rewards",
          currency: "points",
          category: "REGULAR",
          opening: 0,
          closing: 20,
          money: 20,
          movements: [
            {
              at: "2026-03-31T13:00:00+01:00",
              kind: "purchase",
              description: "Purchase",
              billNumber: "INV-9",
              store: "Store 1",
              points: 24.5,
              balance: 24.5,
            },
            { kind: "redeemed", billNumber: null, store: null, points: -4.5, balance: 20 },
          ],
          expiring: [{ validUntil: "2026-06-30", points: 20 }],
        },
      ],
    });
    expect((await get("?month=2026-03&format=json")).body).toEqual(body);
  });

  test("is a page that runs and loads nothing", async () => {
    const response = await raw("?month=2026-03&format=html");
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(response.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(response.headers["cache-control"]).toBe("private, no-store");
    expect(response.body).toContain("<td>Purchase</td><td>INV-9</td><td>Store 1</td>");
  });

  test("is a PDF with the same figures", async () => {
    const response = await raw("?month=2026-03&format=pdf");
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("application/pdf");
    expect(response.headers["content-disposition"]).toBe(
      `attachment; filename="statement-${ana}-2026-03.pdf"`,
    );
    const lines = readPdf(response.rawPayload).flat();
    expect(lines).toContain("Rewards · Points | 0.0 | +20.0 | 20.0 | £20.00");
    expect(lines).toContain("31 Mar 2026 | Purchase | INV-9 | Store 1 | +24.5 | 24.5");
    expect(lines).toContain("31 Mar 2026 | Points redeemed | \u22124.5 | 20.0");
    expect(lines).toContain("30 Jun 2026 | 20.0");
    expect((await raw("?month=2026-03&format=pdf")).rawPayload.length).toBe(response.rawPayload.length);
  });

  test.each([
    ["", /month/],
    ["?month=2026-3", /month/],
    ["?month=2026-00", /month/],
    ["?month=2026-03&format=docx", /format/],
    ["?month=2026-04", /month: 2026-04 has not begun/],
    ["?month=2026-02", /month: 2026-02 lies before the customer, whose points begin on 2026-03-31/],
  ])("refuses %s", async (query, message) => {
    const { status, body } = await get(query);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(message);
  });

  test("is not sent by e-mail where there is no mail server", async () => {
    const { status, body } = await call(app.server, "POST", `/api/customers/${ana}/statement/mail`, headers, {
      month: "2026-03",
    });
    expect([status, body.error.number]).toEqual([409, 72009]);
  });

  test("is told to those who may read points of the customer's organisation", async () => {
    for (const format of ["json", "html", "pdf"]) {
      const query = `?month=2026-03&format=${format}`;
      const till = await signInTill(app.identity, shop.organisation, shop.tillIds[1]);
      expect((await get(query, ana, till as never)).status).toBe(401);
      const other = await createTestShop(app);
      const stranger = await signInUser(app.identity, other.organisation, "owner");
      expect((await get(query, ana, stranger.headers)).status).toBe(404);
      expect(
        (await get(query, ana, { ...headers, "x-cap-api-auth-org-id": String(other.orgId) })).status,
      ).toBe(403);
      expect((await get(query, 999_999_999)).status).toBe(404);
      expect((await get(query, "x")).status).toBe(400);
    }
  });
});
