import { describe, expect, test } from "vitest";
import { bytesText, changeShare, counted, createFormat, initialsOf, usableLocale } from "./format.ts";

const london = createFormat({ locale: "en-GB", timeZone: "Europe/London", currency: "GBP" });

describe("amounts", () => {
  test("points keep the decimals they have", () => {
    expect(london.points(1234)).toBe("1,234");
    expect(london.points(1234.5)).toBe("1,234.5");
    expect(london.points(0.125)).toBe("0.125");
  });
  test("signs are shown for gains and losses, not for nothing", () => {
    expect([12, -12, 0].map(london.signedPoints)).toEqual(["+12", "\u221212", "0"]);
  });
  test("money has its currency and its decimals", () => {
    expect(london.money(-12.3)).toBe("\u2212£12.30");
    expect(createFormat({ locale: "en", timeZone: "UTC", currency: "JPY" }).money(1200)).toBe("¥1,200");
    expect(createFormat({ locale: "de-DE", timeZone: "UTC", currency: "EUR" }).money(1200.5)).toBe(
      "1.200,50\u00a0€",
    );
  });
});

describe("times", () => {
  test("are told in the organisation's zone, whatever the offset they came with", () => {
    expect(london.dateTime("2026-07-01T23:30:00+00:00")).toBe("2 Jul 2026, 00:30");
    expect(london.dayOf("2026-07-01T23:30:00+00:00")).toBe("2026-07-02");
  });
  test("in full they name zone and offset, which changes over the year", () => {
    expect(london.fullTime("2026-07-01T12:00:00Z")).toContain("(Europe/London, GMT+01:00)");
    expect(london.fullTime("2026-01-01T12:00:00Z")).toMatch(/\(Europe\/London, GMT(\+00:00)?\)$/);
  });
  test("days and months of charts belong to no zone", () => {
    const auckland = createFormat({ locale: "en-GB", timeZone: "Pacific/Auckland", currency: "NZD" });
    expect(auckland.chartDay("2026-11-24")).toBe("24 Nov");
    expect(auckland.chartDay("2026-11")).toBe("Nov 2026");
  });
  test("distances are told in the largest whole unit", () => {
    const now = new Date("2026-11-24T12:00:00Z");
    expect(london.relative("2026-11-27T13:00:00Z", now)).toBe("in 3 days");
    expect(london.relative("2026-11-24T11:59:40Z", now)).toBe("this minute");
    expect(london.relative("2025-10-01T00:00:00Z", now)).toBe("1 year ago");
  });
});

test("a change needs something to compare with", () => {
  expect(changeShare(110, 100)).toBeCloseTo(0.1);
  expect(changeShare(-50, -100)).toBeCloseTo(0.5);
  expect([changeShare(5, 0), changeShare(5, null), changeShare(5, undefined)]).toEqual([null, null, null]);
});

test("small words", () => {
  expect([0, 1, 2].map((count) => counted(count, "bill"))).toEqual(["bills", "bill", "bills"]);
  expect([999, 1500, 7_900_000].map(bytesText)).toEqual(["999 B", "1.5 KB", "7.9 MB"]);
  expect(["Ada Lovelace", "ada", "Ana de la Cruz", " ", "Łucja Żak"].map(initialsOf)).toEqual([
    "AL",
    "A",
    "AC",
    "",
    "ŁŻ",
  ]);
});

test("languages that no standard knows do not stop the console", () => {
  expect(usableLocale(["en-GB", "de"])).toBe("en-GB");
  expect(usableLocale(["en-US@posix"])).toBe("en-US");
  expect(usableLocale(["de_AT.UTF-8"])).toBe("de-AT");
  expect(usableLocale(["", "C", "pt-BR"])).toBe("pt-BR");
  expect(usableLocale([])).toBe("en-GB");
});
