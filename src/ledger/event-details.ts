import { rawSql, sql, type Tx } from "#platform";
import { COLUMNS, type LedgerLine } from "./pages.ts";
import type { Category, LotDetails, LotKey, LotSource, UseKind } from "./schema.ts";

/** Numbers of a party's events that have one of these event log ids. */
export const eventsWithIds = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventIds: readonly number[],
): Promise<{ eventNo: number; eventId: number }[]> =>
  tx.rows(sql`/* ledger.events_with_ids */
    select event_no as "eventNo", event_id as "eventId" from ledger.entries
     where org_id = ${orgId} and party_id = ${partyId} and event_id = any(${eventIds}::bigint[]) and line_no = 1`);

/**
 * A page of the numbers of a party's events of one name, newest first, and how many there are: those about one of
 * `referenceIds` (−1: about no bill), or all when it is null. Reads the party's journal from end to end.
 */
export const eventsAbout = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventName: string,
  referenceIds: readonly number[] | null,
  page: { readonly limit: number; readonly skip: number },
): Promise<{ eventNos: number[]; total: number }> => {
  const rows = await tx.rows<{ eventNo: number; total: number }>(sql`/* ledger.events_about */
    select event_no as "eventNo", count(*) over () as total from ledger.entries
     where org_id = ${orgId} and party_id = ${partyId} and event_name = ${eventName} and line_no = 1
       and (${referenceIds === null}::boolean
            or coalesce((reference ->> 'transactionId')::bigint, -1) = any(${referenceIds ?? []}::bigint[]))
     order by event_no desc limit ${page.limit} offset ${page.skip}`);
  return { eventNos: rows.map(({ eventNo }) => eventNo), total: rows[0]?.total ?? 0 };
};

/** All lines of some events of a party, in order. */
export const linesNumbered = (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
): Promise<LedgerLine[]> =>
  tx.rows<LedgerLine>(
    rawSql(
      `/* ledger.lines_numbered */ select ${COLUMNS} from ledger.entries
        where org_id = $1 and party_id = $2 and event_no = any($3::bigint[]) order by event_no, line_no`,
      [orgId, partyId, eventNos],
    ),
  );

/** What an event gave: the lots that it opened. */
export interface AwardedLot extends LotKey {
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly amount: number;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly rolls: boolean;
  readonly source: LotSource;
  readonly billLine: number;
  readonly convertsAt: Date | null;
  readonly details: LotDetails | null;
}

export const lotsNumbered = (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
): Promise<AwardedLot[]> =>
  tx.rows<AwardedLot>(sql`/* ledger.lots_numbered */
    select event_no as "eventNo", line_no as "lineNo", program_id as "programId", currency_id as "currencyId", category,
           amount, opened_at as "openedAt", expires_at as "expiresAt", rolls, source, bill_line as "billLine",
           converts_at as "convertsAt", details
      from ledger.lots
     where org_id = ${orgId} and party_id = ${partyId} and event_no = any(${eventNos}::bigint[])
     order by event_no, line_no`);

/** What an event took from lots, and gave back to them where it is negative. */
export interface TakenLot extends LotKey {
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly amount: number;
  readonly kind: UseKind;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly rolls: boolean;
}

export const usesNumbered = (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
): Promise<TakenLot[]> =>
  tx.rows<TakenLot>(sql`/* ledger.uses_numbered */
    select u.event_no as "eventNo", u.line_no as "lineNo", l.program_id as "programId", l.currency_id as "currencyId",
           l.category, u.amount, u.kind, l.opened_at as "openedAt", l.expires_at as "expiresAt", l.rolls
      from ledger.lot_uses u
      join ledger.lots l on l.party_id = u.party_id and l.event_no = u.lot_event_no and l.line_no = u.lot_line_no
     where u.org_id = ${orgId} and u.party_id = ${partyId} and u.event_no = any(${eventNos}::bigint[])
     order by u.event_no, u.line_no, l.expires_at nulls last, u.lot_event_no, u.lot_line_no`);
