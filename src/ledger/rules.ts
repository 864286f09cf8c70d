import { addAmounts, assert, type Instant, type Millipoints } from "#platform";
import type {
  Account,
  AccountKey,
  EntryRow,
  LedgerEvent,
  Lot,
  LotUse,
  PartyState,
  Posting,
} from "./schema.ts";

/**
 * Chooses which lots a debit takes from: soonest expiry first, never-expiring last, then oldest (points.md §3.3).
 * Returns null when the open lots hold less than `amount`.
 */
export const chooseLots = (lots: readonly Lot[], amount: Millipoints): LotUse[] | null => {
  const order = [...lots].sort(
    (a, b) =>
      (a.expiresAt?.getTime() ?? Infinity) - (b.expiresAt?.getTime() ?? Infinity) ||
      a.eventNo - b.eventNo ||
      a.lineNo - b.lineNo,
  );
  const uses: LotUse[] = [];
  let left = amount;
  for (const lot of order) {
    if (left === 0) break;
    const taken = Math.min(lot.remaining, left);
    if (taken === 0) continue;
    uses.push({ eventNo: lot.eventNo, lineNo: lot.lineNo, amount: taken });
    left -= taken;
  }
  return left === 0 ? uses : null;
};

interface MutableAccount extends AccountKey {
  partyId: number;
  balance: Millipoints;
  issued: Millipoints;
  redeemed: Millipoints;
  expired: Millipoints;
  returned: Millipoints;
  adjusted: Millipoints;
}

export interface NewLot extends AccountKey {
  readonly partyId: number;
  readonly eventNo: number;
  readonly lineNo: number;
  readonly amount: Millipoints;
  readonly openedAt: Instant;
  readonly expiresAt: Instant | null;
}

export interface NewLotUse extends LotUse {
  readonly partyId: number;
  readonly byEventNo: number;
  readonly byLineNo: number;
}

/** Everything a batch writes to the ledger, one list per table. */
export interface LedgerWrites {
  readonly parties: { partyId: number; eventCount: number; lastBookedAt: Instant }[];
  readonly accounts: readonly Account[];
  readonly entries: readonly EntryRow[];
  readonly lots: readonly NewLot[];
  readonly uses: readonly NewLotUse[];
}

const keyOf = (partyId: number, { programId, currencyId, category }: AccountKey) =>
  `${partyId}/${programId}/${currencyId}/${category}`;

/**
 * The ledger of the locked parties of one batch, in memory: each posting is numbered, given its running balance and
 * collected for one set-based write. Pure; what it is given must have been read under the parties' locks.
 */
export class LedgerBook {
  readonly #parties = new Map<
    number,
    { partyId: number; eventCount: number; lastBookedAt: Instant; touched: boolean }
  >();
  readonly #accounts = new Map<string, MutableAccount>();
  readonly #touched = new Set<MutableAccount>();
  readonly #entries: EntryRow[] = [];
  readonly #lots: NewLot[] = [];
  readonly #uses: NewLotUse[] = [];

  constructor(parties: readonly PartyState[], accounts: readonly Account[]) {
    for (const { partyId, eventCount, lastBookedAt } of parties) {
      this.#parties.set(partyId, {
        partyId,
        eventCount,
        lastBookedAt: lastBookedAt.getTime(),
        touched: false,
      });
    }
    for (const account of accounts) this.#accounts.set(keyOf(account.partyId, account), { ...account });
  }

  /** The account as it stands after what was posted so far; undefined when the party never had it. */
  account(partyId: number, key: AccountKey): Account | undefined {
    return this.#accounts.get(keyOf(partyId, key));
  }

  /** Adds a party that begins in this batch, such as a customer just registered. */
  open(partyId: number, at: Instant): void {
    assert(!this.#parties.has(partyId), `party ${partyId} is open already`);
    this.#parties.set(partyId, { partyId, eventCount: 0, lastBookedAt: at, touched: true });
  }

  /**
   * Posts an event and returns its number within the party and the time it was booked at: the event's own, or that of the
   * party's newest event when that is later, because ledger time never runs backwards within a party.
   */
  post(event: LedgerEvent): { eventNo: number; bookedAt: Instant } {
    const party = this.#parties.get(event.partyId);
    assert(party !== undefined, `party ${event.partyId} is not locked in this batch`);
    assert(event.postings.length > 0, "an event has at least one posting");
    party.eventCount += 1;
    party.lastBookedAt = Math.max(party.lastBookedAt, event.bookedAt);
    party.touched = true;
    event.postings.forEach((posting, index) => {
      this.#postLine(event, posting, party.eventCount, index + 1, party.lastBookedAt);
    });
    return { eventNo: party.eventCount, bookedAt: party.lastBookedAt };
  }

  #postLine(event: LedgerEvent, posting: Posting, eventNo: number, lineNo: number, bookedAt: Instant): void {
    const { partyId, eventId, eventName, recordedAt, tillId, sourceProgramId, reference } = event;
    const { programId, currencyId, category, contra, amount } = posting;
    assert(amount !== 0 || contra === "opening", "a posting moves something");
    const account = this.#accountOf(partyId, posting);
    const before = account.balance;
    account.balance = addAmounts(before, amount);
    if (contra === "issued" || contra === "adjusted") account[contra] = addAmounts(account[contra], amount);
    else if (contra !== "opening") account[contra] = addAmounts(account[contra], -amount);
    this.#touched.add(account);
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
      tillId,
      sourceProgramId,
      reference,
    });
    if (amount > 0) this.#openLot(partyId, posting, eventNo, lineNo, bookedAt);
    if (amount < 0) this.#takeFromLots(partyId, posting, eventNo, lineNo);
  }

  #openLot(partyId: number, posting: Posting, eventNo: number, lineNo: number, openedAt: Instant): void {
    assert(posting.expiresAt !== undefined, "a credit says when its lot expires, or null");
    const { programId, currencyId, category, amount, expiresAt } = posting;
    this.#lots.push({
      partyId,
      eventNo,
      lineNo,
      programId,
      currencyId,
      category,
      amount,
      openedAt,
      expiresAt,
    });
  }

  #takeFromLots(partyId: number, posting: Posting, byEventNo: number, byLineNo: number): void {
    const uses = posting.uses ?? [];
    const total = uses.reduce((sum, use) => sum + use.amount, 0);
    assert(total === -posting.amount, "a debit takes from lots exactly what it moves");
    for (const use of uses) this.#uses.push({ ...use, partyId, byEventNo, byLineNo });
  }

  #accountOf(partyId: number, { programId, currencyId, category }: AccountKey): MutableAccount {
    const key = keyOf(partyId, { programId, currencyId, category });
    let account = this.#accounts.get(key);
    if (account === undefined) {
      const zero = { balance: 0, issued: 0, redeemed: 0, expired: 0, returned: 0, adjusted: 0 };
      account = { partyId, programId, currencyId, category, ...zero };
      this.#accounts.set(key, account);
    }
    return account;
  }

  writes(): LedgerWrites {
    const parties = [...this.#parties.values()].filter((party) => party.touched);
    return {
      parties,
      accounts: [...this.#touched],
      entries: this.#entries,
      lots: this.#lots,
      uses: this.#uses,
    };
  }
}
