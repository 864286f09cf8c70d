import { asLogic, logicCell, textOf } from "../cells.ts";
import type { ProfileDefinition, ProfileFunction } from "../definitions.ts";
import type { Facts, LineFacts } from "../facts.ts";
import { number, text } from "./define.ts";
import { BRAND, CATEGORY, type LineReader, lineReader } from "./lines.ts";
import { patternOf, patternParameter, patternStates, refusePattern } from "./patterns.ts";

const numberOf = (facts: Facts, read: (line: LineFacts) => number | null): number | null =>
  facts.currentLineItem ? read(facts.currentLineItem) : null;

/** The discount in percent of what is left after it; null for a line that costs nothing. */
const discountPercentage = ({ discount, amount }: LineFacts): number | null =>
  discount === null || amount === null || amount === 0 ? null : (discount / amount) * 100;

const itemMatch: ProfileFunction = {
  name: "doesItemMatch",
  parameters: [
    { name: "attribute", type: "string", literal: true, names: "lineAttribute" },
    { name: "value", type: "string" },
  ],
  result: "boolean",
  doc: "True when the attribute of the line's item equals the value.",
  wording: { says: "the line's {name} is {1}", denies: "the line's {name} is not {1}" },
  bind: ({ cells, constants }) => {
    const read = lineReader(String(constants[0]));
    const value = textOf(cells[1] ?? undefined);
    return logicCell((facts) => {
      const wanted = value(facts);
      if (wanted === undefined) return 2;
      const line = facts.currentLineItem;
      return line && wanted !== null ? asLogic(read(line) === wanted) : 3;
    });
  },
};

const patternMatch = (what: "Brand" | "Category", read: LineReader): ProfileFunction => ({
  name: `does${what}RegexMatch`,
  parameters: [patternParameter],
  result: "boolean",
  doc: `True when the ${what.toLowerCase()} of the line's item matches the regular expression.`,
  wording: {
    says: `the line's ${what.toLowerCase()} matches {0}`,
    denies: `the line's ${what.toLowerCase()} does not match {0}`,
  },
  refuse: refusePattern(0),
  states: patternStates(0),
  bind: (bound) => {
    const search = patternOf(bound, 0);
    return logicCell(({ currentLineItem }) => {
      const found = currentLineItem ? read(currentLineItem) : null;
      return found === null ? 0 : asLogic(search(found));
    });
  },
});

export const lineProfile: ProfileDefinition = {
  name: "currentLineItem",
  doc: "The line of the bill that the set is run for.",
  activities: ["TransactionAdd"],
  inside: "lines",
  attributes: [
    text("code", "Code of the item.", "the line's item", (facts) => facts.currentLineItem?.code ?? null, {
      names: "itemCode",
    }),
    text(
      "description",
      "Description of the item.",
      "the line's description",
      (facts) => facts.currentLineItem?.description ?? null,
    ),
    number("qty", "count", "Units.", "the line's number of units", (facts) =>
      numberOf(facts, (line) => line.quantity),
    ),
    number("rate", "money", "Gross price of one unit.", "the line's price of a unit", (facts) =>
      numberOf(facts, (line) => line.rate),
    ),
    number("value", "money", "Gross amount.", "the line's gross amount", (facts) =>
      numberOf(facts, (line) => line.value),
    ),
    number("discount", "money", "Discount.", "the line's discount", (facts) =>
      numberOf(facts, (line) => line.discount),
    ),
    number("amount", "money", "Net amount.", "the line's amount", (facts) =>
      numberOf(facts, (line) => line.amount),
    ),
    number(
      "discPercentage",
      "count",
      "Discount by net amount, in percent; null for a line that costs nothing.",
      "the line's discount in percent",
      (facts) => numberOf(facts, discountPercentage),
      { aliases: ["discountPercentage"] },
    ),
  ],
  functions: [itemMatch, patternMatch("Brand", BRAND), patternMatch("Category", CATEGORY)],
  extendedFields: {
    scope: "lineItem",
    owner: "the line's",
    of: (facts) => facts.currentLineItem?.extendedFields ?? null,
  },
};

export const tenderProfile: ProfileDefinition = {
  name: "tenderProfile",
  doc: "The payment that the set is run for.",
  activities: ["TransactionAdd", "ReturnTransaction", "SlabUpgrade"],
  inside: "tenders",
  attributes: [
    number(
      "amount",
      "money",
      "Amount paid.",
      "the payment's amount",
      (facts) => facts.tenderProfile?.amount ?? null,
    ),
    text(
      "code",
      "Name of the tender combination.",
      "the way of payment",
      (facts) => facts.tenderProfile?.code ?? null,
      { names: "tender" },
    ),
    text(
      "notes",
      "Note on the payment.",
      "the payment's note",
      (facts) => facts.tenderProfile?.notes ?? null,
      {
        aliases: ["note"],
      },
    ),
  ],
  functions: [],
};
