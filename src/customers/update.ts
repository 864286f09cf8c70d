import type { Actor } from "#identity";
import type { Tx } from "#platform";
import { errors } from "./errors.ts";
import { readCustomer } from "./reads.ts";
import type { CustomerHooks } from "./registration.ts";
import { applyFields, type DisplayCopy, isSamePlace, mergeChannels, sortNameOf, termsOf } from "./rules.ts";
import type { Customer, CustomerChange, FieldHistory, ProfileRow } from "./schema.ts";
import * as store from "./store.ts";

/** What a change comes to, decided from the customer as it stands under the lock. */
interface Outcome {
  readonly profile: ProfileRow;
  readonly display: DisplayCopy;
  readonly loyaltyType: Customer["customer"]["loyaltyType"];
  readonly extendedFields: Customer["customer"]["extendedFields"];
  readonly associatedTillId: number | null;
  readonly channels: readonly store.NewChannelRow[];
  readonly history: readonly FieldHistory[];
}

/**
 * Changes one profile and the customer as a whole, if anything really changes: writes, notes it in the audit trail and tells
 * the others. Raises customers.unknown, customers.not_in_source, customers.no_way_back.
 */
export const updateCustomer = async (
  tx: Tx,
  hooks: CustomerHooks,
  actor: Actor,
  partyId: number,
  change: CustomerChange,
  changeId: number,
): Promise<void> => {
  const { orgId } = actor;
  const [, found] = await Promise.all([
    store.lockCustomers(tx, orgId, [partyId]),
    readCustomer(tx, orgId, partyId),
  ]);
  if (found === null) throw errors.unknown({ name: "id", value: partyId });
  // Merged while this waited for the lock.
  const { mergedInto } = found.customer;
  if (mergedInto !== null) return updateCustomer(tx, hooks, actor, mergedInto, change, changeId);
  const outcome = decide(found, change);
  if (outcome.history.length === 0) return;
  const now = hooks.clock.now();
  await write(tx, actor, found, outcome, now);
  await store.insertChanges(tx, orgId, [
    {
      id: changeId,
      partyId,
      changedAt: now,
      kind: "updated",
      actorKind: actor.kind,
      actorName: actor.name,
      actorSource: actor.source,
      tillId: actor.tillId,
      changes: outcome.history,
    },
  ]);
  const joinedLoyalty = outcome.loyaltyType !== found.customer.loyaltyType;
  await hooks.onUpdated(tx, actor, [{ partyId, orgId, joinedLoyalty }]);
  const { source, accountId } = change.profile;
  await hooks.publish(tx, [
    {
      orgId,
      partyId,
      type: "customer.updated",
      occurredAt: now,
      payload: {
        source,
        accountId,
        loyaltyType: outcome.loyaltyType,
        changes: outcome.history,
        tillId: actor.tillId,
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
      },
      requestId: actor.requestId,
    },
  ]);
};

const decide = (found: Customer, change: CustomerChange): Outcome => {
  const { customer } = found;
  const place = change.profile;
  const profile = found.profiles.find((row) => isSamePlace(row, place));
  if (profile === undefined) throw errors.not_in_source({ id: customer.partyId, source: place.source });
  if (change.loyaltyType === "non_loyalty" && customer.loyaltyType === "loyalty") throw errors.no_way_back();
  const history: FieldHistory[] = [];
  const note = (field: string, from: unknown, to: unknown) => {
    if (from !== to) history.push({ field, from, to });
  };
  const firstName = change.firstName === undefined ? profile.firstName : change.firstName;
  const lastName = change.lastName === undefined ? profile.lastName : change.lastName;
  note("firstName", profile.firstName, firstName);
  note("lastName", profile.lastName, lastName);
  const custom = applyFields(profile.customFields, change.customFields, "fields");
  const { rows, history: channelHistory } = channelRows(found, change);
  const inProfile = [...history, ...custom.history, ...channelHistory].map((item) => ({ ...item, ...place }));
  history.length = 0;
  const extended = applyFields(customer.extendedFields, change.extendedFields, "extendedFields");
  const loyaltyType = change.loyaltyType ?? customer.loyaltyType;
  const associatedTillId = change.associatedTillId ?? customer.associatedTillId;
  note("loyaltyType", customer.loyaltyType, loyaltyType);
  note("associatedTillId", customer.associatedTillId, associatedTillId);
  const names = shownNames(found, { ...profile, firstName, lastName });
  return {
    profile: { ...profile, firstName, lastName, customFields: custom.fields as ProfileRow["customFields"] },
    display: { ...customer, ...names },
    loyaltyType,
    extendedFields: extended.fields as Outcome["extendedFields"],
    associatedTillId,
    channels: rows,
    history: [...inProfile, ...extended.history, ...history],
  };
};

/** The customer is shown by the names of the newest profile that has them. */
const shownNames = ({ profiles }: Customer, changed: ProfileRow) => {
  const newestFirst = profiles.map((row) => (isSamePlace(row, changed) ? changed : row)).reverse();
  const name = (key: "firstName" | "lastName") =>
    newestFirst.map((row) => row[key]).find((value) => value !== null && value !== "") ?? null;
  return { firstName: name("firstName"), lastName: name("lastName") };
};

const channelRows = (found: Customer, { profile, channels }: CustomerChange) => {
  const known = found.channels.filter((row) => isSamePlace(row, profile));
  const rows: store.NewChannelRow[] = [];
  const history: FieldHistory[] = [];
  mergeChannels(known, channels ?? []).forEach(({ channel, before }, index) => {
    const shown = (it: typeof channel) => ({
      primary: it.isPrimary,
      verified: it.isVerified,
      subscribed: it.isSubscribed,
      meta: it.meta,
      attributes: it.attributes,
    });
    const from = before === null ? null : shown(before);
    const to = shown(channel);
    if (from !== null && canonical(from) === canonical(to)) return;
    const position = before === null ? known.length + index : known.indexOf(before);
    rows.push({ ...channel, ...profile, partyId: found.customer.partyId, position });
    history.push({ field: `commChannels.${channel.type}.${channel.value}`, from, to });
  });
  return { rows, history };
};

/** The database returns the keys of an object in an order of its own. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

const write = async (tx: Tx, actor: Actor, found: Customer, outcome: Outcome, now: Date): Promise<void> => {
  const { orgId } = actor;
  const { partyId } = found.customer;
  const author = { updatedAt: now, updatedBy: actor.name };
  const profiles = found.profiles.map((row) => (isSamePlace(row, outcome.profile) ? outcome.profile : row));
  const before = new Set(termsOf(found.profiles, found.identifiers));
  const after = new Set(termsOf(profiles, found.identifiers));
  const gone = [...before].filter((term) => !after.has(term));
  const fresh = [...after].filter((term) => !before.has(term));
  const touchesProfile = outcome.history.some((item) => item.source !== undefined);
  await Promise.all([
    store.updateCustomer(tx, orgId, {
      ...found.customer,
      ...outcome.display,
      loyaltyType: outcome.loyaltyType,
      extendedFields: outcome.extendedFields,
      associatedTillId: outcome.associatedTillId,
      sortName: sortNameOf(outcome.display),
      ...author,
    }),
    touchesProfile
      ? store.updateProfile(tx, orgId, { ...outcome.profile, ...author, updatedTillId: actor.tillId })
      : null,
    outcome.channels.length > 0 ? store.putChannels(tx, orgId, outcome.channels, now) : null,
    gone.length > 0 ? store.deleteTerms(tx, orgId, partyId, gone) : null,
    fresh.length > 0
      ? store.insertTerms(
          tx,
          orgId,
          fresh.map((term) => ({ partyId, term })),
        )
      : null,
  ]);
};
