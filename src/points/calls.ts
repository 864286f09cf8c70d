import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Customers } from "#customers";
import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import { type Db, type Instant, isObject, requestKeyOf } from "#platform";
import { type Movement, type MovementKind, movement, type PartyName } from "./movement.ts";
import { errors } from "./moving-errors.ts";
import { identifierTypeOf, nameParty } from "./naming.ts";
import { readText, shown } from "./values.ts";

export const JSON_TYPE = "application/json; charset=utf-8";

/** Who calls, and under which key. */
export interface Caller {
  readonly actor: Actor;
  /** Null: the call may be meant again, or does nothing. */
  readonly requestKey: string | null;
}

export const callerOf = (request: FastifyRequest): Caller => ({
  actor: request.actor,
  requestKey: requestKeyOf(request),
});

/** What a call asks for, with who asks: the till, client or person who calls. `item` tells the items of one call apart. */
export const movementOf = <Input, Extra>(
  { actor, requestKey: key }: Caller,
  kind: MovementKind<Input, Extra>,
  parties: readonly PartyName[],
  input: Input,
  now: Instant,
  item: number | null = null,
): Movement => {
  const text = JSON.stringify([kind.name, parties.map(({ key: name, partyId }) => name ?? partyId), input]);
  return movement(kind, {
    parties,
    input,
    requestKey: key === null ? null : `${kind.name}:${key}${item === null ? "" : `#${item}`}`,
    ...(key === null ? {} : { quotedKey: `The key ${key}` }),
    inputHash: createHash("sha256").update(text).digest(),
    now,
    tillId: actor.tillId,
    by: actor.name,
    userId: actor.kind === "user" ? actor.id : null,
    requestId: actor.requestId,
  });
};

const IDENTIFIERS = "ID, MOBILE, EMAIL, EXTERNAL_ID";
const MAX_VALUE = 300;

/** A customer named as `{type, value}`. Raises 8013 and 8015. */
export const readIdentifier = (organisation: Organisation, value: unknown, field: string): PartyName => {
  const named = isObject(value) ? value : {};
  const type = readText(named.type, 60) ?? "";
  if (identifierTypeOf(type) === null)
    throw errors.bad_identifier_type({
      field: `${field}.type`,
      names: IDENTIFIERS,
      value: shown(named.type),
    });
  const text = readText(named.value, MAX_VALUE);
  if (text === undefined || text === "") throw errors.no_customer({ name: `${field} ${shown(named.value)}` });
  return nameParty(organisation, type, text)!;
};

/** Text of a field, or its refusal. */
export const requireText = (value: unknown, field: string, most: number): string => {
  const text = readText(value, most);
  if (text === undefined) throw errors.bad_text({ field, most });
  return text;
};

/** Who customers are now that a call names, those who were merged as their survivors. Raises 8015. */
export const locateParties = (
  {
    db,
    customers,
  }: { readonly db: Db; readonly customers: Pick<Customers, "resolveIdentifiers" | "currentIds"> },
  orgId: number,
  parties: readonly PartyName[],
): Promise<number[]> =>
  db.transaction(orgId, async (tx) => {
    const keys = parties.flatMap(({ key }) => key ?? []);
    const byKey = await customers.resolveIdentifiers(tx, orgId, keys);
    const ids = parties.map(({ key, partyId }) => partyId ?? byKey.get(key ?? "") ?? 0);
    const current = await customers.currentIds(tx, orgId, ids);
    return parties.map(({ name }, index) => {
      const found = current.get(ids[index]!);
      if (found === undefined) throw errors.no_customer({ name });
      return found;
    });
  });
