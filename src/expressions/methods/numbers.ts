import { numberCell, numberOf } from "../cells.ts";
import type { Method } from "../methods.ts";

const MAX_BOUNDS = 100;
const BOUND = /^[+-]?\d{1,15}(?:\.\d{1,6})?$/;

/** Bounds of `"50,200,500"`, or null when they are no ascending list of numbers. */
const boundsOf = (text: string): readonly number[] | null => {
  const parts = text.split(",", MAX_BOUNDS + 1).map((part) => part.trim());
  if (parts.length > MAX_BOUNDS || !parts.every((part) => BOUND.test(part))) return null;
  const bounds = parts.map(Number);
  return bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!) ? bounds : null;
};

export const numberMethods: readonly Method[] = [
  {
    name: "interval",
    on: ["number"],
    parameters: [{ name: "bounds", type: "string", literal: true }],
    result: "number",
    doc: 'Number of the interval, upper bounds included: interval("50,200") is 1 up to 50, 2 up to 200, 3 above.',
    wording: { says: "the interval of {it} among {0}" },
    refuse: ([text]) =>
      boundsOf(String(text)) === null
        ? `expected ascending numbers with commas, such as "50,200,500" (at most ${MAX_BOUNDS})`
        : null,
    bind: (receiver, { constants }) => {
      const run = numberOf(receiver);
      const bounds = boundsOf(String(constants[0])) ?? [];
      return numberCell((facts) => {
        const value = run(facts);
        if (value === null || Number.isNaN(value)) return value;
        let i = 0;
        while (i < bounds.length && value > bounds[i]!) i += 1;
        return i + 1;
      });
    },
  },
];
