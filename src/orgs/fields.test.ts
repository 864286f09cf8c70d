import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldValue, validateFields } from "./fields.ts";
import { DATA_TYPES, type DataType, type FieldDefinition } from "./schema.ts";

const at = new Date(0);
const field = (name: string, dataType: DataType, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  id: 1,
  orgId: 1,
  kind: "extended",
  scope: "CUSTOMER",
  name,
  label: name,
  dataType,
  enumValues: dataType === "enum" ? ["Cebu", "Manila"] : [],
  isMandatory: false,
  isActive: true,
  display: {},
  createdAt: at,
  createdBy: "test",
  updatedAt: at,
  updatedBy: "test",
  ...more,
});

describe("a value", () => {
  test.each<[DataType, unknown, unknown]>([
    ["string", "Cebu", "Cebu"],
    ["string", 5, "5"],
    ["string", {}, null],
    ["string", "a\u0000", null],
    ["string", "\ud800", null],
    ["string", "😀", "😀"],
    ["string", "a".repeat(2001), null],
    ["integer", "42", 42],
    ["integer", -7, -7],
    ["integer", 1.5, null],
    ["integer", "1e3", null],
    ["integer", 2 ** 53, null],
    ["double", "3.25", 3.25],
    ["double", ".5", 0.5],
    ["double", Number.NaN, null],
    ["double", "Infinity", null],
    ["double", "0x10", null],
    ["boolean", "TRUE", true],
    ["boolean", 0, false],
    ["boolean", "yes", null],
    ["date", "2024-02-29", "2024-02-29"],
    ["date", "2023-02-29", null],
    ["date", "2024-02-29T23:30:00-08:00", "2024-02-29"],
    ["date", 20240229, null],
    ["datetime", "2025-03-04T18:20:05+07:00", "2025-03-04T11:20:05.000Z"],
    ["datetime", "2025-03-04 18:20:05", "2025-03-04T18:20:05.000Z"],
    ["datetime", "soon", null],
    ["enum", "cebu ", "Cebu"],
    ["enum", "Davao", null],
    ["enum", ["Cebu"], null],
  ])("of type %s: %j → %j", (dataType, given, expected) => {
    expect(parseFieldValue(field("f", dataType), given)).toBe(expected);
  });

  test("that was accepted is accepted again, unchanged", () => {
    fc.assert(
      fc.property(fc.constantFrom(...DATA_TYPES), fc.anything(), (dataType, given) => {
        const definition = field("f", dataType);
        const once = parseFieldValue(definition, given);
        if (once !== null) expect(parseFieldValue(definition, once)).toBe(once);
      }),
    );
  });
});

describe("values", () => {
  const definitions = [
    field("city", "enum"),
    field("age", "integer", { isMandatory: true }),
    field("constructor", "string"),
  ];

  test("keep what fits under the defined names and warn of the rest", () => {
    const outcome = validateFields(definitions, { CITY: "manila", age: "old", shoe: 43, constructor: "x" });
    expect(outcome.values).toEqual({ city: "Manila", constructor: "x" });
    expect(outcome.warnings.map(({ field: name, problem }) => [name, problem])).toEqual([
      ["age", "invalid"],
      ["shoe", "unknown"],
    ]);
    expect(outcome.warnings.every(({ field: name, message }) => message.includes(name))).toBe(true);
  });

  test("are cleared by null and empty text, and mandatory ones are missed in new records only", () => {
    const outcome = validateFields(definitions, { city: "", age: null }, { requireMandatory: true });
    expect(outcome).toMatchObject({ values: {}, cleared: ["city", "age"] });
    expect(outcome.warnings).toMatchObject([{ field: "age", problem: "missing" }]);
    expect(validateFields(definitions, {}).warnings).toEqual([]);
  });

  test("of any shape never throw, and every given name is kept, cleared or warned of", () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        validateFields(definitions, given);
      }),
    );
    const names = fc.constantFrom("city", "age", "shoe", "__proto__", "toString", "constructor");
    fc.assert(
      fc.property(fc.dictionary(names, fc.anything()), (given) => {
        const outcome = validateFields(definitions, given);
        const told = Object.keys(outcome.values).length + outcome.cleared.length + outcome.warnings.length;
        expect(told).toBe(Object.keys(given).length);
      }),
    );
  });
});
