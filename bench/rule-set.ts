import {
  type CompiledExpression,
  check,
  compile,
  createCatalogue,
  type Facts,
  NO_CUSTOMER,
  NO_TRANSACTION,
  parse,
} from "#expressions";

/** A bill and its customer, plainly: what every engine is given in the form that it likes best. */
export interface Sample {
  readonly value: number;
  readonly discount: number;
  readonly store: string;
  readonly tier: string;
  readonly isLoyal: boolean;
  readonly bills: number;
  readonly lifetime: number;
  readonly codes: readonly string[];
}

/** A condition over one fact. */
export interface Test {
  readonly fact: keyof Sample;
  /** `has` asks whether a list has the value in it. */
  readonly operator: ">=" | "<" | "==" | "has";
  readonly value: number | string | boolean;
}

/** One rule in every form. Conditions are joined by `all`, of which one may be a choice of `any`. */
export interface BenchRule {
  readonly tests: readonly (Test | { readonly any: readonly Test[] })[];
  /** The same as a closure that somebody wrote by hand for it. */
  readonly byHand: (facts: Facts) => boolean;
}

const TIERS = ["Member", "Silver", "Gold", "Platinum"] as const;
const ITEMS = 40;

/** Seven kinds of rules as programs have them, over and over with other numbers. */
const KINDS: readonly ((n: number) => BenchRule)[] = [
  (n) => {
    const least = 5 + (n % 190);
    return {
      tests: [{ fact: "value", operator: ">=", value: least }],
      byHand: ({ currentTxn }) => currentTxn.value !== null && currentTxn.value >= least,
    };
  },
  (n) => {
    const [least, tier] = [10 + (n % 120), TIERS[n % TIERS.length]!];
    return {
      tests: [
        { fact: "value", operator: ">=", value: least },
        { fact: "tier", operator: "==", value: tier },
      ],
      byHand: ({ currentTxn, currentCustomer }) =>
        currentTxn.value !== null && currentTxn.value >= least && currentCustomer.slabName === tier,
    };
  },
  (n) => {
    const [bills, lifetime] = [1 + (n % 30), 100 * (n % 25)];
    return {
      tests: [
        { fact: "isLoyal", operator: "==", value: true },
        {
          any: [
            { fact: "bills", operator: ">=", value: bills },
            { fact: "lifetime", operator: ">=", value: lifetime },
          ],
        },
      ],
      byHand: ({ currentCustomer: { isLoyal, numberOfTxns, lifetimePurchase } }) =>
        isLoyal === true &&
        ((numberOfTxns !== null && numberOfTxns >= bills) ||
          (lifetimePurchase !== null && lifetimePurchase >= lifetime)),
    };
  },
  (n) => {
    const [from, to, store] = [n % 80, 80 + (n % 100), `S${n % 9}`];
    return {
      tests: [
        { fact: "store", operator: "==", value: store },
        { fact: "value", operator: ">=", value: from },
        { fact: "value", operator: "<", value: to },
      ],
      byHand: ({ currentStore, currentTxn: { value } }) =>
        currentStore.code === store && value !== null && value >= from && value < to,
    };
  },
  (n) => {
    const item = `I${n % ITEMS}`;
    return {
      tests: [{ fact: "codes", operator: "has", value: item }],
      byHand: ({ currentTxn: { lines } }) => lines.some(({ code }) => code === item),
    };
  },
  (n) => {
    const [discount, tier] = [n % 15, TIERS[(n + 1) % TIERS.length]!];
    return {
      tests: [
        { fact: "discount", operator: "<", value: discount },
        {
          any: [
            { fact: "tier", operator: "==", value: tier },
            { fact: "bills", operator: "<", value: 3 },
          ],
        },
      ],
      byHand: ({ currentTxn: { discount: given }, currentCustomer: { slabName, numberOfTxns } }) =>
        given !== null &&
        given < discount &&
        (slabName === tier || (numberOfTxns !== null && numberOfTxns < 3)),
    };
  },
  (n) => {
    const [lifetime, least, item] = [50 * (n % 40), n % 60, `I${(n * 7) % ITEMS}`];
    return {
      tests: [
        { fact: "lifetime", operator: ">=", value: lifetime },
        { fact: "value", operator: ">=", value: least },
        { fact: "codes", operator: "has", value: item },
      ],
      byHand: ({ currentCustomer: { lifetimePurchase }, currentTxn: { value, lines } }) =>
        lifetimePurchase !== null &&
        lifetimePurchase >= lifetime &&
        value !== null &&
        value >= least &&
        lines.some(({ code }) => code === item),
    };
  },
];

export const rulesFor = (count: number): readonly BenchRule[] =>
  Array.from({ length: count }, (_, n) => KINDS[n % KINDS.length]!(n));

/** Bills that differ in all that rules look at. */
export const samplesFor = (count: number): readonly Sample[] =>
  Array.from({ length: count }, (_, n) => ({
    value: ((n * 37) % 20_000) / 100,
    discount: (n * 11) % 17,
    store: `S${n % 11}`,
    tier: TIERS[(n * 5) % TIERS.length]!,
    isLoyal: n % 4 !== 0,
    bills: (n * 3) % 35,
    lifetime: (n * 101) % 3_000,
    codes: Array.from({ length: 1 + (n % 5) }, (_, line) => `I${(n * 3 + line * 13) % ITEMS}`),
  }));

export const factsOf = (sample: Sample): Facts => ({
  currentCustomer: {
    ...NO_CUSTOMER,
    isLoyal: sample.isLoyal,
    slabName: sample.tier,
    numberOfTxns: sample.bills,
    lifetimePurchase: sample.lifetime,
  },
  currentTxn: {
    ...NO_TRANSACTION,
    value: sample.value,
    discount: sample.discount,
    lines: sample.codes.map((code) => ({
      code,
      description: null,
      quantity: 1,
      rate: 1,
      value: 1,
      discount: 0,
      amount: 1,
      attributes: null,
      extendedFields: null,
    })),
  },
  currentStore: { code: sample.store, name: null },
  currentEvent: { eventType: "TransactionAdd" },
  program: { name: null },
  organization: { name: null },
  localTime: () => ({ year: 2026, month: 1, day: 1, weekday: 1, hour: 0, minute: 0, second: 0 }),
});

const ATTRIBUTES: Readonly<Record<keyof Sample, string>> = {
  value: "currentTxn.value",
  discount: "currentTxn.discount",
  store: "currentStore.code",
  tier: "currentCustomer.slabName",
  isLoyal: "currentCustomer.isLoyal",
  bills: "currentCustomer.numberOfTxns",
  lifetime: "currentCustomer.lifetimePurchase",
  codes: "currentTxn.basketIncludes",
};

const testText = ({ fact, operator, value }: Test): string =>
  operator === "has"
    ? `${ATTRIBUTES[fact]}("SKU", ${JSON.stringify(value)})`
    : `${ATTRIBUTES[fact]} ${operator} ${JSON.stringify(value)}`;

/** The rule in our language. */
export const textOfRule = ({ tests }: BenchRule): string =>
  tests
    .map((test) => ("any" in test ? `(${test.any.map(testText).join(" || ")})` : testText(test)))
    .join(" && ");

const catalogue = createCatalogue();

export const compileRule = (rule: BenchRule): CompiledExpression => {
  const parsed = parse(textOfRule(rule));
  const result = parsed.ok ? check(parsed.tree, catalogue) : parsed;
  if (!("checked" in result))
    throw new Error(`a rule of the benchmark does not compile: ${textOfRule(rule)}`);
  return compile(result.checked);
};
