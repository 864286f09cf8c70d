import { newestEventBefore, POINTS } from "#ledger";
import { type Instant, localDate, parseDateTime, startOfDay } from "#platform";
import { errors } from "../errors.ts";
import { takeSnapshot } from "../journal/store.ts";
import { type LiabilityParts, namesOf } from "../liability/names.ts";
import { worthOf } from "../liability/rules.ts";
import { firstOfMonth } from "../rules.ts";
import { accountsOf, worthOfAll } from "./rules.ts";
import type { Statement } from "./schema.ts";
import * as store from "./store.ts";

export type Statements = ReturnType<typeof createStatements>;

/** Months ahead whose expiring points a statement names. */
const EXPIRY_MONTHS = 3;
/** Beyond this a statement is no reading for people, and the ledger's pages are. */
export const MOST_LINES = 5000;

const midnight = (day: string, zone: string): Instant => {
  const instant = parseDateTime(day, { zone });
  if (instant === null) throw errors.future_month({ field: "month", value: day.slice(0, 7) });
  return instant;
};

/** Statements of customers' months, from the journal. */
export const createStatements = (parts: LiabilityParts) => {
  const { db, clock, orgs } = parts;

  /**
   * A customer's month in the organisation's zone. Raises insights.unknown_customer, future_month, before_customer (the month
   * ended before there was anything to state), too_many_lines.
   */
  const read = async (orgId: number, partyId: number, month: string): Promise<Statement> => {
    const asOf = clock.now().getTime();
    const [organisation, names] = await Promise.all([orgs.get(orgId), namesOf(parts, orgId)]);
    const { timeZone, moneyScale } = organisation;
    const today = localDate(asOf, timeZone);
    if (month > today.slice(0, 7)) throw errors.future_month({ field: "month", value: month });
    const from = midnight(`${month}-01`, timeZone);
    const next = firstOfMonth(`${month}-01`, 1);
    const until = midnight(next, timeZone);
    const isOpen = month === today.slice(0, 7);
    const expiryFrom = isOpen ? startOfDay(asOf, timeZone) : until;
    const expiryBefore = isOpen
      ? midnight(sameDay(today, EXPIRY_MONTHS), timeZone)
      : midnight(firstOfMonth(next, EXPIRY_MONTHS), timeZone);

    const { customer, facts } = await db.transaction(orgId, async (tx) => {
      await takeSnapshot(tx);
      const found = await store.findCustomer(tx, orgId, partyId);
      if (found === null) throw errors.unknown_customer({ id: partyId });
      const begins = Math.min(
        found.registeredAt.getTime(),
        found.firstBookedAt?.getTime() ?? Number.POSITIVE_INFINITY,
      );
      if (until <= begins)
        throw errors.before_customer({ field: "month", value: month, date: localDate(begins, timeZone) });
      const state = store.stateOf(partyId, found);
      const before = await newestEventBefore(tx, orgId, state, from, false);
      const last = await newestEventBefore(tx, orgId, state, until, false);
      const [accounts, entries, expiring] = await Promise.all([
        store.readAccounts(tx, orgId, partyId, last),
        store.readEntries(tx, orgId, partyId, before + 1, last, MOST_LINES + 1),
        store.readExpiring(tx, orgId, partyId, last, new Date(expiryFrom), new Date(expiryBefore)),
      ]);
      if (entries.length > MOST_LINES) throw errors.too_many_lines({ field: "month", most: MOST_LINES });
      return { customer: found, facts: { accounts, entries, expiring } };
    });

    const accounts = accountsOf(
      facts,
      {
        program: names.program,
        currency: (id) => (id === POINTS ? "" : names.currency(id)),
        storeOf: (tillId) => organisation.storeOfTill(tillId)?.name ?? null,
        worth: (account, points) => worthOf(points, names.ratioOf(account), moneyScale),
      },
      timeZone,
    );
    const { name, address, website, language, country, currency } = organisation;
    return {
      organisation: { name, address, website, language, country, timeZone, currency, moneyScale },
      customer: {
        id: partyId,
        name: [customer.firstName, customer.lastName]
          .filter((part) => part !== null && part !== "")
          .join(" "),
      },
      month,
      from,
      until,
      asOf,
      isOpen,
      accounts,
      worth: worthOfAll(accounts),
    };
  };

  return { read };
};

/** The day after the same day some months later; the month's last where it has no such day. */
const sameDay = (day: string, months: number): string => {
  const first = firstOfMonth(day, months);
  const lastDay = Number(
    new Date(Date.parse(`${firstOfMonth(first, 1)}T00:00:00Z`) - 86_400_000).toISOString().slice(8, 10),
  );
  const number = Math.min(Number(day.slice(8, 10)), lastDay);
  return new Date(Date.parse(`${first.slice(0, 8)}${String(number).padStart(2, "0")}T00:00:00Z`) + 86_400_000)
    .toISOString()
    .slice(0, 10);
};
