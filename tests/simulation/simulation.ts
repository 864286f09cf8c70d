import { DateTime } from "luxon";
import type { AppError, Outcome } from "#platform";
import { createChance } from "./chance.ts";
import type { ModelCustomer } from "./model.ts";
import type { ModelLot } from "./model-lots.ts";
import type { ModelMerge } from "./model-merge.ts";
import { People } from "./people.ts";
import {
  type AnonymousBill,
  type Answered,
  DAY,
  definition,
  HOUR,
  type Scene,
  type SentBill,
  type Step,
  ZONE,
} from "./scene.ts";
import type { PointsStep } from "./spending.ts";
import { type BillStep, billSteps } from "./steps-bills.ts";
import { mergeSteps } from "./steps-merges.ts";
import { pointsSteps } from "./steps-points.ts";
import { createWorld, type StandingRead } from "./world.ts";

const START = Date.parse("2023-01-01T09:00:00Z");

export interface Options {
  readonly seed: number;
  readonly steps: number;
  readonly customers: number;
  /** Larger groups, so that an hour is enough for a million steps. */
  readonly isLong?: boolean;
  readonly say?: (line: string) => void;
}

export interface Outline {
  readonly steps: number;
  readonly crashes: number;
  readonly days: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** How large a run's pieces are. */
interface Sizes {
  /** Steps of a group at most: they go as batches of the product's own size. */
  readonly group: number;
  /** The same where connections are lost: what a lost batch held goes one by one, and takes its time. */
  readonly crashingGroup: number;
  /** Merges between two groups at most. */
  readonly merges: number;
  /** Steps between two looks at everything. */
  readonly look: number;
  readonly lotsAtOnce: number;
  /** Hours from one group to the next at most. */
  readonly hours: number;
}

const SHORT: Sizes = { group: 180, crashingGroup: 12, merges: 2, look: 10_000, lotsAtOnce: 50, hours: 72 };
const LONG: Sizes = { group: 1000, crashingGroup: 40, merges: 6, look: 200_000, lotsAtOnce: 500, hours: 24 };

type Answer = Outcome<{ readonly reply: string }>;

/** A customer's points, as they are compared. */
const shown = ({ balance, debt, lots, promised }: StandingRead | ModelCustomer, isWhole: boolean): string => {
  const show = (list: readonly Pick<ModelLot, "left" | "expires">[]) =>
    list.flatMap(({ left, expires }) => (left > 0 || isWhole ? [`${left} until ${expires}`] : []));
  return JSON.stringify({ balance, debt, lots: show(lots), promised: show(promised) });
};

/**
 * Lives years of a shop in which everything that can move points happens in any order, with crashes, repeats, merges and late bills, and
 * compares after every step with the model, lot by lot. Throws at the first difference, with the seed.
 */
export const simulate = async ({
  seed,
  steps,
  customers: count,
  isLong = false,
  say,
}: Options): Promise<Outline> => {
  const sizes = isLong ? LONG : SHORT;
  const chance = createChance(seed);
  const world = await createWorld(chance, definition(), START, sizes);
  const counts: Record<string, number> = {};
  const people = new People();
  const merges: ModelMerge[] = [];
  const answered: Answered[] = [];
  const sent: SentBill[] = [];
  const anonymous: AnonymousBill[] = [];
  let now = START;
  let serial = 0;
  let moment = 0;
  let done = 0;
  let day = DateTime.fromMillis(now, { zone: ZONE }).startOf("day").toMillis();
  let used: Set<number> | null = null;

  const party = (): number => {
    for (;;) {
      const partyId = people.pick(chance);
      if (used === null || !used.has(partyId)) return partyId;
    }
  };
  const family = (partyId: number) => [partyId, ...people.victimsOf(partyId)];
  const scene = (): Scene => ({
    chance,
    world,
    now,
    people,
    merges,
    answered,
    sent,
    anonymous,
    model: (partyId) => people.model(partyId),
    party,
    named: (partyId) => (chance.oneIn(2) ? partyId : chance.pick(family(partyId))),
    family,
    moment: () => {
      moment = Math.max(moment + 1000, now);
      return moment;
    },
    serial: () => ++serial,
  });

  const fail = (step: string, expected: unknown, found: unknown): never => {
    throw new Error(
      `seed ${seed}, step ${done}, ${new Date(now).toISOString()}: ${step}\nexpected ${JSON.stringify(expected)}\nfound    ${JSON.stringify(found)}`,
    );
  };

  const compare = async (
    parties: readonly number[],
    whatOf: (partyId: number) => string,
    which: "open" | "all" = "open",
  ) => {
    if (parties.length === 0) return;
    const found = await world.read(parties, which);
    for (const partyId of parties) {
      const [model, standing] = [people.model(partyId), found.get(partyId)!];
      const isWhole = which === "all" && !model.isBlurred;
      const [expected, shownNow] = [shown(model, isWhole), shown(standing, isWhole)];
      if (expected !== shownNow) fail(`${whatOf(partyId)}: customer ${partyId}`, expected, shownNow);
      if (which === "open") nameLots(model, standing);
    }
  };

  /** Tells the model what the product calls the lots that hold something. */
  const nameLots = (model: ModelCustomer, standing: StandingRead) => {
    for (const kind of ["lots", "promised"] as const) {
      const open = model[kind].filter(({ left }) => left > 0);
      for (const [index, lot] of open.entries()) lot.name = standing[kind][index]!.name;
    }
  };

  const judge = <Item>(step: Step<Item>, outcome: Answer) => {
    done += 1;
    const name = step.what.replace(/ (of|all|to|[0-9]).*/, "");
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
    send: (items: readonly Item[]) => Promise<readonly Answer[]>,
    keep: (step: Step<Item>, reply: string) => void = () => {},
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
        if ("ok" in outcome) keep(step, outcome.ok.reply);
      });
      open = again;
    }
    await compare([...new Set(group.flatMap(({ parties }) => parties))], (partyId) =>
      group.flatMap(({ what, parties }) => (parties.includes(partyId) ? [what] : [])).join(", "),
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
    for (const [partyId, model] of people.all) {
      const amount = model.expire(today, now);
      if (amount > 0) touched.add(partyId);
      gone += amount;
    }
    const expired = await finish(() => world.expire(ZONE));
    if (expired !== null && expired !== gone) fail("expiry", gone, expired);
    for (const [partyId, model] of people.all) if (model.convert(now)) touched.add(partyId);
    await finish(() => world.convert());
    world.crashEvery(0);
    counts.expiry = (counts.expiry ?? 0) + (gone > 0 ? 1 : 0);
    await compare([...touched], () => "the night's jobs");
  };

  /** Steps that do not look at what the product made of one another's; where a crash may shuffle them, of as many customers. */
  const makeGroup = <Item>(size: number, make: (scene: Scene) => Step<Item>): Step<Item>[] =>
    Array.from({ length: size }, () => {
      const step = make(scene());
      for (const id of step.parties) used?.add(id);
      return step;
    });

  const passBills = async (size: number) => {
    const group = makeGroup(size, billSteps);
    const ready: Step<Awaited<ReturnType<BillStep["item"]>>>[] = [];
    // One after another: claims read, and a dozen connections would each have to plan every statement anew.
    for (const step of group) ready.push({ ...step, item: await step.item() });
    await play(ready, (items) => world.activities.recordAll(world.orgId, items));
  };

  const passMovements = async (size: number) => {
    const group: readonly PointsStep[] = makeGroup(size, pointsSteps);
    await play(
      group,
      (items) => world.points.moveAll(world.orgId, items),
      ({ parties, item }, reply) => {
        answered.unshift({ parties, item, reply: JSON.parse(reply) as Record<string, unknown> });
      },
    );
    answered.splice(500);
  };

  const call = async (item: () => Promise<object>): Promise<Answer> => {
    try {
      return { ok: { reply: JSON.stringify(await item()) } };
    } catch (error) {
      return { error };
    }
  };

  const passMerges = async (most: number) => {
    for (let left = chance.whole(0, most); left > 0; left--)
      await play([mergeSteps(scene())], ([item]) => Promise.all([call(item!)]));
  };

  const register = async (newcomers: number) => {
    for (const partyId of await world.register(newcomers)) people.add(partyId);
  };

  /** Everybody, with the lots that are used up, and the product's own check. */
  const lookAtEverything = async (what: string) => {
    const partyIds = [...people.all.keys()];
    for (let from = 0; from < partyIds.length; from += 500)
      await compare(partyIds.slice(from, from + 500), () => what, "all");
    const findings = await world.verify();
    if (findings.length > 0) fail("verify", [], findings.slice(0, 3));
  };

  try {
    await register(count);
    let [told, looked] = [0, 0];
    while (done < steps) {
      now += chance.whole(0, sizes.hours) * HOUR + chance.whole(0, HOUR);
      world.setTime(now);
      await passNights();
      // Those who were merged away make room for others.
      if (people.present.length < count * 0.95) await register(count - people.present.length);
      // Crashes leave the order within a customer open, so a group with crashes has each customer once.
      const isCrashing = chance.oneIn(3);
      used = isCrashing ? new Set() : null;
      world.crashEvery(isCrashing ? 3 : 0);
      const size = chance.whole(1, isCrashing ? sizes.crashingGroup : sizes.group);
      await (chance.oneIn(2) ? passBills : passMovements)(size);
      used = null;
      await passMerges(sizes.merges);
      world.crashEvery(0);
      if (done - told >= 10_000) {
        told = done;
        say?.(`${done} steps, ${new Date(now).toISOString().slice(0, 10)}, ${world.crashes} crashes`);
      }
      if (done - looked >= sizes.look) {
        looked = done;
        await lookAtEverything("on the way");
      }
    }
    await lookAtEverything("the end");
    return { steps: done, crashes: world.crashes, days: Math.round((now - START) / DAY), counts };
  } finally {
    await world.close();
  }
};
