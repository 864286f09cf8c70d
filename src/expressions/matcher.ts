/**
 * Regular expressions in linear time: a Thompson automaton simulated state set by state set, so no pattern can blow up. The
 * common subset: `.` `[a-z]` `[^…]` `|` `( )` `^` `$` `*` `+` `?` `\d \w \s \D \W \S`, and a backslash before a symbol to
 * mean itself. Matching is a search, case-sensitive, over code points.
 */
export type Search = (text: string) => boolean;

/** Counts the states that searches look at: tests give one. */
interface Counter {
  steps: number;
}

export type MatcherResult =
  | { readonly ok: true; readonly search: Search; readonly states: number }
  | { readonly ok: false; readonly message: string };

export const MAX_STATES = 500;
const MAX_GROUPS = 30;

/** Inclusive ranges of code points, two numbers each. */
type Ranges = readonly number[];

type Piece =
  | { readonly kind: "set"; readonly ranges: Ranges; readonly negated: boolean }
  | { readonly kind: "start" | "end" | "empty" }
  | { readonly kind: "sequence" | "choice"; readonly pieces: readonly Piece[] }
  | { readonly kind: "repeat"; readonly piece: Piece; readonly operator: "*" | "+" | "?" };

class Refusal extends Error {}

const DIGIT: Ranges = [48, 57];
const WORD: Ranges = [48, 57, 65, 90, 95, 95, 97, 122];
const SPACE: Ranges = [9, 13, 32, 32, 160, 160];
const CLASSES: ReadonlyMap<string, Ranges> = new Map([
  ["d", DIGIT],
  ["w", WORD],
  ["s", SPACE],
]);
const LAST = 0x10ffff;

const complement = (ranges: Ranges): Ranges => {
  const result: number[] = [];
  let from = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i]! > from) result.push(from, ranges[i]! - 1);
    from = ranges[i + 1]! + 1;
  }
  result.push(from, LAST);
  return result;
};

class PatternParser {
  private at = 0;
  private groups = 0;
  private readonly characters: readonly string[];

  constructor(pattern: string) {
    this.characters = [...pattern];
  }

  whole(): Piece {
    const piece = this.choice();
    if (this.at < this.characters.length) throw new Refusal('a ")" has no "("');
    return piece;
  }

  private get next(): string | undefined {
    return this.characters[this.at];
  }

  private choice(): Piece {
    const pieces = [this.sequence()];
    while (this.next === "|") {
      this.at += 1;
      pieces.push(this.sequence());
    }
    return pieces.length === 1 ? pieces[0]! : { kind: "choice", pieces };
  }

  private sequence(): Piece {
    const pieces: Piece[] = [];
    while (this.next !== undefined && this.next !== "|" && this.next !== ")") pieces.push(this.repeated());
    return pieces.length === 0 ? { kind: "empty" } : { kind: "sequence", pieces };
  }

  private repeated(): Piece {
    let piece = this.atom();
    while (this.next === "*" || this.next === "+" || this.next === "?") {
      piece = { kind: "repeat", piece, operator: this.next };
      this.at += 1;
      // "*?" and its like only change which match is found first, never whether there is one; one level keeps trees shallow.
      if (this.next === "?") this.at += 1;
      if (this.next === "*" || this.next === "+" || this.next === "?")
        throw new Refusal("one repetition directly follows another");
    }
    return piece;
  }

  private atom(): Piece {
    const character = this.characters[this.at]!;
    this.at += 1;
    if (character === "^") return { kind: "start" };
    if (character === "$") return { kind: "end" };
    if (character === ".") return { kind: "set", ranges: [10, 10, 13, 13], negated: true };
    if (character === "[") return this.set();
    if (character === "(") return this.group();
    if (character === "\\") return { kind: "set", ranges: this.escape(), negated: false };
    if (character === "{" || character === "}")
      throw new Refusal(`"${character}" is not supported; write \\${character} for the character`);
    if (character === "*" || character === "+" || character === "?")
      throw new Refusal(`there is nothing to repeat before "${character}"`);
    const code = character.codePointAt(0)!;
    return { kind: "set", ranges: [code, code], negated: false };
  }

  private group(): Piece {
    this.groups += 1;
    if (this.groups > MAX_GROUPS) throw new Refusal(`more than ${MAX_GROUPS} groups`);
    if (this.next === "?") {
      if (this.characters[this.at + 1] !== ":") throw new Refusal('"(?" is not supported');
      this.at += 2;
    }
    const piece = this.choice();
    if (this.next !== ")") throw new Refusal('a "(" is not closed');
    this.at += 1;
    return piece;
  }

  private escape(): Ranges {
    const character = this.next;
    if (character === undefined) throw new Refusal("a backslash stands at the end");
    this.at += 1;
    const named = CLASSES.get(character.toLowerCase());
    if (named !== undefined) return CLASSES.has(character) ? named : complement(named);
    if (/[\p{L}\p{N}]/u.test(character)) throw new Refusal(`"\\${character}" is not supported`);
    const code = character.codePointAt(0)!;
    return [code, code];
  }

  private set(): Piece {
    const negated = this.next === "^";
    if (negated) this.at += 1;
    const ranges: number[] = [];
    let first = true;
    while (this.next !== "]" || first) {
      if (this.next === undefined) throw new Refusal('a "[" is not closed');
      const low = this.setMember();
      const isRange = this.next === "-" && this.characters[this.at + 1] !== "]" && low.length === 2;
      if (isRange && low[0] === low[1]) {
        this.at += 1;
        if (this.next === undefined) throw new Refusal('a "[" is not closed');
        const high = this.setMember();
        if (high.length !== 2 || high[0] !== high[1] || high[0]! < low[0]!)
          throw new Refusal("a range in [ ] runs backwards");
        ranges.push(low[0]!, high[0]!);
      } else ranges.push(...low);
      first = false;
    }
    this.at += 1;
    return { kind: "set", ranges, negated };
  }

  private setMember(): Ranges {
    const character = this.characters[this.at]!;
    this.at += 1;
    if (character === "\\") return this.escape();
    const code = character.codePointAt(0)!;
    return [code, code];
  }
}

type Op = "set" | "split" | "start" | "end" | "match";

interface State {
  op: Op;
  out: number;
  other: number;
  ranges: Ranges;
  negated: boolean;
}

/** Builds states from the back: each piece is told the state that follows it. */
const build = (root: Piece): { states: readonly State[]; first: number } => {
  const states: State[] = [];
  const add = (op: Op, out: number, other = -1, ranges: Ranges = [], negated = false): number => {
    if (states.length >= MAX_STATES)
      throw new Refusal(`the pattern is too large (over ${MAX_STATES} states)`);
    states.push({ op, out, other, ranges, negated });
    return states.length - 1;
  };
  const piece = (node: Piece, next: number): number => {
    switch (node.kind) {
      case "empty":
        return next;
      case "start":
        return add("start", next);
      case "end":
        return add("end", next);
      case "set":
        return add("set", next, -1, node.ranges, node.negated);
      case "sequence":
        return node.pieces.reduceRight((following, part) => piece(part, following), next);
      case "choice":
        return node.pieces
          .map((part) => piece(part, next))
          .reduceRight((rest, one) => add("split", one, rest));
      case "repeat": {
        if (node.operator === "?") return add("split", piece(node.piece, next), next);
        const loop = add("split", -1, next);
        states[loop]!.out = piece(node.piece, loop);
        return node.operator === "*" ? loop : states[loop]!.out;
      }
    }
  };
  return { first: piece(root, add("match", -1)), states };
};

const accepts = ({ ranges, negated }: State, code: number): boolean => {
  for (let i = 0; i < ranges.length; i += 2)
    if (code >= ranges[i]! && code <= ranges[i + 1]!) return !negated;
  return negated;
};

/**
 * Compiles a pattern. A search takes at most states × length steps and allocates nothing: the two state lists belong to the
 * matcher, which is safe because a search never gives up control.
 */
export const compileMatcher = (pattern: string, counter: Counter | null = null): MatcherResult => {
  try {
    const { states, first } = build(new PatternParser(pattern).whole());
    return { ok: true, search: simulate(states, first, counter), states: states.length };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message };
    throw error;
  }
};

const simulate = (states: readonly State[], first: number, counter: Counter | null): Search => {
  let current = new Uint16Array(states.length);
  let following = new Uint16Array(states.length);
  const stack = new Uint16Array(states.length * 2 + 2);
  const seenAt = new Int32Array(states.length);
  let generation = 0;
  let count = 0;
  let matched = false;

  /** Adds a state and all that it reaches without reading a character. */
  const follow = (list: Uint16Array, from: number, atStart: boolean, atEnd: boolean) => {
    let depth = 0;
    stack[depth++] = from;
    while (depth > 0) {
      const index = stack[--depth]!;
      if (seenAt[index] === generation) continue;
      seenAt[index] = generation;
      const state = states[index]!;
      if (state.op === "match") matched = true;
      else if (state.op === "set") list[count++] = index;
      else if (state.op === "split") {
        stack[depth++] = state.other;
        stack[depth++] = state.out;
      } else if (state.op === "start" ? atStart : atEnd) stack[depth++] = state.out;
    }
  };

  return (text) => {
    const { length } = text;
    matched = false;
    count = 0;
    generation = generation === 0x7fffffff ? 1 : generation + 1;
    if (generation === 1) seenAt.fill(0);
    follow(current, first, true, length === 0);
    let at = 0;
    let looked = 0;
    while (!matched && at < length) {
      const code = text.codePointAt(at)!;
      at += code > 0xffff ? 2 : 1;
      const live = count;
      looked += live + 1;
      count = 0;
      generation = generation === 0x7fffffff ? 1 : generation + 1;
      if (generation === 1) seenAt.fill(0);
      for (let i = 0; i < live; i += 1) {
        const state = states[current[i]!]!;
        if (accepts(state, code)) follow(following, state.out, false, at >= length);
      }
      follow(following, first, false, at >= length);
      const swap = current;
      current = following;
      following = swap;
    }
    if (counter !== null) counter.steps += looked;
    return matched;
  };
};
