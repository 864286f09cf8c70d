import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Instant, POINTS_SCALE, rawSql, type Sql, type Tx, toDecimal } from "#platform";
import { errors } from "../errors.ts";
import { eventsWithIds } from "../event-details.ts";
import { expiryShown } from "../expiry-shown.ts";
import type { ExplodeParts } from "../explode.ts";
import type { QueryContext } from "../ledger-query.ts";
import { numberOf } from "../query-values.ts";
import { awardIdOf, type Category, type LotDetails, type LotSource } from "../schema.ts";
import { eventNameOf, eventTypeId } from "./event-types.ts";
import type { AwardSpan, AwardStatus, CountedPage } from "./query.ts";

const EpochMilliseconds = Type.Integer({ description: "Milliseconds since 1970." });
const Points = Type.Number({ description: "With up to three decimals." });
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T) =>
  Type.Union([shape, Type.Null()]);

/** Answer of pointsAwarded/paIds. */
export const AwardIds = Type.Array(
  Type.Object({
    id: Type.Integer(),
    customer_id: Type.Integer(),
    event_log_id: Type.Integer(),
    source_table: Type.String(),
    points_exclusive: Points,
    redeemed_exclusive_value: Points,
    returned_exclusive_value: Points,
    expired_exclusive_value: Points,
  }),
);

/** Answer of pointsAllocation/event and /dateRange: award rows under their names of points.md §1. */
export const Awards = Type.Array(
  Type.Object({
    id: Type.Integer(),
    org_id: Type.Integer(),
    customer_id: Type.Integer(),
    original_customer_id: Type.Integer(),
    cps_id: Type.Null(),
    program_id: Type.Integer(),
    point_category_id: Type.Integer(),
    till_id: Nullable(Type.Integer()),
    event_log_id: Type.Integer(),
    event_type_id: Type.Integer(),
    points_value: Points,
    points_exclusive: Points,
    original_points: Points,
    redeemed_value: Points,
    redeemed_exclusive_value: Points,
    returned_value: Points,
    returned_exclusive_value: Points,
    expired_value: Points,
    expired_exclusive_value: Points,
    allocation_strategy_id: Nullable(Type.Integer()),
    expiry_strategy_id: Nullable(Type.Integer()),
    points_source_type_id: Type.Integer({ description: "1 to 5, in the order of the kinds of award." }),
    points_source_id: Type.Integer({ description: "The bill's id, or the promotion's; -1 = none." }),
    awarded_date: EpochMilliseconds,
    expiry_date: EpochMilliseconds,
    status: Type.String(),
    auto_update_time: EpochMilliseconds,
  }),
);

const SOURCES: readonly LotSource[] = [
  "bill_regular",
  "bill_promotions",
  "line_item_regular",
  "line_item_promotions",
  "customer_promotions",
];
const SOURCE_TABLES: Readonly<Record<LotSource, string>> = {
  bill_regular: "points_awarded",
  bill_promotions: "points_awarded_bill_promotions",
  line_item_regular: "points_awarded_bill_lineitems",
  line_item_promotions: "points_awarded_lineitem_promotions",
  customer_promotions: "points_awarded_customer_promotions",
};

/** An award with what became of it. */
interface AwardRow {
  readonly partyId: number;
  readonly eventId: number;
  readonly eventName: string;
  readonly lineNo: number;
  readonly tillId: number | null;
  readonly recordedAt: Date;
  readonly programId: number;
  readonly category: Category;
  readonly source: LotSource;
  readonly transactionId: number | null;
  readonly amount: number;
  readonly remaining: number;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly details: LotDetails | null;
  readonly expired: number;
  readonly returned: number;
  readonly converted: number;
  readonly settled: number;
  readonly changedAt: Date | null;
}

/** Answers without pages hold at most this many awards. */
const MOST_AWARDS = 10_000;

const AWARD = `l.party_id as "partyId", e.event_id as "eventId", e.event_name as "eventName", l.line_no as "lineNo",
         e.till_id as "tillId", e.recorded_at as "recordedAt", l.program_id as "programId", l.category, l.source,
         l.transaction_id as "transactionId", l.amount, l.remaining, l.opened_at as "openedAt", l.expires_at as "expiresAt",
         l.details, coalesce(u.expired, 0) as expired, coalesce(u.returned, 0) as returned,
         coalesce(u.converted, 0) as converted, coalesce(u.settled, 0) as settled, u.changed_at as "changedAt"`;
/** The posting that opened the lot l, and what became of it. */
const HISTORY = `
    join ledger.entries e on e.party_id = l.party_id and e.event_no = l.event_no and e.line_no = l.line_no
    left join lateral (
      select sum(u.amount) filter (where u.kind = 'expired')::bigint as expired,
             sum(u.amount) filter (where u.kind = 'returned')::bigint as returned,
             sum(u.amount) filter (where u.kind = 'conversion')::bigint as converted,
             sum(u.amount) filter (where u.kind = 'settled')::bigint as settled, max(x.recorded_at) as changed_at
        from ledger.lot_uses u
        join ledger.entries x on x.party_id = u.party_id and x.event_no = u.event_no and x.line_no = u.line_no
       where u.party_id = l.party_id and u.lot_event_no = l.event_no and u.lot_line_no = l.line_no) u on true`;

/** Awards of points of some customers that run out within a span, in order of customer and expiry. */
const awardsBetween = (
  orgId: number,
  { programId, category, partyIds, from, until }: AwardSpan,
  zone: string,
  { limit, skip }: CountedPage,
): Sql =>
  rawSql(
    `/* ledger.awards_between */ select ${AWARD}
       from (select l.*, coalesce(l.expires_at,
                      (((l.opened_at at time zone $5::text)::date + interval '100 years')::date + time '23:59:59')
                        at time zone $5::text) as shown_expiry
               from ledger.lots l
              where l.org_id = $1 and l.party_id = any($2::bigint[]) and l.program_id = $3 and l.category = $4
                and l.currency_id = 0) l${HISTORY}
      where l.shown_expiry between $6::timestamptz and $7::timestamptz
      order by l.party_id, l.shown_expiry, l.event_no, l.line_no limit $8 offset $9`,
    [
      orgId,
      partyIds,
      programId,
      category,
      zone,
      new Date(from).toISOString(),
      new Date(until).toISOString(),
      limit,
      skip,
    ],
  );

/** Awards of points that some events of one name opened, in order. */
const awardsOfEvents = (
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
  eventName: string,
  { limit, skip }: CountedPage,
): Sql =>
  rawSql(
    `/* ledger.awards_of_events */ select ${AWARD} from ledger.lots l${HISTORY}
      where l.org_id = $1 and l.party_id = $2 and l.event_no = any($3::bigint[]) and l.currency_id = 0
        and e.event_name = $4
      order by l.event_no, l.line_no limit $5 offset $6`,
    [orgId, partyId, eventNos, eventName, limit, skip],
  );

/** What is not left, expired or returned was spent in some way: redeemed, passed on, adjusted, or paid a debt. */
const redeemedOf = ({ amount, remaining, expired, returned }: AwardRow): number =>
  amount - remaining - expired - returned;

/** The documented state of an award (points.md §1). One that ended in several ways shows the last of these that took part. */
export const statusOf = (row: AwardRow): AwardStatus => {
  if (row.remaining > 0) return "AVAILABLE";
  if (row.converted > 0) return "CONSUMED_BY_CONVERSION";
  if (row.settled === row.amount) return "CONSUMED";
  if (row.expired > 0) return "EXPIRED";
  return row.returned > 0 && redeemedOf(row) === 0 ? "RETURNED" : "REDEEMED";
};

const points = (amount: number) => toDecimal(amount, POINTS_SCALE);

const shapeAward = ({ organisation }: QueryContext, row: AwardRow): Static<typeof Awards>[number] => {
  const [value, redeemed, returned, expired] = [row.amount, redeemedOf(row), row.returned, row.expired].map(
    points,
  ) as [number, number, number, number];
  const { promotionId, awardStrategyId, expiryStrategyId, fromPartyId } = row.details ?? {};
  return {
    id: awardIdOf(row.eventId, row.lineNo),
    org_id: organisation.id,
    customer_id: row.partyId,
    original_customer_id: fromPartyId ?? row.partyId,
    cps_id: null,
    program_id: row.programId,
    point_category_id: row.category,
    till_id: row.tillId,
    event_log_id: row.eventId,
    event_type_id: eventTypeId(row.eventName),
    points_value: value,
    points_exclusive: value,
    original_points: value,
    redeemed_value: redeemed,
    redeemed_exclusive_value: redeemed,
    returned_value: returned,
    returned_exclusive_value: returned,
    expired_value: expired,
    expired_exclusive_value: expired,
    allocation_strategy_id: awardStrategyId ?? null,
    expiry_strategy_id: expiryStrategyId ?? null,
    points_source_type_id: SOURCES.indexOf(row.source) + 1,
    points_source_id: row.transactionId ?? promotionId ?? -1,
    awarded_date: row.openedAt.getTime(),
    expiry_date: expiryShown(row, organisation.clusterTimeZone),
    status: statusOf(row),
    auto_update_time: Math.max(row.recordedAt.getTime(), row.changedAt?.getTime() ?? 0) as Instant,
  };
};

/** Ids of the awards of some customers that run out within a span and are in one of some states. */
export const readAwardIds = async (
  tx: Tx,
  { organisation }: QueryContext,
  { statuses, ...span }: AwardSpan & { readonly statuses: readonly AwardStatus[] },
): Promise<Static<typeof AwardIds>> => {
  const all = { limit: MOST_AWARDS + 1, skip: 0 };
  const rows = await tx.rows<AwardRow>(
    awardsBetween(organisation.id, span, organisation.clusterTimeZone, all),
  );
  if (rows.length > MOST_AWARDS) throw errors.too_many_awards({ most: MOST_AWARDS });
  return rows
    .filter((row) => statuses.includes(statusOf(row)))
    .map((row) => ({
      id: awardIdOf(row.eventId, row.lineNo),
      customer_id: row.partyId,
      event_log_id: row.eventId,
      source_table: SOURCE_TABLES[row.source],
      points_exclusive: points(row.amount),
      redeemed_exclusive_value: points(redeemedOf(row)),
      returned_exclusive_value: points(row.returned),
      expired_exclusive_value: points(row.expired),
    }));
};

/** A page of the awards of some customers that run out within a span. */
export const readAwardsBetween = async (
  tx: Tx,
  context: QueryContext,
  query: AwardSpan & CountedPage,
): Promise<Static<typeof Awards>> => {
  const { id, clusterTimeZone } = context.organisation;
  const rows = await tx.rows<AwardRow>(awardsBetween(id, query, clusterTimeZone, query));
  return rows.map((row) => shapeAward(context, row));
};

/** A page of the awards behind an event, named by its own id or by its bill's. */
export const readAwardsOfEvent = async (
  tx: Tx,
  context: QueryContext,
  { eventsOfBills }: ExplodeParts,
  query: CountedPage & {
    readonly entityId: string;
    readonly partyId: number;
    readonly eventTypeId: number;
  },
): Promise<Static<typeof Awards>> => {
  const { id: orgId } = context.organisation;
  const { partyId } = query;
  const entityId = numberOf(query.entityId);
  const eventName = eventNameOf(query.eventTypeId);
  if (entityId === null || eventName === undefined) return [];
  const [byId, byBill] = await Promise.all([
    eventsWithIds(tx, orgId, partyId, [entityId]),
    eventName === "TransactionAdd" ? eventsOfBills(tx, orgId, partyId, [entityId], eventName) : [],
  ]);
  const eventNos = [...new Set([...byId.map(({ eventNo }) => eventNo), ...byBill])];
  const rows = await tx.rows<AwardRow>(awardsOfEvents(orgId, partyId, eventNos, eventName, query));
  return rows.map((row) => shapeAward(context, row));
};
