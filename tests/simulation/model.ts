import { type ModelBill, type Returned, shareOfAward, shareOfPayment } from "./model-bills.ts";
import { addUse, byLife, byUse, isOpen, type Kind, type ModelLot, PASSED, type Part } from "./model-lots.ts";

export interface ModelHold {
  readonly points: number;
  captured: number;
  readonly until: number;
  open: boolean;
}

export interface ModelRedemption {
  readonly event: number;
  readonly points: number;
  /** The bill that they paid; null: none. */
  readonly bill: string | null;
  reversed: number;
  /** The caller was told its code. */
  isTold: boolean;
}

/**
 * What points should do, said a second time and as plainly as can be: one customer's points as a list of lots. It shares no code with
 * the product, knows nothing of batches, locks or tables, and is slow. Amounts are thousandths, times milliseconds.
 */
export class ModelCustomer {
  /** Regular points, in the order in which they were opened. */
  readonly lots: ModelLot[] = [];
  readonly promised: ModelLot[] = [];
  readonly holds = new Map<number, ModelHold>();
  readonly redemptions = new Map<string, ModelRedemption>();
  readonly bills = new Map<string, ModelBill>();
  debt = 0;
  /** How often bills of the customer's went back, in whole or in part. */
  returns = 0;
  /** Of lots that are used up nobody can say whose they were: a race decided. */
  isBlurred = false;
  #events = 0;

  /** Number of the newest event. */
  get events(): number {
    return this.#events;
  }

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

  /** What can be passed on: of lots that live on. */
  transferable(now: number): number {
    const living = this.lots.reduce((sum, lot) => (lot.expires > now ? sum + lot.left : sum), 0);
    return Math.max(0, Math.min(this.available(now), living));
  }

  nextEvent(): number {
    return ++this.#events;
  }

  credit(points: number, expires: number, bill: string | null = null, event = this.nextEvent()): ModelLot {
    const lot = this.#open(points, expires, bill, Number.POSITIVE_INFINITY);
    this.lots.push(lot);
    this.#settle(lot, event);
    return lot;
  }

  promise(points: number, expires: number, converts: number): void {
    this.nextEvent();
    this.promised.push(this.#open(points, expires, null, converts));
  }

  /** What another customer's lot has left comes with the terms it had there, within an event. */
  receive({ left, expires, bill, converts }: ModelLot, event: number): ModelLot {
    if (converts === Number.POSITIVE_INFINITY) return this.credit(left, expires, bill, event);
    const lot = this.#open(left, expires, bill, converts);
    this.promised.push(lot);
    return lot;
  }

  #open(amount: number, expires: number, bill: string | null, converts: number): ModelLot {
    return { amount, left: amount, expires, name: null, bill, converts, uses: [], child: null };
  }

  #settle(lot: ModelLot, event: number): void {
    const paid = Math.min(this.debt, lot.left);
    if (paid === 0) return;
    this.debt -= paid;
    lot.left -= paid;
    addUse(lot, event, "settled", paid);
  }

  /** Takes from the lots that expire first; what they cannot give becomes debt. Answers what each gave. */
  take(
    points: number,
    kind: Kind,
    event = this.nextEvent(),
    lots: readonly ModelLot[] = this.lots,
  ): readonly Part[] {
    const parts = this.draw(points, kind, event, lots);
    this.debt += points - parts.reduce((sum, { part }) => sum + part, 0);
    return parts;
  }

  /** Takes what the lots can give, soonest expiry first. */
  draw(points: number, kind: Kind, event: number, lots: readonly ModelLot[]): readonly Part[] {
    let left = points;
    const parts: Part[] = [];
    for (const lot of lots.filter(isOpen).sort(byUse)) {
      const part = Math.min(lot.left, left);
      if (part === 0) break;
      lot.left -= part;
      left -= part;
      addUse(lot, event, kind, part);
      parts.push({ lot, part });
    }
    return parts;
  }

  redeem(code: string, points: number, bill: string | null = null): void {
    const event = this.nextEvent();
    this.take(points, "redeemed", event);
    this.redemptions.set(code, { event, points, bill, reversed: 0, isTold: false });
  }

  /** The code of a redemption reached the caller. */
  tell(code: string): void {
    this.redemptions.get(code)!.isTold = true;
  }

  /**
   * Gives points of a redemption back; answers what did not come back because it had expired. Of one who was merged the survivor
   * has what the redemption left unpaid.
   */
  reverse(
    redemption: ModelRedemption,
    points: number,
    now: number,
    survivor: ModelCustomer | null = null,
  ): number {
    redemption.reversed += points;
    let left = points;
    const carries = (lot: ModelLot) =>
      lot.uses.find(({ kind, event }) => kind === "redeemed" && event === redemption.event)?.amount ?? 0;
    const carrying = this.lots.filter((lot) => carries(lot) > 0);
    let uncarried = Math.max(0, points - carrying.reduce((sum, lot) => sum + carries(lot), 0));
    const revived: ModelLot[] = [];
    // The newest among equals first: a stable sort of the reversed list.
    for (const lot of [...carrying].reverse().sort(byLife)) {
      const part = lot.expires < now ? 0 : Math.min(left, carries(lot));
      if (part === 0) continue;
      addUse(lot, redemption.event, "redeemed", -part);
      lot.left += part;
      left -= part;
      revived.push(lot);
    }
    for (const owner of survivor === null ? [this] : [this, survivor]) {
      const forgiven = owner.#forgive(Math.min(left, uncarried), now);
      left -= forgiven;
      uncarried -= forgiven;
      if (owner !== this && forgiven > 0) owner.nextEvent();
    }
    if (left < points) {
      const event = this.nextEvent();
      for (const lot of revived) this.#settle(lot, event);
    }
    return left;
  }

  /** Pays what is owed, and gives back to lots what they paid of it before; answers how much. */
  #forgive(points: number, now: number): number {
    const paid = Math.min(points, this.debt);
    this.debt -= paid;
    let left = points - paid;
    if (left === 0) return points;
    const settled = this.lots.filter(({ uses }) => uses.some(({ kind }) => kind === "settled"));
    for (const lot of settled.reverse().sort(byLife))
      for (const use of [...lot.uses].sort((a, b) => b.event - a.event)) {
        const part = use.kind !== "settled" || lot.expires < now ? 0 : Math.min(left, use.amount);
        if (part === 0) continue;
        use.amount -= part;
        lot.left += part;
        left -= part;
      }
    return points - left;
  }

  /** Moves the last moment of a lot; what is to end at once goes as far as it is not held. Answers what went. */
  moveExpiry(lot: ModelLot, expires: number, now: number, endsAtOnce: boolean): number {
    lot.expires = expires;
    if (!endsAtOnce) return 0;
    const isRegular = this.lots.includes(lot);
    const gone = isRegular ? Math.min(lot.left, Math.max(0, this.available(now))) : lot.left;
    if (gone === 0) return 0;
    lot.left -= gone;
    addUse(lot, this.nextEvent(), "expired", gone);
    return gone;
  }

  /** What expired before the day began; held points stay. Answers how much went, of regular and of promised points. */
  expire(startOfDay: number, now: number): number {
    let free = Math.max(0, this.available(now));
    let gone = 0;
    const due = (lots: readonly ModelLot[]) =>
      lots.filter(({ left, expires }) => left > 0 && expires < startOfDay).sort(byUse);
    for (const lot of due(this.lots)) {
      const part = Math.min(lot.left, free);
      if (part === 0) continue;
      lot.left -= part;
      free -= part;
      gone += part;
      // One event for the account, whatever the number of lots.
      addUse(lot, this.#events + 1, "expired", part);
    }
    if (gone > 0) this.nextEvent();
    const promised = due(this.promised);
    if (promised.length > 0) this.nextEvent();
    for (const lot of promised) {
      gone += lot.left;
      lot.left = 0;
    }
    return gone;
  }

  /** Promised points whose day has come are regular from now on. */
  convert(now: number): boolean {
    const due = this.promised
      .filter(({ left, converts }) => left > 0 && converts <= now)
      .sort((a, b) => a.converts - b.converts);
    if (due.length === 0) return false;
    const event = this.nextEvent();
    for (const lot of due) {
      addUse(lot, event, "conversion", lot.left);
      lot.child = this.credit(lot.left, lot.expires, lot.bill, event);
      lot.left = 0;
    }
    return true;
  }

  /**
   * More of a bill goes back: first what paid it comes back, then what it earned is taken. Of one who was merged the survivor has what
   * is still unpaid.
   */
  returnOf(name: string, { as, pence, lines }: Returned, now: number, survivor: ModelCustomer | null): void {
    const bill = this.bills.get(name)!;
    const before: ModelBill = { ...bill, gone: new Set(bill.gone) };
    this.returns += 1;
    bill.as = as;
    bill.returned += pence;
    for (const line of lines) bill.gone.add(line);
    for (const redemption of this.redemptions.values()) {
      if (redemption.bill !== name) continue;
      const { points, reversed } = redemption;
      const due = shareOfPayment(points, bill) - shareOfPayment(points, before);
      const given = Math.min(due, points - reversed);
      if (given > 0) this.reverse(redemption, given, now, survivor);
    }
    const lot = this.lots.find((item) => item.bill === name);
    if (lot !== undefined)
      this.#clawBack(lot, shareOfAward(lot.amount, bill) - shareOfAward(lot.amount, before));
  }

  #clawBack(lot: ModelLot, taken: number): void {
    if (taken === 0) return;
    const event = this.nextEvent();
    let left = taken;
    const fromRest = Math.min(lot.left, left);
    lot.left -= fromRest;
    left -= fromRest;
    for (const use of [...lot.uses].sort((a, b) => a.event - b.event)) {
      if (!PASSED.includes(use.kind)) continue;
      const part = Math.min(left, use.amount);
      if (part <= 0) continue;
      use.amount -= part;
      left -= part;
      this.take(part, use.kind, use.event);
    }
    for (const use of lot.uses) {
      if (use.kind !== "expired") continue;
      const part = Math.min(left, use.amount);
      use.amount -= part;
      left -= part;
    }
    addUse(lot, event, "returned", taken);
  }
}
