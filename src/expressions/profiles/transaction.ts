import type { Attribute, ProfileDefinition } from "../catalogue.ts";
import { asNumber, asText, dateCell, numberCell, textCell } from "../cells.ts";
import type { TransactionFacts } from "../facts.ts";
import type { Unit } from "../types.ts";
import { basketFunctions } from "./baskets.ts";

const number = (
  name: string,
  unit: Unit,
  doc: string,
  phrase: string,
  read: (transaction: TransactionFacts) => number | null,
): Attribute => ({
  name,
  unit,
  doc,
  wording: { says: phrase },
  cell: numberCell((facts) => asNumber(read(facts.currentTxn))),
});

const attributes: readonly Attribute[] = [
  number("value", "money", "Net amount of the bill.", "the bill's value", (it) => it.value),
  number(
    "grossAmount",
    "money",
    "Amount before discount.",
    "the bill's gross amount",
    (it) => it.grossAmount,
  ),
  number("discount", "money", "Discount on the bill.", "the bill's discount", (it) => it.discount),
  {
    name: "number",
    doc: "Bill number.",
    wording: { says: "the bill's number" },
    cell: textCell((facts) => asText(facts.currentTxn.number)),
  },
  {
    name: "date",
    doc: "When the bill was made.",
    wording: { says: "the bill's date" },
    cell: dateCell((facts) => asNumber(facts.currentTxn.date)),
  },
  {
    name: "notes",
    aliases: ["note"],
    doc: "Note on the bill.",
    wording: { says: "the bill's note" },
    cell: textCell((facts) => asText(facts.currentTxn.notes)),
  },
  number("totalQty", "count", "Units of all lines.", "the bill's number of units", (it) => it.totalQty),
  number("basketSize", "count", "Number of lines.", "the bill's number of lines", (it) => it.lines.length),
  number(
    "points",
    "points",
    "Regular points that this bill has earned so far.",
    "the number of points that the bill has earned",
    (it) => it.points,
  ),
];

export const transactionProfile: ProfileDefinition = {
  name: "currentTxn",
  doc: "The bill that is being decided.",
  attributes,
  functions: basketFunctions,
  extendedFields: "transaction",
};
