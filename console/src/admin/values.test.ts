import { expect, test } from "vitest";
import type { Entity } from "../api/types.ts";
import { bodyOf, valuesOf } from "./entity-values.ts";
import { fieldBody, fieldValues } from "./field-values.ts";

const store: Entity = {
  id: 5,
  type: "STORE",
  code: "s1",
  name: "First",
  description: "",
  isActive: true,
  parent: { id: 2, code: "north", name: "North" },
  concept: null,
  childCount: 0,
  externalIds: ["a", "b"],
  timeZone: "Europe/London",
  email: "",
  mobile: "",
  address: "",
};

test("a changed store sends what differs and keeps its other external ids", () => {
  expect(bodyOf("STORE", valuesOf(store), store)).toEqual({});
  const values = { ...valuesOf(store), name: "Second", parentId: null, externalId: "c", timeZone: "" };
  expect(bodyOf("STORE", values, store)).toEqual({
    name: "Second",
    parentId: null,
    externalIds: ["c", "b"],
    timeZone: null,
  });
});

test("a till has nothing of a store", () => {
  const values = { ...valuesOf(null), code: "t1", name: "Till", parentId: 5, email: "x@example.com" };
  expect(bodyOf("TILL", values, null)).toEqual({ code: "t1", name: "Till", parentId: 5 });
});

test("of a field only what can change is sent again", () => {
  const values = { ...fieldValues(null), name: " size ", dataType: "enum" as const, enumValues: ["S", "M"] };
  const body = fieldBody(values, null);
  expect(body).toMatchObject({
    kind: "extended",
    scope: "CUSTOMER",
    name: "size",
    dataType: "enum",
    enumValues: ["S", "M"],
  });
  expect(body).not.toHaveProperty("label");
  const known = {
    id: 1,
    kind: "extended",
    scope: "CUSTOMER",
    name: "size",
    label: "Size",
    dataType: "string",
    enumValues: [],
    isMandatory: false,
    isActive: true,
  } as const;
  expect(
    Object.keys(fieldBody(fieldValues({ ...known, enumValues: [] }), { ...known, enumValues: [] })).sort(),
  ).toEqual(["isActive", "isMandatory", "label"]);
});
