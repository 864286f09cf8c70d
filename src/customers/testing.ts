import { type Actor, systemActor } from "#identity";
import type { Organisation, Orgs } from "#orgs";
import type { FlatCustomer } from "./parse.ts";
import type { Registered, Registration } from "./schema.ts";
import type { Customers } from "./service.ts";

export interface Person extends Omit<FlatCustomer, "identifiers"> {
  readonly mobile?: string;
  readonly email?: string;
  readonly externalId?: string;
}

let people = 0;

/** A flat customer with a name and an external id of its own unless the person says otherwise. */
export const flatPerson = ({ mobile, email, externalId, ...rest }: Person = {}): FlatCustomer => {
  people++;
  const anonymous = mobile === undefined && email === undefined && externalId === undefined;
  const identifiers = { mobile, email, externalId: anonymous ? `person-${people}` : externalId };
  return { firstName: "Ana", lastName: "Reyes", ...rest, identifiers };
};

/** Registers customers through the operation that calls and imports use. */
export const buildCustomers = (
  { customers, orgs }: { readonly customers: Customers; readonly orgs: Orgs },
  orgId: number,
  tillId: number | null = null,
) => {
  const actor: Actor = systemActor(orgId, "test", tillId);
  const read = async (person: Person): Promise<Registration> => {
    const organisation: Organisation = await orgs.get(orgId);
    return customers.parseFlat(flatPerson(person), { organisation, actor });
  };
  return {
    actor,
    read,
    /** Registers a person; throws the refusal. */
    register: async (person: Person = {}): Promise<Registered> =>
      customers.registerOne(actor, await read(person)),
    /** Registers `count` customers with external ids `prefix1`…; answers their ids. */
    registerMany: async (count: number, prefix = "C"): Promise<number[]> => {
      const organisation = await orgs.get(orgId);
      const inputs = Array.from({ length: count }, (_, index) =>
        customers.parseFlat(flatPerson({ externalId: `${prefix}${index + 1}` }), { organisation, actor }),
      );
      const outcomes = await customers.register(actor, inputs);
      return outcomes.map((outcome) => {
        if ("error" in outcome) throw outcome.error;
        return outcome.ok.partyId;
      });
    },
  };
};
