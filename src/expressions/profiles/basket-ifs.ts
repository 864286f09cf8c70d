import { numberCell } from "../cells.ts";
import type { Constant, ProfileFunction } from "../definitions.ts";
import type { LineFacts } from "../facts.ts";
import type { Unit } from "../types.ts";

type Measure = (line: LineFacts) => number | null;

const PROPERTIES: Readonly<Record<string, Measure>> = {
  AMOUNT: (line) => line.amount,
  DISCOUNT: (line) => line.discount,
  QUANTITY: (line) => line.quantity,
  RATE: (line) => line.rate,
  VALUE: (line) => line.value,
};

type Relation = (value: number, bound: number) => boolean;
const RELATIONS: Readonly<Record<string, Relation>> = {
  GREATER_THAN: (value, bound) => value > bound,
  LESS_THAN: (value, bound) => value < bound,
  GREATER_THAN_EQUALS_TO: (value, bound) => value >= bound,
  LESS_THAN_EQUALS_TO: (value, bound) => value <= bound,
  EQUALS_TO: (value, bound) => value === bound,
  NOT_EQUALS_TO: (value, bound) => value !== bound,
};
/** Both published spellings. */
const SPELLINGS = Object.keys(RELATIONS).flatMap((name) =>
  name.includes("EQUALS_TO") ? [name, name.replace("EQUALS_TO", "EQUAL_TO")] : [name],
);

const NUMBER = /^\s*[+-]?\d{1,15}(?:\.\d{1,6})?\s*$/;

const refuse = ([, , bound]: readonly (Constant | null)[]): string | null =>
  NUMBER.test(String(bound)) ? null : 'the last argument must be a number, such as "50"';

/** Looks the constant up in upper case; the check has seen that it is there. */
const at = <T>(table: Readonly<Record<string, T>>, key: Constant | null | undefined): T =>
  table[String(key).toUpperCase().replace("EQUAL_TO", "EQUALS_TO")]!;

const over = (
  name: string,
  unit: Unit,
  doc: string,
  says: string,
  measure: (line: LineFacts) => number,
): ProfileFunction => ({
  name,
  unit,
  result: "number",
  doc: `${doc} for which the comparison holds, such as ("AMOUNT", "GREATER_THAN", "50").`,
  wording: { says: `${says} for which {0} {1} {2} holds` },
  parameters: [
    { name: "property", type: "string", literal: true, choices: Object.keys(PROPERTIES) },
    { name: "operator", type: "string", literal: true, choices: SPELLINGS },
    { name: "number", type: "string", literal: true, orNumber: true },
  ],
  refuse,
  isOverLines: true,
  bind: ({ constants }) => {
    const read = at(PROPERTIES, constants[0]);
    const holds = at(RELATIONS, constants[1]);
    const bound = Number(constants[2]);
    return numberCell(({ currentTxn: { lines } }) => {
      let total = 0;
      for (let i = 0; i < lines.length; i += 1) {
        const value = read(lines[i]!);
        if (value !== null && holds(value, bound)) total += measure(lines[i]!);
      }
      return total;
    });
  },
});

export const basketIfFunctions: readonly ProfileFunction[] = [
  over(
    "basketSumIf",
    "money",
    "Net amount of the lines",
    "the amount of the bill's lines",
    (line) => line.amount ?? 0,
  ),
  over("basketCountIf", "count", "Number of the lines", "the number of the bill's lines", () => 1),
  over(
    "basketQtyIf",
    "count",
    "Units on the lines",
    "the number of units on the bill's lines",
    (line) => line.quantity ?? 0,
  ),
];
