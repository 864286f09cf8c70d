import { type CountryCode, getCountryCallingCode, isSupportedCountry } from "libphonenumber-js/max";
import type { Organisation } from "#orgs";
import type { Tx } from "#platform";
import { normaliseIdentifier } from "./identifiers.ts";
import { findCustomers, identifiersOf, matchTerms, profilesOf } from "./reads.ts";
import { fold } from "./rules.ts";
import type { CustomerRow, IdentifierRow, ProfileRow } from "./schema.ts";

/** The most customers that a search looks at; a longer list helps nobody and its cost stays bounded. */
export const MAX_MATCHES = 1000;

export interface SearchMatch {
  readonly customer: CustomerRow;
  readonly matchedIdentifiers: readonly IdentifierRow[];
  readonly profiles: readonly ProfileRow[];
}

/** What a typed text may be the beginning of. Phone numbers are also tried in their stored form. */
export const prefixesOf = (organisation: Pick<Organisation, "country">, text: string): string[] => {
  const folded = fold(text);
  if (folded === "") return [];
  const prefixes = new Set([folded]);
  const trimmed = text.trim();
  if (/^\+?[\d\s().\-/]+$/.test(trimmed)) {
    const digits = trimmed.replace(/\D/g, "");
    if (digits !== "") prefixes.add(digits);
    const full = normaliseIdentifier("mobile", trimmed, organisation.country);
    if (full !== null) prefixes.add(full);
    // A national number that is only half typed cannot be parsed: its trunk 0 stands for the country code.
    if (/^0[1-9]/.test(digits) && isSupportedCountry(organisation.country))
      prefixes.add(`${getCountryCallingCode(organisation.country as CountryCode)}${digits.slice(1)}`);
  }
  return [...prefixes];
};

/** Ids of customers whom a text finds, best first, at most `MAX_MATCHES`. */
export const matchCustomers = async (tx: Tx, organisation: Organisation, text: string): Promise<number[]> => {
  const prefixes = prefixesOf(organisation, text);
  return prefixes.length === 0 ? [] : matchTerms(tx, organisation.id, prefixes, MAX_MATCHES);
};

/** The customers of some ids in their order, with the identifiers that a text matched. */
export const describeMatches = async (
  tx: Tx,
  organisation: Organisation,
  text: string,
  partyIds: readonly number[],
): Promise<SearchMatch[]> => {
  if (partyIds.length === 0) return [];
  const [customers, profiles, identifiers] = await Promise.all([
    findCustomers(tx, organisation.id, partyIds),
    profilesOf(tx, organisation.id, partyIds),
    identifiersOf(tx, organisation.id, partyIds),
  ]);
  const prefixes = prefixesOf(organisation, text);
  const matches = ({ value }: IdentifierRow) => prefixes.some((prefix) => fold(value).startsWith(prefix));
  return partyIds.flatMap((partyId) => {
    const customer = customers.find((row) => row.partyId === partyId);
    if (customer === undefined) return [];
    return [
      {
        customer,
        matchedIdentifiers: identifiers.filter((row) => row.partyId === partyId && matches(row)),
        profiles: profiles.filter((row) => row.partyId === partyId),
      },
    ];
  });
};
