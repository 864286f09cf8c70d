import type { Instant } from "#platform";
import type { CompiledGroup, CompiledTarget } from "./compile.ts";
import type { Enrolment, StreakLevel, TargetEvent, TargetState, TargetStep, TargetValue } from "./schema.ts";

/** Something that was reached: what TargetCompleted tells. */
export interface Achievement {
  readonly kind: "target" | "unified" | "sub_target" | "streak";
  readonly group: CompiledGroup;
  /** Null for a combination. */
  readonly target: CompiledTarget | null;
  readonly step: TargetStep | null;
  readonly cycle: number;
  readonly at: Instant;
}

/** A fact for the outbox, of the party. */
export interface TargetFact {
  readonly type: string;
  readonly at: Instant;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What an activity did to targets of a member: rows as they are now, and what is to be told. */
export interface Tracked {
  readonly state: TargetState;
  readonly enrolments: readonly Enrolment[];
  readonly values: readonly TargetValue[];
  readonly levels: readonly StreakLevel[];
  readonly events: readonly TargetEvent[];
  readonly achieved: readonly Achievement[];
  readonly facts: readonly TargetFact[];
}

export const NO_TARGETS: Omit<TargetState, "partyId"> = {
  enrolments: [],
  values: [],
  levels: [],
  events: [],
};

const valueKey = (targetId: number, cycle: number) => `${targetId}/${cycle}`;

/** The state of a member's targets while one activity is counted: reads what was loaded, and keeps what changes. */
export class TargetLedger {
  readonly partyId: number;
  readonly #enrolments: Map<number, Enrolment>;
  readonly #values: Map<string, TargetValue>;
  readonly #levels: Map<number, StreakLevel>;
  readonly #events: TargetEvent[];
  readonly #changed = { enrolments: new Set<number>(), values: new Set<string>(), levels: new Set<number>() };
  readonly #known: number;
  readonly achieved: Achievement[] = [];
  readonly facts: TargetFact[] = [];

  constructor({ partyId, enrolments, values, levels, events }: TargetState) {
    this.partyId = partyId;
    this.#enrolments = new Map(enrolments.map((row) => [row.targetId, row]));
    this.#values = new Map(values.map((row) => [valueKey(row.targetId, row.cycle), row]));
    this.#levels = new Map(levels.map((row) => [row.stepId, row]));
    this.#events = [...events];
    this.#known = events.length;
  }

  enrolment(targetId: number): Enrolment | null {
    return this.#enrolments.get(targetId) ?? null;
  }

  value(targetId: number, cycle: number): TargetValue | null {
    return this.#values.get(valueKey(targetId, cycle)) ?? null;
  }

  valuesOf(targetId: number): TargetValue[] {
    return [...this.#values.values()].filter((row) => row.targetId === targetId);
  }

  levelsOf(targetId: number): StreakLevel[] {
    return [...this.#levels.values()].filter((row) => row.targetId === targetId);
  }

  /** Events of a bill in a target, oldest first. */
  eventsOfBill(targetId: number, transactionId: number): TargetEvent[] {
    return this.#events.filter(
      (event) => event.targetId === targetId && event.transactionId === transactionId,
    );
  }

  /** What each bill of a day counts for in a target's period, as returns left it. */
  dayOf(targetId: number, cycle: number, day: string): Map<number, number> {
    const bills = new Map<number, number>();
    for (const event of this.#events)
      if (event.targetId === targetId && event.cycle === cycle && event.day === day) {
        const bill = event.transactionId ?? -event.no;
        bills.set(bill, (bills.get(bill) ?? 0) + event.value);
      }
    return bills;
  }

  enrol(row: Enrolment): void {
    this.#enrolments.set(row.targetId, row);
    this.#changed.enrolments.add(row.targetId);
  }

  setValue(row: TargetValue): void {
    const key = valueKey(row.targetId, row.cycle);
    this.#values.set(key, row);
    this.#changed.values.add(key);
  }

  setLevel(row: StreakLevel): void {
    this.#levels.set(row.stepId, row);
    this.#changed.levels.add(row.stepId);
  }

  record(event: TargetEvent): void {
    this.#events.push(event);
  }

  tell(type: string, at: Instant, payload: Readonly<Record<string, unknown>>): void {
    this.facts.push({ type, at, payload });
  }

  result(): Tracked {
    const pick = <Key, Row>(rows: ReadonlyMap<Key, Row>, keys: ReadonlySet<Key>): Row[] =>
      [...keys].map((key) => rows.get(key)!);
    return {
      state: {
        partyId: this.partyId,
        enrolments: [...this.#enrolments.values()],
        values: [...this.#values.values()],
        levels: [...this.#levels.values()],
        events: this.#events,
      },
      enrolments: pick(this.#enrolments, this.#changed.enrolments),
      values: pick(this.#values, this.#changed.values),
      levels: pick(this.#levels, this.#changed.levels),
      events: this.#events.slice(this.#known),
      achieved: this.achieved,
      facts: this.facts,
    };
  }
}
