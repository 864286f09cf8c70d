import type { Award, Problem, ProgramDefinition, ProgramTier, Rule } from "../api/programs.ts";

/** What a new program starts from: one tier, one point for each hundred of the currency, a year of life. */
export const FIRST_DEFINITION: ProgramDefinition = {
  tiers: [{ number: 1, name: "Member", description: "", color: "#8a9a91", threshold: 0 }],
  upgrade: { criterion: "lifetime_purchases", type: "lazy" },
  activities: { TransactionAdd: [{ id: "earn", name: "Earning", rules: [] }] },
  expiry: { kind: "months", months: 12, endsWith: "month" },
};

const COLOURS = ["#8a9a91", "#b87333", "#9aa3ab", "#d9a520", "#4f7f9f", "#7a5c99"];

/** Adds a tier above the highest; its rates start as that one's. */
export const addTier = (definition: ProgramDefinition): ProgramDefinition => {
  const last = definition.tiers.at(-1);
  const number = definition.tiers.length + 1;
  const tier: ProgramTier = {
    number,
    name: `Tier ${number}`,
    description: "",
    color: COLOURS[(number - 1) % COLOURS.length]!,
    threshold: (last?.threshold ?? 0) + 1000,
  };
  return {
    ...mapAwards(definition, (award) =>
      award.perTier === undefined
        ? award
        : { ...award, perTier: { ...award.perTier, [number]: award.perTier[number - 1] ?? 0 } },
    ),
    tiers: [...definition.tiers, tier],
  };
};

/** Removes a tier; those above move down and keep their rates. The base tier stays. */
export const removeTier = (definition: ProgramDefinition, number: number): ProgramDefinition => {
  if (number === 1) return definition;
  const kept = definition.tiers.filter((tier) => tier.number !== number);
  const shifted = (award: Award): Award =>
    award.perTier === undefined
      ? award
      : {
          ...award,
          perTier: Object.fromEntries(
            kept.map((tier, index) => [index + 1, award.perTier?.[tier.number] ?? 0]),
          ),
        };
  return {
    ...mapAwards(definition, shifted),
    tiers: kept.map((tier, index) => ({ ...tier, number: index + 1 })),
  };
};

const mapAwards = (definition: ProgramDefinition, change: (award: Award) => Award): ProgramDefinition =>
  mapRules(definition, (rule) => ({ ...rule, award: change(rule.award) }));

const mapRules = (
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

export const changeTier = (
  definition: ProgramDefinition,
  number: number,
  change: Partial<ProgramTier>,
): ProgramDefinition => ({
  ...definition,
  tiers: definition.tiers.map((tier) => (tier.number === number ? { ...tier, ...change } : tier)),
});

export const changeRule = (
  definition: ProgramDefinition,
  set: number,
  index: number,
  change: Partial<Rule>,
): ProgramDefinition =>
  mapRules(definition, (rule, setIndex, ruleIndex) =>
    setIndex === set && ruleIndex === index ? { ...rule, ...change } : rule,
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
export const withStrategy = (award: Award, strategy: Award["strategy"]): Award => {
  const { every, incompleteStep, ...rest } = award;
  return strategy === "step"
    ? { ...rest, strategy, every: every ?? 100, incompleteStep: incompleteStep ?? "floor" }
    : { ...rest, strategy };
};

/** One rate for all tiers, or one for each. */
export const withSharedRate = (award: Award, shared: boolean, tiers: readonly ProgramTier[]): Award => {
  const { allTiers, perTier, ...rest } = award;
  return shared
    ? { ...rest, allTiers: allTiers ?? perTier?.["1"] ?? 0 }
    : {
        ...rest,
        perTier: Object.fromEntries(tiers.map(({ number }) => [number, perTier?.[number] ?? allTiers ?? 0])),
      };
};

/** The sentence about a place of the definition, such as `tiers[1].threshold`; undefined when it is in order. */
export const problemAt = (problems: readonly Problem[], path: string): string | undefined =>
  problems.find((problem) => problem.path === path)?.message;

/** Problems that no input of the form shows. */
export const otherProblems = (problems: readonly Problem[], shown: readonly string[]): Problem[] =>
  problems.filter(({ path }) => !shown.includes(path));

/** Paths that the form shows a problem at. */
export const shownPaths = ({ tiers, activities }: ProgramDefinition): string[] => [
  ...tiers.flatMap((_, index) => [
    `tiers[${index}].name`,
    `tiers[${index}].threshold`,
    `tiers[${index}].color`,
  ]),
  ...activities.TransactionAdd.flatMap(({ rules }, set) =>
    rules.flatMap((_, index) =>
      ["name", "condition", "award.every", "award.decimals"].map((name) => `${rulePath(set, index)}.${name}`),
    ),
  ),
];

export const rulePath = (set: number, index: number): string =>
  `activities.TransactionAdd[${set}].rules[${index}]`;
