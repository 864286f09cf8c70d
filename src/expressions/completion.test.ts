import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogueFor } from "./catalogue.ts";
import { completionsAt } from "./completion.ts";
import { hoverAt } from "./hover.ts";

const catalogue = catalogueFor(
  { activity: "TransactionAdd" },
  {
    extendedFields: [{ scope: "transaction", name: "Channel", type: "string" }],
    known: { tier: ["Silver", 'Gold "24"'], tracker: ["Spend"], customField: ["hobby"] },
  },
);

/** Completions where a | stands. */
const at = (text: string) => completionsAt(text.replace("|", ""), text.indexOf("|"), catalogue);
const labels = (text: string) => at(text).items.map(({ label }) => label);
/** The text when the first candidate is taken, the cursor as |. */
const taken = (text: string): string => {
  const plain = text.replace("|", "");
  const { from, to, items } = at(text);
  const { insert, caret } = items[0]!;
  return `${plain.slice(0, from)}${insert.slice(0, caret)}|${insert.slice(caret)}${plain.slice(to)}`;
};

describe("completions", () => {
  it("begin with profiles", () => {
    expect(labels("|")).toEqual(expect.arrayContaining(["currentCustomer", "currentTxn", "true"]));
    expect(labels("|")).not.toContain("currentLineItem");
    expect(labels("true && (|")).toContain("currentStore");
    expect(labels("currentTxn.value > |")).toContain("currentCustomer");
    expect(taken("curTx| > 3".replace("curTx", "currentTx"))).toBe("currentTxn.| > 3");
    expect(at("cURRENTt|").items[0]).toMatchObject({ label: "currentTxn", kind: "profile", type: null });
  });

  it("go on with what the profile has", () => {
    expect(labels("currentTxn.|")).toEqual(
      expect.arrayContaining(["value", "extField_Channel", "basketSum", "basketSumRegexBrandGross"]),
    );
    expect(labels("currentTxn.ba|")).toContain("basketSum");
    expect(labels("currentTxn.ba|")).not.toContain("value");
    expect(labels("currentTxn.amount|")[0]).toBe("grossAmount");
    expect(taken("currentTxn.basketSumG|")).toBe("currentTxn.basketSumGross(|)");
    expect(taken("currentTxn.val|ue > 3")).toBe("currentTxn.value| > 3");
    expect(labels("nowhere.|")).toEqual([]);
    const [entry] = at("currentCustomer.isContr|").items;
    expect(entry).toMatchObject({ type: "boolean", source: "none yet", kind: "attribute" });
    expect(at("currentTxn.basketSum|").items[0]).toMatchObject({
      signature: "basketSum(attribute, value)",
      type: "number",
    });
  });

  it("and with what can be asked of a value", () => {
    expect(labels("currentTxn.date.isW|")).toEqual(["isWeekday", "isWeekend"]);
    expect(taken("currentTxn.date.isWeeke|")).toBe("currentTxn.date.isWeekend()|");
    expect(labels('currentTxn.basketSum("SKU", "A1").|')).toContain("interval");
    expect(labels("(currentTxn.value + 1).|")).toEqual(expect.arrayContaining(["interval", "isNull"]));
    expect(labels('"2025-01-01".|')).toContain("isValidDate");
    expect(labels("currentTxn.date.|")).not.toContain("interval");
  });

  it("offer the operators that fit", () => {
    expect(labels("currentTxn.value |")).toEqual(["==", "!=", ">=", ">", "<=", "<", "+", "-", "*", "/", "%"]);
    expect(labels("currentTxn.notes |")).toEqual(["==", "!="]);
    expect(labels("currentCustomer.isLoyal |")).toEqual(["&&", "||", "==", "!="]);
    expect(labels('currentTxn.notes == "x" |')).toEqual(["&&", "||"]);
    expect(labels("(true) |")).toContain("&&");
    expect(labels("currentTxn.value > 3|")).toEqual([]);
  });

  it("offer names that the organisation chose", () => {
    expect(labels("currentCustomer.slabName == |").slice(0, 2)).toEqual(["Silver", 'Gold "24"']);
    expect(taken("currentCustomer.slabName == |")).toBe('currentCustomer.slabName == "Silver"|');
    expect(taken('currentCustomer.slabName == "G|')).toBe('currentCustomer.slabName == "Gold \\"24\\""|');
    expect(taken('currentCustomer.slabName == "G|" && true')).toBe(
      'currentCustomer.slabName == "Gold \\"24\\"|" && true',
    );
    expect(labels('currentCustomer.trackerValueBeforeEvent("|", "x") > 1')).toEqual(["Spend"]);
    expect(labels("currentCustomer.trackerValueBeforeEvent(|").slice(0, 1)).toEqual(["Spend"]);
    expect(labels('currentTxn.basketSumIf("AMOUNT", "|")')).toContain("GREATER_THAN");
    expect(labels('currentTxn.basketSum("|", "x")')).toContain("brand");
    expect(labels('currentCustomer.customFieldValueExists("h|")')).toEqual(["hobby"]);
    expect(labels('currentTxn.notes == "|"')).toEqual([]);
  });

  it("survive whatever stands before and after", () => {
    expect(labels("# ' currentTxn.va|lue ~ \"open")).toContain("value");
    expect(labels('currentTxn.notes == "open\n && currentTxn.va|')).toContain("value");
    expect(at("|").from).toBe(0);
    expect(completionsAt("", 99, catalogue)).toMatchObject({ from: 0, to: 0 });
    expect(completionsAt("a", Number.NaN, catalogue).from).toBe(0);
    expect(completionsAt("x".repeat(10_001), 5, catalogue)).toMatchObject({ from: 5 });
  });

  it("any text at any offset has an answer within it", () => {
    const token = fc.constantFrom(
      ..."currentTxn . value date ( ) , == && \" \\ 1 'x # currentCustomer basketSum slabName".split(" "),
      "\n",
      " ",
    );
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(token, { maxLength: 25 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anyText, fc.integer({ min: -2, max: 200 }), (text, offset) => {
        const { from, to, items } = completionsAt(text, offset, catalogue);
        expect(from >= 0 && from <= to && to <= text.length).toBe(true);
        for (const { insert, caret } of items) expect(caret).toBeLessThanOrEqual(insert.length);
        const hover = hoverAt(text, offset, catalogue);
        if (hover !== null) expect(hover.start <= offset && offset <= hover.end).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("hover", () => {
  const over = (text: string) => hoverAt(text.replace("|", ""), text.indexOf("|"), catalogue);

  it.each([
    ["cur|rentTxn.value > 3", "currentTxn", null, "The bill that is being decided."],
    ["currentTxn.va|lue > 3", "currentTxn.value", "number", "Net amount of the bill."],
    ["currentTxn.value| > 3", "currentTxn.value", "number", "Net amount of the bill."],
    ['currentTxn.BASKET|SUM("SKU", "A1")', "currentTxn.basketSum(attribute, value)", "number", "Net amount"],
    ["currentTxn.date.isW|eekend()", ".isWeekend()", "boolean", "True on Saturday and Sunday."],
    ["currentTxn.extField_Ch|annel", "currentTxn.extField_Channel", "string", 'Extended field "Channel"'],
    ["currentTxn.value |>= 3", ">=", null, "at least as much"],
    ["currentTxn.value >= |3", "3", "number", "A number."],
    ['"|x" == "y"', '"x"', "string", "A text."],
    ["tr|ue", "true", "boolean", "Always holds."],
    [
      "currentLine|Item.qty",
      "currentLineItem",
      null,
      "It can be used only in TransactionAdd, in sets that run",
    ],
    ["currentEvent.target|Name", "currentEvent.targetName", null, "only in TargetCompleted"],
  ])("%s", (text, title, type, doc) => {
    const hover = over(text);
    expect(hover).toMatchObject({ title, type });
    expect(hover?.doc).toContain(doc);
  });

  it("says nothing of what means nothing", () => {
    expect(over("wea|ther.sunny")).toBeNull();
    expect(over("weather.su|nny")).toBeNull();
    expect(over("true | && false")).toBeNull();
    expect(over("(|)")).toBeNull();
    expect(hoverAt("true", 40, catalogue)).toBeNull();
  });

  it("tells what is never known", () => {
    expect(over("currentCustomer.isCon|trol")?.source).toBe("none yet");
  });
});
