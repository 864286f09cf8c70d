import { type Cell, type LogicRun, logicCell } from "../cells.ts";
import type { Method } from "../methods.ts";

/** These look at whether there is a value; they never fail, so a value that went wrong counts as none. */
const isNull = (cell: Cell): LogicRun => {
  if (cell.type === "string") {
    const { run } = cell;
    return (facts) => ((run(facts) ?? null) === null ? 1 : 0);
  }
  if (cell.type === "boolean") {
    const { run } = cell;
    return (facts) => (run(facts) >= 2 ? 1 : 0);
  }
  const { run } = cell;
  return (facts) => {
    const value = run(facts);
    return value === null || Number.isNaN(value) ? 1 : 0;
  };
};

const isEmpty = (cell: Cell): LogicRun => {
  if (cell.type !== "string") return isNull(cell);
  const { run } = cell;
  return (facts) => ((run(facts) ?? "") === "" ? 1 : 0);
};

const opposite =
  (run: LogicRun): LogicRun =>
  (facts) =>
    run(facts) === 1 ? 0 : 1;

const every = { on: ["number", "string", "boolean", "date"], parameters: [], result: "boolean" } as const;
const isKnown = "{it} is known";
const isUnknown = "{it} is not known";
const isGiven = "{it} is given";
const isNotGiven = "{it} is not given";

export const nullMethods: readonly Method[] = [
  {
    ...every,
    name: "isNull",
    doc: "True when there is no value.",
    wording: { says: isUnknown, denies: isKnown },
    bind: (receiver) => logicCell(isNull(receiver)),
  },
  {
    ...every,
    name: "isNotNull",
    doc: 'True when there is a value, also the text "".',
    wording: { says: isKnown, denies: isUnknown },
    bind: (receiver) => logicCell(opposite(isNull(receiver))),
  },
  {
    ...every,
    name: "isEmpty",
    doc: 'True when there is no value or the text is "".',
    wording: { says: isNotGiven, denies: isGiven },
    bind: (receiver) => logicCell(isEmpty(receiver)),
  },
  {
    ...every,
    name: "notExists",
    doc: 'True when there is no value or the text is "".',
    wording: { says: isNotGiven, denies: isGiven },
    bind: (receiver) => logicCell(isEmpty(receiver)),
  },
  {
    ...every,
    name: "exists",
    doc: 'True when there is a value and it is not the text "".',
    wording: { says: isGiven, denies: isNotGiven },
    bind: (receiver) => logicCell(opposite(isEmpty(receiver))),
  },
];
