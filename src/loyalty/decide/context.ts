import type { Facts, LineFacts, TransactionFacts as TransactionView } from "#expressions";
import { localTime, type Millipoints, POINTS_SCALE, QUANTITY_SCALE } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import { tierNumbered } from "../tiers/rules.ts";
import type { MemberState, Membership, TransactionFacts } from "./schema.ts";

/** What conditions look at while a bill is decided: decimals instead of exact amounts, and the points given so far. */
export class DecisionContext implements Facts {
  readonly currentCustomer;
  readonly currentTxn: BillView;
  readonly currentStore: Facts["currentStore"];
  readonly currentEvent = TRANSACTION_ADD;
  readonly program: Facts["program"];
  readonly organization: Facts["organization"];
  readonly localTime: Facts["localTime"];

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
  ) {
    this.currentCustomer = customerView(program, facts, state, before, after, tierBefore, tier);
    this.currentTxn = new BillView(facts);
    this.currentStore = facts.store;
    this.program = program;
    this.organization = program.organization;
    this.localTime = clockOf(facts.timeZone);
  }

  /** A rule gave points: rules after it see them. */
  award(points: Millipoints): void {
    this.currentTxn.points += points / POINTS_SCALE;
    this.currentCustomer.currentPoints += points / POINTS_SCALE;
    this.currentCustomer.lifetimePoints += points / POINTS_SCALE;
  }
}

/** Local time in a zone, remembering the last answer: conditions on dates mostly ask of the bill's date again and again. */
const clockOf = (timeZone: string): Facts["localTime"] => {
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

const TRANSACTION_ADD = Object.freeze({ eventType: "TransactionAdd" });

/** Profiles hold an empty text for what is not known. */
const known = (text: string | null): string | null => (text === "" ? null : text);

const customerView = (
  program: CompiledProgram,
  { moneyScale }: TransactionFacts,
  { profile, balance, lifetimePoints }: MemberState,
  membership: Membership,
  after: Membership,
  tierBefore: number,
  tier: number,
) => ({
  firstName: known(profile.firstName),
  lastName: known(profile.lastName),
  email: known(profile.email),
  mobile: known(profile.mobile),
  externalId: known(profile.externalId),
  isLoyal: profile.loyaltyType === "loyalty",
  joinDate: membership.joinedAt.getTime(),
  currentPoints: balance / POINTS_SCALE,
  initialCurrentPoints: balance / POINTS_SCALE,
  lifetimePoints: lifetimePoints / POINTS_SCALE,
  initialLifetimePoints: lifetimePoints / POINTS_SCALE,
  lifetimePurchase: after.lifetimePurchases / moneyScale,
  initialLifetimePurchase: membership.lifetimePurchases / moneyScale,
  numberOfTxns: after.transactionCount,
  numberOfVisits: after.visitCount,
  slabName: tierNumbered(program.tiers, tier).name,
  slabNumber: tier,
  initialSlabName: tierNumbered(program.tiers, tierBefore).name,
  initialSlabNumber: tierBefore,
  slabExpiryDate: membership.tierExpiresAt === null ? null : membership.tierExpiresAt.getTime(),
  extendedFields: profile.extendedFields,
});

/** A bill in decimals. Lines are converted only for a condition that reads them: most read the head alone. */
class BillView implements TransactionView {
  readonly value: number;
  readonly grossAmount: number | null;
  readonly discount: number | null;
  readonly number: string;
  readonly date: number;
  readonly notes: string | null;
  points = 0;
  readonly extendedFields: TransactionView["extendedFields"];
  readonly #facts: TransactionFacts;
  #lines: readonly LineFacts[] | null = null;

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

  get lines(): readonly LineFacts[] {
    const { lines, moneyScale } = this.#facts;
    this.#lines ??= lines.map((line) => ({
      code: line.itemCode,
      description: line.description,
      quantity: line.quantity / QUANTITY_SCALE,
      amount: line.amount / moneyScale,
    }));
    return this.#lines;
  }
}
