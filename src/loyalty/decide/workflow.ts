import { FALSE, type Outcome, TRUE, UNDETERMINED } from "#expressions";
import { type Millipoints, type Money, multiplyRatio } from "#platform";
import type { CompiledAction } from "../programs/actions.ts";
import type { CompiledAward } from "../programs/awards.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { CompiledTracker } from "../programs/trackers.ts";
import type { Stage } from "../programs/workflow.ts";
import type { CompiledRule, CompiledSet } from "../programs/workflow-compile.ts";
import { awardByRule, type Earning, type Item } from "./award.ts";
import type { DecisionContext } from "./context.ts";
import type { ActionTrace, Award, RuleTrace, SkippedSet } from "./schema.ts";
import type { CaseOutcome, GivenSoFar, Tracked, TrackerMeter } from "./trackers.ts";

/** Of rules that ran for each line or payment, so many traces of those that came to nothing are kept. */
const MOST_IDLE_TRACES = 100;

/** What the sets of one activity came to. */
export interface Evaluated {
  readonly awards: readonly Award[];
  readonly rules: readonly RuleTrace[];
  readonly skipped: readonly SkippedSet[];
  /** Traces that were not kept. */
  readonly untold: number;
  /** Of rules not run for lines or payments, in the order in which they ran; and the rules' places. */
  readonly outcomes: readonly Outcome[];
  readonly places: readonly number[];
  /** Whether those are the first, the second and so on. */
  readonly isInOrder: boolean;
  /** Regular points, all together. */
  readonly regular: Millipoints;
}

interface EnteredCase {
  readonly tracker: CompiledTracker;
  readonly tracked: Tracked;
  readonly outcome: CaseOutcome;
}

/**
 * Runs sets of rules over one activity: in order, forwards depth first, each condition once for the bill or for each item that its set
 * unrolls. Work is bounded by the document times the lines of the bill, because forwards never lead in a circle.
 */
export class Evaluation implements Evaluated, GivenSoFar {
  readonly awards: Award[] = [];
  readonly rules: RuleTrace[] = [];
  readonly skipped: SkippedSet[] = [];
  untold = 0;
  regular = 0;
  readonly outcomes: Outcome[] = [];
  readonly places: number[] = [];
  isInOrder = true;
  readonly #program: CompiledProgram;
  readonly #earning: Earning;
  readonly #context: DecisionContext;
  /** What rules are run for: the bill, or one of its lines or payments. */
  #item: Item | null = null;
  /** Null where the program has no trackers. */
  readonly #trackers: TrackerMeter | null;
  /** The case of a tracker that rules are run for. */
  #case: EnteredCase | null = null;

  constructor(
    program: CompiledProgram,
    earning: Earning,
    context: DecisionContext,
    trackers: TrackerMeter | null,
  ) {
    this.#program = program;
    this.#earning = earning;
    this.#context = context;
    this.#trackers = trackers;
  }

  runStage(stage: Stage): void {
    const { meter } = this.#earning;
    if (meter !== null) meter.ignoresAmounts = stage === "trackers" || stage === "points_trackers";
    this.run(this.#program.stages[stage]);
  }

  run(sets: readonly CompiledSet[]): void {
    for (let index = 0; index < sets.length; index++) this.#runSet(sets[index]!);
  }

  #runSet(set: CompiledSet): void {
    if (set.scope !== null) {
      const reason = set.scope(this.#earning.facts);
      if (reason !== null) {
        this.skipped.push([set.index, reason]);
        return;
      }
    }
    this.#trackers?.settle();
    if (set.unroll === null) this.#runRules(set);
    else this.#unroll(set);
  }

  #unroll(set: CompiledSet): void {
    const outer = this.#item;
    for (const item of set.unroll === "lines" ? this.#lineItems(set) : this.#tenderItems()) {
      this.#item = item;
      this.#context.enter(item);
      this.#runRules(set);
    }
    this.#item = outer;
    this.#context.enter(outer);
  }

  /** Lines with what each counts for: its own amount, or its share of the bill's, the last one that counts taking the rest. */
  #lineItems(set: CompiledSet): Item[] {
    const { lines, amount } = this.#earning.facts;
    if (!set.useProportions)
      return itemsOf(
        "line",
        lines.map((line) => line.amount),
      );
    const total = lines.reduce((sum, line) => sum + Math.max(0, line.amount), 0);
    const last = lines.findLastIndex((line) => line.amount > 0);
    let left = amount;
    const shares = lines.map((line, index) => {
      if (index === last) return left;
      const share = total === 0 ? 0 : multiplyRatio(Math.max(0, line.amount), amount, total, "floor");
      left -= share;
      return share;
    });
    return itemsOf("line", shares);
  }

  #tenderItems(): Item[] {
    const { tenders = [] } = this.#earning.facts;
    return itemsOf(
      "tender",
      tenders.map((tender) => tender.amount),
    );
  }

  #runRules({ rules }: CompiledSet): void {
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index]!;
      if (this.#item === null) this.#runRule(rule);
      else this.#runForItem(rule, this.#item);
    }
  }

  /** The trace keeps a digit, and more only of a rule that does something or cannot be told. */
  #runRule(rule: CompiledRule): void {
    const { condition, index: i } = rule;
    const context = this.#context;
    context.memo.rule = this.outcomes.length;
    let o = condition.evaluate(context);
    this.outcomes.push(o);
    if (i !== this.outcomes.length - 1) this.isInOrder = false;
    this.places.push(i);
    const branch = branchFor(rule, o);
    if (o === UNDETERMINED || !condition.remembers) {
      const { outcome, steps: v, problem } = condition.trace(context);
      o = outcome;
      const a: ActionTrace[] = [];
      this.rules.push({
        ...{ i, o, v },
        ...(problem === undefined ? undefined : { problem }),
        ...(branch.length === 0 ? undefined : { a }),
      });
      for (const action of branch) this.#act(rule, action, a);
      return;
    }
    if (branch.length === 0) return;
    const only = branch[0]!;
    if (o === TRUE && branch.length === 1 && only.type === "award") {
      this.rules.push({ i, o, ...this.#award(rule, only) });
      return;
    }
    const a: ActionTrace[] = [];
    this.rules.push({ i, o, a });
    for (const action of branch) this.#act(rule, action, a);
  }

  #runForItem(rule: CompiledRule, item: Item): void {
    const { outcome: o, steps: v, problem } = rule.condition.trace(this.#context);
    const branch = branchFor(rule, o);
    if (branch.length === 0 && this.rules.length >= MOST_IDLE_TRACES) {
      this.untold++;
      return;
    }
    const a: ActionTrace[] = [];
    this.rules.push({
      ...{ i: rule.index, o, v, u: item.no },
      ...(problem === undefined ? undefined : { problem }),
      ...(branch.length === 0 ? undefined : { a }),
    });
    for (const action of branch) this.#act(rule, action, a);
  }

  #act(rule: CompiledRule, action: CompiledAction, traces: ActionTrace[]): void {
    switch (action.type) {
      case "award":
        traces.push(this.#award(rule, action));
        return;
      case "forward": {
        const set = this.#program.sets[action.set];
        traces.push({ f: action.set });
        if (set !== undefined) this.#runSet(set);
        return;
      }
      case "evaluate_tracker": {
        const tracker = this.#program.trackers[action.tracker];
        if (tracker !== undefined && this.#trackers !== null) this.#track(tracker, this.#trackers, traces);
      }
    }
  }

  /** Tracks the bill or the line, and runs the sets of the cases that hold. */
  #track(tracker: CompiledTracker, meter: TrackerMeter, traces: ActionTrace[]): void {
    const tracked = meter.track(tracker, this.#item, this);
    traces.push({
      t: tracker.index,
      v: tracked.value,
      w: tracked.cases.map(({ previous, current, outcome }) => [previous, current, outcome]),
    });
    const outer = this.#case;
    for (const outcome of tracked.cases) {
      const { set: place } = outcome.case;
      const set = place === null ? undefined : this.#program.sets[place];
      if (outcome.outcome !== 1) continue;
      meter.forwarded(tracker, outcome.case);
      if (set === undefined) continue;
      this.#enterCase({ tracker, tracked, outcome });
      this.#runSet(set);
    }
    this.#enterCase(outer);
  }

  #enterCase(entered: EnteredCase | null): void {
    this.#case = entered;
    this.#context.currentTracker =
      entered === null || this.#trackers === null
        ? null
        : this.#trackers.factsOf(entered.tracker, entered.tracked, entered.outcome);
  }

  /** What was given of an alternate currency so far, in thousandths. */
  inCurrency(currencyId: number): number {
    return this.awards.reduce(
      (sum, award) =>
        award.currencyId === currencyId && award.category === "regular" ? sum + award.points : sum,
      0,
    );
  }

  /** What an award is for, where that is not the bill as a whole. */
  #itemOf({ of }: CompiledAward): Item | null {
    if (of === "amount" || this.#case === null) return this.#item;
    const { tracker, tracked, outcome } = this.#case;
    const { scale } = outcome.case;
    const { moneyScale } = this.#earning.facts;
    const [value, own] =
      of === "tracked"
        ? outcome.case.counts
          ? [1, 1]
          : [tracked.value, tracker.scale]
        : [of === "current_aggregate" ? outcome.current : outcome.previous, scale];
    const amount = value <= 0 ? 0 : multiplyRatio(value, moneyScale, own, "half_up");
    return { kind: "tracked", no: this.#item?.kind === "line" ? this.#item.no : 0, amount, before: 0 };
  }

  #award(rule: CompiledRule, { award }: Extract<CompiledAction, { type: "award" }>) {
    const { points, trace } = awardByRule(
      this.#program,
      rule,
      award,
      this.#earning,
      this.#itemOf(award),
      this.awards,
    );
    // What conditions call points are those that can be spent.
    if (award.currency === null && award.category === "regular") {
      this.#context.award(points);
      this.regular += points;
    } else if (award.currency === null && award.category === "promised") this.#context.promise(points);
    return trace;
  }
}

const NO_ACTIONS: readonly CompiledAction[] = [];

const branchFor = (rule: CompiledRule, outcome: Outcome): readonly CompiledAction[] =>
  outcome === TRUE ? rule.actions : outcome === FALSE ? rule.otherwise : NO_ACTIONS;

const itemsOf = (kind: Item["kind"], amounts: readonly Money[]): Item[] => {
  let before = 0;
  return amounts.map((amount, index) => {
    const item = { kind, no: index + 1, amount, before };
    before += Math.max(0, amount);
    return item;
  });
};
