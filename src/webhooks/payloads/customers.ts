import { isDeepStrictEqual } from "node:util";
import { isObject } from "#platform";
import { type Facts, numberIn, type Person, textIn } from "./facts.ts";
import { enteredBy, identifiersOfCustomer, keyValues, programDetails, tillIn, triggeredBy } from "./parts.ts";
import type { Teller, Told } from "./told.ts";

interface Change {
  readonly field: string;
  readonly source?: string;
  readonly accountId?: string;
  readonly from: unknown;
  readonly to: unknown;
}

const actorIn = (payload: Readonly<Record<string, unknown>>) =>
  isObject(payload.actor) ? payload.actor : undefined;

const loyaltyTypeOf = (person: Person | undefined): "LOYALTY" | "NON_LOYALTY" =>
  person?.customer.loyaltyType === "non_loyalty" ? "NON_LOYALTY" : "LOYALTY";

/** The profile that an event is about: of the source that it names, else the first. */
const profileOf = (person: Person | undefined, source: string | null, accountId: string | null) =>
  person?.profiles.find(
    (profile) => profile.source === source && (accountId === null || profile.accountId === accountId),
  ) ?? person?.profiles[0];

const profileFields = (facts: Facts, partyId: number, source: string | null, accountId: string | null) => {
  const person = facts.people.get(partyId);
  const profile = profileOf(person, source, accountId);
  return {
    customerIdentifiers: identifiersOfCustomer(facts, partyId),
    loyaltyType: loyaltyTypeOf(person),
    source: profile?.source ?? source ?? person?.customer.source ?? "INSTORE",
    accountId: profile?.accountId || null,
    firstName: profile?.firstName ?? null,
    lastName: profile?.lastName ?? null,
    customFields: keyValues(profile?.customFields),
    extendedFields: keyValues(person?.customer.extendedFields),
  };
};

/** Source and account of the first profile in an event. */
const firstProfile = (payload: Readonly<Record<string, unknown>>) => {
  const [profile] = Array.isArray(payload.profiles) ? payload.profiles : [payload];
  return isObject(profile)
    ? { source: textIn(profile, "source"), accountId: textIn(profile, "accountId") }
    : { source: null, accountId: null };
};

export const tellRegistration: Teller = (event, facts) => {
  const { source, accountId } = firstProfile(event.payload);
  const person = facts.people.get(event.partyId);
  return [
    {
      name: "customerAdded",
      reference: String(event.partyId),
      ...(person === undefined ? {} : { at: person.customer.createdAt }),
      data: {
        ...profileFields(facts, event.partyId, source, accountId),
        enteredAt: event.occurredAt.getTime(),
        enteredBy: enteredBy(facts, tillIn(event), actorIn(event.payload)),
      },
    },
  ];
};

const CHANNEL = /^commChannels\.([^.]+)\.(.*)$/s;

const fieldType = (field: string): string => {
  if (field.startsWith("fields.")) return "CustomField";
  if (field.startsWith("extendedFields.")) return "ExtendedField";
  return field.startsWith("identifiers") ? "Identifier" : "ProfileField";
};

const asValue = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
};

const updatedField = ({ field, source, accountId, from, to }: Change) => ({
  fieldName: field.replace(/^(fields|extendedFields)\./, ""),
  previousValue: asValue(from),
  currentValue: asValue(to),
  source: source ?? null,
  accountId: accountId || null,
  fieldType: fieldType(field),
});

const subscribed = (value: unknown): boolean | null =>
  isObject(value) && typeof value.subscribed === "boolean" ? value.subscribed : null;

const statusOf = (isSubscribed: boolean | null): string | null =>
  isSubscribed === null ? null : isSubscribed ? "OPTIN" : "OPTOUT";

/** Whether nothing but the subscription of a channel changed. */
const isOnlySubscription = ({ from, to }: Change): boolean =>
  isObject(from) &&
  isObject(to) &&
  isDeepStrictEqual({ ...from, subscribed: null }, { ...to, subscribed: null });

const subscriptionIn = ({ field, source, accountId, from, to }: Change) => {
  const channel = CHANNEL.exec(field)?.[1];
  const [before, after] = [subscribed(from), subscribed(to)];
  if (channel === undefined || before === after) return [];
  return [
    {
      sourceAccountId: accountId || null,
      sourceName: source ?? null,
      channel,
      priority: null,
      previousStatus: statusOf(before),
      currentStatus: statusOf(after),
      ouId: null,
      ouCode: null,
    },
  ];
};

/** What changed is told as `customerUpdated`, but for subscriptions: those are events of their own. */
export const tellUpdate: Teller = (event, facts) => {
  const { partyId, payload, occurredAt } = event;
  const changes = (Array.isArray(payload.changes) ? payload.changes : []) as Change[];
  const subscriptions = changes.flatMap(subscriptionIn);
  const fields = changes.filter(
    (change) => subscriptionIn(change).length === 0 || !isOnlySubscription(change),
  );
  const { source, accountId } = firstProfile(payload);
  const told: Told[] = [];
  if (fields.length > 0 || changes.length === 0)
    told.push({
      name: "customerUpdated",
      reference: String(partyId),
      data: {
        ...profileFields(facts, partyId, source, accountId),
        enteredAt: occurredAt.getTime(),
        enteredBy: enteredBy(facts, tillIn(event), actorIn(payload)),
        ...triggeredBy(facts, partyId, "CustomerUpdate", tillIn(event)),
        updatedFields: fields.map(updatedField),
      },
    });
  if (subscriptions.length > 0)
    told.push({
      name: "customerSubscription",
      reference: String(partyId),
      data: { customerIdentifiers: identifiersOfCustomer(facts, partyId), subscriptions },
    });
  return told;
};

/** Identifiers as the event has them where the customer is no longer there to be asked. */
const namedIn = (facts: Facts, value: unknown) => {
  const named = isObject(value) ? value : {};
  const partyId = numberIn(named, "customerId");
  const known = identifiersOfCustomer(facts, partyId ?? 0);
  const { mobile = null, email = null, externalId = null } = named;
  const instore = "instore" in known ? known.instore : {};
  return { ...known, customerId: partyId, instore: { ...instore, id: partyId, mobile, email, externalId } };
};

export const tellMerge: Teller = ({ partyId, payload, occurredAt }, facts) => {
  const tillId = numberIn(payload, "tillId");
  const actor = actorIn(payload);
  const mergeId = numberIn(payload, "mergeId");
  return [
    {
      name: "loyaltyCustomerMerge",
      reference: mergeId === null ? null : String(mergeId),
      data: {
        survivorCustomerIdentifiers: namedIn(facts, payload.survivorCustomerIdentifiers),
        victimCustomerIdentifiers: namedIn(facts, payload.victimCustomerIdentifiers),
        ...triggeredBy(facts, partyId, "CustomerMerge", tillId, { mergeId }),
        enteredBy: enteredBy(facts, tillId, actor),
        loyaltyProgramDetails: facts.programs.all.map((program) =>
          programDetails(program, occurredAt.getTime()),
        ),
        survivorCustomerLoyaltySummary: payload.survivorCustomerLoyaltySummary ?? [],
      },
    },
  ];
};
