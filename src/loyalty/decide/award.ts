import { type Millipoints, type Money, multiplyRatio, POINTS_SCALE } from "#platform";
import { type CompiledAward, pointsOf, pointsOfParts, type Reckoned, unitOf } from "../programs/awards.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import { isActive } from "../programs/currencies.ts";
import { conversionOf } from "../programs/delay.ts";
import { DEFAULT_EXPIRY, type ExpiryDate, type ExpiryMoment, expiresAt } from "../programs/expiry.ts";
import type { CompiledRule } from "../programs/workflow-compile.ts";
import type { TierSplit } from "../tiers/step.ts";
import type { Cut, LimitMeter } from "./limits.ts";
import type { Award, AwardTrace, LineFacts, TransactionFacts } from "./schema.ts";

/** What awards of one bill have in common. */
export interface Earning {
  readonly facts: TransactionFacts;
  /** Tier whose rates apply. */
  readonly tier: number;
  /** Above an amount of the bill another tier's. */
  readonly split: TierSplit | null;
  readonly moment: ExpiryMoment;
  /** Of the program's own expiry. */
  readonly expiry: ExpiryDate;
  /** Null where the program has no limits. */
  readonly meter: LimitMeter | null;
}

/** A line or a payment of the bill that rules are run for, counted from 1, with what it counts for; or what a tracker tracked. */
export interface Item {
  readonly kind: "line" | "tender" | "tracked";
  /** Of what was tracked, the line; 0: of the bill. */
  readonly no: number;
  readonly amount: Money;
  /** What those before it count for together. */
  readonly before: Money;
}

export interface Awarded {
  readonly points: Millipoints;
  readonly trace: AwardTrace;
}

const NOTHING: Reckoned = { raw: 0, points: 0 };
/** Line 0: the bill as a whole. */
const BILL = 0;

/** What an award of a rule gives, to the bill or to the item that the rule is run for: it is added to `awards`. */
export const awardByRule = (
  program: CompiledProgram,
  { id: ruleId, set }: Pick<CompiledRule, "id" | "set">,
  award: CompiledAward,
  earning: Earning,
  item: Item | null,
  awards: Award[],
): Awarded => {
  const { meter } = earning;
  if (meter !== null) return awardWithinLimits(program, ruleId, set, award, earning, item, awards, meter);
  if (!award.isPlain || item !== null)
    return awardWithTerms(program, ruleId, award, earning, item, awards, ALL);
  const { facts } = earning;
  // A bill of zero earns nothing, not even what is fixed.
  const { raw, points } = facts.amount > 0 ? forBill(award, earning) : NOTHING;
  const { expiresAt: end, rolls } = earning.expiry;
  awards.push({
    programId: program.programId,
    ruleId,
    currencyId: 0,
    category: "regular",
    points,
    rawPoints: raw,
    line: BILL,
    source: "bill_regular",
    expiresAt: end,
    rolls,
    convertsAt: null,
    expiryStrategyId: DEFAULT_EXPIRY,
    awardStrategyId: null,
  });
  return { points, trace: { p: points, r: raw } };
};

/** No limit is in the way of an award's points. */
const ALL = (): Cut | null => null;

/** As far as limits let it: first by the amount that may earn, then by what may be given. */
const awardWithinLimits = (
  program: CompiledProgram,
  ruleId: string,
  set: number,
  award: CompiledAward,
  earning: Earning,
  item: Item | null,
  awards: Award[],
  meter: LimitMeter,
): Awarded => {
  const { facts } = earning;
  const currencyId = award.currency?.id ?? 0;
  const cut = meter.amountFor(set, currencyId, facts.amount);
  const ask = (points: Millipoints) => meter.awardFor(set, currencyId, points);
  const made =
    cut === null
      ? awardWithTerms(program, ruleId, award, earning, item, awards, ask)
      : awardForPart(program, ruleId, award, earning, item, awards, ask, cut);
  meter.count(set, currencyId, made.points, facts.amount);
  return made;
};

/** An award for the part of a bill that a limit lets earn; lines and payments have their shares of it. */
const awardForPart = (
  program: CompiledProgram,
  ruleId: string,
  award: CompiledAward,
  earning: Earning,
  item: Item | null,
  awards: Award[],
  ask: (points: Millipoints) => Cut | null,
  { limit, left }: Cut,
): Awarded => {
  const { facts } = earning;
  const part = (amount: Money): Money =>
    amount <= 0 || facts.amount <= 0 ? 0 : multiplyRatio(amount, left, facts.amount, "floor");
  const lines = facts.lines.map((line) => ({ ...line, amount: part(line.amount) }));
  const { split } = earning;
  const less = {
    ...earning,
    facts: { ...facts, amount: left, lines },
    split: split === null ? null : { ...split, at: Math.min(split.at, left) },
  };
  const partItem = item === null ? null : { ...item, amount: part(item.amount), before: part(item.before) };
  const { points, trace } = awardWithTerms(program, ruleId, award, less, partItem, awards, ask);
  const whole = item === null ? facts.amount : item.amount;
  return { points, trace: { ...trace, b: partItem?.amount ?? left, k: [limit.index, whole] } };
};

/** Awards of other categories, currencies, expiries, to lines and for payments, or cut by limits. */
const awardWithTerms = (
  program: CompiledProgram,
  ruleId: string,
  award: CompiledAward,
  earning: Earning,
  item: Item | null,
  awards: Award[],
  ask: (points: Millipoints) => Cut | null,
): Awarded => {
  const { facts } = earning;
  const reason = reasonForNothing(award, facts, item);
  const shares =
    reason !== undefined
      ? []
      : item === null
        ? sharesOf(award, earning)
        : [shareOfItem(award, earning, item)];
  if (shares.length === 0) shares.push({ line: BILL, ...NOTHING });
  const whole = shares.reduce((sum, share) => sum + share.points, 0);
  const cut = whole === 0 ? null : ask(whole);
  if (cut !== null) keepFirst(shares, cut.left);
  let points = 0;
  let raw = 0;
  let last: Award | null = null;
  const termsOf = termsBy(program, award, earning);
  for (const share of shares) {
    const made = awardOfShare(program, ruleId, award, share, termsOf(share.line));
    awards.push(made);
    points += share.points;
    raw += Math.round(share.raw * POINTS_SCALE);
    if (last === null || (made.convertsAt ?? 0) > (last.convertsAt ?? 0)) last = made;
  }
  const isByLine = item === null && shares[0]!.line !== BILL;
  return {
    points,
    trace: {
      p: points,
      r: raw / POINTS_SCALE,
      ...(last!.expiresAt === earning.expiry.expiresAt ? undefined : { e: last!.expiresAt }),
      ...(last!.convertsAt === null ? undefined : { c: last!.convertsAt }),
      ...(isByLine
        ? { l: shares.map((share) => [share.line, share.points, share.raw] as const) }
        : undefined),
      ...(item === null ? undefined : { b: item.amount }),
      ...(cut === null ? undefined : { k: [cut.limit.index, whole] as const }),
      ...(reason === undefined ? undefined : { n: reason }),
    },
  };
};

/** What an award gives for the bill, by the tiers that it earns by. */
const forBill = (award: CompiledAward, { facts: { amount, moneyScale }, tier, split }: Earning): Reckoned =>
  split === null
    ? pointsOf(award, tier, amount, moneyScale)
    : forParts(award, tier, split, split.at, amount, moneyScale);

const forParts = (
  award: CompiledAward,
  tier: number,
  split: TierSplit,
  first: number,
  amount: number,
  moneyScale: number,
): Reckoned =>
  pointsOfParts(award, { tier, amount: first }, { tier: split.tier, amount: amount - first }, moneyScale);

/** What an award gives for each line; a bill that is split is split in the order of its lines. */
const forLines = (
  award: CompiledAward,
  { facts: { amount, lines, moneyScale }, tier, split }: Earning,
): Reckoned[] => {
  if (split === null)
    return lines.map((line) => (line.amount > 0 ? pointsOf(award, tier, line.amount, moneyScale) : NOTHING));
  const paid = lines.reduce((sum, line) => sum + Math.max(0, line.amount), 0);
  // A discount on the bill as a whole is on all its lines alike.
  let left = paid === amount ? split.at : multiplyRatio(split.at, paid, amount, "floor");
  return lines.map((line) => {
    if (line.amount <= 0) return NOTHING;
    const first = Math.min(line.amount, left);
    left -= first;
    return forParts(award, tier, split, first, line.amount, moneyScale);
  });
};

const reasonForNothing = (
  { currency, basis }: CompiledAward,
  facts: TransactionFacts,
  item: Item | null,
): AwardTrace["n"] => {
  if (currency !== null && !isActive(currency, facts.billedAt)) return "inactive_currency";
  if (item === null && basis === "lines" && !facts.lines.some(({ amount }) => amount > 0)) return "no_lines";
  return undefined;
};

interface Share extends Reckoned {
  readonly line: number;
}

/** Cuts shares off beyond a sum of points, from the last. */
const keepFirst = (shares: Share[], sum: Millipoints): void => {
  let left = sum;
  for (const [index, share] of shares.entries()) {
    const points = Math.min(share.points, left);
    left -= points;
    shares[index] = { ...share, points };
  }
};

/** A line's award is the line's; one for a payment is the bill's. A bill that is split is split in the order of its items. */
const shareOfItem = (award: CompiledAward, { facts, tier, split }: Earning, item: Item): Share => {
  const { kind, no, amount, before } = item;
  const line = kind === "tender" ? BILL : no;
  if (facts.amount <= 0 || amount <= 0) return { line, ...NOTHING };
  // What was tracked lies on no side of an upgrade.
  if (split === null || kind === "tracked")
    return { line, ...pointsOf(award, tier, amount, facts.moneyScale) };
  const first = Math.min(amount, Math.max(0, split.at - before));
  return { line, ...forParts(award, tier, split, first, amount, facts.moneyScale) };
};

/** What goes to the bill or to each of its lines; lines that get nothing are left out. */
const sharesOf = (award: CompiledAward, earning: Earning): Share[] => {
  const { amount, lines } = earning.facts;
  if (amount <= 0) return [];
  if (award.basis === "lines") {
    const shares = forLines(award, earning).map((reckoned, index) => ({ line: index + 1, ...reckoned }));
    return shares.filter((share) => share.raw > 0 || share.points > 0);
  }
  const whole = forBill(award, earning);
  return award.basis === "proportions" ? split(whole, award, lines) : [{ line: BILL, ...whole }];
};

/** A bill's award over its lines by their amounts, each rounded down; the last line takes the rest (points.md §2.1). */
const split = (whole: Reckoned, { decimals }: CompiledAward, lines: readonly LineFacts[]): Share[] => {
  const paid = lines.flatMap(({ amount }, index) => (amount > 0 ? [{ line: index + 1, amount }] : []));
  const total = paid.reduce((sum, { amount }) => sum + amount, 0);
  if (total === 0) return [{ line: BILL, ...whole }];
  const unit = unitOf(decimals);
  const raw = Math.round(whole.raw * POINTS_SCALE);
  let pointsLeft = whole.points;
  let rawLeft = raw;
  const shares = paid.map(({ line, amount }, index) => {
    const isLast = index === paid.length - 1;
    const points = isLast ? pointsLeft : multiplyRatio(whole.points / unit, amount, total, "floor") * unit;
    const before = isLast ? rawLeft : multiplyRatio(raw, amount, total, "floor");
    pointsLeft -= points;
    rawLeft -= before;
    return { line, points, raw: before / POINTS_SCALE };
  });
  return shares.filter((share) => share.raw > 0 || share.points > 0);
};

/** When an award can be spent and until when. */
type Terms = Pick<Award, "convertsAt" | "expiresAt" | "rolls">;

/** The terms of a rule's award to a line or the bill. Lines differ only by their days for returns: others are told once. */
const termsBy = (
  program: CompiledProgram,
  { delay, expiryStrategyId }: CompiledAward,
  { facts, moment }: Earning,
): ((line: number) => Terms) => {
  const told = new Map<number, Terms>();
  return (line) => {
    const days = delay?.returnableDays === true ? returnableDays(facts.lines, line) : 0;
    let terms = told.get(days);
    if (terms === undefined) {
      const { billedAt, now, timeZone } = facts;
      const conversion = { billedAt, now, timeZone, returnableDays: days };
      const convertsAt = delay === null ? null : conversionOf(delay, program.delayFrom, conversion);
      // Points that would end before they can be spent live a week from then.
      const from = Math.max(now, convertsAt ?? now);
      terms = { convertsAt, ...expiresAt(program, expiryStrategyId, { ...moment, now: from }) };
      told.set(days, terms);
    }
    return terms;
  };
};

const awardOfShare = (
  program: CompiledProgram,
  ruleId: string,
  award: CompiledAward,
  { line, points, raw }: Share,
  { expiresAt: end, rolls, convertsAt }: Terms,
): Award => ({
  programId: program.programId,
  ruleId,
  currencyId: award.currency?.id ?? 0,
  category: award.category,
  points,
  rawPoints: raw,
  line,
  source: line === BILL ? "bill_regular" : "line_item_regular",
  expiresAt: end,
  rolls,
  convertsAt,
  expiryStrategyId: award.expiryStrategyId,
  awardStrategyId: null,
});

/** Of a line; of the bill as a whole, until the last of its lines can no longer be returned. */
const returnableDays = (lines: readonly LineFacts[], line: number): number =>
  line === BILL ? lines.reduce((most, item) => Math.max(most, daysOf(item)), 0) : daysOf(lines[line - 1]);

/** Nothing said, and what cannot be returned, waits for no day. */
const daysOf = (line: LineFacts | undefined): number => {
  const { returnable, returnableDays: days } = line?.details ?? {};
  return returnable === false || typeof days !== "number" ? 0 : Math.max(0, days);
};
