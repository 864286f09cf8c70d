/**
 * What points should do, said a second time and as plainly as can be: one customer's regular points as a list of lots. It shares no
 * code with the product, knows nothing of batches, locks or tables, and is slow. Amounts are thousandths, times milliseconds.
 */
export interface ModelLot {
  readonly amount: number;
  left: number;
  /** Infinity: never. */
  expires: number;
  /** The bill that earned it. */
  readonly bill: number | null;
  /** What it gave for each redemption or transfer, net, by the event's name in the model. */
  readonly gave: Map<string, number>;
  /** What it paid of a debt. */
  settled: number;
  expired: number;
  returned: number;
}

export interface ModelHold {
  readonly points: number;
  captured: number;
  readonly until: number;
  open: boolean;
}

export interface ModelRedemption {
  readonly name: string;
  readonly points: number;
  reversed: number;
}

export interface ModelBill {
  readonly amount: number;
  returned: number;
  /** Points that its returns took back. */
  takenBack: number;
}

const byUse = (a: ModelLot, b: ModelLot) => (a.expires === b.expires ? 0 : a.expires < b.expires ? -1 : 1);
const byLife = (a: ModelLot, b: ModelLot) => -byUse(a, b);

export class ModelCustomer {
  /** In the order in which they were opened. */
  readonly lots: ModelLot[] = [];
  readonly holds = new Map<number, ModelHold>();
  readonly redemptions = new Map<string, ModelRedemption>();
  readonly bills = new Map<number, ModelBill>();
  debt = 0;

  get balance(): number {
    return this.lots.reduce((sum, lot) => sum + lot.left, 0) - this.debt;
  }

  held(now: number): number {
    let sum = 0;
    for (const hold of this.holds.values())
      if (hold.open && hold.until > now) sum += hold.points - hold.captured;
    return sum;
  }

  available(now: number): number {
    return this.balance - this.held(now);
  }

  credit(points: number, expires: number, bill: number | null = null): ModelLot {
    const gave = new Map<string, number>();
    const lot = { amount: points, left: points, expires, bill, gave, settled: 0, expired: 0, returned: 0 };
    this.lots.push(lot);
    this.#settle(lot);
    return lot;
  }

  #settle(lot: ModelLot): void {
    const paid = Math.min(this.debt, lot.left);
    this.debt -= paid;
    lot.left -= paid;
    lot.settled += paid;
  }

  /** Takes from the lots that expire first, for an event of that name; what they cannot give becomes debt. */
  take(points: number, name: string | null): void {
    let left = points;
    // A stable sort: of lots that expire together the older one gives first.
    for (const lot of [...this.lots].sort(byUse)) {
      const part = Math.min(lot.left, left);
      if (part === 0) continue;
      lot.left -= part;
      left -= part;
      if (name !== null) lot.gave.set(name, (lot.gave.get(name) ?? 0) + part);
    }
    this.debt += left;
  }

  redeem(name: string, code: string, points: number): void {
    this.take(points, name);
    this.redemptions.set(code, { name, points, reversed: 0 });
  }

  /** Gives points of a redemption back; answers what did not come back because it had expired. */
  reverse(redemption: ModelRedemption, points: number, now: number): number {
    redemption.reversed += points;
    const { name } = redemption;
    let left = points;
    const carrying = this.lots.filter((lot) => (lot.gave.get(name) ?? 0) > 0);
    const carried = carrying.reduce((sum, lot) => sum + (lot.gave.get(name) ?? 0), 0);
    // The newest among equals first: a stable sort of the reversed list.
    const newestFirst = [...carrying].reverse().sort(byLife);
    const revived: ModelLot[] = [];
    for (const lot of newestFirst) {
      if (lot.expires < now) continue;
      const part = Math.min(left, lot.gave.get(name) ?? 0);
      lot.gave.set(name, (lot.gave.get(name) ?? 0) - part);
      lot.left += part;
      left -= part;
      revived.push(lot);
    }
    let uncarried = Math.max(0, points - carried);
    const paid = Math.min(left, uncarried, this.debt);
    this.debt -= paid;
    left -= paid;
    uncarried -= paid;
    for (const lot of [...this.lots].reverse().sort(byLife)) {
      const part = Math.min(left, uncarried, lot.settled);
      if (part === 0 || lot.expires < now) continue;
      lot.settled -= part;
      lot.left += part;
      left -= part;
      uncarried -= part;
    }
    for (const lot of revived) this.#settle(lot);
    return left;
  }

  /** What expired before the day began; held points stay. Answers how much went. */
  expire(startOfDay: number, now: number): number {
    let free = Math.max(0, this.available(now));
    let gone = 0;
    for (const lot of [...this.lots].sort(byUse)) {
      if (lot.expires >= startOfDay) break;
      const part = Math.min(lot.left, free);
      lot.left -= part;
      lot.expired += part;
      free -= part;
      gone += part;
    }
    return gone;
  }
}
