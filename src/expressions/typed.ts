import type { Attribute, Constant, ProfileFunction } from "./definitions.ts";
import type { Method } from "./methods.ts";
import type { ArithmeticOperator, ComparisonOperator, LogicalOperator, Node } from "./syntax.ts";
import type { ValueType } from "./types.ts";

/** Arguments by parameter: a literal one in `constants`, any other in `args`, null where an optional one is absent. */
interface Arguments {
  readonly args: readonly (Typed | null)[];
  readonly constants: readonly (Constant | null)[];
}

interface Of<Type extends ValueType> {
  readonly type: Type;
  /** Where it came from. */
  readonly node: Node;
}

/** The checked tree: every name resolved, every type known, parentheses gone. */
export type Typed =
  | ({ readonly kind: "constant"; readonly value: Constant } & Of<"number" | "string" | "boolean">)
  | ({ readonly kind: "attribute"; readonly attribute: Attribute } & Of<ValueType>)
  | ({ readonly kind: "function"; readonly definition: ProfileFunction } & Arguments & Of<ValueType>)
  | ({ readonly kind: "method"; readonly definition: Method; readonly receiver: Typed } & Arguments &
      Of<ValueType>)
  | ({ readonly kind: "negate"; readonly operand: Typed } & Of<"number">)
  | ({ readonly kind: "not"; readonly operand: Typed } & Of<"boolean">)
  | ({
      readonly kind: "arithmetic";
      readonly operator: ArithmeticOperator;
      readonly left: Typed;
      readonly right: Typed;
    } & Of<"number">)
  | ({
      readonly kind: "comparison";
      readonly operator: ComparisonOperator;
      readonly left: Typed;
      readonly right: Typed;
    } & Of<"boolean">)
  | ({
      readonly kind: "logical";
      readonly operator: LogicalOperator;
      readonly left: Typed;
      readonly right: Typed;
    } & Of<"boolean">);

/** An expression that may be compiled. */
export interface CheckedExpression {
  /** The syntax tree that was checked. */
  readonly tree: Node;
  readonly typed: Typed;
}
