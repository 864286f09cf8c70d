import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "#platform";
import { createWebhooks } from "#webhooks";
import type { Behaviour } from "../support/receiver.ts";
import { createWebhooksShop, type WebhooksShop } from "./webhooks-shop.ts";

let shop: WebhooksShop;
beforeAll(async () => {
  shop = await createWebhooksShop();
});
afterAll(() => shop.dispose());

const CUSTOMERS = 6;
const BILLS = 5;

/** The same numbers from 0 to 1 every time. */
const chanceFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const MISHAPS: readonly Behaviour[] = [
  { status: 500 },
  "reset",
  { status: 429, headers: { "retry-after": "3" } },
  { status: 408 },
];

test.each([1, 2, 3])(
  "by two processes and whatever the receiver does, each customer's events come in order and all of them (%s)",
  async (seed) => {
    const chance = chanceFrom(seed);
    await shop.define({ eventNames: ["transactionAdded"], maxAllowedConnections: 4 });
    const members = [];
    for (let index = 0; index < CUSTOMERS; index++) members.push(await shop.member());
    const expected = new Map<number, string[]>(members.map(({ id }) => [id, []]));
    for (let index = 0; index < BILLS; index++)
      for (const member of members) expected.get(member.id)!.push((await shop.buy(member, index + 1)).number);
    const accepted = new Map<number, string[]>(members.map(({ id }) => [id, []]));
    shop.receiver.judge(({ body }) => {
      if (chance() < 0.4) return MISHAPS[Math.floor(chance() * MISHAPS.length)]!;
      accepted.get(body.data.customerIdentifiers.customerId)!.push(body.data.billNumber);
      // It took the event, and its answer is lost.
      return chance() < 0.1 ? "reset" : { status: 200 };
    });
    const second = createWebhooks({
      ...shop.app,
      log: createLog("silent"),
      allowsPrivate: true,
      timeout: 300,
    });
    await shop.app.events.drain();
    const waiting = async () => (await shop.get("/api/webhooks", shop.admin)).body.items[0].waiting;
    // Each round all that is due is sent; the longest pause is over before the next.
    for (let round = 0; round === 0 || (await waiting()) > 0; round++) {
      expect(round).toBeLessThan(60);
      await Promise.all([shop.app.webhooks.finish(), second.finish()]);
      shop.advance(15 * 60_000);
    }
    for (const { id } of members) {
      // What was taken twice was taken twice in a row: nothing came in between.
      const once = accepted.get(id)!.filter((number, index, all) => number !== all[index - 1]);
      expect(once).toEqual(expected.get(id));
    }
    expect(await shop.sound()).toEqual([]);
    await second.stop();
    await shop.clear();
  },
);
