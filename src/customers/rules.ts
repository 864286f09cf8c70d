import type { Organisation } from "#orgs";
import { type AppError, type Issue, issue } from "#platform";
import { errors, WARNING } from "./errors.ts";
import { type IdentifierType, keyOf } from "./identifiers.ts";
import { primaryTypeOf } from "./parse.ts";
import type {
  Channel,
  FieldChanges,
  FieldHistory,
  Identifier,
  IdentifierRow,
  NewProfile,
  ProfileRow,
  Registration,
  SourceAccount,
} from "./schema.ts";

/** How an organisation tells customers apart. */
export interface MatchingRules {
  readonly orgId: number;
  readonly primaryType: IdentifierType;
  /** A secondary identifier of somebody else is refused (1047). */
  readonly isStrict: boolean;
  /** … or left out (8075), which wins over strict. */
  readonly skipsSecondary: boolean;
  /** Only the primary identifier names a customer; others may be shared ("dual eligibility"). */
  readonly onlyPrimaryNames: boolean;
  readonly emailNames: boolean;
  /** Profiles in other sources need one in INSTORE. */
  readonly needsInstore: boolean;
}

export const matchingRules = (organisation: Organisation): MatchingRules => ({
  orgId: organisation.id,
  primaryType: primaryTypeOf(organisation),
  isStrict: organisation.flag("CONF_PRIMARY_IDENTIFIER_STRICT_CHECK"),
  skipsSecondary: organisation.flag("CONF_SKIP_SECONDARY_ID_ON_PRIMARY_MISMATCH"),
  onlyPrimaryNames: organisation.flag("CONF_INSTORE_V2_ENABLED"),
  emailNames: organisation.flag("CONF_USERS_IS_EMAIL_UNIQUE"),
  needsInstore: organisation.flag("CONF_RESTRICT_ORPHAN_V2_PROFILE"),
});

/** An identifier with its key; unlike the others those that do not name anybody are not claimed. */
export interface KeyedIdentifier extends Identifier {
  readonly key: string;
}

/** The identifiers of a registration that name its customer, each once. */
export const namingKeys = (rules: MatchingRules, registration: Registration): KeyedIdentifier[] => {
  const found = new Map<string, KeyedIdentifier>();
  for (const { identifiers } of registration.profiles) {
    for (const { type, value } of identifiers) {
      const isPrimary = type === rules.primaryType;
      if (rules.onlyPrimaryNames && !isPrimary) continue;
      if (type === "email" && !rules.emailNames && !isPrimary) continue;
      const key = keyOf(rules.orgId, type, value);
      found.set(key, { key, type, value });
    }
  }
  return [...found.values()];
};

/** What is known of a customer whom an identifier of a registration names. */
export interface KnownCustomer {
  readonly partyId: number;
  readonly profiles: readonly SourceAccount[];
  readonly identifierTypes: ReadonlySet<string>;
  readonly registeredAt: Date;
}

export type Judgement =
  | { readonly kind: "new"; readonly dropped: ReadonlySet<string>; readonly warnings: readonly Issue[] }
  | {
      readonly kind: "join";
      readonly partyId: number;
      readonly dropped: ReadonlySet<string>;
      readonly warnings: readonly Issue[];
    }
  /** The identifiers name two customers: they become one, whom the registration then joins. */
  | {
      readonly kind: "merge";
      readonly survivorId: number;
      readonly victimId: number;
      readonly dropped: ReadonlySet<string>;
      readonly warnings: readonly Issue[];
    }
  | { readonly kind: "refused"; readonly error: AppError };

const NONE: ReadonlySet<string> = new Set();

/**
 * Decides what becomes of a registration (customers.md §2, Behaviour): a new customer, a profile of a known one, a merge of two
 * known ones, or a refusal. `ownerOf` tells who held a key before, null for nobody.
 */
export const judge = (
  rules: MatchingRules,
  registration: Registration,
  keys: readonly KeyedIdentifier[],
  ownerOf: (key: string) => KnownCustomer | null,
): Judgement => {
  const hits = keys.flatMap((identifier) => {
    const owner = ownerOf(identifier.key);
    return owner === null ? [] : [{ identifier, owner }];
  });
  const owners = new Map(hits.map(({ owner }) => [owner.partyId, owner]));
  if (owners.size === 0) return newCustomer(rules, registration, NONE, []);

  const primaries = keys.filter(({ type }) => type === rules.primaryType);
  const byPrimary = hits.find(({ identifier }) => identifier.type === rules.primaryType)?.owner ?? null;
  // A new primary identifier beside a customer who has another one: two people, as far as we can tell.
  const namesNobody = primaries.length > 0 && byPrimary === null;
  const isStranger = (owner: KnownCustomer) =>
    namesNobody ? owner.identifierTypes.has(rules.primaryType) : owner.partyId !== byPrimary?.partyId;
  const foreign =
    primaries.length === 0
      ? []
      : hits.filter(({ identifier, owner }) => identifier.type !== rules.primaryType && isStranger(owner));

  if (foreign.length > 0 && rules.skipsSecondary) {
    const dropped = new Set(foreign.map(({ identifier }) => identifier.key));
    const warnings = foreign.map(({ identifier: { type, value } }) =>
      issue(WARNING.primaryMismatch, `The ${type} ${value} belongs to another customer; it was left out.`),
    );
    const left = keys.filter(({ key }) => !dropped.has(key));
    const rest = judge(rules, registration, left, ownerOf);
    if (rest.kind === "refused") return rest;
    return {
      ...rest,
      dropped: new Set([...dropped, ...rest.dropped]),
      warnings: [...warnings, ...rest.warnings],
    };
  }
  const [first] = foreign;
  if (first !== undefined && rules.isStrict) {
    const { type, value } = first.identifier;
    return { kind: "refused", error: errors.primary_mismatch({ type, value, id: first.owner.partyId }) };
  }
  if (owners.size > 1) return mergeOwners(registration, byPrimary !== null, [...owners.values()]);
  return joinCustomer(registration, hits[0]!);
};

/**
 * A primary identifier of one customer and a secondary one of another, in a registration from a third source: they are one person,
 * and the one registered first survives. Where either has a profile in the registration's own source, where no primary identifier
 * decides, or where there are more than two, nobody can tell, and nothing is changed.
 */
const mergeOwners = (
  { profiles }: Registration,
  isDecided: boolean,
  owners: readonly KnownCustomer[],
): Judgement => {
  const [survivor, victim, ...others] = [...owners].sort(
    (a, b) => a.registeredAt.getTime() - b.registeredAt.getTime() || a.partyId - b.partyId,
  );
  const clashes = owners.some((owner) =>
    owner.profiles.some((known) => profiles.some((profile) => isSamePlace(profile, known))),
  );
  const isClear = isDecided && others.length === 0 && !clashes;
  if (survivor === undefined || victim === undefined || !isClear) {
    const ids = owners
      .map(({ partyId }) => partyId)
      .sort((a, b) => a - b)
      .join(", ");
    return { kind: "refused", error: errors.conflict({ ids }) };
  }
  const [survivorId, victimId] = [survivor.partyId, victim.partyId];
  const sentence = `Customer ${victimId} was merged into customer ${survivorId}: the identifiers belong to both.`;
  const warnings = [issue(WARNING.merged, sentence)];
  return { kind: "merge", survivorId, victimId, dropped: NONE, warnings };
};

const newCustomer = (
  rules: MatchingRules,
  { profiles }: Registration,
  dropped: ReadonlySet<string>,
  warnings: readonly Issue[],
): Judgement => {
  const orphan = profiles.every(({ source }) => source !== "INSTORE") ? profiles[0] : undefined;
  if (rules.needsInstore && orphan !== undefined)
    return { kind: "refused", error: errors.orphan_profile({ source: orphan.source }) };
  return { kind: "new", dropped, warnings };
};

const joinCustomer = (
  { profiles }: Registration,
  { identifier, owner }: { identifier: Identifier; owner: KnownCustomer },
): Judgement => {
  const { type, value } = identifier;
  const clash = profiles.find((profile) => owner.profiles.some((known) => isSamePlace(profile, known)));
  if (clash !== undefined)
    return {
      kind: "refused",
      error: errors.exists({ type, value, id: owner.partyId, source: clash.source }),
    };
  const sentence = `The ${type} ${value} is known: the profile was added to customer ${owner.partyId}.`;
  return {
    kind: "join",
    partyId: owner.partyId,
    dropped: NONE,
    warnings: [issue(WARNING.combined, sentence)],
  };
};

export const isSamePlace = (a: SourceAccount, b: SourceAccount): boolean =>
  a.source === b.source && a.accountId === b.accountId;

/** Leaves identifiers out of profiles by their keys. */
export const withoutKeys = (
  orgId: number,
  profiles: readonly NewProfile[],
  dropped: ReadonlySet<string>,
): readonly NewProfile[] =>
  dropped.size === 0
    ? profiles
    : profiles.map((profile) => ({
        ...profile,
        identifiers: profile.identifiers.filter(({ type, value }) => !dropped.has(keyOf(orgId, type, value))),
      }));

/** Names and identifiers that stand for the customer: those of the newest profile that has them. */
export interface DisplayCopy {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
}

export const displayOf = (
  profiles: readonly Pick<NewProfile, "firstName" | "lastName" | "identifiers">[],
): DisplayCopy => {
  const first = (type: IdentifierType) =>
    profiles.flatMap(({ identifiers }) => identifiers).find((item) => item.type === type)?.value ?? null;
  const name = (key: "firstName" | "lastName") =>
    profiles.map((profile) => profile[key]).find((value) => value !== null && value !== "") ?? null;
  return {
    firstName: name("firstName"),
    lastName: name("lastName"),
    mobile: first("mobile"),
    email: first("email"),
    externalId: first("externalId"),
  };
};

const MAX_TERM = 100;

/** Folds text for comparison without regard to case, accents or width; characters that are none become blanks. */
export const fold = (text: string): string => {
  const plain = text
    .normalize("NFKD")
    .replace(/[\p{Mn}\p{Cs}]/gu, "")
    .toLowerCase()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return [...plain].slice(0, MAX_TERM).join("").trimEnd();
};

export const sortNameOf = ({ firstName, lastName }: Pick<DisplayCopy, "firstName" | "lastName">): string =>
  fold([firstName ?? "", lastName ?? ""].join(" "));

/** What a customer is found by: "first last" (which begins with the first name), the last name, every identifier. */
export const termsOf = (
  profiles: readonly Pick<ProfileRow, "firstName" | "lastName">[],
  identifiers: readonly Pick<IdentifierRow, "value">[],
): string[] => {
  const terms = new Set<string>();
  for (const profile of profiles) {
    terms.add(sortNameOf(profile));
    terms.add(fold(profile.lastName ?? ""));
  }
  for (const { value } of identifiers) terms.add(fold(value));
  terms.delete("");
  return [...terms];
};

/** Merges channels by type and value: what the caller sent replaces its namesake, the rest stays. */
export const mergeChannels = <Known extends Channel>(
  known: readonly Known[],
  sent: readonly Channel[],
): { readonly channel: Channel; readonly before: Known | null }[] =>
  sent.map((channel) => {
    const before = known.find(({ type, value }) => type === channel.type && value === channel.value) ?? null;
    // What the caller does not say of a subscription stays as it was.
    const isSubscribed = channel.isSubscribed ?? before?.isSubscribed ?? null;
    return { channel: { ...channel, isSubscribed }, before };
  });

/** Applies a change to fields; `history` tells what really changed. */
export const applyFields = <Value>(
  current: Readonly<Record<string, Value>>,
  change: FieldChanges | undefined,
  prefix: string,
): { readonly fields: Readonly<Record<string, unknown>>; readonly history: FieldHistory[] } => {
  if (change === undefined) return { fields: current, history: [] };
  const fields: Record<string, unknown> = { ...current, ...change.values };
  for (const name of change.cleared) delete fields[name];
  const names = new Set([...Object.keys(change.values), ...change.cleared]);
  const history = [...names]
    .filter((name) => current[name] !== fields[name])
    .map((name) => ({
      field: `${prefix}.${name}`,
      from: current[name] ?? null,
      to: fields[name] ?? null,
    }));
  return { fields, history };
};
