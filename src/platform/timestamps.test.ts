import fc from "fast-check";
import pg from "pg";
import { expect, test } from "vitest";
import { timestampParser } from "./timestamps.ts";

const drivers = pg.types.getTypeParser(1184) as (text: string) => unknown;
const parse = timestampParser((text) => `other: ${text}`);

test.each([
  ["2026-01-31 23:59:59+00", "2026-01-31T23:59:59.000Z"],
  ["2026-01-31 23:59:59.1+00", "2026-01-31T23:59:59.100Z"],
  ["2024-02-29 00:00:00.12+00", "2024-02-29T00:00:00.120Z"],
  ["2026-01-31 23:59:59.123999+00", "2026-01-31T23:59:59.123Z"],
  ["0100-01-01 00:00:00+00", "0100-01-01T00:00:00.000Z"],
])("reads %s", (text, iso) => {
  expect((parse(text) as Date).toISOString()).toBe(iso);
});

test.each([
  "2026-01-31 23:59:59+05:30",
  "2026-01-31 23:59:59.5-08",
  "10000-01-01 00:00:00+00",
  "0044-03-15 12:00:00+00 BC",
  "0099-01-01 00:00:00+00",
  "infinity",
  "-infinity",
])("leaves %s to the driver", (text) => {
  expect(parse(text)).toBe(`other: ${text}`);
});

test("reads what PostgreSQL sends of any moment as the driver does", () => {
  const years = {
    min: new Date("0101-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  };
  fc.assert(
    fc.property(fc.date(years), fc.integer({ min: 0, max: 999 }), (date, microseconds) => {
      const text = date
        .toISOString()
        .replace("T", " ")
        .replace("Z", `${String(microseconds).padStart(3, "0")}+00`);
      expect((parse(text) as Date).getTime()).toBe(date.getTime());
      expect(parse(text)).toEqual(drivers(text));
    }),
  );
});
