import { TRUE } from "#expressions";
import { addAmounts, type Instant, localDate } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import { expiresAt } from "../programs/expiry.ts";
import { tierAfter } from "../tiers/rules.ts";
import { awardByRule, type Earning } from "./award.ts";
import { DecisionContext } from "./context.ts";
import { effectsOf, NO_EFFECTS } from "./effects.ts";
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
const NO_RULES: readonly RuleTrace[] = [];

const NOT_A_MEMBER = "the customer is not a member of the program";

/** The membership of a customer who joins with a bill; `saveMemberships` stores it once a bill counted for it. */
export const newMembership = (program: CompiledProgram, partyId: number, joinedAt: Instant): Membership => ({
  partyId,
  programId: program.programId,
  joinedAt: new Date(joinedAt),
  tierNumber: program.tiers[0]!.number,
  tierSince: new Date(joinedAt),
  tierExpiresAt: null,
  lifetimePurchases: 0,
  transactionCount: 0,
  visitCount: 0,
  lastVisitOn: null,
  changeNo: 1,
  isNew: true,
});

/** What a bill earns and what it makes of the membership. Pure: the same code serves live traffic, simulation and replay. */
export const decideTransaction = (
  program: CompiledProgram,
  facts: TransactionFacts,
  state: MemberState,
): Decision => {
  const before = state.membership;
  if (facts.loyaltyBlocked !== undefined) return leaveAlone(program, facts, before, facts.loyaltyBlocked);
  if (before === null) return leaveAlone(program, facts, before, NOT_A_MEMBER);

  const lifetime = addAmounts(before.lifetimePurchases, facts.amount);
  const tierNumber = tierAfter(program.tiers, before.tierNumber, lifetime);
  const late = facts.tierAtDate !== undefined || facts.billedAt < before.tierSince.getTime();
  const eager = program.upgrade === "eager" && !late;
  const tierBefore = facts.tierAtDate ?? tierOn(before, facts.billedAt);
  const earningTier = eager ? tierNumber : tierBefore;
  const tierChange = tierNumber === before.tierNumber ? null : changeOf(before, tierNumber, facts.billedAt);
  const membership = count(before, facts, lifetime, tierChange);
  const earning = earningOf(program, facts, before, earningTier);

  const awards: Award[] = [];
  const rules: RuleTrace[] = [];
  const context = new DecisionContext(program, facts, state, before, membership, tierBefore, earningTier);
  evaluateRules(program, earning, context, awards, rules);
  const trace: Trace = {
    program: program.programId,
    version: program.version,
    amount: facts.amount,
    tier: earningTier,
    tierAfter: tierNumber,
    lifetime,
    expiresAt: earning.expiry.expiresAt,
    rules,
    ...(tierChange === null ? undefined : { tierBefore: before.tierNumber }),
    ...(late ? { late: true } : undefined),
  };
  return { awards, membership, tierChange, trace, sideEffects: effectsOf(program, awards) };
};

/** The tier held on a date, as far as the membership itself can tell: changes decided since it was read are with it. */
const tierOn = ({ changes, tierNumber }: Membership, at: Instant): number => {
  if (changes === undefined) return tierNumber;
  for (let index = changes.length - 1; index >= 0; index--) {
    if (changes[index]!.at <= at) return changes[index]!.to;
  }
  return changes[0]?.from ?? tierNumber;
};

/** Tier history never runs backwards: a bill older than the newest change adds its own right after it. */
const changeOf = (before: Membership, to: number, billedAt: Instant): TierChange => ({
  from: before.tierNumber,
  to,
  at: Math.max(billedAt, before.tierSince.getTime()),
  reason: "upgrade",
});

const leaveAlone = (
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

const earningOf = (
  { expiries }: CompiledProgram,
  facts: TransactionFacts,
  membership: Membership,
  tier: number,
): Earning => {
  const { billedAt, now, timeZone } = facts;
  const moment = { at: billedAt, now, tier, joinedAt: membership.joinedAt.getTime(), timeZone };
  return { facts, tier, moment, expiry: expiresAt({ expiries }, null, moment) };
};

const evaluateRules = (
  program: CompiledProgram,
  earning: Earning,
  context: DecisionContext,
  awards: Award[],
  traces: RuleTrace[],
): void => {
  const { rules } = program;
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index]!;
    const { outcome: o, steps: v, problem } = rule.condition.trace(context);
    if (o !== TRUE) {
      traces.push(problem === undefined ? { i: index, o, v } : { i: index, o, v, problem });
      continue;
    }
    const { points, trace } = awardByRule(program, rule, earning, awards);
    traces.push({ i: index, o, v, ...trace });
    // What conditions call points are those that can be spent.
    if (rule.award.currency === null && rule.award.category === "regular") context.award(points);
  }
};

const count = (
  before: Membership,
  facts: TransactionFacts,
  lifetimePurchases: number,
  tierChange: TierChange | null,
): Membership => {
  const day = localDate(facts.billedAt, facts.timeZone);
  const last = before.lastVisitOn;
  const newest = last === null || day > last;
  const isVisit = newest || (day < last && facts.firstOfDay !== false);
  const counted = {
    partyId: before.partyId,
    programId: before.programId,
    joinedAt: before.joinedAt,
    tierNumber: before.tierNumber,
    tierSince: before.tierSince,
    tierExpiresAt: before.tierExpiresAt,
    lifetimePurchases,
    transactionCount: before.transactionCount + 1,
    visitCount: isVisit ? before.visitCount + 1 : before.visitCount,
    lastVisitOn: newest ? day : last,
    changeNo: before.changeNo,
    ...(before.isNew ? { isNew: true as const } : undefined),
    ...(before.changes === undefined ? undefined : { changes: before.changes }),
  };
  if (tierChange === null) return counted;
  return {
    ...counted,
    tierNumber: tierChange.to,
    tierSince: new Date(tierChange.at),
    changeNo: before.changeNo + 1,
    changes: [...(before.changes ?? []), tierChange],
  };
};
