import { expect, test } from "vitest";
import { ApiError } from "../api/errors.ts";
import { placeError, required } from "./form-errors.ts";

const refused = (field: string | null) => new ApiError("mobile: it is no phone number.", 400, "x", 1, field);
const FIELDS = ["mobile", "extendedFields.city"];

test("the server's sentence stands at the field that it names", () => {
  expect(placeError(refused("mobile"), FIELDS).fields).toEqual({ mobile: "mobile: it is no phone number." });
  expect(placeError(refused("identifiers[0].mobile"), FIELDS).fields).toHaveProperty("mobile");
  expect(placeError(refused("city"), FIELDS).fields).toHaveProperty(["extendedFields.city"]);
});

test("what names no field of the form stands above it", () => {
  for (const error of [refused(null), refused("tillId"), new Error("mobile: it is no phone number.")]) {
    expect(placeError(error, FIELDS)).toEqual({ fields: {}, general: "mobile: it is no phone number." });
  }
});

test("a required field objects to nothing and to blanks", () => {
  const rule = required("Enter a name");
  for (const empty of ["", "  ", null]) expect(rule(empty)).toBe("Enter a name");
  for (const filled of ["Ada", 0]) expect(rule(filled)).toBeNull();
});
