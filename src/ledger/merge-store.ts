import { sql, type Tx } from "#platform";
import type { PostedLine } from "./merge.ts";
import type { AccountKey, LotKey, LotUse } from "./schema.ts";

interface LineRow extends AccountKey, LotKey {
  readonly partyId: number;
  readonly amount: number;
  readonly opened: boolean;
}

interface UseRow extends LotUse {
  readonly partyId: number;
  readonly byEventNo: number;
  readonly byLineNo: number;
}

/** Lines of some events as they were posted, with what they did to lots. */
export const loadPostedLines = async (
  tx: Tx,
  orgId: number,
  events: readonly { readonly partyId: number; readonly eventNo: number }[],
): Promise<PostedLine[]> => {
  if (events.length === 0) return [];
  const partyIds = events.map((event) => event.partyId);
  const eventNos = events.map((event) => event.eventNo);
  const [lines, uses] = await Promise.all([
    tx.rows<LineRow>(sql`/* ledger.load_posted_lines */
      select e.party_id as "partyId", e.event_no as "eventNo", e.line_no as "lineNo", e.program_id as "programId",
             e.currency_id as "currencyId", e.category, e.amount, l.party_id is not null as opened
        from unnest(${partyIds}::bigint[], ${eventNos}::bigint[]) v (party_id, event_no)
        join ledger.entries e on e.party_id = v.party_id and e.event_no = v.event_no
        left join ledger.lots l on l.party_id = e.party_id and l.event_no = e.event_no and l.line_no = e.line_no
       where e.org_id = ${orgId}
       order by e.party_id, e.event_no, e.line_no`),
    tx.rows<UseRow>(sql`/* ledger.load_uses_of_lines */
      select u.party_id as "partyId", u.event_no as "byEventNo", u.line_no as "byLineNo",
             u.lot_event_no as "eventNo", u.lot_line_no as "lineNo", u.kind, u.amount
        from unnest(${partyIds}::bigint[], ${eventNos}::bigint[]) v (party_id, event_no)
        join ledger.lot_uses u on u.party_id = v.party_id and u.event_no = v.event_no
       where u.org_id = ${orgId}`),
  ]);
  const ofLine = new Map<string, LotUse[]>();
  for (const { partyId, byEventNo, byLineNo, ...use } of uses) {
    const key = `${partyId}/${byEventNo}/${byLineNo}`;
    const known = ofLine.get(key);
    if (known === undefined) ofLine.set(key, [use]);
    else known.push(use);
  }
  return lines.map((line) => ({
    ...line,
    uses: ofLine.get(`${line.partyId}/${line.eventNo}/${line.lineNo}`) ?? [],
  }));
};
