import { plain } from "./targets.ts";

/** Whether a row sells goods or takes them back, as its column says in words; null: a word that says neither. */
export type BillType = "sale" | "return";

const words = (text: string): readonly string[] => text.split(" ");

/** A sale is a debit to the customer, what goes back a credit, as on invoices and credit notes. */
const WORDS: ReadonlyMap<string, BillType> = new Map([
  ...words("sale sales sold purchase regular invoice bill receipt debit dr").map(
    (word) => [word, "sale"] as const,
  ),
  ...words(
    "return returns returned refund refunded credit cr creditnote creditmemo cancellation cancelled canceled void",
  ).map((word) => [word, "return"] as const),
]);

export const billTypeNamed = (text: string): BillType | null => WORDS.get(plain(text)) ?? null;
