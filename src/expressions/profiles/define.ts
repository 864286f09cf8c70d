import {
  asLogic,
  type Cell,
  dateCell,
  logicCell,
  type NumberRun,
  numberCell,
  type TextRun,
  textCell,
} from "../cells.ts";
import type {
  Attribute,
  BoundArguments,
  Constant,
  NameKind,
  Parameter,
  ProfileFunction,
} from "../definitions.ts";
import type { Facts } from "../facts.ts";
import { SLOTS, type SlotName } from "../slots.ts";
import type { Unit } from "../types.ts";

interface More extends Partial<Omit<Attribute, "name" | "doc" | "wording" | "cell">> {
  readonly slot?: SlotName;
}

const withSlot = (cell: Cell, slot: SlotName | undefined): Cell =>
  slot === undefined ? cell : ({ ...cell, slot: SLOTS[slot] } as Cell);

export const text = (
  name: string,
  doc: string,
  says: string,
  run: TextRun,
  { slot, ...more }: More = {},
): Attribute => ({ name, doc, wording: { says }, cell: withSlot(textCell(run), slot), ...more });

export const number = (
  name: string,
  unit: Unit,
  doc: string,
  says: string,
  run: NumberRun,
  { slot, ...more }: More = {},
): Attribute => ({ name, unit, doc, wording: { says }, cell: withSlot(numberCell(run), slot), ...more });

export const date = (
  name: string,
  doc: string,
  says: string,
  run: NumberRun,
  more: Omit<More, "slot"> = {},
): Attribute => ({ name, doc, wording: { says }, cell: dateCell(run), ...more });

type Truth = (facts: Facts) => boolean | null | undefined;

export const truth = (
  name: string,
  doc: string,
  says: string,
  denies: string,
  read: Truth,
  { slot, ...more }: More = {},
): Attribute => ({
  name,
  doc,
  wording: { says, denies },
  cell: withSlot(
    logicCell((facts) => asLogic(read(facts))),
    slot,
  ),
  ...more,
});

/** A parameter that is resolved when the rule is compiled. */
export const literalText = (name: string, names?: NameKind): Parameter => ({
  name,
  type: "string",
  literal: true,
  ...(names === undefined ? {} : { names }),
});
export const literalNumber = (name: string): Parameter => ({ name, type: "number", literal: true });

type MoreOfFunction = Partial<
  Omit<ProfileFunction, "name" | "doc" | "wording" | "parameters" | "result" | "bind">
>;

const textAt = ({ constants }: BoundArguments, index: number): string => String(constants[index] ?? "");
const numberAt = ({ constants }: BoundArguments, index: number): number => Number(constants[index] ?? 0);

/** A function of one or two literal texts that gives a number. */
export const numberOfTexts = (
  name: string,
  unit: Unit,
  parameters: readonly Parameter[],
  doc: string,
  says: string,
  read: (facts: Facts, first: string, second: string) => number | null | undefined,
  more: MoreOfFunction = {},
): ProfileFunction => ({
  name,
  unit,
  parameters,
  result: "number",
  doc,
  wording: { says },
  bind: (bound): Cell => {
    const [first, second] = [textAt(bound, 0), textAt(bound, 1)];
    return numberCell((facts) => read(facts, first, second) ?? null);
  },
  ...more,
});

/** A function of one or two literal texts that is true or false. */
export const truthOfTexts = (
  name: string,
  parameters: readonly Parameter[],
  doc: string,
  [says, denies]: readonly [string, string],
  read: (facts: Facts, first: string, second: string) => boolean | null | undefined,
  more: MoreOfFunction = {},
): ProfileFunction => ({
  name,
  parameters,
  result: "boolean",
  doc,
  wording: { says, denies },
  bind: (bound): Cell => {
    const [first, second] = [textAt(bound, 0), textAt(bound, 1)];
    return logicCell((facts) => asLogic(read(facts, first, second)));
  },
  ...more,
});

/** A function of one literal number that gives a number. */
export const numberOfNumber = (
  name: string,
  unit: Unit,
  parameter: Parameter,
  doc: string,
  says: string,
  read: (facts: Facts, argument: number) => number | null | undefined,
  more: MoreOfFunction = {},
): ProfileFunction => ({
  name,
  unit,
  parameters: [parameter],
  result: "number",
  doc,
  wording: { says },
  bind: (bound): Cell => {
    const argument = numberAt(bound, 0);
    return numberCell((facts) => read(facts, argument) ?? null);
  },
  ...more,
});

/** Refuses a number that is not whole or outside of some bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  ([value]: readonly (Constant | null)[]): string | null =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `expected a whole number from ${least} to ${most}`;
