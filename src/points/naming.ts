import { identifierKey } from "#customers";
import type { Organisation } from "#orgs";
import type { PartyName } from "./movement.ts";

/** Longer text is no identifier and is refused before it is looked up. */
const MAX_IDENTIFIER = 300;

/** The identifier types that calls of points name customers by, in any case and spelling. */
const TYPES: Readonly<Record<string, string>> = {
  id: "id",
  customerid: "id",
  mobile: "mobile",
  email: "email",
  externalid: "externalId",
  external_id: "externalId",
  cuid: "cuid",
  cardnumber: "cardnumber",
  cardexternalid: "cardExternalId",
};

/** The identifier type that a caller's spelling names; null when there is none. */
export const identifierTypeOf = (type: string): string | null => TYPES[type.trim().toLowerCase()] ?? null;

/** A customer by identifier type and value, as movements name one; null when the type is not known. */
export const nameParty = (organisation: Organisation, type: string, value: string): PartyName | null => {
  const known = identifierTypeOf(type);
  if (known === null) return null;
  const name = `${known} ${value.slice(0, 60)}`;
  if (known === "id") return { key: null, partyId: /^\d{1,15}$/.test(value) ? Number(value) : 0, name };
  const key =
    value.length > MAX_IDENTIFIER ? null : identifierKey(organisation.id, known, value, organisation.country);
  return { key, partyId: null, name };
};

/** A customer whose id is known. */
export const partyWithId = (partyId: number): PartyName => ({ key: null, partyId, name: `id ${partyId}` });
