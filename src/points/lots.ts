import { type Lot, loadFirstLots, loadOpenLots, POINTS, type Taking } from "#ledger";
import type { OrgPrograms } from "#loyalty";
import type { Tx } from "#platform";
import type { Movement } from "./movement.ts";

/** A movement with those whose points it may move, and those who were merged into them. */
interface Mover {
  readonly movement: Movement;
  readonly partyIds: readonly number[];
  readonly victimIds: readonly number[];
}

/** Open lots of a batch's parties: all of them, or where the movements say how much they take, the first ones that make that up. */
export const loadLotsFor = async (
  tx: Tx,
  orgId: number,
  movers: readonly Mover[],
  programs: Pick<OrgPrograms, "default">,
): Promise<readonly Lot[]> => {
  const takings = new Map<string, Taking>();
  const looked = new Set<number>();
  for (const { movement, partyIds, victimIds } of movers) {
    const spent = movement.kind.spends?.(movement.input) ?? null;
    if (spent === null) {
      for (const partyId of [...partyIds, ...victimIds]) looked.add(partyId);
      continue;
    }
    const programId = spent.programId ?? programs.default?.programId;
    if (programId === undefined || spent.points <= 0) continue;
    for (const partyId of partyIds) {
      const id = `${partyId}/${programId}`;
      const amount = (takings.get(id)?.amount ?? 0) + spent.points;
      takings.set(id, { partyId, programId, currencyId: POINTS, category: 1, amount });
    }
  }
  const few = [...takings.values()].filter(({ partyId }) => !looked.has(partyId));
  const [first, all] = await Promise.all([
    loadFirstLots(tx, orgId, few),
    looked.size === 0 ? [] : loadOpenLots(tx, orgId, [...looked]),
  ]);
  return [...first, ...all];
};
