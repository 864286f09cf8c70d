import { FALSE, type Facts, Memo, type Outcome, TRUE, type TraceStep } from "#expressions";
import type { CompiledProgram } from "../programs/compile.ts";
import { clockOf } from "./context.ts";
import type { RuleTrace, TracePart } from "./schema.ts";

/** What one rule did, with the steps of its condition. */
export type ToldRule = RuleTrace & { readonly v: readonly TraceStep[] };

/**
 * Every rule that a decision asked, in order, with the values that it saw: what the trace keeps once for all rules is put back to
 * each. `program` must be the version that the trace names.
 */
export const toldRules = (trace: TracePart, program: CompiledProgram): readonly ToldRule[] => {
  const { o, rules } = trace;
  if (o === undefined) return rules.map((rule) => ({ ...rule, v: rule.v ?? [] }));
  const recall = recalling(trace, program);
  const told: ToldRule[] = [];
  let next = 0;
  /** Rules run for lines and payments stand between the others by their places in the document. */
  const tellItems = (before: number): void => {
    while (next < rules.length && rules[next]!.u !== undefined && rules[next]!.i < before) {
      const rule = rules[next++]!;
      told.push({ ...rule, v: rule.v ?? [] });
    }
  };
  for (let position = 0; position < o.length; position++) {
    const i = trace.q?.[position] ?? position;
    tellItems(i);
    const outcome = Number(o[position]) as Outcome;
    const isKept = hasMore(program, i, outcome);
    // A set that forwards may stand behind those that it forwards to.
    if (isKept) tellItems(Number.POSITIVE_INFINITY);
    const kept = isKept ? rules[next] : undefined;
    if (kept !== undefined) next++;
    const v = kept?.v ?? recall(i, position);
    told.push(kept === undefined ? { i, o: outcome, v } : { ...kept, v });
  }
  tellItems(Number.POSITIVE_INFINITY);
  return told;
};

/** Whether a trace keeps more of a rule than its outcome. */
export const hasMore = ({ rules }: CompiledProgram, i: number, outcome: Outcome): boolean => {
  const rule = rules[i];
  if (rule === undefined) return false;
  if (!rule.condition.remembers) return true;
  if (outcome === TRUE) return rule.actions.length > 0;
  return outcome === FALSE ? rule.otherwise.length > 0 : true;
};

/** Tells the steps of a rule's condition from what the trace remembers. */
const recalling = (trace: TracePart, program: CompiledProgram) => {
  const memo = new Memo(program.operands);
  trace.x?.forEach((value, index) => {
    memo.values[trace.k?.[index] ?? index] = value;
  });
  // Fields of the organisation that are gone take conditions with them: what they looked at can be told no more.
  if (trace.h !== program.operandsMark) return (): readonly TraceStep[] => [];
  const changes = trace.c ?? [];
  let applied = 0;
  const remembered: Pick<Facts, "memo" | "localTime"> = {
    memo,
    localTime: clockOf(trace.zone ?? program.timeZone),
  };
  return (i: number, position: number): readonly TraceStep[] => {
    for (; applied < changes.length && changes[applied]![0] <= position; applied++) {
      const [, place, value] = changes[applied]!;
      memo.values[place] = value;
    }
    return program.rules[i]?.condition.recall(remembered).steps ?? [];
  };
};
