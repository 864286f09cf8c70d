import {
  type CustomerFacts,
  type Facts,
  type LineFacts,
  Memo,
  type TenderFacts,
  type TrackerFacts,
  type TrackerValueFacts,
  type TransactionFacts as TransactionView,
} from "#expressions";
import { type Instant, localTime, type Millipoints, POINTS_SCALE, QUANTITY_SCALE } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import type { Ruled } from "../programs/workflow.ts";
import { MemberTargetFacts } from "../targets/facts.ts";
import { tierNumbered } from "../tiers/rules.ts";
import type { Item } from "./award.ts";
import type { LineFacts as DecidedLine, MemberState, Membership, TransactionFacts } from "./schema.ts";

/** What conditions look at while a bill is decided: decimals instead of exact amounts, and the points given so far. */
export class DecisionContext implements Facts {
  readonly currentCustomer: CustomerView;
  readonly currentTxn: BillView;
  readonly currentStore: Facts["currentStore"];
  readonly currentEvent: Facts["currentEvent"];
  readonly program: Facts["program"];
  readonly organization: Facts["organization"];
  readonly localTime: Facts["localTime"];
  readonly memo: Memo;
  /** The line that a set is run for; null outside of sets that run once for each. */
  currentLineItem: LineFacts | null = null;
  tenderProfile: TenderFacts | null = null;
  currentTracker: TrackerFacts | null = null;

  /**
   * `before` and `after` are the standing without and with this bill counted; `tierBefore` is the tier on its date before it
   * is counted, `tier` the one whose rates apply.
   */
  constructor(
    program: CompiledProgram,
    facts: TransactionFacts,
    state: MemberState,
    before: Membership,
    after: Membership,
    tierBefore: number,
    tier: number,
    activity: Ruled = "TransactionAdd",
    trackers: TrackerValueFacts | null = null,
  ) {
    this.currentEvent = EVENTS[activity];
    this.currentCustomer = new CustomerView(program, facts, state, before, after, tierBefore, tier, trackers);
    this.currentTxn = new BillView(facts);
    this.currentStore = facts.store;
    this.program = program;
    this.organization = program.organization;
    this.localTime = clockOf(facts.timeZone);
    this.memo = new Memo(program.operands);
  }

  /** Rules are run for this line or payment from now on; null: for the bill as a whole. */
  enter(item: Item | null): void {
    const isLine = item?.kind === "line";
    this.currentLineItem = isLine ? (this.currentTxn.lines[item.no - 1] ?? null) : null;
    this.tenderProfile = item === null || isLine ? null : this.currentTxn.tender(item.no - 1);
  }

  /** A rule gave points: rules after it see them. */
  award(points: Millipoints): void {
    this.currentTxn.points += points / POINTS_SCALE;
    this.currentCustomer.currentPoints += points / POINTS_SCALE;
    this.currentCustomer.lifetimePoints += points / POINTS_SCALE;
  }

  /** A rule promised points: rules after it see them. */
  promise(points: Millipoints): void {
    this.currentTxn.promisedPoints += points / POINTS_SCALE;
  }
}

/** Local time in a zone, remembering the last answer: conditions on dates mostly ask of the bill's date again and again. */
export const clockOf = (timeZone: string): Facts["localTime"] => {
  let last = Number.NaN;
  let local: ReturnType<Facts["localTime"]> | null = null;
  return (instant) => {
    if (local === null || instant !== last) {
      last = instant;
      local = localTime(instant, timeZone);
    }
    return local;
  };
};

const EVENTS: Readonly<Record<Ruled, Facts["currentEvent"]>> = {
  TransactionAdd: Object.freeze({ eventType: "TransactionAdd" }),
  SlabUpgrade: Object.freeze({ eventType: "SlabUpgrade" }),
};

/** Profiles hold an empty text for what is not known. */
const known = (text: string | null): string | null => (text === "" ? null : text);

/** The customer in decimals, reckoned when a condition asks: most ask for one or two things. */
class CustomerView implements CustomerFacts {
  currentPoints: number;
  lifetimePoints: number;
  readonly #program: CompiledProgram;
  readonly #moneyScale: number;
  readonly #state: MemberState;
  readonly #before: Membership;
  readonly #after: Membership;
  readonly initialSlabNumber: number;
  readonly slabNumber: number;
  readonly trackers: TrackerValueFacts | null;
  readonly #at: Instant;
  #targets: MemberTargetFacts | null = null;

  constructor(
    program: CompiledProgram,
    { moneyScale, billedAt }: TransactionFacts,
    state: MemberState,
    before: Membership,
    after: Membership,
    tierBefore: number,
    tier: number,
    trackers: TrackerValueFacts | null,
  ) {
    this.currentPoints = state.balance / POINTS_SCALE;
    this.lifetimePoints = state.lifetimePoints / POINTS_SCALE;
    this.#program = program;
    this.#moneyScale = moneyScale;
    this.#state = state;
    this.#before = before;
    this.#after = after;
    this.initialSlabNumber = tierBefore;
    this.slabNumber = tier;
    this.trackers = trackers;
    this.#at = billedAt;
  }

  get firstName() {
    return known(this.#state.profile.firstName);
  }
  get lastName() {
    return known(this.#state.profile.lastName);
  }
  get email() {
    return known(this.#state.profile.email);
  }
  get mobile() {
    return known(this.#state.profile.mobile);
  }
  get externalId() {
    return known(this.#state.profile.externalId);
  }
  get isLoyal() {
    return this.#state.profile.loyaltyType === "loyalty";
  }
  get joinDate() {
    return this.#before.joinedAt.getTime();
  }
  get initialCurrentPoints() {
    return this.#state.balance / POINTS_SCALE;
  }
  get initialLifetimePoints() {
    return this.#state.lifetimePoints / POINTS_SCALE;
  }
  get lifetimePurchase() {
    return this.#after.lifetimePurchases / this.#moneyScale;
  }
  get initialLifetimePurchase() {
    return this.#before.lifetimePurchases / this.#moneyScale;
  }
  get numberOfTxns() {
    return this.#after.transactionCount;
  }
  get numberOfVisits() {
    return this.#after.visitCount;
  }
  get slabName() {
    return tierNumbered(this.#program.tiers, this.slabNumber).name;
  }
  get initialSlabName() {
    return tierNumbered(this.#program.tiers, this.initialSlabNumber).name;
  }
  get slabChangeDate() {
    return this.#before.tierSince.getTime();
  }
  get slabExpiryDate() {
    return this.#before.tierExpiresAt === null ? null : this.#before.tierExpiresAt.getTime();
  }
  /** Targets as they stood before the bill, for conditions that ask for one. */
  get targets(): MemberTargetFacts | null {
    const { targets } = this.#state;
    if (targets === undefined) return null;
    this.#targets ??= new MemberTargetFacts(targets.definitions, targets.state, this.#at);
    return this.#targets;
  }
  get streaks(): MemberTargetFacts | null {
    return this.targets;
  }
  get extendedFields() {
    return this.#state.profile.extendedFields;
  }
}

/** A bill in decimals. Lines are converted only for a condition that reads them: most read the head alone. */
class BillView implements TransactionView {
  readonly value: number;
  readonly grossAmount: number | null;
  readonly discount: number | null;
  readonly number: string;
  readonly date: number;
  readonly notes: string | null;
  points = 0;
  promisedPoints = 0;
  readonly extendedFields: TransactionView["extendedFields"];
  readonly #facts: TransactionFacts;
  #lines: readonly LineFacts[] | null = null;
  #tenders: readonly TenderFacts[] | null = null;

  constructor(facts: TransactionFacts) {
    const { moneyScale } = facts;
    this.value = facts.amount / moneyScale;
    this.grossAmount = facts.grossAmount === null ? null : facts.grossAmount / moneyScale;
    this.discount = facts.discount === null ? null : facts.discount / moneyScale;
    this.number = facts.number;
    this.date = facts.billedAt;
    this.notes = facts.note;
    this.extendedFields = facts.extendedFields;
    this.#facts = facts;
  }

  get totalQty(): number {
    let total = 0;
    for (const line of this.#facts.lines) total += line.quantity;
    return total / QUANTITY_SCALE;
  }

  /** A payment, counted from 0; null where there is none. */
  tender(index: number): TenderFacts | null {
    const tender = this.#facts.tenders?.[index];
    if (tender === undefined) return null;
    return { code: tender.code, amount: tender.amount / this.#facts.moneyScale, notes: tender.notes };
  }

  /** Null when the till did not say how the bill was paid. */
  get tenders(): readonly TenderFacts[] | null {
    const { tenders } = this.#facts;
    if (tenders === undefined) return null;
    this.#tenders ??= tenders.map((_, index) => this.tender(index)!);
    return this.#tenders;
  }

  get lines(): readonly LineFacts[] {
    const { lines, moneyScale } = this.#facts;
    this.#lines ??= lines.map((line) => new LineView(line, moneyScale));
    return this.#lines;
  }
}

/** A line in decimals. */
class LineView implements LineFacts {
  readonly code: string;
  readonly description: string | null;
  readonly quantity: number;
  readonly amount: number;
  readonly #line: DecidedLine;
  readonly #moneyScale: number;

  constructor(line: DecidedLine, moneyScale: number) {
    this.code = line.itemCode;
    this.description = line.description;
    this.quantity = line.quantity / QUANTITY_SCALE;
    this.amount = line.amount / moneyScale;
    this.#line = line;
    this.#moneyScale = moneyScale;
  }

  get rate() {
    return this.#line.rate / this.#moneyScale;
  }
  get value() {
    return this.#line.value / this.#moneyScale;
  }
  get discount() {
    return this.#line.discount / this.#moneyScale;
  }
  get attributes() {
    return namedValues(this.#line.details?.attributes);
  }
  get extendedFields() {
    return namedValues(this.#line.details?.extendedFields);
  }
}

const namedValues = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
