/** What a condition speaks of: an attribute or a function of a profile, and what is asked of that. */
export interface Operand {
  profile: string;
  name: string;
  /** Texts of the arguments; null of an attribute. */
  args: string[] | null;
  /** A function of the value that gives another value, such as `month`. */
  method: { name: string; args: string[] } | null;
}

const NAME = /^[\p{L}_][\p{L}\p{M}\p{Nd}_]*/u;

/** Reads an operand from its text; null where it is something else, such as a sum. */
export const parseOperand = (text: string): Operand | null => {
  const reader = new Reader(text.trim());
  const profile = reader.name();
  if (profile === null || !reader.take(".")) return null;
  const name = reader.name();
  if (name === null) return null;
  const args = reader.args();
  if (args === undefined) return null;
  if (reader.atEnd()) return { profile, name, args, method: null };
  if (!reader.take(".")) return null;
  const method = reader.name();
  const methodArgs = method === null ? null : reader.args();
  if (method === null || methodArgs === undefined || methodArgs === null || !reader.atEnd()) return null;
  return { profile, name, args, method: { name: method, args: methodArgs } };
};

export const operandText = ({ profile, name, args, method }: Operand): string =>
  `${profile}.${name}${args === null ? "" : `(${args.join(", ")})`}` +
  (method === null ? "" : `.${method.name}(${method.args.join(", ")})`);

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.at === this.text.length;
  }
  take(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.at)) return false;
    this.at += symbol.length;
    return true;
  }
  name(): string | null {
    const found = NAME.exec(this.text.slice(this.at))?.[0] ?? null;
    this.at += found?.length ?? 0;
    return found;
  }
  /** Arguments in parentheses; null where there are none, undefined where they do not end. */
  args(): string[] | null | undefined {
    if (!this.text.startsWith("(", this.at)) return null;
    const end = closingAt(this.text, this.at);
    if (end === -1) return undefined;
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return splitArgs(inner);
  }
}

/** Offsets of the characters that stand outside of texts in quotes, with how deep in parentheses. */
function* outside(text: string): Generator<{ at: number; char: string; depth: number }> {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      continue;
    }
    if (char === ")") depth--;
    yield { at, char, depth };
    if (char === "(") depth++;
  }
}

const closingAt = (text: string, open: number): number => {
  for (const { at, char, depth } of outside(text.slice(open)))
    if (char === ")" && depth === 0) return open + at;
  return -1;
};

/** The arguments between parentheses, as texts. */
export const splitArgs = (text: string): string[] => {
  if (text.trim() === "") return [];
  const parts: string[] = [];
  let from = 0;
  for (const { at, char, depth } of outside(text))
    if (char === "," && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  return [...parts, text.slice(from).trim()];
};

export type Literal =
  | { type: "number"; value: number }
  | { type: "string"; value: string }
  | { type: "boolean"; value: boolean };

/** The value that a text writes out; null where it is no literal. */
export const literalOf = (text: string): Literal | null => {
  const written = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(written)) return { type: "number", value: Number(written) };
  if (/^(true|false)$/i.test(written)) return { type: "boolean", value: written.toLowerCase() === "true" };
  const [, inner] = /^"((?:[^"\\]|\\.)*)"$/.exec(written) ?? [];
  return inner === undefined ? null : { type: "string", value: inner.replaceAll(/\\(["\\])/g, "$1") };
};

/** A text as the language writes it. Line ends have no place in it. */
export const quoted = (value: string): string =>
  `"${value.replaceAll(/[\r\n]+/g, " ").replaceAll(/["\\]/g, "\\$&")}"`;
