import { DateTime } from "luxon";
import { type ProgramDefinition, starterDefinition } from "#loyalty";
import type { AppError, Outcome } from "#platform";
import { type Chance, createChance } from "./chance.ts";
import { ModelCustomer } from "./model.ts";
import { billSteps } from "./steps-bills.ts";
import { pointsSteps } from "./steps-points.ts";
import { createWorld, type World } from "./world.ts";

export const ZONE = "Europe/London";
const START = Date.parse("2023-01-01T09:00:00Z");
const HOUR = 3_600_000;

/** Points live two months, to the end of the day, so that a year sees many expire. */
export const LIFE_MONTHS = 2;
const GRACE_DAYS = 7;

/** One tier, and ten percent of a bill: as many thousandths as the bill has pence. */
const definition = (): ProgramDefinition => {
  const starter = starterDefinition();
  const set = starter.activities.TransactionAdd[0]!;
  const rule: (typeof set.rules)[number] = {
    ...set.rules[0]!,
    condition: "true",
    award: {
      strategy: "prorated_percent",
      basis: "bill_amount",
      allTiers: 10,
      rounding: "half_up",
      decimals: 3,
    },
  };
  return {
    ...starter,
    tiers: starter.tiers.slice(0, 1),
    activities: { TransactionAdd: [{ ...set, rules: [rule] }] },
    expiry: { kind: "months", months: LIFE_MONTHS, endsWith: "day" },
  };
};

/** When points of a bill expire, said with another library than the product's own arithmetic. */
export const expiryOfBill = (billedAt: number, now: number): number => {
  const at = DateTime.fromMillis(billedAt, { zone: ZONE }).plus({ months: LIFE_MONTHS });
  const end = at.endOf("day").startOf("second").toMillis();
  if (end > now) return end;
  const today = DateTime.fromMillis(now, { zone: ZONE }).startOf("day");
  return today.plus({ days: GRACE_DAYS }).endOf("day").startOf("second").toMillis();
};

/** What a step should come to: a reply with these fields, or a refusal of that number. */
export type Expected = { readonly reply: Readonly<Record<string, unknown>> } | { readonly refused: number };

/** One thing that happens, with what the model says of it. */
export interface Step<Item> {
  readonly what: string;
  readonly parties: readonly number[];
  readonly item: Item;
  readonly expected: Expected;
  /** Tells the model the ids that the product chose. */
  readonly after?: (reply: Record<string, unknown>) => void;
}

/** What steps are made from. */
export interface Scene {
  readonly chance: Chance;
  readonly world: World;
  readonly now: number;
  readonly customers: ReadonlyMap<number, ModelCustomer>;
  /** A customer for the next step. */
  party(): number;
  /** A number that was never given before. */
  serial(): number;
}

export interface Options {
  readonly seed: number;
  readonly steps: number;
  readonly customers: number;
  readonly say?: (line: string) => void;
}

export interface Outline {
  readonly steps: number;
  readonly crashes: number;
  readonly days: number;
  readonly counts: Readonly<Record<string, number>>;
}

const FIRST_PARTIES = 40;
/** From here on a run is a long one: larger groups, so that a night is enough for a million steps. */
const LONG = 100_000;

/**
 * Lives years of a shop in which everything that can move points happens in any order, with crashes, repeats and late bills, and
 * compares after every step with the model, lot by lot. Throws at the first difference, with the seed.
 */
export const simulate = async ({ seed, steps, customers: count, say }: Options): Promise<Outline> => {
  const chance = createChance(seed);
  const world = await createWorld(chance, definition(), START);
  const counts: Record<string, number> = {};
  const customers = new Map<number, ModelCustomer>();
  let now = START;
  let serial = 0;
  let done = 0;
  let day = DateTime.fromMillis(now, { zone: ZONE }).startOf("day").toMillis();
  let used: Set<number> | null = null;
  const partyIds: number[] = [];

  const party = (): number => {
    for (;;) {
      // Some shop every week, most now and then.
      const from = chance.oneIn(3) ? Math.min(FIRST_PARTIES, partyIds.length) : partyIds.length;
      const partyId = partyIds[chance.whole(0, from - 1)]!;
      if (used === null || !used.has(partyId)) return partyId;
    }
  };
  const scene = (): Scene => ({ chance, world, now, customers, party, serial: () => ++serial });

  const fail = (step: string, expected: unknown, found: unknown): never => {
    throw new Error(
      `seed ${seed}, step ${done}, ${new Date(now).toISOString()}: ${step}\nexpected ${JSON.stringify(expected)}\nfound    ${JSON.stringify(found)}`,
    );
  };

  const compare = async (parties: readonly number[], what: string) => {
    const found = await world.read(parties);
    for (const partyId of parties) {
      const model = customers.get(partyId)!;
      const expected = {
        balance: model.balance,
        debt: model.debt,
        lots: model.lots.map(({ left, expires }) => ({ left, expires })),
        promised: model.promised.map(({ left, expires }) => ({ left, expires })),
      };
      if (JSON.stringify(expected) !== JSON.stringify(found.get(partyId)))
        fail(`${what}: customer ${partyId}`, expected, found.get(partyId));
    }
  };

  const judge = <Item>(step: Step<Item>, outcome: Outcome<{ readonly reply: string }>) => {
    done += 1;
    const name = step.what.split(" ")[0]!;
    counts[name] = (counts[name] ?? 0) + 1;
    if ("error" in outcome) {
      const { number } = outcome.error as AppError;
      if (!("refused" in step.expected) || number !== step.expected.refused)
        fail(step.what, step.expected, number ?? String(outcome.error));
      return;
    }
    const reply = JSON.parse(outcome.ok.reply) as Record<string, unknown>;
    if ("refused" in step.expected) return fail(step.what, step.expected, reply);
    for (const [key, value] of Object.entries(step.expected.reply))
      if (JSON.stringify(reply[key]) !== JSON.stringify(value)) fail(step.what, step.expected, reply);
    step.after?.(reply);
  };

  /** Sends a group and what a crash left open again, as a till would, until each has its answer. */
  const play = async <Item>(
    group: readonly Step<Item>[],
    send: (items: readonly Item[]) => Promise<readonly Outcome<{ readonly reply: string }>[]>,
  ) => {
    let open = [...group];
    while (open.length > 0) {
      const outcomes = await send(open.map(({ item }) => item));
      const again: Step<Item>[] = [];
      open.forEach((step, index) => {
        const outcome = outcomes[index]!;
        const isLost = "error" in outcome && (outcome.error as { code?: string }).code === "08006";
        if (isLost) again.push(step);
        else judge(step, outcome);
      });
      open = again;
    }
    await compare(
      [...new Set(group.flatMap(({ parties }) => parties))],
      group.map(({ what }) => what).join(", "),
    );
  };

  /** Runs a job to its end, again after each crash; null when a crash left open how much the first run did. */
  const finish = async (job: () => Promise<{ readonly amount: number }>): Promise<number | null> => {
    for (let tries = 0; ; tries++) {
      try {
        const { amount } = await job();
        return tries === 0 ? amount : null;
      } catch (error) {
        if ((error as { code?: string }).code !== "08006" || tries > 50) throw error;
      }
    }
  };

  /** Nights: what expired goes and what was promised comes, unless the jobs are down for some days. */
  const passNights = async () => {
    const today = DateTime.fromMillis(now, { zone: ZONE }).startOf("day").toMillis();
    if (today === day || chance.oneIn(4)) return;
    day = today;
    world.crashEvery(chance.oneIn(2) ? 3 : 0);
    let gone = 0;
    const touched = new Set<number>();
    for (const [partyId, model] of customers) {
      const amount = model.expire(today, now);
      if (amount > 0) touched.add(partyId);
      gone += amount;
    }
    const expired = await finish(() => world.expire(ZONE));
    if (expired !== null && expired !== gone) fail("expiry", gone, expired);
    for (const [partyId, model] of customers) if (model.convert(now)) touched.add(partyId);
    await finish(() => world.convert());
    world.crashEvery(0);
    counts.expiry = (counts.expiry ?? 0) + (gone > 0 ? 1 : 0);
    await compare([...touched], "the night's jobs");
  };

  try {
    for (const partyId of await world.register(count)) {
      partyIds.push(partyId);
      customers.set(partyId, new ModelCustomer());
    }
    const isLong = steps > LONG;
    let reported = 0;
    while (done < steps) {
      now += chance.whole(0, 18) * HOUR + chance.whole(0, HOUR);
      world.setTime(now);
      await passNights();
      // Crashes leave the order within a customer open, so a group with crashes has each customer once.
      const isCrashing = chance.oneIn(2);
      used = isCrashing ? new Set() : null;
      world.crashEvery(isCrashing ? 3 : 0);
      const size = chance.whole(1, Math.min(isLong ? 600 : 32, count >> 2));
      const kind = chance.oneIn(2) ? billSteps : pointsSteps;
      if (kind === billSteps) {
        const group = Array.from({ length: size }, () => {
          const step = billSteps(scene());
          for (const id of step.parties) used?.add(id);
          return step;
        });
        const ready = await Promise.all(group.map(async (step) => ({ ...step, item: await step.item() })));
        await play(ready, (items) => world.activities.recordAll(world.orgId, items));
      } else {
        const group = Array.from({ length: size }, () => {
          const step = pointsSteps(scene());
          for (const id of step.parties) used?.add(id);
          return step;
        });
        await play(group, (items) => world.points.moveAll(world.orgId, items));
      }
      world.crashEvery(0);
      if (done - reported >= (isLong ? LONG : LONG / 10)) {
        reported = done;
        say?.(`${done} steps, ${new Date(now).toISOString().slice(0, 10)}, ${world.crashes} crashes`);
        const findings = await world.verify();
        if (findings.length > 0) fail("verify", [], findings.slice(0, 3));
      }
    }
    await compare(partyIds, "the end");
    const findings = await world.verify();
    if (findings.length > 0) fail("verify", [], findings.slice(0, 3));
    return { steps: done, crashes: world.crashes, days: Math.round((now - START) / (24 * HOUR)), counts };
  } finally {
    await world.close();
  }
};
