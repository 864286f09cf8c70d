import type { CustomerProfile, Customers } from "#customers";
import { loadAccounts } from "#ledger";
import { type Loyalty, loadMemberships, type OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import type { Tx } from "#platform";

export interface StandingParts {
  readonly customers: Customers;
  readonly loyalty: Loyalty;
}

export interface CustomerStanding {
  /** The customer as v1.1 answers show them: counters are texts. */
  readonly block: CustomerBlock;
  /** Points of all kinds, as the list of bills begins with. */
  readonly totals: {
    readonly delayed_points: string;
    readonly delayed_returned_points: string;
    readonly total_available_points: string;
    readonly total_returned_points: string;
  };
}
export type CustomerBlock = ReturnType<typeof blockOf>;
type Summaries = ReturnType<Loyalty["summaries"]>;

/** ISO in the cluster's zone as v1.1 writes it. */
const plain = (iso: string): string => iso.slice(0, 19).replace("T", " ");

/** Reads customers with what they have in the programs, as they stand now. */
export const customerStandings = async (
  tx: Tx,
  { customers, loyalty }: StandingParts,
  organisation: Organisation,
  programs: OrgPrograms,
  customerIds: readonly number[],
): Promise<ReadonlyMap<number, CustomerStanding>> => {
  const ids = [...new Set(customerIds)];
  if (ids.length === 0) return new Map();
  const [profiles, accounts, memberships] = await Promise.all([
    customers.loadProfiles(tx, organisation.id, ids),
    loadAccounts(tx, organisation.id, ids),
    loadMemberships(tx, organisation.id, ids),
  ]);
  return new Map(
    profiles.map((profile) => {
      const ofParty = <T extends { readonly partyId: number }>(rows: readonly T[]) =>
        rows.filter(({ partyId }) => partyId === profile.partyId);
      const standing = { accounts: ofParty(accounts), memberships: ofParty(memberships) };
      const summaries = loyalty.summaries(organisation, programs.all, standing);
      const main =
        summaries.find(({ programId }) => programId === programs.default?.programId) ?? summaries[0];
      return [profile.partyId, { block: blockOf(profile, main, summaries), totals: totalsOf(main) }];
    }),
  );
};

const totalsOf = (main: Summaries[number] | undefined) => ({
  delayed_points: String(main?.delayedPoints ?? 0),
  delayed_returned_points: String(main?.delayedReturnedPoints ?? 0),
  total_available_points: String(main?.totalAvailablePoints ?? 0),
  total_returned_points: String(main?.totalReturnedPoints ?? 0),
});

const blockOf = (profile: CustomerProfile, main: Summaries[number] | undefined, summaries: Summaries) => {
  const isMember = main !== undefined && main.loyaltyId !== -1;
  return {
    user_id: String(profile.partyId),
    mobile: profile.mobile,
    firstname: profile.firstName,
    lastname: profile.lastName,
    email: profile.email,
    external_id: profile.externalId ?? "",
    lifetime_points: String(main?.lifetimePoints ?? 0),
    loyalty_points: String(main?.loyaltyPoints ?? 0),
    lifetime_purchases: String(main?.cumulativePurchases ?? 0),
    current_slab: isMember ? main.currentSlab : "NONE",
    tier_expiry_date: isMember ? plain(main.slabExpiryDate) : "",
    type: profile.loyaltyType.toUpperCase(),
    source: "instore",
    points_summaries: {
      points_summary: summaries.map((item) => ({
        programId: String(item.programId),
        redeemed: String(item.redeemed),
        expired: String(item.expired),
        returned: String(item.returned),
        adjusted: String(item.adjusted),
        lifetimePoints: String(item.lifetimePoints),
        loyaltyPoints: String(item.loyaltyPoints),
        cumulativePurchases: String(item.cumulativePurchases),
        currentSlab: item.currentSlab,
        nextSlab: item.nextSlab,
        nextSlabSerialNumber: String(item.nextSlabSerialNumber),
        nextSlabDescription: item.nextSlabDescription,
        slabSNo: String(item.slabSNo),
        slabExpiryDate: plain(item.slabExpiryDate),
        totalPoints: String(item.totalAvailablePoints),
      })),
    },
  };
};
