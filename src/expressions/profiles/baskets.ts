import type { BoundArguments, Constant, Parameter, ProfileFunction } from "../catalogue.ts";
import { type Cell, logicCell, numberCell, textOf } from "../cells.ts";
import type { Facts, LineFacts } from "../facts.ts";
import type { Logic } from "../types.ts";

/** What a line can be matched by. SKU and code are the same: the item's code. */
const LINE_ATTRIBUTES: ReadonlyMap<string, (line: LineFacts) => string | null> = new Map([
  ["sku", (line: LineFacts) => line.code],
  ["code", (line: LineFacts) => line.code],
  ["description", (line: LineFacts) => line.description],
]);

const PARAMETERS: readonly Parameter[] = [
  { name: "attribute", type: "string", literal: true },
  { name: "value", type: "string" },
];

const refuse = ([attribute]: readonly (Constant | null)[]): string | null =>
  LINE_ATTRIBUTES.has(String(attribute).toLowerCase())
    ? null
    : `lines have no attribute "${String(attribute).slice(0, 40)}"; expected "SKU", "code" or "description"`;

/** Sum of a measure over the lines whose attribute equals the value; null for a null value, NaN for a wrong one. */
const measured = (bound: BoundArguments, measure: (line: LineFacts) => number) => {
  const attributeOf = LINE_ATTRIBUTES.get(String(bound.constants[0]).toLowerCase())!;
  const value = textOf(bound.cells[1] ?? undefined);
  return (facts: Facts): number | null => {
    const wanted = value(facts);
    if (wanted === null) return null;
    if (wanted === undefined) return Number.NaN;
    const { lines } = facts.currentTxn;
    let total = 0;
    for (let i = 0; i < lines.length; i += 1)
      if (attributeOf(lines[i]!) === wanted) total += measure(lines[i]!);
    return total;
  };
};

const amount = (line: LineFacts): number => line.amount ?? 0;
const units = (line: LineFacts): number => line.quantity ?? 0;
const one = (): number => 1;

const bindNumber =
  (measure: (line: LineFacts) => number) =>
  (bound: BoundArguments): Cell =>
    numberCell(measured(bound, measure));

const bindLogic =
  (whenAny: Logic, whenNone: Logic) =>
  (bound: BoundArguments): Cell => {
    const count = measured(bound, one);
    return logicCell((facts) => {
      const found = count(facts);
      if (found === null) return 0;
      if (Number.isNaN(found)) return 2;
      return found > 0 ? whenAny : whenNone;
    });
  };

const basket = { parameters: PARAMETERS, refuse };
const LINES = "lines whose {name} is {1}";

export const basketFunctions: readonly ProfileFunction[] = [
  {
    ...basket,
    name: "basketSum",
    result: "number",
    unit: "money",
    doc: "Net amount of the lines whose attribute equals the value.",
    wording: { says: `the amount of the bill's ${LINES}` },
    bind: bindNumber(amount),
  },
  {
    ...basket,
    name: "basketQty",
    result: "number",
    unit: "count",
    doc: "Units on the lines whose attribute equals the value.",
    wording: { says: `the number of units on the bill's ${LINES}` },
    bind: bindNumber(units),
  },
  {
    ...basket,
    name: "basketCount",
    result: "number",
    unit: "count",
    doc: "Number of lines whose attribute equals the value, whatever their quantity.",
    wording: { says: `the number of the bill's ${LINES}` },
    bind: bindNumber(one),
  },
  {
    ...basket,
    name: "basketIncludes",
    result: "boolean",
    doc: "True when any line's attribute equals the value.",
    wording: {
      says: "the bill has a line whose {name} is {1}",
      denies: "the bill has no line whose {name} is {1}",
    },
    bind: bindLogic(1, 0),
  },
  {
    ...basket,
    name: "basketExcludes",
    result: "boolean",
    doc: "True when no line's attribute equals the value.",
    wording: {
      says: "the bill has no line whose {name} is {1}",
      denies: "the bill has a line whose {name} is {1}",
    },
    bind: bindLogic(0, 1),
  },
];
