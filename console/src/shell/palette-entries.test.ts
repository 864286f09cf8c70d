import { expect, test } from "vitest";
import { entityScreen, matches } from "./palette-entries.ts";

test("entries are found by the beginnings of their words, in any order", () => {
  expect(matches("Concepts and zones", "zo con")).toBe(true);
  expect(matches("Add a member", "mem")).toBe(true);
  expect(matches("Stores", "ores")).toBe(false);
  expect(matches("Stores", "  ")).toBe(true);
});

test("places lead to the list that edits them", () => {
  expect(["STORE", "TILL", "ZONE"].map(entityScreen)).toEqual([
    "/$org/admin/stores",
    "/$org/admin/tills",
    "/$org/admin/concepts",
  ]);
});
