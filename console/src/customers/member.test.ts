import { describe, expect, test } from "vitest";
import type { Balance, Customer, Field, LedgerEntry } from "../api/types.ts";
import {
  changesOf as changesOfEvent,
  expiringFirst,
  heldPoints,
  signedAmount,
  tierProgress,
} from "./facts.ts";
import { accountName, debtWords, titleOf, wordsOfUse } from "./ledger-words.ts";
import { changesOf, EMPTY_MEMBER, type MemberValues } from "./member-values.ts";
import { distinctIdentifiers, identifierText, kindOfPoints, memberName, plainWords } from "./names.ts";
import { byDay } from "./timeline-days.ts";
import { ruleVerdict, runsOf } from "./why-words.ts";

const balance = (part: Partial<Balance>): Balance => ({
  programId: 1,
  programName: "Rewards",
  category: "REGULAR",
  currencyId: 0,
  currency: "points",
  balance: 0,
  issued: 0,
  received: 0,
  passedOn: 0,
  debt: 0,
  redeemed: 0,
  expired: 0,
  returned: 0,
  adjusted: 0,
  expiringNext: null,
  ...part,
});

describe("the header", () => {
  test("adds regular points without the errors of binary fractions", () => {
    expect(heldPoints([balance({ balance: 0.1 }), balance({ balance: 0.2 })]).regular).toBe(0.3);
  });
  test("names other kinds only when something is in them, and adds none of them to the points", () => {
    const { regular, others } = heldPoints([
      balance({ balance: 2 }),
      balance({ category: "PROMISED", balance: 5 }),
      balance({ category: "EXTERNAL" }),
      balance({ currency: "Stamps", balance: 1 }),
      balance({ category: "PROMISED", currency: "Stamps", balance: 3 }),
    ]);
    expect(regular).toBe(2);
    expect(others.map(kindOfPoints)).toEqual(["Promised points", "Stamps", "Promised Stamps"]);
  });
  test("finds what expires first, over offsets, and adds up what goes together", () => {
    const first = expiringFirst([
      balance({ expiringNext: { points: 5, expiresAt: "2027-01-01T00:00:00+01:00" } }),
      balance({ expiringNext: { points: 7, expiresAt: "2026-12-31T23:00:00Z" } }),
      balance({ expiringNext: { points: 9, expiresAt: "2027-02-01T00:00:00Z" } }),
      balance({ currency: "Stamps", expiringNext: { points: 1, expiresAt: "2026-12-01T00:00:00Z" } }),
    ]);
    expect(first?.points).toBe(12);
    expect(expiringFirst([balance({})])).toBeNull();
  });
  test("measures progress to the next tier and none on the highest", () => {
    const nextTier = { number: 2, name: "Silver", threshold: 500 };
    const progress = { criterion: "lifetime_purchases" as const, value: 125, toNext: 375 };
    expect(tierProgress({ nextTier, progress })).toEqual({ share: 0.25, missing: 375 });
    expect(tierProgress({ nextTier, progress: { ...progress, value: 700, toNext: 0 } })?.share).toBe(1);
    expect(tierProgress({ nextTier: null, progress })).toBeNull();
  });
});

test("an event changes the regular points, which the balance counts, apart from others", () => {
  const entry = (part: Partial<LedgerEntry>) =>
    ({ category: "REGULAR", currency: "points", ...part }) as LedgerEntry;
  const entries = [
    entry({ amount: 0.1 }),
    entry({ amount: 0.2 }),
    entry({ category: "PROMISED", amount: 7 }),
    entry({ currency: "Stamps", amount: 1 }),
    entry({ category: "TRIGGER_BASED", amount: 0 }),
  ];
  expect(changesOfEvent({ entries })).toEqual({
    regular: 0.3,
    others: [
      { kind: "Promised points", amount: 7 },
      { kind: "Stamps", amount: 1 },
    ],
  });
});

test("a line of the ledger names its bill once", () => {
  const title = (label: string, transactionNumber?: string) =>
    titleOf({ label, reference: transactionNumber === undefined ? null : { transactionNumber } });
  expect(title("Purchase INV 9", "INV 9")).toBe("Purchase");
  expect(title("Points expired")).toBe("Points expired");
  expect([
    signedAmount({ amount: 5, returnType: "FULL" }),
    signedAmount({ amount: 5, returnType: null }),
  ]).toEqual([-5, 5]);
});

test("names", () => {
  expect(memberName({ id: 7, firstName: null, lastName: "" })).toBe("Member 7");
  expect(memberName({ id: 7, firstName: "Ada", lastName: null })).toBe("Ada");
  expect(plainWords("PENDING_DELETION")).toBe("Pending deletion");
  expect(identifierText("mobile", "447911123456")).toBe("+447911123456");
  expect(identifierText("mobile", "44*******456")).toBe("44*******456");
  expect(["party", "issued", "program:expired"].map(accountName)).toEqual([
    "Member",
    "Program: issued",
    "Program: expired",
  ]);
});

test("one identifier that several sources know is shown once", () => {
  const of = (source: string): Customer["identifiers"][number] => ({
    source,
    accountId: "",
    type: "email",
    value: "ada@example.com",
  });
  expect(distinctIdentifiers([of("INSTORE"), of("WEB_ENGAGE")])).toEqual([
    { type: "email", value: "ada@example.com", sources: ["Instore", "Web engage"] },
  ]);
});

test("the timeline is cut into days of the organisation", () => {
  const items = ["2026-01-02T10:00", "2026-01-02T08:00", "2026-01-01T09:00"].map((at) => ({ at }));
  expect(byDay(items, (at) => at.slice(0, 10)).map(({ day, items: ofDay }) => [day, ofDay.length])).toEqual([
    ["2026-01-02", 2],
    ["2026-01-01", 1],
  ]);
});

describe("a form sends what differs", () => {
  const field = (name: string, dataType: Field["dataType"]): Field => ({
    id: 1,
    kind: "extended",
    scope: "CUSTOMER",
    name,
    label: name,
    dataType,
    enumValues: [],
    isMandatory: false,
    isActive: true,
  });
  const values = (part: Partial<MemberValues>): MemberValues => ({ ...EMPTY_MEMBER, ...part });

  test("and nothing else", () => {
    expect(changesOf(values({ firstName: " Ada " }), EMPTY_MEMBER, [])).toEqual({ firstName: "Ada" });
    expect(changesOf(EMPTY_MEMBER, EMPTY_MEMBER, [field("city", "string")])).toEqual({});
  });
  test("with fields in their types; an emptied one is taken away", () => {
    const before = values({ extendedFields: { city: "Rome", size: "38", vip: "true", born: "1988-01-01" } });
    const after = values({ extendedFields: { city: "", size: "38.5", vip: "false", born: "1988-01-01" } });
    const fields = [
      field("city", "string"),
      field("size", "double"),
      field("vip", "boolean"),
      field("born", "date"),
    ];
    expect(changesOf(after, before, fields)).toEqual({
      extendedFields: { city: null, size: 38.5, vip: false },
    });
  });
});

test("verdicts of rules", () => {
  const format = { signedPoints: (value: number) => `+${value}` };
  const award = { points: 1.5, rounded: 1, expiresAt: null };
  expect(ruleVerdict({ fired: true, awards: [award] }, format)).toEqual({ kind: "fired", text: "+1 point" });
  expect(ruleVerdict({ fired: true, awards: [{ ...award, category: "promised" }] }, format).text).toBe(
    "+1 promised point",
  );
  expect(ruleVerdict({ fired: true, awards: [{ ...award, currency: "Stamps" }] }, format).text).toBe(
    "+1 Stamps",
  );
  expect(ruleVerdict({ fired: true, awards: [{ ...award, rounded: 0 }] }, format).text).toBe(
    "Applied, no points",
  );
  expect(ruleVerdict({ fired: false, awards: [] }, format).kind).toBe("not");
  expect(ruleVerdict({ fired: false, undetermined: true, awards: [] }, format).kind).toBe("unknown");
});

describe("what became of a lot", () => {
  test.each([
    ["redeemed", 5, "Spent"],
    ["redeemed", -5, "Spending given back"],
    ["returned", 5, "Returned"],
    ["transfer", 5, "Passed on"],
    ["settled", 5, "Settled a debt"],
    ["expired", -5, "Expiry undone"],
  ])("%s of %d is said as %j", (kind, amount, words) => {
    expect(wordsOfUse({ kind, amount })).toBe(words);
  });
  test("a debt is said where it changes", () => {
    expect([5, -5, 0].map(debtWords)).toEqual(["Owed from now on", "Debt paid", null]);
  });
});

test("rules stand below their sets, in the order in which they were tried", () => {
  const rule = (name: string, set: string) => ({
    name,
    set,
    fired: true,
    because: [],
    awards: [],
    conditions: [],
  });
  const tried = [rule("a", "First"), rule("b", "First"), rule("c", "Bonus"), rule("d", "First")];
  expect(runsOf(tried).map(({ set, rules }) => [set, rules.map(({ name }) => name)])).toEqual([
    ["First", ["a", "b"]],
    ["Bonus", ["c"]],
    ["First", ["d"]],
  ]);
});
