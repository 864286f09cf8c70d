import { type Static, Type } from "@fastify/type-provider-typebox";
import { EntityReferenceShape, entityReference, type Organisation } from "#orgs";
import { formatIso, Issue } from "#platform";
import { type PointsParts, PointsShapes } from "./embeds.ts";
import type { GapsShown } from "./gaps.ts";
import { isSamePlace } from "./rules.ts";
import type { ChannelRow, Customer, ProfileRow, SourceAccount } from "./schema.ts";

const Anything = Type.Record(Type.String(), Type.Unknown());
const IdentifierShape = Type.Object({ type: Type.String(), value: Type.String() });
const ChannelShape = Type.Object({
  type: Type.String(),
  value: Type.String(),
  primary: Type.Boolean(),
  verified: Type.Boolean(),
  subscribed: Type.Optional(Type.Boolean()),
  meta: Anything,
  attributes: Anything,
});
const Attribution = Type.Object({
  createDate: Type.String(),
  createdBy: Type.Union([EntityReferenceShape, Type.Object({}, { additionalProperties: false })]),
  modifiedBy: Type.Union([EntityReferenceShape, Type.Object({}, { additionalProperties: false })]),
  modifiedDate: Type.String(),
});
const ProfileShape = Type.Object({
  firstName: Type.String(),
  lastName: Type.String(),
  attribution: Attribution,
  fields: Anything,
  allFields: Anything,
  identifiers: Type.Array(IdentifierShape),
  commChannels: Type.Array(ChannelShape),
  source: Type.String(),
  userId: Type.Integer(),
  accountId: Type.String(),
  conflictingProfileList: Type.Array(Type.Unknown()),
  autoUpdateTime: Type.String(),
  identifiersAll: Type.Array(IdentifierShape),
});

/** The documented customer (customers.md §4.1). Parts that an `embed` asks for are present with it alone. */
export const CustomerShape = Type.Object({
  id: Type.Integer(),
  profiles: Type.Array(ProfileShape),
  loyaltyInfo: Type.Object({
    loyaltyType: Type.String(),
    attributionV2: Type.Object({ ...Attribution.properties, createdFromSource: Type.String() }),
    lifetimePurchases: Type.Number(),
  }),
  segments: Anything,
  associatedWith: Type.String(),
  extendedFields: Anything,
  pointsSummary: Type.Optional(Anything),
  loyaltyProgramDetails: Type.Optional(Type.Array(Anything)),
  upgradeStrategies: Type.Optional(Type.Array(Anything)),
  gapToRenewSummary: Type.Optional(Type.Array(Anything)),
  ...PointsShapes,
  status: Type.Optional(Type.Object({ status: Type.String(), label: Type.String(), reason: Type.String() })),
  warnings: Type.Array(Issue),
});
export type CustomerShape = Static<typeof CustomerShape>;

/** What a read shows beside the customer itself. */
export interface Presentation {
  /** Only the profile of this source and account. */
  readonly only: SourceAccount | null;
  readonly embed: ReadonlySet<string>;
  /** Standing in each program, the default program's first. */
  readonly loyalty: readonly Readonly<Record<string, unknown>>[];
  /** What embeds about points add. */
  readonly points?: PointsParts;
  /** How far the next tier is, and the renewal of this one, where asked for. */
  readonly gaps?: GapsShown;
  readonly warnings: readonly Issue[];
}

const reference = (organisation: Organisation, tillId: number | null) => {
  const till = tillId === null ? null : organisation.till(tillId);
  return till === null ? {} : entityReference(till);
};

const attributionOf = (
  organisation: Organisation,
  row: Pick<ProfileRow, "createdAt" | "createdTillId" | "updatedAt" | "updatedTillId">,
): Static<typeof Attribution> => ({
  createDate: formatIso(row.createdAt.getTime(), organisation.clusterTimeZone),
  createdBy: reference(organisation, row.createdTillId),
  modifiedBy: reference(organisation, row.updatedTillId),
  modifiedDate: formatIso(row.updatedAt.getTime(), organisation.clusterTimeZone),
});

const channelShape = (row: ChannelRow): Static<typeof ChannelShape> => ({
  type: row.type,
  value: row.value,
  primary: row.isPrimary,
  verified: row.isVerified,
  ...(row.isSubscribed === null ? {} : { subscribed: row.isSubscribed }),
  meta: row.meta,
  attributes: row.attributes,
});

/** Custom fields are strings in answers, whatever their type. */
const asStrings = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));

const profileShape = (
  organisation: Organisation,
  found: Customer,
  profile: ProfileRow,
): Static<typeof ProfileShape> => {
  const identifiers = found.identifiers
    .filter((row) => isSamePlace(row, profile))
    .map(({ type, value }) => ({ type, value }));
  return {
    firstName: profile.firstName ?? "",
    lastName: profile.lastName ?? "",
    attribution: attributionOf(organisation, profile),
    fields: asStrings(profile.customFields),
    allFields: {},
    identifiers,
    commChannels: found.channels.filter((row) => isSamePlace(row, profile)).map(channelShape),
    source: profile.source,
    userId: profile.partyId,
    accountId: profile.accountId,
    conflictingProfileList: [],
    autoUpdateTime: formatIso(profile.updatedAt.getTime(), organisation.clusterTimeZone),
    identifiersAll: identifiers,
  };
};

const SUMMARY = [
  "adjusted",
  "cumulativePurchases",
  "currentSlab",
  "expired",
  "lifetimePoints",
  "loyaltyId",
  "loyaltyPoints",
  "nextSlab",
  "nextSlabDescription",
  "nextSlabSerialNumber",
  "redeemed",
  "returned",
  "slabExpiryDate",
  "slabSNo",
] as const;

const summaryOf = (details: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> =>
  details === undefined ? {} : Object.fromEntries(SUMMARY.map((name) => [name, details[name]]));

const copied = (items: readonly object[]): Record<string, unknown>[] => items.map((item) => ({ ...item }));

export const presentCustomer = (
  organisation: Organisation,
  found: Customer,
  { only, embed, loyalty, points, gaps = { lacksDowngrade: false }, warnings }: Presentation,
): CustomerShape => {
  const { customer } = found;
  const [main] = loyalty;
  const first = found.profiles[0]!;
  const profiles = only === null ? found.profiles : found.profiles.filter((row) => isSamePlace(row, only));
  const purchases = main?.cumulativePurchases;
  return {
    id: customer.partyId,
    profiles: profiles.map((profile) => profileShape(organisation, found, profile)),
    loyaltyInfo: {
      loyaltyType: customer.loyaltyType,
      attributionV2: {
        ...attributionOf(organisation, { ...first, createdAt: customer.registeredAt }),
        createdFromSource: customer.source,
      },
      lifetimePurchases: typeof purchases === "number" ? purchases : 0,
    },
    segments: {},
    associatedWith:
      customer.associatedTillId === null ? "" : (organisation.till(customer.associatedTillId)?.code ?? ""),
    extendedFields: { ...customer.extendedFields },
    ...(embed.has("points") ? { pointsSummary: summaryOf(main) } : {}),
    ...(embed.has("mlp") ? { loyaltyProgramDetails: loyalty.map((item) => ({ ...item })) } : {}),
    ...(gaps.upgradeStrategies === undefined ? {} : { upgradeStrategies: copied(gaps.upgradeStrategies) }),
    ...(gaps.gapToRenewSummary === undefined ? {} : { gapToRenewSummary: copied(gaps.gapToRenewSummary) }),
    ...points,
    ...(embed.has("customerStatus") ? { status: { status: customer.status, label: "", reason: "" } } : {}),
    warnings: [...warnings],
  };
};
