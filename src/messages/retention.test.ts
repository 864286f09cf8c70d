import { expect, test } from "vitest";
import type { Jobs } from "#platform";
import { defineRetention } from "./retention.ts";

test("every organisation has its old messages deleted, until there are no more", async () => {
  const handlers = new Map<string, (payload: unknown) => Promise<void>>();
  const scheduled: string[] = [];
  const queued: { name: string; payload: object; key: string | undefined }[] = [];
  const jobs: Jobs = {
    define: (name, handler) => handlers.set(name, handler),
    every: (_, name) => scheduled.push(name),
    add: async (name, payload, { key } = {}) => {
      queued.push({ name, payload, key });
    },
    start: async () => {},
    stop: async () => {},
  };
  const left = new Map([
    [1, 2],
    [2, 0],
  ]);
  const forgotten: number[] = [];
  const forget = async (orgId: number) => {
    forgotten.push(orgId);
    const more = left.get(orgId)!;
    left.set(orgId, more - 1);
    return more > 0;
  };
  defineRetention({ jobs, messages: { forget }, organisations: async () => [1, 2] });
  for (const name of scheduled) await handlers.get(name)!({});
  expect(queued.map(({ key }) => key)).toEqual(["messages.forget 1", "messages.forget 2"]);
  for (const { name, payload } of queued) await handlers.get(name)!(payload);
  expect(forgotten).toEqual([1, 2, 1, 1]);
});
