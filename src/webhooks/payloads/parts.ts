import type { Account, Category } from "#ledger";
import type { ProgramHistory } from "#loyalty";
import { type Instant, localDate, type Millipoints, type Money, POINTS_SCALE, toDecimal } from "#platform";
import { SOURCE_NAMES } from "../catalogue/shapes.ts";
import { documentedTime } from "../documented-time.ts";
import type { TakenEvent } from "../intake.ts";
import { type Facts, numberIn, type Person } from "./facts.ts";

/** Parts that bodies of several events are made of. Fields that a webhook must ask for are there; what it did not ask for is left out when it is sent. */

export const points = (amount: Millipoints): number => toDecimal(amount, POINTS_SCALE);

/** Money in hundredths of the minor unit. */
export const money = ({ organisation }: Facts, amount: Money): number =>
  toDecimal(amount, organisation.moneyScale);

export const day = ({ organisation }: Facts, at: Instant | Date | null): string | null =>
  at === null ? null : localDate(at instanceof Date ? at.getTime() : at, organisation.timeZone);

/** Values by name as the list that bodies have. */
export const keyValues = (values: Readonly<Record<string, unknown>> | undefined) =>
  Object.entries(values ?? {}).map(([key, value]) => ({ key, value: asText(value) }));

const asText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
};

const instoreOf = ({ customer, identifiers }: Person) => {
  const own = identifiers.filter(({ source }) => source === "INSTORE");
  const first = (type: string) => own.find((item) => item.type === type)?.value ?? null;
  const cards = own.filter(({ type }) => type === "cardnumber").map(({ value }) => value);
  return {
    id: customer.partyId,
    mobile: first("mobile"),
    email: first("email"),
    externalId: first("externalId"),
    cardnumber: cards[0] ?? null,
    cardexternalid: first("cardExternalId"),
    cardNumbers: cards,
  };
};

const otherSourcesOf = ({ profiles, identifiers }: Person) =>
  Object.entries(SOURCE_NAMES).flatMap(([source, name]) => {
    const accounts = profiles
      .filter((profile) => profile.source === source)
      .map(({ accountId }) => ({
        accountId: accountId === "" ? null : accountId,
        identifiers: identifiers
          .filter((item) => item.source === source && item.accountId === accountId)
          .map(({ type, value }) => ({ identifierType: type, identifierValue: value })),
      }));
    return accounts.length === 0 ? [] : [[name, { accounts }] as const];
  });

/** What a customer is known by, in every source. */
export const identifiersOfCustomer = ({ people }: Facts, partyId: number) => {
  const person = people.get(partyId);
  if (person === undefined) return { customerId: null };
  const { firstName, lastName, loyaltyType } = person.customer;
  return {
    customerId: partyId,
    firstName,
    lastName,
    loyaltyType,
    instore: instoreOf(person),
    ...Object.fromEntries(otherSourcesOf(person)),
  };
};

/** The till and store at which something happened, or the person who did it. */
export const enteredBy = (
  { organisation }: Facts,
  tillId: number | null,
  actor?: { readonly kind?: unknown; readonly id?: unknown; readonly name?: unknown },
) => {
  const till = tillId === null ? null : organisation.till(tillId);
  const store = tillId === null ? null : organisation.storeOfTill(tillId);
  const user =
    actor?.kind === "user" && typeof actor.name === "string" ? { user: { username: actor.name } } : {};
  const id = till?.id ?? (typeof actor?.id === "number" ? actor.id : null);
  return {
    id,
    ...user,
    ...(till === null ? {} : { till: { code: till.code, name: till.name } }),
    ...(store === null
      ? {}
      : {
          store: {
            code: store.code,
            name: store.name,
            externalId: store.externalIds[0] ?? null,
            externalId1: store.externalIds[1] ?? null,
            externalId2: store.externalIds[2] ?? null,
          },
        }),
  };
};

export const entityOf = (partyId: number) => ({
  entityInformation: { entityType: "USER", entityId: partyId },
});

/** What set an event off. Without a bill `billId` is "-1", as documented. */
export const triggeredBy = (
  facts: Facts,
  partyId: number,
  name: string,
  tillId: number | null,
  identifiers: Readonly<Record<string, string | number | null>> = {},
) => ({
  triggeringActivity: {
    name,
    identifiers: Object.entries(identifiers).map(([key, value]) => ({
      key,
      value: value === null ? "-1" : String(value),
    })),
    enteredBy: enteredBy(facts, tillId),
    ...entityOf(partyId),
    additionalAttributes: [],
  },
});

export const programDetails = (history: ProgramHistory, at: Instant) => {
  const program = history.inForce(at);
  return {
    id: program.programId,
    name: program.name,
    isDefault: program.isDefault,
    pointsToCurrencyRatio: program.pointsToCurrencyRatio,
    tiers: program.tiers.map(({ name }, index) => ({ tierNumber: index + 1, tierName: name })),
  };
};

export const programOf = ({ programs }: Facts, programId: number, at: Instant) => {
  const history = programs.byId(programId);
  return {
    loyaltyProgramId: programId,
    ...(history === null ? {} : { loyaltyProgramDetails: programDetails(history, at) }),
  };
};

export const accountOf = (
  { accounts }: Facts,
  partyId: number,
  programId: number,
  currencyId: number,
  category: Category = 1,
): Account | undefined =>
  accounts.find(
    (account) =>
      account.partyId === partyId &&
      account.programId === programId &&
      account.currencyId === currencyId &&
      account.category === category,
  );

/** Points of the program that can be spent after an event, and all that were ever given, when it is told. */
export const standingIn = (
  facts: Facts,
  partyId: number,
  programId: number,
  currencyId: number,
  eventNo: number | null,
): { readonly current: number; readonly lifetime: number } => {
  const account = accountOf(facts, partyId, programId, currencyId);
  const after = facts
    .entries(partyId, eventNo)
    .filter(
      (entry) => entry.programId === programId && entry.currencyId === currencyId && entry.category === 1,
    )
    .at(-1)?.balanceAfter;
  return {
    current: points(after ?? account?.balance ?? 0),
    lifetime: points((account?.issued ?? 0) + (account?.received ?? 0)),
  };
};

/** What the customer can spend over all programs. */
export const availableBalance = ({ accounts }: Facts, partyId: number): number =>
  points(
    accounts
      .filter((account) => account.partyId === partyId && account.currencyId === 0 && account.category === 1)
      .reduce((sum, { balance }) => sum + balance, 0),
  );

/** Number and name of a currency other than points. */
export const currencyNamed = ({ programs }: Facts, programId: number, currencyId: number) => {
  const currency = programs.byId(programId)?.newest.currencies.get(currencyId);
  return {
    alternateCurrencyName: currency?.name ?? null,
    alternateCurrencyIdentifier: currency?.identifier ?? String(currencyId),
  };
};

export const tillIn = ({ payload }: TakenEvent): number | null => numberIn(payload, "tillId");

/** `2025-03-04T18:20:05.120+0530` in the organisation's zone. */
export const dateTime = ({ organisation }: Pick<Facts, "organisation">, at: Date): string =>
  documentedTime(at, organisation.timeZone);
