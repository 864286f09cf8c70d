import type { TrackerFacts, TrackerValueFacts } from "#expressions";
import { localDate, POINTS_SCALE } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import type { CompiledCase, CompiledTracker } from "../programs/trackers.ts";
import type { TrackerValue } from "../tiers/rules.ts";
import {
  aggregateOf,
  caseKey,
  NOTHING_TRACKED,
  rowOf,
  type TrackerCaseState,
  type TrackerChanges,
  type TrackerMoment,
  type TrackerState,
} from "../trackers/state.ts";
import { daysOf, windowOn } from "../trackers/windows.ts";
import type { Item } from "./award.ts";
import type { Membership, TransactionFacts } from "./schema.ts";

/** What a case comes to when its tracker was evaluated. */
export interface CaseOutcome {
  readonly case: CompiledCase;
  /** In its exact units: with what was tracked, and without. */
  readonly current: number;
  readonly previous: number;
  /** 0 it does not hold, 1 it holds, 2 it has forwarded often enough. */
  readonly outcome: 0 | 1 | 2;
}

export interface Tracked {
  readonly value: number;
  readonly cases: readonly CaseOutcome[];
}

/** What an event added so far. */
interface Added {
  sum: number;
  count: number;
}

/** What of the points that were given is tracked, in thousandths. */
export interface GivenSoFar {
  readonly regular: number;
  readonly inCurrency: (currencyId: number) => number;
}

/** Tracks what one bill adds to the trackers of a member, on the state before it. */
export class TrackerMeter {
  readonly #trackers: readonly CompiledTracker[];
  readonly #facts: TransactionFacts;
  readonly #state: TrackerState;
  readonly #moment: TrackerMoment;
  readonly #added = new Map<number, Added>();
  /** What conditions see of the event: what sets before this one added. */
  #settled = new Map<number, Added>();
  readonly #before = new Map<string, number>();
  readonly #forwards = new Map<string, number>();

  constructor(
    { trackers }: Pick<CompiledProgram, "trackers">,
    facts: TransactionFacts,
    { changeNo }: Pick<Membership, "changeNo">,
    state: TrackerState = NOTHING_TRACKED,
  ) {
    this.#trackers = trackers;
    this.#facts = facts;
    this.#state = state;
    this.#moment = { day: localDate(facts.now, facts.timeZone), changeNo };
  }

  /** Day and number of the tier change under which the event is kept. */
  get on(): readonly [day: string, changeNo: number] {
    return [this.#moment.day, this.#moment.changeNo];
  }

  /** Tracks a bill, or one of its lines. */
  track(tracker: CompiledTracker, item: Item | null, given: GivenSoFar): Tracked {
    const isFirst = !this.#added.has(tracker.id);
    const isVisit = tracker.entity === "CUSTOMER_VISITS";
    const value = isVisit && !isFirst ? 0 : trackedValue(tracker, this.#facts, item, given);
    const before = this.#added.get(tracker.id) ?? { sum: 0, count: 0 };
    // A visit is one, however often it is evaluated.
    const added = { sum: before.sum + value, count: before.count + (isVisit && !isFirst ? 0 : 1) };
    this.#added.set(tracker.id, added);
    const cases = tracker.cases.map((item): CaseOutcome => {
      const initial = this.initialOf(tracker, item);
      const current = initial + partOf(item, added);
      return {
        case: item,
        current,
        previous: initial + partOf(item, before),
        outcome: item.holds === null || !item.holds(current) ? 0 : this.#isUsedUp(tracker, item) ? 2 : 1,
      };
    });
    return { value, cases };
  }

  /** A case forwards. */
  forwarded(tracker: CompiledTracker, { id }: CompiledCase): void {
    const key = caseKey(tracker.id, id);
    this.#forwards.set(key, (this.#forwards.get(key) ?? 0) + 1);
  }

  /** A set begins: its conditions see what the sets before added. */
  settle(): void {
    this.#settled = new Map(this.#added);
  }

  /** The aggregate of a case without the event. */
  initialOf(tracker: CompiledTracker, item: CompiledCase): number {
    const key = caseKey(tracker.id, item.id);
    const known = this.#before.get(key);
    if (known !== undefined) return known;
    const aggregate = aggregateOf(tracker, item, this.#state, this.#moment);
    this.#before.set(key, aggregate);
    return aggregate;
  }

  /** What sets that a case forwards to see of it. */
  factsOf(
    tracker: CompiledTracker,
    { value }: Tracked,
    { case: item, current, previous }: CaseOutcome,
  ): TrackerFacts {
    const { id, name, scale, counts } = item;
    const firstOn = this.#caseState(tracker, id)?.firstOn ?? this.#moment.day;
    return {
      trackerName: tracker.name,
      trackerConditionName: name,
      trackerConditionPeriod: daysOf(windowOn(item.window, this.#moment.day, firstOn)),
      trackedValue: counts ? 1 : value / tracker.scale,
      trackerCurrAggr: current / scale,
      trackerPrevAggr: previous / scale,
      trackerInitialPrevAggr: this.initialOf(tracker, item) / scale,
      numberOfVisits: tracker.entity === "CUSTOMER_VISITS" ? current / scale : null,
    };
  }

  /** Values of cases by their names, as conditions ask for them. */
  get values(): TrackerValueFacts {
    const read =
      (of: (tracker: CompiledTracker, item: CompiledCase) => number) => (name: string, caseName: string) => {
        const found = caseNamed(this.#trackers, name, caseName);
        return found === null ? null : of(...found) / found[1].scale;
      };
    return {
      beforeEvent: read((tracker, item) => this.initialOf(tracker, item)),
      currentEvent: read(
        (tracker, item) => this.initialOf(tracker, item) + partOf(item, this.#settled.get(tracker.id)),
      ),
    };
  }

  /** Values with the event, as criteria of tiers ask for them. */
  get valueOf(): TrackerValue {
    return (trackerId, caseId) => {
      const tracker = this.#trackers.find(({ id }) => id === trackerId);
      const item = tracker?.cases.find(({ id }) => id === caseId);
      if (tracker === undefined || item === undefined) return 0;
      return this.initialOf(tracker, item) + partOf(item, this.#added.get(trackerId));
    };
  }

  /** Rows as the event leaves them. */
  changes(): TrackerChanges {
    if (this.#added.size === 0) return NOTHING_TRACKED;
    const tracked = this.#trackers.filter(({ id }) => this.#added.has(id));
    return {
      days: tracked.map(({ id: trackerId }) => {
        const row = rowOf(this.#state, { trackerId, ...this.#moment });
        const { sum, count } = this.#added.get(trackerId)!;
        return { ...row, sum: row.sum + sum, count: row.count + count };
      }),
      cases: tracked.flatMap((tracker) => tracker.cases.flatMap((item) => this.#caseAfter(tracker, item))),
    };
  }

  /** Kept for cases that count from the first event or how often they forward, where the event changed it. */
  #caseAfter(tracker: CompiledTracker, item: CompiledCase): TrackerCaseState[] {
    const before = this.#caseState(tracker, item.id);
    const more = this.#forwards.get(caseKey(tracker.id, item.id)) ?? 0;
    const isKept = item.window.kind === "cyclic" || item.mostForwards !== null;
    if (!isKept || (before !== undefined && more === 0)) return [];
    return [
      {
        trackerId: tracker.id,
        caseId: item.id,
        firstOn: before?.firstOn ?? this.#moment.day,
        successes: (before?.successes ?? 0) + more,
      },
    ];
  }

  #caseState(tracker: CompiledTracker, caseId: number): TrackerCaseState | undefined {
    return this.#state.cases.find((row) => row.trackerId === tracker.id && row.caseId === caseId);
  }

  #isUsedUp(tracker: CompiledTracker, { id, mostForwards }: CompiledCase): boolean {
    if (mostForwards === null) return false;
    const before = this.#caseState(tracker, id)?.successes ?? 0;
    return before + (this.#forwards.get(caseKey(tracker.id, id)) ?? 0) >= mostForwards;
  }
}

const partOf = ({ counts }: CompiledCase, added: Added | undefined): number =>
  added === undefined ? 0 : counts ? added.count : added.sum;

const caseNamed = (
  trackers: readonly CompiledTracker[],
  name: string,
  caseName: string,
): readonly [CompiledTracker, CompiledCase] | null => {
  const [wanted, wantedCase] = [name.trim().toLowerCase(), caseName.trim().toLowerCase()];
  const tracker = trackers.find((one) => one.name.trim().toLowerCase() === wanted);
  const item = tracker?.cases.find((one) => one.name.trim().toLowerCase() === wantedCase);
  return tracker === undefined || item === undefined ? null : [tracker, item];
};

/** What a bill, or one of its lines, adds to a tracker, in its exact units. */
export const trackedValue = (
  { entity, field, currencyId }: CompiledTracker,
  facts: TransactionFacts,
  item: Item | null,
  given: GivenSoFar,
): number => {
  const lines = item === null ? facts.lines : facts.lines.slice(item.no - 1, item.no);
  const sumOf = (of: (line: TransactionFacts["lines"][number]) => number) =>
    lines.reduce((sum, line) => sum + of(line), 0);
  switch (entity) {
    case "BILL_AMOUNT":
      return facts.amount;
    case "BILL_DISCOUNT":
      return facts.discount ?? 0;
    case "BILL_GROSS_AMOUNT":
      return facts.grossAmount ?? 0;
    case "BILL_TOTAL_QTY":
    case "LINEITEM_QTY":
      return sumOf(({ quantity }) => quantity);
    case "LINEITEM_AMOUNT":
      // A set may run for shares of the bill instead of the lines' own amounts.
      return item === null ? sumOf(({ amount }) => amount) : item.amount;
    case "LINEITEM_COUNT":
      return lines.length;
    case "CUSTOMER_VISITS":
      return 1;
    case "POINTS":
      return given.regular;
    case "ALTERNATE_CURRENCIES":
      return given.inCurrency(currencyId);
    case "BILL_EXTENDED_FIELD":
      return thousandthsOf(facts.extendedFields[field]);
    case "LINEITEM_EXTENDED_FIELD":
      return sumOf(({ details }) =>
        thousandthsOf((details?.extendedFields as Record<string, unknown> | undefined)?.[field]),
      );
  }
};

/** Fields are kept as tills say them: numbers, or texts that are some. */
const thousandthsOf = (value: unknown): number => {
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : Number.NaN;
  const thousandths = Math.round(number * POINTS_SCALE);
  return Number.isSafeInteger(thousandths) ? thousandths + 0 : 0;
};
