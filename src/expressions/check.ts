import type { Catalogue, Profile } from "./catalogue.ts";
import type { Constant, Parameter } from "./definitions.ts";
import { methodsOf } from "./methods.ts";
import { Names } from "./names.ts";
import { choiceError, signature } from "./parameters.ts";
import { print } from "./print.ts";
import {
  type BinaryNode,
  type CallNode,
  type ComparisonOperator,
  type ExpressionError,
  errorAt,
  isComparison,
  isLogical,
  type MemberNode,
  type Node,
  type Span,
  type UnaryNode,
} from "./syntax.ts";
import type { CheckedExpression, Typed } from "./typed.ts";
import { named, type ValueType } from "./types.ts";

export type CheckResult =
  | { readonly ok: true; readonly checked: CheckedExpression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

const MAX_ERRORS = 20;
/** States of all regular expressions of one rule together: bounds the work of one evaluation. */
const MAX_TOTAL_STATES = 1_000;

/**
 * Resolves every name and types every part. Reports up to 20 mistakes, each with its place, what was expected and the nearest
 * known name. Never throws.
 */
export const check = (tree: Node, catalogue: Catalogue): CheckResult => {
  const checker = new Checker(catalogue);
  const typed = checker.condition(tree, "a rule");
  if (typed === null || checker.errors.length > 0)
    return { ok: false, errors: checker.errors.slice(0, MAX_ERRORS) };
  return { ok: true, checked: { tree, typed } };
};

interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly refuse?: (constants: readonly (Constant | null)[]) => string | null;
  readonly states?: (constants: readonly (Constant | null)[]) => number;
}

/** Every method returns null after it has reported a mistake. */
class Checker {
  readonly errors: ExpressionError[] = [];
  private readonly names: Names;
  private states = 0;

  constructor(catalogue: Catalogue) {
    this.names = new Names(catalogue);
  }

  private report(
    span: Span,
    message: string,
    expected: string | null = null,
    near: string | null = null,
  ): null {
    this.errors.push(errorAt(span, message, expected, near));
    return null;
  }

  /** A part that must be true or false. */
  condition(node: Node, role: string): Typed | null {
    const typed = this.value(node);
    if (typed === null || typed.type === "boolean") return typed;
    const shown = short(node);
    return this.report(
      node.span,
      `${role} must be true or false, but ${shown} is ${named[typed.type]}; compare it, as in ${shown} ${example(typed.type)}`,
      named.boolean,
    );
  }

  /** A part of whatever type, when nothing is wrong in it. */
  typed(node: Node): Typed | null {
    const typed = this.value(node);
    return this.errors.length === 0 ? typed : null;
  }

  private value(node: Node): Typed | null {
    switch (node.kind) {
      case "number":
        return { kind: "constant", type: "number", value: node.value, node };
      case "string":
        return { kind: "constant", type: "string", value: node.value, node };
      case "boolean":
        return { kind: "constant", type: "boolean", value: node.value, node };
      case "null":
        return this.report(node.span, "null is no value to compute with; ask with .isNull() or .isNotNull()");
      case "name": {
        const { message, expected, nearest } = this.names.aloneError(node.name);
        return this.report(node.span, message, expected, nearest);
      }
      case "group":
        return this.value(node.inner);
      case "unary":
        return this.unary(node);
      case "binary":
        return this.binary(node);
      case "member":
        return this.member(node, node);
      case "call":
        return this.call(node);
    }
  }

  private unary(node: UnaryNode): Typed | null {
    if (node.operator === "!") {
      const operand = this.condition(node.operand, 'what follows "!"');
      return operand && { kind: "not", type: "boolean", operand, node };
    }
    const operand = this.number(node.operand, 'after "-"');
    if (operand?.kind === "constant" && typeof operand.value === "number")
      return { kind: "constant", type: "number", value: -operand.value, node };
    return operand && { kind: "negate", type: "number", operand, node };
  }

  private number(node: Node, place: string): Typed | null {
    const typed = this.value(node);
    if (typed === null || typed.type === "number") return typed;
    return this.report(
      node.span,
      `expected a number ${place}, but ${short(node)} is ${named[typed.type]}`,
      named.number,
    );
  }

  private binary(node: BinaryNode): Typed | null {
    const { operator } = node;
    if (isLogical(operator)) {
      const left = this.condition(node.left, `the left side of "${operator}"`);
      const right = this.condition(node.right, `the right side of "${operator}"`);
      return left && right && { kind: "logical", type: "boolean", operator, left, right, node };
    }
    if (isComparison(operator)) return this.comparison(node, operator);
    const left = this.number(node.left, `before "${operator}"`);
    const right = this.number(node.right, `after "${operator}"`);
    return left && right && { kind: "arithmetic", type: "number", operator, left, right, node };
  }

  private comparison(node: BinaryNode, operator: ComparisonOperator): Typed | null {
    for (const [side, other] of [
      [node.left, node.right],
      [node.right, node.left],
    ] as const)
      if (side.kind === "null")
        return this.report(
          side.span,
          `a comparison with null is never true; write ${short(other)}.${operator === "!=" ? "isNotNull" : "isNull"}()`,
          named[this.value(other)?.type ?? "null"],
        );
    const left = this.value(node.left);
    const right = this.value(node.right);
    if (left === null || right === null) return null;
    if (left.type !== right.type)
      return this.report(
        node.right.span,
        `${short(node.left)} is ${named[left.type]} and cannot be compared with ${short(node.right)}, which is ${named[right.type]}`,
        named[left.type],
      );
    const isOrdered = left.type === "number" || left.type === "date";
    if (!isOrdered && operator !== "==" && operator !== "!=")
      return this.report(
        node.operatorSpan,
        `"${operator}" compares numbers and dates; ${short(node.left)} is ${named[left.type]}, so only == and != can be used`,
        '"==" or "!="',
      );
    return { kind: "comparison", type: "boolean", operator, left, right, node };
  }

  private profileOf(node: Node): Profile | null {
    return node.kind === "name" ? this.names.profile(node.name) : null;
  }

  /** An attribute; `whole` is the call when `()` follows it. */
  private member(node: MemberNode, whole: Node): Typed | null {
    const profile = this.profileOf(node.object);
    if (profile !== null) {
      const attribute = this.names.attribute(profile, node.name);
      if (attribute !== null) return { kind: "attribute", type: attribute.cell.type, attribute, node: whole };
      const { message, expected, nearest } = this.names.attributeError(profile, node.name);
      return this.report(node.nameSpan, message, expected, nearest);
    }
    const receiver = this.receiver(node.object);
    if (receiver === null) return null;
    const { message, expected, nearest } = this.names.methodError(
      receiver.type,
      short(node.object),
      node.name,
    );
    return this.report(node.nameSpan, message, expected, nearest);
  }

  /** What a function is called on. A name there can only be meant as a profile. */
  private receiver(node: Node): Typed | null {
    if (node.kind !== "name") return this.value(node);
    const { message, expected, nearest } = this.names.profileError(node.name);
    return this.report(node.span, message, expected, nearest);
  }

  private call(node: CallNode): Typed | null {
    const { callee } = node;
    const profile = this.profileOf(callee.object);
    if (profile !== null) {
      const definition = profile.functions.get(callee.name.toLowerCase());
      if (definition === undefined) return this.attributeCall(node, profile);
      const bound = this.arguments(node, definition);
      return bound && { kind: "function", type: definition.result, definition, ...bound, node };
    }
    const receiver = this.receiver(callee.object);
    if (receiver === null) return null;
    const definition = methodsOf(receiver.type).get(callee.name.toLowerCase());
    if (definition === undefined) {
      const error = this.names.methodError(receiver.type, short(callee.object), callee.name);
      return this.report(callee.nameSpan, error.message, error.expected, error.nearest);
    }
    const bound = this.arguments(node, definition);
    return bound && { kind: "method", type: definition.result, definition, receiver, ...bound, node };
  }

  /** `()` after an attribute: allowed for booleans, as published rules have it. */
  private attributeCall(node: CallNode, profile: Profile): Typed | null {
    const typed = this.member(node.callee, node);
    if (typed === null || typed.type === "boolean") return typed;
    const { name } = node.callee;
    return this.report(
      node.callee.nameSpan,
      `${profile.name}.${name} is an attribute, not a function; remove the parentheses`,
    );
  }

  /** Matches arguments with parameters. More arguments than parameters are ignored, as published rules have them. */
  private arguments(
    node: CallNode,
    { name, parameters, refuse, states }: Signature,
  ): { args: (Typed | null)[]; constants: (Constant | null)[] } | null {
    const before = this.errors.length;
    const args: (Typed | null)[] = [];
    const constants: (Constant | null)[] = [];
    for (const [i, parameter] of parameters.entries()) {
      const argument = node.args[i];
      if (argument === undefined && !parameter.optional)
        return this.report(
          { ...node.callee.nameSpan, end: node.span.end },
          `${name} needs ${signature(name, parameters)}; ${parameter.name} is missing`,
          named[parameter.type],
        );
      const typed = argument === undefined ? null : this.argument(argument, name, parameter);
      const isLiteral = parameter.literal === true;
      args.push(isLiteral ? null : typed);
      constants.push(isLiteral && typed?.kind === "constant" ? typed.value : null);
    }
    if (this.errors.length > before) return null;
    const refusal = refuse?.(constants) ?? null;
    if (refusal !== null)
      return this.report(node.args[0]?.span ?? node.span, `${name}: ${refusal}`, signature(name, parameters));
    this.states += states?.(constants) ?? 0;
    if (this.states > MAX_TOTAL_STATES)
      return this.report(node.span, "the regular expressions of this rule are too large together");
    return { args, constants };
  }

  private argument(node: Node, name: string, parameter: Parameter): Typed | null {
    const typed = this.value(node);
    if (typed === null) return null;
    const isNumber = parameter.orNumber === true && typed.type === "number";
    if (typed.type !== parameter.type && !isNumber)
      return this.report(
        node.span,
        `${parameter.name} of ${name} is ${named[parameter.type]}, but ${short(node)} is ${named[typed.type]}`,
        named[parameter.type],
      );
    if (parameter.literal === true && typed.kind !== "constant")
      return this.report(
        node.span,
        `${parameter.name} of ${name} must be written out, such as ${parameter.type === "number" ? "10" : '"…"'}`,
        `${named[parameter.type]} written out`,
      );
    const refusal = choiceError(typed, name, parameter);
    return refusal === null
      ? typed
      : this.report(node.span, refusal.message, refusal.expected, refusal.nearest);
  }
}

/** A part typed by itself, whatever it is; null when a name in it is not known or its types do not fit. */
export const typeOf = (tree: Node, catalogue: Catalogue): Typed | null => new Checker(catalogue).typed(tree);

const short = (node: Node): string => {
  const text = print(node);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
};

const example = (type: ValueType): string =>
  type === "number" ? ">= 30" : type === "string" ? '== "…"' : ".isNotNull()";
