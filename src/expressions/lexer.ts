import { type ExpressionError, errorAt, MAX_TEXT_LENGTH, type Span } from "./syntax.ts";

export type TokenKind = "number" | "string" | "name" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Source text; for a string the value without quotes and escapes. */
  readonly text: string;
  readonly span: Span;
}

export type LexResult =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | {
      readonly ok: false;
      readonly error: ExpressionError;
      /** What was read before the mistake. */
      readonly tokens: readonly Token[];
    };

const NUMBER = /\d+(?:\.\d+)?/y;
const NAME = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*/uy;
const SYMBOL = /&&|\|\||[=!<>]=|[-+*/%!<>().,]/y;
const MAX_DIGITS = 40;

/** What was probably meant by a character that the language does not have. */
const HINTS: Readonly<Record<string, string>> = {
  "=": 'a single "=" compares nothing; write "=="',
  "&": 'write "&&" for "and"',
  "|": 'write "||" for "or"',
  "'": 'texts stand in double quotes, such as "Gold"',
  "“": 'texts stand in straight double quotes, such as "Gold"',
  "”": 'texts stand in straight double quotes, such as "Gold"',
};

const isSpace = (character: string): boolean =>
  character === " " || character === "\t" || character === "\r" || character === "\n";

/**
 * Splits the text into tokens, the last of kind "end", beginning `from` a place. Never throws; refuses texts over MAX_TEXT_LENGTH
 * unread.
 */
export const lex = (text: string, from = 0): LexResult => {
  const tokens: Token[] = [];
  let at = from;
  let line = 1;
  let lineStart = 0;
  const spanTo = (end: number): Span => ({ start: at, end, line, column: at - lineStart + 1 });
  const fail = (end: number, message: string): LexResult => ({
    ok: false,
    error: errorAt(spanTo(end), message),
    tokens,
  });
  const push = (kind: TokenKind, tokenText: string, end: number) => {
    tokens.push({ kind, text: tokenText, span: spanTo(end) });
    at = end;
  };

  if (text.length > MAX_TEXT_LENGTH)
    return fail(
      text.length,
      `the expression has ${text.length} characters; at most ${MAX_TEXT_LENGTH} are allowed`,
    );
  while (at < text.length) {
    const character = text[at]!;
    if (isSpace(character)) {
      at += 1;
      if (character === "\n") {
        line += 1;
        lineStart = at;
      }
      continue;
    }
    if (character === '"') {
      const string = readString(text, at);
      if (string === null) return fail(at + 1, 'this text is not closed: a " is missing on the same line');
      push("string", string.value, string.end);
      continue;
    }
    const number = take(NUMBER, text, at);
    if (number !== null) {
      const end = at + number.length;
      if (number.length > MAX_DIGITS) return fail(end, `a number has at most ${MAX_DIGITS} digits`);
      push("number", number, end);
      if (take(NAME, text, end) !== null)
        return fail(end + 1, `expected an operator after the number ${number}`);
      continue;
    }
    const name = take(NAME, text, at);
    const word = name ?? take(SYMBOL, text, at);
    if (word === null) return fail(at + 1, unexpected(text, at));
    push(name === null ? "symbol" : "name", word, at + word.length);
  }
  push("end", "", at);
  return { ok: true, tokens };
};

const take = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
};

/**
 * Only `\"` and `\\` are escapes. Any other backslash stands for itself, because published rules write regular expressions
 * as `matches("\d+")`.
 */
const readString = (text: string, start: number): { value: string; end: number } | null => {
  let value = "";
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '"') return { value, end: at + 1 };
    if (character === "\n" || character === "\r") return null;
    const next = text[at + 1];
    if (character === "\\" && (next === '"' || next === "\\")) {
      value += next;
      at += 1;
    } else value += character;
  }
  return null;
};

const unexpected = (text: string, at: number): string => {
  const hint = HINTS[text[at]!];
  if (hint !== undefined && Object.hasOwn(HINTS, text[at]!)) return hint;
  const shown = String.fromCodePoint(text.codePointAt(at)!);
  return `unexpected character ${/[\p{C}\p{Z}]/u.test(shown) ? `U+${text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, "0")}` : `"${shown}"`}`;
};
