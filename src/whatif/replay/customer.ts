import {
  type BillDetails,
  type GivenLot,
  type GoneBack,
  lotsOfBill,
  type RecordedBill,
  type RecordedReturn,
  type Span,
  visitDayOfRecorded,
} from "#activities";
import type { BalanceStep, EventMovement } from "#ledger";
import {
  type LimitUses,
  limitKey,
  limitsOf,
  type MemberState,
  type Numbering,
  renumbered,
  rollsOf,
  type TierChangeRow,
  type Trace,
} from "#loyalty";
import type { Organisation } from "#orgs";
import { type Instant, localDate, type Millipoints, startOfDay } from "#platform";
import { reasonOfDifference } from "./difference.ts";
import type { LaneFigures, ParityFigures, RecordedFigures } from "./figures.ts";
import { type BillSetting, Lane, type LaneDecision, type ProgramAt } from "./lane.ts";
import type { CustomerRow } from "./schema.ts";

const POINTS = 0;
const REGULAR = 1;
/** Place of the lane of what was in force. */
const IN_FORCE = 1;

/** One customer's past, beside the bills. */
export interface CustomerPast {
  readonly partyId: number;
  readonly profile: MemberState["profile"];
  readonly tierChanges: readonly TierChangeRow[];
  readonly steps: readonly BalanceStep[];
}

/** A set of rules with what its decisions come to. */
export interface LaneTask {
  readonly programAt: ProgramAt;
  readonly figures: LaneFigures;
}

/** What is the same for all customers of a run. */
export interface ReplayTask {
  readonly organisation: Organisation;
  readonly programId: number;
  readonly span: Span;
  /** What recorded numbers of tiers are told by: of what is in force. */
  readonly numbering: Numbering;
  readonly tried: LaneTask;
  readonly inForce: LaneTask;
  /** Another version to compare with; null: with what was in force. */
  readonly other: LaneTask | null;
  readonly recorded: RecordedFigures;
  readonly parity: ParityFigures;
}

type InsideBill = RecordedBill & { readonly inside: BillDetails };

/** Points that move on with later bills of the member. */
interface RollingLot extends GivenLot {
  expiresAt: Instant;
  readonly openedAt: Instant;
}

interface LaneState extends LaneTask {
  readonly lane: Lane;
  readonly rolling: RollingLot[];
  net: Millipoints;
}

/** What a return will have done once its time has come. */
interface DueReturn {
  readonly row: RecordedReturn;
  readonly billId: number;
  /** What had gone back of the bill before. */
  readonly before: GoneBack;
  readonly counted: boolean;
  /** By lane: regular points that it takes beyond what was recorded. */
  readonly shifts: readonly Millipoints[];
}

/** Goes through one customer's bills in the order in which they were recorded, in all lanes beside each other. */
export class CustomerReplay {
  readonly #task: ReplayTask;
  readonly #past: CustomerPast;
  readonly #lanes: readonly LaneState[];
  readonly #days = new Set<string>();
  #due: DueReturn[] = [];
  #nextChange = 0;
  #step = 0;
  #lastEventNo = 0;
  #bills = 0;
  #amount = 0;
  #recordedNet: Millipoints = 0;

  constructor(task: ReplayTask, past: CustomerPast) {
    this.#task = task;
    this.#past = past;
    const lanes = [task.tried, task.inForce, ...(task.other === null ? [] : [task.other])];
    this.#lanes = lanes.map((lane) => ({
      ...lane,
      lane: new Lane(past.partyId, task.programId, lane.programAt),
      rolling: [],
      net: 0,
    }));
  }

  get partyId(): number {
    return this.#past.partyId;
  }

  /** The next bill; `movements` are those of its event and of the events of its returns, by number. */
  take(bill: RecordedBill, movements: ReadonlyMap<number, readonly EventMovement[]>): void {
    this.#catchUp(bill);
    const day = visitDayOfRecorded(this.#task.organisation, bill);
    const isFirstOfDay = !this.#days.has(day);
    const counts = isInside(bill)
      ? this.#decide(bill, day, isFirstOfDay, movements)
      : this.#count(bill, day, isFirstOfDay);
    if (counts) this.#days.add(day);
    this.#passEvent(bill.eventNo);
    this.#passOwnChanges(bill, bill.inside === null);
  }

  /** What the whole comes to, once every bill was taken. */
  end(): CustomerRow {
    this.#followRest();
    const [tried, inForce, other] = this.#lanes;
    const compared = other ?? inForce!;
    const { from, until } = this.#task.span;
    const tierBegin = this.#recordedTier(from);
    const tierRecorded = this.#recordedTier(until - 1);
    for (const { figures, lane, rolling } of this.#lanes) {
      figures.move(tierBegin, lane.tierAt(until - 1));
      for (const lot of rolling) figures.expire(this.#monthOf(lot.expiresAt), lot);
    }
    this.#task.recorded.move(tierBegin, tierRecorded);
    return {
      partyId: this.partyId,
      bills: this.#bills,
      amount: this.#amount,
      recorded: this.#recordedNet,
      compared: compared.net,
      tried: tried!.net,
      tierBegin,
      tierRecorded,
      tierCompared: compared.lane.tierAt(until - 1),
      tierTried: tried!.lane.tierAt(until - 1),
    };
  }

  /** A bill outside the period; false: it counts for nothing. */
  #count(bill: RecordedBill, day: string, isFirstOfDay: boolean): boolean {
    const { programId, isBlocked, lifetime, returns } = bill;
    if (programId !== this.#task.programId || isBlocked || lifetime === null) return false;
    for (const { lane } of this.#lanes) lane.count(day, isFirstOfDay, lifetime);
    // What they took of its points is in the ledger, whatever the rules.
    const nothing = returns.map(() => 0);
    this.#expectReturns(
      bill,
      true,
      this.#lanes.map(() => nothing),
    );
    return true;
  }

  /** A bill of the period; false: it counts for nothing. */
  #decide(
    bill: InsideBill,
    day: string,
    isFirstOfDay: boolean,
    movements: ReadonlyMap<number, readonly EventMovement[]>,
  ): boolean {
    const { inside, eventNo } = bill;
    const own = eventNo === null ? [] : (movements.get(eventNo) ?? []);
    const step = this.#stepBefore(bill);
    const trace = inside.trace?.program === this.#task.programId ? inside.trace : null;
    const blocked = trace === null ? blockedNow(inside, this.#past.profile) : (trace.blocked ?? null);
    const setting = this.#settled({
      bill,
      organisation: this.#task.organisation,
      profile: this.#past.profile,
      now: own[0]?.bookedAt.getTime() ?? bill.billedAt.getTime(),
      blocked,
      day,
      isFirstOfDay,
      lifetimePurchases: trace === null ? null : trace.lifetime - (blocked === null ? trace.amount : 0),
      balance: step?.balance ?? 0,
      lifetimePoints: step?.lifetime ?? 0,
      limitUses: this.#recordedUses(bill, trace),
      isReassessed: trace?.tierBefore !== undefined && trace.tierAfter < trace.tierBefore,
    });
    const month = this.#monthOf(bill.billedAt.getTime());
    this.#bills++;
    this.#amount += bill.amount;
    const recordedRegular = this.#recordGiven(month, own);
    const takenRecorded = bill.returns.map((row) =>
      this.#recordTaken(row, row.eventNo === null ? [] : (movements.get(row.eventNo) ?? [])),
    );
    const shifts = this.#lanes.map((state) => {
      const decided = state.lane.decide(setting);
      if (state === this.#lanes[IN_FORCE]) this.#compare(inside, bill, decided);
      return this.#keep(state, bill, month, decided, recordedRegular, takenRecorded);
    });
    this.#expectReturns(bill, blocked === null, shifts);
    return blocked === null;
  }

  /**
   * When the bill was decided is kept only as when its points were booked, which is later where the ledger had moved on already. The
   * moment that leads to the dates that were recorded is the one.
   */
  #settled(setting: BillSetting): BillSetting {
    const { trace } = setting.bill.inside;
    if (trace === null) return setting;
    const { billedAt, recordedAt } = setting.bill;
    const moments = [setting.now, billedAt.getTime(), recordedAt.getTime()];
    const found = moments.find((now) => {
      const decided = this.#lanes[IN_FORCE]!.lane.decide({ ...setting, now });
      return reasonOfDifference(trace, replayedBy(decided), false) !== "dates";
    });
    return found === undefined || found === setting.now ? setting : { ...setting, now: found };
  }

  /** Counts what a lane gave; answers by return how much more regular points it takes than was recorded. */
  #keep(
    state: LaneState,
    bill: InsideBill,
    month: string,
    decided: LaneDecision | null,
    recordedRegular: Millipoints,
    takenRecorded: readonly Millipoints[],
  ): readonly Millipoints[] {
    const { lane, figures } = state;
    if (decided === null) {
      lane.shift(-recordedRegular, true);
      return takenRecorded;
    }
    const { program, decision } = decided;
    lane.keep(decided, bill.returns.length > 0);
    figures.decided(program, decision);
    const takesBack = this.#task.organisation.flag("CONF_POINTS_RETURN_ENABLED");
    const lotsAfter = (row: RecordedReturn | null) =>
      lotsOfBill(program, decision.awards, bill.id, takesBack ? (row?.after ?? null) : null);
    const lots = lotsAfter(bill.returns.at(-1) ?? null);
    for (const lot of lots) {
      figures.give(month, lot.currencyId, lot.category, lot.points);
      if (lot.currencyId === POINTS) state.net += lot.points - lot.taken;
      this.#expireOrRoll(state, lot, decided);
    }
    this.#roll(state, decided);
    lane.shift(regularOf(lots, ({ points }) => points) - recordedRegular, true);
    let before = lotsAfter(null);
    return bill.returns.map((row, index) => {
      const after = lotsAfter(row);
      const monthOfReturn = this.#monthOf(row.billedAt.getTime());
      after.forEach((lot, place) => {
        const taken = lot.taken - before[place]!.taken;
        if (taken !== 0) figures.take(monthOfReturn, lot.currencyId, lot.category, taken);
      });
      const regular = regularOf(after, ({ taken }) => taken) - regularOf(before, ({ taken }) => taken);
      before = after;
      return takenRecorded[index]! - regular;
    });
  }

  #expireOrRoll({ rolling, figures }: LaneState, lot: GivenLot, { facts }: LaneDecision): void {
    const { expiresAt } = lot;
    if (lot.rolls && expiresAt !== null) rolling.push({ ...lot, expiresAt, openedAt: facts.now });
    else figures.expire(expiresAt === null ? null : this.#monthOf(expiresAt), lot);
  }

  /** Every bill that counts moves what the member has under rolling strategies: later only, and no further than its maximum. */
  #roll({ rolling }: LaneState, { program, decision, facts }: LaneDecision): void {
    const { membership, trace } = decision;
    if (!program.rolls || membership === null || trace.blocked !== undefined) return;
    const { billedAt: at, now, timeZone } = facts;
    const joinedAt = membership.joinedAt.getTime();
    for (const move of rollsOf(program, { at, now, tier: trace.tier, joinedAt, timeZone }))
      for (const lot of rolling) {
        if (lot.expiryStrategyId !== move.strategyId || lot.expiresAt <= now) continue;
        const most =
          move.maximumDays === null
            ? move.expiresAt
            : Math.min(move.expiresAt, startOfDay(lot.openedAt, timeZone, move.maximumDays + 1) - 1000);
        lot.expiresAt = Math.max(lot.expiresAt, most);
      }
  }

  #recordGiven(month: string, own: readonly EventMovement[]): Millipoints {
    let regular = 0;
    for (const { currencyId, category, contra, amount } of own) {
      if (contra !== "issued") continue;
      this.#task.recorded.give(month, currencyId, category, amount);
      if (currencyId === POINTS) this.#recordedNet += amount;
      if (currencyId === POINTS && category === REGULAR) regular += amount;
    }
    return regular;
  }

  /** What a return took as it was recorded, less what the rest of the bill earned more; answers the regular points of it. */
  #recordTaken(row: RecordedReturn, moved: readonly EventMovement[]): Millipoints {
    let regular = 0;
    for (const { currencyId, category, contra, amount } of moved) {
      if (contra !== "returned" && contra !== "issued") continue;
      this.#task.recorded.take(this.#monthOf(row.billedAt.getTime()), currencyId, category, -amount);
      if (currencyId === POINTS) this.#recordedNet += amount;
      if (currencyId === POINTS && category === REGULAR) regular -= amount;
    }
    return regular;
  }

  /** A trace names limits by their places in its version. */
  #recordedUses(bill: RecordedBill, trace: Trace | null): LimitUses {
    const billedAt = bill.billedAt.getTime();
    const program = trace?.used === undefined ? null : this.#task.inForce.programAt(billedAt);
    if (program === null || program.version !== trace?.version) return NO_USES;
    const periods = new Map(limitsOf(program, billedAt).map(({ limitId, period }) => [limitId, period]));
    return new Map(
      trace.used!.flatMap(([index, before]) => {
        const limit = program.limits[index];
        const period = limit && periods.get(limit.id);
        return period === undefined ? [] : [[limitKey(limit!.id, period), before] as const];
      }),
    );
  }

  #compare(inside: BillDetails, bill: RecordedBill, decided: LaneDecision | null): void {
    const replayed = replayedBy(decided);
    const reason = reasonOfDifference(inside.trace, replayed, inside.isChanged);
    this.#task.parity.add(reason, bill.id, pointsIn(inside.trace) !== pointsIn(replayed?.trace ?? null));
  }

  #expectReturns(
    { id: billId, returns }: RecordedBill,
    counted: boolean,
    shifts: readonly (readonly Millipoints[])[],
  ): void {
    if (returns.length === 0) return;
    returns.forEach((row, index) => {
      // Before the first one nothing had.
      const before = returns[index - 1]?.after ?? {
        ...row.after,
        returnedAs: null,
        returnedAmount: 0,
        goneByLine: new Map(),
      };
      this.#due.push({ row, billId, before, counted, shifts: shifts.map((shift) => shift[index]!) });
    });
    this.#due.sort((a, b) => order(a.row, b.row));
  }

  /** Brings all lanes to the moment of a bill. */
  #catchUp(bill: RecordedBill): void {
    while (this.#due.length > 0 && order(this.#due[0]!.row, bill) < 0) {
      const { row, billId, before, counted, shifts } = this.#due.shift()!;
      this.#followBefore(row);
      this.#lanes.forEach(({ lane }, index) => {
        lane.shift(shifts[index]!, false);
        if (counted) lane.takeBack(row.amount, row.isWhole);
        lane.takeTracked(billId, before, row.after);
      });
      this.#passEvent(row.eventNo);
      this.#passOwnChanges(row, true);
    }
    this.#followBefore(bill);
  }

  /** Changes of tier that were recorded before something, not by it nor by what came after it in the same instant. */
  #followBefore({ id, recordedAt }: Placed): void {
    const { tierChanges } = this.#past;
    for (; this.#nextChange < tierChanges.length; this.#nextChange++) {
      const change = tierChanges[this.#nextChange]!;
      const [until, at] = [recordedAt.getTime(), change.recordedAt.getTime()];
      const isOwn = change.transactionId === id;
      if (isOwn || at > until || (at === until && change.transactionId !== null)) break;
      this.#follow(change);
    }
  }

  /** Changes that a bill or return caused: those of bills of the period are decided anew, others happen as they were recorded. */
  #passOwnChanges({ id }: Placed, isFollowed: boolean): void {
    const { tierChanges } = this.#past;
    while (tierChanges[this.#nextChange]?.transactionId === id) {
      if (isFollowed) this.#follow(tierChanges[this.#nextChange]!);
      this.#nextChange++;
    }
  }

  #followRest(): void {
    for (const change of this.#past.tierChanges.slice(this.#nextChange)) this.#follow(change);
  }

  #follow(change: TierChangeRow): void {
    for (const { lane } of this.#lanes) lane.follow(change);
  }

  /** The ledger's regular points right before a bill. */
  #stepBefore({ eventNo, recordedAt }: RecordedBill): BalanceStep | undefined {
    const { steps } = this.#past;
    const isBefore = (step: BalanceStep) =>
      eventNo !== null
        ? step.eventNo < eventNo
        : step.eventNo <= this.#lastEventNo || step.recordedAt.getTime() < recordedAt.getTime();
    while (this.#step < steps.length && isBefore(steps[this.#step]!)) this.#step++;
    return steps[this.#step - 1];
  }

  #recordedTier(at: Instant): number | null {
    const change = this.#past.tierChanges.findLast(({ changedAt }) => changedAt.getTime() <= at);
    return change === undefined ? null : renumbered(this.#task.numbering, change.toTier, change.numbering);
  }

  #passEvent(eventNo: number | null): void {
    if (eventNo !== null) this.#lastEventNo = Math.max(this.#lastEventNo, eventNo);
  }

  #monthOf(at: Instant): string {
    return localDate(at, this.#task.organisation.timeZone).slice(0, 7);
  }
}

/** Points of all kinds that a decision gave. */
const pointsIn = (trace: Trace | null): number =>
  trace === null
    ? 0
    : [trace, ...(trace.raised ?? [])]
        .flatMap(({ rules }) => rules)
        .reduce(
          (sum, { p = 0, a = [] }) => sum + p + a.reduce((part, action) => part + pointsOf(action), 0),
          0,
        );

const pointsOf = (action: object): number => ("p" in action && typeof action.p === "number" ? action.p : 0);

const replayedBy = (decided: LaneDecision | null) =>
  decided === null ? null : { trace: decided.decision.trace, program: decided.program };

const NO_USES: LimitUses = new Map();

const isInside = (bill: RecordedBill): bill is InsideBill => bill.inside !== null;

type Placed = { readonly recordedAt: Date; readonly id: number };
const order = (a: Placed, b: Placed): number =>
  a.recordedAt.getTime() - b.recordedAt.getTime() || a.id - b.id;

const regularOf = (lots: readonly GivenLot[], amount: (lot: GivenLot) => Millipoints): Millipoints =>
  lots.reduce(
    (sum, lot) => (lot.currencyId === POINTS && lot.category === REGULAR ? sum + amount(lot) : sum),
    0,
  );

/** Bills that no program decided are judged as they would be now. */
const blockedNow = (
  { outlierStatus }: BillDetails,
  { loyaltyType }: MemberState["profile"],
): string | null => {
  if (outlierStatus !== "NORMAL") return `the bill is marked ${outlierStatus}`;
  return loyaltyType === "loyalty" ? null : "the customer is not in the loyalty program";
};
