import type { Cell } from "./cells.ts";
import type { StepCounter } from "./definitions.ts";
import type { Facts } from "./facts.ts";
import { partsOf } from "./reads.ts";
import type { CheckedExpression, Typed } from "./typed.ts";

/** How much there is to look at. */
export interface FactsSize {
  /** Lines of the bill. */
  readonly lines: number;
  /** Characters of the longest text. */
  readonly textLength: number;
}

/**
 * The most steps that an evaluation can take: one for each part of the expression, one for each line that a part looks at, and
 * for a regular expression its states for each character, on every line where it is asked of lines.
 */
export const stepBound = ({ typed }: CheckedExpression, size: FactsSize): number => {
  const visit = (part: Typed): number =>
    partsOf(part).reduce((sum, inner) => sum + visit(inner), ownSteps(part, size));
  return visit(typed);
};

const ownSteps = (part: Typed, { lines, textLength }: FactsSize): number => {
  const isFunction = part.kind === "function";
  if (part.kind === "attribute") return 1 + (part.attribute.isOverLines ? lines : 0);
  if (!isFunction && part.kind !== "method") return 1;
  const states = part.definition.states?.(part.constants) ?? 0;
  const searches = states === 0 ? 0 : (states + 1) * textLength;
  return isFunction && part.definition.isOverLines ? 1 + lines * (1 + searches) : 1 + searches;
};

/** Lines that a part over lines looks at. */
const linesOf = (facts: Facts): number =>
  Math.max(facts.currentTxn.lines.length, facts.returnBill?.lines.length ?? 0);

/** The same cell, counting each time that it is asked. */
export const counted = (cell: Cell, isOverLines: boolean, counter: StepCounter): Cell => {
  const count = (facts: Facts): void => {
    counter.steps += isOverLines ? 1 + linesOf(facts) : 1;
  };
  switch (cell.type) {
    case "number":
    case "date": {
      const { run } = cell;
      return {
        type: cell.type,
        run: (facts) => {
          count(facts);
          return run(facts);
        },
      };
    }
    case "string": {
      const { run } = cell;
      return {
        type: "string",
        run: (facts) => {
          count(facts);
          return run(facts);
        },
      };
    }
    case "boolean": {
      const { run } = cell;
      return {
        type: "boolean",
        run: (facts) => {
          count(facts);
          return run(facts);
        },
      };
    }
  }
};
