import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertMessages } from "#messages";
import { signInUser } from "../../src/identity/testing.ts";
import { createPointsApp, DAY, type Json, NOON, type PointsApp } from "./points-shop.ts";

const HOUR = 3_600_000;

let shop: PointsApp;
beforeAll(async () => {
  shop = await createPointsApp();
});
afterAll(() => shop.app.dispose());

const mailbox = async (): Promise<Json> => (await shop.get("/api/mailbox", shop.agent)).body;

describe("old messages", () => {
  const write = async (
    messages: readonly {
      createdAt: number;
      expiresAt: number;
      delivery?: "email" | "by_hand";
      email?: string;
    }[],
    { orgId } = shop.other,
  ): Promise<number[]> => {
    const nextId = await shop.app.ids.reserve("points", messages.length);
    const rows = messages.map((message) => ({
      partyId: 1,
      id: nextId(),
      kind: "statement",
      refId: null,
      details: {},
      mobile: "",
      email: "",
      tillId: null,
      delivery: "email" as const,
      ...message,
    }));
    await shop.app.db.transaction(orgId, (tx) => tx.run(insertMessages(orgId, rows)));
    return rows.map(({ id }) => id);
  };
  const kept = async (): Promise<Json> => {
    const owner = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    return (await shop.get("/api/mailbox?limit=100", { ...owner.headers })).body;
  };
  const idsOf = ({ items }: Json): number[] => items.map(({ id }: Json) => id).sort();

  test("are deleted after as many days as the organisation keeps them, some at a time, and others' are not", async () => {
    const { orgId } = shop.other;
    const old = { createdAt: NOON - 90 * DAY - 1, expiresAt: NOON - 90 * DAY };
    const hour = { expiresAt: NOON + HOUR };
    const [, young, queued, byHand] = await write([
      old,
      { createdAt: NOON - 90 * DAY, expiresAt: NOON - 80 * DAY },
      { ...old, ...hour, email: "ada@example.net" },
      { ...old, ...hour, delivery: "by_hand" },
    ]);
    await write([{ ...old, delivery: "by_hand" }]);
    await write([old], shop.shop);
    const others = (await mailbox()).total;
    expect(await shop.app.messages.forget(orgId)).toBe(false);
    expect(idsOf(await kept())).toEqual([young, queued, byHand]);
    expect((await mailbox()).total).toBe(others);

    await shop.app.orgs.setSetting({ orgId, name: "test" }, "CONF_MESSAGE_RETENTION_DAYS", "");
    await write(Array.from({ length: 1001 }, () => old));
    expect(await shop.app.messages.forget(orgId)).toBe(false);
    // It counts no further.
    expect((await kept()).total).toBe(1000);
    await shop.app.orgs.setSetting({ orgId, name: "test" }, "CONF_MESSAGE_RETENTION_DAYS", "30");
    expect(await shop.app.messages.forget(orgId)).toBe(true);
    expect(await shop.app.messages.forget(orgId)).toBe(false);
    expect(idsOf(await kept())).toEqual([queued, byHand]);
  });
});
