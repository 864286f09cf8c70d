import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixedClock } from "#platform";
import { type SignedInUser, signInUser } from "../../src/identity/testing.ts";
import { starterDefinition } from "../../src/loyalty/testing.ts";
import { createTestApp, createTestShop, type TestApp, type TestShop } from "../support/app.ts";
import { call } from "./access-server.ts";

const clock = fixedClock(new Date("2026-03-04T10:00:00Z"));

let app: TestApp;
let shop: TestShop;
let marketer: SignedInUser;
let agent: SignedInUser;
let stranger: SignedInUser;
let path: string;

/** Version 1 is the starter; version 2 has another threshold for Gold. */
beforeAll(async () => {
  app = await createTestApp({ clock });
  shop = await createTestShop(app);
  marketer = await signInUser(app.identity, shop.organisation, "marketer");
  agent = await signInUser(app.identity, shop.organisation, "care_agent");
  const other = await createTestShop(app);
  stranger = await signInUser(app.identity, other.organisation, "owner");
  path = `/api/programs/${shop.programId}`;
  clock.advance(60_000);
  await app.loyalty.saveDraft({ orgId: shop.orgId, name: "Mia" }, shop.programId, withGold(2500));
  await app.loyalty.publish({ orgId: shop.orgId, name: "Mia" }, shop.programId);
});
afterAll(() => app.dispose());

const withGold = (threshold: number) => {
  const definition = starterDefinition();
  return {
    ...definition,
    tiers: definition.tiers.map((tier) => (tier.number === 3 ? { ...tier, threshold } : tier)),
  };
};
const get = (url: string, who: SignedInUser = marketer) => call(app.server, "GET", url, who.headers);
const post = (url: string, body: unknown, who: SignedInUser = marketer) =>
  call(app.server, "POST", url, who.headers, body);

describe("comparing versions", () => {
  test("tells what changed, in sentences, and when and by whom each was published", async () => {
    const { status, body } = await get(`${path}/compare?from=1&to=2`);
    expect(status).toBe(200);
    expect(body).toEqual({
      from: {
        version: 1,
        at: "2026-03-04T10:00:00+00:00",
        by: "test",
        effectiveFrom: "2026-03-04T10:00:00+00:00",
      },
      to: {
        version: 2,
        at: "2026-03-04T10:01:00+00:00",
        by: "Mia",
        effectiveFrom: "2026-03-04T10:01:00+00:00",
      },
      groups: [
        {
          name: "Tiers",
          changes: [
            {
              kind: "changed",
              path: "tiers[2].threshold",
              sentence: "Tier 3 (Gold): threshold changes from 2000 to 2500.",
            },
          ],
        },
      ],
      total: 1,
    });
    expect((await get(`${path}/compare?from=2&to=2`)).body).toMatchObject({ groups: [], total: 0 });
  });

  test("takes the draft as a side, whatever it holds", async () => {
    await app.loyalty.saveDraft({ orgId: shop.orgId, name: "Mia" }, shop.programId, { tiers: "none" });
    const { body } = await get(`${path}/compare?from=2&to=draft`);
    expect(body.to).toEqual({
      version: null,
      at: "2026-03-04T10:01:00+00:00",
      by: null,
      effectiveFrom: null,
    });
    expect(body.groups[0].name).toBe("Tiers");
    await app.db.transaction(shop.orgId, (tx) =>
      tx.run({
        name: "give_up_draft",
        text: "/* loyalty.test */ update loyalty.programs set draft = null where id = $1",
        values: [shop.programId],
      }),
    );
  });

  test("refuses versions that are none, and needs its right", async () => {
    const code = async (url: string, who = marketer) => {
      const { status, body } = await get(url, who);
      return [status, body.error.number, body.error.field];
    };
    expect(await code(`${path}/compare?from=1&to=3`)).toEqual([404, 71030, undefined]);
    expect(await code(`${path}/compare?from=first&to=2`)).toEqual([400, 71031, "from"]);
    expect(await code(`${path}/compare?from=1&to=0`)).toEqual([400, 71031, "to"]);
    expect(await code(`${path}/compare?from=1&to=draft`)).toEqual([404, 71032, undefined]);
    expect((await get(`${path}/compare?from=1`)).status).toBe(400);
    expect(await code("/api/programs/999/compare?from=1&to=2")).toEqual([404, 8089, undefined]);
    expect(await code(`${path}/compare?from=1&to=2`, stranger)).toEqual([404, 8089, undefined]);
    expect((await call(app.server, "GET", `${path}/compare?from=1&to=2`, {})).status).toBe(401);
  });
});

describe("going back to a version", () => {
  test("shows it as it was published", async () => {
    const { status, body } = await get(`${path}/versions/1`, agent);
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 1, by: "test", definition: starterDefinition() });
    expect((await get(`${path}/versions/9`)).body).toMatchObject({ error: { number: 71030 } });
    expect((await get(`${path}/versions/one`)).status).toBe(404);
    expect((await get(`${path}/versions/1`, stranger)).status).toBe(404);
  });

  test("makes it the draft, which is published as the next version", async () => {
    const made = await post(`${path}/versions/1/draft`, {});
    expect(made).toMatchObject({ status: 200, body: { definition: starterDefinition(), problems: [] } });
    expect((await get(`${path}/compare?from=1&to=draft`)).body.total).toBe(0);
    const at = "2026-04-01T00:00:00+01:00";
    const published = await post(`${path}/publish`, { effectiveFrom: at });
    expect(published.body).toMatchObject({ publishedVersion: 3, draft: null });
    expect(published.body.versions[0]).toMatchObject({ version: 3, effectiveFrom: at });
    expect((await get(`${path}/compare?from=1&to=3`)).body.total).toBe(0);
  });

  test("gives up a draft only when told to", async () => {
    await app.loyalty.saveDraft({ orgId: shop.orgId, name: "Mia" }, shop.programId, withGold(9000));
    expect(await post(`${path}/versions/2/draft`, {})).toMatchObject({
      status: 409,
      body: { error: { number: 71033, field: "replace" } },
    });
    expect((await get(path)).body.draft.tiers[2].threshold).toBe(9000);
    expect((await post(`${path}/versions/2/draft`, { replace: true })).status).toBe(200);
    expect((await get(path)).body.draft.tiers[2].threshold).toBe(2500);
  });

  test("refuses bad input, needs the right to write, and sees no other organisation's", async () => {
    expect((await post(`${path}/versions/8/draft`, {})).body).toMatchObject({ error: { number: 71030 } });
    expect((await post(`${path}/versions/1/draft`, { replace: "perhaps" })).status).toBe(400);
    expect((await post(`${path}/versions/1/draft`, { other: 1 })).status).toBe(400);
    expect((await post(`${path}/versions/1/draft`, {}, agent)).status).toBe(403);
    expect((await post(`${path}/versions/1/draft`, {}, stranger)).status).toBe(404);
  });
});
