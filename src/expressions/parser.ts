import { lex, type Token } from "./lexer.ts";
import {
  type BinaryOperator,
  COMPARISON_PRECEDENCE,
  type ExpressionError,
  errorAt,
  isComparison,
  MAX_HEIGHT,
  MAX_NESTING,
  MAX_NODES,
  type MemberNode,
  type Node,
  PRECEDENCE,
  type Span,
  UNARY_PRECEDENCE,
} from "./syntax.ts";

export type ParseResult =
  | { readonly ok: true; readonly text: string; readonly tree: Node }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/** Leaves the parser; never leaves this file. */
class Refusal extends Error {
  constructor(readonly error: ExpressionError) {
    super(error.message);
  }
}

const refuse = (span: Span, message: string, expected: string | null = null): never => {
  throw new Refusal(errorAt(span, message, expected));
};

/** Parses an expression. Never throws: texts too long, too large or too deep are refused with an error as well. */
export const parse = (text: string): ParseResult => {
  const lexed = lex(text);
  if (!lexed.ok) return { ok: false, errors: [lexed.error] };
  try {
    return { ok: true, text, tree: new Parser(lexed.tokens).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, errors: [error.error] };
    throw error;
  }
};

const VALUE = 'a value such as currentTxn.value, 30.5, "Gold" or true';
const WORDS: ReadonlyMap<string, string> = new Map([
  ["and", "&&"],
  ["or", "||"],
  ["not", "!"],
]);

const join = (from: Span, to: Span): Span => ({ ...from, end: to.end });
const shown = (token: Token): string => (token.kind === "end" ? "the end" : `"${token.text.slice(0, 40)}"`);

/** A Pratt parser: one loop over binary operators by binding strength, one function for what an operand starts with. */
class Parser {
  private position = 0;
  private nodes = 0;
  private nesting = 0;
  private readonly heights = new WeakMap<Node, number>();

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node {
    if (this.next.kind === "end") refuse(this.next.span, `the expression is empty; expected ${VALUE}`, VALUE);
    const tree = this.expression(0);
    if (this.next.kind !== "end") this.refuseNext("an operator or the end");
    return tree;
  }

  private get next(): Token {
    return this.tokens[this.position]!;
  }

  private take(): Token {
    const token = this.next;
    this.position += 1;
    return token;
  }

  private isNext(symbol: string): boolean {
    return this.next.kind === "symbol" && this.next.text === symbol;
  }

  private expect(symbol: string): Token {
    if (!this.isNext(symbol)) this.refuseNext(`"${symbol}"`);
    return this.take();
  }

  private refuseNext(expected: string): never {
    const token = this.next;
    const operator = token.kind === "name" ? WORDS.get(token.text.toLowerCase()) : undefined;
    const hint = operator === undefined ? "" : `; write "${operator}" for "${token.text}"`;
    return refuse(token.span, `expected ${expected} but found ${shown(token)}${hint}`, expected);
  }

  /** Counts the node and checks how high the tree has grown. */
  private made<T extends Node>(node: T, ...children: readonly Node[]): T {
    this.nodes += 1;
    if (this.nodes > MAX_NODES)
      refuse(node.span, `the expression is too large: more than ${MAX_NODES} parts`);
    let height = 0;
    for (const child of children) height = Math.max(height, this.heights.get(child) ?? 0);
    if (height >= MAX_HEIGHT)
      refuse(node.span, `the expression is too long a chain: more than ${MAX_HEIGHT}`);
    this.heights.set(node, height + 1);
    return Object.freeze(node);
  }

  private nested<T>(span: Span, read: () => T): T {
    this.nesting += 1;
    if (this.nesting > MAX_NESTING)
      refuse(span, `the expression is nested too deeply: more than ${MAX_NESTING} levels`);
    const result = read();
    this.nesting -= 1;
    return result;
  }

  private binaryOperator(): BinaryOperator | null {
    const { kind, text } = this.next;
    return kind === "symbol" && Object.hasOwn(PRECEDENCE, text) ? (text as BinaryOperator) : null;
  }

  /** Operands joined by operators that bind more strongly than `floor`. */
  private expression(floor: number): Node {
    let left = this.unary();
    for (;;) {
      const operator = this.binaryOperator();
      if (operator === null || PRECEDENCE[operator] <= floor) return left;
      const { span: operatorSpan } = this.take();
      const right = this.expression(PRECEDENCE[operator]);
      const span = join(left.span, right.span);
      left = this.made({ kind: "binary", operator, left, right, operatorSpan, span }, left, right);
      const following = this.binaryOperator();
      if (PRECEDENCE[operator] === COMPARISON_PRECEDENCE && following !== null && isComparison(following))
        refuse(this.next.span, "comparisons do not chain; join two of them with && or use parentheses");
    }
  }

  private unary(): Node {
    const token = this.next;
    if (!this.isNext("-") && !this.isNext("!")) return this.postfix();
    this.take();
    const operand = this.nested(token.span, () => this.expression(UNARY_PRECEDENCE));
    const operator = token.text as "-" | "!";
    return this.made({ kind: "unary", operator, operand, span: join(token.span, operand.span) }, operand);
  }

  private postfix(): Node {
    let node = this.primary();
    while (this.isNext(".")) {
      this.take();
      if (this.next.kind !== "name") this.refuseNext("a name after the dot");
      const { text: name, span: nameSpan } = this.take();
      const member: MemberNode = this.made(
        { kind: "member", object: node, name, nameSpan, span: join(node.span, nameSpan) },
        node,
      );
      node = this.isNext("(") ? this.call(member) : member;
    }
    if (this.isNext("("))
      refuse(this.next.span, `only functions of a profile or of a value can be called; expected an operator`);
    return node;
  }

  private call(callee: MemberNode): Node {
    const open = this.take();
    const args: Node[] = [];
    while (!this.isNext(")")) {
      if (args.length > 0) this.expect(",");
      args.push(this.nested(open.span, () => this.expression(0)));
      if (!this.isNext(")") && !this.isNext(",")) this.refuseNext('"," or ")"');
    }
    const span = join(callee.span, this.take().span);
    return this.made({ kind: "call", callee, args: Object.freeze(args), span }, callee, ...args);
  }

  private primary(): Node {
    const token = this.next;
    const { span, text } = token;
    if (token.kind === "number") {
      this.take();
      return this.made({ kind: "number", value: Number(text), text, span });
    }
    if (token.kind === "string") {
      this.take();
      return this.made({ kind: "string", value: text, span });
    }
    if (token.kind === "name") {
      this.take();
      if (text === "true" || text === "false")
        return this.made({ kind: "boolean", value: text === "true", span });
      return this.made(text === "null" ? { kind: "null", span } : { kind: "name", name: text, span });
    }
    if (!this.isNext("(")) this.refuseNext(VALUE);
    this.take();
    const inner = this.nested(span, () => this.expression(0));
    return this.made({ kind: "group", inner, span: join(span, this.expect(")").span) }, inner);
  }
}
