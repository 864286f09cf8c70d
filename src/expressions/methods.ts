import type { Cell } from "./cells.ts";
import type { BoundArguments, Constant, Parameter, Wording } from "./definitions.ts";
import { dateMethods } from "./methods/dates.ts";
import { nullMethods } from "./methods/nulls.ts";
import { numberMethods } from "./methods/numbers.ts";
import { textMethods } from "./methods/texts.ts";
import type { ValueType } from "./types.ts";

/** A function of a value, such as `.contains("x")`. */
export interface Method {
  readonly name: string;
  /** Types of value that have it. */
  readonly on: readonly Cell["type"][];
  readonly parameters: readonly Parameter[];
  readonly result: "number" | "boolean";
  readonly doc: string;
  readonly wording: Wording;
  readonly refuse?: (constants: readonly (Constant | null)[]) => string | null;
  /** States of the automaton that it keeps; the check adds them up. */
  readonly states?: (constants: readonly (Constant | null)[]) => number;
  readonly bind: (receiver: Cell, bound: BoundArguments) => Cell;
}

export const METHODS: readonly Method[] = [...nullMethods, ...numberMethods, ...textMethods, ...dateMethods];

/** By type of the value, then by lower-cased name. */
const BY_TYPE: ReadonlyMap<ValueType, ReadonlyMap<string, Method>> = new Map(
  (["number", "string", "boolean", "date"] as const).map((type) => [
    type,
    new Map(
      METHODS.filter(({ on }) => on.includes(type)).map((method) => [method.name.toLowerCase(), method]),
    ),
  ]),
);
const NONE: ReadonlyMap<string, Method> = new Map();

/** The functions that values of a type have, by lower-cased name. */
export const methodsOf = (type: ValueType): ReadonlyMap<string, Method> => BY_TYPE.get(type) ?? NONE;
