import {
  addAmounts,
  endOfDayAfterMonths,
  type Instant,
  localDate,
  localTime,
  POINTS_SCALE,
  startOfDay,
} from "#platform";
import { type CompiledProgram, pointsOf } from "../programs/compile.ts";
import { tierAfter } from "../tiers/rules.ts";
import { contextOf } from "./context.ts";
import type {
  Award,
  Decision,
  MemberState,
  Membership,
  RuleTrace,
  TierChange,
  Trace,
  TransactionFacts,
} from "./schema.ts";

const NO_AWARDS: readonly Award[] = [];
const NO_EFFECTS: Decision["sideEffects"] = [];
const NO_RULES: readonly RuleTrace[] = [];

/** Days that points of a bill too old for its own expiry still live (points.md §5.1). */
const GRACE_DAYS = 7;

/** What a bill earns and what it makes of the membership. Pure: the same code serves live traffic, simulation and replay. */
export const decideTransaction = (
  program: CompiledProgram,
  facts: TransactionFacts,
  state: MemberState,
): Decision => {
  const before = state.membership;
  const blocked = facts.loyaltyBlocked ?? (before === null ? "not a member of the program" : undefined);
  if (before === null || blocked !== undefined) return refuse(program, facts, before, blocked ?? "");

  const lifetime = addAmounts(before.lifetimePurchases, facts.amount);
  const tierNumber = tierAfter(program.tiers, before.tierNumber, lifetime);
  const late = facts.tierAtDate !== undefined;
  const earningTier = facts.tierAtDate ?? (program.upgrade === "eager" ? tierNumber : before.tierNumber);
  const upgraded = tierNumber !== before.tierNumber;
  // Tier history never runs backwards: a bill older than the newest change adds its own right after it.
  const changedAt = Math.max(facts.billedAt, before.tierSince.getTime());
  const membership = count(before, facts, lifetime, tierNumber, upgraded ? new Date(changedAt) : null);
  const expiresAt = expiryOf(program, facts);
  const tierChange: TierChange | null = upgraded
    ? { from: before.tierNumber, to: tierNumber, at: changedAt, reason: "upgrade" }
    : null;

  const awards: Award[] = [];
  const rules: RuleTrace[] = [];
  evaluateRules(program, facts, state, membership, earningTier, expiresAt, awards, rules);
  const trace: Trace = {
    program: program.programId,
    version: program.version,
    amount: facts.amount,
    tier: earningTier,
    tierAfter: tierNumber,
    lifetime,
    expiresAt,
    rules,
    ...(late ? { late: true } : undefined),
  };
  return { awards, membership, tierChange, trace, sideEffects: effectsOf(awards) };
};

const refuse = (
  program: CompiledProgram,
  facts: TransactionFacts,
  membership: Membership | null,
  blocked: string,
): Decision => ({
  awards: NO_AWARDS,
  membership,
  tierChange: null,
  trace: {
    program: program.programId,
    version: program.version,
    amount: facts.amount,
    tier: membership?.tierNumber ?? 0,
    tierAfter: membership?.tierNumber ?? 0,
    lifetime: membership?.lifetimePurchases ?? 0,
    expiresAt: null,
    rules: NO_RULES,
    blocked,
  },
  sideEffects: NO_EFFECTS,
});

const evaluateRules = (
  program: CompiledProgram,
  facts: TransactionFacts,
  state: MemberState,
  after: Membership,
  tier: number,
  expiresAt: Instant | null,
  awards: Award[],
  traces: RuleTrace[],
): void => {
  const context = contextOf(program, facts, state, after, tier);
  const { rules } = program;
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index]!;
    const v: unknown[] = [];
    const o = rule.condition.evaluate(context, v);
    if (o !== 1) {
      traces.push({ i: index, o, v });
      continue;
    }
    const { raw, points } = pointsOf(rule.award, tier, facts.amount, facts.moneyScale);
    traces.push({ i: index, o, v, p: points, r: raw });
    if (points > 0 && facts.amount > 0) {
      awards.push({ programId: program.programId, ruleId: rule.id, points, rawPoints: raw, expiresAt });
      context.points += points;
    }
  }
};

const count = (
  before: Membership,
  facts: TransactionFacts,
  lifetimePurchases: number,
  tierNumber: number,
  tierSince: Date | null,
): Membership => {
  const day = localDate(facts.billedAt, facts.timeZone);
  const last = before.lastVisitOn;
  const newest = last === null || day > last;
  const isVisit = newest || (day < last && facts.firstOfDay !== false);
  return {
    partyId: before.partyId,
    programId: before.programId,
    joinedAt: before.joinedAt,
    tierNumber,
    tierSince: tierSince ?? before.tierSince,
    tierExpiresAt: before.tierExpiresAt,
    lifetimePurchases,
    transactionCount: before.transactionCount + 1,
    visitCount: isVisit ? before.visitCount + 1 : before.visitCount,
    lastVisitOn: newest ? day : last,
    changeNo: tierSince === null ? before.changeNo : before.changeNo + 1,
  };
};

const effectsOf = (awards: readonly Award[]): Decision["sideEffects"] => {
  if (awards.length === 0) return NO_EFFECTS;
  let points = 0;
  let raw = 0;
  for (const award of awards) {
    points += award.points;
    raw += Math.round(award.rawPoints * POINTS_SCALE);
  }
  return [{ type: "points", rawAwardedPoints: raw / POINTS_SCALE, awardedPoints: points / POINTS_SCALE }];
};

/** When points of this bill expire: counted from its date; a date already past gives way to a week from now. */
const expiryOf = (
  { expiry }: CompiledProgram,
  { billedAt, now, timeZone }: TransactionFacts,
): Instant | null => {
  if (expiry.kind === "never") return null;
  const expiresAt =
    expiry.endsWith === "day"
      ? endOfDayAfterMonths(billedAt, expiry.months, timeZone)
      : endOfMonthAfter(billedAt, expiry.months, timeZone);
  return expiresAt > now ? expiresAt : startOfDay(now, timeZone, GRACE_DAYS + 1) - 1000;
};

/** The last second of the month that lies `months` after the local month of an instant. */
const endOfMonthAfter = (instant: Instant, months: number, timeZone: string): Instant => {
  const sameDay = endOfDayAfterMonths(instant, months, timeZone);
  const { year, month, day } = localTime(sameDay, timeZone);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return startOfDay(sameDay, timeZone, lastDay - day + 1) - 1000;
};
