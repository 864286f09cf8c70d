import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endTiersOf, moveTiersOf } from "#loyalty";
import { sql } from "#platform";
import type { Json } from "./points-shop.ts";
import { createTiersApp, TIERED, type TiersApp } from "./tiers-shop.ts";

let shop: TiersApp;
beforeAll(async () => {
  shop = await createTiersApp();
});
afterAll(async () => {
  expect(await shop.sound()).toEqual([]);
  await shop.app.dispose();
});

const URL = (externalId: string) =>
  `/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=externalId&identifierValue=${externalId}`;
const upgrade = (changes: object = {}) => ({
  programId: shop.shop.programId,
  slabAction: "UPGRADE",
  toSlabName: "Gold",
  manualSlabActionValidity: "FIXED_DURATION",
  manualSlabActionValidityUpto: 30,
  slabChangeReason: "A friend of the house",
  ...changes,
});
const codeOf = ({ body }: { body: Json }): number => body.errors?.[0]?.code ?? body.status?.code ?? 0;

describe("POST /v2/slab/manualSlabAdjustment", () => {
  test("moves up, and answers as documented", async () => {
    const { id, externalId } = await shop.member();
    await shop.events();
    const { status, body } = await shop.post(URL(externalId), upgrade());
    expect(status).toBe(200);
    expect(body).toEqual({
      programId: shop.shop.programId,
      entityId: id,
      sideEffects: [
        {
          entityType: "USER",
          type: "slab",
          previousSlabName: "Member",
          previousSlabNumber: 1,
          upgradedSlabName: "Gold",
          upgradedSlabNumber: 3,
          slabExpiryDate: "19th Feb, 2026",
        },
      ],
      warnings: [],
    });
    expect(await shop.events()).toMatchObject([
      {
        type: "tier.upgraded",
        partyId: id,
        payload: { from: 1, to: 3, upgradeType: "MANUAL", notes: "A friend of the house" },
      },
    ]);
    const details = await shop.get(`/v2/customers/${id}/tierDetails`);
    expect(details.body).toMatchObject({ currentTierSerialNumber: 3, nextTierSerialNumber: -1 });
    const history = await shop.get(`/api/customers/${id}/tier-changes`, shop.agent);
    expect(history.body.items[0]).toMatchObject({
      reason: "manual upgrade",
      notes: "A friend of the house",
      upgradeType: "MANUAL",
      expiresAt: "2026-02-19T23:59:59+00:00",
    });
  });

  test("by strategy, on a date, to the current end; renewed and extended", async () => {
    const { id, externalId } = await shop.member();
    const endAfter = async (body: object) => {
      const answer = await shop.post(URL(externalId), upgrade(body));
      expect(answer.status, answer.text).toBe(200);
      return (await shop.tier(id)).tierExpiresAt?.toISOString().slice(0, 19) ?? null;
    };
    const strategy = { manualSlabActionValidity: "AS_PER_TIER_STRATEGY", manualSlabActionValidityUpto: "" };
    expect(await endAfter({ ...strategy, toSlabName: "silver" })).toBe("2026-07-20T22:59:59");
    expect(
      await endAfter({
        manualSlabActionValidity: "CURRENT_TIER_EXPIRY_DATE",
        manualSlabActionValidityUpto: null,
      }),
    ).toBe("2026-07-20T22:59:59");
    expect(await endAfter({ ...strategy, slabAction: "RENEWAL" })).toBe("2027-01-20T23:59:59");
    const date = { manualSlabActionValidity: "SPECIFIC_DATE", manualSlabActionValidityUpto: "2026-12-24" };
    expect(await endAfter({ ...date, slabAction: "EXTEND_CURRENT_TIER_EXPIRY_DATE" })).toBe(
      "2026-12-24T23:59:59",
    );
    expect(await endAfter({ ...strategy, slabAction: "DOWNGRADE", toSlabName: "Member" })).toBeNull();
    // In the base tier only the date changes.
    expect(await endAfter({ ...date, slabAction: "RENEWAL" })).toBe("2026-12-24T23:59:59");
    expect((await shop.tier(id)).tierNumber).toBe(1);
  });

  test.each<[string, number, object]>([
    ["a program that is not there", 1101, { programId: 999_999 }],
    ["no program", 1101, { programId: undefined }],
    ["no action", 8917, { slabAction: undefined }],
    ["another action", 8917, { slabAction: "PROMOTE" }],
    ["no validity", 8920, { manualSlabActionValidity: "" }],
    ["another validity", 8920, { manualSlabActionValidity: "FOREVER" }],
    ["days that are none", 8921, { manualSlabActionValidityUpto: "soon" }],
    ["no days", 8921, { manualSlabActionValidityUpto: undefined }],
    [
      "a date that is none",
      8921,
      { manualSlabActionValidity: "SPECIFIC_DATE", manualSlabActionValidityUpto: "2026-02-30" },
    ],
    [
      "a date in the past",
      8921,
      { manualSlabActionValidity: "SPECIFIC_DATE", manualSlabActionValidityUpto: "2026-01-19" },
    ],
    ["days where none belong", 8921, { manualSlabActionValidity: "AS_PER_TIER_STRATEGY" }],
    ["no tier", 8923, { toSlabName: undefined }],
    ["an unknown tier", 8923, { toSlabName: "Platinum" }],
    ["a tier that is not higher", 8925, { toSlabName: "Member" }],
    ["a tier that is not lower", 8925, { slabAction: "DOWNGRADE" }],
    ["a flag that is none", 400, { reassessTierOnNextActivity: "maybe" }],
    ["a long reason", 400, { slabChangeReason: "x".repeat(256) }],
  ])("refuses %s with %d", async (_, code, changes) => {
    const { id, externalId } = await shop.member();
    const answer = await shop.post(URL(externalId), upgrade(changes));
    expect([answer.status, codeOf(answer)], answer.text).toEqual([400, code]);
    expect((await shop.tier(id)).changeNo).toBe(1);
  });

  test.each<[string, number, string]>([
    ["no source", 8003, "/v2/slab/manualSlabAdjustment?identifierName=externalId&identifierValue=M1"],
    [
      "another source",
      8003,
      "/v2/slab/manualSlabAdjustment?source=SHOP&identifierName=externalId&identifierValue=M1",
    ],
    [
      "another identifier",
      8013,
      "/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=email&identifierValue=M1",
    ],
    [
      "an unknown customer",
      8015,
      "/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=externalId&identifierValue=Zz",
    ],
    [
      "a group",
      1212,
      `${"/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=externalId&identifierValue=M1"}&type=USERGROUP2`,
    ],
  ])("refuses %s with %d", async (_, code, url) => {
    expect(codeOf(await shop.post(url, upgrade()))).toBe(code);
  });

  test("needs the permission, and the organisation", async () => {
    const { id, externalId } = await shop.member();
    const reader = await shop.tillWith(["Points:read", "Customer:read"]);
    expect((await shop.post(URL(externalId), upgrade(), reader)).status).toBe(403);
    const strange = { authorization: shop.other.authorization };
    expect(codeOf(await shop.post(URL(externalId), upgrade(), strange))).toBe(8015);
    const url = `/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=id&identifierValue=${id}`;
    expect(codeOf(await shop.post(url, upgrade(), strange))).toBe(8015);
  });

  test("happens once for an Idempotency-Key", async () => {
    const { id, externalId } = await shop.member();
    const keyed = { ...shop.till, "idempotency-key": `once-${id}` };
    const silver = upgrade({ toSlabName: "Silver" });
    const first = await shop.post(URL(externalId), silver, keyed);
    const second = await shop.post(URL(externalId), silver, keyed);
    expect(second.text).toBe(first.text);
    expect((await shop.tier(id)).changeNo).toBe(2);
    expect((await shop.post(URL(externalId), upgrade(), keyed)).status).toBe(409);
  });

  test("of two tills at once both happen, one after the other", async () => {
    const { id, externalId } = await shop.member();
    const answers = await Promise.all([
      shop.post(URL(externalId), upgrade({ toSlabName: "Silver" })),
      shop.post(URL(externalId), upgrade({ toSlabName: "Silver" })),
      shop.buy(externalId, 100),
    ]);
    // Whoever is second finds Silver already.
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 400]);
    expect(await shop.tier(id)).toMatchObject({ tierNumber: 2, changeNo: 2, transactionCount: 1 });
  });

  test("reassessed by the next activity, or standing until it ends", async () => {
    const [one, two] = [await shop.member(), await shop.member()];
    await shop.post(URL(one.externalId), upgrade({ reassessTierOnNextActivity: true }));
    await shop.post(URL(two.externalId), upgrade());
    for (const { externalId } of [one, two]) await shop.buy(externalId, 600);
    expect([(await shop.tier(one.id)).tierNumber, (await shop.tier(two.id)).tierNumber]).toEqual([2, 3]);
  });
});

describe("the console's adjustment", () => {
  test("is previewed, and then done", async () => {
    const { id } = await shop.member();
    const body = {
      programId: shop.shop.programId,
      action: "UPGRADE",
      toTier: "Silver",
      validity: "AS_PER_TIER_STRATEGY",
      reason: "Complaint",
    };
    const url = `/api/customers/${id}/tier-adjustments`;
    const expected = {
      from: { number: 1, name: "Member" },
      to: { number: 2, name: "Silver" },
      expiresAt: "2026-07-20T23:59:59+01:00",
    };
    expect((await shop.post(`${url}/preview`, body, shop.agent)).body).toMatchObject(expected);
    expect((await shop.tier(id)).changeNo).toBe(1);
    expect((await shop.post(url, body, shop.agent)).body).toMatchObject(expected);
    expect((await shop.tier(id)).tierNumber).toBe(2);
    const wrong = await shop.post(`${url}/preview`, { ...body, toTier: "Tin" }, shop.agent);
    expect([wrong.status, wrong.body.error?.number ?? wrong.body.number]).toEqual([400, 8923]);
    expect((await shop.post(url, body, await shop.user("marketer"))).status).toBe(403);
    const stranger = await shop.user("care_agent", shop.other);
    for (const path of [url, `${url}/preview`])
      expect((await shop.post(path, body, stranger)).status).toBeGreaterThanOrEqual(400);
  });
});

describe("gaps", () => {
  test("to the next tier and to the renewal, with embed=mlp", async () => {
    const { id, externalId } = await shop.member();
    await shop.buy(externalId, 600);
    const url = `/v2/customers/${id}?source=INSTORE`;
    const { body } = await shop.get(`${url}&embed=mlp&gapToUpgrade=0&gapToRenew=0`);
    expect(body.upgradeStrategies).toEqual([
      {
        upgrade_based_on: "CUMULATIVE_PURCHASES",
        upgradeThreshold: 2000,
        customerUpgradeEntityValues: [
          { currentValue: 600, gapToUpgrade: 1400, valueValidUpto: "2126-01-20" },
        ],
      },
    ]);
    expect(body.gapToRenewSummary).toEqual([
      {
        tierExpiryDate: "2026-07-20",
        renewConfirmed: false,
        renewStrategies: [
          {
            renewBasedOn: "PURCHASE",
            trackerEntityIdentifiers: [],
            renewThreshold: 200,
            customerRenewEntityValue: 0,
            customerGapToRenewValue: 200,
          },
        ],
      },
    ]);
    const plain = await shop.get(`${url}&embed=mlp`);
    expect(plain.body.upgradeStrategies).toBeUndefined();
    const without = await shop.get(`${url}&gapToUpgrade=3`);
    expect(without.body.warnings).toMatchObject([{ message: expect.stringContaining("embed=mlp") }]);
    expect(codeOf(await shop.get(`${url}&embed=mlp&gapToRenew=-1`))).toBe(400);
    const base = await shop.member();
    const low = await shop.get(`/v2/customers/${base.id}?source=INSTORE&embed=mlp&gapToRenew=0`);
    expect(low.body.gapToRenewSummary).toBeUndefined();
  });
});

describe("tiers that end", () => {
  test("are judged once, however often and by however many, also after a kill", async () => {
    const members = await Promise.all(Array.from({ length: 5 }, () => shop.member()));
    for (const { externalId } of members) await shop.buy(externalId, 600);
    const now = shop.clock.now();
    shop.until("2026-07-31");
    await shop.events();
    // Killed in the third of its transactions.
    let publications = 0;
    const dying = {
      ...shop.jobParts,
      membersAtOnce: 1,
      publish: async (...args: Parameters<typeof shop.jobParts.publish>) => {
        publications += 1;
        if (publications === 3) throw new Error("killed");
        await shop.jobParts.publish(...args);
      },
    };
    await expect(endTiersOf(dying, [shop.shop.orgId])).rejects.toThrow("killed");
    const half = (await shop.events()).filter(({ type }) => type === "tier.downgraded");
    expect(half).toHaveLength(2);
    await Promise.all([
      endTiersOf({ ...shop.jobParts, membersAtOnce: 2 }, [shop.shop.orgId]),
      endTiersOf({ ...shop.jobParts, membersAtOnce: 3 }, [shop.shop.orgId]),
    ]);
    const rest = (await shop.events()).filter(({ type }) => type === "tier.downgraded");
    const own = [...half, ...rest].filter(({ partyId }) => members.some(({ id }) => id === partyId));
    expect(own.map(({ partyId }) => partyId).sort((a, b) => a - b)).toEqual(
      members.map(({ id }) => id).sort((a, b) => a - b),
    );
    shop.clock.set(now);
  });

  test("what went back does not renew them, and a return takes a tier where the program says so", async () => {
    await shop.publish({ ...TIERED, downgrade: { ...TIERED.downgrade!, check: "daily", onReturn: true } });
    const start = shop.clock.now();
    const { id, externalId } = await shop.member();
    await shop.buy(externalId, 600);
    await shop.events();
    shop.clock.advance(3_600_000);
    const sendBack = (number: string, amount: number, purchaseTime = start.toISOString()) =>
      shop.post(`/v2/transactions?identifierName=externalId&identifierValue=${externalId}&source=INSTORE`, {
        type: "RETURN",
        returnType: "AMOUNT",
        billNumber: number,
        billAmount: amount,
        purchaseTime,
        billingDate: shop.clock.now().toISOString(),
      });
    const number = shop.lastNumber();
    const first = await sendBack(number, 50);
    expect(first.status, first.text).toBe(200);
    expect((await shop.tier(id)).tierNumber).toBe(2);
    expect((await sendBack(number, 100)).status).toBe(200);
    expect(await shop.tier(id)).toMatchObject({ tierNumber: 1, tierExpiresAt: null });
    expect((await shop.events()).map(({ type }) => type)).toContain("tier.downgraded");

    // Up again; 250 in the validity would renew, less the 60 that went back they do not.
    await shop.buy(externalId, 200);
    expect((await shop.tier(id)).tierNumber).toBe(2);
    shop.clock.advance(10 * shop.DAY);
    await shop.buy(externalId, 250);
    const [counted, boughtAt] = [shop.lastNumber(), shop.clock.now().toISOString()];
    shop.clock.advance(shop.DAY);
    expect((await sendBack(counted, 60, boughtAt)).status).toBe(200);
    const [standing] = await shop.app.db.transaction(shop.shop.orgId, (tx) =>
      shop.standingIn(tx, shop.shop.orgId, [
        {
          partyId: id,
          programId: shop.shop.programId,
          from: start.getTime() + 2 * shop.DAY,
          to: shop.clock.now().getTime(),
        },
      ]),
    );
    expect(standing).toMatchObject({ purchases: 1_900_000, visits: 1 });
    shop.until("2026-08-31");
    await shop.work();
    expect((await shop.tier(id)).tierNumber).toBe(1);
    await shop.publish(TIERED);
  });
});

test("verification finds a member in another tier than the history says", async () => {
  const { id, externalId } = await shop.member();
  await shop.buy(externalId, 600);
  const put = (tier: number) =>
    shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.run(sql`/* loyalty.break_tier */
        update loyalty.memberships set tier_number = ${tier} where org_id = ${shop.shop.orgId} and party_id = ${id}`),
    );
  await put(3);
  expect(await shop.sound()).toMatchObject([
    { check: "a member is in the tier of the newest change", partyId: id },
  ]);
  await put(2);
});

describe("changing the tiers of a live program", () => {
  test("inserts one, removes one, and says before who moves", async () => {
    const [member, silver, gold] = await Promise.all([shop.member(), shop.member(), shop.member()]);
    await shop.buy(silver.externalId, 600);
    await shop.buy(gold.externalId, 2500);
    const [base, two, three] = TIERED.tiers;
    const definition = {
      ...TIERED,
      tiers: [
        { ...base!, id: 1, name: "Friend" },
        { ...two!, number: 2, id: 4, name: "Bronze", threshold: 300 },
        { ...three!, number: 3, id: 3 },
      ],
      removedTiers: [{ id: 2, to: 4 }],
    };
    const url = `/api/programs/${shop.shop.programId}/tier-moves`;
    const manager = await shop.user("marketer");
    const refused = await shop.post(url, { definition: { ...definition, removedTiers: [] } }, manager);
    expect(refused.status).toBe(400);
    const preview = await shop.post(url, { definition }, manager);
    expect(preview.body.moves).toMatchObject([
      { from: { name: "Member" }, to: { name: "Friend" }, isRemoved: false },
      { from: { number: 2, name: "Silver" }, to: { number: 2, name: "Bronze" }, isRemoved: true },
    ]);
    expect((await shop.post(url, { definition }, await shop.user("care_agent"))).status).toBe(403);
    const stranger = await shop.user("marketer", shop.other);
    expect((await shop.post(url, { definition }, stranger)).status).toBe(404);

    await shop.publish(definition as never);
    await shop.events();
    // Told so at once, also before it is written down.
    const told = await shop.get(`/v2/customers/${silver.id}/loyaltyDetails`);
    expect(told.body.data[0]).toMatchObject({ currentSlab: "Bronze", slabSNo: 2 });
    const { app, jobParts } = shop;
    await moveTiersOf({ ...jobParts, membersAtOnce: 2 }, [shop.shop.orgId]);
    const events = (await shop.events()).filter(({ partyId }) =>
      [silver.id, gold.id, member.id].includes(partyId),
    );
    expect(events).toMatchObject([
      { type: "tier.downgraded", partyId: silver.id, payload: { from: 2, to: 2 } },
    ]);

    // One more below: numbers move, nobody changes tiers, and history is still read right.
    const wider = {
      ...definition,
      tiers: [
        definition.tiers[0]!,
        { ...two!, number: 2, id: 5, name: "Tin", threshold: 100 },
        { ...definition.tiers[1]!, number: 3 },
        { ...definition.tiers[2]!, number: 4 },
      ],
      removedTiers: [],
      activities: {
        TransactionAdd: TIERED.activities.TransactionAdd.map((set) => ({
          ...set,
          rules: set.rules.map((rule) => ({
            ...rule,
            award: { ...rule.award, perTier: { "1": 1, "2": 1, "3": 2, "4": 3 } },
          })),
        })),
      },
    };
    await shop.publish(wider as never);
    // A purchase before the job has come to the member.
    const { body } = await shop.buy(gold.externalId, 100);
    expect(body.sideEffects[0]).toMatchObject({ awardedPoints: 3 });
    await moveTiersOf(jobParts, [shop.shop.orgId]);
    expect(await shop.tier(gold.id)).toMatchObject({ tierNumber: 4 });
    const history = await shop.get(`/api/customers/${silver.id}/tier-changes`, await shop.user("care_agent"));
    expect(
      history.body.items.map(({ from, to, reason }: Json) => [from?.name ?? null, to.name, reason]),
    ).toEqual([
      ["Silver", "Bronze", "tier removed"],
      ["Member", "Silver", "upgrade"],
      [null, "Member", "joined"],
    ]);
    // A bill of before follows the version and the tier of before.
    const late = await shop.buy(silver.externalId, 100, {
      billingDate: new Date(shop.clock.now().getTime() - 1500).toISOString(),
    });
    expect(late.body.sideEffects[0]).toMatchObject({ awardedPoints: 2 });
    expect((await app.verify()).findings).toEqual([]);
  });
});
