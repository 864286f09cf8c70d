/** How several conditions make one: any k of them, all, or an expression over their letters. */
export type Combination =
  | { readonly kind: "any"; readonly count: number }
  | { readonly kind: "all" }
  | { readonly kind: "custom"; readonly expression: string };

/** Whether the combination holds, by which of the conditions are met, in their order. */
export type Combined = (met: readonly boolean[]) => boolean;

/** Letters of conditions in their order: at most three (tiers.md §2.1). */
export const LETTERS = ["A", "B", "C"] as const;

/** What an expression says, or why it says nothing. Columns count from 1. */
export type ReadExpression =
  | { readonly holds: Combined; readonly used: ReadonlySet<number> }
  | { readonly problem: string; readonly column: number };

/**
 * Reads an expression such as `A OR (B && C)`. Operators have no precedence: without parentheses it goes from left to right, so that
 * `A OR B AND C` is `(A OR B) AND C`. Letters and words in any case; `count` is how many conditions there are.
 */
export const readExpression = (text: string, count: number): ReadExpression => {
  try {
    const parser = new Parser(text, count);
    const holds = parser.readAll();
    return { holds, used: parser.used };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { problem: error.message, column: error.column };
  }
};

class Unreadable extends Error {
  readonly column: number;
  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

interface Token {
  readonly kind: "letter" | "and" | "or" | "open" | "close" | "end";
  readonly text: string;
  readonly column: number;
}

const TOKEN = /\s*(?:([A-Za-z]+)|(&+|\|+)|([()])|(\S))/y;

class Parser {
  readonly used = new Set<number>();
  readonly #count: number;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, count: number) {
    this.#count = count;
    this.#tokens = [...tokensOf(text)];
  }

  readAll(): Combined {
    const holds = this.#sequence(null);
    const rest = this.#peek();
    if (rest.kind === "close") throw new Unreadable("this parenthesis was never opened.", rest.column);
    return holds;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  /** Operands with operators between them, up to the end or the parenthesis that closes `opened`. */
  #sequence(opened: Token | null): Combined {
    let holds = this.#operand();
    for (;;) {
      const token = this.#peek();
      if (token.kind === "end") {
        if (opened !== null) throw new Unreadable("this parenthesis is never closed.", opened.column);
        return holds;
      }
      if (token.kind === "close") return holds;
      if (token.kind !== "and" && token.kind !== "or")
        throw new Unreadable(`AND or OR is expected before ${token.text}.`, token.column);
      this.#take();
      const left = holds;
      const right = this.#operand();
      holds = token.kind === "and" ? (met) => left(met) && right(met) : (met) => left(met) || right(met);
    }
  }

  #operand(): Combined {
    const token = this.#take();
    if (token.kind === "open") {
      const inner = this.#sequence(token);
      this.#take();
      return inner;
    }
    if (token.kind === "letter") return this.#letter(token);
    const found = token.kind === "end" ? "the expression ends" : `${token.text} stands`;
    throw new Unreadable(`${found} where a letter or a parenthesis is expected.`, token.column);
  }

  #letter({ text, column }: Token): Combined {
    const index = LETTERS.indexOf(text.toUpperCase() as (typeof LETTERS)[number]);
    if (index === -1 || index >= this.#count) {
      const known = LETTERS.slice(0, this.#count);
      const names =
        known.length === 1 ? `only ${known[0]}` : `${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
      throw new Unreadable(`${text} is no condition: there is ${names}.`, column);
    }
    this.used.add(index);
    return (met) => met[index] === true;
  }
}

function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) break;
    at = TOKEN.lastIndex;
    const [, word, operator, parenthesis, other] = match;
    const shown = word ?? operator ?? parenthesis ?? other!;
    yield tokenOf(shown, at - shown.length + 1);
  }
  yield { kind: "end", text: "", column: text.length + 1 };
}

const tokenOf = (text: string, column: number): Token => {
  const kindOf = (): Token["kind"] => {
    switch (text.toUpperCase()) {
      case "AND":
      case "&&":
        return "and";
      case "OR":
      case "||":
        return "or";
      case "(":
        return "open";
      case ")":
        return "close";
    }
    if (/^[A-Za-z]/.test(text)) return "letter";
    if (/^[&|]/.test(text)) {
      const [double, word] = text.startsWith("&") ? ["&&", "AND"] : ["||", "OR"];
      throw new Unreadable(`${text} is no operator; write ${double} or ${word}.`, column);
    }
    throw new Unreadable(`${text} means nothing here.`, column);
  };
  return { kind: kindOf(), text, column };
};

/** A combination of so many conditions, ready to be asked. It was found to be in order before. */
export const compileCombination = (combination: Combination, count: number): Combined => {
  switch (combination.kind) {
    case "all":
      return (met) => met.every((item) => item);
    case "any":
      return (met) => met.filter((item) => item).length >= combination.count;
    case "custom": {
      const read = readExpression(combination.expression, count);
      if ("problem" in read) throw new Error(`a combination that was never valid: ${read.problem}`);
      return read.holds;
    }
  }
};
