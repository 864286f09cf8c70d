import type { Actor } from "#identity";
import type { Orgs } from "#orgs";
import { assert, type Clock, type Db, type Ids, type Outcome, type Tx } from "#platform";
import { errors } from "./errors.ts";
import { identifierKey, identifierType } from "./identifiers.ts";
import { type FlatCustomer, parseFlatCustomer } from "./parse.ts";
import type { ParseContext } from "./parse-values.ts";
import { countCustomers, findCustomers, type ListPage, listCustomers, readCustomer } from "./reads.ts";
import {
  type CustomerEvent,
  type CustomerHooks,
  type RegistrationIds,
  registerRound,
  separateRepeats,
} from "./registration.ts";
import type {
  Customer,
  CustomerChange,
  CustomerReference,
  CustomerRow,
  NewCustomer,
  Registered,
  Registration,
  UpdatedCustomer,
} from "./schema.ts";
import { describeMatches, matchCustomers, type SearchMatch } from "./search.ts";
import { loadProfiles, resolveIdentifiers } from "./snapshot.ts";
import { updateCustomer } from "./update.ts";

export interface CustomersParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  /** Runs in the transaction of the registration, for customers who are new. */
  readonly onRegistered?: (tx: Tx, actor: Actor, registered: readonly NewCustomer[]) => Promise<void>;
  /** Runs in the transaction of a change. */
  readonly onUpdated?: (tx: Tx, actor: Actor, updated: readonly UpdatedCustomer[]) => Promise<void>;
  /** Writes events into the outbox, in the transaction of what they tell of. */
  readonly publish?: (tx: Tx, events: readonly CustomerEvent[]) => Promise<void>;
}

export interface ListQuery extends Omit<ListPage, "partyIds"> {
  /** Text that names or identifiers begin with. */
  readonly text: string;
}

export interface CustomerList {
  readonly rows: readonly (CustomerRow & { readonly sortValue: string })[];
  /** Of the whole list; a search counts at most 1,000. */
  readonly total: number;
}

export type Customers = ReturnType<typeof createCustomers>;

/** Registrations in one statement at most; longer lists are cut. */
const MAX_ROUND = 1000;
const MAX_VALUE = 300;

/** Customers: who they are and what they are known by. */
export const createCustomers = (parts: CustomersParts) => {
  const { db, ids, clock, orgs } = parts;
  const nothing = async () => {};
  const hooks: CustomerHooks = {
    clock,
    onRegistered: parts.onRegistered ?? nothing,
    onUpdated: parts.onUpdated ?? nothing,
    publish: parts.publish ?? nothing,
  };

  const takeIds = async (count: number): Promise<RegistrationIds[]> => {
    const [nextParty, nextChange] = await Promise.all([
      ids.reserve("party", count),
      ids.reserve("change", count),
    ]);
    return Array.from({ length: count }, () => ({ partyId: nextParty(), changeId: nextChange() }));
  };

  /**
   * Registers customers, up to 1,000 in one transaction. Each item has an outcome of its own: the customer (new, or known
   * in another source and given a profile), or the refusal customers.exists, conflict, primary_mismatch, orphan_profile.
   * Rejects when the database fails; then nothing of the transaction under way is written.
   */
  const register = async (
    actor: Actor,
    inputs: readonly Registration[],
  ): Promise<readonly Outcome<Registered>[]> => {
    const organisation = await orgs.get(actor.orgId);
    const outcomes: Outcome<Registered>[] = new Array(inputs.length);
    let waiting = inputs.map((_, index) => index);
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_ROUND);
      const { first, later } = separateRepeats(
        organisation,
        batch.map((index) => inputs[index]!),
      );
      const round = first.map((position) => batch[position]!);
      const taken = await takeIds(round.length);
      const done = await db.transaction(actor.orgId, (tx) =>
        registerRound(
          tx,
          hooks,
          organisation,
          actor,
          round.map((index) => inputs[index]!),
          taken,
        ),
      );
      round.forEach((index, position) => {
        outcomes[index] = done[position]!;
      });
      waiting = [...later.map((position) => batch[position]!), ...waiting.slice(MAX_ROUND)];
    }
    return outcomes;
  };

  /** Registers one customer; throws the refusal. */
  const registerOne = async (actor: Actor, input: Registration): Promise<Registered> => {
    const [outcome] = await register(actor, [input]);
    assert(outcome !== undefined, "one registration has one outcome");
    if ("error" in outcome) throw outcome.error;
    return outcome.ok;
  };

  /** Changes a customer; see `updateCustomer` for what it raises. */
  const update = async (actor: Actor, partyId: number, change: CustomerChange): Promise<void> => {
    const changeId = await ids.take("change");
    await db.transaction(actor.orgId, (tx) => updateCustomer(tx, hooks, actor, partyId, change, changeId));
  };

  /** The id that an identifier or an id names, or null. Raises 8002 when it names nothing, 8013 for an unknown type. */
  const find = async (tx: Tx, orgId: number, { name, value }: CustomerReference): Promise<number | null> => {
    const field = name.trim() === "" ? "identifierName" : value.trim() === "" ? "identifierValue" : null;
    if (field !== null) throw errors.lookup_identifier_missing({ field });
    if (name.toLowerCase() === "id") {
      const id = /^\d{1,15}$/.test(value) ? Number(value) : 0;
      const [found] = id === 0 ? [] : await findCustomers(tx, orgId, [id]);
      return found?.partyId ?? null;
    }
    if (identifierType(name) === null)
      throw errors.bad_identifier_name({ field: "identifierName", value: name.slice(0, 60) });
    const { country } = await orgs.get(orgId);
    const key = value.length > MAX_VALUE ? null : identifierKey(orgId, name, value, country);
    return key === null ? null : ((await resolveIdentifiers(tx, orgId, [key])).get(key) ?? null);
  };

  /** The id of a customer, or null; see `requireCustomer`. */
  const lookup = (orgId: number, reference: CustomerReference): Promise<number | null> =>
    db.transaction(orgId, (tx) => find(tx, orgId, reference));

  /**
   * The id of the customer whom an identifier (of a documented type, or `id`) names. Raises 8015 with HTTP status 400, or
   * 404 when `status` says so (calls of our own API), 8002 and 8013.
   */
  const requireCustomer = async (
    orgId: number,
    reference: CustomerReference,
    status: 400 | 404 = 400,
  ): Promise<number> => {
    const partyId = await lookup(orgId, reference);
    const value = reference.value.slice(0, 60);
    if (partyId === null && status === 404) throw errors.not_found({ id: value });
    if (partyId === null) throw errors.unknown({ name: reference.name, value });
    return partyId;
  };

  /** A customer with profiles, identifiers and channels, or null. */
  const get = (orgId: number, partyId: number): Promise<Customer | null> =>
    db.transaction(orgId, (tx) => readCustomer(tx, orgId, partyId));

  /** Customers whose name or identifier begins with a text; `total` counts at most 1,000. */
  const search = async (
    orgId: number,
    text: string,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly total: number; readonly matches: readonly SearchMatch[] }> => {
    const organisation = await orgs.get(orgId);
    return db.transaction(orgId, async (tx) => {
      const found = await matchCustomers(tx, organisation, text);
      const page = found.slice(offset, offset + limit);
      return { total: found.length, matches: await describeMatches(tx, organisation, text, page) };
    });
  };

  /** A keyset page of customers, all or those that a text finds. */
  const list = async (orgId: number, { text, ...page }: ListQuery): Promise<CustomerList> => {
    const organisation = await orgs.get(orgId);
    return db.transaction(orgId, async (tx) => {
      const partyIds = text.trim() === "" ? null : await matchCustomers(tx, organisation, text);
      const [rows, total] = await Promise.all([
        listCustomers(tx, orgId, { ...page, partyIds }),
        partyIds === null ? countCustomers(tx, orgId) : partyIds.length,
      ]);
      return { rows, total };
    });
  };

  return {
    register,
    registerOne,
    update,
    lookup,
    requireCustomer,
    get,
    search,
    list,
    /** Reads a flat customer (a line of a file, a form) into a registration; throws the documented refusal. */
    parseFlat: (flat: FlatCustomer, context: Omit<ParseContext, "now">): Registration =>
      parseFlatCustomer(flat, { ...context, now: clock.now() }),
    /** Key of the directory → customer, for many keys in one statement of the caller's transaction. */
    resolveIdentifiers,
    /** What purchases need to know of customers, in the caller's transaction. */
    loadProfiles,
    /** Customers of some ids, in their order, in the caller's transaction. */
    rowsOf: async (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<CustomerRow[]> => {
      const rows = partyIds.length === 0 ? [] : await findCustomers(tx, orgId, partyIds);
      const byId = new Map(rows.map((row) => [row.partyId, row]));
      return partyIds.flatMap((partyId) => byId.get(partyId) ?? []);
    },
    /** Runs reads of one organisation together. */
    read: <T>(orgId: number, work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction(orgId, work),
    now: () => clock.now(),
  };
};
