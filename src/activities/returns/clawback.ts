import {
  type AccountKey,
  type Lot,
  type LotKey,
  type LotUse,
  type NetUse,
  type Posting,
  sumOfUses,
  type UseKind,
} from "#ledger";
import { assert, type Millipoints, multiplyRatio } from "#platform";

/** A part of a whole; reckoned over all returns so far, so that the last of them takes the exact rest. */
export interface Fraction {
  readonly returned: number;
  readonly of: number;
}

/** How much of a bill has gone back. */
export interface ReturnedShare {
  /** Of what the bill earned as a whole. */
  readonly bill: Fraction;
  /** Of what a line earned. */
  line(lineNo: number): Fraction;
}

export interface ClawbackInput {
  /** Everything that the bill earned, what promised points became included. */
  readonly awards: readonly Lot[];
  /** What those lots gave. */
  readonly uses: readonly NetUse[];
  /** All open lots of the party, in their order of use. */
  readonly openLots: readonly Lot[];
  /** What an account owes before this. */
  debtOf(account: AccountKey): Millipoints;
  readonly before: ReturnedShare;
  readonly after: ReturnedShare;
  /** A share of an award, rounded as its program rounds; to the thousandth, halves up, when absent. */
  shareOf?(programId: number, amount: Millipoints, { returned, of }: Fraction): Millipoints;
  /** Awards of which so much is taken, by `idOf`; others go by shares. */
  readonly takes?: ReadonlyMap<string, Millipoints>;
  /** Whether the currency is taken back; every one is when absent. */
  isReturnable?(programId: number, currencyId: number): boolean;
}

/** What is taken back of one award. */
export interface TakenAward extends AccountKey, LotKey {
  readonly source: Lot["source"];
  /** 0: the bill as a whole. */
  readonly billLine: number;
  readonly awarded: Millipoints;
  readonly taken: Millipoints;
  /** Taken from what the award had left. */
  readonly fromRest: Millipoints;
  /** Had been spent or passed on: other points of the account stand in for it. */
  readonly moved: Millipoints;
  /** Had been spent or passed on, and nothing stands in for it: the balance falls below zero. */
  readonly owed: Millipoints;
  /** Had expired: the expiry is undone, and the balance stays. */
  readonly expired: Millipoints;
}

export interface Clawback {
  readonly postings: readonly Posting[];
  readonly awards: readonly TakenAward[];
}

export const NO_CLAWBACK: Clawback = Object.freeze({ postings: [], awards: [] });

/** As what points may have left a lot such that others can stand in for them. */
const MOVABLE: readonly UseKind[] = ["redeemed", "transfer", "adjusted", "settled", "merge"];

export const idOf = ({ eventNo, lineNo }: LotKey): string => `${eventNo}/${lineNo}`;
const accountOf = ({ programId, currencyId, category }: AccountKey): string =>
  `${programId}/${currencyId}/${category}`;
const roundShare = (_: number, amount: Millipoints, { returned, of }: Fraction): Millipoints =>
  of === 0 ? 0 : multiplyRatio(amount, Math.min(returned, of), of, "half_up");

type Counted = { -readonly [Key in keyof TakenAward]: TakenAward[Key] };

/** An award with the lots in which its points are: the one it opened, and those that its promised points became. */
interface Due {
  readonly lots: readonly Lot[];
  left: Millipoints;
  readonly counted: Counted;
}

/**
 * What the return of a bill takes back, from where. First what its lots have left; then what was spent or passed on, which
 * other open lots of the account take over, soonest expiry first, and what none can take is owed; last what had expired,
 * where the expiry is undone. Pure. Never takes more than the bill earned.
 */
export const clawBack = (input: ClawbackInput): Clawback => {
  const dues = duesOf(input);
  if (dues.length === 0) return NO_CLAWBACK;
  const movements = new Movements(input);
  for (const due of dues) takeRest(due, movements);
  for (const due of dues) moveSpent(due, movements);
  for (const due of dues) undoExpiry(due, movements);
  for (const { left } of dues) assert(left === 0, "a lot is what it has left and what it gave");
  return { postings: movements.postings(), awards: dues.map(({ counted }) => counted) };
};

/** An award that the bill made, with the lots that its points became since. */
export interface AwardTree {
  readonly lot: Lot;
  readonly lots: readonly Lot[];
  /** What returns took of it so far. */
  readonly gone: Millipoints;
}

/** The awards of a bill, each with what became of it. Pure. */
export const treesOf = (awards: readonly Lot[], uses: readonly NetUse[]): AwardTree[] => {
  const children = new Map<string, Lot[]>();
  for (const lot of awards) {
    if (lot.parent === null) continue;
    const id = idOf(lot.parent);
    children.set(id, [...(children.get(id) ?? []), lot]);
  }
  const returned = new Map<string, Millipoints>();
  for (const use of uses)
    if (use.kind === "returned") returned.set(idOf(use), (returned.get(idOf(use)) ?? 0) + use.amount);
  const treeOf = (lot: Lot): Lot[] => [lot, ...(children.get(idOf(lot)) ?? []).flatMap(treeOf)];
  return awards
    .filter(({ parent }) => parent === null)
    .map((lot) => {
      const lots = treeOf(lot);
      return { lot, lots, gone: lots.reduce((sum, item) => sum + (returned.get(idOf(item)) ?? 0), 0) };
    });
};

const duesOf = ({
  awards,
  uses,
  before,
  after,
  shareOf = roundShare,
  takes,
  isReturnable = () => true,
}: ClawbackInput): Due[] => {
  const dues: Due[] = [];
  for (const { lot, lots, gone } of treesOf(awards, uses)) {
    if (!isReturnable(lot.programId, lot.currencyId)) continue;
    const share = ({ bill, line }: ReturnedShare) =>
      shareOf(lot.programId, lot.amount, lot.billLine === 0 ? bill : line(lot.billLine));
    const wanted = takes?.get(idOf(lot)) ?? share(after) - share(before);
    const taken = Math.min(Math.max(0, wanted), lot.amount - gone);
    if (taken <= 0) continue;
    const { eventNo, lineNo, programId, currencyId, category, source, billLine, amount: awarded } = lot;
    const key = { eventNo, lineNo, programId, currencyId, category, source, billLine };
    dues.push({
      lots,
      left: taken,
      counted: { ...key, awarded, taken, fromRest: 0, moved: 0, owed: 0, expired: 0 },
    });
  }
  return dues;
};

const takeRest = (due: Due, movements: Movements): void => {
  for (const lot of due.lots) {
    const taken = movements.take(lot, due.left);
    due.left -= taken;
    due.counted.fromRest += taken;
  }
};

const moveSpent = (due: Due, movements: Movements): void => {
  for (const lot of due.lots)
    for (const use of movements.usesOf(lot)) {
      if (due.left === 0) return;
      if (!MOVABLE.includes(use.kind)) continue;
      const wanted = Math.min(due.left, use.amount);
      const moved = movements.move(lot, use, wanted);
      due.left -= wanted;
      due.counted.moved += moved;
      due.counted.owed += wanted - moved;
    }
};

const undoExpiry = (due: Due, movements: Movements): void => {
  for (const lot of due.lots)
    for (const use of movements.usesOf(lot)) {
      if (use.kind !== "expired" || due.left === 0) continue;
      const undone = Math.min(due.left, use.amount);
      movements.unexpire(lot, use, undone);
      due.left -= undone;
      due.counted.expired += undone;
    }
};

/** Uses of one posting: one for each lot, kind and event, in the order in which they were first named. */
class Uses {
  readonly #byId = new Map<string, LotUse & { amount: Millipoints }>();

  add({ eventNo, lineNo }: LotKey, amount: Millipoints, kind: UseKind, forEventNo = 0): void {
    if (amount === 0) return;
    const id = `${eventNo}/${lineNo}/${kind}/${forEventNo}`;
    const known = this.#byId.get(id);
    if (known === undefined)
      this.#byId.set(id, { eventNo, lineNo, amount, kind, ...(forEventNo === 0 ? {} : { forEventNo }) });
    else known.amount += amount;
  }

  list(): LotUse[] {
    return [...this.#byId.values()].filter(({ amount }) => amount !== 0);
  }
}

/** What happens in one account. */
class AccountMovements {
  readonly unexpired = new Uses();
  /** Given back by the posting that takes: what is taken again as returned, or moves to other lots. */
  readonly givenBack = new Uses();
  readonly taken = new Uses();
  total = 0;

  constructor(
    readonly key: AccountKey,
    readonly debt: Millipoints,
  ) {}

  postings(): Posting[] {
    const { programId, currencyId, category } = this.key;
    const key = { programId, currencyId, category };
    const unexpired = this.unexpired.list();
    const credits = -sumOfUses(unexpired);
    // A credit pays what the account owes from the lots that it fills; those points are wanted here, so that is undone.
    let owing = this.debt;
    for (const { eventNo, lineNo, amount } of unexpired) {
      const settled = Math.min(owing, -amount);
      owing -= settled;
      this.givenBack.add({ eventNo, lineNo }, -settled, "settled");
    }
    const uses = [...this.givenBack.list(), ...this.taken.list()];
    const debit: Posting = { ...key, contra: "returned", amount: -this.total, uses, overdraws: true };
    return credits === 0 ? [debit] : [{ ...key, contra: "expired", amount: credits, uses: unexpired }, debit];
  }
}

/** What is left of lots and uses while awards are taken back one after another, and the postings that come of it. */
class Movements {
  readonly #left = new Map<string, Millipoints>();
  readonly #uses = new Map<string, NetUse[]>();
  readonly #accounts = new Map<string, AccountMovements>();
  readonly #input: ClawbackInput;

  constructor(input: ClawbackInput) {
    this.#input = input;
    for (const lot of [...input.openLots, ...input.awards]) this.#left.set(idOf(lot), lot.remaining);
    for (const use of input.uses) {
      if (use.amount <= 0) continue;
      this.#uses.set(idOf(use), [...(this.#uses.get(idOf(use)) ?? []), use]);
    }
  }

  /** What a lot gave, oldest event first. */
  usesOf(lot: LotKey): readonly NetUse[] {
    return [...(this.#uses.get(idOf(lot)) ?? [])].sort((a, b) => a.forEventNo - b.forEventNo);
  }

  /** Takes up to `wanted` of what the lot has left. */
  take(lot: Lot, wanted: Millipoints): Millipoints {
    const taken = this.#draw(lot, wanted);
    if (taken > 0) this.#return(lot, taken);
    return taken;
  }

  /** Lets other lots of the account stand in for what this one gave; answers how much they could. */
  move(lot: Lot, { kind, forEventNo }: NetUse, amount: Millipoints): Millipoints {
    const account = this.#accountOf(lot);
    account.givenBack.add(lot, -amount, kind, forEventNo);
    this.#return(lot, amount);
    let moved = 0;
    for (const other of this.#input.openLots) {
      if (moved === amount) break;
      if (accountOf(other) !== accountOf(lot)) continue;
      const taken = this.#draw(other, amount - moved);
      account.taken.add(other, taken, kind, forEventNo);
      moved += taken;
    }
    return moved;
  }

  unexpire(lot: Lot, { forEventNo }: NetUse, amount: Millipoints): void {
    this.#accountOf(lot).unexpired.add(lot, -amount, "expired", forEventNo);
    this.#return(lot, amount);
  }

  postings(): Posting[] {
    return [...this.#accounts.values()].flatMap((account) => account.postings());
  }

  #draw(lot: LotKey, wanted: Millipoints): Millipoints {
    const left = this.#left.get(idOf(lot)) ?? 0;
    const taken = Math.min(left, wanted);
    this.#left.set(idOf(lot), left - taken);
    return taken;
  }

  #return(lot: Lot, amount: Millipoints): void {
    const account = this.#accountOf(lot);
    account.taken.add(lot, amount, "returned");
    account.total += amount;
  }

  #accountOf(lot: Lot): AccountMovements {
    const id = accountOf(lot);
    let account = this.#accounts.get(id);
    if (account === undefined) {
      account = new AccountMovements(lot, this.#input.debtOf(lot));
      this.#accounts.set(id, account);
    }
    return account;
  }
}
