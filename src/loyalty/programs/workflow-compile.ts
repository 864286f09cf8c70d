import { type Catalogue, OperandTable } from "#expressions";
import { type ActionParts, type CompiledAction, compileAction, onwardOf } from "./actions.ts";
import type { CompiledAward } from "./awards.ts";
import { type Condition, compileCondition } from "./conditions.ts";
import { type CompiledLimit, compileLimits, type Limit } from "./limits.ts";
import { compileScope, type ScopeTest } from "./scopes.ts";
import { type CompiledTracker, compileTrackers, type Tracker } from "./trackers.ts";
import {
  actionsOf,
  actionsWithPaths,
  type Rule,
  type RuleSet,
  type Stage,
  setsOf,
  type Workflows,
} from "./workflow.ts";

export interface CompiledRule {
  /** Place among all rules of the program. */
  readonly index: number;
  /** Place of its set. */
  readonly set: number;
  readonly id: string;
  readonly name: string;
  readonly setName: string;
  /** What its set runs for each of. */
  readonly unroll: "lines" | "tenders" | null;
  readonly condition: Condition;
  readonly actions: readonly CompiledAction[];
  readonly otherwise: readonly CompiledAction[];
}

export interface CompiledSet {
  /** Place among all sets of the program. */
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** Null: runs everywhere and always. */
  readonly scope: ScopeTest | null;
  readonly unroll: "lines" | "tenders" | null;
  readonly useProportions: boolean;
  readonly rules: readonly CompiledRule[];
}

export type CompiledStages = Readonly<Record<Stage, readonly CompiledSet[]>>;

export interface CompiledWorkflow {
  readonly rules: readonly CompiledRule[];
  readonly awards: readonly CompiledAward[];
  readonly sets: readonly CompiledSet[];
  readonly stages: CompiledStages;
  readonly onUpgrade: readonly CompiledSet[];
  /** What conditions look at. */
  readonly operands: OperandTable;
  /** Of `operands`, as traces keep it. */
  readonly operandsMark: number;
  readonly limits: readonly CompiledLimit[];
  readonly trackers: readonly CompiledTracker[];
}

export interface WorkflowParts extends Omit<ActionParts, "sets" | "trackers"> {
  readonly trackers?: readonly Tracker[] | undefined;
  readonly catalogue: Catalogue;
  readonly timeZone: string;
}

/** Sets in which `workflowProblems` found no problem. */
export const compileWorkflow = (
  workflows: Workflows,
  limits: readonly Limit[] | undefined,
  parts: WorkflowParts,
): CompiledWorkflow => {
  const definitions = setsOf(workflows);
  const places = new Map(definitions.map(({ id }, index) => [id, index]));
  const rules: CompiledRule[] = [];
  const operands = new OperandTable(isVolatile);
  const untold = runWithOtherValues(definitions, parts.trackers);
  const sets = definitions.map((set, index): CompiledSet => {
    const compiled = set.rules.map((rule, position) =>
      compileRule(rule, rules.length + position, index, set, {
        ...parts,
        sets: places,
        operands: untold.has(set.id) ? null : operands,
      }),
    );
    rules.push(...compiled);
    return {
      index,
      id: set.id,
      name: set.name,
      scope: compileScope(set.scope, parts.timeZone),
      unroll: set.unroll ?? null,
      useProportions: set.useProportions === true,
      rules: compiled,
    };
  });
  const bills = workflows.TransactionAdd.length;
  const runs = (stage: Stage) =>
    sets.slice(0, bills).filter((_, index) => {
      const { isForwarded, stage: own = "start" } = definitions[index]!;
      return isForwarded !== true && own === stage;
    });
  const stages: CompiledStages = {
    start: runs("start"),
    trackers: runs("trackers"),
    points_trackers: runs("points_trackers"),
    end: runs("end"),
  };
  const awards = rules.flatMap(({ actions, otherwise }) =>
    [...actions, ...otherwise].flatMap((action) => (action.type === "award" ? [action.award] : [])),
  );
  return {
    rules,
    awards,
    sets,
    stages,
    onUpgrade: sets.slice(bills).filter(({ index }) => definitions[index]!.isForwarded !== true),
    operands,
    operandsMark: operands.mark,
    limits: compileLimits(limits, places, parts.moneyScale),
    trackers: compileTrackers(parts.trackers, places, parts.moneyScale),
  };
};

/** Rules see the points that those before them gave; trackers move between sets. */
const isVolatile = (name: string): boolean => /points|tracke/i.test(name);

/**
 * Sets that run for lines, payments or cases of trackers, by themselves or where they are forwarded to: their conditions have other values
 * each time.
 */
const runWithOtherValues = (
  sets: readonly RuleSet[],
  trackers: readonly Tracker[] | undefined,
): ReadonlySet<string> => {
  const byId = new Map(sets.map((set) => [set.id, set]));
  const found = new Set<string>();
  const ofCases = new Set((trackers ?? []).flatMap(({ cases }) => cases.map(({ setId }) => setId)));
  const open = sets.filter(({ id, unroll }) => unroll !== undefined || ofCases.has(id));
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    if (found.has(set.id)) continue;
    found.add(set.id);
    for (const rule of set.rules)
      for (const [action] of actionsWithPaths(rule, ""))
        for (const { setId } of onwardOf(action, trackers)) {
          const next = byId.get(setId);
          if (next !== undefined) open.push(next);
        }
  }
  return found;
};

const compileRule = (
  rule: Rule,
  index: number,
  place: number,
  { name: setName, unroll }: RuleSet,
  parts: ActionParts & { readonly catalogue: Catalogue; readonly operands: OperandTable | null },
): CompiledRule => ({
  index,
  set: place,
  id: rule.id,
  name: rule.name,
  setName,
  unroll: unroll ?? null,
  condition: compileCondition(rule.condition, parts.catalogue, parts.operands),
  actions: actionsOf(rule).map((action) => compileAction(action, parts)),
  otherwise: (rule.otherwise ?? []).map((action) => compileAction(action, parts)),
});
