import { FALSE, type SeenAttribute, seenBy, type TraceValue } from "#expressions";
import { type Instant, localDate, type Millipoints, POINTS_SCALE } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import { periodBegin } from "../programs/limits.ts";
import { decideTransaction } from "./decide.ts";
import { limitKey } from "./limits.ts";
import type { Decision, LimitUses, MemberState, Trace, TransactionFacts } from "./schema.ts";
import { awardsTold } from "./told.ts";
import { toldRules } from "./told-rules.ts";

/** A bill that was decided before: as it was, and as it would have been without what went back of it. */
export interface BillAgain {
  /** The decision that was made. */
  readonly trace: Trace;
  readonly whole: TransactionFacts;
  readonly left: TransactionFacts;
  /** The customer as of now; the membership is that of now too. */
  readonly today: MemberState;
}

/** What is left of the bill earns this; or why it cannot be told: a clause for people. */
export type DecidedAgain =
  | { readonly decision: Decision; readonly problem?: undefined }
  | { readonly problem: string };

/**
 * Decides a bill anew for what is left of it, as of its date: with the tier, the purchases and the facts that its trace keeps. The
 * whole bill decided so must come to what the trace says, else the standing of that day is lost. Pure. `program` is the
 * version that the trace names.
 */
export const decideAgain = (
  program: CompiledProgram,
  { trace, whole, left, today }: BillAgain,
): DecidedAgain => {
  if (trace.blocked !== undefined) return { problem: `the bill counted for nothing: ${trace.blocked}` };
  if (today.membership === null) return { problem: "the customer is not a member of the program any more" };
  const state = standingBefore(program, trace, whole, today);
  const tier = trace.late === true ? { tierAtDate: trace.tier } : {};
  const told = decideTransaction(program, { ...whole, ...tier }, state).trace;
  if (!isSameDecision(trace, told))
    return { problem: "what the customer and the bill were on that day can no longer be told" };
  return { decision: decideTransaction(program, { ...left, ...tier }, state) };
};

const isSameDecision = (one: Trace, other: Trace): boolean => {
  const given = ({ tier, split, rules, raised = [] }: Trace) =>
    JSON.stringify([
      tier,
      split ?? null,
      [...rules, ...raised.flatMap((part) => part.rules)]
        .filter(({ o, a, u }) => o !== FALSE || a !== undefined || u !== undefined)
        .map(({ i, o, p, l, a, u }) => [i, o, p, l, a, u]),
    ]);
  return given(one) === given(other);
};

/** The customer before the bill, as far as its trace tells; the rest is as of now. */
const standingBefore = (
  program: CompiledProgram,
  trace: Trace,
  { billedAt, timeZone }: TransactionFacts,
  today: MemberState,
): MemberState => {
  const membership = today.membership!;
  const { numbers, texts, fields } = factsSeen(program, trace);
  const joinedAt = membership.joinedAt.getTime();
  const { changes: _, isNew: __, reassessTier: ___, moved: ____, ...kept } = membership;
  return {
    membership: {
      ...kept,
      numbering: program.numbering,
      tierNumber: trace.tierBefore ?? trace.tierAfter,
      tierSince: new Date(Math.min(joinedAt, billedAt)),
      lifetimePurchases: trace.lifetime - trace.amount,
      transactionCount: (numbers.get("numberoftxns") ?? membership.transactionCount) - 1,
      visitCount: numbers.get("numberofvisits") ?? membership.visitCount,
      // The day of the bill is among the visits already.
      lastVisitOn: localDate(billedAt, timeZone),
    },
    balance: numbers.get("currentpoints") ?? today.balance,
    lifetimePoints: numbers.get("lifetimepoints") ?? today.lifetimePoints,
    limitUses: usesBefore(program, trace, billedAt),
    profile: {
      ...today.profile,
      ...texts,
      extendedFields: { ...today.profile.extendedFields, ...fields },
    },
  };
};

const usesBefore = (program: CompiledProgram, { used = [] }: Trace, billedAt: Instant): LimitUses =>
  new Map(
    used.flatMap(([index, before]) => {
      const limit = program.limits[index];
      if (limit === undefined) return [];
      return [[limitKey(limit.id, periodBegin(limit, billedAt, program.timeZone)), before] as const];
    }),
  );

interface FactsSeen {
  /** Counts, and points in thousandths, before the bill gave any. */
  readonly numbers: Map<string, number>;
  readonly texts: Partial<Record<(typeof TEXTS)[number], string>>;
  readonly fields: Readonly<Record<string, TraceValue>>;
}

const TEXTS = ["firstName", "lastName", "email", "mobile", "externalId"] as const;
const COUNTS = new Set(["numberoftxns", "numberofvisits"]);
const POINTS: Readonly<Record<string, string>> = {
  currentpoints: "currentpoints",
  initialcurrentpoints: "currentpoints",
  lifetimepoints: "lifetimepoints",
  initiallifetimepoints: "lifetimepoints",
};

/** What the rules saw of the customer, as the trace keeps it. */
const factsSeen = (program: CompiledProgram, trace: Trace): FactsSeen => {
  const { rules } = program;
  const numbers = new Map<string, number>();
  const texts: Partial<Record<(typeof TEXTS)[number], string>> = {};
  const fields: Record<string, TraceValue> = {};
  let given: Millipoints = 0;
  for (const told of toldRules(trace, program)) {
    const rule = rules[told.i];
    if (rule === undefined) continue;
    for (const seen of seenBy({ text: rule.condition.text, steps: told.v })) {
      if (seen.profile !== "currentcustomer" || !isWhole(seen)) continue;
      const { name, field, value } = seen;
      if (field !== null) fields[field] = value;
      else if (name !== null) keep(name, value, given, numbers, texts);
    }
    // Rules after it see the points that it gave.
    for (const { award, trace: made } of awardsTold(rule, told))
      if (award.currency === null && award.category === "regular") given += made.p;
  }
  return { numbers, texts, fields };
};

const keep = (
  name: string,
  value: TraceValue,
  given: Millipoints,
  numbers: FactsSeen["numbers"],
  texts: Record<string, string>,
): void => {
  const points = POINTS[name];
  if (points !== undefined && typeof value === "number") {
    const before = name.startsWith("initial") ? 0 : given;
    numbers.set(points, Math.round(value * POINTS_SCALE) - before);
  }
  if (COUNTS.has(name) && typeof value === "number") numbers.set(name, value);
  const text = TEXTS.find((item) => item.toLowerCase() === name);
  if (text !== undefined && (value === null || typeof value === "string")) texts[text] = value ?? "";
};

const LONG = 200;
/** Times are kept as local text and long texts cut: such a value is not the one that was there. */
const isWhole = ({ value }: SeenAttribute): boolean =>
  typeof value !== "string" || (value.length <= LONG && !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value));
