import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileCombination, LETTERS, readExpression } from "./combination.ts";

const holds = (expression: string, met: readonly boolean[]): boolean => {
  const read = readExpression(expression, met.length);
  if ("problem" in read) throw new Error(read.problem);
  return read.holds(met);
};

/** Points 800, 4 visits, 6,000 a year; the member has 900, 2 and 6,500. */
const MET = [true, false, true];

describe("combinations of three conditions", () => {
  test.each([
    [{ kind: "any", count: 1 }, true],
    [{ kind: "any", count: 2 }, true],
    [{ kind: "all" }, false],
    [{ kind: "custom", expression: "A AND B OR C" }, true],
    [{ kind: "custom", expression: "A OR C AND B" }, false],
  ] as const)("%j is %s", (combination, expected) => {
    expect(compileCombination(combination, 3)(MET)).toBe(expected);
  });
});

describe("expressions", () => {
  test.each([
    ["a and b", [true, true], true],
    ["A&&B||C", [true, false, true], true],
    ["A OR B AND C", [true, false, false], false],
    ["A OR (B AND C)", [true, false, false], true],
    ["((A))", [true], true],
    ["(A || B) && (B || C)", [false, true, false], true],
  ] as const)("%s", (expression, met, expected) => {
    expect(holds(expression, met)).toBe(expected);
  });

  test.each([
    ["", 3, 1, "the expression ends"],
    ["A AND", 3, 6, "the expression ends"],
    ["A B", 3, 3, "AND or OR is expected before B"],
    ["A & B", 3, 3, "& is no operator; write && or AND"],
    ["A | B", 3, 3, "| is no operator; write || or OR"],
    ["A ||| B", 3, 3, "||| is no operator"],
    ["A OR D", 3, 6, "D is no condition: there is A, B and C"],
    ["A OR B", 1, 6, "B is no condition: there is only A"],
    ["(A OR B", 2, 1, "never closed"],
    ["A) OR B", 2, 2, "never opened"],
    ["A OR ()", 1, 7, ") stands where"],
    ["A = B", 2, 3, "= means nothing"],
    ["AND", 2, 1, "AND stands where"],
  ])("%j of %d conditions is refused at column %d", (expression, count, column, message) => {
    const read = readExpression(expression, count);
    expect(read).toMatchObject({ column, problem: expect.stringContaining(message) });
  });

  /** An expression with what it means, made together. */
  const expressions = fc.letrec<{ any: [string, (met: readonly boolean[]) => boolean] }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.nat(2).map((index) => [LETTERS[index]!, (met: readonly boolean[]) => met[index]!] as never),
      fc
        .tuple(tie("any"), tie("any"), fc.constantFrom("AND", "&&", "and", "OR", "||", "or"))
        .map(([[left, ofLeft], [right, ofRight], operator]) => {
          const isAnd = /^(and|&&)$/i.test(operator);
          const meaning = (met: readonly boolean[]) =>
            isAnd ? ofLeft(met) && ofRight(met) : ofLeft(met) || ofRight(met);
          return [`(${left}) ${operator} (${right})`, meaning] as never;
        }),
    ),
  })).any;

  test("mean what their parentheses say", () => {
    fc.assert(
      fc.property(expressions, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), ([text, meaning], met) => {
        expect(holds(text, met)).toBe(meaning(met));
      }),
    );
  });

  test("go from left to right without parentheses", () => {
    const letter = fc.nat(2);
    const chain = fc.tuple(letter, fc.array(fc.tuple(fc.boolean(), letter), { maxLength: 8 }));
    fc.assert(
      fc.property(chain, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), ([first, rest], met) => {
        const text = rest.reduce(
          (before, [isAnd, index]) => `${before} ${isAnd ? "AND" : "OR"} ${LETTERS[index]}`,
          LETTERS[first]! as string,
        );
        const expected = rest.reduce(
          (before, [isAnd, index]) => (isAnd ? before && met[index]! : before || met[index]!),
          met[first]!,
        );
        expect(holds(text, met)).toBe(expected);
      }),
    );
  });

  test("whatever is sent is read or refused, with a place in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ABCDabc()&| \nANDORx1") }), (text) => {
        const read = readExpression(text, 3);
        if ("problem" in read) expect(read.column).toBeLessThanOrEqual(text.length + 1);
        else expect(typeof read.holds([true, true, true])).toBe("boolean");
      }),
    );
  });
});
