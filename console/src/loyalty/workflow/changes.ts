import type { Action, Award, ProgramDefinition, Rule, RuleSet } from "../../api/programs.ts";
import { withPart } from "../with-part.ts";
import { actionsOf, type Branch, moved, withActions, withAwards } from "./actions.ts";

type Sets = readonly RuleSet[];
type Part<Item> = { [Key in keyof Item]?: Item[Key] | undefined };

/** What a program without sets is shown to have: one that rules can be added to. */
const FIRST_SET: RuleSet = { id: "earn", name: "Earning", rules: [] };

/** The sets of purchases; where there are none, one to begin with, which is saved only when it gets a rule. */
export const setsOf = ({ activities }: ProgramDefinition): Sets =>
  activities.TransactionAdd.length === 0 ? [FIRST_SET] : activities.TransactionAdd;

const withSets = (definition: ProgramDefinition, sets: Sets): ProgramDefinition => ({
  ...definition,
  activities: { ...definition.activities, TransactionAdd: [...sets] },
});

const mapSets = (
  definition: ProgramDefinition,
  change: (set: RuleSet, index: number) => RuleSet,
): ProgramDefinition => withSets(definition, setsOf(definition).map(change));

export const changeSet = (
  definition: ProgramDefinition,
  index: number,
  part: Part<RuleSet>,
): ProgramDefinition => mapSets(definition, (set, place) => (place === index ? withPart(set, part) : set));

/** Every id of a set or a rule, of whatever activity. */
const idsOf = (definition: ProgramDefinition): ReadonlySet<string> =>
  new Set(
    [...setsOf(definition), ...(definition.activities.SlabUpgrade ?? [])].flatMap(({ id, rules }) => [
      id,
      ...rules.map((rule) => rule.id),
    ]),
  );

/** An id that no set and no rule has yet. */
const freeId = (taken: ReadonlySet<string>, kind: "rule" | "set"): string => {
  let number = 1;
  while (taken.has(`${kind}-${number}`)) number++;
  return `${kind}-${number}`;
};

/** Adds a set at the end; one that waits to be forwarded to, or one that runs by itself. */
export const addSet = (
  definition: ProgramDefinition,
  { isForwarded = false, name = "New set" }: { isForwarded?: boolean; name?: string } = {},
): { definition: ProgramDefinition; set: RuleSet } => {
  const set: RuleSet = {
    id: freeId(idsOf(definition), "set"),
    name,
    ...(isForwarded ? { isForwarded } : {}),
    rules: [],
  };
  return { definition: withSets(definition, [...setsOf(definition), set]), set };
};

export const removeSet = (definition: ProgramDefinition, index: number): ProgramDefinition =>
  withSets(
    definition,
    setsOf(definition).filter((_, place) => place !== index),
  );

/** Sets change places: the order of the document is the order in which they run. */
export const swapSets = (definition: ProgramDefinition, one: number, other: number): ProgramDefinition => {
  const sets = setsOf(definition);
  return withSets(
    definition,
    sets.map((set, index) => sets[index === one ? other : index === other ? one : index] ?? set),
  );
};

/** One rule changed, by a function or by some of its parts; undefined takes a part out. */
export const changeRule = (
  definition: ProgramDefinition,
  set: number,
  index: number,
  change: Part<Rule> | ((rule: Rule) => Rule),
): ProgramDefinition =>
  mapSets(definition, (item, place) =>
    place === set
      ? {
          ...item,
          rules: item.rules.map((rule, at) =>
            at !== index ? rule : typeof change === "function" ? change(rule) : withPart(rule, change),
          ),
        }
      : item,
  );

const changeRules = (
  definition: ProgramDefinition,
  set: number,
  change: (rules: Rule[]) => Rule[],
): ProgramDefinition =>
  mapSets(definition, (item, place) => (place === set ? { ...item, rules: change(item.rules) } : item));

export const removeRule = (definition: ProgramDefinition, set: number, index: number): ProgramDefinition =>
  changeRules(definition, set, (rules) => rules.filter((_, place) => place !== index));

export const moveRule = (
  definition: ProgramDefinition,
  set: number,
  from: number,
  to: number,
): ProgramDefinition => changeRules(definition, set, (rules) => moved(rules, from, to));

/** One percent of the bill in every tier. */
export const firstAward = ({ tiers }: ProgramDefinition): Award => ({
  strategy: "prorated_percent",
  basis: "bill_amount",
  perTier: Object.fromEntries(tiers.map(({ number }) => [number, 1])),
  rounding: "floor",
  decimals: 0,
});

export const addRule = (definition: ProgramDefinition, set: number): ProgramDefinition => {
  const rule: Rule = {
    id: freeId(idsOf(definition), "rule"),
    name: "New rule",
    condition: "currentTxn.value > 0",
    award: firstAward(definition),
  };
  return changeRules(definition, set, (rules) => [...rules, rule]);
};

/** Makes a set that waits to be forwarded to, and has an action of a rule forward to it: a further one, or one that is there. */
export const addForwardedSet = (
  definition: ProgramDefinition,
  set: number,
  rule: number,
  branch: Branch,
  index: number,
): ProgramDefinition => {
  const added = addSet(definition, { isForwarded: true });
  const forward: Action = { type: "forward", setId: added.set.id };
  return changeRule(added.definition, set, rule, (current) => {
    const actions = actionsOf(current, branch);
    return withActions(current, branch, [...actions.slice(0, index), forward, ...actions.slice(index + 1)]);
  });
};

/** The definition with every award of every rule changed, of whatever activity. */
export const mapAwards = (
  definition: ProgramDefinition,
  change: (award: Award) => Award,
): ProgramDefinition => {
  const changed = (sets: Sets): RuleSet[] =>
    sets.map((set) => ({ ...set, rules: set.rules.map((rule) => withAwards(rule, change)) }));
  const { TransactionAdd, SlabUpgrade } = definition.activities;
  return {
    ...definition,
    activities: {
      ...definition.activities,
      TransactionAdd: changed(TransactionAdd),
      ...(SlabUpgrade === undefined ? {} : { SlabUpgrade: changed(SlabUpgrade) }),
    },
  };
};

export const rulePath = (set: number, index: number): string =>
  `activities.TransactionAdd[${set}].rules[${index}]`;

/** Path of a field of an action, by the path of its rule and of the action below it. */
export const actionPath = (rule: string, slot: string, name: string): string =>
  [rule, slot, name].filter((part) => part !== "").join(".");
