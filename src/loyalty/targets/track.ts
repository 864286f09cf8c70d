import { type Instant, localDate } from "#platform";
import type { CompiledGroup, CompiledTarget, OrgTargets, TargetOptions } from "./compile.ts";
import { type Contribution, type CountedBill, contributionOf } from "./contribution.ts";
import { factsOf, freshValue, moveValue, takesPart } from "./progress.ts";
import type { Enrolment, TargetState, TargetValue } from "./schema.ts";
import { TargetLedger, type Tracked } from "./tracked.ts";
import { cyclicWindow, fixedWindow, type Window } from "./windows.ts";

const DAY = 86_400_000;

/** What one purchase does to the targets of the member who made it. Pure: the same state and bill always come to the same. */
export const trackTargets = (targets: OrgTargets, bill: CountedBill, state: TargetState): Tracked => {
  const ledger = new TargetLedger(state);
  for (const group of targets.groups)
    for (const target of group.targets) if (target.isActive) countBill(ledger, targets, group, target, bill);
  return ledger.result();
};

const countBill = (
  ledger: TargetLedger,
  { options, timeZone }: OrgTargets,
  group: CompiledGroup,
  target: CompiledTarget,
  bill: CountedBill,
): void => {
  const { facts } = bill;
  const { billedAt: at } = facts;
  const enrolment = ledger.enrolment(target.id);
  if (enrolment === null && target.enrolmentMethod !== "TRANSACTION") return;
  const window = windowOf(ledger, group, target, enrolment, at, timeZone);
  if (window === null || isOver(window, facts.now, options)) return;
  if (enrolment !== null) {
    if (!takesPart(enrolment, window, at)) return;
    if (options.fromEnrolment && at < enrolment.enrolledAt.getTime()) return;
  }
  const contribution = contributionOf(target, bill);
  if (contribution === null) return;
  if (enrolment === null)
    enrolMember(ledger, group, target, {
      ...{ method: "TRANSACTION", at, window },
      startsAt: group.evaluationType === "CYCLIC_WINDOW" ? at : null,
    });
  else if (group.evaluationType === "CYCLIC_WINDOW" && enrolment.startsAt === null)
    ledger.enrol({ ...enrolment, startsAt: new Date(at) });
  const row = ledger.value(target.id, window.cycle) ?? freshValue(ledger.partyId, group, target, window);
  const day = localDate(at, facts.timeZone);
  const change = changeBy(ledger, target, row, { day, transactionId: facts.transactionId }, contribution);
  const counted = recordEvent(ledger, row, {
    name: "ADD_TRANSACTION",
    transactionId: facts.transactionId,
    uniqueId: facts.number,
    ...{ day, at, now: facts.now, contribution },
  });
  const cause = { at, transactionId: facts.transactionId, returnId: null, activity: "TransactionAdd" };
  moveValue(ledger, group, target, counted, change, cause);
};

/** The period that an event of a member counts in; null: none. */
export const windowOf = (
  ledger: TargetLedger,
  group: CompiledGroup,
  target: CompiledTarget,
  enrolment: Enrolment | null,
  at: Instant,
  zone: string,
): Window | null => {
  switch (group.evaluationType) {
    case "FIXED_CALENDAR_WINDOW":
      return fixedWindow(group, at);
    case "CYCLIC_WINDOW":
      return cyclicWindow(group, enrolment?.startsAt?.getTime() ?? at, at, zone);
    case "PERIOD_AGNOSTIC_WINDOW": {
      const reached = ledger.valuesOf(target.id).filter(({ achievedAt }) => achievedAt !== null).length;
      return { cycle: reached + 1, startsAt: null, endsAt: null };
    }
  }
};

/** Bills that come in after the end of their period, and after the days that sales may be late, are lost for it. */
export const isOver = ({ endsAt }: Window, now: Instant, { delayDays }: TargetOptions): boolean =>
  endsAt !== null && now >= endsAt + delayDays * DAY;

/** Enrols a member and tells of it. */
export const enrolMember = (
  ledger: TargetLedger,
  group: CompiledGroup,
  target: CompiledTarget,
  {
    method,
    at,
    window,
    startsAt,
  }: {
    readonly method: string;
    readonly at: Instant;
    readonly window: Window;
    readonly startsAt: Instant | null;
  },
): Enrolment => {
  const { partyId } = ledger;
  const fromCycle = method === "TRANSACTION" ? 1 : window.cycle;
  const row: Enrolment = {
    ...{ partyId, targetId: target.id, groupId: group.id, method, fromCycle },
    enrolledAt: new Date(at),
    startsAt: startsAt === null ? null : new Date(startsAt),
    streakFrom: fromCycle,
    leftAt: null,
  };
  ledger.enrol(row);
  const { defined } = ledger.value(target.id, window.cycle) ?? freshValue(partyId, group, target, window);
  ledger.tell("target.enrolled", at, {
    ...factsOf(group, target, window),
    source: method,
    defined: String(defined / target.scale),
    achieved: "0",
    startsAt: window.startsAt,
    cycleStartsAt: window.startsAt ?? startsAt,
  });
  if (target.levels.length > 0) ledger.tell("streak.enrolled", at, streakFacts(group, target, window, 0));
  return row;
};

/** What facts of a streak say. */
export const streakFacts = (group: CompiledGroup, target: CompiledTarget, window: Window, value: number) => ({
  ...factsOf(group, target, window),
  streakName: group.name,
  levels: target.levels.map(({ value: count }) => count),
  startsAt: group.periods[0]?.startsAt?.getTime() ?? null,
  endsAt: group.periods.at(-1)?.endsAt?.getTime() ?? null,
  value,
});

const dayValue = ({ daily }: CompiledTarget, bills: ReadonlyMap<number, number>): number => {
  const values = [...bills.values()].filter((value) => value !== 0);
  if (values.length === 0) return 0;
  switch (daily) {
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "visit":
      return Math.max(...values);
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
  }
};

/** How much the value of a period changes with what a bill counts for by itself. */
export const changeBy = (
  ledger: TargetLedger,
  target: CompiledTarget,
  { cycle }: Pick<TargetValue, "cycle">,
  { day, transactionId }: { readonly day: string; readonly transactionId: number },
  { value }: Pick<Contribution, "value">,
): number => {
  if (target.daily === "sum") return value;
  const bills = ledger.dayOf(target.id, cycle, day);
  const before = dayValue(target, bills);
  bills.set(transactionId, (bills.get(transactionId) ?? 0) + value);
  return dayValue(target, bills) - before;
};

interface Recorded {
  readonly name: "ADD_TRANSACTION" | "RETURN_BILL";
  readonly transactionId: number;
  readonly uniqueId: string;
  readonly day: string;
  readonly at: Instant;
  readonly now: Instant;
  readonly contribution: Contribution;
}

/** Keeps what a value moved by; answers the row with the event counted. */
export const recordEvent = (
  ledger: TargetLedger,
  row: TargetValue,
  { name, transactionId, uniqueId, day, at, now, contribution: { value, parts } }: Recorded,
): TargetValue => {
  const no = row.eventCount + 1;
  const { partyId } = ledger;
  ledger.record({
    ...{ partyId, targetId: row.targetId, cycle: row.cycle, no, name, transactionId, uniqueId, day },
    ...{ occurredAt: new Date(at), processedAt: new Date(now), value, parts },
  });
  const last = row.lastEventAt;
  return { ...row, eventCount: no, lastEventAt: last !== null && last.getTime() > at ? last : new Date(at) };
};
