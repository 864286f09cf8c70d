import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { check } from "./check.ts";
import { type CompiledExpression, compile } from "./compile.ts";
import {
  type CustomerFacts,
  type Facts,
  type LineFacts,
  type LocalTime,
  NO_CUSTOMER,
  type TransactionFacts,
} from "./facts.ts";
import { parse } from "./parser.ts";
import type { ExpressionError } from "./syntax.ts";

/** A catalogue with fields of every type. */
export const testCatalogue: Catalogue = createCatalogue([
  { scope: "customer", name: "birthday", type: "date" },
  { scope: "customer", name: "constructor", type: "string" },
  { scope: "customer", name: "vip", type: "boolean" },
  { scope: "transaction", name: "member_card_swiped", type: "string" },
  { scope: "transaction", name: "covers", type: "number" },
  { scope: "lineItem", name: "engraved", type: "boolean" },
]);

/** A zone with a fixed offset from UTC. */
export const clockAt =
  (offsetMinutes: number) =>
  (epochMs: number): LocalTime => {
    const date = new Date(epochMs + offsetMinutes * 60_000);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      weekday: date.getUTCDay() + 1,
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
    };
  };

const line = (
  code: string,
  description: string | null,
  quantity: number,
  amount: number,
  discount: number,
  attributes: Readonly<Record<string, unknown>>,
): LineFacts => ({
  code,
  description,
  quantity,
  rate: (amount + discount) / quantity,
  value: amount + discount,
  discount,
  amount,
  attributes,
  extendedFields: { engraved: code === "A1" },
});

/** Facts of a bill of 42.00 on Saturday 3 May 2025 14:20:05, local time two hours ahead of UTC. */
export const factsWith = (
  transaction: Partial<TransactionFacts> = {},
  customer: Partial<CustomerFacts> = {},
): Facts => ({
  currentCustomer: {
    ...NO_CUSTOMER,
    firstName: "Ada",
    lastName: "Lee",
    email: "ada@example.com",
    isLoyal: true,
    currentPoints: 120.5,
    lifetimePurchase: 1042,
    initialLifetimePurchase: 1000,
    numberOfTxns: 3,
    slabName: "Silver",
    slabNumber: 2,
    joinDate: Date.UTC(2024, 1, 29, 8),
    extendedFields: {},
    ...customer,
  },
  currentTxn: {
    value: 42,
    grossAmount: 50,
    discount: 8,
    number: "B-1",
    date: Date.UTC(2025, 4, 3, 12, 20, 5),
    notes: null,
    points: 0,
    totalQty: 5,
    lines: [
      line("A1", "White mug", 2, 12.1, 1.9, { Brand: "Nord", category: "Mugs" }),
      line("B2", "Tea pot", 1, 17.7, 0, { Brand: "Süd & Co", category: "Pots", size: 2 }),
      line("A1", null, 2, 12.2, 1.8, { Brand: "Nord", category: "Mugs" }),
    ],
    extendedFields: {},
    ...transaction,
  },
  currentStore: { code: "S1", name: "Main street" },
  currentEvent: { eventType: "TransactionAdd" },
  program: { name: "Club" },
  organization: { name: "ABC Group" },
  localTime: clockAt(120),
});

/** Parses, checks and compiles, or fails with the first message. */
export const compiled = (text: string, catalogue: Catalogue = testCatalogue): CompiledExpression => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  const checked = check(parsed.tree, catalogue);
  if (!checked.ok) throw new Error(checked.errors[0]?.message);
  return compile(checked.checked);
};

/** The mistakes of a text, from the parser or else the check; empty when there is none. */
export const mistakes = (text: string, catalogue: Catalogue = testCatalogue): readonly ExpressionError[] => {
  const parsed = parse(text);
  if (!parsed.ok) return parsed.errors;
  const checked = check(parsed.tree, catalogue);
  return checked.ok ? [] : checked.errors;
};
