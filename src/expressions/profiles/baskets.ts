import { type Cell, type LogicRun, logicCell, numberCell, textOf } from "../cells.ts";
import type { BoundArguments, Constant, Parameter, ProfileFunction } from "../definitions.ts";
import type { Facts, LineFacts } from "../facts.ts";
import type { Logic, Unit } from "../types.ts";
import { basketIfFunctions } from "./basket-ifs.ts";
import { BRAND, CATEGORY, CODE, type LineReader, lineReader } from "./lines.ts";
import { patternOf, patternParameter, patternStates, refusePattern } from "./patterns.ts";

/** What is added up over lines. */
export type Measure = (line: LineFacts) => number;
type LineTest = (line: LineFacts, facts: Facts) => boolean;
/** Sum over the lines that pass; null for a value that is not known, NaN for one that went wrong. */
type LineSum = (facts: Facts) => number | null;

export const net: Measure = (line) => line.amount ?? 0;
export const gross: Measure = (line) => line.value ?? 0;
export const units: Measure = (line) => line.quantity ?? 0;
export const one: Measure = () => 1;

/** How lines are chosen: what is asked for, how it is said, and what sums over them. */
interface Choice {
  readonly suffix: string;
  readonly parameters: readonly Parameter[];
  /** As in "lines whose brand is …"; `{name}`, `{0}` and `{1}` are arguments. */
  readonly lines: string;
  readonly doc: string;
  readonly refuse: (constants: readonly (Constant | null)[]) => string | null;
  readonly states?: (constants: readonly (Constant | null)[]) => number;
  readonly sum: (bound: BoundArguments, measure: Measure) => LineSum;
  /** Whether any line passes; 2 for a value that went wrong, `whenNull` for one that is not known. */
  readonly any: (bound: BoundArguments, whenNull: Logic) => LogicRun;
}

/** Sums a measure over the lines that pass. */
export const overLines = (test: LineTest, measure: Measure): ((facts: Facts) => number) => {
  return (facts) => {
    const { lines } = facts.currentTxn;
    let total = 0;
    for (let i = 0; i < lines.length; i += 1) if (test(lines[i]!, facts)) total += measure(lines[i]!);
    return total;
  };
};

const ATTRIBUTE: Parameter = { name: "attribute", type: "string", literal: true, names: "lineAttribute" };

const refuseAttribute = ([attribute]: readonly (Constant | null)[]): string | null =>
  String(attribute).trim() === ""
    ? 'expected the name of an attribute of lines, such as "SKU", "brand" or "category"'
    : null;

const byValue: Choice = {
  suffix: "",
  parameters: [ATTRIBUTE, { name: "value", type: "string" }],
  lines: "{name} is {1}",
  doc: "attribute equals the value",
  refuse: refuseAttribute,
  sum: (bound, measure) => {
    const attributeOf = lineReader(String(bound.constants[0]));
    const value = textOf(bound.cells[1] ?? undefined);
    return (facts) => {
      const wanted = value(facts);
      if (wanted === null) return null;
      if (wanted === undefined) return Number.NaN;
      const { lines } = facts.currentTxn;
      let total = 0;
      for (let i = 0; i < lines.length; i += 1)
        if (attributeOf(lines[i]!) === wanted) total += measure(lines[i]!);
      return total;
    };
  },
  any: (bound, whenNull) => anyEqual(bound, whenNull),
};

const anyLine = (attributeOf: LineReader, wanted: string, lines: readonly LineFacts[]): Logic => {
  for (let i = 0; i < lines.length; i += 1) if (attributeOf(lines[i]!) === wanted) return 1;
  return 0;
};

/** The same for the item's code, which is asked for most, without a call for each line. */
const anyCode = (wanted: string, lines: readonly LineFacts[]): Logic => {
  for (let i = 0; i < lines.length; i += 1) if (lines[i]!.code === wanted) return 1;
  return 0;
};

const anyEqual = (bound: BoundArguments, whenNull: Logic): LogicRun => {
  const attributeOf = lineReader(String(bound.constants[0]));
  const cell = bound.cells[1];
  if (cell?.type === "string" && cell.constant !== undefined) {
    const { constant } = cell;
    return attributeOf === CODE
      ? (facts) => anyCode(constant, facts.currentTxn.lines)
      : (facts) => anyLine(attributeOf, constant, facts.currentTxn.lines);
  }
  const value = textOf(cell ?? undefined);
  return (facts) => {
    const wanted = value(facts);
    if (wanted === null) return whenNull;
    return wanted === undefined ? 2 : anyLine(attributeOf, wanted, facts.currentTxn.lines);
  };
};

const anyMatching = (bound: BoundArguments, index: number, read: LineReader): LogicRun => {
  const search = patternOf(bound, index);
  return ({ currentTxn: { lines } }) => {
    for (let i = 0; i < lines.length; i += 1) {
      const text = read(lines[i]!);
      if (text !== null && search(text)) return 1;
    }
    return 0;
  };
};

const matching = (bound: BoundArguments, index: number, read: LineReader, measure: Measure): LineSum => {
  const search = patternOf(bound, index);
  return overLines((line) => {
    const text = read(line);
    return text !== null && search(text);
  }, measure);
};

const byPattern: Choice = {
  suffix: "Regex",
  parameters: [ATTRIBUTE, patternParameter],
  lines: "{name} matches {1}",
  doc: "attribute matches the regular expression",
  refuse: (constants) => refuseAttribute(constants) ?? refusePattern(1)(constants),
  states: patternStates(1),
  sum: (bound, measure) => matching(bound, 1, lineReader(String(bound.constants[0])), measure),
  any: (bound) => anyMatching(bound, 1, lineReader(String(bound.constants[0]))),
};

const byPatternOf = (what: "Brand" | "Category", read: LineReader): Choice => ({
  suffix: `Regex${what}`,
  parameters: [patternParameter],
  lines: `${what.toLowerCase()} matches {0}`,
  doc: `${what.toLowerCase()} matches the regular expression`,
  refuse: refusePattern(0),
  states: patternStates(0),
  sum: (bound, measure) => matching(bound, 0, read, measure),
  any: (bound) => anyMatching(bound, 0, read),
});

const CHOICES: readonly Choice[] = [
  byValue,
  byPattern,
  byPatternOf("Brand", BRAND),
  byPatternOf("Category", CATEGORY),
];

interface Sum {
  readonly name: string;
  readonly ending: string;
  readonly unit: Unit;
  readonly doc: string;
  readonly says: string;
  readonly measure: Measure;
}

const NET: Sum = {
  name: "basketSum",
  ending: "",
  unit: "money",
  doc: "Net amount of the lines",
  says: "the amount of the bill's lines",
  measure: net,
};
const GROSS: Sum = {
  name: "basketSum",
  ending: "Gross",
  unit: "money",
  doc: "Gross amount of the lines",
  says: "the gross amount of the bill's lines",
  measure: gross,
};
const UNITS: Sum = {
  name: "basketQty",
  ending: "",
  unit: "count",
  doc: "Units on the lines",
  says: "the number of units on the bill's lines",
  measure: units,
};
const COUNT: Sum = {
  name: "basketCount",
  ending: "",
  unit: "count",
  doc: "Number of the lines, whatever their quantity,",
  says: "the number of the bill's lines",
  measure: one,
};

const withStates = ({ states }: Choice) => (states === undefined ? {} : { states });

const sumOver =
  ({ name, ending, unit, doc, says, measure }: Sum) =>
  (choice: Choice): ProfileFunction => ({
    name: `${name}${choice.suffix}${ending}`,
    parameters: choice.parameters,
    result: "number",
    unit,
    doc: `${doc} whose ${choice.doc}.`,
    wording: { says: `${says} whose ${choice.lines}` },
    refuse: choice.refuse,
    ...withStates(choice),
    isOverLines: true,
    bind: (bound) => numberCell(choice.sum(bound, measure)),
  });

/** A value that is not known is in no line, and no bill is without it. */
const bindIncludes =
  ({ any }: Choice) =>
  (bound: BoundArguments): Cell =>
    logicCell(any(bound, 0));

const bindExcludes =
  ({ any }: Choice) =>
  (bound: BoundArguments): Cell => {
    const found = any(bound, 3);
    return logicCell((facts) => {
      const answer = found(facts);
      return answer === 2 ? 2 : answer === 0 ? 1 : 0;
    });
  };

const test = (choice: Choice, isIncluding: boolean): ProfileFunction => {
  const has = `the bill has a line whose ${choice.lines}`;
  const hasNot = `the bill has no line whose ${choice.lines}`;
  return {
    name: `basket${isIncluding ? "Includes" : "Excludes"}${choice.suffix}`,
    parameters: choice.parameters,
    result: "boolean",
    doc: `True when ${isIncluding ? "any" : "no"} line's ${choice.doc}.`,
    wording: isIncluding ? { says: has, denies: hasNot } : { says: hasNot, denies: has },
    refuse: choice.refuse,
    ...withStates(choice),
    isOverLines: true,
    bind: isIncluding ? bindIncludes(choice) : bindExcludes(choice),
  };
};

/** Functions over lines that purchases and returns have. */
export const basketFunctions: readonly ProfileFunction[] = [
  ...CHOICES.map(sumOver(NET)),
  ...CHOICES.map(sumOver(UNITS)),
  ...CHOICES.map(sumOver(COUNT)),
  ...CHOICES.map((choice) => test(choice, true)),
  ...CHOICES.map((choice) => test(choice, false)),
];

/** The ones that only purchases have. */
export const purchaseBasketFunctions: readonly ProfileFunction[] = [
  ...CHOICES.map(sumOver(GROSS)),
  ...basketIfFunctions,
];
