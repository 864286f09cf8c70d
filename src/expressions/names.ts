import { type Catalogue, type Elsewhere, EXTENDED_FIELD_PREFIX, type Profile } from "./catalogue.ts";
import type { Attribute } from "./definitions.ts";
import { methodsOf } from "./methods.ts";
import { nearest } from "./nearest.ts";
import { named, type ValueType } from "./types.ts";

/** What is said about a name that cannot stand where it does. */
export interface NameError {
  readonly message: string;
  readonly expected: string;
  readonly nearest: string | null;
}

const error = (problem: string, expected: string, near: string | null): NameError => ({
  message: near === null ? `${problem}; expected ${expected}` : `${problem}; did you mean ${near}?`,
  expected,
  nearest: near,
});

const cut = (name: string): string => (name.length <= 60 ? name : `${name.slice(0, 57)}…`);
const list = (names: readonly string[], most = 8): string =>
  names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} …`;

/** What is said about a name that is known and has no place here. */
const misplaced = (
  shown: string,
  { where }: Elsewhere,
  known: readonly string[],
  name: string,
): NameError => {
  const near = nearest(name, known);
  const hint = near === null ? "" : `; did you mean ${near}?`;
  return {
    message: `${shown} can be used only ${where}${hint}`,
    expected: `one of ${list(known)}`,
    nearest: near,
  };
};

/** Looks names up in a catalogue and explains the ones that are not there. */
export class Names {
  constructor(private readonly catalogue: Catalogue) {}

  profile(name: string): Profile | null {
    return this.catalogue.profiles.get(name.toLowerCase()) ?? null;
  }

  /** An attribute of a profile. Letter case counts in the names of extended fields only. */
  attribute(profile: Profile, name: string): Attribute | null {
    const field = fieldName(name);
    if (field !== null && profile.extendedFields !== null) return profile.extendedFields.get(field) ?? null;
    return profile.attributes.get(name.toLowerCase()) ?? null;
  }

  attributeError(profile: Profile, name: string): NameError {
    const called = profile.functions.get(name.toLowerCase());
    const shown = `${profile.name}.${cut(name)}`;
    if (called !== undefined) {
      const parameters = called.parameters.map((parameter) => parameter.name).join(", ");
      return error(`${shown} is a function`, `${profile.name}.${called.name}(${parameters})`, null);
    }
    const field = fieldName(name);
    if (field !== null && profile.extendedFields !== null) {
      const near = nearest(field, profile.extendedFields.keys());
      return error(
        `${profile.name} has no extended field "${cut(field)}"`,
        "an extended field of the organisation",
        near && `${EXTENDED_FIELD_PREFIX}${near}`,
      );
    }
    const known = [...new Set([...profile.attributes.values(), ...profile.functions.values()])].map(
      (it) => it.name,
    );
    const elsewhere = profile.elsewhere.get(name.toLowerCase());
    if (elsewhere !== undefined)
      return misplaced(`${profile.name}.${elsewhere.name}`, elsewhere, known, elsewhere.name);
    return error(
      `${profile.name} has no attribute "${cut(name)}"`,
      `one of ${list(known)}`,
      nearest(name, known),
    );
  }

  methodError(type: ValueType, receiver: string, name: string): NameError {
    const methods = methodsOf(type);
    const known = [...methods.values()].map((method) => method.name);
    if (methods.has(name.toLowerCase()))
      return error(
        `${cut(name)} is a function`,
        `${receiver}.${methods.get(name.toLowerCase())!.name}(…)`,
        null,
      );
    return error(
      `${receiver} is ${named[type]} and has no function "${cut(name)}"`,
      `one of ${list(known)}`,
      nearest(name, known),
    );
  }

  private profileNames(): string[] {
    return [...this.catalogue.profiles.values()].map((profile) => profile.name);
  }

  profileError(name: string): NameError {
    const known = this.profileNames();
    const elsewhere = this.catalogue.elsewhere.get(name.toLowerCase());
    if (elsewhere !== undefined) return misplaced(elsewhere.name, elsewhere, known, elsewhere.name);
    return error(`there is no profile "${cut(name)}"`, `one of ${list(known)}`, nearest(name, known));
  }

  /** A name with nothing after it is never a value. */
  aloneError(name: string): NameError {
    const profile = this.profile(name);
    if (profile !== null) {
      const first = [...profile.attributes.values()][0]?.name ?? "name";
      return error(
        `${profile.name} is a profile`,
        `one of its attributes, such as ${profile.name}.${first}`,
        null,
      );
    }
    const elsewhere = this.catalogue.elsewhere.get(name.toLowerCase());
    if (elsewhere !== undefined)
      return misplaced(elsewhere.name, elsewhere, this.profileNames(), elsewhere.name);
    const near = nearest(name, [...this.profileNames(), "true", "false", "null"]);
    return error(
      `"${cut(name)}" is not known`,
      `an attribute such as currentTxn.value, or a text in double quotes such as "${cut(name)}"`,
      near,
    );
  }
}

const PREFIX = EXTENDED_FIELD_PREFIX.toLowerCase();
/** Name of the extended field that an attribute's name stands for, or null. */
export const fieldName = (name: string): string | null =>
  name.toLowerCase().startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
