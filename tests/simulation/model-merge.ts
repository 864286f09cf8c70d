import type { ModelCustomer } from "./model.ts";
import { byUse, isOpen, type ModelLot, type Part } from "./model-lots.ts";

/** What went from one customer to another, and how it stood before, so that it can go back. */
interface Handover {
  readonly moved: readonly { readonly from: ModelLot; readonly part: number; readonly to: ModelLot }[];
  /** What the one owed and the other took over, and the lots that paid of it. */
  readonly debt: number;
  readonly paid: readonly Part[];
  /** What the other owed before. */
  readonly owed: number;
}

/** A customer who became part of another. */
export interface ModelMerge extends Handover {
  readonly survivorId: number;
  readonly victimId: number;
  /** The product's number of it. */
  readonly id: number;
  /** Both customers' newest events after it. */
  readonly events: readonly [number, number];
  /** How often bills of the victim's had gone back before it. */
  readonly returns: number;
  isUndone: boolean;
}

const NOTHING: Handover = { moved: [], debt: 0, paid: [], owed: 0 };

/** All that one owns and owes is the other's from now on; what is owed is paid first by what that bill earned. */
export const handOver = (
  victim: ModelCustomer,
  survivor: ModelCustomer,
  payFirst: string | null = null,
): Handover => {
  const leaving = [victim.lots, victim.promised].flatMap((lots) => lots.filter(isOpen).sort(byUse));
  const { debt } = victim;
  if (leaving.length === 0 && debt === 0) return NOTHING;
  const [left, arrived] = [victim.nextEvent(), survivor.nextEvent()];
  const owed = survivor.debt;
  const moved = leaving.map((from) => {
    const [part, to] = [from.left, survivor.receive(from, arrived)];
    victim.draw(part, "merge", left, [from]);
    return { from, part, to };
  });
  const first = survivor.lots.filter(({ bill }) => payFirst !== null && bill === payFirst);
  const early = survivor.draw(debt, "merge", arrived, first);
  const rest = debt - early.reduce((sum, { part }) => sum + part, 0);
  const paid = [...early, ...survivor.take(rest, "merge", arrived)];
  victim.debt = 0;
  return { moved, debt, paid, owed };
};

/** One customer becomes part of another; holds end. */
export const merge = (
  victim: ModelCustomer,
  survivor: ModelCustomer,
): Handover & Pick<ModelMerge, "events" | "returns"> => {
  for (const hold of victim.holds.values()) hold.open = false;
  const handover = handOver(victim, survivor);
  return { ...handover, events: [survivor.events, victim.events], returns: victim.returns };
};

/**
 * Whether a merge can be taken back: neither of the two went on, no bill of the victim's went back (which may move no points), nothing is
 * held, and no date of what moved was moved.
 */
export const canUndo = (
  { events, returns, moved }: ModelMerge,
  victim: ModelCustomer,
  survivor: ModelCustomer,
  now: number,
): boolean =>
  survivor.events === events[0] &&
  victim.events === events[1] &&
  victim.returns === returns &&
  survivor.held(now) === 0 &&
  moved.every(({ from, to }) => from.expires === to.expires);

/** Takes a merge back: both have what they had. */
export const undo = (made: ModelMerge, victim: ModelCustomer, survivor: ModelCustomer): void => {
  made.isUndone = true;
  if (made.moved.length === 0 && made.debt === 0) return;
  const closed = survivor.nextEvent();
  victim.nextEvent();
  for (const { from, part, to } of made.moved) {
    from.left = part;
    forget(from, made.events[1]);
    to.left = 0;
    to.uses.splice(0, to.uses.length, { event: closed, kind: "merge", amount: to.amount });
  }
  for (const { lot, part } of made.paid) {
    lot.left += part;
    forget(lot, made.events[0]);
  }
  survivor.debt = made.owed;
  victim.debt = made.debt;
};

/** Of what the merge took nothing is left. */
const forget = (lot: ModelLot, event: number): void => {
  for (const use of lot.uses) if (use.kind === "merge" && use.event === event) use.amount = 0;
};
