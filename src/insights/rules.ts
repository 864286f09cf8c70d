import type { PublishedEvent } from "#events";
import { localDate } from "#platform";
import { type DailyFigures, FIGURES, noFigures, type Period, type StoreFigures } from "./schema.ts";

/** What events of one organisation add to its days. */
export interface Additions {
  readonly days: Map<string, DailyFigures>;
  /** By `day storeId`. */
  readonly stores: Map<string, StoreFigures>;
}

const numberIn = (payload: PublishedEvent["payload"], key: string): number => {
  const value = payload[key];
  return typeof value === "number" && Number.isSafeInteger(value) ? value : 0;
};

/**
 * Sums events of one organisation by day. Points are not among them: the journal tells of those. Sums for people to look at:
 * beyond 2^53 they lose their last digits, because refusing would stop the events of every organisation for some absurd bills.
 */
export const addUp = (events: readonly PublishedEvent[], timeZone: string): Additions => {
  const days = new Map<string, DailyFigures>();
  const stores = new Map<string, StoreFigures>();
  const dayOf = (day: string): DailyFigures => {
    const figures = days.get(day) ?? noFigures(day);
    days.set(day, figures);
    return figures;
  };
  for (const { type, occurredAt, payload } of events) {
    const day = localDate(occurredAt.getTime(), timeZone);
    if (type === "customer.registered") dayOf(day).members += 1;
    else if (type === "transaction.returned") {
      const figures = dayOf(day);
      figures.returns += 1;
      figures.returnAmount += Math.abs(numberIn(payload, "amount"));
    } else if (type === "transaction.added") {
      const figures = dayOf(day);
      const amount = numberIn(payload, "amount");
      // An anonymous bill that is claimed later was sold once and is counted already.
      if (numberIn(payload, "retroOf") > 0) continue;
      figures.purchases += 1;
      figures.purchaseAmount += amount;
      const storeId = numberIn(payload, "storeId");
      const key = `${day} ${storeId}`;
      const store = stores.get(key) ?? { day, storeId, purchases: 0, purchaseAmount: 0 };
      store.purchases += 1;
      store.purchaseAmount += amount;
      stores.set(key, store);
    }
  }
  return { days, stores };
};

const DAY = 86_400_000;
const dateOf = (day: string): Date => new Date(`${day}T00:00:00Z`);
const text = (date: Date): string => date.toISOString().slice(0, 10);

/** `day` moved by whole days. */
export const addDays = (day: string, count: number): string =>
  text(new Date(dateOf(day).getTime() + count * DAY));

/** First day of the month `months` later. */
export const firstOfMonth = (day: string, months: number): string => {
  const date = dateOf(day);
  return text(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)));
};

export interface Span {
  /** First days of the parts of the period, in order; each reaches to the next one. */
  readonly parts: readonly string[];
  readonly from: string;
  readonly to: string;
  /** The period of the same length before. */
  readonly previousFrom: string;
}

const LENGTHS = { today: 1, "7d": 7, "30d": 30 } as const;

/** Days of a period that ends today; twelve months are this one and the eleven before it, in parts of a month. */
export const spanOf = (period: Period, today: string): Span => {
  if (period === "12m") {
    const parts = Array.from({ length: 12 }, (_, index) => firstOfMonth(today, index - 11));
    return { parts, from: parts[0]!, to: today, previousFrom: firstOfMonth(today, -23) };
  }
  const length = LENGTHS[period];
  const from = addDays(today, 1 - length);
  const parts = Array.from({ length }, (_, index) => addDays(from, index));
  return { parts, from, to: today, previousFrom: addDays(from, -length) };
};

/** First days of the parts of the period before, in order. */
export const previousParts = (span: Span, step: "day" | "month"): string[] => {
  const parts: string[] = [];
  const next = (day: string) => (step === "day" ? addDays(day, 1) : firstOfMonth(day, 1));
  for (let day = span.previousFrom; day < span.from; day = next(day)) parts.push(day);
  return parts;
};

/** Sums of days by part, a zero for every part without any; days before the first part are left out. */
export const sumParts = (span: Span, days: readonly DailyFigures[]): DailyFigures[] => {
  const sums = span.parts.map(noFigures);
  for (const figures of days) {
    const index = span.parts.findLastIndex((part) => part <= figures.day);
    const sum = sums[index];
    if (sum === undefined) continue;
    for (const name of FIGURES) sum[name] += figures[name];
  }
  return sums;
};

/** The sum of days. */
export const total = (days: readonly DailyFigures[]): DailyFigures => {
  const sum = noFigures("");
  for (const figures of days) for (const name of FIGURES) sum[name] += figures[name];
  return sum;
};
