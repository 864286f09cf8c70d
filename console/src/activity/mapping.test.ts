import { describe, expect, test } from "vitest";
import type { ImportPreview } from "../api/types.ts";
import { missingTerms, NO_TERMS, termParts } from "./campaign-terms.tsx";
import { optionsFor, withDateFormat } from "./import-options.tsx";
import { assign, fieldOf, missingTargets, samplesOf, startMapping, wholeMapping } from "./mapping.ts";
import { durationText, runSeconds, runShare, summaryFacts } from "./run-words.ts";

const preview: ImportPreview = {
  headers: ["Invoice", "When", "Phone"],
  rows: [
    ["1", "2026-01-01", ""],
    ["1", "2026-01-02", " 079 "],
  ],
  suggestedMapping: { number: "Invoice", date: "When", gone: "Invoice", mobile: "Telephone" },
  suggestedDateFormat: "dmy",
  targets: [
    { field: "number", label: "Bill number", required: false },
    { field: "date", label: "Date", required: true },
    { field: "mobile", label: "Mobile", required: false },
  ],
};

describe("the mapping of columns", () => {
  test("starts from the suggestion as far as file and fields go", () => {
    expect(startMapping(preview)).toEqual({ number: "Invoice", date: "When" });
  });
  test("is sent with every field, so that nothing is suggested for what was left out", () => {
    expect(wholeMapping({ date: "When" }, preview.targets)).toEqual({ number: "", date: "When", mobile: "" });
  });
  test("gives a column one field and a field one column", () => {
    const mapping = { number: "Invoice", date: "When" };
    expect(assign(mapping, "Invoice", "date")).toEqual({ date: "Invoice" });
    expect(assign(mapping, "When", null)).toEqual({ number: "Invoice" });
    expect(fieldOf(mapping, "When")).toBe("date");
    expect(fieldOf(mapping, "Phone")).toBeNull();
  });
  test("says which needed fields have no column", () => {
    expect(missingTargets({ number: "Invoice" }, preview.targets).map(({ label }) => label)).toEqual([
      "Date",
    ]);
  });
  test("shows first values once each", () => {
    expect(samplesOf(preview, "Invoice")).toEqual(["1"]);
    expect(samplesOf(preview, "Phone")).toEqual(["079"]);
  });
  test("takes over a date format that it knows", () => {
    expect(withDateFormat({}, "dmy")).toEqual({ dateFormat: "dmy" });
    expect(withDateFormat({ dateFormat: "mdy" }, "roman")).toEqual({ dateFormat: "mdy" });
  });
});

test("a run in words", () => {
  expect(runShare({ status: "running", bytesRead: 5, bytesTotal: 10 })).toBe(0.5);
  expect(runShare({ status: "finished", bytesRead: 5, bytesTotal: 10 })).toBe(1);
  expect(runShare({ status: "queued", bytesRead: 0, bytesTotal: 0 })).toBe(0);
  const startedAt = "2026-01-01T00:00:00Z";
  expect(runSeconds({ startedAt, finishedAt: null }, new Date("2026-01-01T00:01:05Z"))).toBe(65);
  expect(runSeconds({ startedAt: null, finishedAt: null }, new Date())).toBeNull();
  expect([0.2, 65, 3700].map(durationText)).toEqual(["1 s", "1 min 5 s", "1 h 1 min"]);
  const summary = {
    recordsImported: 4,
    recordsSkipped: 0,
    recordsSetAside: 1,
    customersRegistered: 2,
    pointsGiven: 0,
  };
  const rest = { rowsSetAside: 3, rowsPerSecond: 9, mapping: {}, options: {} };
  expect(summaryFacts({ kind: "transactions", summary: { ...summary, ...rest } })).toEqual([
    { label: "Bills imported", value: 4 },
    { label: "Bills set aside", value: 1 },
    { label: "Members registered", value: 2 },
  ]);
});

test("what says how bills are meant is not sent with a file of members", () => {
  const options = {
    asOf: "now",
    registerUnknown: true,
    setAsideReturns: true,
    decimal: ",",
    dateFormat: "dmy",
    defaultTill: "shop.till1",
  } as const;
  expect(optionsFor("customers", options)).toEqual({ dateFormat: "dmy", defaultTill: "shop.till1" });
  expect(optionsFor("transactions", options)).toEqual(options);
  expect(optionsFor("points", options)).toEqual({
    decimal: ",",
    dateFormat: "dmy",
    defaultTill: "shop.till1",
  });
  expect(optionsFor("campaign", options)).toEqual({ decimal: ",", defaultTill: "shop.till1" });
});

test("a campaign says its name, its reason and points from somewhere", () => {
  const terms = { ...NO_TERMS, name: "Spring ", points: 5, reason: "Thanks" };
  expect(missingTerms(NO_TERMS, {})).toEqual(["a name", "points for each, or a column of them", "a reason"]);
  expect(missingTerms({ ...terms, points: "" }, { points: "Points" })).toEqual([]);
  expect(termParts(terms)).toEqual([
    ["name", "Spring"],
    ["points", "5"],
    ["reason", "Thanks"],
  ]);
});
