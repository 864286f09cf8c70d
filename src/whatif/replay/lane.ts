import { type BillDetails, factsOfRecorded, type RecordedBill } from "#activities";
import {
  type CompiledProgram,
  type Decision,
  decideTransaction,
  type MemberState,
  type Membership,
  newMembership,
  type TransactionFacts,
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
}

export interface LaneDecision {
  readonly program: CompiledProgram;
  readonly decision: Decision;
  readonly facts: TransactionFacts;
}

/** A recorded change of a member's tier. */
export interface RecordedChange {
  readonly fromTier: number | null;
  readonly toTier: number;
  readonly changedAt: Date;
}

/**
 * One member under one set of rules, from bill to bill: what decisions look at is what was recorded, shifted by what these rules made
 * different so far. All that carries on between bills is here, and nowhere else is a decision asked for.
 *
 * Carried on: the tier with its history, the counts of bills and visits, and regular points ahead of the recorded balance. Purchases do
 * not depend on rules and are taken as recorded.
 */
export class Lane {
  readonly #programAt: ProgramAt;
  readonly #partyId: number;
  readonly #programId: number;
  #membership: Membership | null = null;
  /** Tiers in the order in which they were reached; not by date, as late bills add theirs after the newest. */
  readonly #held: { readonly at: Instant; readonly tier: number }[] = [];
  #aheadNow: Millipoints = 0;
  #aheadEver: Millipoints = 0;

  constructor(partyId: number, programId: number, programAt: ProgramAt) {
    this.#partyId = partyId;
    this.#programId = programId;
    this.#programAt = programAt;
  }

  /** Number of the tier held at an instant, by what was reached up to then; null: no member yet. */
  tierAt(at: Instant): number | null {
    return this.#held.findLast((item) => item.at <= at)?.tier ?? null;
  }

  /** A change of tier that no bill of the period caused: it happens as it was recorded. An upgrade lowers nobody who is higher. */
  follow({ fromTier, toTier, changedAt }: RecordedChange): void {
    const before = this.#membership;
    if (before === null) {
      this.#membership = joining(this.#partyId, this.#programId, changedAt, toTier);
      this.#held.push({ at: changedAt.getTime(), tier: toTier });
      return;
    }
    const isUpgrade = fromTier !== null && toTier > fromTier;
    const tier = isUpgrade ? Math.max(before.tierNumber, toTier) : toTier;
    if (fromTier === null || tier === before.tierNumber) return;
    this.#membership = { ...before, tierNumber: tier, tierSince: changedAt };
    this.#held.push({ at: changedAt.getTime(), tier });
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
    const membership = withPurchases(
      known ?? newMembership(program, this.#partyId, billedAt),
      setting.lifetimePurchases,
    );
    const facts = factsOfRecorded(setting.bill, setting.organisation, {
      now: setting.now,
      ...(known !== null && billedAt < known.tierSince.getTime()
        ? { tierAtDate: this.#tierOn(billedAt) }
        : {}),
      ...(membership.lastVisitOn !== null && setting.day < membership.lastVisitOn
        ? { firstOfDay: setting.isFirstOfDay }
        : {}),
      ...(setting.blocked === null ? {} : { loyaltyBlocked: setting.blocked }),
    });
    const decision = decideTransaction(program, facts, {
      membership,
      balance: setting.balance + this.#aheadNow,
      lifetimePoints: setting.lifetimePoints + this.#aheadEver,
      profile: setting.profile,
    });
    return { program, decision, facts };
  }

  /** Carries on what a decision made of the member. */
  keep({ decision: { membership, tierChange, trace } }: LaneDecision): void {
    if (membership === null || trace.blocked !== undefined) return;
    if (this.#membership === null)
      this.#held.push({ at: membership.joinedAt.getTime(), tier: tierChange?.from ?? membership.tierNumber });
    // As it would be read again: changes are history by then.
    const { changes: _, isNew: __, ...kept } = membership;
    this.#membership = kept;
    if (tierChange !== null) this.#held.push({ at: tierChange.at, tier: tierChange.to });
  }

  /** The same for a late bill: before joining it is the first tier held. */
  #tierOn(at: Instant): number {
    return this.tierAt(at) ?? this.#held[0]?.tier ?? 1;
  }
}

const withPurchases = (membership: Membership, lifetimePurchases: Money | null): Membership =>
  lifetimePurchases === null || lifetimePurchases === membership.lifetimePurchases
    ? membership
    : { ...membership, lifetimePurchases };

const joining = (partyId: number, programId: number, joinedAt: Date, tierNumber: number): Membership => ({
  partyId,
  programId,
  joinedAt,
  tierNumber,
  tierSince: joinedAt,
  tierExpiresAt: null,
  lifetimePurchases: 0,
  transactionCount: 0,
  visitCount: 0,
  lastVisitOn: null,
  changeNo: 1,
});
