import { ZenEngine } from "@gorules/zen-engine";
import { parse as parseCel } from "@marcbachmann/cel-js";
import { Engine, type TopLevelCondition } from "json-rules-engine";
import type { BenchRule, Sample, Test } from "./rule-set.ts";

/** What another engine answers for a bill: for each rule whether it holds. */
export interface OtherEngine {
  readonly name: string;
  /** Whether it also says what it looked at. */
  readonly traces: boolean;
  readonly decide: (sample: Sample) => Promise<readonly boolean[]> | readonly boolean[];
  readonly close?: () => void;
}

const JSON_OPERATORS = {
  ">=": "greaterThanInclusive",
  "<": "lessThan",
  "==": "equal",
  has: "contains",
} as const;

/** json-rules-engine: one engine with all rules; the results that it gives are its trace. */
export const jsonRulesEngine = (rules: readonly BenchRule[]): OtherEngine => {
  const condition = ({ fact, operator, value }: Test) => ({
    fact,
    operator: JSON_OPERATORS[operator],
    value,
  });
  const engine = new Engine();
  for (const [index, { tests }] of rules.entries()) {
    const all = tests.map((test) => ("any" in test ? { any: test.any.map(condition) } : condition(test)));
    engine.addRule({ conditions: { all } as TopLevelCondition, event: { type: String(index) } });
  }
  return {
    name: "json-rules-engine",
    traces: true,
    decide: async (sample) => {
      const { results, failureResults } = await engine.run({ ...sample });
      const held = new Array<boolean>(rules.length).fill(false);
      for (const { event } of results) held[Number(event?.type)] = true;
      if (results.length + failureResults.length !== rules.length) throw new Error("a rule gave no result");
      return held;
    },
    close: () => engine.stop(),
  };
};

/** One rule in ZEN's expression language. */
const zenText = (rule: BenchRule): string => {
  const text = ({ fact, operator, value }: Test): string =>
    operator === "has"
      ? `contains(${fact}, ${JSON.stringify(value)})`
      : `${fact} ${operator} ${JSON.stringify(value)}`;
  return rule.tests
    .map((test) => ("any" in test ? `(${test.any.map(text).join(" or ")})` : text(test)))
    .join(" and ");
};

/** @gorules/zen-engine (Rust, native): one decision whose node has all rules as expressions. */
export const zenEngine = (rules: readonly BenchRule[], trace: boolean): OtherEngine => {
  const engine = new ZenEngine();
  const expressions = rules.map((rule, index) => ({
    id: String(index),
    key: `r${index}`,
    value: zenText(rule),
  }));
  const decision = engine.createDecision({
    nodes: [
      { id: "in", type: "inputNode", name: "in" },
      { id: "rules", type: "expressionNode", name: "rules", content: { expressions } },
      { id: "out", type: "outputNode", name: "out" },
    ],
    edges: [
      { id: "1", sourceId: "in", targetId: "rules", type: "edge" },
      { id: "2", sourceId: "rules", targetId: "out", type: "edge" },
    ],
  });
  return {
    name: "@gorules/zen-engine",
    traces: trace,
    decide: async (sample) => {
      const { result } = await decision.evaluate(sample, { trace });
      return rules.map((_, index) => result[`r${index}`] === true);
    },
    close: () => engine.dispose(),
  };
};

/** @marcbachmann/cel-js: every rule parsed once to a function. CEL gives no trace. */
export const celEngine = (rules: readonly BenchRule[]): OtherEngine => {
  const literal = (value: Test["value"]): string =>
    typeof value === "number" ? value.toFixed(1) : JSON.stringify(value);
  const text = ({ fact, operator, value }: Test): string =>
    operator === "has" ? `${literal(value)} in ${fact}` : `${fact} ${operator} ${literal(value)}`;
  const parsed = rules.map(({ tests }) =>
    parseCel(
      tests.map((test) => ("any" in test ? `(${test.any.map(text).join(" || ")})` : text(test))).join(" && "),
    ),
  );
  return {
    name: "@marcbachmann/cel-js",
    traces: false,
    decide: (sample) => parsed.map((evaluate) => evaluate({ ...sample }) === true),
  };
};
