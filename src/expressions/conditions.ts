import { isLogical, type Node } from "./syntax.ts";

/** A condition with the way it counts: under an odd number of `!`, and as one of several alternatives or not. */
export interface Condition {
  readonly node: Node;
  readonly isNegated: boolean;
  readonly isAlternative: boolean;
}

/** The parts between `&&`, `||`, `!` and parentheses, in the order of the text: what the steps of a trace number. */
export const conditionsOf = (tree: Node): readonly Condition[] => {
  const found: Condition[] = [];
  collect(tree, false, false, found);
  return found;
};

const collect = (node: Node, isNegated: boolean, isAlternative: boolean, found: Condition[]): void => {
  if (node.kind === "group") collect(node.inner, isNegated, isAlternative, found);
  else if (node.kind === "unary" && node.operator === "!")
    collect(node.operand, !isNegated, isAlternative, found);
  else if (node.kind === "binary" && isLogical(node.operator)) {
    // Under "!" the roles are exchanged: !(a && b) asks for one of two.
    const isChoice = isAlternative || (node.operator === "||") !== isNegated;
    collect(node.left, isNegated, isChoice, found);
    collect(node.right, isNegated, isChoice, found);
  } else found.push({ node, isNegated, isAlternative });
};
