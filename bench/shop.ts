import { type Actor, systemActor } from "#identity";
import { type ProgramDefinition, publishProgram, starterDefinition } from "#loyalty";
import type { App } from "../src/app.ts";
import { tillHeaders } from "../src/identity/testing.ts";

export interface Shop {
  readonly orgId: number;
  readonly orgCode: string;
  readonly tillId: number;
  readonly tillCode: string;
  readonly programId: number;
  readonly actor: Actor;
  /** Basic authentication of the till. */
  readonly authorization: string;
}

const DAY = 86_400_000;
const MEMBER_SINCE_DAYS = 730;

/** An organisation with one store and one till that can sign in, and the starter's program, published. */
export const openShop = async (app: App): Promise<Shop> => {
  const orgCode = "bench";
  const { id: orgId } = await app.orgs.createOrganisation({
    code: orgCode,
    name: "Benchmark",
    country: "GB",
    timeZone: "Europe/London",
    currency: "GBP",
  });
  const actor = systemActor(orgId, "bench");
  const store = await app.orgs.createEntity(actor, {
    type: "STORE",
    code: "high-street",
    name: "High Street",
  });
  const tillCode = "bench.till1";
  const input = { type: "TILL", code: tillCode, name: "Till 1", storeId: store.id } as const;
  const till = await app.orgs.createEntity(actor, input);
  const { password } = await app.identity.setTillPassword(actor, till.id);
  const { id: programId } = await publishProgram(app.loyalty, actor, { name: "Rewards", effectiveFrom: 0 });
  const { authorization } = tillHeaders(tillCode, password);
  return { orgId, orgCode, tillId: till.id, tillCode, programId, actor, authorization };
};

/** Registers members with the external ids `prefix`1, `prefix`2 …, who joined two years ago; answers their ids. */
export const registerMembers = async (
  app: App,
  { actor, orgId }: Shop,
  prefix: string,
  count: number,
): Promise<number[]> => {
  const organisation = await app.orgs.get(orgId);
  const registeredAt = new Date(Date.now() - MEMBER_SINCE_DAYS * DAY).toISOString();
  const inputs = Array.from({ length: count }, (_, index) =>
    app.customers.parseFlat(
      {
        firstName: "Ana",
        lastName: `Reyes ${index + 1}`,
        identifiers: { externalId: `${prefix}${index + 1}`, email: `${prefix}${index + 1}@example.com` },
        registeredAt,
      },
      { organisation, actor },
    ),
  );
  return (await app.customers.register(actor, inputs)).map((outcome) => {
    if ("error" in outcome) throw outcome.error;
    return outcome.ok.partyId;
  });
};

const CONDITIONS: readonly ((number: number) => string)[] = [
  (number) => `currentTxn.value > ${50 + number}`,
  (number) => `currentTxn.value > ${number} && currentCustomer.lifetimePurchases > ${number * 1000}`,
  (number) =>
    `currentCustomer.slabName == "Gold" && currentTxn.date.isWeekend() && currentTxn.value > ${number}`,
  (number) => `currentTxn.basketQty("SKU", "SKU-${number}") > 1 || currentTxn.grossAmount > ${500 + number}`,
  (number) =>
    `currentTxn.date.isHourBetween(${number % 12}, ${(number % 12) + 2}) && currentTxn.basketSize > 5`,
];

/** The starter's rule and `count` − 1 more over values, tiers, dates and baskets, of which hardly any award points for a bill of the load. */
export const definitionWithRules = (count: number): ProgramDefinition => {
  const starter = starterDefinition();
  const set = starter.activities.TransactionAdd[0]!;
  const base = set.rules[0]!;
  const more = Array.from({ length: count - 1 }, (_, index) => ({
    ...base,
    id: `rule${index + 2}`,
    name: `Rule ${index + 2}`,
    condition: CONDITIONS[index % CONDITIONS.length]!(index + 2),
  }));
  return { ...starter, activities: { TransactionAdd: [{ ...set, rules: [base, ...more] }] } };
};

/** Publishes a program of so many rules. */
export const publishRules = async (app: App, { actor, programId }: Shop, count: number): Promise<void> => {
  await app.loyalty.saveDraft(actor, programId, definitionWithRules(count));
  await app.loyalty.publish(actor, programId);
};
