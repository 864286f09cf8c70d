import {
  assert,
  formatIso,
  type Instant,
  localTime,
  type Money,
  POINTS_SCALE,
  type Rounding,
} from "#platform";
import { dayText, explain, resultsOf } from "../expressions/index.ts";
import { type CompiledAward, RATE_SCALE, rateAt, stepsIn } from "../programs/awards.ts";
import type { CompiledProgram, CompiledRule } from "../programs/compile.ts";
import { nextTier, tierNumbered } from "../tiers/rules.ts";
import type { RuleTrace, Trace } from "./schema.ts";

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

const formats = new Map<number, Intl.NumberFormat>();

/** Decimals of a currency: small units are two finer. */
const decimalsOf = ({ moneyScale }: CompiledProgram): number =>
  Math.max(0, Math.round(Math.log10(moneyScale)) - 2);

/** An amount with the currency's decimals and its code, such as "1,687.50 GBP". */
const money = (amount: Money, program: CompiledProgram): string => {
  const decimals = decimalsOf(program);
  let format = formats.get(decimals);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals + 2,
    });
    formats.set(decimals, format);
  }
  return `${format.format(amount / program.moneyScale)} ${program.currency}`;
};

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });
const number = (value: number): string => NUMBER.format(value);

/** A clause as a sentence. */
const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

const plural = (count: number, one: string): string => `${number(count)} ${one}${count === 1 ? "" : "s"}`;

/** A day as the organisation's people read it. */
const dayOf = (instant: Instant, { timeZone }: CompiledProgram): string => {
  const { year, month, day } = localTime(instant, timeZone);
  return dayText(year, month, day);
};

const outcomeOf = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return `Earned nothing: ${trace.blocked}.`;
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const fired = trace.rules.filter((rule) => rule.o === 1);
  const total = fired.reduce((sum, rule) => sum + (rule.p ?? 0), 0);
  if (total > 0) {
    const lasting = trace.expiresAt === null ? "" : `, valid until ${dayOf(trace.expiresAt, program)}`;
    return `Earned ${plural(total / POINTS_SCALE, "point")} in tier ${tier} from ${plural(fired.length, "rule")}${lasting}.`;
  }
  if (trace.rules.length === 0) return "Earned nothing: the program has no rules for purchases.";
  if (fired.length === 0) return "Earned nothing: no rule's condition was true.";
  if (trace.amount <= 0) return "Earned nothing: the bill's amount is zero.";
  return "Earned nothing: what the rules give rounds to zero.";
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
    award: fired
      ? {
          points: rule.r ?? 0,
          rounded: (rule.p ?? 0) / POINTS_SCALE,
          expiresAt: trace.expiresAt === null ? null : formatIso(trace.expiresAt, program.timeZone),
        }
      : null,
    conditions: resultsOf({ text, steps: rule.v }),
  };
};

const ROUNDED: Readonly<Record<Rounding, string>> = {
  floor: "rounded down",
  ceiling: "rounded up",
  half_up: "rounded half up",
  half_down: "rounded half down",
  half_even: "rounded half to even",
};

const awardClauses = (
  { award }: CompiledRule,
  rule: RuleTrace,
  trace: Trace,
  program: CompiledProgram,
): string[] => {
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const clauses = trace.late
    ? [`the bill is dated before the newest tier change, so it earns by the tier of its date, ${tier}`]
    : [];
  if (trace.amount <= 0) return [...clauses, "a bill of zero earns nothing"];
  const raw = rule.r ?? 0;
  const points = (rule.p ?? 0) / POINTS_SCALE;
  // A percentage says how it was rounded even when nothing was lost: the next bill may differ.
  const isRounded = award.strategy === "prorated_percent" || raw !== points;
  const rounding = isRounded ? `, ${ROUNDED[award.rounding]} to ${number(points)}` : "";
  return [
    ...clauses,
    reckoning(award, raw, trace, program) + rounding + expiryClause(points, trace, program),
  ];
};

/** How the points before rounding come about, the tier named where the rate depends on it. */
const reckoning = (award: CompiledAward, raw: number, trace: Trace, program: CompiledProgram): string => {
  const rate = rateAt(award, trace.tier) / RATE_SCALE;
  const isTiered = award.rates.some((other) => other !== award.rates[0]);
  const by = isTiered ? ` (${tierNumbered(program.tiers, trace.tier).name})` : "";
  const amount = money(trace.amount, program);
  if (award.strategy === "prorated_percent")
    return `${amount} × ${number(rate)} %${by} = ${plural(raw, "point")}`;
  if (award.strategy === "fixed") return `${plural(rate, "point")} whatever the amount${by}`;
  const steps = stepsIn(award, trace.amount);
  const held = award.incompleteStep === "floor" ? "holds" : "begins";
  const every = money(award.every, program);
  return `${amount} ${held} ${plural(steps, "step")} of ${every}: ${number(steps)} × ${number(rate)}${by} = ${plural(raw, "point")}`;
};

const expiryClause = (points: number, { expiresAt }: Trace, program: CompiledProgram): string => {
  if (points === 0) return "";
  const they = points === 1 ? "it" : "they";
  if (expiresAt === null) return `; ${they} never expire${points === 1 ? "s" : ""}`;
  return `; ${they} expire${points === 1 ? "s" : ""} on ${dayOf(expiresAt, program)}`;
};

const tierSentence = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return "The bill does not count towards a tier.";
  const { tiers } = program;
  const after = tierNumbered(tiers, trace.tierAfter);
  const value = money(trace.lifetime, program);
  if (trace.tierBefore !== undefined) {
    const before = tierNumbered(tiers, trace.tierBefore).name;
    const earned = trace.late
      ? ""
      : program.upgrade === "lazy"
        ? `; this bill still earned as ${before}`
        : "; this bill already earned by it";
    return `Lifetime purchases of ${value} reach the ${money(after.threshold, program)} of ${after.name}: moved up from ${before}${earned}.`;
  }
  const next = nextTier(tiers, after.number);
  if (next === null) return `${after.name} is the highest tier; lifetime purchases are ${value}.`;
  const missing = money(Math.max(0, next.threshold - trace.lifetime), program);
  return `Stays ${after.name} with lifetime purchases of ${value}. ${missing} more of lifetime purchases make ${next.name}.`;
};
