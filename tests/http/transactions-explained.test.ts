import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

const line = { itemCode: "TEA-1", qty: 2, rate: 60, value: 120, amount: 120 };

describe("POST /v2/simulation/transactions", () => {
  const SIMULATE = ADD.replace("/v2/transactions", "/v2/simulation/transactions");
  const open = (value: string) =>
    shop.app.orgs.setSetting(
      { orgId: shop.shop.orgId, name: "test" },
      "CONF_ENABLE_SIMULATION_API_MODE",
      value,
    );
  const counts = () =>
    shop.app.db.system(async (tx) => {
      const tables = [
        "activities.transactions",
        "activities.bill_numbers",
        "ledger.entries",
        "events.outbox",
      ];
      const found = [];
      for (const table of tables)
        found.push(
          await tx.one<{ rows: number }>({
            name: `tests_count_${table}`,
            text: `select count(*) as rows from ${table}`,
            values: [],
          }),
        );
      return found;
    });

  test("is refused with 1116 until the organisation opens it", async () => {
    const { status, body } = await shop.post(SIMULATE, billOf());
    expect(status).toBe(400);
    expect(body.errors[0].code).toBe(1116);
  });

  test("tells what the bill would earn and writes nothing", async () => {
    await open("1");
    const before = await counts();
    const bill = billOf({ billNumber: "SIM-1", billAmount: 120, lineItemsV2: [line], note: "n" });
    const { status, body } = await shop.post(SIMULATE, bill);
    expect(status).toBe(200);
    expect(await counts()).toEqual(before);
    expect(body).toMatchObject({
      warnings: [],
      errors: [],
      sideEffects: [{ type: "points", awardedPoints: 1.2 }],
      simulatedPointsBreakup: {
        eventLogId: -1,
        eventName: "TransactionAdd",
        eventDetails: { tillId: shop.shop.tillId, maxConversionDate: null },
        billDetails: {
          type: "REGULAR",
          billNumber: "SIM-1",
          billAmount: 120,
          note: "n",
          pointsEarned: {
            regular: [
              {
                value: 1.2,
                expiresOn: expect.stringMatching(/^2027-02-01T/),
                programId: shop.shop.programId,
                programName: "Rewards",
                expiryType: "FIXED",
              },
            ],
            promo: [],
            promised: [],
          },
        },
        lineItems: [{ itemCode: "TEA-1", qty: 2, amount: 120 }],
        pointInTimeSlabs: [{ slabNumber: 1, name: "Member", isDefault: true }],
      },
    });
    const real = await shop.post(ADD, bill);
    expect(real.body.sideEffects).toEqual(body.sideEffects);
  });

  test("sees the tier that the bill would bring", async () => {
    const { body } = await shop.post(SIMULATE, billOf({ billAmount: 2500 }));
    expect(body.sideEffects[1]).toMatchObject({ type: "slab", upgradedSlabName: "Gold" });
    const again = await shop.post(SIMULATE, billOf({ billAmount: 1 }));
    expect(again.body.simulatedPointsBreakup.pointInTimeSlabs[0].name).toBe("Member");
  });

  test.each([
    [{ type: "NOT_INTERESTED" }, 1116],
    [{ type: "MYSTERY" }, 690],
    [{ billAmount: "x" }, 601],
  ])("%j is refused with %i", async (changes, code) => {
    expect((await shop.post(SIMULATE, billOf(changes))).body.errors[0].code).toBe(code);
  });

  test("refuses unknown customers, those of others, and callers who may not", async () => {
    expect((await shop.post(SIMULATE.replace("C1", "C99"), billOf())).body.errors[0].code).toBe(8015);
    const till = await shop.tillWith(["Transaction:read"]);
    expect((await shop.post(SIMULATE, billOf(), { ...till })).status).toBe(403);
    const theirs = await shop.post(SIMULATE, billOf(), { authorization: shop.other.authorization });
    expect(theirs.body.errors[0].code).toBe(1116);
  });
});

describe("GET /v2/earning/{transactionId}", () => {
  test("shows what the bill earned and what became of it", async () => {
    const bill = billOf({ billAmount: 120, lineItemsV2: [line] });
    const { body } = await shop.post(ADD, bill);
    const read = await shop.get(`/v2/earning/${body.createdId}`);
    expect(read.status).toBe(200);
    expect(read.body).toMatchObject({
      id: body.createdId,
      billDetails: {
        billNumber: bill.billNumber,
        pointsEarningEntities: {
          entityId: shop.customers[0],
          entityType: "customer",
          billPoints: [
            {
              programId: shop.shop.programId,
              currentPointsSummary: {
                availablePoints: 1.2,
                expiredPoints: 0,
                redeemedPoints: 0,
                promisedPoints: 0,
                returnedPromisedPoints: 0,
                returnedPoints: 0,
                promisedPointsConverted: 0,
              },
              issuedPointsSummary: { redeemablePointsIssued: 1.2, promisedPointsIssued: 0 },
              currentPointsBreakup: {
                regularPointsInfo: {
                  availablePointsInfo: [{ points: 1.2, expiryType: "FIXED" }],
                  promisedPointsInfo: null,
                },
                promotionalPointsInfo: null,
              },
            },
          ],
        },
      },
      lineItems: [{ pointsEarningEntities: { lineItemPoints: [] } }],
    });
  });

  test("refuses what is no bill of the organisation, and callers who may not", async () => {
    expect((await shop.get("/v2/earning/x")).body.errors[0].code).toBe(620);
    const { body } = await shop.post(ADD, billOf());
    const theirs = await shop.get(`/v2/earning/${body.createdId}`, {
      authorization: shop.other.authorization,
    });
    expect(theirs.status).toBe(404);
    const till = await shop.tillWith(["Transaction:write"]);
    expect((await shop.get(`/v2/earning/${body.createdId}`, { ...till })).status).toBe(403);
  });
});

describe("POST /v2/transactions/searchEvaluationLog", () => {
  const SEARCH = "/v2/transactions/searchEvaluationLog";

  test("tells how the rules met a bill, by number and by id", async () => {
    const bill = billOf({ billAmount: 120 });
    const { body } = await shop.post(ADD, bill);
    const byNumber = await shop.post(SEARCH, { search: { transactionNumber: bill.billNumber } });
    expect(byNumber.status).toBe(200);
    expect(byNumber.body).toHaveLength(1);
    const [log] = byNumber.body;
    expect(log).toMatchObject({
      customerId: shop.customers[0],
      eventName: "TransactionAdd",
      orgId: shop.shop.orgId,
      transactionId: body.createdId,
      ruleSets: [
        {
          rules: expect.arrayContaining([
            expect.objectContaining({ result: true, awards: [expect.objectContaining({ rounded: 1.2 })] }),
          ]),
        },
      ],
    });
    expect(log.evaluationTree).toMatch(/^<ul><li>Program\[.*RuleSet\[1,.*Rule\[.*-&gt; true/);
    expect(log.effects).toContain("AWARD points=1.2");
    const byId = await shop.post(SEARCH, { search: { transactionId: String(body.createdId) } });
    expect(byId.body).toEqual(byNumber.body);
  });

  test("says so when a bill was not evaluated, and finds nothing that is not there", async () => {
    const { body } = await shop.post("/v2/transactions", billOf({ type: "NOT_INTERESTED" }));
    const none = await shop.post(SEARCH, { search: { transactionId: body.createdId } });
    expect(none.body[0].evaluationTree).toBe("No evaluation log exists for this transaction.");
    expect((await shop.post(SEARCH, { search: { transactionNumber: "nowhere" } })).body).toEqual([]);
    const headers = { authorization: shop.other.authorization };
    const theirs = await shop.post(SEARCH, { search: { transactionId: body.createdId } }, headers);
    expect(theirs.body).toEqual([]);
  });

  test.each([[{}], [null], [{ search: {} }], [{ search: { transactionId: "x" } }], [{ search: 5 }]])(
    "%j is refused with 1117",
    async (body) => {
      const answer = await shop.post(SEARCH, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].code).toBe(1117);
    },
  );

  test("needs the permission to read transactions", async () => {
    const till = await shop.tillWith(["Transaction:write"]);
    expect((await shop.post(SEARCH, { search: {} }, { ...till })).status).toBe(403);
  });
});
