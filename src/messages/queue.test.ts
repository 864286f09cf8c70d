import { expect, test } from "vitest";
import { takingTurns } from "./queue.ts";

test("organisations are delivered to one at a time, in the order in which they asked, and nobody waits for another", async () => {
  const log: string[] = [];
  const ends = new Map<number, () => void>();
  const deliver = takingTurns(async (orgId) => {
    log.push(`begin ${orgId}`);
    await new Promise<void>((resolve) => ends.set(orgId, resolve));
    log.push(`end ${orgId}`);
  });
  const first = deliver(1);
  // None of these is held up, though the first is at work; who asks twice has one turn.
  for (const orgId of [2, 3, 2]) await deliver(orgId);
  // Who asks again behind its own turn comes after those who waited.
  await deliver(1);
  expect(log).toEqual(["begin 1"]);
  for (const orgId of [1, 2, 3, 1]) {
    ends.get(orgId)!();
    await new Promise(setImmediate);
  }
  await first;
  const turn = (orgId: number) => [`begin ${orgId}`, `end ${orgId}`];
  expect(log).toEqual([1, 2, 3, 1].flatMap(turn));
});

test("one that fails is told, and keeps nobody else from its turn, nor itself from the next", async () => {
  const delivered: number[] = [];
  let isBroken = true;
  const deliver = takingTurns(async (orgId) => {
    await new Promise(setImmediate);
    if (isBroken && orgId === 1) throw new Error("broken");
    delivered.push(orgId);
  });
  const first = deliver(1);
  await deliver(2);
  await expect(first).rejects.toThrow("broken");
  expect(delivered).toEqual([2]);
  isBroken = false;
  await deliver(1);
  expect(delivered).toEqual([2, 1]);
});
