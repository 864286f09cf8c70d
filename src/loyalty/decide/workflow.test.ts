import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Action } from "../programs/actions.ts";
import type { Scope } from "../programs/scopes.ts";
import { awarding, bill, compiledProgram, definitionWithSets, member, SOME_DAY } from "../testing.ts";
import { DecisionContext } from "./context.ts";
import { decideTransaction } from "./decide.ts";
import { explainTrace } from "./explain.ts";
import type { LineFacts, TransactionFacts } from "./schema.ts";
import { toldRules } from "./told-rules.ts";

type Sets = Parameters<typeof definitionWithSets>[0];
const decided = (sets: Sets, facts: TransactionFacts = bill(100)) => {
  const program = compiledProgram(definitionWithSets(sets));
  const decision = decideTransaction(program, facts, member());
  return { ...decision, why: explainTrace(JSON.parse(JSON.stringify(decision.trace)), program) };
};
const points = (sets: Sets, facts?: TransactionFacts): number =>
  decided(sets, facts).awards.reduce((sum, award) => sum + award.points, 0) / 1000;

/** What rules see of a bill of such a member, before any of them. */
const contextOf = (program: ReturnType<typeof compiledProgram>, facts: TransactionFacts): DecisionContext => {
  const state = member();
  const { membership } = decideTransaction(program, facts, state);
  return new DecisionContext(program, facts, state, state.membership!, membership!, 1, 1);
};

const line = (pounds: number, changes: Partial<LineFacts> = {}): LineFacts => ({
  itemCode: "A",
  description: null,
  quantity: 1000,
  rate: pounds * 10_000,
  value: pounds * 10_000,
  discount: 0,
  amount: pounds * 10_000,
  ...changes,
});

describe("rules", () => {
  test("do their actions where the condition is true, the others where it is false, neither where it cannot be told", () => {
    const rule = (condition: string) => [
      { rules: [{ condition, actions: [awarding(5), awarding(2)], otherwise: [awarding(1)] }] },
    ];
    expect(points(rule("currentTxn.value > 50"))).toBe(7);
    expect(points(rule("currentTxn.value > 500"))).toBe(1);
    expect(points(rule("currentTxn.value / 0 > 1"))).toBe(0);
  });

  test("tell each of their awards", () => {
    const { why } = decided([{ rules: [{ actions: [awarding(5), awarding(2)] }] }]);
    expect(why.rules[0]).toMatchObject({
      fired: true,
      awards: [{ rounded: 5 }, { rounded: 2 }],
      because: [
        "This always holds.",
        expect.stringContaining("5 points whatever the amount"),
        expect.stringContaining("2 points whatever the amount"),
      ],
    });
    expect(why.outcome).toContain("Earned 7 points in tier Member from 1 rule");
  });

  test("see what those before them gave, across stages that run in their own order", () => {
    const sets: Sets = [
      { stage: "end", rules: [{ condition: "currentTxn.points == 3", actions: [awarding(10)] }] },
      { stage: "trackers", rules: [{ condition: "currentTxn.points == 1", actions: [awarding(2)] }] },
      { rules: [{ actions: [awarding(1)] }] },
    ];
    expect(points(sets)).toBe(13);
  });
});

describe("forwarding", () => {
  const onward: Sets[number] = {
    id: "onward",
    name: "Onward",
    isForwarded: true,
    rules: [{ condition: "currentTxn.value > 50", actions: [awarding(4)] }],
  };

  test("runs the set in the middle of the rule that forwards, and only then", () => {
    const forward = { type: "forward", setId: "onward" } as const;
    const rules = [
      { condition: 'currentTxn.number == "B-1"', actions: [awarding(1), forward], otherwise: [] },
      { condition: "currentTxn.points == 5", actions: [awarding(10)] },
    ];
    expect(points([{ rules }, onward])).toBe(15);
    expect(points([{ rules }, onward], bill(100, { number: "B-2" }))).toBe(0);
  });

  test("is told with the rules of the set", () => {
    const { why } = decided([{ rules: [{ actions: [{ type: "forward", setId: "onward" }] }] }, onward]);
    expect(why.rules.map(({ set }) => set)).toEqual(["Set 1", "Onward"]);
    expect(why.rules[0]?.because.at(-1)).toBe("It goes on with Onward.");
  });
});

describe("scopes", () => {
  const inScope = (scope: Scope, changes: Partial<TransactionFacts> = {}) =>
    points([{ scope, rules: [{ actions: [awarding(1)] }] }], bill(100, changes)) === 1;
  const at = (text: string) => ({ billedAt: Date.parse(text) });

  test("of dates begin with a day or time in the organisation's zone and end with the day, or before the time", () => {
    const july = { from: "2026-07-01", to: "2026-07-31" };
    // London is an hour ahead of UTC in July.
    expect(inScope(july, at("2026-06-30T22:59:59Z"))).toBe(false);
    expect(inScope(july, at("2026-06-30T23:00:00Z"))).toBe(true);
    expect(inScope(july, at("2026-07-31T22:59:59Z"))).toBe(true);
    expect(inScope(july, at("2026-07-31T23:00:00Z"))).toBe(false);
    expect(inScope({ to: "2026-01-20T12:00" }, { billedAt: SOME_DAY })).toBe(false);
    expect(inScope({ to: "2026-01-20T12:00:01" }, { billedAt: SOME_DAY })).toBe(true);
  });

  test.each([
    [{ stores: { include: ["LON1", "lon2"] } }, true],
    [{ stores: { exclude: ["lon1"] } }, false],
    [{ stores: { include: ["lon1"], exclude: ["lon1"] } }, false],
    [{ zones: { include: ["South"] } }, true],
    [{ zones: { exclude: ["south"] } }, false],
    [{ zones: { include: ["north"] } }, false],
    [{ concepts: { include: ["fashion"] } }, true],
    [{ concepts: { exclude: ["food"] } }, true],
    [{ sources: ["instore"] }, true],
    [{ sources: ["WECHAT"] }, false],
    [{ sources: ["instore"], zones: { include: ["north"] } }, false],
    [{}, true],
  ])("%j", (scope, expected) => {
    expect(inScope(scope)).toBe(expected);
  });

  test("that do not hold are told once for the set", () => {
    const { why } = decided([
      { name: "Web only", scope: { sources: ["WEB_ENGAGE"] }, rules: [{ actions: [awarding(1)] }] },
    ]);
    expect(why.rules).toEqual([]);
    expect(why.skipped).toEqual(["Web only did not run: the bill's source is not among its sources."]);
  });
});

describe("a set for each line", () => {
  const percent = { strategy: "prorated_percent" } as const;
  const lines = [line(60), line(90), line(0)];

  test("gives by the line's own amount, to that line", () => {
    const { awards, why } = decided(
      [{ unroll: "lines", rules: [{ actions: [awarding(5, percent)] }] }],
      bill(120, { lines }),
    );
    expect(awards.map(({ line: no, points: given, source }) => [no, given, source])).toEqual([
      [1, 3000, "line_item_regular"],
      [2, 4500, "line_item_regular"],
      [3, 0, "line_item_regular"],
    ]);
    expect(why.rules.map(({ item }) => item?.no)).toEqual([1, 2, 3]);
    expect(why.rules[1]?.because.at(-1)).toContain("90.00 GBP × 5 % = 4.5 points");
    expect(why.rules[2]?.because.at(-1)).toBe("An amount of zero earns nothing.");
  });

  test("spreads the bill's discount where it goes by proportions (promotions-and-targets.md §1.2)", () => {
    const set = { unroll: "lines" as const, rules: [{ actions: [awarding(5, percent)] }] };
    const facts = bill(1200, { lines: [line(600), line(900)] });
    const given = (useProportions: boolean) =>
      decided([{ ...set, useProportions }], facts).awards.map(({ points: one }) => one / 1000);
    expect(given(false)).toEqual([30, 45]);
    expect(given(true)).toEqual([24, 36]);
  });

  test("by proportions adds up to the bill exactly", () => {
    const money = fc.integer({ min: 0, max: 1e8 });
    fc.assert(
      fc.property(fc.array(money, { minLength: 1, maxLength: 20 }), money, (amounts, amount) => {
        const facts = { ...bill(1), amount, lines: amounts.map((one) => ({ ...line(1), amount: one })) };
        const { trace } = decided(
          [{ unroll: "lines", useProportions: true, rules: [{ actions: [awarding(1)] }] }],
          facts,
        );
        const told = trace.rules.reduce((sum, { a = [] }) => {
          const first = a[0];
          return sum + (first !== undefined && "b" in first ? (first.b ?? 0) : 0);
        }, 0);
        expect(told).toBe(amounts.some((one) => one > 0) ? amount : 0);
      }),
    );
  });

  test("keeps what fired, and of what did not a hundred", () => {
    const many = Array.from({ length: 300 }, () => line(1));
    const sets: Sets = [
      { unroll: "lines", rules: [{ condition: "currentTxn.value > 1000", actions: [awarding(1)] }] },
    ];
    const { trace, why } = decided(sets, bill(300, { lines: many }));
    expect(trace.rules).toHaveLength(100);
    expect(trace.untold).toBe(200);
    expect(why.skipped).toEqual(["200 more rules, run for lines or payments, came to nothing."]);
    const fired = decided(sets, bill(3000, { lines: many }));
    expect(fired.trace.rules).toHaveLength(300);
    expect(fired.awards).toHaveLength(300);
  });
});

test("conditions see the line or the payment that their set is run for, and that of sets forwarded to", () => {
  const sets: Sets = [
    {
      unroll: "lines",
      rules: [{ condition: 'currentLineItem.code == "B"', actions: [{ type: "forward", setId: "onward" }] }],
    },
    {
      id: "onward",
      isForwarded: true,
      rules: [{ condition: "currentLineItem.qty >= 1", actions: [awarding(7)] }],
    },
    { unroll: "tenders", rules: [{ condition: "tenderProfile.amount > 50", actions: [awarding(1)] }] },
    { rules: [{ condition: "currentTxn.points == 8", actions: [awarding(100)] }] },
  ];
  const facts = bill(150, {
    lines: [line(60), line(90, { itemCode: "B" })],
    tenders: [
      { code: "CARD", amount: 600_000, notes: null },
      { code: "CASH", amount: 900, notes: null },
    ],
  });
  const { awards, why } = decided(sets, facts);
  expect(awards.map(({ line: no, points: given }) => [no, given])).toEqual([
    [2, 7000],
    [0, 1000],
    [0, 100_000],
  ]);
  expect(why.rules.map(({ fired }) => fired)).toEqual([false, true, true, true, false, true]);
});

test("a set for each payment gives by what it paid, to the bill", () => {
  const tenders = [
    { code: "CARD", amount: 1_800_000, notes: null },
    { code: "CASH", amount: 900_000, notes: null },
  ];
  const sets: Sets = [
    { unroll: "tenders", rules: [{ actions: [awarding(1, { strategy: "prorated_percent" })] }] },
  ];
  const { awards, why } = decided(sets, bill(270, { tenders }));
  expect(awards.map(({ line: no, points: given }) => [no, given])).toEqual([
    [0, 1800],
    [0, 900],
  ]);
  expect(why.rules[1]?.item).toEqual({ kind: "payment", no: 2 });
  expect(points(sets)).toBe(0);
});

describe("what a trace keeps", () => {
  const CONDITIONS = [
    "currentTxn.value > 50",
    'currentTxn.value > 10 && currentCustomer.slabName == "Member"',
    "currentTxn.points >= 2 || currentTxn.date.isWeekend()",
    'currentTxn.basketQty("SKU", "A") > 1',
    "currentCustomer.currentPoints > currentTxn.points",
    "!currentCustomer.isLoyal",
    'currentTxn.notes.isNull() || currentTxn.notes.contains("x")',
    "currentTxn.value / currentTxn.discount > 2",
    "currentTxn.value * 2 > 90 && currentTxn.date.month() == 1",
    "true",
    'currentTxn.notes.matches("^gift")',
  ];
  const rules = fc.array(
    fc.record({
      condition: fc.constantFrom(...CONDITIONS),
      actions: fc.constantFrom<Action[]>([awarding(2)], [awarding(1), awarding(1)], []),
      otherwise: fc.constantFrom<Action[]>([], [awarding(1)]),
    }),
    { minLength: 1, maxLength: 8 },
  );

  test("tells of every rule what an evaluation with its steps kept at once would tell", () => {
    fc.assert(
      fc.property(
        rules,
        fc.integer({ min: 0, max: 10_000 }),
        fc.constantFrom(null, "", "gift for x"),
        (list, cents, note) => {
          const program = compiledProgram(definitionWithSets([{ rules: list }]));
          const facts = bill(cents / 100, { note, discount: 0, lines: [line(5, { quantity: 2000 })] });
          const { trace } = decideTransaction(program, facts, member());
          const told = toldRules(JSON.parse(JSON.stringify(trace)), program);
          // The same, each rule traced on facts as they were before it.
          const context = contextOf(program, facts);
          const steps = program.rules.map(({ condition, actions, otherwise }) => {
            const { outcome, steps: v } = condition.trace(context);
            const branch = outcome === 1 ? actions : outcome === 0 ? otherwise : [];
            for (const action of branch)
              if (action.type === "award" && facts.amount > 0) context.award(action.award.rates[0]! / 10);
            return [outcome, v];
          });
          expect(told.map(({ o, v }) => [o, v])).toEqual(steps);
        },
      ),
    );
  });

  test("is small: what fifty rules look at is there once", () => {
    const list = Array.from({ length: 50 }, (_, index) => ({
      condition: `currentTxn.value > ${1000 + index} && currentCustomer.lifetimePurchase > ${index}`,
      actions: [awarding(1)],
    }));
    const { trace } = decided([{ rules: list }]);
    expect(trace.o).toBe("0".repeat(50));
    expect(trace.rules).toEqual([]);
    expect(JSON.stringify(trace).length).toBeLessThan(300);
  });

  test("is not read by the operands of another compilation", () => {
    const fields = [{ scope: "transaction", name: "Channel", type: "string" } as const];
    const definition = definitionWithSets([
      {
        rules: [
          { condition: 'currentTxn.extField_Channel == "web"', actions: [awarding(1)] },
          { condition: "currentTxn.value > 500", actions: [awarding(1)] },
        ],
      },
    ]);
    const then = compiledProgram(definition, { fields });
    const { trace } = decideTransaction(then, bill(100, { extendedFields: { Channel: "shop" } }), member());
    expect(toldRules(trace, then).map(({ v }) => v)).toEqual([[[0, 0, "shop"]], [[0, 0, 100]]]);
    expect(toldRules(trace, compiledProgram(definition)).map(({ o, v }) => [o, v])).toEqual([
      [0, []],
      [0, []],
    ]);
  });

  test("of an older decision, each rule with its steps, is told as it is", () => {
    const { trace } = decided([{ rules: [{ condition: "currentTxn.value > 50", actions: [awarding(2)] }] }]);
    const program = compiledProgram(
      definitionWithSets([{ rules: [{ condition: "currentTxn.value > 50", actions: [awarding(2)] }] }]),
    );
    const { o: _, h: __, x: ___, ...older } = trace;
    const rule = { i: 0, o: 1 as const, v: [[0, 1, 100]] as const, p: 2000, r: 2 };
    expect(explainTrace({ ...older, rules: [rule] }, program).rules).toEqual(
      explainTrace(trace, program).rules,
    );
  });
});

describe("an upgrade by a bill", () => {
  const withUpgrade = (sets: Sets, upgrade: Sets, changes: object = {}) => {
    const own = definitionWithSets(sets);
    const onUpgrade = definitionWithSets(
      upgrade.map((set, index) => ({
        ...set,
        id: `up${index}`,
        rules: set.rules.map((rule, place) => ({ ...rule, id: `up${index}_${place}` })),
      })),
    );
    const definition = {
      ...own,
      ...changes,
      activities: {
        TransactionAdd: own.activities.TransactionAdd,
        SlabUpgrade: onUpgrade.activities.TransactionAdd,
      },
    };
    return compiledProgram(definition);
  };
  const base: Sets = [{ rules: [{ actions: [awarding(1, { strategy: "prorated_percent" })] }] }];

  test("runs its own sets once, by the new tier, on what the bill left", () => {
    const program = withUpgrade(base, [
      {
        name: "Welcome to the tier",
        rules: [
          {
            condition:
              'currentEvent.eventType == "SlabUpgrade" && currentCustomer.slabName == "Silver" && currentCustomer.initialSlabName == "Member" && currentCustomer.currentPoints == 6',
            actions: [awarding(0, { allTiers: undefined as never, perTier: { "1": 10, "2": 20, "3": 30 } })],
          },
        ],
      },
    ]);
    const { awards, trace } = decideTransaction(program, bill(600), member());
    expect(awards.map(({ points: given }) => given)).toEqual([6000, 20_000]);
    expect(trace.raised?.map(({ activity, o }) => [activity, o])).toEqual([["SlabUpgrade", "1"]]);
    const why = explainTrace(JSON.parse(JSON.stringify(trace)), program);
    expect(why.outcome).toContain("Earned 26 points");
    expect(why.rules.map(({ set, activity, fired }) => [set, activity, fired])).toEqual([
      ["Set 1", undefined, true],
      ["Welcome to the tier", "SlabUpgrade", true],
    ]);
    expect(why.rules[1]?.because.at(-1)).toContain("20 points whatever the amount (Silver)");
  });

  test("does nothing where there is none, and its conditions may not name what a bill's may", () => {
    const program = withUpgrade(base, [{ rules: [{ actions: [awarding(100)] }] }]);
    const { awards, trace } = decideTransaction(program, bill(100), member());
    expect(awards).toHaveLength(1);
    expect(trace.raised).toBeUndefined();
  });

  test("is held to the limits of the bill", () => {
    const limits = [{ id: 1, name: "Cap", per: "transaction", counts: "awarded", value: 50 }];
    const program = withUpgrade(base, [{ rules: [{ actions: [awarding(100)] }] }], { limits });
    const { awards } = decideTransaction(program, bill(600), member());
    expect(awards.map(({ points: given }) => given)).toEqual([6000, 44_000]);
  });
});
