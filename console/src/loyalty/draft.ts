import type { Award, AwardStrategy, ProgramDefinition, ProgramTier, Rates, Rule } from "../api/programs.ts";

/** What a new program starts from: one tier, one point for each hundred of the currency, a year of life. */
export const FIRST_DEFINITION: ProgramDefinition = {
  tiers: [{ number: 1, name: "Member", description: "", color: "#8a9a91", threshold: 0 }],
  upgrade: { criterion: "lifetime_purchases", type: "lazy" },
  activities: { TransactionAdd: [{ id: "earn", name: "Earning", rules: [] }] },
  expiry: { kind: "months", months: 12, endsWith: "month" },
};

/** The definition with every rule of every set changed. */
export const mapRules = (
  definition: ProgramDefinition,
  change: (rule: Rule, set: number, index: number) => Rule,
): ProgramDefinition => ({
  ...definition,
  activities: {
    TransactionAdd: definition.activities.TransactionAdd.map((set, setIndex) => ({
      ...set,
      rules: set.rules.map((rule, index) => change(rule, setIndex, index)),
    })),
  },
});

export const changeRule = (
  definition: ProgramDefinition,
  set: number,
  index: number,
  change: { [Key in keyof Rule]?: Rule[Key] | undefined },
): ProgramDefinition =>
  mapRules(definition, (rule, setIndex, ruleIndex) =>
    setIndex === set && ruleIndex === index ? withPart(rule, change) : rule,
  );

export const removeRule = (definition: ProgramDefinition, set: number, index: number): ProgramDefinition => ({
  ...definition,
  activities: {
    TransactionAdd: definition.activities.TransactionAdd.map((item, setIndex) =>
      setIndex === set ? { ...item, rules: item.rules.filter((_, ruleIndex) => ruleIndex !== index) } : item,
    ),
  },
});

/** An id that no rule has yet. */
const freeId = ({ activities }: ProgramDefinition): string => {
  const taken = new Set(activities.TransactionAdd.flatMap(({ rules }) => rules.map(({ id }) => id)));
  let number = taken.size + 1;
  while (taken.has(`rule-${number}`)) number++;
  return `rule-${number}`;
};

export const addRule = (definition: ProgramDefinition, set: number): ProgramDefinition => {
  const rule: Rule = {
    id: freeId(definition),
    name: "New rule",
    condition: "currentTxn.value > 0",
    award: {
      strategy: "prorated_percent",
      basis: "bill_amount",
      perTier: Object.fromEntries(definition.tiers.map(({ number }) => [number, 1])),
      rounding: "floor",
      decimals: 0,
    },
  };
  const sets = definition.activities.TransactionAdd;
  const filled = sets.length === 0 ? FIRST_DEFINITION.activities.TransactionAdd : sets;
  return {
    ...definition,
    activities: {
      TransactionAdd: filled.map((item, index) =>
        index === set ? { ...item, rules: [...item.rules, rule] } : item,
      ),
    },
  };
};

/** An award of another kind: a step needs its amount, others have none. */
export const withStrategy = (award: Award, strategy: Award["strategy"]): Award => ({
  ...withoutStep(award),
  strategy,
  ...(strategy === "step" ? stepOf(award) : {}),
});

/** The same for a strategy that calls name. */
export const withType = (strategy: AwardStrategy, type: AwardStrategy["type"]): AwardStrategy => ({
  ...withoutStep(strategy),
  type,
  ...(type === "step" ? stepOf(strategy) : {}),
});

const withoutStep = <Item extends Rates>({ every, incompleteStep, ...rest }: Item) => rest;
const stepOf = ({ every, incompleteStep }: Rates) => ({
  every: every ?? 100,
  incompleteStep: incompleteStep ?? ("floor" as const),
});

/** One rate for all tiers, or one for each. */
export const withSharedRate = <Item extends Rates>(
  award: Item,
  shared: boolean,
  tiers: readonly ProgramTier[],
): Item => {
  const { allTiers, perTier, ...rest } = award;
  const rates = shared
    ? { allTiers: allTiers ?? perTier?.["1"] ?? 0 }
    : {
        perTier: Object.fromEntries(tiers.map(({ number }) => [number, perTier?.[number] ?? allTiers ?? 0])),
      };
  return { ...rest, ...rates } as unknown as Item;
};

/** An object with some members changed; what becomes undefined is left out, so that it has its usual value. */
export const withPart = <Item extends object>(
  item: Item,
  part: { [Key in keyof Item]?: Item[Key] | undefined },
): Item =>
  Object.fromEntries(Object.entries({ ...item, ...part }).filter(([, value]) => value !== undefined)) as Item;

/** The next id of a list, counted from `first`. */
export const nextId = (items: readonly { id: number }[], first: number): number =>
  items.reduce((most, { id }) => Math.max(most, id + 1), first);

/** What calls name a currency by, made from its name. */
export const identifierOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "")
    .slice(0, 50) || "currency";

export const rulePath = (set: number, index: number): string =>
  `activities.TransactionAdd[${set}].rules[${index}]`;

export { otherProblems, problemAt, shownPaths } from "./draft-problems.ts";
export { addTier, changeTier, removeTier, tierId } from "./draft-tiers.ts";
