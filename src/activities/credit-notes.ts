import type { Organisation } from "#orgs";
import { isObject, type Money, toDecimal } from "#platform";
import { errors } from "./errors.ts";
import { asMoney, asText } from "./parse-values.ts";

/** What a till gave for goods that came back, to be spent later; kept and shown, and acted on by nothing. */
export interface CreditNote {
  readonly number: string;
  /** Null where the till did not say. */
  readonly amount: Money | null;
  readonly notes: string | null;
}

const MOST_OF_NUMBER = 50;

/** Reads the credit note of a v1.1 bill; null where there is none. Errors: 9602 and those of amounts and texts. */
export const parseCreditNote = (value: unknown, scale: number): CreditNote | null => {
  if (value === undefined || value === null || value === "") return null;
  if (!isObject(value)) throw errors.bad_credit_note({ field: "credit_note", expected: "one object" });
  const number = (asText(value.number, "credit_note.number", 1000) ?? "").trim();
  if (number === "" || number.length > MOST_OF_NUMBER)
    throw errors.bad_credit_note({
      field: "credit_note.number",
      expected: `a text of 1 to ${MOST_OF_NUMBER} characters`,
    });
  const amount = asMoney(value.amount, "credit_note.amount", scale);
  if (amount !== null && amount < 0)
    throw errors.bad_credit_note({ field: "credit_note.amount", expected: "0 or more" });
  const notes = asText(value.notes, "credit_note.notes", 2000);
  return { number, amount, notes: notes === "" ? null : notes };
};

const shownOf = ({ moneyScale }: Organisation, { number, amount, notes }: CreditNote) => ({
  number,
  amount: toDecimal(amount ?? 0, moneyScale),
  notes: notes ?? "",
});

/** As the documented read of one bill has it (transactions.md §5.3). */
export const creditNoteOf = (organisation: Organisation, note: CreditNote | undefined) =>
  note === undefined ? {} : { ...shownOf(organisation, note), updateAmount: false };

/** As the documented list of bills has it; the reference is to the bill. */
export const creditNotesOf = (
  organisation: Organisation,
  transactionId: number,
  note: CreditNote | undefined,
) => (note === undefined ? [] : [{ ...shownOf(organisation, note), referenceId: transactionId }]);

/** As v1.1 has it: every value a text. */
export const creditNotesOfV11 = (organisation: Organisation, note: CreditNote | undefined) => {
  if (note === undefined) return { credit_note: [] };
  const { number, amount, notes } = shownOf(organisation, note);
  return { credit_note: [{ number, amount: String(amount), notes }] };
};
