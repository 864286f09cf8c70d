import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completePeriodsOf } from "#loyalty";
import { createLog } from "#platform";
import type { Json } from "./points-shop.ts";
import { createTargetsApp, type TargetsApp } from "./targets-shop.ts";

let shop: TargetsApp;
beforeAll(async () => {
  shop = await createTargetsApp();
});
afterAll(() => shop.app.dispose());

const progressOf = async (id: number, name: string): Promise<Json> => {
  const { body } = await shop.call("GET", `/v3/users/${id}/targetGroups`);
  return body.data.targetGroups.find((group: Json) => group.name === name)?.targets;
};
const urlOf = (group: Json, action: string, target = group.targets[0]) =>
  `/v3/targetGroups/${group.id}/targets/${target.id}/${action}`;

describe("a member", () => {
  test("is enrolled by the first bill, and sees progress, events and places", async () => {
    const [ana, ben] = [await shop.member(), await shop.member()];
    const group = await shop.define({
      leaderboardEnabled: true,
      targets: [
        shop.target({ milestones: [{ triggerName: "Half", valueType: "PERCENTAGE", triggerValue: 50 }] }),
      ],
    });
    await shop.buy(ana.externalId, 200);
    await shop.buy(ana.externalId, 100.5);
    await shop.buy(ben.externalId, 50);
    expect(await progressOf(ana.id, group.name)).toMatchObject([
      {
        targetRuleId: group.targets[0].id,
        periodRefCode: "Cycle_1",
        periodStartDate: "2026-01-01",
        periodEndDateWithTimeStamp: "2026-01-31T23:59:59+00:00",
        currentPeriod: true,
        targetValue: 300,
        targetAchievedValue: 300.5,
        enrollmentType: "TRANSACTION",
        targetAchievedDateTime: "2026-01-20T12:00:00+00:00",
        milestones: [{ triggerName: "Half", triggerValue: 150, isAchieved: true }],
      },
    ]);
    const target = group.targets[0].id;
    const events = await shop.call(
      "GET",
      `/v3/users/${ana.id}/trackedTargetEvents/${target}?limit=1&offset=1`,
    );
    expect(events.body.data).toMatchObject([
      { eventLogId: 1_000_002, eventName: "ADD_TRANSACTION", targetValue: 100.5, targetGroupId: group.id },
    ]);
    const board = `/api_gateway/intouch-api-v3/v3.1/leaderboards`;
    const top = await shop.call("GET", `${board}/targetGroups/${group.id}?targetId=${target}`);
    expect(top.body.data.rankings).toMatchObject([
      { rank: 1, userId: ana.id, achievedValue: 300.5 },
      { rank: 2, userId: ben.id, achievedValue: 50 },
    ]);
    const place = await shop.call(
      "GET",
      `${board}/user/${ben.id}?targetGroupId=${group.id}&targetRuleId=${target}`,
    );
    expect(place.body.data.userRanks).toMatchObject([
      { rank: 2, totalUsersInTargetGroup: 2, achievedValue: 50 },
    ]);
    const enrolled = await shop.call("GET", `/v3/users/${ben.id}/enrolledTargets?targetRuleIds=${target}`);
    expect(enrolled.body.data).toMatchObject([{ targetRuleId: target, targetAchievedValue: 50 }]);
    const imported = await shop.call("GET", `/v3/users/${ben.id}/enrolledTargets?enrollmentType=IMPORT`);
    expect(imported.body.data).toEqual([]);
  });

  test("is enrolled by call from a period on, leaves, and comes back", async () => {
    const { id, externalId } = await shop.member();
    const group = await shop.define({ targets: [shop.target({ enrolmentMethod: "IMPORT" })] });
    await shop.buy(externalId, 10);
    expect(await progressOf(id, group.name)).toBeUndefined();
    const item = { customerId: id, periodName: "Cycle_1", initialBalance: 25 };
    const first = await shop.call("POST", urlOf(group, "enroll"), [
      item,
      { ...item, customerId: 999_999_999 },
    ]);
    expect(first.body).toMatchObject({ data: [id], errors: [{ code: 310011 }] });
    await shop.buy(externalId, 10);
    expect(await progressOf(id, group.name)).toMatchObject([{ targetAchievedValue: 35 }]);
    const again = await shop.call("POST", urlOf(group, "enroll"), [item]);
    expect(again.body).toMatchObject({ data: [], errors: [{ code: 310119 }] });
    const left = await shop.call("POST", urlOf(group, "unEnroll"), [{ customerId: id }]);
    expect(left.body).toMatchObject({ data: [id], errors: [] });
    const twice = await shop.call("POST", urlOf(group, "unEnroll"), [{ customerId: id }]);
    expect(twice.body.errors[0].code).toBe(310149);
    await shop.buy(externalId, 10);
    const back = await shop.call("POST", urlOf(group, "enroll"), [{ customerId: id, periodName: "Cycle_1" }]);
    expect(back.body.data).toEqual([id]);
    await shop.buy(externalId, 1);
    expect(await progressOf(id, group.name)).toMatchObject([{ targetAchievedValue: 36 }]);
    const events = await shop.call("GET", `/v3/users/${id}/trackedTargetEvents/${group.targets[0].id}`);
    expect(events.body.data.map((event: Json) => event.eventName)).toEqual([
      "ENROL",
      "ADD_TRANSACTION",
      "UNENROL",
      "ENROL",
      "ADD_TRANSACTION",
    ]);
    for (const [body, code] of [
      [[{ customerId: id, periodName: "Cycle_9" }], 310019],
      [[], 300004],
      [[{ customerId: "x" }], 300004],
    ] as const)
      expect((await shop.call("POST", urlOf(group, "enroll"), body)).body.errors[0].code).toBe(
        code === 310019 ? 310119 : code,
      );
  });

  test("of a streak begins afresh when it is asked for", async () => {
    const { id, externalId } = await shop.member();
    const group = await shop.define({
      trackingType: "STREAK",
      targets: [
        shop.target({
          defaultValues: [{ defaultValue: 5 }],
          streaks: [{ name: "One", targetCountOfSequence: 1 }],
        }),
      ],
    });
    await shop.buy(externalId, 10);
    expect((await progressOf(id, group.name))[0].streaks).toMatchObject([
      { streakName: "One", status: "ACHIEVED", currentCount: 1 },
    ]);
    await shop.call("POST", urlOf(group, "unEnroll"), [{ customerId: id }]);
    await shop.call("POST", urlOf(group, "enroll"), [
      { customerId: id, resetStreakStatus: true, initialBalance: 0 },
    ]);
    expect((await progressOf(id, group.name))[0].streaks).toMatchObject([
      { status: "IN_PROGRESS", currentCount: 0 },
    ]);
    await shop.events();
    await shop.buy(externalId, 10);
    expect((await shop.events()).map(({ type }) => type)).toContain("streak.level_achieved");
  });
});

test("leaderboards are of fixed periods, and where they are wanted", async () => {
  const { id } = await shop.member();
  const plain = await shop.define();
  const cyclic = await shop.define({ targetEvaluationType: "CYCLIC_WINDOW", leaderboardEnabled: true });
  const base = "/api_gateway/intouch-api-v3/v3.1/leaderboards";
  for (const [group, code] of [
    [plain, 310133],
    [cyclic, 310132],
  ] as const) {
    const top = await shop.call("GET", `${base}/targetGroups/${group.id}?targetId=${group.targets[0].id}`);
    expect(top.body.errors[0].code).toBe(code);
  }
  expect((await shop.call("GET", `${base}/targetGroups/${plain.id}`)).body.errors[0].code).toBe(300004);
  await shop.setting("CONF_TARGET_LEADERBOARDS", "1");
  const now = await shop.call("GET", `${base}/targetGroups/${plain.id}?targetId=${plain.targets[0].id}`);
  expect(now.body.data.rankings).toEqual([]);
  const query = `targetGroupId=${plain.id}&targetRuleId=${plain.targets[0].id}`;
  const elsewhere = await shop.call("GET", `${base}/user/${id}?${query}&orgId=999999999`);
  expect(elsewhere.body.errors[0].code).toBe(71106);
});

test("members and targets of another organisation are not found, and nothing is done without permission", async () => {
  const { id } = await shop.member();
  const group = await shop.define();
  const other = { authorization: shop.other.authorization };
  const reader = await shop.tillWith(["Program:read"]);
  for (const [method, url, body] of [
    ["GET", `/v3/users/${id}/targetGroups`],
    ["GET", `/v3/users/${id}/enrolledTargets`],
    ["GET", `/v3/users/${id}/trackedTargetEvents/${group.targets[0].id}`],
    ["POST", urlOf(group, "enroll"), [{ customerId: id }]],
    ["POST", urlOf(group, "unEnroll"), [{ customerId: id }]],
    ["GET", `/api_gateway/intouch-api-v3/v3.1/users/${id}/targetGroups`],
    ["GET", `/api_gateway/intouch-api-v3/v3.1/leaderboards/targetGroups/${group.id}?targetId=1`],
  ] as const) {
    expect([url, (await shop.call(method, url, body, other)).status]).toEqual([url, 404]);
    expect([url, (await shop.call(method, url, body, reader)).status]).toEqual([url, 403]);
  }
});

test("the end of a period is told once to all who took part, whoever runs the job", async () => {
  const [ana, ben] = [await shop.member(), await shop.member()];
  const group = await shop.define({ targets: [shop.target({ defaultValues: [{ defaultValue: 100 }] })] });
  await shop.buy(ana.externalId, 150);
  await shop.call("POST", urlOf(group, "enroll"), [{ customerId: ben.id, periodName: "Cycle_1" }]);
  shop.clock.set(new Date("2026-02-01T00:30:00Z"));
  await shop.events();
  const { app } = shop;
  const parts = {
    ...{ db: app.db, clock: shop.clock, log: createLog("silent"), targets: app.loyalty.targets },
    ...{ publish: app.events.publish, membersAtOnce: 1 },
  };
  await Promise.all([
    completePeriodsOf(parts, [shop.shop.orgId]),
    completePeriodsOf(parts, [shop.shop.orgId]),
  ]);
  await completePeriodsOf(parts, [shop.shop.orgId]);
  const told = (await shop.events()).filter(
    ({ type, payload }) => type === "target.period_completed" && payload.groupId === group.id,
  );
  expect(told.map(({ partyId, payload }) => [partyId, payload.achieved, payload.isAchieved]).sort()).toEqual([
    [ana.id, "150", true],
    [ben.id, "0", false],
  ]);
});
