import type { CustomerChange, CustomerProfile, Customers, FlatCustomer, Registration } from "#customers";
import { identifierKey } from "#customers";
import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import { AppError, type Body, type Db, type Outcome } from "#platform";
import { errors } from "../errors.ts";
import { asText } from "../parse-values.ts";
import { namedValues, type Warned } from "./envelope.ts";

/** Identifiers that v1.1 has for a customer, as the directory calls them, in the order in which they are believed. */
const IDENTIFIERS = [
  ["mobile", "mobile"],
  ["email", "email"],
  ["external_id", "externalId"],
  ["card_number", "cardnumber"],
  ["card_external_id", "cardExternalId"],
] as const;
const MAX_IDENTIFIER = 300;

/** The customer of a bill as v1.1 sends them. */
export interface Buyer {
  /** By type of the directory; the organisation's primary one first. */
  readonly identifiers: readonly {
    readonly type: string;
    readonly value: string;
    readonly key: string | null;
  }[];
  readonly details: Body;
  /** Who brings goods back must be known. */
  readonly mayBeNew: boolean;
}

/** How the one path is told whose bill it is, and what is to be said about the customer. */
export interface Found {
  readonly name: string;
  readonly value: string;
  readonly warnings: readonly Warned[];
}

export interface BuyerParts {
  readonly db: Db;
  readonly customers: Customers;
}

/** Reads who bought. Errors: activities.no_customer (606), activities.bad_field. */
export const readBuyer = (organisation: Organisation, customer: Body): Buyer => {
  const id = asText(customer.id ?? customer.user_id, "customer.id", MAX_IDENTIFIER)?.trim() ?? "";
  const primary = organisation.setting("CONF_REGISTRATION_PRIMARY_KEY") ?? "mobile";
  const named = IDENTIFIERS.flatMap(([name, type]) => {
    const value = asText(customer[name], `customer.${name}`, MAX_IDENTIFIER)?.trim() ?? "";
    const key = value === "" ? null : identifierKey(organisation.id, type, value, organisation.country);
    return value === "" ? [] : [{ type, value, key }];
  }).sort((a, b) => Number(b.type === primary) - Number(a.type === primary));
  const identifiers = id === "" ? named : [{ type: "id", value: id, key: null }, ...named];
  if (identifiers.length === 0) throw errors.no_customer();
  return { identifiers, details: customer, mayBeNew: true };
};

/** The first identifier that can name somebody; the first of all when none can. */
export const firstUsable = ({ identifiers }: Buyer) =>
  identifiers.find((item) => isId(item) || item.key !== null) ?? identifiers[0]!;

const isId = ({ type }: { readonly type: string }) => type === "id";

/**
 * Finds the customers of some bills; who is unknown is registered, and what is new about a known one is noted. One outcome
 * each, in order. An identifier that belongs to somebody else than the first known one does not change whose bill it is.
 */
export const findBuyers = async (
  parts: BuyerParts,
  organisation: Organisation,
  actor: Actor,
  buyers: readonly Buyer[],
): Promise<readonly Outcome<Found>[]> => {
  const { db, customers } = parts;
  const keys = [...new Set(buyers.flatMap(({ identifiers }) => identifiers.flatMap(({ key }) => key ?? [])))];
  const { known, profiles } = await db.transaction(organisation.id, async (tx) => {
    const resolved = await customers.resolveIdentifiers(tx, organisation.id, keys);
    const ids = [...new Set(resolved.values())];
    const rows = ids.length === 0 ? [] : await customers.loadProfiles(tx, organisation.id, ids);
    return { known: resolved, profiles: new Map(rows.map((row) => [row.partyId, row])) };
  });
  const outcomes: Outcome<Found>[] = [];
  for (const buyer of buyers) {
    try {
      outcomes.push({ ok: await settle(parts, organisation, actor, buyer, known, profiles) });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  return outcomes;
};

const settle = async (
  { customers }: BuyerParts,
  organisation: Organisation,
  actor: Actor,
  buyer: Buyer,
  known: ReadonlyMap<string, number>,
  profiles: ReadonlyMap<number, CustomerProfile>,
): Promise<Found> => {
  const first = firstUsable(buyer);
  if (isId(first)) return { name: "id", value: first.value, warnings: [] };
  const holder = buyer.identifiers.find(({ key }) => key !== null && known.has(key));
  const found = { name: (holder ?? first).type, value: (holder ?? first).value };
  const flat = flatCustomer(buyer);
  if (holder === undefined && !buyer.mayBeNew)
    throw errors.unknown_customer({ name: `${first.type} ${first.value.slice(0, 60)}` });
  if (holder === undefined)
    return { ...found, warnings: await registerBuyer(customers, organisation, actor, flat) };
  const partyId = known.get(holder.key!)!;
  const others = buyer.identifiers.filter(({ key }) => (known.get(key ?? "") ?? partyId) !== partyId);
  const warnings = others.map(({ type, value }) => ({
    code: 8052,
    message: `The ${type} ${value.slice(0, 60)} belongs to another customer; the bill is of customer ${partyId}.`,
  }));
  const profile = profiles.get(partyId);
  if (profile !== undefined)
    warnings.push(...(await updateBuyer(customers, organisation, actor, profile, flat)));
  return { ...found, warnings };
};

const flatCustomer = ({ identifiers, details }: Buyer): FlatCustomer => {
  const text = (name: string) => asText(details[name], `customer.${name}`, 10_000);
  return {
    source: text("source") ?? "INSTORE",
    accountId: text("account_id") ?? text("accountId") ?? "",
    firstName: text("firstname"),
    lastName: text("lastname"),
    identifiers: Object.fromEntries(
      identifiers.filter((item) => !isId(item)).map(({ type, value }) => [type, value]),
    ),
    loyaltyType: text("type") ?? "",
    extendedFields: namedValues(details.extended_fields, "customer.extended_fields", "field"),
    customFields: namedValues(details.custom_fields, "customer.custom_fields", "field"),
    ...(text("associated_with") === null ? {} : { associatedWith: text("associated_with") ?? "" }),
  };
};

const registerBuyer = async (
  customers: Customers,
  organisation: Organisation,
  actor: Actor,
  flat: FlatCustomer,
): Promise<readonly Warned[]> => {
  try {
    const registered = await customers.registerOne(actor, customers.parseFlat(flat, { organisation, actor }));
    return registered.warnings;
  } catch (error) {
    // Two bills of one new customer at once: the other one registered them.
    if (error instanceof AppError && error.code === "customers.exists") return [];
    throw error;
  }
};

/** Names and fields of a customer that differ from what is kept; nothing when all is known already. */
const changeOf = (
  { profiles: [profile], extendedFields, loyaltyType }: Registration,
  known: CustomerProfile,
): CustomerChange | null => {
  const { source, accountId, firstName, lastName, customFields } = profile!;
  const extended = Object.entries(extendedFields).filter(
    ([name, value]) => known.extendedFields[name] !== value,
  );
  const joins = loyaltyType === "loyalty" && known.loyaltyType !== "loyalty";
  const changed = {
    ...((firstName ?? "") === "" || firstName === known.firstName ? {} : { firstName }),
    ...((lastName ?? "") === "" || lastName === known.lastName ? {} : { lastName }),
    ...(extended.length === 0
      ? {}
      : { extendedFields: { values: Object.fromEntries(extended), cleared: [] } }),
    ...(Object.keys(customFields).length === 0
      ? {}
      : { customFields: { values: customFields, cleared: [] } }),
    ...(joins ? { loyaltyType } : {}),
  };
  return Object.keys(changed).length === 0
    ? null
    : { ...changed, profile: { source, accountId }, warnings: [] };
};

/** Notes what a bill says about a known customer. The bill counts even when that cannot be noted: then it is warned of. */
const updateBuyer = async (
  customers: Customers,
  organisation: Organisation,
  actor: Actor,
  known: CustomerProfile,
  flat: FlatCustomer,
): Promise<Warned[]> => {
  try {
    const change = changeOf(customers.parseFlat(flat, { organisation, actor }), known);
    if (change !== null) await customers.update(actor, known.partyId, change);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ code: error.number, message: `The customer was not changed: ${error.message}` }];
  }
};
