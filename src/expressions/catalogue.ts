import { isValidIn, type Place, type Where, whereWords } from "./activities.ts";
import type {
  Attribute,
  EventAttributeDefinition,
  ExtendedFieldDefinition,
  NameKind,
  ProfileDefinition,
  ProfileFunction,
} from "./definitions.ts";
import { eventAttribute, extendedField } from "./extended-fields.ts";
import { cardProfile, productProfile } from "./profiles/cards-and-products.ts";
import { customerProfile } from "./profiles/customer.ts";
import { primaryCustomerProfile, returnProfile, userGroupProfile } from "./profiles/derived.ts";
import { eventProfile } from "./profiles/event.ts";
import { lineProfile, tenderProfile } from "./profiles/lines-and-tenders.ts";
import { organizationProfile, programProfile, referrerProfile, storeProfile } from "./profiles/others.ts";
import { partnerProfile } from "./profiles/partner.ts";
import { trackerProfiles } from "./profiles/trackers.ts";
import { transactionProfile } from "./profiles/transaction.ts";

/** What is known and cannot be used here. */
export interface Elsewhere {
  readonly name: string;
  /** Where it can, as the end of a sentence: "in TransactionAdd". */
  readonly where: string;
}

export interface Profile {
  readonly name: string;
  readonly doc: string;
  /** By lower-cased name and alias. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly functions: ReadonlyMap<string, ProfileFunction>;
  /** By lower-cased name and alias. */
  readonly elsewhere: ReadonlyMap<string, Elsewhere>;
  /** By exact name. */
  readonly extendedFields: ReadonlyMap<string, Attribute> | null;
  /** Whose the extended fields are; null where there are none. */
  readonly owner: string | null;
}

/** Names that organisations chose, by kind, for an editor to offer. */
export type KnownNames = Partial<Readonly<Record<NameKind, readonly string[]>>>;

/** Everything that names can resolve to. Maps only, so nothing inherited by objects can be named. */
export interface Catalogue {
  /** By lower-cased name. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** By lower-cased name. */
  readonly elsewhere: ReadonlyMap<string, Elsewhere>;
  readonly known: KnownNames;
}

export const EXTENDED_FIELD_PREFIX = "extField_";

export const PROFILES: readonly ProfileDefinition[] = [
  customerProfile,
  transactionProfile,
  lineProfile,
  tenderProfile,
  returnProfile,
  storeProfile,
  eventProfile,
  ...trackerProfiles,
  partnerProfile,
  primaryCustomerProfile,
  userGroupProfile,
  cardProfile,
  referrerProfile,
  productProfile,
  programProfile,
  organizationProfile,
];

export interface CatalogueOptions {
  readonly extendedFields?: readonly ExtendedFieldDefinition[];
  /** Fields of the behavioural event, of GenericEvent. */
  readonly eventAttributes?: readonly EventAttributeDefinition[];
  readonly known?: KnownNames;
}

type Named = Where & { readonly name: string; readonly aliases?: readonly string[] };

const byName = <T extends Named>(entries: readonly T[]): ReadonlyMap<string, T> =>
  new Map(
    entries.flatMap((entry) =>
      [entry.name, ...(entry.aliases ?? [])].map((name) => [name.toLowerCase(), entry] as const),
    ),
  );

const elsewhereOf = (entries: readonly Named[]): ReadonlyMap<string, Elsewhere> =>
  new Map([...byName(entries)].map(([key, entry]) => [key, { name: entry.name, where: whereWords(entry) }]));

const fieldsOf = (
  { extendedFields: source }: ProfileDefinition,
  fields: readonly ExtendedFieldDefinition[],
): ReadonlyMap<string, Attribute> | null => {
  if (source === undefined) return null;
  const { prefix = "" } = source;
  const own = fields.filter((field) => field.scope === source.scope);
  return new Map(own.map((field) => [`${prefix}${field.name}`, extendedField(field, source)]));
};

/** A profile as far as it is valid at a place; everything of it without one. */
const profileAt = (
  definition: ProfileDefinition,
  place: Place | null,
  options: CatalogueOptions,
): Profile => {
  const isHere = (entry: Where): boolean => place === null || isValidIn(entry, place);
  const { attributes, functions } = definition;
  const own =
    definition === eventProfile && (place === null || place.activity === "GenericEvent")
      ? (options.eventAttributes ?? []).map(eventAttribute)
      : [];
  return {
    name: definition.name,
    doc: definition.doc,
    attributes: byName([...own, ...attributes.filter(isHere)]),
    functions: byName(functions.filter(isHere)),
    elsewhere: elsewhereOf([...attributes, ...functions].filter((entry) => !isHere(entry))),
    extendedFields: fieldsOf(definition, options.extendedFields ?? []),
    owner: definition.extendedFields?.owner ?? null,
  };
};

const catalogueAt = (place: Place | null, options: CatalogueOptions): Catalogue => {
  const isHere = (profile: Where): boolean => place === null || isValidIn(profile, place);
  return {
    profiles: new Map(
      PROFILES.filter(isHere).map((profile) => [
        profile.name.toLowerCase(),
        profileAt(profile, place, options),
      ]),
    ),
    elsewhere: elsewhereOf(PROFILES.filter((profile) => !isHere(profile))),
    known: options.known ?? {},
  };
};

/** What expressions can name at a place: an activity, and how the set is run. */
export const catalogueFor = (place: Place, options: CatalogueOptions = {}): Catalogue =>
  catalogueAt(place, options);

/** Everything that can be named anywhere: to compile what was checked before, and to tell traces. */
export const createCatalogue = (
  extendedFields: readonly ExtendedFieldDefinition[] = [],
  eventAttributes: readonly EventAttributeDefinition[] = [],
): Catalogue => catalogueAt(null, { extendedFields, eventAttributes });
