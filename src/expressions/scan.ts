import { lex, type Token } from "./lexer.ts";
import { MAX_TEXT_LENGTH } from "./syntax.ts";

/** A token of a text that may be half-written. */
export interface ScannedToken extends Omit<Token, "span"> {
  readonly start: number;
  readonly end: number;
  /** A text whose closing quote is missing; it goes to the end of its line. */
  readonly isOpen: boolean;
}

/** The tokens of any text, whatever cannot be one passed over. A text over the limit has none. */
export const scan = (text: string): readonly ScannedToken[] => {
  const found: ScannedToken[] = [];
  let at = 0;
  while (at < text.length && text.length <= MAX_TEXT_LENGTH) {
    const result = lex(text, at);
    for (const { kind, text: word, span } of result.tokens)
      if (kind !== "end") found.push({ kind, text: word, start: span.start, end: span.end, isOpen: false });
    if (result.ok) break;
    at = result.error.start;
    if (text[at] !== '"') {
      at += 1;
      continue;
    }
    const line = /[^\n\r]*/y;
    line.lastIndex = at;
    const end = at + (line.exec(text)?.[0].length ?? 1);
    found.push({ kind: "string", text: text.slice(at + 1, end), start: at, end, isOpen: true });
    at = end;
  }
  return found;
};

const isSymbol = (token: ScannedToken | undefined, symbol: string): boolean =>
  token?.kind === "symbol" && token.text === symbol;

/** Index of the "(" that a ")" closes, or −1. */
const opening = (tokens: readonly ScannedToken[], closing: number): number => {
  let depth = 0;
  for (let index = closing; index >= 0; index -= 1) {
    if (isSymbol(tokens[index], ")")) depth += 1;
    if (isSymbol(tokens[index], "(")) depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
};

/** Index of the first token of the value that ends with a token, such as `a` of `a.b("x").c`; −1 when it is no value. */
export const startOfValue = (tokens: readonly ScannedToken[], last: number): number => {
  let index = last;
  while (index >= 0) {
    if (isSymbol(tokens[index], ")")) {
      index = opening(tokens, index);
      // A function's name belongs to its parentheses.
      if (index > 0 && tokens[index - 1]!.kind === "name") index -= 1;
    } else if (tokens[index]!.kind === "symbol") return -1;
    if (index < 0 || !isSymbol(tokens[index - 1], ".")) return index;
    index -= 2;
  }
  return -1;
};

/** The call whose parentheses a place stands in: index of the function's name, and the argument's number from 0. */
export const callAround = (
  tokens: readonly ScannedToken[],
  before: number,
): { readonly name: number; readonly argument: number } | null => {
  let argument = 0;
  for (let index = before; index >= 0; index -= 1) {
    if (isSymbol(tokens[index], ")")) {
      index = opening(tokens, index);
      if (index < 0) return null;
    } else if (isSymbol(tokens[index], ",")) argument += 1;
    else if (isSymbol(tokens[index], "("))
      return tokens[index - 1]?.kind === "name" && isSymbol(tokens[index - 2], ".")
        ? { name: index - 1, argument }
        : null;
  }
  return null;
};
