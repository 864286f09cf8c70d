import type { Facts } from "#expressions";
import { factsWith } from "../../src/expressions/testing.ts";

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
type Random = () => number;

export const below = (random: Random, most: number): number => Math.floor(random() * most);
export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)]!;

/** Rules of every kind, which mutations start from. */
const RULES: readonly string[] = [
  "true",
  'currentTxn.value >= 30.5 && (currentCustomer.slabName == "Gold" || !currentTxn.date.isWeekend())',
  'currentTxn.basketSum("brand", "Nord") > 20 || currentTxn.basketSumRegexBrandGross("^S.*o$") / 2 <= 9.5',
  'currentTxn.basketCountIf("AMOUNT", "GREATER_THAN", "12.1") + currentTxn.basketQtyRegex("SKU", "[A-B]\\d?") > 3',
  'currentTxn.notes.matches("^(a|b)*(cash|card)+$") || currentTxn.notes.contains(currentTxn.number)',
  "currentTxn.value % 0 == 0 || (currentTxn.discount / currentTxn.value).isNull()",
  'currentTxn.value.interval("10,20,50.5") == 3 && currentCustomer.lifetimePurchase - 5 * -2 > 10',
  "currentTxn.date.isTimeBetween(22, 30, 6, 0) || currentTxn.date.daysDiff(currentCustomer.joinDate) <= 7",
  'currentTxn.date.daysDiffFromString("1990-12-31") < 10 && currentTxn.date.isAfter(2025, 1, 1, 0, 0, 1)',
  'currentCustomer.includesLabelRegex("vip|gold") || groupPrimaryCustomer.numberOfRedemptionsToday == 0',
  'currentCustomer.trackerValueCurrentEvent("Spend", "big") > currentCustomer.avgSpendPerVisit',
  'currentLineItem.doesItemMatch("category", "Mugs") && currentLineItem.discPercentage >= 10',
  'returnBill.basketIncludesRegexCategory("^M") && returnBill.totalQty > 1 && tenderProfile.code != "cash"',
  'currentEvent.targetGaps("t") < 5 && currentEvent.previousMobile.isNotNull("")',
  'currentTxn.extField_covers >= 2 && currentCustomer.extField_vip == true && "2025-02-30".isValidDate()',
  "((((currentCustomer.isLoyal()))) == (currentTxn.points > 1)) != false",
];
const PIECES: readonly string[] = [
  ...RULES.flatMap((rule) => rule.match(/[\w.]+|"[^"]*"|[^\s\w."]+/g) ?? []),
  ...'currentTxn. .value .date. __proto__ constructor .toString() ( ) (( )) , . ! - -- && || == != >= < " \\ \\" \' = & | 0 1e9 99999999999999999999 null true # \u0000 \u2028 😀'.split(
    " ",
  ),
  " ",
  "\n",
];

const CHARACTERS = '\u0000 \n\t"\\().,!=<>&|+-*/%abzAZ09_é😀\ud800\uffff';
const randomText = (random: Random): string =>
  Array.from({ length: below(random, 80) }, () => pick(random, [...CHARACTERS])).join("");

const soup = (random: Random): string =>
  Array.from({ length: below(random, 40) }, () => pick(random, PIECES)).join(pick(random, ["", " "]));

/** Cuts, doubles, replaces or puts in a piece. */
const mutated = (random: Random, text: string): string => {
  const from = below(random, text.length + 1);
  const to = from + below(random, 12);
  const [head, middle, tail] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  switch (below(random, 5)) {
    case 0:
      return head + tail;
    case 1:
      return head + middle + middle + tail;
    case 2:
      return head + pick(random, PIECES) + tail;
    case 3:
      return head + pick(random, PIECES) + middle + tail;
    default:
      return `${head}(${middle})${tail}`;
  }
};

/** Rules joined, so that long and deep ones come too. */
const joined = (random: Random): string => {
  let text = pick(random, RULES);
  for (let turn = below(random, 6); turn > 0; turn -= 1) {
    const other = pick(random, RULES);
    text = pick(random, [
      `(${text}) && ${other}`,
      `${text} || ${other}`,
      `!(${text})`,
      `(${text}) == (${other})`,
    ]);
  }
  return text;
};

/** A text that may be an expression: random, made of pieces, or a rule with some mistakes. */
export const someText = (random: Random): string => {
  const kind = random();
  if (kind < 0.1) return randomText(random);
  if (kind < 0.25) return soup(random);
  let text = joined(random);
  for (let turn = below(random, 3); turn > 0; turn -= 1) text = mutated(random, text);
  return text;
};

const WILD: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1e308,
  Number.NaN,
  "",
  "x",
  "2024-02-29",
  true,
  {},
  [],
];

/** Facts that nobody would bring, over those of a bill. */
export const someFacts = (random: Random): Facts => {
  const plain = factsWith();
  const amount = () => pick(random, [null, 0, -3, 12.5, 42, 1e15, 5e-7]);
  const { lines } = plain.currentTxn;
  const many = Array.from({ length: below(random, 12) }, () => ({
    ...pick(random, lines),
    quantity: amount(),
    amount: amount(),
    attributes: pick(random, [null, { Brand: pick(random, WILD), category: "Mugs" }]),
  }));
  const currentTxn = {
    ...plain.currentTxn,
    value: amount(),
    discount: amount(),
    notes: pick(random, [null, "", "cash", "abababab".repeat(40), "\ud800"]),
    date: pick(random, [null, 0, Date.UTC(2025, 1, 28, 22, 59), -1e12]),
    lines: many,
    extendedFields: { covers: pick(random, WILD) },
  };
  return {
    ...plain,
    currentTxn,
    currentCustomer: {
      ...plain.currentCustomer,
      lifetimePurchase: amount(),
      numberOfVisits: pick(random, [null, 0, 3]),
      tags: pick(random, [null, [], ["vip", "gold-1"]]),
      extendedFields: { vip: pick(random, WILD) },
    },
    currentLineItem: many[0] ?? null,
    returnBill: pick(random, [null, { ...currentTxn, lines: many.slice(1) }]),
  };
};
