import { afterAll, beforeAll, expect, test } from "vitest";
import { createTiersApp, type TiersApp } from "../http/tiers-shop.ts";

let shop: TiersApp;
beforeAll(async () => {
  shop = await createTiersApp();
});
afterAll(async () => {
  await shop.app.dispose();
});

/** Lives every day up to one, with the jobs of each; answers what happened to tiers, with the day on which it did. */
const liveUntil = async (day: string): Promise<string[]> => {
  const until = Date.parse(`${day}T12:00:00Z`);
  const lines: string[] = [];
  for (;;) {
    const told = await shop.events();
    lines.push(
      ...told
        .filter(({ type }) => type.startsWith("tier.") || type === "transaction.added")
        .map(({ type, occurredAt, payload: { from, to, expiresAt } }) => {
          const on = occurredAt.toISOString().slice(0, 10);
          if (type === "transaction.added") return `${on} ${type}`;
          const end =
            typeof expiresAt === "number" ? new Date(expiresAt).toISOString().slice(0, 10) : "never";
          return `${on} ${type} ${from}→${to} ends ${end}`;
        }),
    );
    if (shop.clock.now().getTime() >= until) return lines;
    shop.clock.advance(shop.DAY);
    await shop.work();
  }
};

test("a customer's two years: upgraded, renewed, reminded, downgraded, lapsed, and back again", async () => {
  const { id, externalId } = await shop.member();
  const ana = (amount: number) => shop.buy(externalId, amount);
  await shop.events();

  await ana(600);
  expect(await liveUntil("2026-03-05")).toEqual([
    "2026-01-20 transaction.added",
    "2026-01-20 tier.upgraded 1→2 ends 2026-07-20",
  ]);

  await ana(1500);
  expect(await liveUntil("2026-04-10")).toEqual([
    "2026-03-05 transaction.added",
    "2026-03-05 tier.upgraded 2→3 ends 2026-09-05",
  ]);

  // Three visits of little: they renew by the second condition, on the last day of September.
  await ana(10);
  const visits = ["2026-04-10 transaction.added"];
  expect(await liveUntil("2026-06-10")).toEqual(visits);
  await ana(10);
  expect(await liveUntil("2026-08-10")).toEqual(["2026-06-10 transaction.added"]);
  await ana(10);
  expect(await liveUntil("2027-01-15")).toEqual([
    "2026-08-10 transaction.added",
    "2026-08-31 tier.downgrade_due 3→3 ends 2026-09-05",
    "2026-09-23 tier.downgrade_due 3→3 ends 2026-09-05",
    "2026-09-30 tier.renewed 3→3 ends 2027-03-05",
  ]);
  expect((await shop.tier(id)).tierSince.toISOString().slice(0, 10)).toBe("2026-03-05");

  // Nothing of the half-year counts any more; what is left is too little.
  await ana(100);
  expect(await liveUntil("2027-06-01")).toEqual([
    "2027-01-15 transaction.added",
    "2027-03-01 tier.downgrade_due 3→3 ends 2027-03-05",
    "2027-03-24 tier.downgrade_due 3→3 ends 2027-03-05",
    "2027-03-31 tier.downgraded 3→2 ends 2027-09-30",
  ]);

  // The last day of September is over before it is judged.
  expect(await liveUntil("2028-01-20")).toEqual([
    "2027-09-01 tier.downgrade_due 2→2 ends 2027-09-30",
    "2027-09-24 tier.downgrade_due 2→2 ends 2027-09-30",
    "2027-10-01 tier.downgraded 2→1 ends never",
  ]);
  expect((await shop.tier(id)).tierExpiresAt).toBeNull();

  // Lifetime purchases stand for ever: the next bill brings her back to the highest tier that they reach.
  await ana(1);
  expect(await liveUntil("2028-01-21")).toEqual([
    "2028-01-20 transaction.added",
    "2028-01-20 tier.upgraded 1→3 ends 2028-07-20",
  ]);

  const { body } = await shop.get(`/api/customers/${id}/tier-changes`, await shop.user("care_agent"));
  expect(
    body.items.map(
      ({ from, to, reason }: { from: { name: string } | null; to: { name: string }; reason: string }) => [
        from?.name ?? null,
        to.name,
        reason,
      ],
    ),
  ).toEqual([
    ["Member", "Gold", "upgrade"],
    ["Silver", "Member", "downgrade"],
    ["Gold", "Silver", "downgrade"],
    ["Gold", "Gold", "renewal"],
    ["Silver", "Gold", "upgrade"],
    ["Member", "Silver", "upgrade"],
    [null, "Member", "joined"],
  ]);
  expect((await shop.app.verify()).findings).toEqual([]);
}, 240_000);
