import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTargetsApp, type TargetsApp } from "./targets-shop.ts";

let shop: TargetsApp;
beforeAll(async () => {
  shop = await createTargetsApp();
});
afterAll(() => shop.app.dispose());

describe("POST /v3/targetGroups", () => {
  test("makes a group with periods of whole days, and reading answers the same", async () => {
    const { status, body } = await shop.call(
      "POST",
      "/v3/targetGroups",
      shop.group({
        name: "Spring",
        targets: [
          shop.target({
            name: "Spend 300",
            expression: "currentTxn.value > 10",
            milestones: [{ triggerName: "Half", valueType: "PERCENTAGE", triggerValue: 50 }],
          }),
        ],
      }),
    );
    expect([status, body.errors]).toEqual([200, []]);
    expect(body.data).toMatchObject({
      name: "Spring",
      trackingType: "DEFAULT",
      totalPeriods: 3,
      active: true,
      periods: [
        { refCode: "Cycle_1", startDate: "2026-01-01T00:00:00+00:00", periodStatus: "LIVE" },
        { refCode: "Cycle_2", endDate: "2026-02-28T23:59:59+00:00", periodStatus: "UPCOMING" },
        // Clocks change on the 29th.
        { refCode: "Cycle_3", endDate: "2026-03-31T23:59:59+01:00", periodStatus: "UPCOMING" },
      ],
      targets: [
        {
          name: "Spend 300",
          targetEntity: "TRANSACTION",
          milestones: [{ triggerName: "Half", triggerValue: 50 }],
          defaultValues: [{ defaultValue: 300 }, { defaultValue: 300 }, { defaultValue: 300 }],
        },
      ],
    });
    const read = await shop.call("GET", `/v3/targetGroups/${body.data.id}`);
    expect(read.body.data).toEqual(body.data);
    for (const url of ["/v3/milestones", "/v3/targetGroups?includeOnlyActive=true"])
      expect((await shop.call("GET", url)).body.data.map(({ name }: { name: string }) => name)).toContain(
        "Spring",
      );
  });

  test.each<[string, object, number, string]>([
    ["no name", { name: undefined }, 300004, "name is missing"],
    ["a long name", { name: "x".repeat(201) }, 310008, "name may have 200"],
    ["blanks around a name", { name: " Spring" }, 300004, "name must be"],
    ["a name that is taken", { name: "TAKEN" }, 310069, "name"],
    ["a kind that there is not", { trackingType: "CIRCLE" }, 300004, "trackingType must be one of"],
    ["a limit", { trackingType: "CAPPING" }, 71101, "limits"],
    [
      "a streak without a calendar",
      { trackingType: "STREAK", targetEvaluationType: "CYCLIC_WINDOW" },
      300004,
      "targetEvaluationType",
    ],
    ["too many periods", { totalPeriods: 101 }, 300004, "totalPeriods"],
    ["no targets", { targets: [] }, 300004, "targets is missing"],
    ["periods long past", { startDate: "2025-01-01" }, 300004, "periods[0].startDate"],
    ["a day that is none", { startDate: "2026-02-30" }, 300004, "startDate must be a day"],
    [
      "periods that overlap",
      {
        periods: [
          { startDate: "2026-01-01", endDate: "2026-01-31" },
          { startDate: "2026-01-31", endDate: "2026-02-05" },
        ],
        totalPeriods: undefined,
      },
      300004,
      "periods[1].startDate",
    ],
    ["a till of nobody", { preferredTillId: 1 }, 300004, "preferredTillId"],
    [
      "an aggregate of weeks",
      { aggregateWindow: { windowType: "MAX", windowTimeUnit: "WEEK", windowValue: 1 } },
      300004,
      "aggregateWindow.windowTimeUnit",
    ],
  ])("refuses %s", async (_, changes, code, message) => {
    await shop.call("POST", "/v3/targetGroups", shop.group({ name: "Taken" }));
    const { status, body } = await shop.call("POST", "/v3/targetGroups", shop.group(changes));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).toEqual({
      data: null,
      errors: [{ status: false, code, message: expect.stringContaining(message) }],
    });
  });

  test.each<[string, object, object, number, string]>([
    ["behavioural events", { targetEntity: "EVENT" }, {}, 71101, "targets[0].targetEntity"],
    ["a type of another entity", { targetEntity: "POINTS" }, {}, 300004, "targets[0].targetType"],
    [
      "lines in a condition of bills",
      { expression: 'currentLineItem.code == "A"' },
      {},
      71103,
      "targets[0].expression",
    ],
    [
      "payments in a condition",
      { expression: "tenderProfile.amount > 1" },
      {},
      71103,
      "targets[0].expression",
    ],
    [
      "a condition that cannot be read",
      { expression: "currentTxn.value >" },
      {},
      71103,
      "targets[0].expression",
    ],
    [
      "a value of 0",
      { defaultValues: [{ defaultValue: 0 }] },
      {},
      300004,
      "targets[0].defaultValues[0].defaultValue",
    ],
    ["no value", { defaultValues: [] }, {}, 300004, "targets[0].defaultValues is missing"],
    ["stores of nobody", { filters: [{ entityType: "STORE", entityIds: [1] }] }, {}, 300004, "entityIds"],
    ["audiences", { enrolmentMethod: "AUDIENCE_FILTER" }, {}, 71101, "enrolmentMethod"],
    ["levels outside of streaks", { streaks: [{ targetCountOfSequence: 2 }] }, {}, 300004, "streaks"],
    ["streaks without levels", {}, { trackingType: "STREAKS" }, 300004, "streaks is missing"],
    [
      "levels beyond the periods",
      { streaks: [{ targetCountOfSequence: 4 }] },
      { trackingType: "STREAK" },
      300004,
      "targetCountOfSequence",
    ],
    [
      "levels that do not rise",
      { streaks: [{ targetCountOfSequence: 2 }, { targetCountOfSequence: 2 }] },
      { trackingType: "STREAK" },
      300004,
      "streaks[1]",
    ],
    ["a combination of one", {}, { trackingType: "UNIFIED" }, 300004, "targets"],
    [
      "percentages of pieces",
      {
        targetType: "QUANTITY",
        milestones: [{ triggerName: "h", valueType: "PERCENTAGE", triggerValue: 50 }],
      },
      {},
      300004,
      "valueType",
    ],
    [
      "an unknown field",
      { targetType: "EXTENDED_FIELD", extendedFieldInfo: { name: "nothing" } },
      {},
      300004,
      "extendedFieldInfo.name",
    ],
  ])("refuses a target with %s", async (_, changes, group, code, message) => {
    const { status, body } = await shop.call(
      "POST",
      "/v3/targetGroups",
      shop.group({ ...group, targets: [shop.target(changes)] }),
    );
    expect([status, body.errors[0].code]).toEqual([400, code]);
    expect(body.errors[0].message).toContain(message);
  });

  test("is closed to who may only read, and to nobody", async () => {
    const reader = await shop.tillWith(["Program:read"]);
    expect((await shop.call("POST", "/v3/targetGroups", shop.group(), reader)).status).toBe(403);
    expect((await shop.call("GET", "/v3/targetGroups", undefined, reader)).status).toBe(200);
    expect((await shop.call("GET", "/v3/targetGroups", undefined, {})).status).toBe(401);
  });
});

describe("a group of another organisation", () => {
  test("is not found by any call", async () => {
    const { id, targets } = await shop.define();
    const other = { authorization: shop.other.authorization };
    const url = `/v3/targetGroups/${id}`;
    const target = `${url}/targets/${targets[0].id}`;
    for (const [method, path, body] of [
      ["GET", url],
      ["DELETE", url],
      ["PUT", `/v3/targetGroups/editTargetGroup/${id}`, { description: "Ours" }],
      ["POST", `/v3/targetGroups/editTargetGroup/${id}`, { description: "Ours" }],
      ["GET", `${url}/targetPeriods`],
      ["POST", `${url}/targetPeriods`, []],
      ["PUT", `${url}/targetPeriods`, []],
      ["GET", `${url}/targets`],
      ["POST", `${url}/targets`, []],
      ["PUT", `${url}/targets`, []],
      ["PUT", target, {}],
      ["POST", target, {}],
      ["DELETE", target],
      ["PUT", `${url}/unifiedTargets`, {}],
      ["GET", `${target}/communications`],
      ["POST", `${target}/communications/upsert`, []],
    ] as const) {
      const answer = await shop.call(method, path, body, other);
      expect([method, path, answer.status, answer.body.errors[0].code]).toEqual([method, path, 404, 71100]);
    }
    expect((await shop.call("GET", url)).status).toBe(200);
  });
});

describe("a group", () => {
  test("changes expressions, but keeps its name once it is live", async () => {
    const { id, targets } = await shop.define();
    const url = `/v3/targetGroups/editTargetGroup/${id}`;
    const changed = await shop.call("PUT", url, {
      description: "More",
      targets: [{ id: targets[0].id, expression: "currentTxn.value > 5" }],
    });
    expect(changed.body.data).toMatchObject({
      description: "More",
      targets: [{ expression: "currentTxn.value > 5" }],
    });
    const renamed = await shop.call("PUT", url, { name: "Another" });
    expect([renamed.status, renamed.body.errors[0].code]).toEqual([409, 71102]);
    const later = await shop.define({ startDate: "2026-03-01" });
    const fine = await shop.call("POST", `/v3/targetGroups/editTargetGroup/${later.id}`, {
      name: "Yet another",
    });
    expect(fine.body.data.name).toBe("Yet another");
    const bad = await shop.call("PUT", url, { targets: [{ id: targets[0].id, expression: "nonsense(" }] });
    expect(bad.body.errors[0].code).toBe(71103);
    const unknown = await shop.call("PUT", url, { targets: [{ id: 1 }] });
    expect(unknown.body.errors[0].code).toBe(310018);
  });

  test("gets periods and targets, moves what has not begun, and is deleted", async () => {
    const { id, targets, periods } = await shop.define();
    const url = `/v3/targetGroups/${id}`;
    const longer = await shop.call("POST", `${url}/targetPeriods`, [
      { startDate: "2026-04-01", endDate: "2026-04-10" },
    ]);
    expect(longer.body.data[3]).toMatchObject({ refCode: "Cycle_4", endDate: "2026-04-10T23:59:59+01:00" });
    const moved = await shop.call("PUT", `${url}/targetPeriods`, [
      { id: periods[2].id, startDate: "2026-03-02", active: false },
    ]);
    expect(moved.body.data[2]).toMatchObject({ startDate: "2026-03-02T00:00:00+00:00", active: false });
    const begun = await shop.call("PUT", `${url}/targetPeriods`, [
      { id: periods[0].id, endDate: "2026-01-30" },
    ]);
    expect([begun.status, begun.body.errors[0].code]).toEqual([409, 71102]);
    const strange = await shop.call("PUT", `${url}/targetPeriods`, [{ id: 1 }]);
    expect(strange.body.errors[0].code).toBe(310019);
    const added = await shop.call("POST", `${url}/targets`, [shop.target({ targetType: "VISIT" })]);
    expect(added.body.data.map(({ targetType }: { targetType: string }) => targetType)).toEqual([
      "SALES",
      "VISIT",
    ]);
    expect((await shop.call("GET", `${url}/targets`)).body.data).toEqual(added.body.data);
    const all = await shop.call("PUT", `${url}/targets`, [
      { id: targets[0].id, defaultValues: [{ defaultValue: 5 }] },
    ]);
    expect(all.body.data[0].defaultValues[0].defaultValue).toBe(5);
    const off = await shop.call("DELETE", `${url}/targets/${targets[0].id}`);
    expect(off.body.data).toMatchObject({ id: targets[0].id, active: false });
    expect((await shop.call("DELETE", `${url}/targets/1`)).body.errors[0].code).toBe(310018);
    const on = await shop.call("PUT", `${url}/targets/${targets[0].id}`, { active: true });
    expect(on.body.data.active).toBe(true);
    expect((await shop.call("PUT", `${url}/unifiedTargets`, {})).body.errors[0].code).toBe(71105);
    expect((await shop.call("DELETE", url)).body.data).toEqual({ id });
    expect((await shop.call("GET", url)).body.errors[0].code).toBe(71100);
  });

  test("combines two to ten targets", async () => {
    const { id } = await shop.define({
      trackingType: "UNIFIED",
      targets: [shop.target(), shop.target(), shop.target()],
      unifiedTargetExpression: { combinationType: "ANY", thresholdValue: 2 },
    });
    const url = `/v3/targetGroups/${id}/unifiedTargets`;
    const all = await shop.call("PUT", url, {
      unifiedTargetExpression: { combinationType: "ALL", thresholdValue: 1000, aggregation: "SUM" },
    });
    expect(all.body.data.unifiedTargetExpression).toMatchObject({
      combinationType: "ALL",
      thresholdValue: 1000,
    });
    const tooMany = await shop.call("PUT", url, {
      unifiedTargetExpression: { combinationType: "ANY", thresholdValue: 3 },
    });
    expect(tooMany.body.errors[0].message).toContain("thresholdValue must be a whole number from 1 to 2");
  });
});

test("names are checked, and messages are refused", async () => {
  const { name, targets, id } = await shop.define();
  const url = "/v3/targetGroups/isValidName";
  expect((await shop.call("POST", url, { targetGroupName: name })).body.data).toEqual({ isValid: false });
  expect((await shop.call("POST", url, { targetName: "Free" })).body.data).toEqual({ isValid: true });
  expect((await shop.call("GET", `${url}?targetName=${targets[0].name}`)).body.data).toEqual({
    isValid: false,
  });
  expect((await shop.call("POST", url, { colour: "red" })).body.errors[0].code).toBe(310145);
  expect((await shop.call("GET", "/v3/targetGroups/channels")).body.data).toEqual([]);
  const messages = `/v3/targetGroups/${id}/targets/${targets[0].id}/communications`;
  expect((await shop.call("GET", messages)).body.data).toEqual([]);
  expect((await shop.call("POST", `${messages}/upsert`, [])).body.errors[0].code).toBe(71104);
});
