import type { GivenLot } from "#activities";
import type { CompiledProgram, Decision, Trace, TracePart } from "#loyalty";
import { addAmounts, type Millipoints } from "#platform";
import type { Reason } from "./difference.ts";
import type {
  Bucket,
  GivenSum,
  LaneSum,
  MonthSum,
  ReasonSum,
  RecordedSum,
  RuleSum,
  Summary,
  TierMove,
} from "./schema.ts";

const POINTS = 0;

/** Sums by a key, in the order in which keys came. */
class Sums {
  readonly #byKey = new Map<string, number>();

  add(key: string, amount: number): void {
    this.#byKey.set(key, addAmounts(this.#byKey.get(key) ?? 0, amount));
  }

  get(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }
}

const kindOf = (currencyId: number, category: number): string => `${currencyId}/${category}`;
const kindsIn = (...sums: readonly Sums[]): [currencyId: number, category: number, key: string][] =>
  [...new Set(sums.flatMap((item) => item.keys()))]
    .map((key): [number, number, string] => {
      const [currencyId, category] = key.split("/").map(Number);
      return [currencyId!, category!, key];
    })
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);

const CATEGORY_NUMBERS = { regular: 1, promised: 2, trigger_based: 3 } as const;

interface RuleCounter {
  tried: number;
  hits: number;
  undetermined: number;
  readonly given: Sums;
}

/** Counts what bills get: what both a replay and the records tell. */
class BillFigures {
  protected readonly given = new Sums();
  protected readonly taken = new Sums();
  protected readonly givenByMonth = new Sums();
  protected readonly takenByMonth = new Sums();
  readonly #moves = new Sums();

  give(month: string, currencyId: number, category: number, points: Millipoints): void {
    this.given.add(kindOf(currencyId, category), points);
    if (currencyId === POINTS) this.givenByMonth.add(month, points);
  }

  take(month: string, currencyId: number, category: number, points: Millipoints): void {
    this.taken.add(kindOf(currencyId, category), points);
    if (currencyId === POINTS) this.takenByMonth.add(month, points);
  }

  move(from: number | null, to: number | null): void {
    this.#moves.add(`${from ?? ""}>${to ?? ""}`, 1);
  }

  protected givenSums(): GivenSum[] {
    return kindsIn(this.given, this.taken).map(([currencyId, category, key]) => ({
      currencyId,
      category,
      given: this.given.get(key),
      taken: this.taken.get(key),
    }));
  }

  protected tierMoves(): TierMove[] {
    const numberOf = (text: string | undefined) => (text ? Number(text) : null);
    return this.#moves
      .keys()
      .map((key) => {
        const [from, to] = key.split(">").map(numberOf);
        return { from: from ?? null, to: to ?? null, customers: this.#moves.get(key) };
      })
      .sort((a, b) => (a.from ?? 0) - (b.from ?? 0) || (a.to ?? 0) - (b.to ?? 0));
  }
}

/** What was recorded. */
export class RecordedFigures extends BillFigures {
  sum(): RecordedSum {
    const months = [...new Set([...this.givenByMonth.keys(), ...this.takenByMonth.keys()])].sort();
    return {
      given: this.givenSums(),
      months: months.map((month) => ({
        month,
        given: this.givenByMonth.get(month),
        taken: this.takenByMonth.get(month),
      })),
      tiers: this.tierMoves(),
    };
  }
}

/** What one lane's decisions come to over all customers. */
export class LaneFigures extends BillFigures {
  readonly #rules = new Map<CompiledProgram, RuleCounter[]>();
  readonly #expiring = new Sums();
  #lasting = 0;

  decided(program: CompiledProgram, { awards, trace }: Decision): void {
    const counters = this.#countersOf(program);
    for (const [i, o] of outcomesOf(trace)) {
      const counter = counters[i];
      if (counter === undefined) continue;
      counter.tried++;
      if (o === 1) counter.hits++;
      if (o === 2) counter.undetermined++;
    }
    for (const { ruleId, currencyId, category, points } of awards) {
      const index = program.rules.findIndex(({ id }) => id === ruleId);
      counters[index]?.given.add(kindOf(currencyId, CATEGORY_NUMBERS[category]), points);
    }
  }

  /** What of a lot is left by returns ends in a month; null: never. */
  expire(month: string | null, { currencyId, points, taken }: GivenLot): void {
    const left = points - taken;
    if (currencyId !== POINTS || left === 0) return;
    if (month === null) this.#lasting = addAmounts(this.#lasting, left);
    else this.#expiring.add(month, left);
  }

  #countersOf(program: CompiledProgram): RuleCounter[] {
    let counters = this.#rules.get(program);
    if (counters === undefined) {
      counters = program.rules.map(() => ({ tried: 0, hits: 0, undetermined: 0, given: new Sums() }));
      this.#rules.set(program, counters);
    }
    return counters;
  }

  sum(): LaneSum {
    return {
      given: this.givenSums(),
      rules: this.#ruleSums(),
      months: this.#months(),
      lasting: this.#lasting,
      tiers: this.tierMoves(),
    };
  }

  #ruleSums(): RuleSum[] {
    return [...this.#rules]
      .sort(([one], [other]) => one.version - other.version)
      .flatMap(([program, counters]) =>
        program.rules.map(({ id, name, setName }, index) => {
          const { given, ...counts } = counters[index]!;
          return {
            version: program.version,
            setName,
            ruleId: id,
            name,
            ...counts,
            given: kindsIn(given).map(([currencyId, category, key]) => ({
              currencyId,
              category,
              given: given.get(key),
            })),
          };
        }),
      );
  }

  #months(): MonthSum[] {
    const keys = [this.givenByMonth, this.takenByMonth, this.#expiring].flatMap((sums) => sums.keys());
    return [...new Set(keys)].sort().map((month) => ({
      month,
      given: this.givenByMonth.get(month),
      taken: this.takenByMonth.get(month),
      expiring: this.#expiring.get(month),
    }));
  }
}

/** Which rules were asked, and what came of it; those run for lines and payments once for each whose trace was kept. */
const outcomesOf = ({ raised = [], ...trace }: Trace): (readonly [rule: number, outcome: number])[] =>
  [trace, ...raised].flatMap(outcomesIn);

const outcomesIn = ({ o, q, rules }: TracePart): (readonly [rule: number, outcome: number])[] => {
  if (o === undefined) return rules.map((rule) => [rule.i, rule.o] as const);
  const asked = [...o].map((digit, place) => [q?.[place] ?? place, Number(digit)] as const);
  const forItems = rules.filter(({ u }) => u !== undefined);
  return [...asked, ...forItems.map((rule) => [rule.i, rule.o] as const)];
};

/** Where buckets of differences end, in thousandths of a point. */
const EDGES = [1, 10, 100, 1000, 10_000].map((points) => points * 1000);
const BOUNDS: readonly number[] = [...EDGES.map((edge) => -edge).reverse(), 0, 1, ...EDGES];

/** Who gets more, and who less. */
export class DifferenceFigures {
  #winners = 0;
  #losers = 0;
  #same = 0;
  #gained = 0;
  #lost = 0;
  readonly #customers = new Sums();
  readonly #differences = new Sums();

  add(difference: Millipoints): void {
    if (difference > 0) {
      this.#winners++;
      this.#gained = addAmounts(this.#gained, difference);
    } else if (difference < 0) {
      this.#losers++;
      this.#lost = addAmounts(this.#lost, -difference);
    } else this.#same++;
    const bucket = String(BOUNDS.findLastIndex((bound) => difference >= bound));
    this.#customers.add(bucket, 1);
    this.#differences.add(bucket, difference);
  }

  sum(): Summary["difference"] {
    const buckets = [-1, ...BOUNDS.keys()].map(
      (index): Bucket => ({
        from: BOUNDS[index] ?? null,
        until: BOUNDS[index + 1] ?? null,
        customers: this.#customers.get(String(index)),
        difference: this.#differences.get(String(index)),
      }),
    );
    return {
      winners: this.#winners,
      losers: this.#losers,
      same: this.#same,
      gained: this.#gained,
      lost: this.#lost,
      buckets,
    };
  }
}

const MOST_EXAMPLES = 5;

/** How many bills come out as they were recorded, and why the others do not. */
export class ParityFigures {
  #bills = 0;
  readonly #reasons = new Map<Reason, { bills: number; inPoints: number; examples: number[] }>();

  add(reason: Reason | null, transactionId: number, isOtherInPoints: boolean): void {
    this.#bills++;
    if (reason === null) return;
    const known = this.#reasons.get(reason) ?? { bills: 0, inPoints: 0, examples: [] };
    known.bills++;
    if (isOtherInPoints) known.inPoints++;
    if (known.examples.length < MOST_EXAMPLES) known.examples.push(transactionId);
    this.#reasons.set(reason, known);
  }

  sum(): Summary["parity"] {
    const reasons = [...this.#reasons].map(([reason, counted]): ReasonSum => ({ reason, ...counted }));
    const other = reasons.reduce((sum, { bills }) => sum + bills, 0);
    return {
      bills: this.#bills,
      equal: this.#bills - other,
      reasons: reasons.sort((a, b) => b.bills - a.bills),
    };
  }
}
