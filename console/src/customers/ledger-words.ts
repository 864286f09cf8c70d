import type { LedgerEvent } from "../api/types.ts";
import { plainWords } from "./names.ts";

/** What happened, apart from the number of the bill, which stands beside it: "Purchase" of "Purchase INV-9". */
export const titleOf = ({ label, reference }: Pick<LedgerEvent, "label" | "reference">): string => {
  const number = reference?.transactionNumber;
  return number && label.endsWith(` ${number}`) ? label.slice(0, -number.length - 1) : label;
};

/** Why somebody did it by hand. */
export const reasonOf = (reference: LedgerEvent["reference"]): string | undefined =>
  [reference?.reason, reference?.comments].filter(Boolean).join(": ") || undefined;

/** Who did it, where that is a person: a till's own event names the till as its place. */
export const personOf = ({
  eventName,
  tillCode,
  reference,
}: Pick<LedgerEvent, "eventName" | "tillCode" | "reference">): string | undefined =>
  tillCode === null || eventName === "ReturnBill" ? reference?.by : undefined;

/** Where it happened and by whom: "Harbour Street, by Cara Agent". */
export const placeOf = (event: LedgerEvent): string => {
  const place = event.storeName ?? event.tillCode;
  const person = personOf(event);
  if (person === undefined) return place ?? "";
  return place === null ? `By ${person}` : `${place}, by ${person}`;
};

const PROGRAM_ACCOUNTS: Record<string, string> = {
  issued: "Program: issued",
  redeemed: "Program: redeemed",
  expired: "Program: expired",
  returned: "Program: returned",
  adjusted: "Program: adjusted",
  opening: "Opening balance",
  transfer: "Other member",
  conversion: "Other category",
  merge: "Merged member",
};

/** An account of a leg in plain words: the member's own, or the program's on the other side. */
export const accountName = (account: string): string => {
  const key = account.toLowerCase();
  if (/^(member|party|customer)\b/.test(key)) return "Member";
  const last = key.split(/[:/.]/).at(-1) ?? key;
  return PROGRAM_ACCOUNTS[last] ?? plainWords(account.replaceAll(/[:/.]/g, " "));
};

/** The other side of one of an event's postings; what a transfer takes besides is its fee. */
export const otherSide = (account: string, accounts: readonly string[]): string =>
  account === "adjusted" && accounts.includes("transfer")
    ? "Program: fee of the transfer"
    : accountName(account);

const TAKEN: Record<string, string> = {
  redeemed: "Spent",
  expired: "Expired",
  returned: "Returned",
  adjusted: "Taken away",
  transfer: "Passed on",
  conversion: "Converted",
  merge: "Moved in a merge",
  settled: "Settled a debt",
};
const GIVEN_BACK: Record<string, string> = {
  redeemed: "Spending given back",
  expired: "Expiry undone",
  returned: "Return undone",
  adjusted: "Deduction given back",
  transfer: "Transfer given back",
  conversion: "Conversion undone",
  merge: "Merge undone",
  settled: "Debt settled elsewhere",
};

/** What a use did to its lot, in words: taken from it as something, or given back to it. */
export const wordsOfUse = ({ kind, amount }: { kind: string; amount: number }): string =>
  (amount < 0 ? GIVEN_BACK : TAKEN)[kind] ?? plainWords(kind);

/** What became of the debt; null where it stayed. */
export const debtWords = (debtChange: number): string | null =>
  debtChange === 0 ? null : debtChange > 0 ? "Owed from now on" : "Debt paid";
