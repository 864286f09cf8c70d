import { describe, expect, test } from "vitest";
import {
  dayOf,
  idOf,
  numberOf,
  pagingOf,
  safePath,
  textOf,
  wordOf,
  wordsOf,
  wordsText,
} from "./url-state.ts";

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

test("days and ids are read as such or not at all", () => {
  expect(dayOf({ from: "2026-02-28" }, "from")).toBe("2026-02-28");
  for (const from of ["2026-02-29", "2026-13-01", "0026-02-01", "2026-2-1", "today", 20260201, undefined])
    expect(dayOf({ from }, "from")).toBeUndefined();
  expect(idOf({ till: 31 }, "till")).toBe("31");
  expect(idOf({ currency: 0 }, "currency")).toBe("0");
  for (const till of ["-1", "1.5", "x", "1234567890123456", null])
    expect(idOf({ till }, "till")).toBeUndefined();
});
