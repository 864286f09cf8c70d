import { type Millipoints, sql, type Tx } from "#platform";
import type { Category, Contra } from "./schema.ts";

/** The account of regular points after one event. */
export interface BalanceStep {
  readonly partyId: number;
  readonly eventNo: number;
  readonly recordedAt: Date;
  readonly balance: Millipoints;
  /** All that was ever issued to it or received. */
  readonly lifetime: Millipoints;
}

/** How the regular points of parties in a program went, event by event. */
export const readBalanceSteps = (
  tx: Tx,
  orgId: number,
  programId: number,
  partyIds: readonly number[],
): Promise<BalanceStep[]> =>
  tx.rows<BalanceStep>(sql`/* ledger.read_balance_steps */
    select party_id as "partyId", event_no as "eventNo", recorded_at as "recordedAt", balance_after as balance,
           (sum(case when contra = 'issued' or (contra in ('transfer', 'conversion', 'merge') and amount > 0) then amount else 0 end)
              over (partition by party_id order by event_no, line_no))::bigint as lifetime
      from ledger.entries
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and program_id = ${programId}
       and currency_id = 0 and category = 1
     order by party_id, event_no, line_no`);

/** What an event moved in accounts of one program. */
export interface EventMovement {
  readonly partyId: number;
  readonly eventNo: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly contra: Contra;
  readonly bookedAt: Date;
  readonly amount: Millipoints;
}

/** What some events moved, by account and by what it was against. Events of a party are numbered, so both are asked for together. */
export const readEventMovements = (
  tx: Tx,
  orgId: number,
  programId: number,
  events: readonly { readonly partyId: number; readonly eventNo: number }[],
): Promise<EventMovement[]> =>
  tx.rows<EventMovement>(sql`/* ledger.read_event_movements */
    select e.party_id as "partyId", e.event_no as "eventNo", e.currency_id as "currencyId", e.category, e.contra,
           min(e.booked_at) as "bookedAt", sum(e.amount)::bigint as amount
      from unnest(${events.map(({ partyId }) => partyId)}::bigint[], ${events.map(({ eventNo }) => eventNo)}::bigint[])
           asked (party_id, event_no)
      join ledger.entries e on e.party_id = asked.party_id and e.event_no = asked.event_no
     where e.org_id = ${orgId} and e.program_id = ${programId} and e.contra <> 'opening'
     group by e.party_id, e.event_no, e.currency_id, e.category, e.contra`);
