import {
  type BillDetails,
  factsOfRecorded,
  type GoneBack,
  type RecordedBill,
  takeTracked,
} from "#activities";
import {
  type CompiledProgram,
  type Decision,
  decideTransaction,
  type LimitUses,
  limitKey,
  limitsOf,
  type MemberState,
  type Membership,
  NOTHING_TRACKED,
  type Numbering,
  newMembership,
  renumbered,
  type TrackedBill,
  type TrackerState,
  type TransactionFacts,
  trackedBy,
  withChanges,
} from "#loyalty";
import type { Organisation } from "#orgs";
import type { Instant, Millipoints, Money } from "#platform";

/** What a lane follows: one definition for all bills, or for each the version in force on its date. Null: none decides. */
export type ProgramAt = (billedAt: Instant) => CompiledProgram | null;

/** What is true of a bill whoever decides it. */
export interface BillSetting {
  readonly bill: RecordedBill & { readonly inside: BillDetails };
  readonly organisation: Organisation;
  readonly profile: MemberState["profile"];
  /** When it was decided, as far as can be told. */
  readonly now: Instant;
  /** Why it counted for nothing; null: it counted. */
  readonly blocked: string | null;
  /** Day of the bill in its store's zone, and whether an earlier recorded bill is of that day. */
  readonly day: string;
  readonly isFirstOfDay: boolean;
  /** Lifetime purchases before it as they were recorded; null where they were not: those carried on hold. */
  readonly lifetimePurchases: Money | null;
  /** Regular points before it, as the ledger has them. */
  readonly balance: Millipoints;
  readonly lifetimePoints: Millipoints;
  /** What was used of limits before it, by `limitKey`, as far as it was recorded. */
  readonly limitUses: LimitUses;
  /** The tier was looked at anew and may have been lowered: somebody had asked for it. */
  readonly isReassessed: boolean;
}

export interface LaneDecision {
  readonly program: CompiledProgram;
  readonly decision: Decision;
  readonly facts: TransactionFacts;
  /** Uses of limits that it began with. */
  readonly limitUses: LimitUses;
}

/** A recorded change of a member's tier. */
export interface RecordedChange {
  readonly fromTier: number | null;
  readonly toTier: number;
  readonly changedAt: Date;
  readonly expiresAt: Date | null;
  /** What its numbers are read by. */
  readonly numbering: number;
}

/**
 * One member under one set of rules, from bill to bill: what decisions look at is what was recorded, shifted by what these rules made
 * different so far. All that carries on between bills is here, and nowhere else is a decision asked for.
 *
 * Carried on: the tier with its history, the counts of bills and visits, uses of limits, trackers from the begin of the period, and regular points ahead of the recorded balance. Purchases do
 * not depend on rules and are taken as recorded.
 */
export class Lane {
  readonly #programAt: ProgramAt;
  readonly #partyId: number;
  readonly #programId: number;
  #membership: Membership | null = null;
  /** Tiers in the order in which they were reached; not by date, as late bills add theirs after the newest. */
  readonly #held: { readonly at: Instant; readonly tier: number; readonly numbering: number }[] = [];
  /** What numbers of tiers are read by: of the newest program that decided. */
  #numbering: Numbering = { numbering: 1, renumberings: [] };
  readonly #limitUses = new Map<string, number>();
  #trackers: TrackerState = NOTHING_TRACKED;
  /** What bills of which something went back added to trackers, by bill. */
  readonly #tracked = new Map<number, TrackedBill>();
  #aheadNow: Millipoints = 0;
  #aheadEver: Millipoints = 0;

  constructor(partyId: number, programId: number, programAt: ProgramAt) {
    this.#partyId = partyId;
    this.#programId = programId;
    this.#programAt = programAt;
  }

  /** Number of the tier held at an instant, by what was reached up to then; null: no member yet. */
  tierAt(at: Instant): number | null {
    const held = this.#held.findLast((item) => item.at <= at);
    return held === undefined ? null : renumbered(this.#numbering, held.tier, held.numbering);
  }

  /** A change of tier that no bill of the period caused: it happens as it was recorded. An upgrade lowers nobody who is higher. */
  follow(change: RecordedChange): void {
    const { changedAt, expiresAt: tierExpiresAt, numbering } = change;
    const known = this.#membership;
    if (known === null) {
      this.#membership = { ...joining(this.#partyId, this.#programId, change), tierExpiresAt };
      this.#hold(changedAt.getTime(), change.toTier, numbering);
      return;
    }
    if (change.fromTier === null) return;
    const before = inNumbering(known, numbering, this.#numbering);
    const own = before.numbering ?? 1;
    const [from, to] = [change.fromTier, change.toTier].map((tier) =>
      own > numbering ? renumbered(this.#numbering, tier, numbering) : tier,
    ) as [number, number];
    const tier = to > from ? Math.max(before.tierNumber, to) : to;
    if (tier !== before.tierNumber) {
      this.#membership = {
        ...before,
        tierNumber: tier,
        tierSince: changedAt,
        tierExpiresAt,
        tierRenewedAt: null,
        changeNo: before.changeNo + 1,
      };
      this.#hold(changedAt.getTime(), tier, own);
    } else if (to === from)
      this.#membership = {
        ...before,
        tierExpiresAt,
        tierRenewedAt: changedAt,
        changeNo: before.changeNo + 1,
      };
  }

  #hold(at: Instant, tier: number, numbering: number): void {
    this.#held.push({ at, tier, numbering });
  }

  /** A bill outside the period that counted for the membership. */
  count(day: string, isFirstOfDay: boolean, lifetimePurchases: Money): void {
    const before = this.#membership;
    if (before === null) return;
    const isNewest = before.lastVisitOn === null || day > before.lastVisitOn;
    this.#membership = {
      ...before,
      lifetimePurchases,
      transactionCount: before.transactionCount + 1,
      visitCount: before.visitCount + (isFirstOfDay ? 1 : 0),
      lastVisitOn: isNewest ? day : before.lastVisitOn,
    };
  }

  /** What went back of a bill that counted; `isWhole`: nothing of it is left. */
  takeBack(amount: Money, isWhole: boolean): void {
    const before = this.#membership;
    if (before === null) return;
    this.#membership = {
      ...before,
      lifetimePurchases: Math.max(0, before.lifetimePurchases - amount),
      transactionCount: Math.max(0, before.transactionCount - (isWhole ? 1 : 0)),
    };
  }

  /** What went back of a bill is taken off the trackers that it had added to. */
  takeTracked(billId: number, before: GoneBack, after: GoneBack): void {
    const tracked = this.#tracked.get(billId);
    if (tracked !== undefined)
      this.#trackers = withChanges(this.#trackers, takeTracked(tracked, before, after, this.#trackers));
  }

  /** Regular points that these rules gave, or a return took, beyond what was recorded. */
  shift(points: Millipoints, isGiven: boolean): void {
    this.#aheadNow += points;
    if (isGiven) this.#aheadEver += points;
  }

  /** Decides a bill by these rules on what they made of the member so far, which it leaves as it is; null where no program decides. */
  decide(setting: BillSetting): LaneDecision | null {
    const billedAt = setting.bill.billedAt.getTime();
    const program = this.#programAt(billedAt);
    if (program === null) return null;
    const known = this.#membership;
    const membership = this.#standing(program, setting);
    const facts = factsOfRecorded(setting.bill, setting.organisation, {
      now: setting.now,
      ...(known !== null && billedAt < known.tierSince.getTime()
        ? { tierAtDate: this.#tierOn(program, billedAt) }
        : {}),
      ...(membership.lastVisitOn !== null && setting.day < membership.lastVisitOn
        ? { firstOfDay: setting.isFirstOfDay }
        : {}),
      ...(setting.blocked === null ? {} : { loyaltyBlocked: setting.blocked }),
    });
    const limitUses = this.#usesBefore(program, setting);
    const decision = decideTransaction(program, facts, {
      membership,
      balance: setting.balance + this.#aheadNow,
      lifetimePoints: setting.lifetimePoints + this.#aheadEver,
      ...(limitUses.size === 0 ? {} : { limitUses }),
      trackers: this.#trackers,
      profile: setting.profile,
    });
    return { program, decision, facts, limitUses };
  }

  /** Carries on what a decision made of the member. */
  keep({ program, decision, limitUses, facts }: LaneDecision, hasReturns: boolean): void {
    const { membership, tierChange, trace } = decision;
    if (membership === null || trace.blocked !== undefined) return;
    if (program.numbering > this.#numbering.numbering) this.#numbering = program;
    const numbering = membership.numbering ?? 1;
    if (this.#membership === null)
      this.#hold(membership.joinedAt.getTime(), tierChange?.from ?? membership.tierNumber, numbering);
    // As it would be read again: changes are history by then.
    const { changes: _, isNew: __, moved: ___, ...kept } = membership;
    this.#membership = kept;
    if (tierChange !== null) this.#hold(tierChange.at, tierChange.to, numbering);
    for (const [key, used] of limitUses) this.#limitUses.set(key, used);
    for (const { limitId, period, used } of decision.limitUses)
      this.#limitUses.set(limitKey(limitId, period), used);
    this.#trackers = withChanges(this.#trackers, decision.trackers);
    const tracked = hasReturns ? trackedBy(trace, program) : null;
    if (tracked !== null) this.#tracked.set(facts.transactionId, tracked);
  }

  #standing(program: CompiledProgram, { bill, lifetimePurchases, isReassessed }: BillSetting): Membership {
    const known = this.#membership;
    const membership =
      known === null
        ? newMembership(program, this.#partyId, bill.billedAt.getTime())
        : inNumbering(known, program.numbering, program);
    return {
      ...membership,
      lifetimePurchases: lifetimePurchases ?? membership.lifetimePurchases,
      ...(isReassessed ? { reassessTier: true } : undefined),
    };
  }

  /** Uses of the limits that the bill meets: those of this lane, and where it used none in the period yet, those recorded. */
  #usesBefore(program: CompiledProgram, { bill, limitUses }: BillSetting): LimitUses {
    if (program.limits.length === 0) return NO_USES;
    return new Map(
      limitsOf(program, bill.billedAt.getTime()).flatMap(({ limitId, period }) => {
        const key = limitKey(limitId, period);
        const used = this.#limitUses.get(key) ?? limitUses.get(key);
        return used === undefined ? [] : [[key, used] as const];
      }),
    );
  }

  /** The tier of a late bill: before joining it is the first that was held. */
  #tierOn(program: Numbering, at: Instant): number {
    const held = this.#held.findLast((item) => item.at <= at) ?? this.#held[0];
    return held === undefined ? 1 : renumbered(program, held.tier, held.numbering);
  }
}

const NO_USES: LimitUses = new Map();

/** A membership whose tier is numbered as in some version, unless it is in a newer one already. */
const inNumbering = (membership: Membership, numbering: number, read: Numbering): Membership => {
  const own = membership.numbering ?? 1;
  return own >= numbering
    ? membership
    : { ...membership, tierNumber: renumbered(read, membership.tierNumber, own), numbering };
};

const joining = (
  partyId: number,
  programId: number,
  { toTier, changedAt, numbering }: RecordedChange,
): Membership => ({
  partyId,
  programId,
  joinedAt: changedAt,
  tierNumber: toTier,
  tierSince: changedAt,
  tierExpiresAt: null,
  lifetimePurchases: 0,
  transactionCount: 0,
  visitCount: 0,
  lastVisitOn: null,
  changeNo: 1,
  numbering,
});
