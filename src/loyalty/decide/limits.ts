import type { Instant, Money } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import { type CompiledLimit, periodBegin } from "../programs/limits.ts";
import type { LimitUse, LimitUses, TransactionFacts } from "./schema.ts";

/** What a limit left of an award or an amount. */
export interface Cut {
  readonly limit: CompiledLimit;
  /** What it left. */
  readonly left: number;
}

interface Gauge {
  readonly limit: CompiledLimit;
  /** First day of the period; empty for one that counts a transaction. */
  readonly period: string;
  readonly before: number;
  used: number;
}

/** Measures what one bill may still earn by the limits of a program. */
export class LimitMeter {
  readonly #gauges: readonly Gauge[];
  /** In sets of trackers limits of amounts are not in force (programs-and-rules.md §3.1). */
  ignoresAmounts = false;

  constructor(program: CompiledProgram, facts: TransactionFacts, uses: LimitUses) {
    this.#gauges = program.limits.map((limit) => {
      const period = limit.isPerCustomer ? periodBegin(limit, facts.billedAt, program.timeZone) : "";
      const before = limit.isPerCustomer ? (uses.get(limitKey(limit.id, period)) ?? 0) : 0;
      return { limit, period, before, used: before };
    });
  }

  /** How much of a bill's amount may earn; null: all of it. */
  amountFor(set: number, currencyId: number, amount: Money): Cut | null {
    let cut: Cut | null = null;
    for (const gauge of this.#gauges) {
      const { limit } = gauge;
      if (!concerns(limit, set, currencyId)) continue;
      if (limit.counts === "transaction_count" && gauge.before >= limit.value) cut = { limit, left: 0 };
      // All awards of a bill are for one amount: what the bill itself used is not taken off again.
      if (limit.counts === "transaction_amount" && !this.ignoresAmounts) {
        const room = Math.max(0, limit.value - gauge.before);
        if (room < (cut?.left ?? amount)) cut = { limit, left: room };
      }
    }
    return cut;
  }

  /** How much of an award may be given; null: all of it. What is given is counted by `count`. */
  awardFor(set: number, currencyId: number, points: number): Cut | null {
    let cut: Cut | null = null;
    for (const { limit, used } of this.#gauges) {
      if (limit.counts !== "awarded" || !concerns(limit, set, currencyId)) continue;
      const room = Math.max(0, limit.value - used);
      if (room < (cut?.left ?? points)) cut = { limit, left: room };
    }
    return cut;
  }

  /** Counts what was given for a bill of an amount. */
  count(set: number, currencyId: number, points: number, amount: Money): void {
    if (points <= 0) return;
    for (const gauge of this.#gauges) {
      const { limit, before } = gauge;
      if (!concerns(limit, set, currencyId)) continue;
      if (limit.counts === "awarded") gauge.used += points;
      else if (limit.counts === "transaction_count") gauge.used = before + 1;
      else if (!this.ignoresAmounts)
        gauge.used = Math.max(gauge.used, Math.min(before + amount, Math.max(before, limit.value)));
    }
  }

  /** What is used of limits per customer now, where the bill changed it. */
  uses(): LimitUse[] {
    return this.#gauges.flatMap(({ limit, period, before, used }) =>
      limit.isPerCustomer && used !== before ? [{ limitId: limit.id, period, used }] : [],
    );
  }

  /** What was used of limits per customer before the bill: limit's place and amount. */
  before(): (readonly [number, number])[] {
    return this.#gauges.flatMap(({ limit, before }) =>
      limit.isPerCustomer && before > 0 ? [[limit.index, before] as const] : [],
    );
  }
}

/** The limits per customer that a bill of a date meets, each in its period. */
export const limitsOf = (
  { limits, timeZone }: CompiledProgram,
  at: Instant,
): { readonly limitId: number; readonly period: string }[] =>
  limits.flatMap((limit) =>
    limit.isPerCustomer ? [{ limitId: limit.id, period: periodBegin(limit, at, timeZone) }] : [],
  );

const concerns = ({ sets, currencyId: own }: CompiledLimit, set: number, currencyId: number): boolean =>
  own === currencyId && (sets === null || sets.has(set));

/** Under which a use is kept among those of a customer. */
export const limitKey = (limitId: number, period: string): string => `${limitId}/${period}`;
