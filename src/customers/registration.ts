import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import { assert, type Clock, type Outcome, StaleRead, type Tx } from "#platform";
import { type MergeIds, type Merging, mergeCustomers } from "./merges.ts";
import { findCustomers, identifiersOf, profilesOf, readCustomer } from "./reads.ts";
import {
  displayOf,
  type Judgement,
  judge,
  type KeyedIdentifier,
  type KnownCustomer,
  type MatchingRules,
  matchingRules,
  namingKeys,
  sortNameOf,
  termsOf,
  withoutKeys,
} from "./rules.ts";
import type {
  ChangeRow,
  NewCustomer,
  NewProfile,
  Registered,
  Registration,
  UpdatedCustomer,
} from "./schema.ts";
import * as store from "./store.ts";

/** What other domains do in the transaction of a registration or change. */
export interface CustomerHooks {
  readonly clock: Clock;
  readonly onRegistered: (tx: Tx, actor: Actor, registered: readonly NewCustomer[]) => Promise<void>;
  readonly onUpdated: (tx: Tx, actor: Actor, updated: readonly UpdatedCustomer[]) => Promise<void>;
  readonly publish: (tx: Tx, events: readonly CustomerEvent[]) => Promise<void>;
  /** What other domains do when customers are merged; without it only what is kept here moves. */
  readonly merging?: Merging;
}

/** Ids to use, taken before the transaction so that a retry uses the same ones. */
export interface RegistrationIds {
  readonly partyId: number;
  readonly changeId: number;
}

export interface CustomerEvent {
  readonly orgId: number;
  readonly partyId: number;
  readonly type: "customer.registered" | "customer.updated" | "customer.merged" | "customer.merge_undone";
  readonly occurredAt: Date;
  readonly payload: object;
  readonly requestId?: string | undefined;
}

/** A registration and who makes it. */
export interface Submission {
  readonly actor: Actor;
  readonly input: Registration;
}

/** A registration on its way through a transaction. */
interface Candidate extends Submission {
  /** Id that it gets if it becomes a new customer. */
  readonly partyId: number;
  readonly changeId: number;
  readonly keys: readonly KeyedIdentifier[];
}

interface Decided {
  readonly candidate: Candidate;
  readonly partyId: number;
  readonly isNew: boolean;
  readonly profiles: readonly NewProfile[];
  readonly warnings: Registration["warnings"];
}

/**
 * Splits off registrations that share an identifier with one before them: they are decided in a later round, when they can
 * see what became of it. Identifiers that are somebody's already (`owned`) may be shared: nobody here can get them.
 */
export const separateRepeats = (
  organisation: Organisation,
  inputs: readonly Registration[],
  owned: ReadonlySet<string>,
): { readonly first: number[]; readonly later: number[] } => {
  const rules = matchingRules(organisation);
  const seen = new Set<string>();
  const first: number[] = [];
  const later: number[] = [];
  inputs.forEach((input, index) => {
    const keys = namingKeys(rules, input).filter(({ key }) => !owned.has(key));
    (keys.some(({ key }) => seen.has(key)) ? later : first).push(index);
    for (const { key } of keys) seen.add(key);
  });
  return { first, later };
};

export interface Round {
  /** One for each registration, in order; null for one that has to be decided alone, because it merges two customers. */
  readonly outcomes: readonly (Outcome<Registered> | null)[];
  /** Keys of the registrations that lead to somebody now. */
  readonly owned: ReadonlySet<string>;
}

/**
 * Registers customers who share no free identifier among themselves: claims every key, looks at whom the taken ones name,
 * and writes all that is new in one statement per table. `ids` has one item per registration. A registration that merges two
 * customers is given back, unless it is alone and `mergeIds` says under which ids.
 */
export const registerRound = async (
  tx: Tx,
  hooks: CustomerHooks,
  organisation: Organisation,
  submissions: readonly Submission[],
  ids: readonly RegistrationIds[],
  mergeIds: MergeIds | null = null,
): Promise<Round> => {
  const rules = matchingRules(organisation);
  const candidates = submissions.map(
    (submission, index): Candidate => ({
      ...submission,
      ...ids[index]!,
      keys: namingKeys(rules, submission.input),
    }),
  );
  const { ours, ownerOf } = await claim(tx, organisation.id, candidates);
  const judgements = candidates.map(({ input, keys }) => {
    const judgement = judge(rules, input, keys, (key) => ownerOf.get(key) ?? null);
    rememberProfiles(ownerOf, judgement, input);
    return judgement;
  });
  if (mergeIds !== null)
    judgements[0] = await mergeOwners(tx, hooks, candidates[0]!, judgements[0]!, mergeIds);
  await settleKeys(tx, rules, candidates, judgements, ours);
  const decided: Decided[] = [];
  const owned = new Set(ownerOf.keys());
  const outcomes = candidates.map((candidate, index): Outcome<Registered> | null => {
    const judgement = judgements[index]!;
    if (judgement.kind === "refused") return { error: judgement.error };
    if (judgement.kind === "merge") return null;
    const isNew = judgement.kind === "new";
    const partyId = isNew ? candidate.partyId : judgement.partyId;
    const profiles = withoutKeys(rules.orgId, candidate.input.profiles, judgement.dropped);
    const warnings = [...candidate.input.warnings, ...judgement.warnings];
    decided.push({ candidate, partyId, isNew, profiles, warnings });
    for (const { key } of candidate.keys) owned.add(key);
    return { ok: { partyId, isNew, warnings } };
  });
  if (decided.length > 0) await write(tx, hooks, organisation.id, decided);
  return { outcomes, owned };
};

/** Makes one customer of the two whom the registration names, and lets it join. */
const mergeOwners = async (
  tx: Tx,
  hooks: CustomerHooks,
  { actor }: Candidate,
  judgement: Judgement,
  ids: MergeIds,
): Promise<Judgement> => {
  if (judgement.kind !== "merge") return judgement;
  const { survivorId, victimId, dropped, warnings } = judgement;
  const reason = "A registration from another source names both.";
  await mergeCustomers(tx, hooks, actor, { survivorId, victimId, cause: "registration", reason }, ids);
  return { kind: "join", partyId: survivorId, dropped, warnings };
};

interface Claimed {
  readonly ours: ReadonlySet<string>;
  /** Who held a key before. */
  readonly ownerOf: Map<string, KnownCustomer>;
}

const claim = async (tx: Tx, orgId: number, candidates: readonly Candidate[]): Promise<Claimed> => {
  const claims = candidates.flatMap(({ keys, partyId }) => keys.map(({ key }) => ({ key, partyId })));
  const ours = new Set(
    claims.length === 0 ? [] : (await store.claimKeys(tx, orgId, claims)).map(({ key }) => key),
  );
  const taken = claims.map(({ key }) => key).filter((key) => !ours.has(key));
  if (taken.length === 0) return { ours, ownerOf: new Map() };
  const owners = await store.findKeys(tx, orgId, taken);
  const partyIds = [...new Set(owners.map(({ partyId }) => partyId))];
  // Locked before they are read: another registration may be adding a profile at this moment.
  await store.lockCustomers(tx, orgId, partyIds);
  const [customers, profiles, identifiers] = await Promise.all([
    findCustomers(tx, orgId, partyIds),
    profilesOf(tx, orgId, partyIds),
    identifiersOf(tx, orgId, partyIds),
  ]);
  if (customers.some(({ mergedInto }) => mergedInto !== null))
    throw new StaleRead("a customer was merged while a registration waited for the lock");
  const registeredAt = new Map(customers.map((row) => [row.partyId, row.registeredAt]));
  const known = new Map(
    partyIds.map((partyId): [number, KnownCustomer] => [
      partyId,
      {
        partyId,
        profiles: profiles.filter((row) => row.partyId === partyId),
        identifierTypes: new Set(
          identifiers.filter((row) => row.partyId === partyId).map(({ type }) => type),
        ),
        registeredAt: registeredAt.get(partyId)!,
      },
    ]),
  );
  return { ours, ownerOf: new Map(owners.map(({ key, partyId }) => [key, known.get(partyId)!])) };
};

/** Later registrations of the round must see the profile that this one adds to a known customer. */
const rememberProfiles = (
  ownerOf: Map<string, KnownCustomer>,
  judgement: Judgement,
  { profiles }: Registration,
) => {
  if (judgement.kind !== "join") return;
  for (const [key, owner] of ownerOf) {
    if (owner.partyId !== judgement.partyId) continue;
    ownerOf.set(key, { ...owner, profiles: [...owner.profiles, ...profiles] });
  }
};

const settleKeys = async (
  tx: Tx,
  { orgId }: MatchingRules,
  candidates: readonly Candidate[],
  judgements: readonly Judgement[],
  ours: ReadonlySet<string>,
): Promise<void> => {
  const released: string[] = [];
  const moved: store.KeyOwner[] = [];
  candidates.forEach(({ keys }, index) => {
    const judgement = judgements[index]!;
    const claimed = keys.map(({ key }) => key).filter((key) => ours.has(key));
    if (judgement.kind === "refused" || judgement.kind === "merge") released.push(...claimed);
    if (judgement.kind === "join") moved.push(...claimed.map((key) => ({ key, partyId: judgement.partyId })));
  });
  if (released.length > 0) await store.releaseKeys(tx, orgId, released);
  if (moved.length > 0) await store.moveKeys(tx, orgId, moved);
};

const write = async (
  tx: Tx,
  hooks: CustomerHooks,
  orgId: number,
  decided: readonly Decided[],
): Promise<void> => {
  const now = hooks.clock.now();
  const fresh = decided.filter((item) => item.isNew);
  const profiles = decided.flatMap((item) =>
    item.profiles.map((profile) => ({
      ...profile,
      partyId: item.partyId,
      tillId: item.candidate.input.tillId,
      by: item.candidate.actor.name,
    })),
  );
  const place = ({ partyId, source, accountId }: store.NewProfileRow) => ({ partyId, source, accountId });
  const identifiers = profiles.flatMap((profile) =>
    profile.identifiers.map((item, position) => ({ ...item, ...place(profile), position })),
  );
  const channels = profiles.flatMap((profile) =>
    profile.channels.map((item, position) => ({ ...item, ...place(profile), position })),
  );
  const terms = decided.flatMap(({ partyId, profiles: own }) =>
    termsOf(
      own,
      own.flatMap((profile) => profile.identifiers),
    ).map((term) => ({ partyId, term })),
  );
  const writes: Promise<unknown>[] = [];
  if (fresh.length > 0) writes.push(store.insertCustomers(tx, orgId, fresh.map(customerRow), now));
  writes.push(store.insertProfiles(tx, orgId, profiles, now));
  if (identifiers.length > 0) writes.push(store.insertIdentifiers(tx, orgId, identifiers, now));
  if (channels.length > 0) writes.push(store.putChannels(tx, orgId, channels, now));
  if (terms.length > 0) writes.push(store.insertTerms(tx, orgId, terms));
  writes.push(store.insertChanges(tx, orgId, changesOf(decided, now)));
  await Promise.all(writes);
  for (const item of decided) if (!item.isNew) await refreshJoined(tx, hooks, orgId, item, now);
  for (const group of byActor(fresh)) {
    const registered = group.map((item) => newCustomerOf(orgId, item));
    await hooks.onRegistered(tx, group[0]!.candidate.actor, registered);
  }
  await hooks.publish(
    tx,
    decided.map((item) => eventOf(orgId, item, now)),
  );
};

/** Each call has an actor object of its own; what counts is who it is. */
const byActor = (decided: readonly Decided[]): Decided[][] => {
  const groups = new Map<string, Decided[]>();
  for (const item of decided) {
    const { kind, id, tillId } = item.candidate.actor;
    const key = `${kind} ${id} ${tillId}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
};

const customerRow = ({ candidate, partyId, profiles }: Decided): store.NewCustomerRow => {
  const { input } = candidate;
  const display = displayOf(profiles);
  const [first] = profiles;
  assert(first !== undefined, "a registration has a profile");
  return {
    ...display,
    partyId,
    loyaltyType: input.loyaltyType ?? "loyalty",
    sortName: sortNameOf(display),
    extendedFields: input.extendedFields,
    source: first.source,
    accountId: first.accountId,
    registeredAt: input.registeredAt,
    registeredTillId: input.tillId,
    associatedTillId: input.associatedTillId,
    isDemo: input.isDemo,
    by: candidate.actor.name,
  };
};

const newCustomerOf = (orgId: number, { candidate, partyId }: Decided): NewCustomer => ({
  partyId,
  orgId,
  registeredAt: candidate.input.registeredAt,
  tillId: candidate.input.tillId,
  loyaltyType: candidate.input.loyaltyType ?? "loyalty",
});

const changesOf = (decided: readonly Decided[], now: Date): ChangeRow[] =>
  decided.map(({ partyId, isNew, profiles, candidate }) => ({
    id: candidate.changeId,
    partyId,
    changedAt: now,
    kind: isNew ? "registered" : "profile_added",
    actorKind: candidate.actor.kind,
    actorName: candidate.actor.name,
    actorSource: candidate.actor.source,
    tillId: candidate.input.tillId,
    changes: profiles.flatMap(({ source, accountId, identifiers }) =>
      identifiers.map(({ type, value }) => ({ field: type, source, accountId, from: null, to: value })),
    ),
  }));

/** A customer who got a profile is shown by it, and gets what the registration said of the customer as a whole. */
const refreshJoined = async (
  tx: Tx,
  hooks: CustomerHooks,
  orgId: number,
  { candidate, partyId, profiles }: Decided,
  now: Date,
): Promise<void> => {
  const { actor } = candidate;
  const found = await readCustomer(tx, orgId, partyId);
  assert(found !== null, `customer ${partyId} is in the directory but does not exist`);
  const { customer } = found;
  const newest = displayOf(profiles);
  const display = {
    firstName: newest.firstName ?? customer.firstName,
    lastName: newest.lastName ?? customer.lastName,
    mobile: newest.mobile ?? customer.mobile,
    email: newest.email ?? customer.email,
    externalId: newest.externalId ?? customer.externalId,
  };
  const joinedLoyalty = customer.loyaltyType === "non_loyalty" && candidate.input.loyaltyType === "loyalty";
  await store.updateCustomer(tx, orgId, {
    ...customer,
    ...display,
    loyaltyType: joinedLoyalty ? "loyalty" : customer.loyaltyType,
    sortName: sortNameOf(display),
    extendedFields: { ...customer.extendedFields, ...candidate.input.extendedFields },
    updatedAt: now,
    updatedBy: actor.name,
  });
  await hooks.onUpdated(tx, actor, [{ partyId, orgId, joinedLoyalty }]);
};

const eventOf = (
  orgId: number,
  { candidate, partyId, isNew, profiles }: Decided,
  now: Date,
): CustomerEvent => {
  const { actor, input } = candidate;
  return {
    orgId,
    partyId,
    type: isNew ? "customer.registered" : "customer.updated",
    occurredAt: isNew ? input.registeredAt : now,
    payload: {
      loyaltyType: input.loyaltyType ?? "loyalty",
      profiles: profiles.map(({ source, accountId, firstName, lastName, identifiers, customFields }) => ({
        source,
        accountId,
        firstName,
        lastName,
        identifiers,
        customFields,
      })),
      extendedFields: input.extendedFields,
      tillId: input.tillId,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      ...(isNew ? {} : { change: "profile_added" }),
    },
    requestId: actor.requestId,
  };
};
