import type { Catalogue } from "./catalogue.ts";
import { Cursor, type Receiver } from "./cursor.ts";
import { type CatalogueEntry, describeProfile, METHOD_ENTRIES } from "./describe.ts";
import { OPERATOR_DOCS } from "./operator-docs.ts";
import { signature } from "./parameters.ts";
import { quote } from "./print.ts";
import { type ScannedToken, scan, startOfValue } from "./scan.ts";
import type { ValueType } from "./types.ts";

export type CandidateKind = "profile" | "attribute" | "function" | "method" | "operator" | "literal" | "text";

/** One thing that can be written at a place. */
export interface Candidate {
  readonly label: string;
  readonly kind: CandidateKind;
  /** What it gives; null for profiles and operators. */
  readonly type: ValueType | null;
  /** How it is written: a function with its parameters. */
  readonly signature: string;
  readonly doc: string;
  /** "none yet": it is always null. */
  readonly source: CatalogueEntry["source"];
  readonly insert: string;
  /** Where in `insert` the cursor belongs afterwards. */
  readonly caret: number;
}

/** Candidates for the part of the text from `from` to `to`, best first. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Candidate[];
}

const MAX_ITEMS = 250;

/** What can be written at an offset of a text that may be half-written. Pure and total. */
export const completionsAt = (text: string, offset: number, catalogue: Catalogue): Completions => {
  const at = Math.max(0, Math.min(text.length, Math.trunc(offset) || 0));
  const tokens = scan(text);
  const cursor = new Cursor(text, tokens, catalogue);
  const index = lastBefore(tokens, at);
  const token = tokens[index];
  if (token?.kind === "string" && (at < token.end || (token.isOpen && at === token.end)))
    return withinText(cursor, index, at);
  if (token?.kind === "number" && at <= token.end) return { from: at, to: at, items: [] };
  const isPartial = token?.kind === "name" && at <= token.end;
  const [from, to] = isPartial ? [token.start, token.end] : [at, at];
  const before = isPartial ? index - 1 : index;
  return { from, to, items: ranked(candidatesAfter(cursor, before), text.slice(from, at)) };
};

/** Index of the last token that begins before an offset, or −1. */
const lastBefore = (tokens: readonly ScannedToken[], offset: number): number => {
  let index = tokens.length - 1;
  while (index >= 0 && tokens[index]!.start >= offset) index -= 1;
  return index;
};

const withinText = (cursor: Cursor, index: number, at: number): Completions => {
  const token = cursor.tokens[index]!;
  const [from, to] = [token.start + 1, token.isOpen ? at : token.end - 1];
  const items = cursor.textsAt(index).map((known) => {
    const quoted = quote(known);
    return textCandidate(known, token.isOpen ? quoted.slice(1) : quoted.slice(1, -1));
  });
  return { from, to, items: ranked(items, cursor.text.slice(from, at)) };
};

const candidatesAfter = (cursor: Cursor, before: number): readonly Candidate[] => {
  const token = cursor.tokens[before];
  if (token?.kind === "symbol" && token.text === ".") return membersOf(cursor.receiverEndingAt(before - 1));
  const isOperandNext = token === undefined || (token.kind === "symbol" && token.text !== ")");
  return isOperandNext ? operands(cursor, before + 1) : operators(cursor, before);
};

const membersOf = (receiver: Receiver | null): readonly Candidate[] => {
  if (receiver === null) return [];
  const entries =
    "profile" in receiver
      ? describeProfile(receiver.profile)
      : METHOD_ENTRIES.filter(({ on }) => on.includes(receiver.value.type));
  return entries.map(entryCandidate);
};

const entryCandidate = ({ name, kind, type, parameters, doc, source }: CatalogueEntry): Candidate => {
  const isAttribute = kind === "attribute";
  const insert = isAttribute ? name : `${name}()`;
  const caret = isAttribute || parameters.length === 0 ? insert.length : insert.length - 1;
  const shown = isAttribute ? name : signature(name, parameters);
  return { label: name, kind, type, signature: shown, doc, source, insert, caret };
};

const plain = (
  label: string,
  kind: CandidateKind,
  type: ValueType | null,
  doc: string,
  insert = label,
): Candidate => ({
  label,
  kind,
  type,
  signature: label,
  doc,
  source: "known",
  insert,
  caret: insert.length,
});

const textCandidate = (label: string, insert: string): Candidate =>
  plain(label, "text", "string", "", insert);

const LITERALS: readonly Candidate[] = [
  plain("true", "literal", "boolean", "Always holds."),
  plain("false", "literal", "boolean", "Never holds."),
];

const operands = (cursor: Cursor, index: number): readonly Candidate[] => [
  ...cursor.textsAt(index).map((known) => textCandidate(known, quote(known))),
  ...[...cursor.catalogue.profiles.values()].map(({ name, doc }) =>
    plain(name, "profile", null, doc, `${name}.`),
  ),
  ...LITERALS,
];

const JOINING = ["&&", "||"];
const EQUAL = ["==", "!="];
const ORDER = [">=", ">", "<=", "<"];
const ARITHMETIC = ["+", "-", "*", "/", "%"];

const operatorsFor = (type: ValueType | null): readonly string[] => {
  switch (type) {
    case "boolean":
      return [...JOINING, ...EQUAL];
    case "string":
      return EQUAL;
    case "number":
      return [...EQUAL, ...ORDER, ...ARITHMETIC];
    case "date":
      return [...ORDER, ...EQUAL];
    default:
      return [...JOINING, ...EQUAL, ...ORDER, ...ARITHMETIC];
  }
};

/** What may follow a value: what has been compared already can only be joined, or reckoned on. */
const operators = (cursor: Cursor, last: number): readonly Candidate[] => {
  const first = startOfValue(cursor.tokens, last);
  const before = cursor.tokens[first - 1];
  const isCompared = before?.kind === "symbol" && [...EQUAL, ...ORDER].includes(before.text);
  const type = cursor.valueEndingAt(last)?.type ?? null;
  const fitting = isCompared ? [...JOINING, ...(type === "number" ? ARITHMETIC : [])] : operatorsFor(type);
  return fitting.map((operator) =>
    plain(operator, "operator", null, OPERATOR_DOCS[operator] ?? "", `${operator} `),
  );
};

/** What begins with the letters that are there, then what has them inside. */
const ranked = (items: readonly Candidate[], written: string): readonly Candidate[] => {
  const wanted = written.toLowerCase();
  if (wanted === "") return items.slice(0, MAX_ITEMS);
  const labels = items.map((item) => ({ item, label: item.label.toLowerCase() }));
  const starting = labels.filter(({ label }) => label.startsWith(wanted));
  const having = labels.filter(({ label }) => !label.startsWith(wanted) && label.includes(wanted));
  return [...starting, ...having].map(({ item }) => item).slice(0, MAX_ITEMS);
};
