import {
  type CustomerRow,
  findCustomers,
  type IdentifierRow,
  identifiersOf,
  type ProfileRow,
  profilesOf,
} from "#customers";
import { type Account, loadAccounts } from "#ledger";
import { loadMemberships, type Membership, type OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import type { Tx } from "#platform";
import type { TakenEvent } from "../intake.ts";
import {
  type EventKey,
  loadAwards,
  loadBills,
  loadEntries,
  loadParked,
  type ParkedBill,
  type ToldAward,
  type ToldBill,
  type ToldEntry,
} from "./reads.ts";

/** Who a customer is. */
export interface Person {
  readonly customer: CustomerRow;
  readonly profiles: readonly ProfileRow[];
  readonly identifiers: readonly IdentifierRow[];
}

/** All that bodies of a batch of events tell beside the events themselves, as it stands when they are written. */
export interface Facts {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly people: ReadonlyMap<number, Person>;
  readonly accounts: readonly Account[];
  readonly memberships: readonly Membership[];
  readonly bills: ReadonlyMap<number, ToldBill>;
  /** Postings of an event of the journal. */
  entries(partyId: number, eventNo: number | null): readonly ToldEntry[];
  /** Lots that an event opened. */
  awards(partyId: number, eventNo: number | null): readonly ToldAward[];
  readonly parked: ReadonlyMap<number, ParkedBill>;
}

export const numberIn = (payload: Readonly<Record<string, unknown>>, key: string): number | null => {
  const value = payload[key];
  return typeof value === "number" ? value : null;
};

export const textIn = (payload: Readonly<Record<string, unknown>>, key: string): string | null => {
  const value = payload[key];
  return typeof value === "string" && value !== "" ? value : null;
};

const distinct = (items: readonly (number | null)[]): number[] => [
  ...new Set(items.filter((item) => item !== null)),
];

const keyOf = ({ partyId, eventNo }: EventKey): string => `${partyId}/${eventNo}`;

const grouped = <Row extends EventKey>(rows: readonly Row[]): ReadonlyMap<string, Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
};

/** Who is named in an event beside its party. */
const othersIn = ({ payload }: TakenEvent): (number | null)[] => {
  const idIn = (key: string) =>
    numberIn((payload[key] ?? {}) as Readonly<Record<string, unknown>>, "customerId");
  return [
    numberIn(payload, "otherPartyId"),
    idIn("survivorCustomerIdentifiers"),
    idIn("victimCustomerIdentifiers"),
  ];
};

/** Reads what a batch of events needs: a handful of statements, however many there are. */
export const loadFacts = async (
  tx: Tx,
  organisation: Organisation,
  programs: OrgPrograms,
  events: readonly TakenEvent[],
): Promise<Facts> => {
  const orgId = organisation.id;
  const partyIds = distinct(events.flatMap((event) => [event.partyId, ...othersIn(event)]));
  const [customers, profiles, identifiers, accounts, memberships, bills, parked] = await Promise.all([
    findCustomers(tx, orgId, partyIds),
    profilesOf(tx, orgId, partyIds),
    identifiersOf(tx, orgId, partyIds),
    loadAccounts(tx, orgId, partyIds),
    loadMemberships(tx, orgId, partyIds),
    billsOf(tx, orgId, partyIds, events),
    parkedOf(tx, orgId, partyIds, events),
  ]);
  const keys = eventKeys(events, bills);
  const own = keys.length === 0 ? [] : await loadAwards(tx, orgId, keys);
  // Converted points name the lots that they were, and those the bills that earned them.
  const parents = own.flatMap(({ partyId, parentEventNo }) =>
    parentEventNo === null ? [] : [{ partyId, eventNo: parentEventNo }],
  );
  const [entries, before, earning] = await Promise.all([
    keys.length === 0 ? [] : loadEntries(tx, orgId, keys),
    parents.length === 0 ? [] : loadAwards(tx, orgId, parents),
    parents.length === 0
      ? []
      : loadBills(tx, orgId, partyIds, distinct(own.map(({ transactionId }) => transactionId)), []),
  ]);
  const known = new Set(own.map((award) => `${keyOf(award)}/${award.lineNo}`));
  const awards = [...own, ...before.filter((award) => !known.has(`${keyOf(award)}/${award.lineNo}`))];
  const [entriesByEvent, awardsByEvent] = [grouped(entries), grouped(awards)];
  const inEvent =
    <Row>(groups: ReadonlyMap<string, Row[]>) =>
    (partyId: number, eventNo: number | null): readonly Row[] =>
      eventNo === null ? [] : (groups.get(keyOf({ partyId, eventNo })) ?? []);
  return {
    organisation,
    programs,
    people: new Map(
      customers.map((customer) => [
        customer.partyId,
        {
          customer,
          profiles: profiles.filter(({ partyId }) => partyId === customer.partyId),
          identifiers: identifiers.filter(({ partyId }) => partyId === customer.partyId),
        },
      ]),
    ),
    accounts,
    memberships,
    bills: new Map([...bills, ...earning].map((bill) => [bill.id, bill])),
    entries: inEvent(entriesByEvent),
    awards: inEvent(awardsByEvent),
    parked: new Map(parked.map((bill) => [bill.id, bill])),
  };
};

const billsOf = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  events: readonly TakenEvent[],
): Promise<ToldBill[]> | readonly ToldBill[] => {
  const ids = distinct(
    events.flatMap(({ payload }) => [numberIn(payload, "transactionId"), numberIn(payload, "originalId")]),
  );
  const parents = distinct(events.map(({ payload }) => numberIn(payload, "originalId")));
  return ids.length === 0 ? [] : loadBills(tx, orgId, partyIds, ids, parents);
};

const parkedOf = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  events: readonly TakenEvent[],
): Promise<ParkedBill[]> | readonly ParkedBill[] => {
  const ids = distinct(events.map(({ payload }) => numberIn(payload, "rejectedId")));
  return ids.length === 0 ? [] : loadParked(tx, orgId, partyIds, ids);
};

/** Events of the journal that are told of: those that the events name, and those of the returns of their bills. */
const eventKeys = (events: readonly TakenEvent[], bills: readonly ToldBill[]): EventKey[] => {
  const named = events.flatMap(({ partyId, payload }) => {
    const eventNo = numberIn(payload, "eventNo");
    return eventNo === null ? [] : [{ partyId, eventNo }];
  });
  const returns = bills.flatMap(({ partyId, parentId, eventNo }) =>
    parentId === null || eventNo === null ? [] : [{ partyId, eventNo }],
  );
  return [...new Map([...named, ...returns].map((key) => [keyOf(key), key])).values()];
};
