import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromExpressionJson, toExpressionJson } from "./expression-json.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import { anyTree, shapeOf } from "./testing/arbitraries.ts";
import { testCatalogue } from "./testing.ts";

const treeIn = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  return parsed.tree;
};
const jsonOf = (text: string) => toExpressionJson(treeIn(text), testCatalogue);

describe("the documented tree of an expression", () => {
  it("has operations, dereferences, names and literals", () => {
    expect(jsonOf('currentTxn.number == "x"')).toEqual({
      arity: "binary_operation",
      value: "==",
      type: "boolean:primitive",
      operands: [
        {
          arity: "object_dereference",
          value: ".",
          type: "string:object:primitive",
          operands: [
            { arity: "name", value: "currentTxn", type: "tx:object:primitive", operands: [] },
            { arity: "name", value: "number", type: "string:object:primitive", operands: [] },
          ],
        },
        { arity: "literal", value: "x", type: "string:object:primitive", operands: [] },
      ],
    });
  });

  it("has calls, groups and signs", () => {
    const { operands } = jsonOf('!(currentTxn.basketSum("SKU", "A1") > -1.50) && true');
    expect(operands[0]).toMatchObject({ arity: "unary_operation", value: "!", type: "boolean:primitive" });
    const group = operands[0]!.operands[0]!;
    expect(group).toMatchObject({ arity: "group", type: "boolean:primitive" });
    const [call, minus] = group.operands[0]!.operands;
    expect(call).toMatchObject({ arity: "method_call", type: "real:object:primitive" });
    expect(call!.operands.map(({ arity, type }) => [arity, type])).toEqual([
      ["object_dereference", "anonymous:function:primitive"],
      ["literal", "string:object:primitive"],
      ["literal", "string:object:primitive"],
    ]);
    expect(minus!.operands[0]).toMatchObject({ value: "1.50", type: "number:primitive" });
  });

  it("gives a tree to what names nothing that is known", () => {
    expect(jsonOf("weather.sunny")).toMatchObject({
      arity: "object_dereference",
      type: "unknown:object:primitive",
    });
  });

  it("is read back without loss", () => {
    fc.assert(
      fc.property(anyTree, (built) => {
        const tree = treeIn(print(built));
        const json: unknown = JSON.parse(JSON.stringify(toExpressionJson(tree, testCatalogue)));
        const back = fromExpressionJson(json);
        if (!back.ok) throw new Error(back.message);
        expect(shapeOf(back.tree)).toEqual(shapeOf(tree));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [null, "is missing"],
    [{ arity: "lambda", value: "x" }, 'there is no arity "lambda"'],
    [{ arity: "name", value: "a b" }, '"a b" is no name'],
    [{ arity: "literal", value: "1e9", type: "number:primitive" }, '"1e9" is no number'],
    [{ arity: "literal", value: "a\nb", type: "string:object:primitive" }, "no line breaks"],
    [{ arity: "binary_operation", value: "=", operands: [] }, 'there is no operator "="'],
    [{ arity: "binary_operation", value: "constructor", operands: [] }, "there is no operator"],
    [{ arity: "binary_operation", value: "==", operands: [] }, "is missing"],
    [{ arity: "unary_operation", value: "~", operands: [] }, "no sign"],
    [{ arity: "group", operands: "x" }, "must be a list"],
    [
      { arity: "method_call", operands: [{ arity: "name", value: "eval" }] },
      "begins with an object_dereference",
    ],
  ])("%j is refused", (json, message) => {
    const result = fromExpressionJson(json);
    expect(result.ok ? "" : result.message).toContain(message);
  });

  it("any JSON is read or refused, however deep", () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => typeof fromExpressionJson(json).ok === "boolean"));
    let deep: unknown = { arity: "literal", value: "true", type: "boolean:primitive" };
    for (let level = 0; level < 5_000; level += 1) deep = { arity: "group", operands: [deep] };
    expect(fromExpressionJson(deep)).toEqual({ ok: false, message: "the expression is too large" });
  });
});
