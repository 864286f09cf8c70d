import { expect, test } from "vitest";
import { simulate } from "./simulation.ts";

/** FEALTY_SIMULATION_STEPS=1000000 npx vitest run tests/simulation is the long run; FEALTY_SIMULATION_SEED replays one. */
const STEPS = Number(process.env.FEALTY_SIMULATION_STEPS ?? 20_000);
const SEED = Number(process.env.FEALTY_SIMULATION_SEED ?? 20_261_129);
const IS_LONG = STEPS > 100_000;
const CUSTOMERS = IS_LONG ? 3_000 : 400;
const HOURS = 3_600_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

test(
  `${STEPS} steps of years of points agree with the model, seed ${SEED}`,
  async () => {
    const { steps, crashes, days, counts } = await simulate({
      seed: SEED,
      steps: STEPS,
      customers: CUSTOMERS,
      isLong: IS_LONG,
      say,
    });
    say(`seed ${SEED}: ${steps} steps over ${days} days, ${crashes} crashes, ${JSON.stringify(counts)}`);
    expect(steps).toBeGreaterThanOrEqual(STEPS);
    // A simulation in which nothing happened proves nothing.
    expect(crashes).toBeGreaterThan(STEPS / 1000);
    for (const what of [
      "bill",
      "late bill",
      "repeated bill",
      "return",
      "mixed bill",
      "anonymous bill",
      "claim",
      "redeem",
      "reverse",
      "hold",
      "capture",
      "release",
      "transfer",
      "grant",
      "deduct",
      "moved expiry",
      "repeated movement",
      "merge",
      "racing merge",
      "undo",
      "late undo",
      "repeated undo",
      "inherited return",
      "inherited reverse",
      "expiry",
    ])
      expect(counts[what], what).toBeGreaterThan(10);
  },
  8 * HOURS,
);
