import type { Cell } from "./cells.ts";
import { extendedField } from "./extended-fields.ts";
import { customerProfile } from "./profiles/customer.ts";
import { eventProfile, organizationProfile, programProfile, storeProfile } from "./profiles/others.ts";
import { transactionProfile } from "./profiles/transaction.ts";
import type { Unit } from "./types.ts";

/** A literal argument's value. */
export type Constant = string | number | boolean;

export interface Parameter {
  readonly name: string;
  readonly type: "number" | "string" | "boolean" | "date";
  readonly optional?: boolean;
  /** Must be written as a literal, because it is resolved when the rule is compiled. */
  readonly literal?: boolean;
}

/**
 * How a value is spoken of: `{it}` stands for what a function is called on, `{0}`, `{1}` … for its arguments,
 * `{name}` for the first one without quotes, `{moment}` for all of them as a date and time. `says` is a noun
 * phrase, or for a boolean the sentence when true; `denies` is that sentence when false.
 */
export interface Wording {
  readonly says: string;
  readonly denies?: string;
}

export interface Attribute {
  readonly name: string;
  /** Other published spellings. Letter case never matters. */
  readonly aliases?: readonly string[];
  /** One sentence for editors and documentation. */
  readonly doc: string;
  readonly wording: Wording;
  readonly unit?: Unit;
  readonly cell: Cell;
}

export interface BoundArguments {
  /** Cells of the parameters that are not literal, null where an optional one is absent; by parameter. */
  readonly cells: readonly (Cell | null)[];
  /** Values of the literal parameters, null elsewhere; by parameter. */
  readonly constants: readonly (Constant | null)[];
}

export interface ProfileFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly result: "number" | "string" | "boolean" | "date";
  readonly doc: string;
  readonly wording: Wording;
  readonly unit?: Unit;
  /** Sentence about what is wrong with the literals, or null. */
  readonly refuse?: (constants: readonly (Constant | null)[]) => string | null;
  readonly bind: (bound: BoundArguments) => Cell;
}

export interface ProfileDefinition {
  readonly name: string;
  readonly doc: string;
  readonly attributes: readonly Attribute[];
  readonly functions: readonly ProfileFunction[];
  /** Which extended fields `extField_<name>` reaches. */
  readonly extendedFields?: ExtendedFieldScope;
}

export type ExtendedFieldScope = "customer" | "transaction";

/** An extended field of the organisation. Names are exact. */
export interface ExtendedFieldDefinition {
  readonly scope: ExtendedFieldScope;
  readonly name: string;
  readonly type: "number" | "string" | "boolean" | "date";
}

export interface Profile {
  readonly name: string;
  readonly doc: string;
  /** By lower-cased name and alias. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly functions: ReadonlyMap<string, ProfileFunction>;
  /** By exact name. */
  readonly extendedFields: ReadonlyMap<string, Attribute> | null;
}

/** Everything that names can resolve to. Maps only, so nothing inherited by objects can be named. */
export interface Catalogue {
  /** By lower-cased name. */
  readonly profiles: ReadonlyMap<string, Profile>;
}

export const EXTENDED_FIELD_PREFIX = "extField_";

export const PROFILES: readonly ProfileDefinition[] = [
  customerProfile,
  transactionProfile,
  storeProfile,
  eventProfile,
  programProfile,
  organizationProfile,
];

/** The catalogue of an organisation: the profiles with its extended fields. Build once per published version. */
export const createCatalogue = (
  extendedFields: readonly ExtendedFieldDefinition[] = [],
  profiles: readonly ProfileDefinition[] = PROFILES,
): Catalogue => ({
  profiles: new Map(
    profiles.map((profile) => [
      profile.name.toLowerCase(),
      {
        name: profile.name,
        doc: profile.doc,
        attributes: byName(profile.attributes),
        functions: byName(profile.functions),
        extendedFields: fieldsOf(profile, extendedFields),
      },
    ]),
  ),
});

const byName = <T extends { readonly name: string; readonly aliases?: readonly string[] }>(
  entries: readonly T[],
): ReadonlyMap<string, T> =>
  new Map(
    entries.flatMap((entry) =>
      [entry.name, ...(entry.aliases ?? [])].map((name) => [name.toLowerCase(), entry] as const),
    ),
  );

const fieldsOf = (
  { extendedFields: scope }: ProfileDefinition,
  fields: readonly ExtendedFieldDefinition[],
): ReadonlyMap<string, Attribute> | null => {
  if (scope === undefined) return null;
  const own = fields.filter((field) => field.scope === scope);
  return new Map(own.map((field) => [field.name, extendedField(field)]));
};
