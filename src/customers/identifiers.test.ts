import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDENTIFIER_TYPES, identifierKey, identifierType, normaliseIdentifier } from "./identifiers.ts";

describe("phone numbers", () => {
  const cases: [given: string, country: string, kept: string | null][] = [
    ["447911123456", "GB", "447911123456"],
    ["07911 123456", "GB", "447911123456"],
    ["+44 (7911) 123-456", "US", "447911123456"],
    ["00447911123456", "GB", "447911123456"],
    ["639170001122", "PH", "639170001122"],
    ["09170001122", "PH", "639170001122"],
    ["639170001122", "GB", "639170001122"],
    ["9876543210", "IN", "919876543210"],
    ["4155552671", "US", "14155552671"],
    ["15551234567", "US", "15551234567"],
    ["4915550001", "DE", "4915550001"],
    // Reads as a landline in Sweden too: the organisation's own country wins, and the Swedish one cannot be kept.
    ["4695551234", "US", "14695551234"],
    ["+46 95551234", "US", null],
    ["12345", "GB", null],
    ["abc", "GB", null],
    ["+44 7911 123456 ext 5", "GB", null],
    ["٠٧٩١١١٢٣٤٥٦", "GB", null],
    ["9".repeat(41), "GB", null],
    ["447911123456'; drop table x; --", "GB", null],
    ["", "GB", null],
    ["447911123456", "ZZ", "447911123456"],
  ];
  test.each(cases)("%s in %s is kept as %s", (given, country, kept) => {
    expect(normaliseIdentifier("mobile", given, country)).toBe(kept);
  });
});

describe("e-mail addresses", () => {
  const cases: [given: string, kept: string | null][] = [
    ["Ana.Reyes+shop@Example.COM", "ana.reyes+shop@example.com"],
    [" a_b-c@x.example.ph ", "a_b-c@x.example.ph"],
    ["a@b", null],
    ["a b@example.com", null],
    ["ana@example.com\u0000", null],
    ["aná@example.com", null],
    [`${"a".repeat(250)}@example.com`, null],
    ["<script>@example.com", null],
  ];
  test.each(cases)("%s is kept as %s", (given, kept) => {
    expect(normaliseIdentifier("email", given, "GB")).toBe(kept);
  });
});

describe("other identifiers", () => {
  test("are trimmed and composed, and their case counts", () => {
    expect(normaliseIdentifier("externalId", "  M-77 ", "GB")).toBe("M-77");
    expect(normaliseIdentifier("externalId", "Cafe\u0301", "GB")).toBe("Café");
    expect(normaliseIdentifier("externalId", "x".repeat(251), "GB")).toBeNull();
    expect(normaliseIdentifier("wechat", "a\u0000b", "GB")).toBeNull();
    expect(normaliseIdentifier("wechat", "a\ud800b", "GB")).toBeNull();
    expect(normaliseIdentifier("shoe", "42", "GB")).toBeNull();
  });

  test("have types whose spelling is forgiving", () => {
    expect(identifierType("EXTERNALID")).toBe("externalId");
    expect(identifierType("facebook")).toBe("fbId");
    expect(identifierType("id")).toBeNull();
    expect(identifierKey(7, "Facebook", "f1", "GB")).toBe("7:fbId:f1");
    expect(identifierKey(7, "mobile", "07911123456", "GB")).toBe("7:mobile:447911123456");
    expect(identifierKey(7, "mobile", "none", "GB")).toBeNull();
  });
});

describe("whatever is typed", () => {
  const country = fc.constantFrom("GB", "US", "IN", "DE", "PH", "SG", "IT", "ZZ");
  const phone = fc
    .array(fc.constantFrom(..."0123456789".split(""), "+", " ", "-"), { minLength: 1, maxLength: 16 })
    .map((parts) => parts.join(""));
  const plausible = fc
    .tuple(
      fc.constantFrom("+", "", "0", "00", "44", "1", "91", "49", "65", "39"),
      fc.integer({ min: 1e6, max: 1e10 }),
    )
    .map(([lead, rest]) => `${lead}${rest}`);
  const anything = fc.oneof(
    phone,
    plausible,
    fc.emailAddress(),
    fc.string({ unit: "binary", maxLength: 60 }),
  );

  test("normalising again changes nothing, and the key stays", () => {
    fc.assert(
      fc.property(fc.constantFrom(...IDENTIFIER_TYPES), anything, country, (type, value, home) => {
        const once = normaliseIdentifier(type, value, home);
        if (once === null) return;
        expect(normaliseIdentifier(type, once, home)).toBe(once);
        expect(identifierKey(1, type, once, home)).toBe(identifierKey(1, type, value, home));
      }),
      { numRuns: 2000 },
    );
  });
});
