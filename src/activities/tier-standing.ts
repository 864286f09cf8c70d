import type { PeriodStanding, StandingIn, StandingQuestion } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import { type Instant, sql, type Tx } from "#platform";
import { victimsOf } from "./store.ts";
import { zoneOfStore } from "./visits.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

/** A question as one of the parties answers it whose bills are the member's. */
interface Part extends StandingQuestion {
  readonly question: number;
}

type Row = PeriodStanding & { readonly question: number };

/**
 * What members did in stretches of time: bills dated in them that count, with what went back of those bills taken off whenever it did, and
 * points that their ledgers earned in them. Bills and points of those who were merged into a member are the member's.
 */
export const createStandingIn =
  ({ orgs }: { readonly orgs: Pick<Orgs, "get"> }): StandingIn =>
  async (tx, orgId, questions) => {
    if (questions.length === 0) return [];
    const [organisation, merged] = await Promise.all([
      orgs.get(orgId),
      victimsOf(tx, orgId, [...new Set(questions.map(({ partyId }) => partyId))]),
    ]);
    const parts = questions.flatMap((item, question): Part[] => [
      { ...item, question },
      ...merged
        .filter(({ partyId }) => partyId === item.partyId)
        .map(({ victimId }) => ({ ...item, partyId: victimId, question })),
    ]);
    const [bills, points] = await Promise.all([
      sumBills(tx, organisation, parts),
      sumPoints(tx, orgId, parts),
    ]);
    const ofBills = new Map(bills.map((row) => [row.question, row]));
    const ofPoints = new Map(points.map((row) => [row.question, row.points]));
    return questions.map((_, index) => ({
      purchases: ofBills.get(index)?.purchases ?? 0,
      visits: ofBills.get(index)?.visits ?? 0,
      points: ofPoints.get(index) ?? 0,
    }));
  };

/** A bill counts by what its decision counted; a day is a visit in the zone of its store, unless all of it went back. */
const sumBills = (
  tx: Tx,
  organisation: Organisation,
  parts: readonly Part[],
): Promise<Omit<Row, "points">[]> => {
  const { id: orgId } = organisation;
  const stores = organisation
    .entities("STORE")
    .map(({ id }) => ({ id, zone: zoneOfStore(organisation, id) }));
  return tx.rows(sql`/* activities.sum_bills_of_periods */
    select b.question, sum(b.amount)::bigint as purchases, count(distinct b.day) filter (where b.is_left) as visits
      from (
        select q.question, (t.billed_at at time zone coalesce(s.zone, ${organisation.timeZone}))::date as day,
               greatest(0, (t.trace ->> 'amount')::bigint - coalesce(r.amount, 0)) as amount,
               r.amount is null or r.amount < t.amount as is_left
          from unnest(${parts.map(({ question }) => question)}::int[], ${parts.map(({ partyId }) => partyId)}::bigint[],
                      ${parts.map(({ programId }) => programId)}::bigint[],
                      ${parts.map(({ from }) => iso(from))}::timestamptz[], ${parts.map(({ to }) => iso(to))}::timestamptz[])
                 q (question, party_id, program_id, from_at, to_at)
          join activities.transactions t
            on t.party_id = q.party_id and t.billed_at >= q.from_at and t.billed_at < q.to_at + interval '1 second'
          left join unnest(${stores.map(({ id }) => id)}::bigint[], ${stores.map(({ zone }) => zone)}::text[]) s (id, zone)
            on s.id = t.store_id
          left join lateral (
            select sum(g.amount) as amount from activities.transactions g
             where g.org_id = ${orgId} and g.party_id = t.party_id and g.parent_transaction_id = t.id) r on true
         where t.org_id = ${orgId} and t.type = 'REGULAR' and t.outlier_status = 'NORMAL'
           and (t.trace ->> 'program')::bigint = q.program_id and t.trace ->> 'blocked' is null) b
     group by b.question`);
};

/** Regular points: awarded or become regular, less what returns took. What was redeemed or expired since was earned all the same. */
const sumPoints = (
  tx: Tx,
  orgId: number,
  parts: readonly Part[],
): Promise<Pick<Row, "question" | "points">[]> =>
  tx.rows(sql`/* activities.sum_points_of_periods */
    select q.question, sum(e.amount)::bigint as points
      from unnest(${parts.map(({ question }) => question)}::int[], ${parts.map(({ partyId }) => partyId)}::bigint[],
                  ${parts.map(({ programId }) => programId)}::bigint[],
                  ${parts.map(({ from }) => iso(from))}::timestamptz[], ${parts.map(({ to }) => iso(to))}::timestamptz[])
             q (question, party_id, program_id, from_at, to_at)
      join ledger.entries_v e
        on e.party_id = q.party_id and e.program_id = q.program_id
       and e.booked_at >= q.from_at and e.booked_at < q.to_at + interval '1 second'
     where e.org_id = ${orgId} and e.currency_id = 0 and e.category = 1
       and e.contra in ('issued', 'returned', 'conversion')
     group by q.question`);
