import type { TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { expect } from "vitest";
import { EVENT_TYPES, schemaOf } from "#webhooks";
import { definitionWith } from "../../src/loyalty/testing.ts";
import type { Json, Member } from "./points-shop.ts";
import { createWebhooksShop } from "./webhooks-shop.ts";

const ALL = EVENT_TYPES.map(({ name }) => name);
const SOURCES = ["INSTORE", "WECHAT"];

/** The schema with every object closed: what a body holds beyond it is a mistake of ours. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]));
  const isShape = parts.type === "object" && Object.keys((parts.properties ?? {}) as object).length > 0;
  return isShape ? { ...parts, additionalProperties: false } : parts;
};
const shapes = new Map(EVENT_TYPES.map((type) => [type.name, closed(schemaOf(type)) as TSchema]));

export const names = (bodies: readonly Json[]): string[] => bodies.map(({ eventName }) => eventName);

/** A shop that gives points, promised points and stamps, with one webhook that asked for everything and one for as little as possible. */
export const createWebhookStory = async () => {
  const shop = await createWebhooksShop();
  await shop.terms(
    definitionWith(
      [
        {},
        {
          name: "Promised",
          award: {
            strategy: "fixed",
            perTier: undefined,
            allTiers: 7,
            category: "promised",
            delay: { days: 3 },
          },
        },
        {
          name: "Stamps",
          award: { strategy: "fixed", perTier: undefined, allTiers: 2, decimals: 0, currencyId: 1 },
        },
        {
          name: "Promised stamps",
          award: {
            strategy: "fixed",
            perTier: undefined,
            allTiers: 1,
            decimals: 0,
            currencyId: 1,
            category: "promised",
            delay: { days: 3 },
          },
        },
      ],
      { currencies: [{ id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true }] },
    ),
  );
  shop.advance(1000);
  await shop.define({
    eventNames: ALL,
    customerIdentifiersToBeEnriched: SOURCES,
    tillDetailsEnrichmentEnabled: true,
    storeDetailsEnrichmentEnabled: true,
    awardedReferenceEnrichmentEnabled: true,
    availablePointsBalanceEnrichmentEnabled: true,
  });
  await shop.define({
    eventNames: ALL,
    webHookUrl: `${shop.receiver.url}/plain`,
    customerIdentifiersToBeEnriched: [],
  });

  /** What was told since the last call, to the webhook that asked for everything; each body fits its schema and nothing more. */
  const told = async (): Promise<Json[]> => {
    await shop.deliver();
    const calls = shop.receiver.received.splice(0);
    for (const { body } of calls) {
      const shape = shapes.get(body.eventName)!;
      const problems = Check(shape, body) ? [] : [...Errors(shape, body)];
      expect(problems, `${body.eventName}: ${JSON.stringify(body.data)}`).toEqual([]);
    }
    const plain = calls.filter(({ url }) => url.endsWith("/plain"));
    const rich = calls.filter(({ url }) => !url.endsWith("/plain"));
    expect(plain.map(({ body }) => body.eventId).sort()).toEqual(rich.map(({ body }) => body.eventId).sort());
    return rich.map(({ body }) => body);
  };
  const ref = (id: unknown) => `${shop.shop.orgId}_${id}`;
  const place = () => ({
    till: { code: shop.shop.tillCode, name: "Till 1" },
    store: { code: "store-1", name: "Store 1", externalId: null, externalId1: null, externalId2: null },
  });
  const programs = () => ({
    loyaltyProgramId: shop.shop.programId,
    loyaltyProgramDetails: {
      id: shop.shop.programId,
      name: "Rewards",
      isDefault: true,
      pointsToCurrencyRatio: expect.any(Number),
      tiers: [
        { tierNumber: 1, tierName: "Member" },
        { tierNumber: 2, tierName: "Silver" },
        { tierNumber: 3, tierName: "Gold" },
      ],
    },
  });
  const member = async (): Promise<Member> => {
    const made = await shop.member([1000, 90]);
    await told();
    return made;
  };
  const byHand = async (path: string, body: object): Promise<Json> => {
    const answer = await shop.post(path, body, shop.admin);
    expect([path, answer.status, answer.body.error?.message]).toEqual([path, 200, undefined]);
    return answer.body;
  };

  return {
    ...shop,
    newcomer: shop.member,
    told,
    ref,
    place,
    programs,
    member,
    byHand,
    setting: shop.setting,
  };
};
export type WebhookStory = Awaited<ReturnType<typeof createWebhookStory>>;
