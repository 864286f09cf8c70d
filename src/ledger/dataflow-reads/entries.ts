import { type Static, Type } from "@fastify/type-provider-typebox";
import { POINTS_SCALE, sql, type Tx, toDecimal } from "#platform";
import { eventsWithIds, linesNumbered } from "../event-details.ts";
import type { ExplodeParts } from "../explode.ts";
import type { ExplodedBill } from "../explode-answers.ts";
import { linesByEvent } from "../ledger-info.ts";
import type { QueryContext } from "../ledger-query.ts";
import { type LedgerLine, newestEventBefore } from "../pages.ts";
import { awardIdOf, BILL_EVENTS, CATEGORY_NAMES, type Contra, POINTS, type Reference } from "../schema.ts";
import { findParty } from "../store.ts";
import { eventTypeId } from "./event-types.ts";
import type { EntriesQuery } from "./query.ts";

const EpochMilliseconds = Type.Integer({ description: "Milliseconds since 1970." });
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T) =>
  Type.Union([shape, Type.Null()]);
const Points = Type.Number({ description: "With up to three decimals." });

const ENTRY = {
  pointsLedgerId: Type.Integer(),
  eventLogId: Type.Integer(),
  eventName: Type.String(),
  eventTypeId: Type.Integer(),
  eventTime: EpochMilliseconds,
  processingTime: EpochMilliseconds,
  createdOn: EpochMilliseconds,
  ledgerEntryType: Type.String(),
  points: Points,
  pointsCategoryName: Type.String(),
  categoryType: Type.String({ description: "REGULAR_POINTS or PROMISED_POINTS." }),
  cpsId: Type.Null(),
  customerId: Type.Integer(),
  eventSubjectId: Type.Integer({ description: "The bill's id; -1 = the event is about none." }),
  tillId: Nullable(Type.Integer()),
  sourceProgramId: Nullable(Type.Integer()),
  requestId: Type.Null(),
  uniqueId: Nullable(Type.String()),
  genericEventId: Type.Null(),
  entityMetadata: Type.String({ description: "JSON text with pointInTimeSlabs." }),
  configMetadata: Type.String({ description: "JSON text." }),
};
/** Answer of getLedgerEntriesWithEventId. */
export const EventEntries = Type.Array(Type.Object(ENTRY));
/** Answer of getACLedgerEntriesWithEventId. */
export const CurrencyEntries = Type.Array(
  Type.Object({
    ...ENTRY,
    alternateCurrencyId: Type.Integer(),
    alternateCurrencyName: Type.String(),
  }),
);

interface Line {
  readonly eventNo: number;
  readonly lineNo: number;
  readonly eventId: number;
  readonly eventName: string;
  readonly bookedAt: Date;
  readonly recordedAt: Date;
  readonly currencyId: number;
  readonly category: 1 | 2 | 3;
  readonly contra: Contra;
  readonly amount: number;
  readonly tillId: number | null;
  readonly sourceProgramId: number | null;
  readonly reference: Reference | null;
}

const directionOf = ({ contra, amount }: Line): EntriesQuery["directions"][number] =>
  contra === "opening" ? "OPENING_BALANCE" : amount < 0 ? "DEBIT" : "CREDIT";

/** A page of a party's lines of points, or of alternate currencies, newest first. */
const pageOfLines = async (
  tx: Tx,
  orgId: number,
  query: EntriesQuery,
  ofCurrencies: boolean,
): Promise<Line[]> => {
  const { partyId, directions, tillIds, span, limit, skip } = query;
  const party = await findParty(tx, orgId, partyId);
  if (party === null) return [];
  const first = span === null ? 1 : (await newestEventBefore(tx, orgId, party, span.from, false)) + 1;
  const last = span === null ? party.eventCount : await newestEventBefore(tx, orgId, party, span.until, true);
  return tx.rows<Line>(sql`/* ledger.page_of_lines */
    select event_no as "eventNo", line_no as "lineNo", event_id as "eventId", event_name as "eventName",
           booked_at as "bookedAt", recorded_at as "recordedAt", currency_id as "currencyId", category, contra, amount,
           till_id as "tillId", source_program_id as "sourceProgramId", reference
      from ledger.entries
     where org_id = ${orgId} and party_id = ${partyId} and event_no between ${first} and ${last}
       and (currency_id > 0) = ${ofCurrencies}::boolean
       and (${tillIds === null}::boolean or till_id = any(${tillIds ?? []}::bigint[]))
       and case when contra = 'opening' then 'OPENING_BALANCE' when amount < 0 then 'DEBIT' else 'CREDIT' end
           = any(${directions}::text[])
     order by event_no desc, line_no limit ${limit} offset ${skip}`);
};

/** The bills that some lines are about, by id. */
const billsOf = async (
  tx: Tx,
  { explodeBills }: ExplodeParts,
  { organisation }: QueryContext,
  partyId: number,
  lines: readonly Pick<Line, "eventName" | "reference">[],
): Promise<ReadonlyMap<number, ExplodedBill>> => {
  const about = lines.filter(({ eventName }) => BILL_EVENTS.has(eventName));
  const ids = [...new Set(about.flatMap(({ reference }) => reference?.transactionId ?? []))];
  const bills = ids.length === 0 ? [] : await explodeBills(tx, organisation, partyId, ids);
  return new Map(bills.map((bill) => [bill.transactionId, bill]));
};

const points = (amount: number) => toDecimal(amount, POINTS_SCALE);

const shapeEntry = (partyId: number, line: Line, bill: ExplodedBill | undefined) => ({
  pointsLedgerId: awardIdOf(line.eventId, line.lineNo),
  eventLogId: line.eventId,
  eventName: line.eventName,
  eventTypeId: eventTypeId(line.eventName),
  eventTime: line.reference?.date ?? line.bookedAt.getTime(),
  processingTime: line.bookedAt.getTime(),
  createdOn: line.recordedAt.getTime(),
  ledgerEntryType: directionOf(line),
  points: points(Math.abs(line.amount)),
  pointsCategoryName: CATEGORY_NAMES[line.category],
  categoryType: line.category === 1 ? "REGULAR_POINTS" : "PROMISED_POINTS",
  cpsId: null,
  customerId: partyId,
  eventSubjectId: line.reference?.transactionId ?? -1,
  tillId: line.tillId,
  sourceProgramId: line.sourceProgramId,
  requestId: null,
  uniqueId: bill?.uniqueId ?? null,
  genericEventId: null,
  entityMetadata: JSON.stringify({ pointInTimeSlabs: bill?.pointInTimeSlabs ?? [] }),
  configMetadata: "{}",
});

const readLines = async (
  tx: Tx,
  context: QueryContext,
  parts: ExplodeParts,
  query: EntriesQuery,
  ofCurrencies: boolean,
) => {
  const lines = await pageOfLines(tx, context.organisation.id, query, ofCurrencies);
  const bills = await billsOf(tx, parts, context, query.partyId, lines);
  return lines.map((line) => ({
    line,
    entry: shapeEntry(query.partyId, line, bills.get(line.reference?.transactionId ?? -1)),
  }));
};

/** A page of a customer's ledger entries of points, newest first. */
export const readEventEntries = async (
  tx: Tx,
  context: QueryContext,
  parts: ExplodeParts,
  query: EntriesQuery,
): Promise<Static<typeof EventEntries>> =>
  (await readLines(tx, context, parts, query, false)).map(({ entry }) => entry);

/** A page of a customer's ledger entries of alternate currencies, newest first. */
export const readCurrencyEntries = async (
  tx: Tx,
  context: QueryContext,
  parts: ExplodeParts,
  query: EntriesQuery,
): Promise<Static<typeof CurrencyEntries>> =>
  (await readLines(tx, context, parts, query, true)).map(({ line: { currencyId }, entry }) => ({
    ...entry,
    alternateCurrencyId: currencyId,
    alternateCurrencyName: context.currencies.get(currencyId)?.name ?? String(currencyId),
  }));

const EVENT = {
  eventLogId: Type.Integer(),
  customerId: Type.Integer(),
  createdOn: EpochMilliseconds,
};
/** Answer of getManualPointsAdjustmentExplodeLedger. */
export const Adjustments = Type.Array(Type.Object({ ...EVENT, reason: Type.String(), pointsValue: Points }));
/** Answer of getPointsRedemptionExplodeLedger. */
export const RedemptionEvents = Type.Array(
  Type.Object({
    ...EVENT,
    pointsRedeemed: Points,
    redemptionId: Type.String(),
    redemptionPurpose: Type.String(),
    transactionNumber: Type.String(),
    notes: Type.String(),
  }),
);
/** Answer of getTransactionAddExplodeLedger: one row for each custom field of each bill. */
export const BillFields = Type.Array(
  Type.Object({
    ...EVENT,
    transactionId: Type.Integer(),
    customFieldName: Type.String(),
    customFieldValue: Type.Unknown(),
  }),
);

interface EventsQuery {
  readonly partyId: number;
  readonly eventIds: readonly number[];
}

/** The lines of some events of a party that have one name, by event. */
const linesOfEventsNamed = async (
  tx: Tx,
  orgId: number,
  { partyId, eventIds }: EventsQuery,
  eventName: string,
): Promise<LedgerLine[][]> => {
  const found = await eventsWithIds(tx, orgId, partyId, eventIds);
  const eventNos = found.map(({ eventNo }) => eventNo);
  const lines = eventNos.length === 0 ? [] : await linesNumbered(tx, orgId, partyId, eventNos);
  return [...linesByEvent(lines).values()].filter(([first]) => first!.eventName === eventName);
};

const eventOf = (partyId: number, { eventId, bookedAt }: LedgerLine) => ({
  eventLogId: eventId,
  customerId: partyId,
  createdOn: bookedAt.getTime(),
});

/** Points without alternate currencies, as much as an event moved. */
const moved = (lines: readonly LedgerLine[]) =>
  points(Math.abs(lines.reduce((sum, line) => sum + (line.currencyId === POINTS ? line.amount : 0), 0)));

/** Why points were adjusted by hand, and by how much. */
export const readAdjustments = async (
  tx: Tx,
  { organisation }: QueryContext,
  query: EventsQuery,
): Promise<Static<typeof Adjustments>> =>
  (await linesOfEventsNamed(tx, organisation.id, query, "ManualPointsAdjustment")).map((lines) => ({
    ...eventOf(query.partyId, lines[0]!),
    reason: lines[0]!.reference?.reason ?? "",
    pointsValue: moved(lines),
  }));

/** What was redeemed, for what. */
export const readRedemptionEvents = async (
  tx: Tx,
  { organisation }: QueryContext,
  { explodeRedemptions }: ExplodeParts,
  query: EventsQuery,
): Promise<Static<typeof RedemptionEvents>> => {
  const events = await linesOfEventsNamed(tx, organisation.id, query, "PointsRedemption");
  const eventNos = events.map((lines) => lines[0]!.eventNo);
  const kept =
    eventNos.length === 0
      ? undefined
      : await explodeRedemptions?.(tx, organisation.id, query.partyId, eventNos);
  return events.map((lines) => {
    const { eventNo, reference } = lines[0]!;
    const details = kept?.get(eventNo)?.details;
    return {
      ...eventOf(query.partyId, lines[0]!),
      pointsRedeemed: moved(lines),
      redemptionId: details?.redemptionId ?? reference?.code ?? "",
      redemptionPurpose: details?.redemptionPurpose ?? "",
      transactionNumber: details?.transactionNumber ?? reference?.transactionNumber ?? "",
      notes: details?.notes ?? reference?.comments ?? "",
    };
  });
};

/** Custom fields of the bills that earned. */
export const readBillFields = async (
  tx: Tx,
  context: QueryContext,
  parts: ExplodeParts,
  query: EventsQuery,
): Promise<Static<typeof BillFields>> => {
  const events = await linesOfEventsNamed(tx, context.organisation.id, query, "TransactionAdd");
  const bills = await billsOf(tx, parts, context, query.partyId, events.flat());
  return events.flatMap(([first]) => {
    const transactionId = first!.reference?.transactionId;
    const fields = bills.get(transactionId ?? -1)?.customFields ?? [];
    return fields.map(({ name, value }) => ({
      ...eventOf(query.partyId, first!),
      transactionId: transactionId!,
      customFieldName: name,
      customFieldValue: value,
    }));
  });
};

/** Answer of getExpiredPointsByCustomerIdAndYear. */
export const PointsByYear = Type.Array(
  Type.Object({
    customerId: Type.Integer(),
    programId: Type.Integer(),
    year: Type.Integer(),
    pointsEarned: Points,
    pointsExpired: Points,
  }),
);

/** Points earned and expired by program and year, in the organisation's zone. */
export const readPointsByYear = async (
  tx: Tx,
  { organisation }: QueryContext,
  { partyId, year }: { readonly partyId: number; readonly year: number | null },
): Promise<Static<typeof PointsByYear>> => {
  const rows = await tx.rows<{
    programId: number;
    year: number;
    earned: number;
    expired: number;
  }>(sql`/* ledger.points_by_year */
    select program_id as "programId", year, sum(amount) filter (where contra = 'issued')::bigint as earned,
           -sum(amount) filter (where contra = 'expired')::bigint as expired
      from (select program_id, contra, amount,
                   extract(year from booked_at at time zone ${organisation.timeZone}::text)::int as year
              from ledger.entries
             where org_id = ${organisation.id} and party_id = ${partyId} and currency_id = 0 and contra in ('issued', 'expired')) e
     where ${year === null}::boolean or year = ${year ?? 0}::int
     group by program_id, year order by year, program_id`);
  return rows.map((row) => ({
    customerId: partyId,
    programId: row.programId,
    year: row.year,
    pointsEarned: points(row.earned ?? 0),
    pointsExpired: points(row.expired ?? 0),
  }));
};
