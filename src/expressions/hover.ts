import type { Catalogue } from "./catalogue.ts";
import { Cursor } from "./cursor.ts";
import { OPERATOR_DOCS } from "./operator-docs.ts";
import { signature } from "./parameters.ts";
import { type ScannedToken, scan } from "./scan.ts";
import { hasSource } from "./sources.ts";
import type { ValueType } from "./types.ts";

/** What is under the cursor. */
export interface Hover {
  readonly start: number;
  readonly end: number;
  /** How it is written: a function with its parameters. */
  readonly title: string;
  /** Null for profiles and operators. */
  readonly type: ValueType | null;
  readonly doc: string;
  /** "none yet": it is always null. */
  readonly source: "known" | "none yet";
}

/** Type and meaning of what stands at an offset; null where nothing is to be said. Pure and total. */
export const hoverAt = (text: string, offset: number, catalogue: Catalogue): Hover | null => {
  const tokens = scan(text);
  const index = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
  // At the very end of a name the cursor still points at it.
  const found = index >= 0 ? index : tokens.findIndex(({ kind, end }) => kind === "name" && end === offset);
  const token = tokens[found];
  if (token === undefined) return null;
  const about = aboutToken(token, found, new Cursor(text, tokens, catalogue));
  return about && { start: token.start, end: token.end, source: "known", ...about };
};

type About = Omit<Hover, "start" | "end" | "source"> & Partial<Pick<Hover, "source">>;

const aboutToken = (token: ScannedToken, index: number, cursor: Cursor): About | null => {
  switch (token.kind) {
    case "number":
      return { title: token.text, type: "number", doc: "A number." };
    case "string":
      return { title: cursor.text.slice(token.start, token.end), type: "string", doc: "A text." };
    case "symbol": {
      const doc = OPERATOR_DOCS[token.text];
      return doc === undefined ? null : { title: token.text, type: null, doc };
    }
    case "name":
      return aboutName(token, index, cursor);
    case "end":
      return null;
  }
};

const aboutName = (token: ScannedToken, index: number, cursor: Cursor): About | null => {
  const before = cursor.tokens[index - 1];
  if (before?.kind === "symbol" && before.text === ".") return aboutMember(index, cursor);
  if (token.text === "true" || token.text === "false")
    return {
      title: token.text,
      type: "boolean",
      doc: token.text === "true" ? "Always holds." : "Never holds.",
    };
  const key = token.text.toLowerCase();
  const profile = cursor.catalogue.profiles.get(key);
  if (profile !== undefined) return { title: profile.name, type: null, doc: profile.doc };
  const elsewhere = cursor.catalogue.elsewhere.get(key);
  return elsewhere === undefined
    ? null
    : { title: elsewhere.name, type: null, doc: `It can be used only ${elsewhere.where}.` };
};

const aboutMember = (index: number, cursor: Cursor): About | null => {
  const receiver = cursor.receiverEndingAt(index - 2);
  const profile = receiver !== null && "profile" in receiver ? receiver.profile : null;
  const definition = cursor.definitionAt(index);
  if (definition === null) {
    const elsewhere = profile?.elsewhere.get(cursor.tokens[index]!.text.toLowerCase());
    if (elsewhere === undefined) return null;
    return {
      title: `${profile!.name}.${elsewhere.name}`,
      type: null,
      doc: `It can be used only ${elsewhere.where}.`,
    };
  }
  const { name, doc } = definition;
  const written = "parameters" in definition ? signature(name, definition.parameters) : name;
  const type = "cell" in definition ? definition.cell.type : definition.result;
  if (profile === null) return { title: `.${written}`, type, doc };
  const source = hasSource(profile.name, name) ? "known" : "none yet";
  return { title: `${profile.name}.${written}`, type, doc, source };
};
