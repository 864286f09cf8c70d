import { type Memo, storable } from "#expressions";
import { addAmounts, type Instant, localDate, type Millipoints } from "#platform";

import type { CompiledProgram } from "../programs/compile.ts";

import { expiresAt } from "../programs/expiry.ts";
import { STAGES } from "../programs/workflow.ts";
import { trackTargets } from "../targets/track.ts";
import type { Tracked } from "../targets/tracked.ts";
import { termsOf } from "../tiers/enter.ts";
import { pointsEndWithTier } from "../tiers/points-end.ts";
import { type Measures, measureOf, type TrackerValue } from "../tiers/rules.ts";
import { type EarningTiers, type TierStep, tierOn, tierStep } from "../tiers/step.ts";
import { NOTHING_TRACKED } from "../trackers/state.ts";
import type { Earning } from "./award.ts";
import { DecisionContext } from "./context.ts";
import { effectsOf, NO_EFFECTS } from "./effects.ts";
import { LimitMeter } from "./limits.ts";
import type {
  Award,
  Decision,
  LimitUse,
  LimitUses,
  MemberState,
  Membership,
  RuleTrace,
  Trace,
  TracePart,
  TraceScalar,
  TransactionFacts,
} from "./schema.ts";
import { TrackerMeter } from "./trackers.ts";
import { type Evaluated, Evaluation } from "./workflow.ts";

const NO_AWARDS: readonly Award[] = [];
const NO_USES: LimitUses = new Map();
const NOTHING_USED: readonly LimitUse[] = [];
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
  numbering: program.numbering,
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
  const counted = count(before, facts, lifetime);
  const { balance, lifetimePoints } = state;
  const step = tierStep(program, { facts, before, counted, balance, lifetimePoints }, (earning) =>
    earn(program, facts, state, counted, earning),
  );
  const { earned, earning, isLate, tierChange, membership } = step;
  const { split } = earning;
  const { meter, trackers } = earned;
  const tracked = trackers === null ? NOTHING_TRACKED : trackers.changes();
  const raised = raisedBy(program, facts, state, step);
  const awards =
    raised === null ? earned.evaluation.awards : [...earned.evaluation.awards, ...raised.evaluation.awards];
  const trace: Trace = {
    program: program.programId,
    version: program.version,
    amount: facts.amount,
    tier: earning.tier,
    tierAfter: membership.tierNumber,
    lifetime,
    expiresAt: earned.expiresAt,
    ...partOf(program, earned),
    ...(tierChange === null ? undefined : { tierBefore: before.tierNumber }),
    ...(isLate ? { late: true } : undefined),
    ...(split === null ? undefined : { split }),
    ...tierValuesOf(program, {
      lifetimePurchases: lifetime,
      currentPoints: balance + earned.points,
      lifetimePoints: lifetimePoints + earned.points,
      visits: counted.visitCount,
      ...(trackers === null ? undefined : { trackerValue: trackers.valueOf }),
    }),
    ...usedBefore(meter),
    ...(raised === null ? undefined : { raised: [{ activity: "SlabUpgrade", ...partOf(program, raised) }] }),
    ...(trackers === null || tracked.days.length === 0 ? undefined : { tracked: trackers.on }),
  };
  return {
    awards,
    membership,
    tierChange,
    trace,
    sideEffects: effectsOf(program, awards),
    limitUses: meter === null ? NOTHING_USED : meter.uses(),
    trackers: tracked,
    ...targetsReached(program, facts, state, earned, awards),
  };
};

/** What the bill does to targets, with everything that it earned. */
const targetsReached = (
  { currencies }: CompiledProgram,
  facts: TransactionFacts,
  { targets }: MemberState,
  { context }: Earned,
  awards: readonly Award[],
): { readonly targets?: Tracked } | undefined => {
  if (targets === undefined) return undefined;
  const currencyOf = (identifier: string) =>
    [...currencies.values()].find((currency) => currency.identifier === identifier)?.id ?? null;
  const bill = { facts, view: context, awards, currencyOf };
  return { targets: trackTargets(targets.definitions, bill, targets.state) };
};

const usedBefore = (meter: LimitMeter | null): Pick<Trace, "used"> | undefined => {
  const used = meter?.before() ?? [];
  return used.length === 0 ? undefined : { used };
};

/** The sets of an activity, run. */
interface Ran {
  readonly evaluation: Evaluated;
  readonly memo: Memo;
  /** Of the store's clock. */
  readonly zone: string;
}

/** What a bill earns by some tiers. */
interface Earned extends Ran {
  /** Null where the program has no limits. */
  readonly meter: LimitMeter | null;
  /** Null where the program has no trackers. */
  readonly trackers: TrackerMeter | null;
  readonly trackerValue?: TrackerValue;
  readonly context: DecisionContext;
  /** Regular points, all together. */
  readonly points: Millipoints;
  /** Of the program's own expiry. */
  readonly expiresAt: Instant | null;
}

/** Asked again where the tier depends on what is earned: it must leave nothing behind. */
const earn = (
  program: CompiledProgram,
  facts: TransactionFacts,
  state: MemberState,
  counted: Membership,
  tiers: EarningTiers,
): Earned => {
  const before = state.membership!;
  const meter =
    program.limits.length === 0 ? null : new LimitMeter(program, facts, state.limitUses ?? NO_USES);
  const earning = earningOf(program, facts, before, tiers, meter);
  const tierBefore = facts.tierAtDate ?? tierOn(before, facts.billedAt);
  const trackers =
    program.trackers.length === 0 ? null : new TrackerMeter(program, facts, before, state.trackers);
  const context = new DecisionContext(
    program,
    facts,
    state,
    before,
    counted,
    tierBefore,
    tiers.tier,
    "TransactionAdd",
    trackers?.values ?? null,
  );
  const evaluation = new Evaluation(program, earning, context, trackers);
  for (const stage of STAGES) evaluation.runStage(stage);
  const { memo } = context;
  return {
    evaluation,
    meter,
    trackers,
    ...(trackers === null ? undefined : { trackerValue: trackers.valueOf }),
    context,
    memo,
    zone: facts.timeZone,
    points: evaluation.regular,
    expiresAt: earning.expiry.expiresAt,
  };
};

/** What an upgrade by the bill sets off: its own sets, once, by the new tier, on what the bill left. Null where there is none. */
const raisedBy = (
  program: CompiledProgram,
  facts: TransactionFacts,
  state: MemberState,
  { earned, membership, tierChange }: TierStep<Earned>,
): Ran | null => {
  const before = state.membership!;
  if (tierChange === null || tierChange.to <= before.tierNumber || program.onUpgrade.length === 0)
    return null;
  const tier = membership.tierNumber;
  const earning = earningOf(program, facts, membership, { tier, split: null }, earned.meter);
  const context = new DecisionContext(
    program,
    facts,
    state,
    before,
    membership,
    before.tierNumber,
    tier,
    "SlabUpgrade",
    earned.trackers?.values ?? null,
  );
  context.award(earned.points);
  const evaluation = new Evaluation(program, earning, context, earned.trackers);
  evaluation.run(program.onUpgrade);
  return { evaluation, memo: context.memo, zone: facts.timeZone };
};

/** Outcomes and operands as the trace keeps them: each operand once, however many rules looked at it. */
const partOf = (program: CompiledProgram, { evaluation, memo, zone }: Ran): TracePart => {
  const { outcomes, places, isInOrder, rules, skipped, untold } = evaluation;
  const k: number[] = [];
  const x: TraceScalar[] = [];
  const { values, changes } = memo;
  for (let place = 0; place < values.length; place++) {
    if (values[place] === undefined || program.operands.isVolatile(place)) continue;
    k.push(place);
    x.push(storable(values[place]));
  }
  const isWhole = k.every((place, index) => place === index);
  return {
    rules,
    ...(skipped.length === 0 ? undefined : { skipped }),
    ...(untold === 0 ? undefined : { untold }),
    o: outcomes.join(""),
    h: program.operandsMark,
    ...(isInOrder ? undefined : { q: places }),
    ...(isWhole ? undefined : { k }),
    x,
    ...(changes.length === 0
      ? undefined
      : { c: changes.map(([rule, place, value]) => [rule, place, storable(value)] as const) }),
    ...(zone === program.timeZone ? undefined : { zone }),
  };
};

/** Kept with the trace where lifetime purchases do not tell all. */
const tierValuesOf = (
  { tierStrategy: { criteria } }: CompiledProgram,
  measures: Measures,
): Pick<Trace, "tierValues"> | undefined =>
  criteria.length === 1 && criteria[0]!.kind === "lifetime_purchases"
    ? undefined
    : { tierValues: criteria.map((criterion) => measureOf(criterion, measures)) };

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
  limitUses: NOTHING_USED,
  trackers: NOTHING_TRACKED,
});

const earningOf = (
  program: CompiledProgram,
  facts: TransactionFacts,
  membership: Membership,
  { tier, split }: EarningTiers,
  meter: LimitMeter | null,
): Earning => {
  const { billedAt, now, timeZone } = facts;
  const joinedAt = membership.joinedAt.getTime();
  const tierEndsAt = pointsEndWithTier(program, membership);
  const moment = { at: billedAt, now, tier, joinedAt, tierEndsAt, timeZone };
  return { facts, tier, split, moment, expiry: expiresAt(program, null, moment), meter };
};

/** The membership with the bill counted, still in its tier. */
const count = (before: Membership, facts: TransactionFacts, lifetimePurchases: number): Membership => {
  const day = localDate(facts.billedAt, facts.timeZone);
  const last = before.lastVisitOn;
  const newest = last === null || day > last;
  const isVisit = newest || (day < last && facts.firstOfDay !== false);
  return {
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
    ...termsOf(before),
    ...(before.isNew ? { isNew: true as const } : undefined),
    ...(before.changes === undefined ? undefined : { changes: before.changes }),
  };
};
