import { expect, test } from "vitest";
import { endLine } from "./read-file.ts";

const NOTHING = {
  rowsRead: 0,
  rowsImported: 0,
  recordsImported: 0,
  rowsSkipped: 0,
  recordsSkipped: 0,
  rowsSetAside: 0,
  recordsSetAside: 0,
  rowsRejected: 0,
  customersRegistered: 0,
  pointsGiven: 0,
};

test("one is told as one", () => {
  expect(
    endLine("finished", "campaign", { ...NOTHING, rowsRead: 1, rowsImported: 1, recordsImported: 1 }),
  ).toBe("finished: 1 row read, 1 imported as 1 award, 0 were there already, 0 set aside, 0 rejected.");
  expect(
    endLine("finished", "transactions", { ...NOTHING, rowsRead: 5, recordsImported: 3, rowsSkipped: 1 }),
  ).toBe(
    "finished: 5 rows read, 0 imported as 3 transactions, 1 was there already, 0 set aside, 0 rejected.",
  );
});
