import { afterAll, beforeAll, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { remindOfExpiry } from "../../src/ledger/index.ts";
import { daysOf } from "../../src/orgs/index.ts";
import { createPointsApp, type Json, type PointsApp } from "./points-shop.ts";

const SETTING = "CONF_POINTS_EXPIRY_REMINDER_DAYS";

let shop: PointsApp;
let admin: Record<string, string>;
beforeAll(async () => {
  shop = await createPointsApp();
  admin = { ...(await signInUser(shop.app.identity, shop.shop.organisation, "admin")).headers };
});
afterAll(() => shop.app.dispose());

const setTo = (value: unknown, headers = admin) => shop.put(`/api/settings/${SETTING}`, { value }, headers);

test("an administrator says how many days before; what is no list of days is refused with the setting's name", async () => {
  for (const value of ["a week", "0", "30;7", "400", true]) {
    const { status, body } = await setTo(value);
    expect([value, status, body.error.field]).toEqual([value, 400, "value"]);
    expect(body.error.message).toContain(SETTING);
  }
  expect((await setTo("7", { ...shop.agent })).status).toBe(403);
  expect((await setTo("7, 30")).body).toMatchObject({ key: SETTING, value: "30,7", isOwn: true });
});

test("a reminder is told to those who listen and shows nowhere else", async () => {
  await setTo("30,7");
  const { id } = await shop.member([50, 5], [20, 5], [9, null]);
  const pages = [`/api/customers/${id}/timeline?limit=100`, `/api/customers/${id}/balances`];
  const read = () => Promise.all(pages.map(async (url) => (await shop.get(url, shop.agent)).body as Json));
  const before = await read();
  const told: Json[] = [];
  shop.app.events.subscribe(async (_, events) => {
    told.push(...events.filter(({ type }) => type.startsWith("points.expiry")));
  });
  const { app } = shop;
  const organisation = await app.orgs.get(shop.shop.orgId);
  const days = daysOf(organisation.setting(SETTING) ?? "") ?? [];
  expect(days).toEqual([30, 7]);
  // The member's points came today, five days before they expire: of those that are given so late no reminder is due.
  const parts = { db: app.db, clock: app.clock, publish: app.events.publish };
  expect(await remindOfExpiry(parts, organisation.id, { zone: organisation.timeZone, days })).toBe(0);
  expect(await remindOfExpiry(parts, organisation.id, { zone: organisation.timeZone, days: [5] })).toBe(1);
  await app.events.drain();
  expect(told).toMatchObject([
    {
      orgId: organisation.id,
      partyId: id,
      type: "points.expiry_reminder",
      payload: {
        programId: shop.shop.programId,
        currencyId: 0,
        category: 1,
        amount: 70_000,
        expiresOn: "2026-01-25",
        daysBefore: 5,
      },
    },
  ]);
  expect(await read()).toEqual(before);
});
