import { logicCell, textOf } from "../cells.ts";
import { parseDay } from "../dates.ts";
import type { Method } from "../methods.ts";
import { patternOf, patternParameter, patternStates, refusePattern } from "../profiles/patterns.ts";

/** Longer texts are not searched: the answer is undetermined. Twice what an extended field can hold. */
export const MAX_SEARCHED_LENGTH = 4_000;

const onText = { on: ["string"], result: "boolean" } as const;

export const textMethods: readonly Method[] = [
  {
    ...onText,
    name: "contains",
    parameters: [{ name: "part", type: "string" }],
    doc: "True when the part occurs in the text, letter case included.",
    wording: { says: "{it} contains {0}", denies: "{it} does not contain {0}" },
    bind: (receiver, { cells }) => {
      const text = textOf(receiver);
      const part = textOf(cells[0] ?? undefined);
      return logicCell((facts) => {
        const whole = text(facts);
        const wanted = part(facts);
        if (whole === undefined || wanted === undefined) return 2;
        if (whole === null || wanted === null) return 0;
        return whole.length > MAX_SEARCHED_LENGTH ? 2 : whole.includes(wanted) ? 1 : 0;
      });
    },
  },
  {
    ...onText,
    name: "matches",
    parameters: [patternParameter],
    doc: "True when the regular expression is found anywhere in the text; ^ and $ anchor it.",
    wording: { says: "{it} matches {0}", denies: "{it} does not match {0}" },
    refuse: refusePattern(0),
    states: patternStates(0),
    bind: (receiver, bound) => {
      const text = textOf(receiver);
      const search = patternOf(bound, 0);
      return logicCell((facts) => {
        const value = text(facts);
        if (value === null) return 0;
        if (value === undefined || value.length > MAX_SEARCHED_LENGTH) return 2;
        return search(value) ? 1 : 0;
      });
    },
  },
  {
    ...onText,
    name: "isValidDate",
    parameters: [],
    doc: "True when the text starts with a date, YYYY-MM-DD or DD-MM-YYYY (also with slashes).",
    wording: { says: "{it} is a date", denies: "{it} is not a date" },
    bind: (receiver) => {
      const text = textOf(receiver);
      return logicCell((facts) => {
        const value = text(facts);
        if (value === undefined) return 2;
        return value !== null && parseDay(value) !== null ? 1 : 0;
      });
    },
  },
];
