import type { PartyState } from "#ledger";
import { sql, type Tx } from "#platform";
import type { AccountFacts, EntryFacts, ExpiringFacts } from "./rules.ts";

export interface CustomerRow {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly registeredAt: Date;
  readonly eventCount: number;
  readonly lastBookedAt: Date;
  /** When the first ledger event was booked; null when there is none. */
  readonly firstBookedAt: Date | null;
}

/** A customer with the state of their ledger, or null. */
export const findCustomer = (tx: Tx, orgId: number, partyId: number): Promise<CustomerRow | null> =>
  tx.maybeOne<CustomerRow>(sql`/* insights.find_statement_customer */
    select n.first_name as "firstName", n.last_name as "lastName", r.registered_at as "registeredAt",
           p.event_count as "eventCount", p.last_booked_at as "lastBookedAt",
           (select booked_at from ledger.entries_v e
             where e.org_id = n.org_id and e.party_id = n.party_id and e.event_no = 1 and e.line_no = 1) as "firstBookedAt"
      from customers.names_v n
      join customers.registrations_v r on r.party_id = n.party_id and r.org_id = n.org_id
      join ledger.parties_v p on p.party_id = n.party_id and p.org_id = n.org_id
     where n.org_id = ${orgId} and n.party_id = ${partyId}`);

export const stateOf = (partyId: number, { eventCount, lastBookedAt }: CustomerRow): PartyState => ({
  partyId,
  eventCount,
  lastBookedAt,
});

/** Accounts as they are now, with what events after `last` moved on them. */
export const readAccounts = (tx: Tx, orgId: number, partyId: number, last: number): Promise<AccountFacts[]> =>
  tx.rows<AccountFacts>(sql`/* insights.statement_accounts */
    select a.program_id as "programId", a.currency_id as "currencyId", a.category, a.balance,
           coalesce(l.moved, 0)::bigint as "movedLater"
      from ledger.accounts_v a
      left join (select program_id, currency_id, category, sum(amount) as moved from ledger.entries_v
                  where org_id = ${orgId} and party_id = ${partyId} and event_no > ${last}
                  group by program_id, currency_id, category) l
        on l.program_id = a.program_id and l.currency_id = a.currency_id and l.category = a.category
     where a.org_id = ${orgId} and a.party_id = ${partyId}`);

/** Entries of events numbered from `first` to `last`, in order, `most` at most. */
export const readEntries = (
  tx: Tx,
  orgId: number,
  partyId: number,
  first: number,
  last: number,
  most: number,
): Promise<EntryFacts[]> =>
  tx.rows<EntryFacts>(sql`/* insights.statement_entries */
    select event_no as "eventNo", line_no as "lineNo", event_name as "eventName", booked_at as "bookedAt",
           program_id as "programId", currency_id as "currencyId", category, contra, amount,
           balance_after as "balanceAfter", till_id as "tillId", reference
      from ledger.entries_v
     where org_id = ${orgId} and party_id = ${partyId} and event_no between ${first} and ${last}
     order by event_no, line_no limit ${most}`);

/** What lots that expire within a span held after event `last`. */
export const readExpiring = (
  tx: Tx,
  orgId: number,
  partyId: number,
  last: number,
  from: Date,
  before: Date,
): Promise<ExpiringFacts[]> =>
  tx.rows<ExpiringFacts>(sql`/* insights.statement_expiring */
    select l.program_id as "programId", l.currency_id as "currencyId", l.category, l.expires_at as "expiresAt",
           sum(l.amount - coalesce(u.used, 0))::bigint as remaining
      from ledger.lots_v l
      left join lateral (
        select sum(amount) as used from ledger.lot_uses_v u
         where u.org_id = ${orgId} and u.party_id = l.party_id and u.lot_event_no = l.event_no
           and u.lot_line_no = l.line_no and u.event_no <= ${last}) u on true
     where l.org_id = ${orgId} and l.party_id = ${partyId} and l.event_no <= ${last}
       and l.expires_at >= ${from.toISOString()}::timestamptz and l.expires_at < ${before.toISOString()}::timestamptz
     group by l.program_id, l.currency_id, l.category, l.expires_at
    having sum(l.amount - coalesce(u.used, 0)) > 0
     order by l.expires_at`);

/** How many statements a customer was sent since an instant. */
export const countStatementMails = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  since: Date,
): Promise<number> => {
  const { count } = await tx.one<{ count: number }>(sql`/* insights.count_statement_mails */
    select count(*) as count from messages.messages_v
     where org_id = ${orgId} and party_id = ${partyId} and kind = 'statement' and created_at > ${since}`);
  return count;
};
