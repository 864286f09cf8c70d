import type { NewEvent } from "#events";
import {
  type BillLeft,
  emptyTargets,
  type Loyalty,
  loadTargets,
  type MemberState,
  type OrgTargets,
  type TargetState,
  type Tracked,
  targetEvents,
  trackReturn,
} from "#loyalty";
import type { Organisation } from "#orgs";
import { localDate, type Tx } from "#platform";
import type { Passage, ReturnPassage, Snapshot, Writes } from "./passage.ts";
import { goneOf, isReturned } from "./returns/rules.ts";
import type { JudgedReturn, ReturnableBill } from "./returns/schema.ts";
import { hasCustomer } from "./schema.ts";
import { zoneOfStore } from "./visits.ts";

/** Targets of a batch's members, as its decisions so far left them. */
export interface BatchTargets {
  /** Null where the organisation has none. */
  readonly definitions: OrgTargets | null;
  readonly states: Map<number, TargetState>;
}

export const NO_TARGETS: BatchTargets = { definitions: null, states: new Map() };

/** What of targets the batch looks at, under the locks of its parties. An organisation without targets reads nothing. */
export const targetsOfBatch = async (
  tx: Tx,
  loyalty: Pick<Loyalty, "targets">,
  organisation: Organisation,
  batch: readonly Passage[],
): Promise<BatchTargets> => {
  const definitions = await loyalty.targets.compiled(organisation.id);
  if (definitions === null) return NO_TARGETS;
  const open = batch.filter(({ outcome, purchase }) => outcome === null && hasCustomer(purchase.type));
  const returned = open.flatMap((passage) => passage.returns.map((item) => ({ item, passage })));
  const victims = new Map(
    returned
      .filter(({ item, passage }) => item.partyId !== passage.partyId)
      .map(({ item, passage }) => [item.partyId, passage.partyId]),
  );
  const days = definitions.looksAtDays
    ? open.map(({ purchase }) => localDate(purchase.billedAt, zoneOfStore(organisation, purchase.storeId)))
    : [];
  const states = await loadTargets(
    tx,
    organisation.id,
    [...new Set(open.map(({ partyId }) => partyId))],
    { transactionIds: returned.flatMap(({ item }) => item.original?.id ?? []), days: [...new Set(days)] },
    victims,
  );
  return { definitions, states };
};

/** The targets of a member, for a decision. */
export const memberTargets = (
  { targets: { definitions, states } }: Pick<Snapshot, "targets">,
  partyId: number,
): Pick<MemberState, "targets"> =>
  definitions === null
    ? {}
    : { targets: { definitions, state: states.get(partyId) ?? emptyTargets(partyId) } };

/** Lets later decisions of the batch see what became of targets, and collects rows; answers what is to be told. */
export const keepTargets = (
  tracked: Tracked | undefined,
  { organisation, targets }: Pick<Snapshot, "organisation" | "targets">,
  writes: Writes,
): readonly NewEvent[] => {
  if (tracked === undefined) return [];
  const { state, enrolments, values, levels, events, facts } = tracked;
  targets.states.set(state.partyId, state);
  writes.targets.enrolments.push(...enrolments);
  writes.targets.values.push(...values);
  writes.targets.levels.push(...levels);
  writes.targets.events.push(...events);
  return targetEvents(organisation.id, state.partyId, facts);
};

/** Takes what goes back off the targets that its bill counted in. */
export const lowerTargets = (
  { purchase }: Passage,
  { transactionId, partyId }: ReturnPassage,
  { bill }: JudgedReturn,
  snapshot: Snapshot,
  writes: Writes,
): void => {
  const { definitions, states } = snapshot.targets;
  if (definitions === null || bill === null) return;
  const ownerId = snapshot.profiles.get(partyId)?.mergedInto ?? partyId;
  const state = states.get(ownerId);
  if (state === undefined) return;
  const tracked = trackReturn(
    definitions,
    {
      returnId: transactionId,
      number: purchase.ownNumber === "" ? bill.before.number : purchase.ownNumber,
      transactionId: bill.before.id,
      returnedAt: purchase.billedAt,
      now: purchase.now,
      left: leftOfBill(bill.after),
    },
    state,
  );
  writes.events.push(...keepTargets(tracked, snapshot, writes));
};

const leftOfBill = (bill: ReturnableBill): BillLeft => ({
  amount: { left: bill.amount - bill.returnedAmount, whole: bill.amount },
  lines: new Map(
    bill.lines.flatMap((line) => {
      const gone = goneOf(bill, line);
      if (gone.quantity === 0 && gone.amount === 0) return [];
      // Money alone may go back of a line.
      const share =
        gone.quantity > 0
          ? { left: line.quantity - gone.quantity, whole: line.quantity }
          : { left: line.amount - gone.amount, whole: line.amount };
      return [[line.lineNo, share] as const];
    }),
  ),
  isWhole: isReturned(bill),
});
