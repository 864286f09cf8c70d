import { systemActor } from "#identity";
import { loadAccounts, loadOpenLots } from "#ledger";
import { loadMemberships } from "#loyalty";
import type { ActivitiesBench, TestShop } from "../testing.ts";

/** What tests of merges do at a shop, and how its customers then stand. */
export const mergingCalls = (bench: () => ActivitiesBench, shop: () => TestShop) => {
  const actor = () => systemActor(shop().id, "test", shop().tillIds[0]);
  const billOf = async (customer: string, body: object = {}) => shop().bill(body, { customer });
  return {
    actor,
    merge: (survivorId: number, victimId: number) =>
      bench().customers.merge(actor(), { survivorId, victimId, cause: "console", reason: "same person" }),
    /** Regular points, open lots with the day on which they expire, and the membership. */
    read: async (partyId: number) =>
      bench().db.transaction(shop().id, async (tx) => {
        const accounts = await loadAccounts(tx, shop().id, [partyId]);
        const account = accounts.find(({ category }) => category === 1);
        const lots = (await loadOpenLots(tx, shop().id, [partyId])).map(({ remaining, expiresAt }) => [
          remaining,
          expiresAt?.toISOString().slice(0, 10) ?? null,
        ]);
        const [membership] = await loadMemberships(tx, shop().id, [partyId]);
        return { balance: account?.balance ?? 0, debt: account?.debt ?? 0, lots, membership };
      }),
    billOf,
    record: async (customer: string, body: object = {}) =>
      bench().activities.record(shop().id, await billOf(customer, body)),
  };
};
