import type { Catalogue } from "./catalogue.ts";
import type { Constant } from "./definitions.ts";
import type { Node } from "./syntax.ts";
import type { CheckedExpression, Typed } from "./typed.ts";

/**
 * The attributes and functions of profiles that an expression looks at, such as `currentTxn.value`, as the catalogue spells
 * them, each once, in the order of the text. `catalogue` is the one that the expression was checked with.
 */
export const readsOf = ({ typed }: CheckedExpression, catalogue: Catalogue): readonly string[] => {
  const found = new Set<string>();
  const visit = (part: Typed): void => {
    if (part.kind === "attribute") found.add(`${profileOf(part.node, catalogue)}.${part.attribute.name}`);
    if (part.kind === "function") found.add(`${profileOf(part.node, catalogue)}.${part.definition.name}`);
    for (const inner of partsOf(part)) visit(inner);
  };
  visit(typed);
  return [...found];
};

/** A function of a profile as an expression calls it, with the arguments that are written out (null for others). */
export interface Lookup {
  /** Such as `currentCustomer.trackerValueCurrentEvent`, as the catalogue spells it. */
  readonly name: string;
  readonly constants: readonly (Constant | null)[];
}

/** What an expression looks up by name, in the order of the text: what has to be loaded before it is asked. */
export const lookupsOf = ({ typed }: CheckedExpression, catalogue: Catalogue): readonly Lookup[] => {
  const found: Lookup[] = [];
  const visit = (part: Typed): void => {
    if (part.kind === "function") {
      const name = `${profileOf(part.node, catalogue)}.${part.definition.name}`;
      found.push({ name, constants: part.constants });
    }
    for (const inner of partsOf(part)) visit(inner);
  };
  visit(typed);
  return found;
};

const profileOf = (node: Node, { profiles }: Catalogue): string => {
  const member = node.kind === "call" ? node.callee : node;
  const name = member.kind === "member" && member.object.kind === "name" ? member.object.name : "";
  return profiles.get(name.toLowerCase())?.name ?? name;
};

/** The parts that a part is made of. */
export const partsOf = (part: Typed): readonly Typed[] => {
  switch (part.kind) {
    case "constant":
    case "attribute":
      return [];
    case "function":
      return part.args.filter((argument) => argument !== null);
    case "method":
      return [part.receiver, ...part.args.filter((argument) => argument !== null)];
    case "negate":
    case "not":
      return [part.operand];
    case "arithmetic":
    case "comparison":
    case "logical":
      return [part.left, part.right];
  }
};
