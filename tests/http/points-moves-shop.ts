import { loadAccounts } from "#ledger";
import { starterDefinition } from "#loyalty";
import { buildLedger } from "../../src/ledger/testing.ts";
import { createTransactionsApp, NOW, type TransactionsApp } from "./transactions-shop.ts";

export const NOON = Date.parse(NOW);
export const DAY = 86_400_000;

/** An application whose shop has a program with strategies and a currency, and a ledger to credit customers with. */
export const createMovesApp = async () => {
  const shop: TransactionsApp = await createTransactionsApp();
  const { app } = shop;
  const author = { orgId: shop.shop.orgId, name: "test" };
  const { programId } = shop.shop;
  await app.loyalty.saveDraft(author, programId, {
    ...starterDefinition(),
    expiryStrategies: [{ id: 2, name: "Ten days", kind: "days", days: 10 }],
    awardStrategies: [
      { id: 3, name: "A tenth", type: "prorated_percent", allTiers: 10, rounding: "half_up", decimals: 3 },
      { id: 4, name: "Thirty", type: "fixed", allTiers: 30, rounding: "half_up", decimals: 0 },
    ],
    currencies: [{ id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true }],
  });
  // A second version begins after the first.
  shop.clock.advance(1000);
  await app.loyalty.publish(author, programId);
  const built = buildLedger(app, shop.shop.orgId, { programIds: [programId], at: NOON - 1000 });
  type Options = Parameters<typeof built.earn>[2];
  return {
    ...shop,
    programId,
    author,
    /** Credits a customer without a bill; answers the event id. */
    earn: (partyId: number, points: number, options: Options = {}): Promise<number> =>
      built.earn(partyId, points, { eventName: "GenericEvent", ...options }),
    setting: (key: string, value: string) => app.orgs.setSetting(author, key, value),
    /** Regular points of a customer. */
    balance: async (partyId: number): Promise<number> => {
      const accounts = await app.db.transaction(shop.shop.orgId, (tx) =>
        loadAccounts(tx, shop.shop.orgId, [partyId]),
      );
      return (accounts.find((item) => item.currencyId === 0 && item.category === 1)?.balance ?? 0) / 1000;
    },
    sound: async () => (await app.verify()).findings,
  };
};

export type MovesApp = Awaited<ReturnType<typeof createMovesApp>>;
