import { FALSE, type Outcome, TRUE, UNDETERMINED } from "#expressions";
import { type Millipoints, type Money, multiplyRatio } from "#platform";
import type { CompiledAction } from "../programs/actions.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { CompiledRule, CompiledSet } from "../programs/workflow-compile.ts";
import { awardByRule, type Earning, type Item } from "./award.ts";
import type { DecisionContext } from "./context.ts";
import type { ActionTrace, Award, RuleTrace, SkippedSet } from "./schema.ts";

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

/**
 * Runs sets of rules over one activity: in order, forwards depth first, each condition once for the bill or for each item that its set
 * unrolls. Work is bounded by the document times the lines of the bill, because forwards never lead in a circle.
 */
export class Evaluation implements Evaluated {
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

  constructor(program: CompiledProgram, earning: Earning, context: DecisionContext) {
    this.#program = program;
    this.#earning = earning;
    this.#context = context;
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
      }
    }
  }

  #award(rule: CompiledRule, { award }: Extract<CompiledAction, { type: "award" }>) {
    const { points, trace } = awardByRule(this.#program, rule, award, this.#earning, this.#item, this.awards);
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
