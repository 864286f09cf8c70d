import { createCatalogue, type Profile } from "./catalogue.ts";
import { dayText } from "./dates.ts";
import { fieldPhrase } from "./extended-fields.ts";
import { methodsOf } from "./methods.ts";
import { fieldName } from "./names.ts";
import { print } from "./print.ts";
import type { CallNode, MemberNode, Node } from "./syntax.ts";
import type { Unit, ValueType } from "./types.ts";

/** How a part of an expression is spoken of. */
export interface Phrase {
  /** Noun phrase, or for a boolean the sentence when it is true. */
  readonly says: string;
  /** For a boolean the sentence when it is false. */
  readonly denies: string | null;
  readonly unit: Unit | null;
}

const catalogue = createCatalogue();
const TYPES: readonly ValueType[] = ["string", "number", "date", "boolean"];
const WORDS: Readonly<Record<string, string>> = {
  "+": "plus",
  "-": "minus",
  "*": "times",
  "/": "divided by",
  "%": "modulo",
};

const phrase = (
  says: string,
  unit: Unit | null | undefined = null,
  denies: string | null = null,
): Phrase => ({
  says,
  denies,
  unit: unit ?? null,
});

const strip = (node: Node): Node => (node.kind === "group" ? strip(node.inner) : node);

/**
 * Phrase of a part, from its syntax and the published catalogue: traces can be read without the organisation's fields. What
 * has no wording is shown as its own text.
 */
export const phraseOf = (whole: Node): Phrase => {
  const node = strip(whole);
  switch (node.kind) {
    case "member":
      return memberPhrase(node) ?? phrase(print(node));
    case "call":
      return callPhrase(node) ?? phrase(print(node));
    case "binary": {
      const word = WORDS[node.operator];
      if (word === undefined) return phrase(`"${print(node)}"`);
      const left = phraseOf(node.left);
      const right = phraseOf(node.right);
      const isScaled = node.operator === "*" || node.operator === "/";
      const unit = left.unit ?? (isScaled ? null : right.unit);
      return phrase(`${left.says} ${word} ${right.says}`, unit);
    }
    case "unary":
      return node.operator === "-" && node.operand.kind !== "number"
        ? phrase(`minus ${phraseOf(node.operand).says}`, phraseOf(node.operand).unit)
        : phrase(print(node));
    default:
      return phrase(print(node));
  }
};

const profileOf = (node: Node): Profile | null => {
  const object = strip(node);
  return object.kind === "name" ? (catalogue.profiles.get(object.name.toLowerCase()) ?? null) : null;
};

const memberPhrase = ({ object, name }: MemberNode): Phrase | null => {
  const profile = profileOf(object);
  if (profile === null) return null;
  const attribute = profile.attributes.get(name.toLowerCase());
  if (attribute !== undefined)
    return phrase(attribute.wording.says, attribute.unit, attribute.wording.denies ?? null);
  const field = fieldName(name);
  if (field !== null && profile.owner !== null) return phrase(fieldPhrase(profile.owner, field));
  // What a behavioural event brings is not in the published catalogue.
  return profile.name === "currentEvent" ? phrase(fieldPhrase("the event's", name)) : null;
};

const callPhrase = ({ callee, args }: CallNode): Phrase | null => {
  const profile = profileOf(callee.object);
  const name = callee.name.toLowerCase();
  const definition = profile?.functions.get(name);
  if (definition !== undefined) {
    const { says, denies } = definition.wording;
    return phrase(
      fill(says, null, args),
      definition.unit,
      denies === undefined ? null : fill(denies, null, args),
    );
  }
  if (profile !== null) return memberPhrase(callee);
  for (const type of TYPES) {
    const wording = methodsOf(type).get(name)?.wording;
    if (wording === undefined) continue;
    const denies = wording.denies === undefined ? null : fill(wording.denies, callee.object, args);
    return phrase(fill(wording.says, callee.object, args), name === "interval" ? "count" : null, denies);
  }
  return null;
};

const two = (digits: string): string => digits.padStart(2, "0");

const momentOf = (args: readonly Node[]): string => {
  const [year = "", month = "", day = "", ...clock] = args.map((argument) => print(strip(argument)));
  const date = dayText(Number(year), Number(month), Number(day));
  return clock.length === 0 ? date : `${date} ${clock.map(two).join(":")}`;
};

/** Fills `{it}`, `{0}` …, `{moment}`, and `{name}` with the first argument without quotes. A function as the replacement keeps `$&` and its like in texts literal. */
const fill = (template: string, receiver: Node | null, args: readonly Node[]): string =>
  template.replace(/(:?)\{(it|moment|name|\d)\}/g, (_, colon: string, key: string) => {
    if (key === "it") return receiver === null ? "it" : phraseOf(receiver).says;
    if (key === "moment") return momentOf(args);
    if (key === "name") return args[0]?.kind === "string" ? args[0].value : "attribute";
    const argument = args[Number(key)];
    const shown = argument === undefined ? "" : phraseOf(argument).says;
    return colon === "" ? shown : `:${two(shown)}`;
  });
