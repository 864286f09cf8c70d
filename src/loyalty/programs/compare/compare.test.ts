import fc from "fast-check";
import { expect, test } from "vitest";
import type { ProgramDefinition } from "../schema.ts";
import { starterDefinition } from "../starter.ts";
import { compareDefinitions } from "./compare.ts";
import { differencesOf } from "./differences.ts";

const starter = starterDefinition();
const [set] = starter.activities.TransactionAdd;
const [rule] = set!.rules;

/** A copy of the starter with a change made to it. */
const changed = (change: (definition: ProgramDefinition) => void): ProgramDefinition => {
  const copy = structuredClone(starter);
  change(copy);
  return copy;
};

const sentences = (before: unknown, after: unknown): string[] =>
  compareDefinitions(before, after).flatMap(({ name, changes }) =>
    changes.map(({ sentence }) => `${name} | ${sentence}`),
  );

const CASES: readonly [what: string, after: ProgramDefinition, told: readonly string[]][] = [
  ["nothing", structuredClone(starter), []],
  [
    "a threshold",
    changed(({ tiers }) => {
      tiers[2]!.threshold = 12_500.5;
    }),
    ["Tiers | Tier 3 (Gold): threshold changes from 2000 to 12,500.5."],
  ],
  [
    "a tier more",
    changed(({ tiers }) => {
      tiers.push({ number: 4, name: "Platinum", description: "", color: "#101010", threshold: 9000 });
    }),
    ["Tiers | Tier 4 (Platinum) is added: number 4, description “”, colour “#101010”, threshold 9000."],
  ],
  [
    "the moment of the upgrade",
    changed(({ upgrade }) => {
      upgrade.type = "eager";
    }),
    ["Tiers | Upgrade: type changes from lazy to eager."],
  ],
  [
    "a rate",
    changed(({ activities }) => {
      activities.TransactionAdd[0]!.rules[0]!.award!.perTier = { "1": 1, "2": 2.5, "3": 3 };
    }),
    [
      "Rules | Set “Purchases”, rule “Points on every purchase”, award, rate by tier: tier 2 (Silver) changes from 2 % to 2.5 %.",
    ],
  ],
  [
    "a condition",
    changed(({ activities }) => {
      activities.TransactionAdd[0]!.rules[0]!.condition = "currentTxn.value > 10";
    }),
    [
      "Rules | Set “Purchases”, rule “Points on every purchase”: condition changes from “currentTxn.value > 0” to “currentTxn.value > 10”.",
    ],
  ],
  [
    "a set more in front, and a rule that goes",
    changed(({ activities }) => {
      activities.TransactionAdd.unshift({ id: "more", name: "More", rules: [] });
      activities.TransactionAdd[1]!.rules = [];
    }),
    [
      "Rules | Set “More” is added: id “more”, rules an empty list.",
      `Rules | Set “Purchases”: rule “Points on every purchase” is removed; it was id “base”, condition “${rule!.condition}”, award (strategy prorated percent, basis bill amount, by tier (tier 1 (Member) 1, tier 2 (Silver) 2, tier 3 (Gold) 3), rounding half up, decimals 2).`,
    ],
  ],
  [
    "the expiry",
    changed((definition) => {
      definition.expiry = { kind: "days", days: 90 };
    }),
    ["Expiry | Expiry changes from after 12 months, to the end of the month to after 90 days."],
  ],
  [
    "what was not there",
    changed((definition) => {
      definition.currencies = [
        { id: 5, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true, activeTo: null },
      ];
      definition.redemption = { perTier: { "3": { minimum: null } }, enabled: false };
      definition.activities.TransactionAdd[0]!.rules[0]!.award!.currencyId = 5;
      definition.delayFrom = "processing_date";
    }),
    [
      "Rules | Set “Purchases”, rule “Points on every purchase”, award: currency is set to currency 5 (Stamps); it was not set.",
      "Currencies | Currency “Stamps” is added: id 5, identifier “stamps”, decimals 0, taken back by returns yes, last day none.",
      "Promised points | Start of the delay is set to processing date; it was not set.",
      "Spending | Redemption is set to by tier (tier 3 (Gold) (minimum none)), enabled no; it was not set.",
    ],
  ],
];

test.each(CASES)("tells of %s", (_, after, told) => {
  expect(sentences(starter, after)).toEqual(told);
});

test("tells the order of what changed places", () => {
  const two = changed(({ activities }) => {
    activities.TransactionAdd.push({ id: "more", name: "More", rules: [] });
  });
  const turned = structuredClone(two);
  turned.activities.TransactionAdd.reverse();
  expect(sentences(two, turned)).toEqual([
    "Rules | The order of sets changes from set “Purchases”, set “More” to set “More”, set “Purchases”.",
  ]);
});

test("tells of activities and fields that it does not know by their names", () => {
  const after = {
    ...starter,
    activities: { ...starter.activities, SlabUpgrade: [{ id: "up", name: "Up", rules: [] }] },
    newThing: { someAmount: 3 },
  };
  expect(sentences(starter, after)).toEqual([
    "Rules | On SlabUpgrade: set “Up” is added: id “up”, rules an empty list.",
    "New thing | New thing is set to some amount 3; it was not set.",
  ]);
});

test("a draft may hold anything", () => {
  expect(sentences(null, starter)).toHaveLength(1);
  expect(sentences({ tiers: 7 }, { tiers: [null] })).toEqual(["Tiers | Tiers changes from 7 to none."]);
});

const key = fc.constantFrom(
  ...["tiers", "activities", "TransactionAdd", "rules", "id", "number", "name", "kind", "expiry", "delay"],
  ...["perTier", "award", "strategy", "1", "2", "months", "constructor", "toString", "somethingElse", "a b"],
);
const { document } = fc.letrec<{ document: unknown; list: unknown; object: unknown }>((tie) => ({
  document: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1, 2, -1.5, 1e21, "", "a", "b", "never", "months"),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("document"), { maxLength: 4 }),
  object: fc.dictionary(key, tie("document"), { maxKeys: 5 }),
}));
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

test("two documents compare as nothing exactly when they are equal, whatever they hold", () => {
  fc.assert(
    fc.property(document, document, (before, after) => {
      const told = sentences(before, after);
      expect(told.length === 0).toBe(canonical(before) === canonical(after));
      expect(told).toHaveLength(differencesOf(before, after).length);
      for (const sentence of told) expect(sentence).toMatch(/^[^|]+ \| \S.*\.$/s);
    }),
    { numRuns: 2000 },
  );
});

test("any one change within a document is told", () => {
  fc.assert(
    fc.property(document, fc.nat(), document, (before, at, value) => {
      const after: unknown = structuredClone(before);
      const places: (() => void)[] = [];
      const visit = (node: unknown) => {
        if (typeof node !== "object" || node === null) return;
        for (const name of Object.keys(node)) {
          const own = node as Record<string, unknown>;
          places.push(() => {
            own[name] = value;
          });
          visit(own[name]);
        }
      };
      visit(after);
      if (places.length > 0) places[at % places.length]!();
      expect(sentences(before, after).length === 0).toBe(canonical(before) === canonical(after));
    }),
    { numRuns: 2000 },
  );
});
