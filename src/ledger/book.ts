import { addAmounts, assert, type Instant, type Millipoints, type NextId } from "#platform";
import { BULK_OPENING, openingPostings } from "./opening-postings.ts";
import { inOrderOfUse, reservedBy, sumOfUses } from "./rules.ts";
import {
  type Account,
  type AccountKey,
  type AccountTotals,
  type Contra,
  type EntryRow,
  type ExpiryMove,
  type Hold,
  type HoldStatus,
  type LedgerEvent,
  type Lot,
  type LotKey,
  type LotUse,
  type NetUse,
  NO_TOTALS,
  type PartyState,
  PLAIN_TERMS,
  type Posting,
  type UseKind,
} from "./schema.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A lot as it is first written: with what it holds when the batch is over. */
export type NewLot = Lot;

/** By how much what a lot of before holds changes. */
export interface LotChange extends LotKey {
  readonly partyId: number;
  readonly change: Millipoints;
}

export interface NewLotUse extends LotKey {
  readonly partyId: number;
  readonly byEventNo: number;
  readonly byLineNo: number;
  readonly kind: UseKind;
  /** 0 = the posting's own event. */
  readonly forEventNo: number;
  readonly amount: Millipoints;
}

/** Everything a batch writes to the ledger, one list per table. */
export interface LedgerWrites {
  readonly parties: { partyId: number; eventCount: number; lastBookedAt: Instant }[];
  readonly accounts: readonly Account[];
  readonly entries: readonly EntryRow[];
  readonly lots: readonly NewLot[];
  readonly lotChanges: readonly LotChange[];
  readonly uses: readonly NewLotUse[];
  readonly newHolds: readonly Hold[];
  readonly changedHolds: readonly Hold[];
  readonly expiryMoves: readonly ExpiryMove[];
}

/** What was read under the parties' locks. Lots, uses and holds only as far as the batch's decisions look at them. */
export interface BookState {
  readonly lots?: readonly Lot[];
  readonly uses?: readonly NetUse[];
  readonly holds?: readonly Hold[];
  /**
   * Ids for openings: the first posting to an account is then preceded by an event that opens its program's and currency's accounts
   * with zero. One event that is posted takes at most one.
   */
  readonly openWith?: NextId;
}

const keyOf = (partyId: number, { programId, currencyId, category }: AccountKey) =>
  `${partyId}/${programId}/${currencyId}/${category}`;
const lotId = (partyId: number, { eventNo, lineNo }: LotKey) => `${partyId}/${eventNo}/${lineNo}`;

const pushTo = <Row extends { readonly partyId: number }>(rows: Map<number, Row[]>, row: Row): void => {
  const known = rows.get(row.partyId);
  if (known === undefined) rows.set(row.partyId, [row]);
  else known.push(row);
};

const KIND_OF: Readonly<Record<Contra, UseKind | null>> = {
  opening: null,
  issued: null,
  redeemed: "redeemed",
  expired: "expired",
  returned: "returned",
  adjusted: "adjusted",
  transfer: "transfer",
  conversion: "conversion",
  merge: "merge",
};

/**
 * The ledger of the locked parties of one batch, in memory: each posting is numbered, given its running balance and
 * collected for one set-based write; accounts, lots and holds show what the postings so far left. Pure; what it is given
 * must have been read under the parties' locks.
 */
export class LedgerBook {
  readonly #parties = new Map<
    number,
    { partyId: number; eventCount: number; lastBookedAt: Instant; touched: boolean }
  >();
  readonly #accounts = new Map<string, Mutable<Account>>();
  readonly #touched = new Set<Mutable<Account>>();
  readonly #lots = new Map<string, Mutable<Lot>>();
  readonly #lotsOfParty = new Map<number, Mutable<Lot>[]>();
  readonly #newLots = new Set<Mutable<Lot>>();
  readonly #lotChanges = new Map<string, Mutable<LotChange>>();
  readonly #netUses = new Map<string, Mutable<NetUse>>();
  readonly #usesOfParty = new Map<number, Mutable<NetUse>[]>();
  readonly #holds = new Map<number, Mutable<Hold>>();
  readonly #holdsOfParty = new Map<number, Mutable<Hold>[]>();
  readonly #newHolds = new Set<Hold>();
  readonly #changedHolds = new Set<Hold>();
  readonly #entries: EntryRow[] = [];
  readonly #uses: NewLotUse[] = [];
  readonly #expiryMoves: ExpiryMove[] = [];
  readonly #openWith: NextId | undefined;

  constructor(parties: readonly PartyState[], accounts: readonly Account[], state: BookState = {}) {
    for (const { partyId, eventCount, lastBookedAt } of parties) {
      this.#parties.set(partyId, {
        partyId,
        eventCount,
        lastBookedAt: lastBookedAt.getTime(),
        touched: false,
      });
    }
    for (const account of accounts) this.#accounts.set(keyOf(account.partyId, account), { ...account });
    this.#openWith = state.openWith;
    this.add(state);
  }

  /** Adds lots, uses and holds that were read later; those that are known keep what the postings so far made of them. */
  add({ lots = [], uses = [], holds = [] }: BookState): void {
    for (const lot of lots) if (!this.#lots.has(lotId(lot.partyId, lot))) this.#addLot({ ...lot });
    for (const use of uses)
      if (!this.#netUses.has(this.#idOfUse(use.partyId, use, use.kind, use.forEventNo)))
        this.#addUse({ ...use });
    for (const hold of holds) if (!this.#holds.has(hold.id)) this.#addHold({ ...hold });
  }

  #addLot(lot: Mutable<Lot>): void {
    this.#lots.set(lotId(lot.partyId, lot), lot);
    pushTo(this.#lotsOfParty, lot);
  }

  #addUse(use: Mutable<NetUse>): void {
    this.#netUses.set(this.#idOfUse(use.partyId, use, use.kind, use.forEventNo), use);
    pushTo(this.#usesOfParty, use);
  }

  #addHold(hold: Mutable<Hold>): void {
    this.#holds.set(hold.id, hold);
    pushTo(this.#holdsOfParty, hold);
  }

  /** Whether the party is locked in this batch. */
  has(partyId: number): boolean {
    return this.#parties.has(partyId);
  }

  /** Number of the newest event of the party. */
  eventCount(partyId: number): number {
    return this.#parties.get(partyId)?.eventCount ?? 0;
  }

  /** The account as it stands after what was posted so far; undefined when the party never had it. */
  account(partyId: number, key: AccountKey): Account | undefined {
    return this.#accounts.get(keyOf(partyId, key));
  }

  /** All accounts of a party. */
  accountsOf(partyId: number): Account[] {
    return [...this.#accounts.values()].filter((account) => account.partyId === partyId);
  }

  /** A lot that was read or opened. */
  lot(partyId: number, key: LotKey): Lot | undefined {
    return this.#lots.get(lotId(partyId, key));
  }

  /** Known lots of a party, empty ones too, in their order of use. */
  lotsOf(partyId: number): Lot[] {
    return [...(this.#lotsOfParty.get(partyId) ?? [])].sort(inOrderOfUse);
  }

  /** Lots of an account that hold something, in their order of use. */
  openLots(partyId: number, { programId, currencyId, category }: AccountKey): Lot[] {
    const lots = this.#lotsOfParty.get(partyId) ?? [];
    return lots
      .filter(
        (lot) =>
          lot.remaining > 0 &&
          lot.programId === programId &&
          lot.currencyId === currencyId &&
          lot.category === category,
      )
      .sort(inOrderOfUse);
  }

  /** What lots gave, by kind and event, as far as it was read or posted; only what is not undone. */
  usesOf(partyId: number): NetUse[] {
    return (this.#usesOfParty.get(partyId) ?? []).filter((use) => use.amount !== 0);
  }

  hold(id: number): Hold | undefined {
    return this.#holds.get(id);
  }

  /** What active holds, or those of them that `counts` takes, keep from being spent. */
  reserved(
    partyId: number,
    key: AccountKey,
    now: Instant,
    counts: (hold: Hold) => boolean = () => true,
  ): Millipoints {
    const { programId, currencyId, category } = key;
    const isOf = (hold: Hold) =>
      hold.programId === programId && hold.currencyId === currencyId && hold.category === category;
    let sum = 0;
    for (const hold of this.#holdsOfParty.get(partyId) ?? [])
      if (isOf(hold) && counts(hold)) sum += reservedBy(hold, now);
    return sum;
  }

  /** What may be spent: the balance less what is held. */
  available(partyId: number, key: AccountKey, now: Instant): Millipoints {
    return (this.account(partyId, key)?.balance ?? 0) - this.reserved(partyId, key, now);
  }

  /** Adds a party that begins in this batch, such as a customer just registered. */
  open(partyId: number, at: Instant): void {
    assert(!this.#parties.has(partyId), `party ${partyId} is open already`);
    this.#parties.set(partyId, { partyId, eventCount: 0, lastBookedAt: at, touched: true });
  }

  /** Reserves points. The caller has looked at `available`. */
  addHold(hold: Hold): void {
    assert(this.#parties.has(hold.partyId), `party ${hold.partyId} is not locked in this batch`);
    const made = { ...hold };
    this.#addHold(made);
    this.#newHolds.add(made);
  }

  /** Captures part of a hold, or ends it. */
  changeHold(id: number, change: { captured?: Millipoints; status?: HoldStatus; endedAt?: Date }): Hold {
    const hold = this.#holds.get(id);
    assert(hold !== undefined && hold.status === "active", `hold ${id} is not active`);
    Object.assign(hold, change);
    if (!this.#newHolds.has(hold)) this.#changedHolds.add(hold);
    return hold;
  }

  /** Moves the expiry of a lot. */
  moveExpiry(move: ExpiryMove): void {
    const lot = this.#lots.get(lotId(move.partyId, move));
    assert(lot !== undefined && !this.#newLots.has(lot), "the lot is one that was read");
    lot.expiresAt = move.after === null ? null : new Date(move.after);
    this.#expiryMoves.push(move);
  }

  /**
   * Posts an event and returns its number within the party and the time it was booked at: the event's own, or that of the
   * party's newest event when that is later, because ledger time never runs backwards within a party.
   */
  post(event: LedgerEvent): { eventNo: number; bookedAt: Instant } {
    const party = this.#parties.get(event.partyId);
    assert(party !== undefined, `party ${event.partyId} is not locked in this batch`);
    assert(event.postings.length > 0, "an event has at least one posting");
    if (this.#openWith !== undefined) this.#openBefore(event, this.#openWith);
    party.eventCount += 1;
    party.lastBookedAt = Math.max(party.lastBookedAt, event.bookedAt);
    party.touched = true;
    event.postings.forEach((posting, index) => {
      this.#postLine(event, posting, party.eventCount, index + 1, party.lastBookedAt);
    });
    return { eventNo: party.eventCount, bookedAt: party.lastBookedAt };
  }

  /** Opens what the event is the first to post to: a program or currency that concerns the party from now on. */
  #openBefore(event: LedgerEvent, openWith: NextId): void {
    const { partyId, postings, bookedAt, recordedAt } = event;
    const isNew = (key: AccountKey) => !this.#accounts.has(keyOf(partyId, key));
    const unopened = postings.filter((posting) => posting.contra !== "opening" && isNew(posting));
    if (unopened.length === 0) return;
    this.post({
      partyId,
      eventId: openWith(),
      eventName: BULK_OPENING,
      bookedAt,
      recordedAt,
      tillId: null,
      sourceProgramId: unopened[0]!.programId,
      reference: null,
      postings: openingPostings(unopened).filter(isNew),
    });
  }

  #postLine(event: LedgerEvent, posting: Posting, eventNo: number, lineNo: number, bookedAt: Instant): void {
    const { partyId, eventId, eventName, recordedAt, tillId, sourceProgramId, reference } = event;
    const { programId, currencyId, category, contra, amount } = posting;
    assert(amount !== 0 || contra === "opening", "a posting moves something");
    const account = this.#accountOf(partyId, posting);
    const before = account.balance;
    count(account, contra, amount);
    this.#touched.add(account);
    const debtBefore = account.debt;
    if (amount > 0) this.#credit(account, posting, eventNo, lineNo, bookedAt);
    if (amount < 0) this.#debit(account, posting, eventNo, lineNo);
    this.#entries.push({
      partyId,
      eventNo,
      lineNo,
      eventId,
      eventName,
      bookedAt,
      recordedAt,
      programId,
      currencyId,
      category,
      contra,
      amount,
      balanceBefore: before,
      balanceAfter: account.balance,
      debtChange: account.debt - debtBefore,
      tillId,
      sourceProgramId,
      reference,
    });
  }

  /** Opens a lot, or gives back to lots; what is not given to lots pays the debt that carried it, and so does what is left of a debt. */
  #credit(
    account: Mutable<Account>,
    posting: Posting,
    eventNo: number,
    lineNo: number,
    bookedAt: Instant,
  ): void {
    const { contra, amount, expiresAt, uses = [] } = posting;
    const opens = expiresAt !== undefined;
    assert(
      opens || uses.length > 0 || account.debt >= amount,
      "a credit says when its lot expires, or null, or which lots it gives back to",
    );
    if (opens) {
      assert(uses.length === 0, "a credit opens a lot or gives back to lots");
      this.#openLot(account, posting, expiresAt, eventNo, lineNo, bookedAt);
    }
    const given = -sumOfUses(uses);
    const paid = opens ? 0 : amount - given;
    assert(paid >= 0 && paid <= account.debt, "a credit gives lots no more than it moves");
    account.debt -= paid;
    for (const use of uses) this.#applyUse(account.partyId, use, contra, eventNo, lineNo);
    if (account.debt === 0) return;
    const receivers = opens ? [{ eventNo, lineNo }] : uses.filter((use) => use.amount < 0);
    for (const { eventNo: lotEvent, lineNo: lotLine } of receivers) {
      const lot = this.lot(account.partyId, { eventNo: lotEvent, lineNo: lotLine });
      const settled = Math.min(account.debt, lot?.remaining ?? 0);
      if (settled === 0) continue;
      account.debt -= settled;
      const use = { eventNo: lotEvent, lineNo: lotLine, amount: settled, kind: "settled" as const };
      this.#applyUse(account.partyId, use, contra, eventNo, lineNo);
    }
  }

  #debit(account: Mutable<Account>, posting: Posting, eventNo: number, lineNo: number): void {
    const { contra, amount, uses = [], overdraws = false } = posting;
    const missing = -amount - sumOfUses(uses);
    assert(
      missing === 0 || (overdraws && missing > 0),
      "a debit takes from lots exactly what it moves, unless it may overdraw",
    );
    account.debt = addAmounts(account.debt, missing);
    for (const use of uses) this.#applyUse(account.partyId, use, contra, eventNo, lineNo);
  }

  #openLot(
    { partyId, programId, currencyId, category }: Account,
    { amount, lot: terms }: Posting,
    expiresAt: Instant | null,
    eventNo: number,
    lineNo: number,
    openedAt: Instant,
  ): void {
    const lot: Mutable<Lot> = {
      ...PLAIN_TERMS,
      ...terms,
      partyId,
      eventNo,
      lineNo,
      programId,
      currencyId,
      category,
      amount,
      remaining: amount,
      openedAt: new Date(openedAt),
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    };
    this.#addLot(lot);
    this.#newLots.add(lot);
  }

  #applyUse(partyId: number, use: LotUse, contra: Contra, byEventNo: number, byLineNo: number): void {
    const { eventNo, lineNo, amount, forEventNo = 0 } = use;
    const kind = use.kind ?? KIND_OF[contra];
    assert(kind !== null && amount !== 0, "a use takes something as something");
    this.#uses.push({ partyId, eventNo, lineNo, byEventNo, byLineNo, kind, forEventNo, amount });
    const id = lotId(partyId, use);
    const lot = this.#lots.get(id);
    if (lot !== undefined) {
      lot.remaining -= amount;
      assert(lot.remaining >= 0 && lot.remaining <= lot.amount, "a lot gives and takes back what it had");
    }
    if (lot === undefined || !this.#newLots.has(lot)) {
      const known = this.#lotChanges.get(id);
      if (known === undefined) this.#lotChanges.set(id, { partyId, eventNo, lineNo, change: -amount });
      else known.change -= amount;
    }
    const cause = forEventNo === 0 ? byEventNo : forEventNo;
    const netId = this.#idOfUse(partyId, use, kind, cause);
    const net = this.#netUses.get(netId);
    if (net === undefined) this.#addUse({ partyId, eventNo, lineNo, kind, forEventNo: cause, amount });
    else net.amount += amount;
  }

  #idOfUse(partyId: number, key: LotKey, kind: UseKind, forEventNo: number): string {
    return `${lotId(partyId, key)}/${kind}/${forEventNo}`;
  }

  #accountOf(partyId: number, { programId, currencyId, category }: AccountKey): Mutable<Account> {
    const key = keyOf(partyId, { programId, currencyId, category });
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { partyId, programId, currencyId, category, ...NO_TOTALS };
      this.#accounts.set(key, account);
    }
    return account;
  }

  writes(): LedgerWrites {
    return {
      parties: [...this.#parties.values()].filter((party) => party.touched),
      accounts: [...this.#touched],
      entries: this.#entries,
      lots: [...this.#newLots],
      lotChanges: [...this.#lotChanges.values()].filter(({ change }) => change !== 0),
      uses: this.#uses,
      newHolds: [...this.#newHolds],
      changedHolds: [...this.#changedHolds],
      expiryMoves: this.#expiryMoves,
    };
  }
}

const TOTAL_OF: Readonly<Record<Contra, keyof AccountTotals | null>> = {
  opening: null,
  issued: "issued",
  adjusted: "adjusted",
  redeemed: "redeemed",
  expired: "expired",
  returned: "returned",
  transfer: "received",
  conversion: "received",
  merge: "received",
};

/** Counts a posting in the balance and in the total that its contra names; totals of debits count up. */
const count = (account: Mutable<Account>, contra: Contra, amount: Millipoints): void => {
  account.balance = addAmounts(account.balance, amount);
  const total = TOTAL_OF[contra];
  if (total === null) return;
  if (total === "issued" || total === "adjusted") account[total] = addAmounts(account[total], amount);
  else if (total !== "received") account[total] = addAmounts(account[total], -amount);
  else if (amount > 0) account.received = addAmounts(account.received, amount);
  else account.passedOn = addAmounts(account.passedOn, -amount);
};
