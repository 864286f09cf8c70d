import { afterAll, beforeAll, expect, test } from "vitest";
import { expireOrganisations } from "#ledger";
import { createLog } from "#platform";
import { createTiersApp, TIERED, type TiersApp } from "./tiers-shop.ts";

let shop: TiersApp;
beforeAll(async () => {
  shop = await createTiersApp({
    ...TIERED,
    expiry: { kind: "tier_end" },
    downgrade: { ...TIERED.downgrade!, extendPoints: true },
  });
});
afterAll(async () => {
  expect(await shop.sound()).toEqual([]);
  await shop.app.dispose();
});

const endsOf = async (customerId: number): Promise<(string | null)[]> => {
  const agent = await shop.user("care_agent");
  const { body } = await shop.get(`/api/customers/${customerId}/lots`, agent);
  return body.items.map(({ expiresAt }: { expiresAt: string | null }) => expiresAt?.slice(0, 10) ?? null);
};

/** A night: tiers are judged, and what ended goes. */
const night = async (): Promise<void> => {
  await shop.work();
  const { db, ids, events } = shop.app;
  const parts = { db, ids, clock: shop.clock, log: createLog("silent"), publish: events.publish };
  await expireOrganisations(parts, [shop.shop.orgId], async () => "Europe/London");
};

test("points live as long as the tier, and go on with the next one", async () => {
  const { id, externalId } = await shop.member();
  // The base tier does not end, nor do its points.
  await shop.buy(externalId, 100);
  expect(await endsOf(id)).toEqual([null]);

  // An upgrade gives all of them the end of the new tier, or rather of the month in which it is looked at.
  await shop.buy(externalId, 600);
  expect(await endsOf(id)).toEqual(["2026-07-31", "2026-07-31"]);

  // By hand it is the same.
  const moved = await shop.post(
    `/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=id&identifierValue=${id}`,
    {
      programId: shop.shop.programId,
      slabAction: "EXTEND_CURRENT_TIER_EXPIRY_DATE",
      manualSlabActionValidity: "SPECIFIC_DATE",
      manualSlabActionValidityUpto: "2026-08-10",
    },
  );
  expect(moved.status, moved.text).toBe(200);
  expect(await endsOf(id)).toEqual(["2026-08-31", "2026-08-31"]);

  // The tier ends before its points do; on the last day of the month the member goes down, and they stay.
  shop.until("2026-08-15");
  await night();
  expect(await endsOf(id)).toHaveLength(2);
  shop.until("2026-08-31");
  await night();
  expect((await shop.tier(id)).tierNumber).toBe(1);
  expect(await endsOf(id)).toEqual([null, null]);
});

test("without an extension they go with the tier", async () => {
  const { downgrade } = TIERED;
  await shop.publish({
    ...TIERED,
    expiry: { kind: "tier_end" },
    downgrade: { ...downgrade!, check: "daily" },
  });
  const { id, externalId } = await shop.member();
  await shop.buy(externalId, 600);
  const [end] = await endsOf(id);
  expect(end).toBe("2027-02-28");
  shop.until("2027-03-01");
  await shop.events();
  await night();
  const gone = (await shop.events()).filter(
    ({ partyId, type }) => partyId === id && type === "points.expired",
  );
  expect(gone).toMatchObject([{ payload: { amount: 6000 } }]);
});

test("an extension of nothing is refused", async () => {
  const definition = { ...TIERED, downgrade: { ...TIERED.downgrade!, extendPoints: true } };
  const { problems } = await shop.app.loyalty.saveDraft(shop.author, shop.shop.programId, definition);
  expect(problems).toMatchObject([{ path: "downgrade.extendPoints" }]);
});
