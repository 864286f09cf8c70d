import type { Actor } from "#identity";
import type { Organisation } from "#orgs";
import { assert, type Issue, issue, type Tx } from "#platform";
import { errors, WARNING } from "./errors.ts";
import { keyOf } from "./identifiers.ts";
import { type MergeIds, mergeCustomers, setTerms } from "./merges.ts";
import { identifiersOf, readCustomer } from "./reads.ts";
import type { CustomerHooks } from "./registration.ts";
import { displayOf, isSamePlace, matchingRules, namingKeys, sortNameOf, termsOf } from "./rules.ts";
import type {
  Customer,
  FieldHistory,
  Identifier,
  IdentifierRow,
  ProfileRow,
  Registration,
  SourceAccount,
} from "./schema.ts";
import * as store from "./store.ts";

/** What a call adds to and takes from one profile, read and checked as far as one can without looking at other customers. */
export interface IdentifierChange {
  readonly profile: SourceAccount;
  readonly add: readonly Identifier[];
  readonly remove: readonly Identifier[];
  readonly warnings: readonly Issue[];
}

export interface IdentifiersChanged {
  /** The customer, or the one into whom they were merged by this. */
  readonly partyId: number;
  readonly warnings: readonly Issue[];
}

/** Ids to use, taken before the transaction so that a retry uses the same ones. */
export interface IdentifierChangeIds extends MergeIds {
  readonly changeId: number;
}

const isSame = (a: Identifier, b: Identifier): boolean => a.type === b.type && a.value === b.value;

/** Settings that keep identifiers of a type as they are once a customer has one. */
const FIXED_BY: Readonly<Record<string, string>> = {
  mobile: "CONF_ALLOW_MOBILE_UPDATE",
  email: "CONF_ALLOW_EMAIL_UPDATE",
  externalId: "CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE",
};

const ATTACHED: Readonly<Record<string, number>> = {
  mobile: WARNING.mobileAttached,
  email: WARNING.emailAttached,
};

/**
 * Adds identifiers to a profile of a known customer and takes others away (customers.md §3.3). One that another customer has in
 * another source makes the two one: the one who had it survives. Raises customers.unknown, not_in_source, identifier_taken (8007),
 * identifiers_differ (8053), identifier_fixed, last_identifier.
 */
export const changeIdentifiers = async (
  tx: Tx,
  hooks: CustomerHooks,
  organisation: Organisation,
  actor: Actor,
  partyId: number,
  change: IdentifierChange,
  ids: IdentifierChangeIds,
): Promise<IdentifiersChanged> => {
  const found = await lockCurrent(tx, actor.orgId, partyId);
  requireProfile(found, change.profile);
  refuseFixed(organisation, found, change);
  const merged = await mergeWithOwner(tx, hooks, organisation, actor, found, change, ids);
  const customer = merged === null ? found : merged.customer;
  const warnings = [...change.warnings, ...(merged === null ? [] : [merged.warning])];
  const { added, removed, warnings: noticed } = differenceOf(customer, change);
  warnings.push(...noticed);
  const id = customer.customer.partyId;
  if (added.length + removed.length === 0) {
    if (merged === null) warnings.push(issue(WARNING.nothingToChange, "Nothing was changed."));
    return { partyId: id, warnings };
  }
  await write(tx, hooks, organisation, actor, customer, change.profile, added, removed, ids.changeId);
  return { partyId: id, warnings };
};

/** The customer as locked; one who was merged meanwhile is the survivor. */
const lockCurrent = async (tx: Tx, orgId: number, partyId: number): Promise<Customer> => {
  const [, found] = await Promise.all([
    store.lockCustomers(tx, orgId, [partyId]),
    readCustomer(tx, orgId, partyId),
  ]);
  if (found === null) throw errors.unknown({ name: "id", value: partyId });
  const { mergedInto } = found.customer;
  return mergedInto === null ? found : lockCurrent(tx, orgId, mergedInto);
};

const requireProfile = ({ customer, profiles }: Customer, place: SourceAccount): void => {
  if (!profiles.some((row) => isSamePlace(row, place)))
    throw errors.not_in_source({ id: customer.partyId, source: place.source });
};

const refuseFixed = (
  organisation: Organisation,
  { identifiers }: Customer,
  { add, remove }: IdentifierChange,
): void => {
  for (const { type, value } of [...add, ...remove]) {
    const setting = FIXED_BY[type];
    const has = identifiers.filter((row) => row.type === type);
    const changes =
      has.length > 0 && (remove.some((it) => it.type === type) || !has.some((row) => row.value === value));
    if (setting !== undefined && changes && !organisation.flag(setting))
      throw errors.identifier_fixed({ type, setting });
  }
};

/** Identifiers that name customers of the organisation, with their keys. */
const naming = (organisation: Organisation, identifiers: readonly Identifier[]) =>
  namingKeys(matchingRules(organisation), { profiles: [{ identifiers }] } as unknown as Registration);

/** Merges the customer into the one who has an identifier that is added; null when nobody else has any. */
const mergeWithOwner = async (
  tx: Tx,
  hooks: CustomerHooks,
  organisation: Organisation,
  actor: Actor,
  { customer }: Customer,
  { profile, add }: IdentifierChange,
  ids: MergeIds,
): Promise<{ readonly customer: Customer; readonly warning: Issue } | null> => {
  const orgId = organisation.id;
  const keyed = naming(organisation, add);
  const owners = (
    await store.findKeys(
      tx,
      orgId,
      keyed.map(({ key }) => key),
    )
  ).filter((owner) => owner.partyId !== customer.partyId);
  const [first] = owners;
  if (first === undefined) return null;
  const partyIds = [...new Set(owners.map((owner) => owner.partyId))];
  for (const row of await identifiersOf(tx, orgId, partyIds)) {
    if (isSamePlace(row, profile) && keyed.some((item) => isSame(item, row)))
      throw errors.identifier_taken({
        type: row.type,
        value: row.value,
        id: row.partyId,
        source: row.source,
      });
  }
  if (partyIds.length > 1)
    throw errors.identifiers_differ({ ids: partyIds.sort((a, b) => a - b).join(", ") });
  const [survivorId, victimId] = [first.partyId, customer.partyId];
  const reason = "An identifier that was added belongs to both.";
  await mergeCustomers(tx, hooks, actor, { survivorId, victimId, cause: "identifiers", reason }, ids);
  const survivor = await readCustomer(tx, orgId, survivorId);
  assert(survivor !== null, "a survivor exists");
  const sentence = `Customer ${victimId} was merged into customer ${survivorId}, who has the identifier in another source.`;
  return { customer: survivor, warning: issue(WARNING.merged, sentence) };
};

/** What the profile really gains and loses. */
const differenceOf = (
  { identifiers }: Customer,
  { profile, add, remove }: IdentifierChange,
): { readonly added: Identifier[]; readonly removed: IdentifierRow[]; readonly warnings: Issue[] } => {
  const own = identifiers.filter((row) => isSamePlace(row, profile));
  const warnings: Issue[] = [];
  const added = add.filter((item) => {
    if (!own.some((row) => isSame(row, item))) return true;
    const code = ATTACHED[item.type] ?? WARNING.identifierAttached;
    warnings.push(issue(code, `The ${item.type} ${item.value} is the customer's already.`));
    return false;
  });
  const removed = own.filter((row) => remove.some((item) => isSame(item, row)));
  for (const item of remove) {
    if (own.some((row) => isSame(row, item))) continue;
    const sentence = `The customer has no ${item.type} ${item.value} in source ${profile.source}.`;
    warnings.push(issue(WARNING.nothingToChange, sentence));
  }
  return { added, removed, warnings };
};

const write = async (
  tx: Tx,
  hooks: CustomerHooks,
  organisation: Organisation,
  actor: Actor,
  found: Customer,
  place: SourceAccount,
  added: readonly Identifier[],
  removed: readonly IdentifierRow[],
  changeId: number,
): Promise<void> => {
  const orgId = organisation.id;
  const { partyId } = found.customer;
  const now = hooks.clock.now();
  const own = found.identifiers.filter((row) => isSamePlace(row, place));
  const rows = added.map((item, index) => ({ ...item, ...place, partyId, position: own.length + index }));
  const after = [...found.identifiers.filter((row) => !removed.includes(row)), ...rows];
  await settleKeys(tx, organisation, partyId, found.identifiers, after);
  const display = displayOf(profilesWith(found.profiles, after));
  if (removed.length > 0) await store.deleteIdentifiers(tx, orgId, removed);
  if (rows.length > 0) await store.insertIdentifiers(tx, orgId, rows, now);
  await store.updateCustomer(tx, orgId, {
    ...found.customer,
    mobile: display.mobile,
    email: display.email,
    externalId: display.externalId,
    sortName: sortNameOf(found.customer),
    updatedAt: now,
    updatedBy: actor.name,
  });
  await setTerms(
    tx,
    orgId,
    partyId,
    termsOf(found.profiles, found.identifiers),
    termsOf(found.profiles, after),
  );
  const history = [
    ...removed.map(({ type, value }): FieldHistory => ({ field: type, ...place, from: value, to: null })),
    ...added.map(({ type, value }): FieldHistory => ({ field: type, ...place, from: null, to: value })),
  ];
  await note(tx, hooks, actor, partyId, found, place, history, changeId, now);
};

const note = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  partyId: number,
  { customer }: Customer,
  { source, accountId }: SourceAccount,
  history: readonly FieldHistory[],
  changeId: number,
  now: Date,
): Promise<void> => {
  const { orgId, kind, id, name, tillId } = actor;
  await store.insertChanges(tx, orgId, [
    {
      id: changeId,
      partyId,
      changedAt: now,
      kind: "identifiers_changed",
      actorKind: kind,
      actorName: name,
      actorSource: actor.source,
      tillId,
      changes: history,
    },
  ]);
  const { loyaltyType } = customer;
  const payload = { source, accountId, loyaltyType, changes: history, tillId, actor: { kind, id, name } };
  const { requestId } = actor;
  await hooks.publish(tx, [
    { orgId, partyId, type: "customer.updated", occurredAt: now, payload, requestId },
  ]);
};

/** The customer is shown by the identifiers of the newest profile that has them. */
const profilesWith = (profiles: readonly ProfileRow[], identifiers: readonly IdentifierRow[]) =>
  [...profiles].reverse().map((profile) => ({
    ...profile,
    identifiers: identifiers.filter((row) => isSamePlace(row, profile)),
  }));

/** Claims the keys of what is new and gives back those of what nothing has any more; somebody must be able to find the customer. */
const settleKeys = async (
  tx: Tx,
  organisation: Organisation,
  partyId: number,
  before: readonly Identifier[],
  after: readonly Identifier[],
): Promise<void> => {
  const orgId = organisation.id;
  const wanted = naming(organisation, after);
  if (wanted.length === 0) throw errors.last_identifier({ id: partyId });
  const gone = before
    .filter((item) => !after.some((other) => isSame(item, other)))
    .map(({ type, value }) => keyOf(orgId, type, value));
  if (gone.length > 0) await store.giveUpKeys(tx, orgId, partyId, gone);
  const fresh = wanted.filter((item) => !before.some((other) => isSame(item, other)));
  if (fresh.length === 0) return;
  const claims = fresh.map(({ key }) => ({ key, partyId }));
  const ours = new Set((await store.claimKeys(tx, orgId, claims)).map(({ key }) => key));
  const missing = fresh.filter(({ key }) => !ours.has(key));
  const owners =
    missing.length === 0
      ? []
      : await store.findKeys(
          tx,
          orgId,
          missing.map(({ key }) => key),
        );
  const stranger = owners.find((owner) => owner.partyId !== partyId);
  if (stranger === undefined) return;
  const { type, value } = missing.find(({ key }) => key === stranger.key)!;
  throw errors.identifier_taken({ type, value, id: stranger.partyId, source: "another call" });
};
