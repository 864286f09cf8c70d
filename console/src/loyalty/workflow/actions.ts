import type { Action, Award, AwardAction, ForwardAction, Rule } from "../../api/programs.ts";

export const isAward = (action: Action): action is AwardAction =>
  action.type === "award" && typeof action.award === "object" && action.award !== null;
export const isForward = (action: Action): action is ForwardAction =>
  action.type === "forward" && typeof action.setId === "string";

/** Where the condition is true, or where it is false. */
export type Branch = "actions" | "otherwise";

/** An action and where it stands in its rule. */
export interface Slot {
  readonly action: Action;
  /** Its path below the rule's, in problems: "" for the award that the rule holds itself. */
  readonly path: string;
}

const ownAward = ({ award, expiryStrategyId }: Rule): AwardAction[] =>
  award === undefined
    ? []
    : [{ type: "award", award, ...(expiryStrategyId === undefined ? {} : { expiryStrategyId }) }];

/** What a branch of a rule does, in order; the award that the rule holds itself comes first. */
export const slotsOf = (rule: Rule, branch: Branch): Slot[] => [
  ...(branch === "actions" ? ownAward(rule).map((action) => ({ action, path: "" })) : []),
  ...(rule[branch] ?? []).map((action, index) => ({ action, path: `${branch}[${index}]` })),
];

export const actionsOf = (rule: Rule, branch: Branch): Action[] =>
  slotsOf(rule, branch).map(({ action }) => action);

/** Everything that a rule may do. */
export const allActions = (rule: Rule): Action[] => [
  ...actionsOf(rule, "actions"),
  ...actionsOf(rule, "otherwise"),
];

const without = (rule: Rule, ...names: (keyof Rule)[]): Rule =>
  Object.fromEntries(
    Object.entries(rule).filter(([name]) => !names.includes(name as keyof Rule)),
  ) as unknown as Rule;

/**
 * The rule with another list of actions in a branch. The award that the rule holds itself stays there as long as it is the
 * first, so that what is not touched is saved as it was.
 */
export const withActions = (rule: Rule, branch: Branch, actions: readonly Action[]): Rule => {
  const [first, ...others] = actions;
  if (branch === "actions" && rule.award !== undefined && first !== undefined && isAward(first)) {
    const { award, expiryStrategyId } = first;
    const kept = { ...without(rule, "expiryStrategyId"), award };
    const own: Rule = expiryStrategyId === undefined ? kept : { ...kept, expiryStrategyId };
    return listed(own, branch, others);
  }
  return listed(branch === "actions" ? without(rule, "award", "expiryStrategyId") : rule, branch, actions);
};

/** A branch that is empty is left out, unless it was written as an empty list. */
const listed = (rule: Rule, branch: Branch, actions: readonly Action[]): Rule =>
  actions.length === 0 && rule[branch]?.length !== 0
    ? without(rule, branch)
    : { ...rule, [branch]: [...actions] };

/** The list with the item at a place moved; beyond the ends it stays. */
export const moved = <Item>(items: readonly Item[], from: number, to: number): Item[] => {
  const next = [...items];
  if (to < 0 || to >= items.length) return next;
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
};

/** The rule with every award changed. */
export const withAwards = (rule: Rule, change: (award: Award) => Award): Rule => {
  const changed = (actions: readonly Action[]): Action[] =>
    actions.map((action) => (isAward(action) ? { ...action, award: change(action.award) } : action));
  return {
    ...rule,
    ...(rule.award === undefined ? {} : { award: change(rule.award) }),
    ...(rule.actions === undefined ? {} : { actions: changed(rule.actions) }),
    ...(rule.otherwise === undefined ? {} : { otherwise: changed(rule.otherwise) }),
  };
};
