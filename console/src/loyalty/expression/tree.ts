/** An expression as nested groups and conditions, as the server reads and writes it. */
export type RuleTree = (
  | Group
  | { kind: "not"; item: RuleTree }
  | Condition
  | { kind: "raw"; text: string }
) & {
  /** Pairs of parentheses that the author put around it. */
  parentheses?: number;
};
interface Group {
  kind: "all" | "any";
  items: RuleTree[];
}
/** `left` and `right` are texts of the language; the operator is a comparison, a method, or "is". */
export interface Condition {
  kind: "condition";
  left: string;
  operator: string;
  right: string | null;
}
export type GroupTree = Group & { parentheses?: number };

/** Way from the top to a part: places among the items, 0 into what is negated. */
export type TreePath = readonly number[];

const childrenOf = (tree: RuleTree): readonly RuleTree[] =>
  tree.kind === "all" || tree.kind === "any" ? tree.items : tree.kind === "not" ? [tree.item] : [];

/** The tree with the part at a path changed; null takes it out of its group. */
export const changeAt = (
  tree: RuleTree,
  [place, ...rest]: TreePath,
  change: (part: RuleTree) => RuleTree | null,
): RuleTree => {
  if (place === undefined) return change(tree) ?? ALWAYS;
  const child = childrenOf(tree)[place];
  if (child === undefined) return tree;
  if (tree.kind === "not") return { ...tree, item: changeAt(child, rest, change) };
  const next = rest.length === 0 ? change(child) : changeAt(child, rest, change);
  const items = (tree as GroupTree).items.flatMap((item, index) =>
    index === place ? (next === null ? [] : [next]) : [item],
  );
  return { ...(tree as GroupTree), items };
};

/** What holds for everything. */
export const ALWAYS: RuleTree = { kind: "condition", left: "true", operator: "is", right: null };
export const isAlways = (tree: RuleTree): boolean =>
  tree.kind === "condition" && tree.operator === "is" && tree.left.trim().toLowerCase() === "true";

/** What a row or a group begins with. */
export const NEW_CONDITION: RuleTree = {
  kind: "condition",
  left: "currentTxn.value",
  operator: ">=",
  right: "0",
};

/** The part, and whether it is negated. */
export const stripNot = (tree: RuleTree): { part: RuleTree; negated: boolean } =>
  tree.kind === "not" ? { part: tree.item, negated: true } : { part: tree, negated: false };

const withParentheses = (tree: RuleTree, count: number): RuleTree => {
  const { parentheses: _, ...bare } = tree;
  return (count > 0 ? { ...bare, parentheses: count } : bare) as RuleTree;
};

/** The opposite; parentheses that only the sign of negation needed go with it. */
export const toggleNot = (tree: RuleTree): RuleTree => {
  if (tree.kind !== "not") return { kind: "not", item: tree };
  const { item } = tree;
  const isSimple = item.kind === "condition" || item.kind === "all" || item.kind === "any";
  return isSimple ? withParentheses(item, (item.parentheses ?? 0) - 1) : item;
};

/** What a form shows at the top: always a group. A single condition is all of one. */
export const topGroup = (tree: RuleTree): { group: GroupTree; isShown: boolean } => {
  if (tree.kind === "all" || tree.kind === "any") return { group: tree, isShown: true };
  return { group: { kind: "all", items: isAlways(tree) ? [] : [tree] }, isShown: false };
};

/** The tree of a group at the top: of one part the part itself, of none what always holds. */
export const fromTop = (group: GroupTree): RuleTree => {
  if (group.items.length === 0) return ALWAYS;
  const [only] = group.items;
  return group.items.length === 1 && only !== undefined && group.parentheses === undefined ? only : group;
};

export const addItem = (group: GroupTree, item: RuleTree): GroupTree => ({
  ...group,
  items: [...group.items, item],
});

export const moveItem = (group: GroupTree, from: number, to: number): GroupTree => {
  if (to < 0 || to >= group.items.length) return group;
  const items = [...group.items];
  items.splice(to, 0, ...items.splice(from, 1));
  return { ...group, items };
};

/** Text of a condition that no row can show. */
export const textOfCondition = ({ left, operator, right }: Condition): string => {
  if (operator === "is") return left;
  return COMPARISONS.includes(operator)
    ? `${left} ${operator} ${right ?? ""}`
    : `${left}.${operator}(${right ?? ""})`;
};

export const COMPARISONS: readonly string[] = ["==", "!=", ">", ">=", "<", "<="];
