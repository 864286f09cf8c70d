import { describe, expect, test } from "vitest";
import type { ProgramDefinition } from "../programs/schema.ts";
import { starterDefinition } from "../programs/starter.ts";
import { compiledProgram, membership } from "../testing.ts";
import { tierReminderWindows } from "./remind.ts";
import {
  downgradeTarget,
  judgeTier,
  type PeriodStanding,
  renewalPeriodOf,
  tierAfterReturn,
} from "./renewal.ts";
import type { Measures } from "./rules.ts";

const [base, silver] = starterDefinition().tiers;
const named = (number: number, threshold: number, changes: object = {}) => ({
  ...silver!,
  number,
  name: `Tier ${number}`,
  threshold,
  ...changes,
});
const measures = (changes: Partial<Measures> = {}): Measures => ({
  lifetimePurchases: 0,
  currentPoints: 0,
  lifetimePoints: 0,
  visits: 0,
  ...changes,
});
const pounds = (amount: number) => amount * 10_000;
const did = (changes: Partial<PeriodStanding> = {}): PeriodStanding => ({
  purchases: 0,
  visits: 0,
  points: 0,
  ...changes,
});
const END = new Date("2027-01-10T23:59:59Z");
const NOW = Date.parse("2027-01-31T08:00:00Z");

/** Four tiers by current points of 800, 2,000 and 4,000. */
const four = (target: "one_below" | "by_eligibility" | "lowest") =>
  compiledProgram({
    ...starterDefinition(),
    tiers: [base!, named(2, 800), named(3, 2000), named(4, 4000)],
    upgrade: { criterion: "current_points", type: "lazy" },
    downgrade: { target },
  } as ProgramDefinition);

describe("where members go whose tier ended", () => {
  test.each([
    ["one_below", 3],
    ["by_eligibility", 2],
    ["lowest", 1],
  ] as const)("%s, from tier 4 with 900: tier %d", (target, expected) => {
    expect(downgradeTarget(four(target), 4, measures({ currentPoints: 900_000 }))).toBe(expected);
  });

  test("is below the tier they had, whatever they reach", () => {
    expect(downgradeTarget(four("by_eligibility"), 3, measures({ currentPoints: 9_000_000 }))).toBe(2);
    expect(downgradeTarget(four("one_below"), 1, measures())).toBe(1);
  });
});

/** Silver for a year, with these terms of renewal. */
const renewing = (renewal: object | undefined, changes: Partial<ProgramDefinition> = {}) =>
  compiledProgram({
    ...starterDefinition(),
    tiers: [
      base!,
      named(2, 500, {
        validity: { kind: "months", months: 12 },
        ...(renewal === undefined ? {} : { renewal }),
      }),
    ],
    downgrade: { target: "one_below" },
    ...changes,
  } as ProgramDefinition);
const member = membership({
  tierNumber: 2,
  tierSince: new Date("2026-01-10T10:00:00Z"),
  tierExpiresAt: END,
  changeNo: 2,
});
const judged = (program: ReturnType<typeof renewing>, standing: PeriodStanding, changes = {}) =>
  judgeTier(program, { ...member, ...changes }, { now: NOW, standing, measures: measures() });

describe("a tier that ended", () => {
  const three = {
    conditions: [
      { kind: "purchases", threshold: 300 },
      { kind: "visits", threshold: 4 },
      { kind: "points", threshold: 50 },
    ],
  };
  const partly = did({ purchases: pounds(300), visits: 3, points: 50_000 });
  test.each([
    ["any by default", undefined, partly, true],
    ["any 2 of 3", { kind: "any", count: 2 }, partly, true],
    ["all", { kind: "all" }, partly, false],
    ["all of them held", { kind: "all" }, { ...partly, visits: 4 }, true],
    ["A AND B OR C", { kind: "custom", expression: "A AND B OR C" }, partly, true],
    ["A OR C AND B", { kind: "custom", expression: "A OR C AND B" }, partly, false],
    ["just too little", undefined, did({ purchases: pounds(300) - 1, visits: 3, points: 49_999 }), false],
  ] as const)("is renewed by %s", (_, combine, standing, isRenewed) => {
    const program = renewing(combine === undefined ? three : { ...three, combine });
    const { tierChange, membership: after } = judged(program, standing);
    expect(tierChange).toMatchObject(
      isRenewed ? { from: 2, to: 2, reason: "renewal" } : { from: 2, to: 1, reason: "downgrade" },
    );
    expect(after.tierExpiresAt?.toISOString() ?? null).toBe(isRenewed ? "2028-01-10T23:59:59.000Z" : null);
    expect(after.changeNo).toBe(3);
  });

  test("goes on a month, and then looks back a full validity", () => {
    const { membership: after } = judged(
      renewing({ ...three, extend: { by: "one_month" } }),
      did({ visits: 4 }),
    );
    expect(after.tierExpiresAt).toEqual(new Date("2027-02-10T23:59:59Z"));
    expect(after.tierSince).toEqual(member.tierSince);
    const period = renewalPeriodOf(renewing({ ...three, extend: { by: "one_month" } }), after)!;
    expect([period.from, period.to].map((at) => new Date(at).toISOString())).toEqual([
      "2026-02-11T00:00:00.000Z",
      "2027-02-10T23:59:59.000Z",
    ]);
  });

  test("without conditions is not renewed, and asks nobody what was done", () => {
    expect(renewalPeriodOf(renewing(undefined), member)).toBeNull();
    expect(judged(renewing(undefined), did({ purchases: pounds(9999) })).tierChange.to).toBe(1);
  });

  test("goes back where an action had taken the member from", () => {
    const { tierChange, membership: after } = judged(renewing(three), did({ visits: 9 }), { returnTier: 1 });
    expect(tierChange).toMatchObject({ from: 2, to: 1, reason: "tier ended" });
    expect(after.returnTier).toBeNull();
  });

  test("begins a fresh validity where it leads to", () => {
    const program = compiledProgram({
      ...starterDefinition(),
      tiers: [base!, named(2, 500, { validity: { kind: "months", months: 6 } }), named(3, 2000)],
      downgrade: { target: "one_below" },
    } as ProgramDefinition);
    const { membership: after } = judgeTier(
      program,
      { ...member, tierNumber: 3 },
      { now: NOW, standing: null, measures: measures() },
    );
    // The clocks of summer: the end of 31 July in London.
    expect(after).toMatchObject({ tierNumber: 2, tierExpiresAt: new Date("2027-07-31T22:59:59Z") });
  });
});

describe("a return", () => {
  const program = renewing(undefined, { downgrade: { target: "one_below", onReturn: true } });
  const before = measures({ lifetimePurchases: pounds(520) });
  const after = measures({ lifetimePurchases: pounds(480) });
  test("takes back the tier that it undoes", () => {
    expect(tierAfterReturn(program, member, before, after)).toBe(1);
  });
  test("takes none that it does not undo, that was given by hand, or without the program's word", () => {
    expect(tierAfterReturn(program, member, before, measures({ lifetimePurchases: pounds(500) }))).toBeNull();
    expect(tierAfterReturn(program, member, after, measures())).toBeNull();
    expect(tierAfterReturn(program, { ...member, isManualTier: true }, before, after)).toBeNull();
    expect(tierAfterReturn(renewing(undefined), member, before, after)).toBeNull();
  });
});

describe("reminders", () => {
  const days = (at: number) => new Date(at).toISOString().slice(0, 10);
  test.each([
    // Judged on 31 January: what ends by then is due from the 1st on, the newer reminder from the 24th.
    [
      "2027-01-01",
      [
        ["2027-01-01", "2027-01-01"],
        ["2027-01-01", "2027-01-31"],
      ],
    ],
    [
      "2027-01-23",
      [
        ["2027-01-01", "2027-01-01"],
        ["2027-01-01", "2027-02-01"],
      ],
    ],
    [
      "2027-01-24",
      [
        ["2027-01-01", "2027-01-31"],
        ["2027-01-31", "2027-02-01"],
      ],
    ],
  ] as const)("on %s", (now, expected) => {
    const windows = tierReminderWindows([30, 7], "monthly", Date.parse(`${now}T09:00:00Z`), "Europe/London");
    expect(windows.map(({ after, before }) => [days(after), days(before)])).toEqual(expected);
  });
});
