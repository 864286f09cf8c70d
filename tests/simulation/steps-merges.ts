import { grantKind } from "#points";
import { canUndo, type ModelMerge, merge, undo } from "./model-merge.ts";
import type { Scene, Step } from "./scene.ts";
import { grantOf } from "./steps-points.ts";

/** Merges go one at a time, each as a call of its own. */
export type MergeStep = Step<() => Promise<object>>;

/** One of the newest merges, mostly the very last. */
const someMerge = ({ chance, merges }: Scene): ModelMerge => {
  if (chance.oneIn(2)) return merges.at(-1)!;
  return merges[chance.whole(Math.max(0, merges.length - 20), merges.length - 1)]!;
};

/** Two customers become one. Now and then one of them is somebody else by now, or both are the same. */
const mergeStep = (scene: Scene): MergeStep => {
  const { chance, world, people, merges } = scene;
  const someone = () =>
    merges.length > 0 && chance.oneIn(12) ? chance.pick([someMerge(scene)]).victimId : scene.party();
  const [victimId, survivorId] = [someone(), someone()];
  const parties = [...new Set([victimId, survivorId].flatMap((id) => scene.family(id)))];
  const what = `merge of ${victimId} into ${survivorId}`;
  const step = { what, parties, item: () => world.merge(victimId, survivorId) };
  if (victimId === survivorId || people.mergedInto(survivorId) !== null)
    return { ...step, expected: { refused: 8067 } };
  const earlier = people.mergedInto(victimId);
  if (earlier !== null && earlier !== survivorId) return { ...step, expected: { refused: 8066 } };
  if (earlier === survivorId) return { ...step, expected: { reply: { victimId, survivorId } } };
  const [victim, survivor] = [scene.model(victimId), scene.model(survivorId)];
  const isRace = victim.debt === 0 && survivor.debt === 0 && chance.oneIn(4);
  // Points that never expire come last, whether the merge or the grant is first.
  const points = chance.whole(1, 20_000);
  const grant = world.movement(grantKind, [victimId], grantOf({ points }), `${scene.serial()}`);
  if (isRace) {
    victim.isBlurred = true;
    victim.credit(points, Number.POSITIVE_INFINITY);
  }
  const made = merge(victim, survivor);
  people.merge(victimId, survivorId);
  return {
    ...step,
    what: isRace ? `racing ${what}` : what,
    item: async () => {
      if (!isRace) return world.merge(victimId, survivorId);
      const [merged, [granted]] = await Promise.all([
        world.merge(victimId, survivorId),
        world.points.moveAll(world.orgId, [grant]),
      ]);
      if ("error" in granted!) throw granted.error;
      return merged;
    },
    expected: { reply: { victimId, survivorId } },
    after: ({ mergeId }) => {
      // Whether a race left the survivor's ledger as the merge did depends on who came first.
      if (!isRace) merges.push({ ...made, victimId, survivorId, id: Number(mergeId), isUndone: false });
    },
  };
};

/** Takes a merge back, where neither side moved since; refused otherwise. */
const undoStep = (scene: Scene): MergeStep => {
  const { world, people, now } = scene;
  const made = someMerge(scene);
  const { id, victimId, survivorId } = made;
  const parties = [...new Set([victimId, survivorId].flatMap((party) => scene.family(party)))];
  const what = `undo of merge ${id} of ${victimId} into ${survivorId}`;
  const step = { parties, item: () => world.undoMerge(id) };
  if (made.isUndone)
    return { ...step, what: `repeated ${what}`, expected: { reply: { mergeId: id, repeated: true } } };
  const [victim, survivor] = [scene.model(victimId), scene.model(survivorId)];
  const isPossible = people.mergedInto(survivorId) === null && canUndo(made, victim, survivor, now);
  if (!isPossible) return { ...step, what: `late ${what}`, expected: { refused: 70_311 } };
  undo(made, victim, survivor);
  people.undo(victimId, survivorId);
  return { ...step, what, expected: { reply: { mergeId: id } } };
};

/** A merge, or one that is taken back. */
export const mergeSteps = (scene: Scene): MergeStep =>
  scene.merges.length > 0 && scene.chance.oneIn(2) ? undoStep(scene) : mergeStep(scene);
