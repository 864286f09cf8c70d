import type { Catalogue, Profile } from "./catalogue.ts";
import { typeOf } from "./check.ts";
import type { Attribute, NameKind, Parameter, ProfileFunction } from "./definitions.ts";
import type { Method } from "./methods.ts";
import { methodsOf } from "./methods.ts";
import { Names } from "./names.ts";
import { parse } from "./parser.ts";
import { LINE_ATTRIBUTES } from "./profiles/lines.ts";
import { callAround, type ScannedToken, startOfValue } from "./scan.ts";
import type { Typed } from "./typed.ts";

/** What stands before a dot: a profile, or a value of a type. */
export type Receiver = { readonly profile: Profile } | { readonly value: Typed };

/** Understands pieces of a text that may be half-written. */
export class Cursor {
  private readonly names: Names;

  constructor(
    readonly text: string,
    readonly tokens: readonly ScannedToken[],
    readonly catalogue: Catalogue,
  ) {
    this.names = new Names(catalogue);
  }

  /** The value that ends with a token, when it can be made out. */
  valueEndingAt(last: number): Typed | null {
    const first = startOfValue(this.tokens, last);
    if (first < 0) return null;
    const parsed = parse(this.text.slice(this.tokens[first]!.start, this.tokens[last]!.end));
    return parsed.ok ? typeOf(parsed.tree, this.catalogue) : null;
  }

  /** What the value or profile that ends with a token is. */
  receiverEndingAt(last: number): Receiver | null {
    const token = this.tokens[last];
    if (token?.kind === "name" && startOfValue(this.tokens, last) === last) {
      const profile = this.names.profile(token.text);
      return profile && { profile };
    }
    const value = this.valueEndingAt(last);
    return value && { value };
  }

  /** The definition that a name after a dot stands for. */
  definitionAt(name: number): Attribute | ProfileFunction | Method | null {
    const receiver = this.receiverEndingAt(name - 2);
    const { text } = this.tokens[name]!;
    if (receiver === null) return null;
    if ("value" in receiver) return methodsOf(receiver.value.type).get(text.toLowerCase()) ?? null;
    const { profile } = receiver;
    return profile.functions.get(text.toLowerCase()) ?? this.names.attribute(profile, text);
  }

  /** The texts that fit as the value which begins at a token: an argument with names or choices, or what an attribute is compared with. */
  textsAt(index: number): readonly string[] {
    const before = this.tokens[index - 1];
    if (before?.kind === "symbol" && (before.text === "==" || before.text === "!=")) {
      const value = this.valueEndingAt(index - 2);
      return value?.kind === "attribute" ? this.known(value.attribute.names) : [];
    }
    const parameter = this.parameterAt(index);
    return parameter === null ? [] : [...(parameter.choices ?? this.known(parameter.names))];
  }

  private parameterAt(index: number): Parameter | null {
    const before = this.tokens[index - 1];
    if (before?.kind !== "symbol" || (before.text !== "(" && before.text !== ",")) return null;
    const call = callAround(this.tokens, index - 1);
    const definition = call && this.definitionAt(call.name);
    return definition && "parameters" in definition ? (definition.parameters[call!.argument] ?? null) : null;
  }

  private known(kind: NameKind | undefined): readonly string[] {
    if (kind === undefined) return [];
    return this.catalogue.known[kind] ?? (kind === "lineAttribute" ? LINE_ATTRIBUTES : []);
  }
}
