import type { NewEvent } from "#events";
import { lockParties } from "#ledger";
import { type Clock, type Db, type Instant, inTurn, type Logger, type Tx } from "#platform";
import type { CompiledGroup, CompiledTarget, OrgTargets } from "./compile.ts";
import {
  type Completed,
  completeValues,
  markPeriodCompleted,
  membersToComplete,
  periodsToComplete,
  valuesToComplete,
} from "./completion-store.ts";
import { targetEvents } from "./events.ts";
import { factsOf, freshValue, milestonesOf } from "./progress.ts";
import type { Targets } from "./service.ts";

/** Members told per transaction: bounds its length, and how long a purchase waits for the lock. */
const MEMBERS_AT_ONCE = 500;
const DAY = 86_400_000;

export interface CompletionParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly targets: Pick<Targets, "compiled">;
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  readonly membersAtOnce?: number;
}

/**
 * Tells of periods that are over, late sales included: once for every member who took part, whether the target was reached or not. It
 * pages by member in short transactions under their locks; killed anywhere it goes on where it was, and what days of rest left is caught up on.
 */
export const completePeriods = async (parts: CompletionParts, orgId: number): Promise<number> => {
  const targets = await parts.targets.compiled(orgId);
  if (targets === null) return 0;
  const now = parts.clock.now().getTime();
  const before = now - targets.options.delayDays * DAY;
  return (
    (await completeFixed(parts, targets, before, now)) + (await completeCyclic(parts, targets, before, now))
  );
};

/** Completes periods of organisations, one after another; see `inTurn` for what fails. */
export const completePeriodsOf = (
  parts: CompletionParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
): Promise<void> =>
  inTurn(orgIds, parts.log, "periods of an organisation's targets could not be completed", (orgId) =>
    completePeriods(parts, orgId),
  );

const completeFixed = async (
  parts: CompletionParts,
  targets: OrgTargets,
  before: Instant,
  now: Instant,
): Promise<number> => {
  const { db, membersAtOnce: limit = MEMBERS_AT_ONCE } = parts;
  const { orgId } = targets;
  let told = 0;
  for (const { groupId, id, cycle } of await db.transaction(orgId, (tx) =>
    periodsToComplete(tx, orgId, before),
  )) {
    const group = targets.groups.find((one) => one.id === groupId);
    for (const target of group?.targets ?? []) {
      for (;;) {
        const page = { targetId: target.id, cycle, limit };
        const partyIds = await db.transaction(orgId, (tx) => membersToComplete(tx, orgId, page));
        if (partyIds.length === 0) break;
        told += await tellMembers(parts, targets, group!, target, { cycle, partyIds, now });
      }
    }
    await db.transaction(orgId, (tx) => markPeriodCompleted(tx, orgId, id, now));
  }
  return told;
};

const completeCyclic = async (
  parts: CompletionParts,
  targets: OrgTargets,
  before: Instant,
  now: Instant,
): Promise<number> => {
  const { db, membersAtOnce: limit = MEMBERS_AT_ONCE } = parts;
  const { orgId } = targets;
  const groups = targets.groups.filter(({ evaluationType }) => evaluationType === "CYCLIC_WINDOW");
  if (groups.length === 0) return 0;
  const groupIds = groups.map(({ id }) => id);
  let told = 0;
  for (;;) {
    const page = await db.transaction(orgId, (tx) =>
      valuesToComplete(tx, orgId, { groupIds, before, limit }),
    );
    if (page.length === 0) return told;
    for (const group of groups)
      for (const target of group.targets)
        for (const cycle of new Set(
          page.filter((row) => row.targetId === target.id).map((row) => row.cycle),
        )) {
          const partyIds = page
            .filter((row) => row.targetId === target.id && row.cycle === cycle)
            .map(({ partyId }) => partyId);
          told += await tellMembers(parts, targets, group, target, { cycle, partyIds, now });
        }
  }
};

interface Members {
  readonly cycle: number;
  readonly partyIds: readonly number[];
  readonly now: Instant;
}

const tellMembers = (
  { db, publish }: CompletionParts,
  { orgId }: OrgTargets,
  group: CompiledGroup,
  target: CompiledTarget,
  { cycle, partyIds, now }: Members,
): Promise<number> =>
  db.transaction(orgId, async (tx) => {
    await lockParties(tx, orgId, partyIds);
    const period = group.periods[cycle - 1];
    const window = {
      cycle,
      startsAt: period?.startsAt?.getTime() ?? null,
      endsAt: period?.endsAt?.getTime() ?? null,
    };
    const rows = partyIds.map((partyId) => freshValue(partyId, group, target, window));
    // Somebody else may have been here since the page was read: only what is completed now is told.
    const completed = await completeValues(tx, orgId, rows, now);
    await publish(
      tx,
      completed.flatMap((row) => targetEvents(orgId, row.partyId, [factOf(group, target, row, now)])),
    );
    return completed.length;
  });

const factOf = (group: CompiledGroup, target: CompiledTarget, row: Completed, now: Instant) => ({
  type: "target.period_completed",
  at: now,
  payload: {
    ...factsOf(group, target, row),
    achieved: String(row.achieved / target.scale),
    defined: String(row.defined / target.scale),
    isAchieved: row.achieved >= row.defined,
    milestones: milestonesOf(target, row),
  },
});
