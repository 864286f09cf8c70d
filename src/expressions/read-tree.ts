import { errors } from "./errors.ts";
import type { RuleTree } from "./tree-form.ts";

const MAX_DEPTH = 100;
const MAX_ITEMS = 4_000;
const MAX_TEXT = 10_000;

/** A tree that a caller sent, part by part. Raises expressions.bad_tree, which names the part. */
export const readTree = (value: unknown): RuleTree => {
  let parts = 0;

  const read = (part: unknown, path: string, depth: number): RuleTree => {
    const refuse = (problem: string): never => {
      throw errors.bad_tree({ path, problem });
    };
    parts += 1;
    if (parts > MAX_ITEMS) refuse(`is too large: more than ${MAX_ITEMS} parts.`);
    if (depth > MAX_DEPTH) refuse(`is nested too deeply: more than ${MAX_DEPTH} levels.`);
    if (typeof part !== "object" || part === null || Array.isArray(part))
      refuse("must be a group or a condition.");
    const { kind, items, item, left, operator, right, text, parentheses } = part as Readonly<
      Record<string, unknown>
    >;
    const string = (field: string, found: unknown): string =>
      typeof found === "string" && found.length <= MAX_TEXT
        ? found
        : refuse(`has no ${field}: a text of at most ${MAX_TEXT} characters is needed.`);
    const isCount = Number.isInteger(parentheses) && Number(parentheses) >= 0 && Number(parentheses) <= 64;
    if (parentheses !== undefined && !isCount) refuse("has parentheses that are no number from 0 to 64.");
    const around = parentheses === undefined ? {} : { parentheses: Number(parentheses) };
    switch (kind) {
      case "all":
      case "any": {
        if (!Array.isArray(items)) return refuse("has no items: a list is needed.");
        const inner = items.map((it, index) => read(it, `${path}.items[${index}]`, depth + 1));
        return { kind, items: inner, ...around };
      }
      case "not":
        return { kind, item: read(item, `${path}.item`, depth + 1), ...around };
      case "raw":
        return { kind, text: string("text", text), ...around };
      case "condition":
        return {
          kind,
          left: string("left", left),
          operator: string("operator", operator),
          right: right === null || right === undefined ? null : string("right", right),
          ...around,
        };
      default:
        return refuse('must have the kind "all", "any", "not", "condition" or "raw".');
    }
  };

  return read(value, "tree", 0);
};
