import { captureKind, holdKind, releaseKind } from "#points";
import type { ModelCustomer, ModelHold } from "./model.ts";
import type { Scene } from "./scene.ts";
import { ABOUT, amountAround, codeOf, type PointsStep, recent } from "./spending.ts";

export const hold = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep => {
  const parties = scene.family(partyId);
  const { chance, world, now } = scene;
  const available = model.available(now);
  const points = amountAround(scene, available);
  const ttlSeconds = chance.whole(60, 6 * 86_400);
  const item = world.movement(
    holdKind,
    [scene.named(partyId)],
    { programId: null, points, ttlSeconds, billAmount: null, billNumber: "", notes: "" },
    `${scene.serial()}`,
  );
  const what = `hold ${points} of ${available}`;
  if (points > available) return { what, parties, item, expected: { refused: 818 } };
  const made = { points, captured: 0, until: now + ttlSeconds * 1000, open: true };
  // Under a name of our own until the product tells its id.
  const provisional = -scene.serial();
  model.holds.set(provisional, made);
  return {
    what,
    parties,
    item,
    expected: { reply: { points, captured: 0, available: model.available(now) } },
    after: ({ holdId }) => {
      model.holds.delete(provisional);
      model.holds.set(Number(holdId), made);
    },
  };
};

const holdOf = (scene: Scene, model: ModelCustomer): readonly [number, ModelHold] | null => {
  const known = [...model.holds].filter(([id]) => id > 0);
  return known.length === 0 ? null : recent(scene, known);
};

/** Ended ones are no longer read; those past their time are refused by name. */
const refusalOf = (isOpen: boolean, until: number, now: number): number | null => {
  if (!isOpen) return 70_101;
  return until <= now ? 70_102 : null;
};

export const capture = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep | null => {
  const { chance, world, now } = scene;
  const known = holdOf(scene, model);
  if (known === null) return null;
  const [holdId, held] = known;
  const left = held.points - held.captured;
  const points = chance.oneIn(3) ? null : chance.whole(1, held.points);
  const isFinal = !chance.oneIn(3);
  const code = codeOf(scene.serial());
  const item = world.movement(
    captureKind,
    [scene.named(partyId)],
    { ...ABOUT, holdId, points, isFinal, code },
    code,
  );
  const what = `capture ${points ?? "all"} of hold ${holdId}`;
  const parties = scene.family(partyId);
  const refused = refusalOf(held.open, held.until, now);
  // A hold that ended in this very batch is still on the desk, and is named with its state.
  if (refused !== null && held.open) return { what, parties, item, expected: { refused } };
  if (refused !== null) return null;
  const taken = points ?? left;
  if (taken > left) return { what, parties, item, expected: { refused: 70_103 } };
  held.captured += taken;
  if (isFinal || held.captured === held.points) held.open = false;
  model.redeem(code, taken);
  return {
    what,
    parties,
    item,
    expected: { reply: { code, points: taken, balance: model.balance } },
    after: () => model.tell(code),
  };
};

export const release = (scene: Scene, partyId: number, model: ModelCustomer): PointsStep | null => {
  const parties = scene.family(partyId);
  const { world, now } = scene;
  const known = holdOf(scene, model);
  if (known === null) return null;
  const [holdId, held] = known;
  if (!held.open) return null;
  const item = world.movement(releaseKind, [scene.named(partyId)], { holdId }, `${scene.serial()}`);
  const what = `release of hold ${holdId}`;
  if (held.until <= now) return { what, parties, item, expected: { refused: 70_102 } };
  held.open = false;
  const reply = { holdId, status: "released", available: model.available(now) };
  return { what, parties, item, expected: { reply } };
};
