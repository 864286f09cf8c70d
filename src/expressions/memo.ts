import { type Cell, dateCell, logicCell, numberCell, textCell } from "./cells.ts";
import { print } from "./print.ts";
import { partsOf } from "./reads.ts";
import type { Typed } from "./typed.ts";

/**
 * What the conditions of many rules look at, each operand once by its text: `currentTxn.value` of fifty rules is one. Evaluations
 * remember operands in a `Memo` of the table, so that they are worked out once, and so that what was seen can be kept.
 */
export class OperandTable {
  readonly #places = new Map<string, number>();
  readonly #volatilePlaces = new Set<number>();
  readonly #isVolatileName: (name: string) => boolean;

  /** `isVolatileName` tells of an attribute or function whether it may have another value for the next rule. */
  constructor(isVolatileName: (name: string) => boolean) {
    this.#isVolatileName = isVolatileName;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Tells this table from others: what is kept by place is read again with the same one only. */
  get mark(): number {
    let hash = 0;
    for (const text of this.#places.keys())
      for (let index = 0; index < text.length; index++)
        hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
    return hash;
  }

  /** Whether an operand may have another value for the next rule. */
  isVolatile(place: number): boolean {
    return this.#volatilePlaces.has(place);
  }

  /** The same cell, remembered. */
  remembered(node: Typed, cell: Cell): Cell {
    const place = this.#placeOf(node);
    if (!this.#reads(node)) return remembered(cell, place);
    this.#volatilePlaces.add(place);
    return followed(cell, place);
  }

  /** A cell that only tells what a memo holds: null where it holds nothing. */
  recalled(node: Typed, { type }: Cell): Cell {
    return remembered(EMPTY[type], this.#placeOf(node));
  }

  #placeOf(node: Typed): number {
    const text = `${node.type} ${print(node.node)}`;
    const place = this.#places.get(text) ?? this.#places.size;
    this.#places.set(text, place);
    return place;
  }

  #reads(node: Typed): boolean {
    const name =
      node.kind === "attribute" ? node.attribute.name : node.kind === "function" ? node.definition.name : "";
    return this.#isVolatileName(name) || partsOf(node).some((part) => this.#reads(part));
  }
}

/** A text that could not be told; of other types NaN and 2 say so. */
const UNTOLD = Symbol("untold");
export type Remembered = number | string | null | typeof UNTOLD;

/** A value of an operand that may change: for which rule it was first found, which operand, and the value. */
export type MemoChange = readonly [rule: number, place: number, value: Remembered];

/** What the operands of a table are for one activity, as far as they were asked. */
export class Memo {
  readonly values: (Remembered | undefined)[];
  readonly changes: MemoChange[] = [];
  /** Counts the rules; whoever evaluates moves it on. */
  rule = 0;

  constructor({ size }: Pick<OperandTable, "size">) {
    this.values = new Array<Remembered | undefined>(size);
  }
}

const remembered = (cell: Cell, place: number): Cell => {
  switch (cell.type) {
    case "number":
    case "date": {
      const { run } = cell;
      const once: typeof run = (facts) => {
        const { values } = facts.memo!;
        const known = values[place];
        if (known !== undefined) return known as number | null;
        const value = run(facts);
        values[place] = value;
        return value;
      };
      return cell.type === "date" ? dateCell(once) : numberCell(once);
    }
    case "string": {
      const { run } = cell;
      return textCell((facts) => {
        const { values } = facts.memo!;
        const known = values[place];
        if (known !== undefined) return known === UNTOLD ? undefined : (known as string | null);
        const value = run(facts);
        values[place] = value === undefined ? UNTOLD : value;
        return value;
      });
    }
    case "boolean": {
      const { run } = cell;
      return logicCell((facts) => {
        const { values } = facts.memo!;
        const known = values[place];
        if (known !== undefined) return known as 0 | 1 | 2 | 3;
        const value = run(facts);
        values[place] = value;
        return value;
      });
    }
  }
};

/** Asked anew each time; another value than the last is noted with the rule that asked. */
const followed = (cell: Cell, place: number): Cell => {
  const note = (memo: Memo, value: Remembered) => {
    if (Object.is(memo.values[place], value)) return;
    memo.values[place] = value;
    memo.changes.push([memo.rule, place, value]);
  };
  switch (cell.type) {
    case "number":
    case "date": {
      const { run } = cell;
      const each: typeof run = (facts) => {
        const value = run(facts);
        note(facts.memo!, value);
        return value;
      };
      return cell.type === "date" ? dateCell(each) : numberCell(each);
    }
    case "string": {
      const { run } = cell;
      return textCell((facts) => {
        const value = run(facts);
        note(facts.memo!, value === undefined ? UNTOLD : value);
        return value;
      });
    }
    case "boolean": {
      const { run } = cell;
      return logicCell((facts) => {
        const value = run(facts);
        note(facts.memo!, value);
        return value;
      });
    }
  }
};

const EMPTY: Readonly<Record<Cell["type"], Cell>> = {
  number: numberCell(() => null),
  date: dateCell(() => null),
  string: textCell(() => null),
  boolean: logicCell(() => 3),
};

/** A remembered value as it can be kept as JSON: null also for what could not be told, and texts to 1,000 characters. */
export const storable = (value: Remembered | undefined): number | string | null => {
  if (value === undefined || value === null || value === UNTOLD) return null;
  if (typeof value === "string") return value.length > LONGEST ? value.slice(0, LONGEST) : value;
  // Adding 0 turns -0, which JSON does not have, into 0.
  return Number.isNaN(value) ? null : (value as number) + 0;
};

/** Longer texts are kept up to here. */
const LONGEST = 1000;
