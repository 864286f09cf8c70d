import { randomBytes } from "node:crypto";
import type { Organisation } from "./organisation.ts";
import type { OrganisationInput } from "./schema.ts";
import type { Orgs } from "./service.ts";

export interface TestOrganisation {
  readonly id: number;
  /** The picture when everything was there. */
  readonly organisation: Organisation;
  readonly conceptId: number;
  readonly zoneId: number;
  readonly storeIds: readonly [number, number];
  /** One in each store. */
  readonly tillIds: readonly [number, number];
}

/** An organisation of its own for a test: one concept, one zone, two stores with a till each. Codes are unique per call. */
export const createTestOrganisation = async (
  orgs: Orgs,
  input: Partial<OrganisationInput> = {},
): Promise<TestOrganisation> => {
  const code = input.code ?? `org-${randomBytes(6).toString("hex")}`;
  const made = await orgs.createOrganisation({
    name: `Test ${code}`,
    country: "GB",
    timeZone: "Europe/London",
    currency: "GBP",
    ...input,
    code,
  });
  const author = { orgId: made.id, name: "test" };
  const concept = await orgs.createEntity(author, { type: "CONCEPT", code: "shop", name: "Shop" });
  const zone = await orgs.createEntity(author, { type: "ZONE", code: "north", name: "North" });
  const place = async (number: number) => {
    const store = await orgs.createEntity(author, {
      type: "STORE",
      code: `store-${number}`,
      name: `Store ${number}`,
      parentZoneId: zone.id,
      parentConceptId: concept.id,
    });
    const till = await orgs.createEntity(author, {
      type: "TILL",
      code: `${code}.till${number}`,
      name: `Till ${number}`,
      storeId: store.id,
    });
    return { storeId: store.id, tillId: till.id };
  };
  const first = await place(1);
  const second = await place(2);
  return {
    id: made.id,
    organisation: await orgs.get(made.id),
    conceptId: concept.id,
    zoneId: zone.id,
    storeIds: [first.storeId, second.storeId],
    tillIds: [first.tillId, second.tillId],
  };
};
