import { expect, test } from "vitest";
import { csvText } from "./csv.ts";

test("quotes what needs it and guards what spreadsheets would run", () => {
  const text = csvText([
    ["Name", "Note", "Points"],
    ['Ada "A"', "a,b\nc", -3.5],
    ["=HYPERLINK(1)", "+44 20", null],
    ["@x", undefined, true],
  ]);
  expect(text).toBe(
    '\uFEFFName,Note,Points\r\n"Ada ""A""","a,b\nc",-3.5\r\n\'=HYPERLINK(1),\'+44 20,\r\n\'@x,,true\r\n',
  );
});
