import { Type } from "@fastify/type-provider-typebox";
import type { CustomerProfile } from "#customers";
import type { Organisation } from "#orgs";
import { type Money, moneyScale, POINTS_SCALE, toDecimal } from "#platform";
import type { PointsRouteParts } from "../route-parts.ts";

/** What the v1.1 calls about redemptions share: parameters, the customer's names, money of the till's store. */

export const TAGS = ["Points (v1.1)"];

// Every parameter is judged where it is read, so that each refusal has its documented code and names the field.
export const parameter = (description: string) => Type.Optional(Type.Unknown({ description }));
export const IDENTIFIERS = {
  mobile: parameter("One of the identifiers is needed"),
  email: parameter("See mobile"),
  external_id: parameter("See mobile"),
  id: parameter("See mobile"),
  card_number: parameter("See mobile"),
  card_external_id: parameter("See mobile"),
};
export const GROUPS = {
  group_redemption: parameter("Of groups of programs, of which there are none"),
  use_default_user_group2: parameter("Of user groups, of which there are none"),
  user_group2_id: parameter("See use_default_user_group2"),
  user_group2_external_id: parameter("See use_default_user_group2"),
};
export const VALIDATION = {
  skip_validation: parameter("true: the till vouches for the customer"),
  validation_type: parameter("SMS; MISSED_CALL is refused; INVALID is as skip_validation"),
};
export const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

export const namesOf = (profile: CustomerProfile | undefined) => ({
  mobile: profile?.mobile ?? "",
  email: profile?.email ?? "",
  external_id: profile?.externalId ?? "",
});

export const profilesOf = async (
  { db, customers }: PointsRouteParts,
  orgId: number,
  partyIds: readonly number[],
): Promise<ReadonlyMap<number, CustomerProfile>> => {
  if (partyIds.length === 0) return new Map();
  const rows = await db.transaction(orgId, (tx) => customers.loadProfiles(tx, orgId, partyIds));
  return new Map(rows.map((profile) => [profile.partyId, profile]));
};

/** Money in the currency of the till's store, by the ratio of the moment; the organisation's own where there is none. */
export const localValue = (
  organisation: Organisation,
  tillId: number | null,
  value: Money,
  now: number,
): number => {
  const own = toDecimal(value, organisation.moneyScale);
  const currency = tillId === null ? null : (organisation.storeOfTill(tillId)?.currency ?? null);
  if (currency === null || currency === organisation.currency) return own;
  const pair = organisation.currencyRatio(currency, now);
  if (pair === null || pair === "no base") return own;
  const scale = moneyScale(currency);
  return Math.round(((own * pair.to) / pair.from) * scale) / scale;
};
