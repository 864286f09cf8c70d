import type { Actor } from "#identity";
import type { Organisation, Orgs } from "#orgs";
import { type Clock, createBatcher, type Db, type Ids, type Outcome, type Tx } from "#platform";
import { changeIdentifiers, type IdentifierChange, type IdentifiersChanged } from "./change-identifiers.ts";
import { errors } from "./errors.ts";
import { identifierKey, identifierType } from "./identifiers.ts";
import { onlyRead } from "./merge-store.ts";
import { undoMerge } from "./merge-undo.ts";
import {
  listMerges,
  type MergeView,
  previewMerge,
  requirePreviewed,
  type WholePreview,
} from "./merge-views.ts";
import { type Merged, type MergeIds, type MergeRequest, type Merging, mergeCustomers } from "./merges.ts";
import { type FlatCustomer, parseFlatCustomer } from "./parse.ts";
import { type ParseContext, parseAccount, parseSource } from "./parse-values.ts";
import { countCustomers, findCustomers, type ListPage, listCustomers, readCustomer } from "./reads.ts";
import {
  type CustomerEvent,
  type CustomerHooks,
  type RegistrationIds,
  registerRound,
  type Submission,
  separateRepeats,
} from "./registration.ts";
import { isSamePlace } from "./rules.ts";
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
import {
  currentIds,
  hasProfile,
  loadProfiles,
  partiesOf,
  resolveIdentifiers,
  victimsOf,
} from "./snapshot.ts";
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
  /** What other domains do in the transaction of a merge. */
  readonly merging?: Merging;
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

/** A customer as found, and who was asked for when that one was merged into the customer. */
export interface Resolved {
  readonly partyId: number;
  readonly mergedFrom: number | null;
}

export type Customers = ReturnType<typeof createCustomers>;

/** Registrations in one statement at most; longer lists are cut. */
const MAX_ROUND = 1000;
/** Single registrations that one transaction takes along. */
const BATCH_SIZE = 64;
/**
 * Transactions of single calls under way at once. Few on purpose: what hooks do inside may need a second connection (a block
 * of ids), and calls that held every connection of the pool would wait for one another for ever.
 */
const SLOTS = 2;
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
    ...(parts.merging === undefined ? {} : { merging: parts.merging }),
  };

  const takeIds = async (count: number): Promise<RegistrationIds[]> => {
    const [nextParty, nextChange] = await Promise.all([
      ids.reserve("party", count),
      ids.reserve("change", count),
    ]);
    return Array.from({ length: count }, () => ({ partyId: nextParty(), changeId: nextChange() }));
  };

  const registerAll = async (
    orgId: number,
    submissions: readonly Submission[],
  ): Promise<readonly Outcome<Registered>[]> => {
    const organisation = await orgs.get(orgId);
    const outcomes: Outcome<Registered>[] = new Array(submissions.length);
    for (let start = 0; start < submissions.length; start += MAX_ROUND) {
      const end = Math.min(start + MAX_ROUND, submissions.length);
      let waiting = Array.from({ length: end - start }, (_, index) => start + index);
      const owned = new Set<string>();
      while (waiting.length > 0) {
        const inputs = waiting.map((index) => submissions[index]!.input);
        const { first, later } = separateRepeats(organisation, inputs, owned);
        const round = first.map((position) => waiting[position]!);
        const taken = await takeIds(round.length);
        const chosen = round.map((index) => submissions[index]!);
        const done = await db.transaction(orgId, (tx) =>
          registerRound(tx, hooks, organisation, chosen, taken),
        );
        for (const [position, index] of round.entries())
          outcomes[index] =
            done.outcomes[position] ?? (await registerMerging(organisation, submissions[index]!));
        for (const key of done.owned) owned.add(key);
        waiting = later.map((position) => waiting[position]!);
      }
    }
    return outcomes;
  };

  /** A registration that makes one of two customers goes alone: theirs are more rows than one to lock. */
  const registerMerging = async (
    organisation: Organisation,
    submission: Submission,
  ): Promise<Outcome<Registered>> => {
    const [taken, mergeIds] = await Promise.all([takeIds(1), takeMergeIds()]);
    const done = await db.transaction(organisation.id, (tx) =>
      registerRound(tx, hooks, organisation, [submission], taken, mergeIds),
    );
    return done.outcomes[0]!;
  };

  const takeMergeIds = async (): Promise<MergeIds> => {
    const [mergeId, nextChange] = await Promise.all([ids.take("merge"), ids.reserve("change", 2)]);
    return { mergeId, survivorChangeId: nextChange(), victimChangeId: nextChange() };
  };

  /** One item's fault is its own: when a batch of single calls fails as a whole, its items go one by one. */
  const registerBatch = async (orgId: number, submissions: readonly Submission[]) => {
    try {
      return await registerAll(orgId, submissions);
    } catch (error) {
      if (submissions.length === 1) return [{ error }];
      const outcomes: Outcome<Registered>[] = [];
      for (const submission of submissions)
        outcomes.push(
          ...(await registerAll(orgId, [submission]).catch((fault: unknown) => [{ error: fault }])),
        );
      return outcomes;
    }
  };
  const registrations = createBatcher<Submission, Registered>({
    size: BATCH_SIZE,
    slots: SLOTS,
    run: registerBatch,
  });
  const changes = createBatcher<() => Promise<unknown>, unknown>({
    size: 1,
    slots: SLOTS,
    run: async (_, [change]) => [{ ok: await change!() }],
  });
  /** Runs a change when its turn has come. */
  const inTurn = async <T>(orgId: number, change: () => Promise<T>): Promise<T> =>
    (await changes.submit(orgId, change)) as T;

  /**
   * Registers customers, up to 1,000 in one transaction. Each item has an outcome of its own: the customer (new, or known
   * in another source and given a profile), or the refusal customers.exists, conflict, primary_mismatch, orphan_profile.
   * Rejects when the database fails; then nothing of the transaction under way is written.
   */
  const register = (actor: Actor, inputs: readonly Registration[]): Promise<readonly Outcome<Registered>[]> =>
    registerAll(
      actor.orgId,
      inputs.map((input) => ({ actor, input })),
    );

  /** Registers one customer, together with others that are waiting at this moment; throws the refusal. */
  const registerOne = (actor: Actor, input: Registration): Promise<Registered> =>
    registrations.submit(actor.orgId, { actor, input });

  /** Changes a customer; see `updateCustomer` for what it raises. */
  const update = async (actor: Actor, partyId: number, change: CustomerChange): Promise<void> => {
    const changeId = await ids.take("change");
    await inTurn(actor.orgId, () =>
      db.transaction(actor.orgId, (tx) => updateCustomer(tx, hooks, actor, partyId, change, changeId)),
    );
  };

  /** Adds and takes away identifiers of a known customer; see `changeIdentifiers` for what it raises. */
  const change = async (
    actor: Actor,
    partyId: number,
    input: IdentifierChange,
  ): Promise<IdentifiersChanged> => {
    const [organisation, mergeIds, changeId] = await Promise.all([
      orgs.get(actor.orgId),
      takeMergeIds(),
      ids.take("change"),
    ]);
    return inTurn(actor.orgId, () =>
      db.transaction(actor.orgId, (tx) =>
        changeIdentifiers(tx, hooks, organisation, actor, partyId, input, { ...mergeIds, changeId }),
      ),
    );
  };

  /** Merges two customers as the preview of a version told, where one is named; see `requirePreviewed` and `mergeCustomers` for what it raises. */
  const merge = async (
    actor: Actor,
    request: MergeRequest,
    previewed: string | null = null,
  ): Promise<Merged> => {
    const mergeIds = await takeMergeIds();
    return inTurn(actor.orgId, () =>
      db.transaction(actor.orgId, async (tx) => {
        if (previewed !== null) await requirePreviewed(tx, hooks, actor, request, previewed);
        return mergeCustomers(tx, hooks, actor, request, mergeIds);
      }),
    );
  };

  /** Takes a merge back; see `undoMerge` for what it raises. */
  const undo = async (actor: Actor, mergeId: number, reason: string): Promise<Merged> => {
    const mergeIds = await takeMergeIds();
    return inTurn(actor.orgId, () =>
      db.transaction(actor.orgId, (tx) => undoMerge(tx, hooks, actor, mergeId, reason, mergeIds)),
    );
  };

  /** What a merge would come to; raises what making it would. */
  const preview = (actor: Actor, survivorId: number, victimId: number): Promise<WholePreview> =>
    db.transaction(actor.orgId, async (tx) => {
      await onlyRead(tx);
      return previewMerge(tx, hooks, actor, survivorId, victimId);
    });

  /** The id that an identifier or an id names, or null. Raises 8002 when it names nothing, 8013 for an unknown type. */
  const find = async (tx: Tx, orgId: number, { name, value }: CustomerReference): Promise<number | null> => {
    const field = name.trim() === "" ? "identifierName" : value.trim() === "" ? "identifierValue" : null;
    if (field !== null) throw errors.lookup_identifier_missing({ field });
    if (name.toLowerCase() === "id") {
      const id = /^\d{1,15}$/.test(value) ? Number(value) : 0;
      return id === 0 ? null : ((await currentIds(tx, orgId, [id])).get(id) ?? null);
    }
    if (identifierType(name) === null)
      throw errors.bad_identifier_name({ field: "identifierName", value: name.slice(0, 60) });
    const { country } = await orgs.get(orgId);
    const key = value.length > MAX_VALUE ? null : identifierKey(orgId, name, value, country);
    return key === null ? null : ((await resolveIdentifiers(tx, orgId, [key])).get(key) ?? null);
  };

  /** Like `requireCustomer`, and says when the id was that of one who was merged into the customer. */
  const resolve = async (orgId: number, reference: CustomerReference): Promise<Resolved> => {
    const partyId = await requireCustomer(orgId, reference);
    const named = reference.name.toLowerCase() === "id" ? Number(reference.value) : partyId;
    return { partyId, mergedFrom: named === partyId ? null : named };
  };

  /** The id of a customer, or null; see `requireCustomer`. */
  const lookup = (orgId: number, reference: CustomerReference): Promise<number | null> =>
    db.transaction(orgId, (tx) => find(tx, orgId, reference));

  /**
   * The id of the customer whom an identifier (of a documented type, or `id`) names. Raises 8015 with HTTP status 400, or
   * 404 when `status` says so (calls of our own API), 8002 and 8013; where a source is given, 8003 when the organisation has
   * none of that name, and 8065 when the customer has no profile in it.
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
    await checkSource(orgId, partyId, reference);
    return partyId;
  };

  const checkSource = async (
    orgId: number,
    partyId: number,
    { source = "", accountId }: CustomerReference,
  ): Promise<void> => {
    if (["", "ALL"].includes(source.trim().toUpperCase())) return;
    const organisation = await orgs.get(orgId);
    const invalid = (value: string) => errors.lookup_source_invalid({ value });
    const missing = () => errors.lookup_source_missing();
    const place = parseAccount(
      organisation,
      parseSource(organisation, source, { missing, invalid }),
      accountId,
      "accountId",
    );
    const found = await get(orgId, partyId);
    if (!found?.profiles.some((row) => isSamePlace(row, place)))
      throw errors.not_in_source({ id: partyId, source: place.source });
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
    changeIdentifiers: change,
    merge,
    undoMerge: undo,
    previewMerge: preview,
    /** Merges into a customer, newest first, with whether each could be undone now. */
    mergesOf: (orgId: number, partyId: number): Promise<MergeView[]> =>
      db.transaction(orgId, (tx) => listMerges(tx, hooks, orgId, partyId)),
    lookup,
    resolve,
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
    hasProfile,
    /** Who customers are now, in the caller's transaction. */
    currentIds,
    /** A customer's own id and those of everybody merged into them, in the caller's transaction. */
    partiesOf,
    victimsOf,
    /** Customers of some ids, in their order, in the caller's transaction. */
    rowsOf: async (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<CustomerRow[]> => {
      const rows = partyIds.length === 0 ? [] : await findCustomers(tx, orgId, partyIds);
      const byId = new Map(rows.map((row) => [row.partyId, row]));
      return partyIds.flatMap((partyId) => byId.get(partyId) ?? []);
    },
    /** Runs reads of one organisation together. */
    read: <T>(orgId: number, work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction(orgId, work),
    now: () => clock.now(),
    /** Resolves when no single registration or change is waiting or under way. */
    drain: async (): Promise<void> => {
      await registrations.drain();
      await changes.drain();
    },
  };
};
