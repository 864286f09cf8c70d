import type { Instant } from "#platform";
import type { CompiledGroup, CompiledTarget, OrgTargets } from "./compile.ts";
import { type BillLeft, contributionLeft } from "./contribution.ts";
import { freshValue, moveValue } from "./progress.ts";
import type { TargetEvent, TargetState, TargetValue } from "./schema.ts";
import { changeBy, isOver, recordEvent, windowOf } from "./track.ts";
import { TargetLedger, type Tracked } from "./tracked.ts";

/** A return of a bill, as targets count it. */
export interface CountedReturn {
  readonly returnId: number;
  readonly number: string;
  readonly transactionId: number;
  readonly returnedAt: Instant;
  readonly now: Instant;
  readonly left: BillLeft;
}

/**
 * What a return takes from the targets that its bill counted in. A period that is over keeps its value; where the organisation
 * says so, a bill that came back whole is taken off the period that runs instead.
 */
export const trackReturn = (targets: OrgTargets, item: CountedReturn, state: TargetState): Tracked => {
  const ledger = new TargetLedger(state);
  if (targets.options.lowersOnReturn)
    for (const group of targets.groups)
      for (const target of group.targets) countReturn(ledger, targets, group, target, item);
  return ledger.result();
};

const countReturn = (
  ledger: TargetLedger,
  targets: OrgTargets,
  group: CompiledGroup,
  target: CompiledTarget,
  item: CountedReturn,
): void => {
  const events = ledger.eventsOfBill(target.id, item.transactionId);
  const first = events.find(({ name }) => name === "ADD_TRANSACTION");
  if (first === undefined) return;
  const counted = events.reduce((sum, { value }) => sum + value, 0);
  const change = contributionLeft(target, { value: first.value, parts: first.parts }, item.left) - counted;
  if (change === 0) return;
  const row = ledger.value(target.id, first.cycle);
  if (row === null) return;
  const window = {
    cycle: row.cycle,
    startsAt: row.startsAt?.getTime() ?? null,
    endsAt: row.endsAt?.getTime() ?? null,
  };
  if (!isOver(window, item.now, targets.options)) lower(ledger, group, target, row, first, change, item);
  else if (targets.options.carriesReturns && item.left.isWhole) {
    const next = rowOfNow(ledger, targets, group, target, item);
    if (next !== null) lower(ledger, group, target, next, null, change, item);
  }
};

const rowOfNow = (
  ledger: TargetLedger,
  { timeZone }: OrgTargets,
  group: CompiledGroup,
  target: CompiledTarget,
  { returnedAt }: CountedReturn,
): TargetValue | null => {
  const window = windowOf(ledger, group, target, ledger.enrolment(target.id), returnedAt, timeZone);
  if (window === null) return null;
  return ledger.value(target.id, window.cycle) ?? freshValue(ledger.partyId, group, target, window);
};

/** `bill` is the event of the bill, where the value that it went into changes. */
const lower = (
  ledger: TargetLedger,
  group: CompiledGroup,
  target: CompiledTarget,
  row: TargetValue,
  bill: TargetEvent | null,
  value: number,
  { returnId, number, transactionId, returnedAt, now }: CountedReturn,
): void => {
  const day = bill?.day ?? new Date(returnedAt).toISOString().slice(0, 10);
  const change = bill === null ? value : changeBy(ledger, target, row, { day, transactionId }, { value });
  const counted = recordEvent(ledger, row, {
    ...{ name: "RETURN_BILL", transactionId, uniqueId: number, day, at: returnedAt, now },
    contribution: { value, parts: null },
  });
  if (change === 0) {
    ledger.setValue(counted);
    return;
  }
  const cause = { at: returnedAt, transactionId, returnId, activity: "ReturnBill" };
  moveValue(ledger, group, target, counted, change, cause);
};
