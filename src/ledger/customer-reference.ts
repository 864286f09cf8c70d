import { type Customers, identifierKey } from "#customers";
import type { Organisation } from "#orgs";
import type { Tx } from "#platform";
import { errors } from "./errors.ts";
import { type RawQuery, textOf } from "./query-values.ts";

export const IDENTIFIER_NAMES = ["id", "email", "mobile", "externalId", "cardnumber", "cardExternalId"];
/** Names that the call for details knows; `customerId` is another word for `id`. */
export const EXPLODE_IDENTIFIER_NAMES = [
  "id",
  "customerId",
  "email",
  "mobile",
  "externalId",
  "primaryUserId",
  "cardnumber",
  "cardExternalId",
];

export interface CustomerReference {
  readonly name: string;
  readonly value: string;
  /** A source of the organisation, or null for ALL. */
  readonly source: string | null;
  /** Account of a source that has several; empty otherwise. */
  readonly accountId: string;
}

/** Whom the documented answers name. */
export interface LedgerCustomer {
  readonly partyId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly externalId: string | null;
}

const refuseGroups = (query: RawQuery): void => {
  const type = (textOf(query, "type") ?? "CUSTOMER").toUpperCase();
  if (type !== "CUSTOMER" && type !== "USERGROUP2" && type !== "FLEET")
    throw errors.bad_type({ value: type });
  if (type !== "CUSTOMER") throw errors.no_groups({ value: type === "FLEET" ? "fleet" : "user group" });
};

/** Reads who is meant. Raises 11013, 1212, 11023, 8013, 8003, 8015. */
export const parseCustomer = (
  query: RawQuery,
  organisation: Organisation,
  names: readonly string[] = IDENTIFIER_NAMES,
): CustomerReference => {
  const [name, value, source] = ["identifierName", "identifierValue", "source"].map((field) => {
    const text = textOf(query, field);
    if (text === undefined) throw errors.missing_identifier({ field });
    return text;
  }) as [string, string, string];
  refuseGroups(query);
  const known = names.find((item) => item.toLowerCase() === name.toLowerCase());
  if (known === undefined) throw errors.bad_identifier_name({ names: names.join(", "), value: name });
  if (known === "primaryUserId") throw errors.no_groups({ value: "user group" });
  return {
    name: known === "customerId" ? "id" : known,
    value,
    ...parseSource(source, textOf(query, "accountId"), organisation),
  };
};

const parseSource = (
  source: string,
  account: string | undefined,
  organisation: Organisation,
): Pick<CustomerReference, "source" | "accountId"> => {
  if (source.toUpperCase() === "ALL") return { source: null, accountId: "" };
  const own = organisation.sources.find((item) => item.toLowerCase() === source.toLowerCase());
  if (own === undefined) throw errors.bad_source({ value: source });
  const accounts = organisation.sourceAccounts(own);
  if (accounts.length === 0) return { source: own, accountId: "" };
  const accountId = account ?? "";
  if (!accounts.some(({ id }) => id === accountId))
    throw errors.bad_account({ source: own, value: account ?? "(none)" });
  return { source: own, accountId };
};

export type CustomerReads = Pick<Customers, "resolveIdentifiers" | "loadProfiles" | "hasProfile">;

/** The customer that the query names, who must have a profile in the source it names. Raises 8015. */
export const findCustomer = async (
  tx: Tx,
  customers: CustomerReads,
  organisation: Organisation,
  reference: CustomerReference,
): Promise<LedgerCustomer> => {
  const { name, value, source, accountId } = reference;
  const partyId = await findPartyId(tx, customers, organisation, reference);
  if (partyId === null) throw errors.no_customer({ name, value });
  const [[profile], isThere] = await Promise.all([
    customers.loadProfiles(tx, organisation.id, [partyId]),
    source === null || customers.hasProfile(tx, organisation.id, partyId, { source, accountId }),
  ]);
  if (profile === undefined) throw errors.no_customer({ name, value });
  if (!isThere) throw errors.not_in_source({ name, value, source });
  const { firstName, lastName, externalId } = profile;
  return { partyId: profile.partyId, firstName, lastName, externalId };
};

const findPartyId = async (
  tx: Tx,
  customers: CustomerReads,
  organisation: Organisation,
  { name, value }: CustomerReference,
): Promise<number | null> => {
  if (name === "id") return /^\d{1,15}$/.test(value) ? Number(value) : null;
  const key = identifierKey(organisation.id, name, value, organisation.country);
  if (key === null) return null;
  return (await customers.resolveIdentifiers(tx, organisation.id, [key])).get(key) ?? null;
};
