import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProgramDefinition } from "#loyalty";
import { awarding, definitionWithSets } from "../../src/loyalty/testing.ts";
import { createTiersApp, TIERED, type TiersApp } from "./tiers-shop.ts";

const TRACKED: ProgramDefinition = {
  ...definitionWithSets([
    { stage: "trackers", rules: [{ actions: [{ type: "evaluate_tracker", trackerId: 1 }] }] },
    { id: "case", isForwarded: true, rules: [{ actions: [awarding(5)] }] },
  ]),
  tiers: TIERED.tiers.map((tier) => ({
    ...tier,
    ...(tier.renewal === undefined
      ? {}
      : { renewal: { conditions: [{ kind: "tracker", trackerId: 1, caseId: 1, threshold: 100 }] } }),
  })),
  upgrade: { criterion: "tracker", trackerId: 1, caseId: 1, type: "lazy" },
  downgrade: TIERED.downgrade!,
  trackers: [
    {
      id: 1,
      name: "Spend",
      entity: "BILL_AMOUNT",
      method: "MOVING_WINDOW",
      cases: [
        {
          id: 1,
          name: "Ten days",
          length: 10,
          unit: "days",
          aggregate: "sum",
          operator: ">=",
          value: 300,
          mostForwards: 1,
          setId: "case",
        },
        { id: 2, name: "Bills of a quarter", length: 2, unit: "months", aggregate: "count" },
      ],
    },
  ],
};

let shop: TiersApp;
beforeAll(async () => {
  shop = await createTiersApp(TRACKED);
});
afterAll(async () => {
  expect(await shop.sound()).toEqual([]);
  await shop.app.dispose();
});

describe("GET /v2/customers/{customerId}/trackers", () => {
  test("answers each case of each tracker", async () => {
    const { id, externalId } = await shop.member();
    const fresh = await shop.get(`/v2/customers/${id}/trackers`);
    expect(
      fresh.body.data.map((item: { value: number; updatedOn: unknown }) => [item.value, item.updatedOn]),
    ).toEqual([
      [0, null],
      [0, null],
    ]);
    await shop.buy(externalId, 120.5);
    await shop.buy(externalId, 20);
    const { status, body } = await shop.get(`/v2/customers/${id}/trackers`);
    expect(status).toBe(200);
    const common = {
      id: 1,
      name: "Spend",
      type: "BILL_AMOUNT",
      updatedOn: expect.stringMatching(/^2026-01-20T12:.*Z$/),
    };
    expect(body).toEqual({
      pagination: { limit: 2, offset: 0, total: 2 },
      data: [
        {
          ...common,
          conditionId: 1,
          conditionName: "Ten days",
          value: 140.5,
          periodStartDate: "2026-01-11T00:00:00.000Z",
          periodEndDate: "2026-01-20T23:59:59.000Z",
        },
        {
          ...common,
          conditionId: 2,
          conditionName: "Bills of a quarter",
          value: 2,
          periodStartDate: "2025-11-01T00:00:00.000Z",
          periodEndDate: "2026-01-31T23:59:59.000Z",
        },
      ],
      warnings: [],
      errors: [],
    });
    const care = await shop.get(`/api/customers/${id}/trackers`, shop.agent);
    expect(care.body.items[0]).toMatchObject({
      programName: expect.any(String),
      trackerName: "Spend",
      caseName: "Ten days",
      value: 140.5,
      counts: false,
      standsUntil: "2026-01-29",
      successes: 0,
      mostForwards: 1,
    });
  });

  test("of nobody, of another organisation, and without permission", async () => {
    const { id } = await shop.member();
    for (const url of ["/v2/customers/999999999/trackers", "/v2/customers/x/trackers"])
      expect((await shop.get(url)).status).toBe(400);
    const strange = { authorization: shop.other.authorization };
    expect((await shop.get(`/v2/customers/${id}/trackers`, strange)).body.errors[0].code).toBe(8015);
    const stranger = await shop.user("care_agent", shop.other);
    expect((await shop.get(`/api/customers/${id}/trackers`, stranger)).status).toBe(404);
    const unable = await shop.tillWith(["Points:write"]);
    for (const url of [`/v2/customers/${id}/trackers`, "/v2/customers/userEntityTrackers?type=USERGROUP2"])
      expect((await shop.get(url, unable)).status).toBe(403);
  });
});

test("GET /v2/customers/userEntityTrackers is refused: there are no groups", async () => {
  const of = (query: string) => shop.get(`/v2/customers/userEntityTrackers${query}`);
  const known = await of("?type=USERGROUP2&identifierType=externalId&identifierValue=G1");
  expect([known.status, known.body.errors[0].code]).toEqual([400, 1645]);
  expect((await of("?type=CUSTOMER")).body.errors[0].code).toBe(1647);
  expect((await of("")).body.errors[0].code).toBe(1647);
});

describe("tiers by a tracker", () => {
  test("tell the gap, until when its value stands, and what is left of it by a day", async () => {
    const { id, externalId } = await shop.member();
    await shop.buy(externalId, 120.5);
    const gap = async (days: number) => {
      const { body } = await shop.get(`/v2/customers/${id}?source=INSTORE&embed=mlp&gapToUpgrade=${days}`);
      return JSON.stringify(body);
    };
    const values = (currentValue: number, gapToUpgrade: number, valueValidUpto: string) =>
      JSON.stringify({
        upgrade_based_on: "TRACKER_VALUE_BASED",
        upgradeThreshold: 500,
        customerUpgradeEntityValues: [{ currentValue, gapToUpgrade, valueValidUpto }],
      });
    expect(await gap(0)).toContain(values(120.5, 379.5, "2026-01-29"));
    expect(await gap(9)).toContain(values(120.5, 379.5, "2026-01-29"));
    expect(await gap(10)).toContain(values(0, 500, "2026-02-08"));
  });

  test("are renewed by its value, and end without", async () => {
    const [keeps, loses] = [await shop.member(), await shop.member()];
    for (const { externalId } of [keeps, loses]) await shop.buy(externalId, 600);
    const tiers = async () =>
      Promise.all([keeps, loses].map(async ({ id }) => (await shop.tier(id)).tierNumber));
    expect(await tiers()).toEqual([2, 2]);
    shop.until("2026-07-30");
    await shop.buy(keeps.externalId, 100);
    const { body } = await shop.get(`/v2/customers/${keeps.id}?source=INSTORE&embed=mlp&gapToRenew=0`);
    expect(JSON.stringify(body)).toContain(
      JSON.stringify({
        renewBasedOn: "TRACKER",
        trackerEntityIdentifiers: [
          {
            trackerName: "Spend",
            trackerType: "BILL_AMOUNT",
            trackerMode: "MOVING_WINDOW",
            trackerCaseName: "Ten days",
            trackerCasePeriodType: "DAYS",
            trackerCasePeriodValue: 10,
          },
        ],
        renewThreshold: 100,
        customerRenewEntityValue: 100,
        customerGapToRenewValue: 0,
      }),
    );
    shop.until("2026-08-01");
    await shop.work();
    expect(await tiers()).toEqual([2, 1]);
  });
});
