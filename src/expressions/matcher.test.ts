import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileMatcher } from "./matcher.ts";

const search = (pattern: string, text: string): boolean => {
  const matcher = compileMatcher(pattern);
  if (!matcher.ok) throw new Error(matcher.message);
  return matcher.search(text);
};

describe("matcher", () => {
  it.each([
    ["", "", true],
    ["b", "abc", true],
    ["^b", "abc", false],
    ["c$", "abc", true],
    ["^$", "", true],
    ["^$", "a", false],
    ["a.c", "a\nc", false],
    ["a.c", "aéc", true],
    ["^.$", "😀", true],
    ["[a-c]+d", "xxabcd", true],
    ["[^a-c]", "abc", false],
    ["[]x]", "]", true],
    ["[a-]", "-", true],
    ["[\\d.]+x", "1.5x", true],
    ["\\w\\s\\d", "a 1", true],
    ["\\W\\S\\D", "-a-", true],
    ["^(ab|cd)*$", "abcdab", true],
    ["^(ab|cd)*$", "abc", false],
    ["^a?b$", "b", true],
    ["^a+$", "", false],
    ["^(?:a|)$", "", true],
    ["^(a*)*$", "aaaa", true],
    ["(a+)+$", "aab", false],
    ["a\\.b", "a.b", true],
    ["a\\.b", "axb", false],
    ["x|^y|z$", "yy", true],
  ])("%s in %j is %s", (pattern, text, expected) => {
    expect(search(pattern, text)).toBe(expected);
  });

  it.each(["(", ")", "[", "[z-a]", "*a", "a**", "a{2}", "\\", "\\1", "\\bx", "(?=a)", "a+?+", "[\\q]"])(
    "refuses %s",
    (pattern) => {
      const matcher = compileMatcher(pattern);
      expect(matcher.ok).toBe(false);
      expect(matcher.ok ? "" : matcher.message).not.toBe("");
    },
  );

  it("refuses patterns with too many states or groups", () => {
    expect(compileMatcher("a".repeat(600)).ok).toBe(false);
    expect(compileMatcher("(".repeat(5000)).ok).toBe(false);
  });

  it("keeps no state between searches", () => {
    const matcher = compileMatcher("^ab$");
    if (!matcher.ok) throw new Error(matcher.message);
    expect(["ab", "x", "ab", "abb", "ab"].map(matcher.search)).toEqual([true, false, true, false, true]);
  });

  it("agrees with the platform's regular expressions on the common subset", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "\\d",
      "\\w",
      "(a|b)",
      "(ab)",
      "(a*b)",
      "^",
      "$",
    );
    const piece = fc
      .tuple(atom, fc.constantFrom("", "*", "+", "?"))
      .map(([text, repeat]) => (text === "^" || text === "$" ? text : text + repeat));
    const pattern = fc
      .array(fc.array(piece, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map((choices) => choices.map((pieces) => pieces.join("")).join("|"));
    const text = fc
      .array(fc.constantFrom("a", "b", "1", " ", "é"), { maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        expect(search(source, subject)).toBe(new RegExp(source).test(subject));
      }),
      { numRuns: 2000 },
    );
  });

  it("never throws on any pattern", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ maxLength: 50 }),
        (pattern, text) => {
          const matcher = compileMatcher(pattern);
          if (matcher.ok) matcher.search(text);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
