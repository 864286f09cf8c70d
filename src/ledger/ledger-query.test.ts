import { describe, expect, test } from "vitest";
import type { Organisation } from "#orgs";
import { type ProgramName, tillsOfProgram } from "./ledger-query.ts";

/** Tills 1 and 2 stand in stores of concept 10, till 3 in one of concept 20, till 4 in none. */
const CONCEPTS: Readonly<Record<number, number>> = { 1: 10, 2: 10, 3: 20 };
const organisation = {
  entities: () => [1, 2, 3, 4].map((id) => ({ id })),
  conceptOf: (id: number) => (CONCEPTS[id] === undefined ? null : { id: CONCEPTS[id] }),
} as unknown as Pick<Organisation, "entities" | "conceptOf">;

const tills = (programs: readonly Partial<ProgramName>[]) => {
  const named = new Map(programs.map((program, index) => [index, { name: "", ...program }]));
  return programs.map((_, index) => tillsOfProgram(organisation, named, index));
};

describe("the tills of a program", () => {
  test.each<[string, readonly Partial<ProgramName>[], readonly (readonly number[])[]]>([
    ["one program has all", [{ isDefault: true }], [[1, 2, 3, 4]]],
    [
      "a mapped one has its concept's, the default one the rest",
      [{ isDefault: true }, { conceptId: 10 }],
      [
        [3, 4],
        [1, 2],
      ],
    ],
    ["one that is neither has none", [{ isDefault: true }, {}], [[1, 2, 3, 4], []]],
    [
      "the default one may be mapped itself",
      [{ isDefault: true, conceptId: 20 }, { conceptId: 10 }],
      [[3], [1, 2]],
    ],
    ["an unknown concept has none", [{ conceptId: 99 }], [[]]],
  ])("%s", (_, programs, expected) => {
    expect(tills(programs)).toEqual(expected);
  });
});
