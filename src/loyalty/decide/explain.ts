import { explain, resultsOf } from "#expressions";
import { assert, formatIso, POINTS_SCALE } from "#platform";
import type { AwardCategory, CompiledAward } from "../programs/awards.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { OutOfScope } from "../programs/scopes.ts";
import { tierNumbered } from "../tiers/rules.ts";
import { awardClauses, expiryIn, givenWords } from "./award-sentences.ts";
import type { RaisedTrace, RuleTrace, Trace, TracePart } from "./schema.ts";
import { tierSentence } from "./tier-sentence.ts";
import { awardsTold, branchOf, type ToldAward } from "./told.ts";
import { type ToldRule, toldRules } from "./told-rules.ts";
import { trackerClauses } from "./tracker-sentences.ts";
import { dayOf, decimalsOf, listed, plural, sentence } from "./words.ts";

/** Why a purchase earned what it earned, for people. Times are ISO with the offset of the organisation's zone. */
export interface Why {
  readonly program: { readonly id: number; readonly name: string; readonly version: number };
  readonly tier: { readonly name: string };
  /** One sentence. */
  readonly outcome: string;
  readonly rules: readonly WhyRule[];
  /** Sets of rules that did not run, with why: one sentence each. */
  readonly skipped: readonly string[];
  readonly tierCheck: { readonly sentence: string };
}

export interface WhyRule {
  readonly name: string;
  /** Its set of rules. */
  readonly set: string;
  /** The activity that the bill brought about and that the rule is for; absent: the bill itself. */
  readonly activity?: RaisedTrace["activity"];
  readonly fired: boolean;
  readonly undetermined?: boolean;
  /** The line or payment of the bill that it was run for. */
  readonly item?: { readonly kind: "line" | "payment"; readonly no: number };
  readonly because: readonly string[];
  readonly awards: readonly WhyAward[];
  readonly conditions: readonly { readonly text: string; readonly result: boolean | null }[];
}

export interface WhyAward {
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
    rules: partsOf(trace).flatMap((part) =>
      toldRules(part, program).map((rule) => ({
        ...explainRule(rule, part === trace ? trace : afterwards(trace), program),
        ...("activity" in part ? { activity: part.activity } : {}),
      })),
    ),
    skipped: partsOf(trace).flatMap((part) => skippedSentences(part, program)),
    tierCheck: { sentence: tierSentence(trace, program) },
  };
};

/** What the activity did, then what it brought about. */
const partsOf = (trace: Trace): readonly (TracePart | RaisedTrace)[] => [trace, ...(trace.raised ?? [])];

/** What was brought about earned by the tier afterwards. */
const afterwards = ({ split: _, late: __, ...trace }: Trace): Trace => ({ ...trace, tier: trace.tierAfter });

const outcomeOf = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return `Earned nothing: ${trace.blocked}.`;
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const kept = partsOf(trace).flatMap(({ rules }) => rules);
  const fired = kept.filter((rule) => branchOf(program.rules[rule.i]!, rule).length > 0);
  const giving = fired.flatMap((rule) =>
    awardsTold(program.rules[rule.i]!, rule).filter(({ trace: { p } }) => p > 0),
  );
  if (giving.length > 0) {
    const rules = new Set(
      fired.filter((rule) => awardsTold(program.rules[rule.i]!, rule).length > 0).map(({ i }) => i),
    ).size;
    // One date for everything, or none that can be said in a word.
    const isOneDate = giving.every(({ trace: { e } }) => e === undefined);
    const lasting =
      !isOneDate || trace.expiresAt === null ? "" : `, valid until ${dayOf(trace.expiresAt, program)}`;
    return `Earned ${earnedWords(giving)} in tier ${tier} from ${plural(rules, "rule")}${lasting}.`;
  }
  if (kept.length === 0 && (trace.o ?? "") === "")
    return "Earned nothing: the program has no rules for purchases.";
  if (fired.length === 0) return "Earned nothing: no rule's condition was true.";
  if (trace.amount <= 0) return "Earned nothing: the bill's amount is zero.";
  if (fired.every((rule) => awardsTold(program.rules[rule.i]!, rule).length === 0))
    return "Earned nothing: no rule that gives something had a true condition.";
  return "Earned nothing: what the rules give rounds to zero.";
};

/** Sums by currency and category, in the order in which rules gave them. */
const earnedWords = (giving: readonly ToldAward[]): string => {
  const sums = new Map<string, { award: CompiledAward; sum: number }>();
  for (const { award, trace } of giving) {
    const key = `${award.currency?.id ?? 0}/${award.category}`;
    const before = sums.get(key)?.sum ?? 0;
    sums.set(key, { award, sum: before + trace.p });
  }
  return listed([...sums.values()].map(({ award, sum }) => givenWords(award, sum / POINTS_SCALE)));
};

const SCOPE_WORDS: Readonly<Record<OutOfScope, string>> = {
  dates: "the bill's date is outside of its dates",
  stores: "the store is not among its stores",
  zones: "the store's zone is not among its zones",
  concepts: "the store's concept is not among its concepts",
  sources: "the bill's source is not among its sources",
};

const skippedSentences = ({ skipped = [], untold = 0 }: TracePart, program: CompiledProgram): string[] => [
  ...skipped.map(([set, reason]) =>
    sentence(`${program.sets[set]?.name ?? "a set of rules"} did not run: ${SCOPE_WORDS[reason]}`),
  ),
  ...(untold === 0
    ? []
    : [sentence(`${plural(untold, "more rule")}, run for lines or payments, came to nothing`)]),
];

const explainRule = (rule: ToldRule, trace: Trace, program: CompiledProgram): WhyRule => {
  const compiled = program.rules[rule.i]!;
  const { text } = compiled.condition;
  const problem = rule.problem === undefined ? {} : { problem: rule.problem };
  const clauses = explain({ text, steps: rule.v, ...problem }, { moneyDecimals: decimalsOf(program) });
  const awards = awardsTold(compiled, rule);
  return {
    name: compiled.name,
    set: compiled.setName,
    fired: rule.o === 1,
    ...(rule.o === 2 ? { undetermined: true } : {}),
    ...(rule.u === undefined
      ? {}
      : { item: { kind: compiled.unroll === "tenders" ? "payment" : "line", no: rule.u } as const }),
    because: [
      ...clauses,
      ...awards.flatMap((told) => awardClauses(told, trace, program)),
      ...forwardClauses(rule, program),
      ...trackerClauses(rule, program),
    ].map(sentence),
    awards: awards.map((told) => awardOf(told, trace, program)),
    conditions: resultsOf({ text, steps: rule.v }),
  };
};

const forwardClauses = ({ a = [] }: RuleTrace, program: CompiledProgram): string[] =>
  a.flatMap((action) =>
    "f" in action ? [`it goes on with ${program.sets[action.f]?.name ?? "another set"}`] : [],
  );

const awardOf = ({ award, trace: told }: ToldAward, trace: Trace, program: CompiledProgram): WhyAward => {
  const { currency, category } = award;
  const expiresAt = expiryIn(told, trace);
  return {
    points: told.r,
    rounded: told.p / POINTS_SCALE,
    expiresAt: expiresAt === null ? null : formatIso(expiresAt, program.timeZone),
    ...(currency === null ? {} : { currency: currency.name }),
    ...(category === "regular" ? {} : { category }),
    ...(told.c === undefined ? {} : { convertsAt: formatIso(told.c, program.timeZone) }),
    ...(told.l === undefined
      ? {}
      : {
          lines: told.l.map(([line, points, raw]) => ({ line, points: raw, rounded: points / POINTS_SCALE })),
        }),
  };
};
