import { describe, expect, test } from "vitest";
import { createBatcher, type Outcome } from "./batcher.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A batcher whose batches end when the test says so. */
const controlled = (size = 64, slots = 1) => {
  const batches: { group: number; items: readonly string[]; finish: (fail?: Error) => void }[] = [];
  const batcher = createBatcher<string, string>({
    size,
    slots,
    run: (group, items) =>
      new Promise<readonly Outcome<string>[]>((resolve, reject) => {
        const outcomes = items.map(
          (item): Outcome<string> => (item.startsWith("bad") ? { error: item } : { ok: item }),
        );
        batches.push({ group, items, finish: (fail) => (fail ? reject(fail) : resolve(outcomes)) });
      }),
  });
  return { batcher, batches };
};

describe("natural batching", () => {
  test("an item that finds a free slot runs alone, those that come meanwhile together", async () => {
    const { batcher, batches } = controlled();
    const first = batcher.submit(1, "a");
    await turn();
    await turn();
    const others = ["b", "c", "d"].map((item) => batcher.submit(1, item));
    await turn();
    expect(batches.map((batch) => batch.items)).toEqual([["a"]]);
    batches[0]!.finish();
    expect(await first).toBe("a");
    await turn();
    await turn();
    expect(batches[1]!.items).toEqual(["b", "c", "d"]);
    batches[1]!.finish();
    expect(await Promise.all(others)).toEqual(["b", "c", "d"]);
  });

  test("each item has its own outcome, and a failed batch fails each of its items", async () => {
    const { batcher, batches } = controlled();
    const results = Promise.allSettled([batcher.submit(1, "a"), batcher.submit(1, "bad")]);
    await turn();
    await turn();
    batches[0]!.finish();
    expect((await results).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const lost = Promise.allSettled([batcher.submit(1, "c")]);
    await turn();
    await turn();
    batches[1]!.finish(new Error("gone"));
    expect((await lost)[0]).toMatchObject({ status: "rejected", reason: { message: "gone" } });
  });

  test("a batch has one group, groups take turns, and no batch is larger than allowed", async () => {
    const { batcher, batches } = controlled(2);
    const all = [
      ...["a1", "a2", "a3"].map((item) => batcher.submit(1, item)),
      ...["b1", "b2", "b3"].map((item) => batcher.submit(2, item)),
    ];
    for (let batch = 0; batch < 4; batch++) {
      while (batches.length <= batch) await turn();
      batches[batch]!.finish();
    }
    await Promise.all(all);
    expect(batches.map(({ group, items }) => `${group}:${items.join("+")}`)).toEqual([
      "1:a1+a2",
      "2:b1+b2",
      "1:a3",
      "2:b3",
    ]);
  });

  test("the first of many that come back one by one waits for its companions", async () => {
    const { batcher, batches } = controlled();
    const many = Array.from({ length: 10 }, (_, index) => batcher.submit(1, `a${index}`));
    while (batches.length === 0) await turn();
    batches[0]!.finish();
    await Promise.all(many);
    const back: Promise<string>[] = [];
    for (let index = 0; index < 6; index++) {
      back.push(batcher.submit(1, `b${index}`));
      await turn();
    }
    while (batches.length < 2) await turn();
    expect(batches[1]!.items.length).toBeGreaterThanOrEqual(5);
    batches[1]!.finish();
    while (batches.length < 3 && batcher.waiting > 0) await turn();
    batches[2]?.finish();
    await Promise.all(back);
  });

  test("someone who comes alone after a crowd is served all the same", async () => {
    const { batcher, batches } = controlled();
    const many = Array.from({ length: 10 }, (_, index) => batcher.submit(1, `a${index}`));
    while (batches.length === 0) await turn();
    batches[0]!.finish();
    await Promise.all(many);
    const alone = batcher.submit(1, "b");
    while (batches.length < 2) await turn();
    batches[1]!.finish();
    expect(await alone).toBe("b");
    await batcher.drain();
    expect(batcher.waiting).toBe(0);
  });
});
