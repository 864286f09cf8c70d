import type { NewEvent } from "#events";
import { lockParties } from "#ledger";
import { type Clock, type Db, inTurn, type Logger, type Tx } from "#platform";
import type { OrgPrograms, ProgramHistory } from "../programs/history.ts";
import type { ProgramDefinition } from "../programs/schema.ts";
import { movesMembers, renumbered, type TierMove, tierMovesBetween } from "../programs/tier-moves.ts";
import { currentMembership } from "./current.ts";
import { movedEvents } from "./events.ts";
import { countByTier, loadMemberships, membersNumberedBefore, saveMemberships } from "./store.ts";

/** Members written down per transaction: bounds its length, and how long a purchase waits for the lock. */
const MEMBERS_AT_ONCE = 500;

export interface MoveTierParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly programs: (orgId: number) => Promise<OrgPrograms>;
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  readonly membersAtOnce?: number;
}

/**
 * Writes down what new numbers and removed tiers make of an organisation's members. Every decision and read sees it so from the moment the
 * version was published (`currentMembership`), so that this may take its time: it pages by key, in short transactions under the members'
 * locks, and may be killed anywhere. Returns how many memberships it wrote.
 */
export const moveTiers = async (parts: MoveTierParts, orgId: number): Promise<number> => {
  const { db, programs, membersAtOnce = MEMBERS_AT_ONCE } = parts;
  let count = 0;
  for (const history of (await programs(orgId)).all) {
    const { programId, newest } = history;
    if (newest.numbering === 1) continue;
    for (;;) {
      const partyIds = await db.transaction(orgId, (tx) =>
        membersNumberedBefore(tx, orgId, { programId, numbering: newest.numbering, limit: membersAtOnce }),
      );
      if (partyIds.length === 0) break;
      count += await db.transaction(orgId, (tx) => moveMembers(tx, parts, orgId, history, partyIds));
    }
  }
  return count;
};

/** Moves members of organisations, one after another; see `inTurn` for what fails. */
export const moveTiersOf = (
  parts: MoveTierParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
): Promise<void> =>
  inTurn(orgIds, parts.log, "members of an organisation could not be moved to other tiers", (orgId) =>
    moveTiers(parts, orgId),
  );

const moveMembers = async (
  tx: Tx,
  { clock, publish }: MoveTierParts,
  orgId: number,
  history: ProgramHistory,
  partyIds: readonly number[],
): Promise<number> => {
  const [, memberships] = await Promise.all([
    lockParties(tx, orgId, partyIds),
    loadMemberships(tx, orgId, partyIds),
  ]);
  const moved = memberships
    .filter(({ programId }) => programId === history.programId)
    .map((membership) => currentMembership(history, membership));
  const recordedAt = clock.now();
  await saveMemberships(
    tx,
    orgId,
    moved.map((membership) => ({ membership, tierChange: null, transactionId: null, recordedAt })),
  );
  await publish(
    tx,
    moved.flatMap((membership) => movedEvents(orgId, membership)),
  );
  return moved.length;
};

/** What publishing a definition would make of the members of one tier. */
export interface TierMovePreview {
  readonly from: { readonly number: number; readonly name: string };
  readonly to: { readonly number: number; readonly name: string };
  /** The tier is gone: its members go to another. Otherwise they stay, and the tier has another number or name. */
  readonly isRemoved: boolean;
  readonly members: number;
}

/** What a definition would make of members, tier by tier, if it followed the published one. Tiers that stay as they are are left out. */
export const previewTierMoves = async (
  tx: Tx,
  orgId: number,
  history: ProgramHistory,
  definition: ProgramDefinition,
): Promise<TierMovePreview[]> => {
  const { newest, programId } = history;
  const moves = tierMovesBetween(newest.definition, definition);
  const counts = new Map<number, number>();
  for (const { tier, numbering, members } of await countByTier(tx, orgId, programId)) {
    const number = renumbered(newest, tier, numbering);
    counts.set(number, (counts.get(number) ?? 0) + members);
  }
  const nameIn = (tiers: readonly { readonly name: string }[], number: number) =>
    tiers[number - 1]?.name ?? "";
  return moves.flatMap((move: TierMove) => {
    const from = { number: move.from, name: nameIn(newest.tiers, move.from) };
    const to = { number: move.to, name: nameIn(definition.tiers, move.to) };
    if (!movesMembers([move]) && from.name === to.name) return [];
    return [{ from, to, isRemoved: move.isRemoved, members: counts.get(move.from) ?? 0 }];
  });
};
