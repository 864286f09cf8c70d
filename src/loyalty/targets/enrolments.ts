import type { NewEvent } from "#events";
import { lockParties } from "#ledger";
import {
  AppError,
  type Body,
  type Instant,
  type Issue,
  isObject,
  issue,
  localDate,
  type Tx,
} from "#platform";
import type { CompiledGroup, CompiledTarget, OrgTargets } from "./compile.ts";
import { errors } from "./errors.ts";
import { targetEvents } from "./events.ts";
import { loadTargets, targetWrites } from "./party-store.ts";
import { freshValue, moveValue } from "./progress.ts";
import type { TargetEventName, TargetValue } from "./schema.ts";
import { forgetLevels } from "./store.ts";
import { hitsOf, streakValue } from "./streaks.ts";
import { enrolMember, streakFacts } from "./track.ts";
import { TargetLedger } from "./tracked.ts";
import { cyclicWindow, fixedWindow, type Window } from "./windows.ts";

/** What one item of a call asks for. */
export interface EnrolmentInput {
  readonly customerId: number;
  readonly periodName: string | null;
  readonly initialBalance: number | null;
  readonly resetStreak: boolean;
}

/** Ids of customers for whom it was done, and why not for the others. */
export interface EnrolmentOutcome {
  readonly done: readonly number[];
  readonly refused: readonly Issue[];
}

export interface EnrolmentParts {
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  /** Who customers are now, by the ids that were asked for. */
  readonly currentIds: (
    tx: Tx,
    orgId: number,
    ids: readonly number[],
  ) => Promise<ReadonlyMap<number, number>>;
}

const MOST_ITEMS = 100;

/** Reads the array of a call. */
export const parseEnrolments = (body: unknown): EnrolmentInput[] => {
  if (!Array.isArray(body) || body.length === 0 || body.length > MOST_ITEMS || !body.every(isObject))
    throw errors.bad_target_field({ field: "the body", expected: `an array of 1 to ${MOST_ITEMS} objects` });
  return (body as Body[]).map((item, index) => {
    const at = (field: string) => `[${index}].${field}`;
    const customerId = Number(item.customerId);
    if (!Number.isSafeInteger(customerId) || customerId <= 0)
      throw errors.bad_target_field({ field: at("customerId"), expected: "the id of a customer" });
    const { initialBalance = null, periodName = null, resetStreakStatus = false } = item;
    if (
      initialBalance !== null &&
      !(typeof initialBalance === "number" && initialBalance >= 0 && initialBalance <= 1e12)
    )
      throw errors.bad_target_field({
        field: at("initialBalance"),
        expected: "a number of 0 or more, or null",
      });
    if (periodName !== null && typeof periodName !== "string")
      throw errors.bad_target_field({ field: at("periodName"), expected: "the refCode of a period" });
    if (typeof resetStreakStatus !== "boolean")
      throw errors.bad_target_field({ field: at("resetStreakStatus"), expected: "true or false" });
    return { customerId, periodName, initialBalance, resetStreak: resetStreakStatus };
  });
};

interface Place {
  readonly targets: OrgTargets;
  readonly group: CompiledGroup;
  readonly target: CompiledTarget;
  readonly now: Instant;
}

type Change = (ledger: TargetLedger, place: Place, input: EnrolmentInput) => void;

const isStreak = ({ levels }: CompiledTarget): boolean => levels.length > 0;

/** The period that runs, or else the next one. */
const periodOfNow = ({ group, now, targets }: Place, startsAt: Instant | null): Window => {
  const none = { cycle: 1, startsAt: null, endsAt: null };
  if (group.evaluationType === "PERIOD_AGNOSTIC_WINDOW") return none;
  if (group.evaluationType === "CYCLIC_WINDOW")
    return startsAt === null ? none : (cyclicWindow(group, startsAt, now, targets.timeZone) ?? none);
  const next = group.periods.find(
    ({ isActive, endsAt }) => isActive && endsAt !== null && endsAt.getTime() > now,
  );
  if (next === undefined)
    throw errors.unknown_target_period({ field: "periodName", value: "that runs or is to come" });
  return fixedWindow(group, Math.max(now, next.startsAt!.getTime())) ?? none;
};

const periodNamed = (place: Place, name: string | null, startsAt: Instant | null): Window => {
  if (isStreak(place.target)) return periodOfNow(place, startsAt);
  if (name === null) throw errors.missing_target_field({ field: "periodName" });
  const period = place.group.periods.find(({ refCode }) => refCode.toLowerCase() === name.toLowerCase());
  if (period === undefined)
    throw errors.unknown_target_period({ field: "periodName", value: name.slice(0, 60) });
  return {
    cycle: period.cycle,
    startsAt: period.startsAt?.getTime() ?? null,
    endsAt: period.endsAt?.getTime() ?? null,
  };
};

/** Enrols from a period on, and in all later ones. */
const enrolOne: Change = (ledger, place, { periodName, initialBalance, resetStreak }) => {
  const { group, target, now } = place;
  const before = ledger.enrolment(target.id);
  if (before !== null && before.leftAt === null)
    throw errors.already_enrolled({ id: ledger.partyId, target: target.id });
  const startsAt = before?.startsAt?.getTime() ?? null;
  const window = periodNamed(place, periodName, startsAt);
  const enrolled = enrolMember(ledger, group, target, { method: "IMPORT", at: now, window, startsAt });
  if (before !== null && !resetStreak) ledger.enrol({ ...enrolled, streakFrom: before.streakFrom });
  const row = ledger.value(target.id, window.cycle) ?? freshValue(ledger.partyId, group, target, window);
  const balance = initialBalance === null ? row.achieved : Math.round(initialBalance * target.scale);
  const counted = recordChange(ledger, place, row, "ENROL", balance - row.achieved);
  if (balance === row.achieved) ledger.setValue(counted);
  else {
    const cause = { at: now, transactionId: null, returnId: null, activity: "Enrol" };
    moveValue(ledger, group, target, counted, balance - row.achieved, cause);
  }
};

/** Takes a member out from the period that runs on. */
const unEnrolOne: Change = (ledger, place) => {
  const { group, target, now } = place;
  const before = ledger.enrolment(target.id);
  if (before === null || before.leftAt !== null)
    throw errors.not_enrolled({ id: ledger.partyId, target: target.id });
  const window = periodOfNow(place, before.startsAt?.getTime() ?? null);
  ledger.enrol({ ...before, leftAt: new Date(Math.min(now, window.startsAt ?? now)) });
  const row = ledger.value(target.id, window.cycle);
  if (row !== null) ledger.setValue(recordChange(ledger, place, row, "UNENROL", 0));
  if (!isStreak(target)) return;
  const hits = hitsOf(group, before.streakFrom, ledger.valuesOf(target.id));
  const value = streakValue(hits, window.cycle, group.trackingType === "STREAK");
  ledger.tell("streak.left", now, streakFacts(group, target, window, value));
};

const recordChange = (
  ledger: TargetLedger,
  { now, targets: { timeZone } }: Place,
  row: TargetValue,
  name: TargetEventName,
  value: number,
): TargetValue => {
  const no = row.eventCount + 1;
  const at = new Date(now);
  ledger.record({
    ...{ partyId: ledger.partyId, targetId: row.targetId, cycle: row.cycle, no, name, transactionId: null },
    ...{ uniqueId: "", day: localDate(now, timeZone), occurredAt: at, processedAt: at, value, parts: null },
  });
  return { ...row, eventCount: no };
};

/** Enrols members, or takes them out, each by itself, in one transaction under their locks. */
export const changeEnrolments = async (
  tx: Tx,
  { publish, currentIds }: EnrolmentParts,
  place: Place,
  inputs: readonly EnrolmentInput[],
  isLeaving: boolean,
): Promise<EnrolmentOutcome> => {
  const { orgId } = place.targets;
  const current = await currentIds(
    tx,
    orgId,
    inputs.map(({ customerId }) => customerId),
  );
  const partyIds = [...new Set(current.values())].sort((a, b) => a - b);
  const [, states] = await Promise.all([
    lockParties(tx, orgId, partyIds),
    loadTargets(tx, orgId, partyIds, { transactionIds: [], days: [] }),
  ]);
  const done: number[] = [];
  const refused: Issue[] = [];
  const rows = { enrolments: [], values: [], levels: [], events: [] } as Parameters<typeof targetWrites>[1];
  const events: NewEvent[] = [];
  const afresh: number[] = [];
  for (const input of inputs) {
    const partyId = current.get(input.customerId);
    try {
      if (partyId === undefined) throw errors.unknown_target_customer({ id: input.customerId });
      let state = states.get(partyId)!;
      if (input.resetStreak && !isLeaving) {
        afresh.push(partyId);
        state = { ...state, levels: state.levels.filter(({ targetId }) => targetId !== place.target.id) };
      }
      const ledger = new TargetLedger(state);
      (isLeaving ? unEnrolOne : enrolOne)(ledger, place, input);
      const tracked = ledger.result();
      states.set(partyId, tracked.state);
      for (const key of ["enrolments", "values", "levels", "events"] as const)
        (rows[key] as unknown[]).push(...tracked[key]);
      events.push(...targetEvents(orgId, partyId, tracked.facts));
      done.push(input.customerId);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push(issue(error.number, error.message));
    }
  }
  if (afresh.length > 0) await forgetLevels(tx, orgId, place.target.id, afresh);
  await Promise.all([tx.runAll(targetWrites(orgId, rows)), publish(tx, events)]);
  return { done, refused };
};
