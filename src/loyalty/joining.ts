import type { NewCustomer } from "#customers";
import { openParties } from "#ledger";
import type { Clock, Ids, Tx } from "#platform";
import { enrol, publishedPrograms } from "./tiers/store.ts";

/**
 * What a registration begins, in its transaction: the customers' ledgers with each published program, and the membership of those
 * who take part in loyalty.
 */
export const openMemberships = async (
  tx: Tx,
  { ids, clock }: { readonly ids: Ids; readonly clock: Clock },
  orgId: number,
  registered: readonly NewCustomer[],
): Promise<void> => {
  // Asked in this transaction: the cache would need a second connection, and many registrations at once could wait for each other.
  const programIds = await publishedPrograms(tx, orgId);
  const parties = registered.map((item) => ({ ...item, registeredAt: item.registeredAt.getTime() }));
  await openParties(tx, ids, orgId, parties, programIds, clock.now().getTime());
  const loyal = registered.filter((item) => item.loyaltyType === "loyalty");
  const members = loyal.map(({ partyId, registeredAt }) => ({ partyId, joinedAt: registeredAt }));
  await enrol(tx, orgId, members, clock.now());
};
