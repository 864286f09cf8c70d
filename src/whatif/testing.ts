import type { ProgramDefinition } from "#loyalty";
import type { ActivitiesBench, TestShop } from "../activities/testing.ts";
import { definitionWith, starterDefinition } from "../loyalty/testing.ts";
import { createReplayHere } from "./replay/here.ts";
import type { ReplaySink } from "./replay/replay.ts";
import type { Replay } from "./runner.ts";
import { createWhatif, type Whatif } from "./service.ts";

/** What-ifs on a bench of activities; `replay` takes the place of the one on this thread. */
export const whatifOn = (bench: ActivitiesBench, replay: Replay = createReplayHere(bench)): Whatif =>
  createWhatif({ ...bench, replay });

/** A replay that does something before the first customers are handed over: as late as anything can happen to what was read. */
export const replayMeanwhile =
  (bench: ActivitiesBench, meanwhile: () => Promise<void>): Replay =>
  (order, sink, signal) => {
    let isDone = false;
    const watched: ReplaySink = {
      ...sink,
      customers: async (rows) => {
        if (!isDone) await meanwhile();
        isDone = true;
        await sink.customers(rows);
      },
    };
    return createReplayHere(bench)(order, watched, signal);
  };

/** The starter with 2 % for members too, and Silver from 300. */
export const generousDefinition = (): ProgramDefinition =>
  definitionWith(
    [{ id: "base", name: "Points on every purchase", award: { perTier: { "1": 2, "2": 2, "3": 3 } } }],
    {
      tiers: starterDefinition().tiers.map((tier) =>
        tier.number === 2 ? { ...tier, threshold: 300 } : tier,
      ),
    },
  );

/**
 * What two members bought and one of them gave back in 2025. C1: 400, then 200, which makes Silver, then 100. C2: 100, of which half
 * goes back. Under the starter 4 + 2 + 2 points and 1 − 0.5; under the generous one 8 + 4 + 2 and 2 − 1.
 */
export const liveThrough2025 = async (bench: ActivitiesBench, shop: TestShop): Promise<void> => {
  await shop.set({ CONF_POINTS_RETURN_ENABLED: "true" });
  const history = [
    ["C1", 400, "2025-03-10"],
    ["C1", 200, "2025-04-10"],
    ["C2", 100, "2025-05-10"],
    ["C1", 100, "2025-06-10"],
  ] as const;
  for (const [customer, billAmount, day] of history)
    await record(bench, shop, { billNumber: `${customer} ${day}`, billAmount, billingDate: day }, customer);
  await record(
    bench,
    shop,
    {
      type: "RETURN",
      returnType: "AMOUNT",
      billNumber: "C2 2025-05-10",
      purchaseTime: "2025-05-10T12:00:00Z",
      billAmount: 50,
      billingDate: "2025-06-20",
      lineItemsV2: [],
    },
    "C2",
  );
};

/** Records something as of its date. */
export const record = async (
  bench: ActivitiesBench,
  shop: TestShop,
  { billingDate, ...body }: { readonly billingDate: string; readonly [field: string]: unknown },
  customer: string,
): Promise<void> => {
  const purchase = await shop.bill(
    { ...body, billingDate: `${billingDate}T12:00:00Z` },
    { customer, asOfBill: true },
  );
  bench.clock.advance(1000);
  const [outcome] = await bench.activities.recordAll(shop.id, [purchase]);
  if (outcome === undefined || "error" in outcome) throw outcome?.error;
};
