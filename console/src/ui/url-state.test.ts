import { describe, expect, test } from "vitest";
import { numberOf, pagingOf, safePath, textOf, wordOf, wordsOf, wordsText } from "./url-state.ts";

const KINDS = ["transaction", "points", "tier"] as const;

describe("a query that anybody may have typed", () => {
  test("gives texts of bearable length, and nothing for empty ones", () => {
    expect(textOf({ q: "ada" }, "q")).toBe("ada");
    expect(textOf({ q: "" }, "q")).toBeUndefined();
    expect(textOf({ q: ["a"] }, "q")).toBeUndefined();
    expect(textOf({ q: "x".repeat(500) }, "q")).toHaveLength(200);
  });
  test("gives known words only", () => {
    expect(wordOf({ sort: "name" }, "sort", ["name"])).toBe("name");
    expect(wordOf({ sort: "secret" }, "sort", ["name"])).toBeUndefined();
  });
  test("gives known words of several, in their own order; all of them are no filter", () => {
    expect(wordsOf({ kinds: "tier.points.nonsense" }, "kinds", KINDS)).toEqual(["points", "tier"]);
    expect(wordsOf({ kinds: "transaction.points.tier" }, "kinds", KINDS)).toEqual([]);
    expect(wordsText(["points", "tier"])).toBe("points.tier");
    expect(wordsText([])).toBeUndefined();
  });
  test("gives whole numbers from 1 up", () => {
    expect(["7", "0", "-1", "1.5", "abc", "1e99"].map((edit) => numberOf({ edit }, "edit"))).toEqual([
      7,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
  test("has a page only with the cursor that leads there", () => {
    expect(pagingOf({ page: "4" })).toEqual({});
    expect(pagingOf({ after: "abc" })).toEqual({ after: "abc", page: 2 });
    expect(pagingOf({ after: "abc", page: "4" })).toEqual({ after: "abc", page: 4 });
  });
});

test("after signing in only paths of ours are followed", () => {
  expect(safePath("/abc/members/1?q=a")).toBe("/abc/members/1?q=a");
  for (const path of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/signin?next=/",
    7,
  ]) {
    expect(safePath(path)).toBeUndefined();
  }
});
