import type { Catalogue, Profile } from "./catalogue.ts";
import type { Attribute, NameKind, Parameter, ProfileFunction } from "./definitions.ts";
import { METHODS } from "./methods.ts";
import { hasSource } from "./sources.ts";
import type { Unit, ValueType } from "./types.ts";

/** One thing that can be written in an expression, as an editor or the documentation shows it. */
export interface CatalogueEntry {
  /** Null for a function of values. */
  readonly profile: string | null;
  readonly name: string;
  /** Other spellings. */
  readonly aliases: readonly string[];
  readonly kind: "attribute" | "function" | "method";
  /** What it gives. */
  readonly type: ValueType;
  readonly unit: Unit | null;
  /** Types of value that a method is asked of; empty for what a profile has. */
  readonly on: readonly ValueType[];
  readonly parameters: readonly Parameter[];
  readonly doc: string;
  /**
   * How it is spoken of: a noun phrase, or of what is true or false the sentence where it is true. `{it}` stands for what a method is asked
   * of, `{0}`, `{1}`, `{name}` and `{moment}` for arguments.
   */
  readonly says: string;
  /** The sentence where it is false; null of what is neither. */
  readonly denies: string | null;
  /** "none yet": nothing in the product knows it, so it is always null. */
  readonly source: "known" | "none yet";
  /** What names its values are. */
  readonly names: NameKind | null;
}

const NOTHING = { aliases: [], unit: null, on: [], parameters: [], source: "known", names: null } as const;

const entryOf = (profile: Profile, entry: Attribute | ProfileFunction): CatalogueEntry => ({
  ...NOTHING,
  profile: profile.name,
  name: entry.name,
  aliases: entry.aliases ?? [],
  unit: entry.unit ?? null,
  doc: entry.doc,
  says: entry.wording.says,
  denies: entry.wording.denies ?? null,
  source: hasSource(profile.name, entry.name) ? "known" : "none yet",
  ...("cell" in entry
    ? { kind: "attribute", type: entry.cell.type, names: entry.names ?? null }
    : { kind: "function", type: entry.result, parameters: entry.parameters }),
});

/** What a profile has, as plain data. */
export const describeProfile = (profile: Profile): readonly CatalogueEntry[] =>
  [
    ...new Set(profile.attributes.values()),
    ...(profile.extendedFields?.values() ?? []),
    ...new Set(profile.functions.values()),
  ].map((entry) => entryOf(profile, entry));

export const METHOD_ENTRIES: readonly CatalogueEntry[] = METHODS.map(
  ({ name, on, result, parameters, doc, wording }): CatalogueEntry => ({
    ...NOTHING,
    profile: null,
    name,
    kind: "method",
    type: result,
    on,
    parameters,
    doc,
    says: wording.says,
    denies: wording.denies ?? null,
  }),
);

/** The catalogue as plain data, in the order of its definition, then the functions that values have. */
export const describeCatalogue = ({ profiles }: Catalogue): readonly CatalogueEntry[] => [
  ...[...profiles.values()].flatMap(describeProfile),
  ...METHOD_ENTRIES,
];
