import { expect, test } from "vitest";
import {
  check,
  compile,
  completionsAt,
  createCatalogue,
  explain,
  format,
  fromExpressionJson,
  hoverAt,
  parse,
  print,
  type RuleTree,
  stepBound,
  textOf,
  toExpressionJson,
  treeOf,
} from "#expressions";
import { testCatalogue } from "../src/expressions/testing.ts";
import { below, randomFrom, someFacts, someText } from "./support/expression-soup.ts";

/**
 * Texts that nobody would write, and facts that nobody would bring: nothing throws or hangs, and no evaluation takes more steps than
 * its bound. FEALTY_FUZZ is the number of texts (a million is the long version), FEALTY_FUZZ_SEED what they are made from.
 */
const RUNS = Number(process.env.FEALTY_FUZZ ?? 20_000);
const SEED = Number(process.env.FEALTY_FUZZ_SEED ?? 1);
/** Texts between two moments in which others of the process get a turn. */
const BATCH = 2_000;
/** What costs more than evaluating is tried on some of the texts. */
const SOME = 10;

const figures = { texts: 0, parsed: 0, checked: 0, undetermined: 0, steps: 0, mostOfBound: 0 };
const everything = createCatalogue();

const tryEvaluation = (text: string, random: () => number): void => {
  const parsed = parse(text);
  if (!parsed.ok) {
    expect(parsed.errors[0]?.message).toBeTypeOf("string");
    return;
  }
  figures.parsed += 1;
  const result = check(parsed.tree, testCatalogue);
  if (!result.ok) {
    const [error] = result.errors;
    expect(error!.line >= 1 && error!.start <= error!.end && error!.end <= text.length).toBe(true);
    return;
  }
  figures.checked += 1;
  const { checked } = result;
  const counter = { steps: 0 };
  const counted = compile(checked, { counter });
  const plain = compile(checked);
  for (let turn = 0; turn < 2; turn += 1) {
    const facts = someFacts(random);
    const { lines } = facts.currentTxn;
    const bound = stepBound(checked, { lines: lines.length, textLength: 400 });
    counter.steps = 0;
    const outcome = counted.evaluate(facts);
    expect(counter.steps).toBeLessThanOrEqual(bound);
    figures.steps += counter.steps;
    figures.mostOfBound = Math.max(figures.mostOfBound, counter.steps / bound);
    const traced = plain.trace(facts);
    expect([plain.evaluate(facts), traced.outcome]).toEqual([outcome, outcome]);
    if (outcome === 2) figures.undetermined += 1;
    if (random() * SOME < 1) expect(explain(traced).length).toBeGreaterThanOrEqual(traced.steps.length);
  }
};

const tryForms = (text: string, random: () => number): void => {
  const offset = below(random, text.length + 2);
  const { from, to } = completionsAt(text, offset, everything);
  expect(from <= to && to <= text.length).toBe(true);
  hoverAt(text, offset, everything);
  const formatted = format(text);
  const form = treeOf(text);
  const parsed = parse(text);
  expect([formatted.ok, form.ok]).toEqual([parsed.ok, parsed.ok]);
  if (!parsed.ok || !formatted.ok || !form.ok) return;
  const canonical = print(parsed.tree);
  const again = (other: string): string => {
    const read = parse(other);
    return read.ok ? print(read.tree) : `no expression: ${other}`;
  };
  expect(again(formatted.text)).toBe(canonical);
  if (canonical.length < 9_000) {
    expect(again(textOf(form.tree satisfies RuleTree))).toBe(canonical);
    const back = fromExpressionJson(toExpressionJson(parsed.tree, testCatalogue));
    expect(back.ok && print(back.tree)).toBe(canonical);
  }
};

test(
  "whatever the text and the facts, there is an answer within bounds",
  async () => {
    const random = randomFrom(SEED);
    for (let run = 0; run < RUNS; run += 1) {
      const text = someText(random);
      figures.texts += 1;
      try {
        tryEvaluation(text, random);
        if (random() * SOME < 1) tryForms(text, random);
      } catch (error) {
        throw new Error(`seed ${SEED}, text ${run}: ${JSON.stringify(text)}`, { cause: error });
      }
      if (run % BATCH === BATCH - 1) await new Promise(setImmediate);
    }
    // Enough of them get as far as each part.
    expect(figures.parsed / RUNS).toBeGreaterThan(0.3);
    expect(figures.checked / RUNS).toBeGreaterThan(0.2);
    expect(figures.undetermined).toBeGreaterThan(0);
    if (process.env.FEALTY_FUZZ !== undefined) process.stdout.write(`${JSON.stringify(figures)}\n`);
  },
  60_000 + 4 * RUNS,
);
