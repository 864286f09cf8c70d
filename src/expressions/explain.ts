import { conditionsOf } from "./conditions.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import { sentenceOf } from "./sentences.ts";
import { type ExplainOptions, showIn } from "./show.ts";
import type { TracedResult } from "./trace.ts";
import { UNDETERMINED } from "./types.ts";

/**
 * Tells a trace in plain English, one clause for each condition that was looked at, in the order of the text, such as "the
 * bill's value is 42.00, but at least 60 was needed". Conditions that were skipped are left out.
 */
export const explain = (traced: Omit<TracedResult, "outcome">, options: ExplainOptions = {}): string[] => {
  const parsed = parse(traced.text);
  if (!parsed.ok) return ["this rule can no longer be read"];
  const conditions = conditionsOf(parsed.tree);
  const show = showIn(options);
  const sentences = traced.steps.flatMap((step) => {
    const condition = conditions[step[0]];
    return condition === undefined ? [] : [sentenceOf(condition, step, show)];
  });
  if (traced.problem !== undefined) sentences.push(`the rule could not be decided: ${traced.problem}`);
  return sentences;
};

/** A condition that was looked at, as written. */
export interface ConditionResult {
  readonly text: string;
  /** Of the condition itself, whatever negates it; null when it could not be told. */
  readonly result: boolean | null;
}

/** The conditions that a trace looked at, in the order of the text. */
export const resultsOf = ({ text, steps }: Pick<TracedResult, "text" | "steps">): ConditionResult[] => {
  const parsed = parse(text);
  const conditions = parsed.ok ? conditionsOf(parsed.tree) : [];
  return steps.flatMap(([number, outcome]) => {
    const condition = conditions[number];
    if (condition === undefined) return [];
    return [{ text: print(condition.node), result: outcome === UNDETERMINED ? null : outcome === 1 }];
  });
};
