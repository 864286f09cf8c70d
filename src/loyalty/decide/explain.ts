import { assert, formatIso, type Instant, type Money, POINTS_SCALE } from "#platform";
import { type CompiledProgram, type CompiledRule, RATE_SCALE, rateAt, stepsIn } from "../programs/compile.ts";
import { explainCondition } from "../programs/conditions.ts";
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

/** An amount with the currency's decimals, as conditions show theirs. */
const money = (amount: Money, { moneyScale }: CompiledProgram): string => {
  let format = formats.get(moneyScale);
  if (format === undefined) {
    const decimals = Math.max(0, Math.round(Math.log10(moneyScale)) - 2);
    format = new Intl.NumberFormat("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals + 2,
    });
    formats.set(moneyScale, format);
  }
  return format.format(amount / moneyScale);
};

const capitalised = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

const pointsText = (millipoints: number): string => plural(millipoints / POINTS_SCALE, "point");

const day = (instant: Instant, { timeZone }: CompiledProgram): string =>
  formatIso(instant, timeZone).slice(0, 10);

const outcomeOf = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return `Earned nothing: ${trace.blocked}.`;
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const fired = trace.rules.filter((rule) => rule.o === 1);
  const total = fired.reduce((sum, rule) => sum + (rule.p ?? 0), 0);
  if (total > 0) {
    const lasting = trace.expiresAt === null ? "" : `, valid until ${day(trace.expiresAt, program)}`;
    return `Earned ${pointsText(total)} in tier ${tier} from ${plural(fired.length, "rule")}${lasting}.`;
  }
  if (trace.rules.length === 0) return "Earned nothing: the program has no rules for purchases.";
  if (fired.length === 0) return "Earned nothing: no rule's condition was true.";
  if (trace.amount <= 0) return "Earned nothing: the bill's amount is zero.";
  return "Earned nothing: what the rules give rounds to zero.";
};

const explainRule = (rule: RuleTrace, trace: Trace, program: CompiledProgram): WhyRule => {
  const compiled = program.rules[rule.i]!;
  const told = explainCondition(compiled.condition.text, rule.s, rule.why);
  const fired = rule.o === 1;
  return {
    name: compiled.name,
    fired,
    ...(rule.o === 2 ? { undetermined: true } : {}),
    because: [
      ...told.sentences.map(capitalised),
      ...(fired ? awardSentences(compiled, rule, trace, program) : []),
    ],
    award: fired
      ? {
          points: rule.r ?? 0,
          rounded: (rule.p ?? 0) / POINTS_SCALE,
          expiresAt: trace.expiresAt === null ? null : formatIso(trace.expiresAt, program.timeZone),
        }
      : null,
    conditions: told.conditions,
  };
};

const awardSentences = (
  { award }: CompiledRule,
  rule: RuleTrace,
  trace: Trace,
  program: CompiledProgram,
): string[] => {
  const amount = money(trace.amount, program);
  const tier = tierNumbered(program.tiers, trace.tier).name;
  const sentences = trace.late
    ? [`The bill is dated before the newest tier change, so it earns by the tier of its date, ${tier}`]
    : [];
  if (trace.amount <= 0) return [...sentences, "A bill of zero earns nothing"];
  const rate = rateAt(award, trace.tier) / RATE_SCALE;
  const rounded = `rounded to ${pointsText(rule.p ?? 0)}`;
  if (award.strategy === "prorated_percent")
    return [...sentences, `Bill amount ${amount} × ${rate} % = ${rule.r}, ${rounded}`];
  if (award.strategy === "fixed")
    return [...sentences, `${plural(rate, "point")} whatever the amount, ${rounded}`];
  const steps = stepsIn(award, trace.amount);
  const every = money(award.every, program);
  return [
    ...sentences,
    `Bill amount ${amount} holds ${plural(steps, "step")} of ${every}; ${steps} × ${rate} = ${rule.r}, ${rounded}`,
  ];
};

const tierSentence = (trace: Trace, program: CompiledProgram): string => {
  if (trace.blocked !== undefined) return "The bill does not count towards a tier";
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
    return `Lifetime purchases of ${value} reach the ${money(after.threshold, program)} of ${after.name}: moved up from ${before}${earned}`;
  }
  const next = nextTier(tiers, after.number);
  if (next === null) return `${after.name} is the highest tier; lifetime purchases are ${value}`;
  const missing = money(Math.max(0, next.threshold - trace.lifetime), program);
  return `Stays ${after.name}: with lifetime purchases of ${value}, needs ${missing} more lifetime purchases for ${next.name}`;
};
