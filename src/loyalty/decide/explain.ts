import { explain, resultsOf } from "#expressions";
import { assert, formatIso, POINTS_SCALE } from "#platform";
import type { AwardCategory } from "../programs/awards.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import { tierNumbered } from "../tiers/rules.ts";
import { awardClauses, expiryIn, givenWords } from "./award-sentences.ts";
import type { RuleTrace, Trace } from "./schema.ts";
import { tierSentence } from "./tier-sentence.ts";
import { dayOf, decimalsOf, listed, plural, sentence } from "./words.ts";

/** Why a purchase earned what it earned, for people. Times are ISO with the offset of the organisation's zone. */
export interface Why {
  readonly program: { readonly id: number; readonly name: string; readonly version: number };
  readonly tier: { readonly name: string };
  /** One sentence. */
  readonly outcome: string;
  readonly rules: readonly WhyRule[];
  readonly tierCheck: { readonly sentence: string };
}

export interface WhyRule {
  readonly name: string;
  readonly fired: boolean;
  readonly undetermined?: boolean;
  readonly because: readonly string[];
  readonly award: {
    /** Before rounding. */
    readonly points: number;
    readonly rounded: number;
    readonly expiresAt: string | null;
    /** Absent: points. */
    readonly currency?: string;
    /** Absent: regular. */
    readonly category?: AwardCategory;
    /** When promised points become regular. */
    readonly convertsAt?: string;
    /** Shares of the bill's lines. */
    readonly lines?: readonly { readonly line: number; readonly points: number; readonly rounded: number }[];
  } | null;
  readonly conditions: readonly { readonly text: string; readonly result: boolean | null }[];
}

/** Tells a stored trace in plain sentences. `program` must be the version that the trace names. */
export const explainTrace = (trace: Trace, program: CompiledProgram): Why => {
  assert(
    trace.program === program.programId && trace.version === program.version,
    "a trace is explained by the version that made it",
  );
  return {
    program: { id: program.programId, name: program.name, version: program.version },
    tier: { name: tierNumbered(program.tiers, trace.tier).name },
    outcome: outcomeOf(trace, program),
    rules: trace.rules.map((rule) => explainRule(rule, trace, program)),
    tierCheck: { sentence: tierSentence(trace, program) },
  };
};

const outcomeOf = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return `Earned nothing: ${trace.blocked}.`;
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const fired = trace.rules.filter((rule) => rule.o === 1);
  const giving = fired.filter((rule) => (rule.p ?? 0) > 0);
  if (giving.length > 0) {
    // One date for everything, or none that can be said in a word.
    const isOneDate = giving.every((rule) => rule.e === undefined);
    const lasting =
      !isOneDate || trace.expiresAt === null ? "" : `, valid until ${dayOf(trace.expiresAt, program)}`;
    return `Earned ${earnedWords(giving, program)} in tier ${tier} from ${plural(fired.length, "rule")}${lasting}.`;
  }
  if (trace.rules.length === 0) return "Earned nothing: the program has no rules for purchases.";
  if (fired.length === 0) return "Earned nothing: no rule's condition was true.";
  if (trace.amount <= 0) return "Earned nothing: the bill's amount is zero.";
  return "Earned nothing: what the rules give rounds to zero.";
};

/** Sums by currency and category, in the order in which rules gave them. */
const earnedWords = (giving: readonly RuleTrace[], program: CompiledProgram): string => {
  const sums = new Map<string, { rule: RuleTrace; sum: number }>();
  for (const rule of giving) {
    const { currency, category } = program.rules[rule.i]!.award;
    const key = `${currency?.id ?? 0}/${category}`;
    const before = sums.get(key)?.sum ?? 0;
    sums.set(key, { rule, sum: before + (rule.p ?? 0) });
  }
  return listed(
    [...sums.values()].map(({ rule, sum }) => givenWords(program.rules[rule.i]!.award, sum / POINTS_SCALE)),
  );
};

const explainRule = (rule: RuleTrace, trace: Trace, program: CompiledProgram): WhyRule => {
  const compiled = program.rules[rule.i]!;
  const { text } = compiled.condition;
  const problem = rule.problem === undefined ? {} : { problem: rule.problem };
  const clauses = explain({ text, steps: rule.v, ...problem }, { moneyDecimals: decimalsOf(program) });
  const fired = rule.o === 1;
  return {
    name: compiled.name,
    fired,
    ...(rule.o === 2 ? { undetermined: true } : {}),
    because: [...clauses, ...(fired ? awardClauses(compiled, rule, trace, program) : [])].map(sentence),
    award: fired ? awardOf(rule, trace, program) : null,
    conditions: resultsOf({ text, steps: rule.v }),
  };
};

const awardOf = (rule: RuleTrace, trace: Trace, program: CompiledProgram): NonNullable<WhyRule["award"]> => {
  const { currency, category } = program.rules[rule.i]!.award;
  const expiresAt = expiryIn(rule, trace);
  return {
    points: rule.r ?? 0,
    rounded: (rule.p ?? 0) / POINTS_SCALE,
    expiresAt: expiresAt === null ? null : formatIso(expiresAt, program.timeZone),
    ...(currency === null ? {} : { currency: currency.name }),
    ...(category === "regular" ? {} : { category }),
    ...(rule.c === undefined ? {} : { convertsAt: formatIso(rule.c, program.timeZone) }),
    ...(rule.l === undefined
      ? {}
      : {
          lines: rule.l.map(([line, points, raw]) => ({ line, points: raw, rounded: points / POINTS_SCALE })),
        }),
  };
};
