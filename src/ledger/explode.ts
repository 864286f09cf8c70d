import { createHash } from "node:crypto";
import type { Static } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import {
  endOfDayAfterMonths,
  formatDecimal,
  formatLedger,
  type Issue,
  issue,
  POINTS_SCALE,
  type Tx,
  toDecimal,
} from "#platform";
import type { LedgerCustomer } from "./customer-reference.ts";
import { errors } from "./errors.ts";
import {
  type AwardedLot,
  eventsAbout,
  eventsWithIds,
  linesNumbered,
  lotsNumbered,
  type TakenLot,
  usesNumbered,
} from "./event-details.ts";
import type {
  ExplodedBill,
  ExplodedEvent,
  LedgerExplodeInfo,
  PointsEarned,
  RedemptionDetails,
} from "./explode-answers.ts";
import type { EventChoice, ExplodeQuery } from "./explode-query.ts";
import { linesByEvent } from "./ledger-info.ts";
import type { QueryContext } from "./ledger-query.ts";
import type { LedgerLine } from "./pages.ts";
import { CATEGORY_NAMES, POINTS } from "./schema.ts";

/** What domains to the right know of the events of a ledger. */
export interface ExplodeParts {
  /** Numbers of the events by which some bills earned. */
  eventsOfBills(tx: Tx, orgId: number, partyId: number, transactionIds: readonly number[]): Promise<number[]>;
  /** What bills show. */
  explodeBills(
    tx: Tx,
    organisation: Organisation,
    partyId: number,
    transactionIds: readonly number[],
  ): Promise<readonly ExplodedBill[]>;
  /** What is kept of redemptions beside their postings, by the number of their event. */
  explodeRedemptions?(
    tx: Tx,
    orgId: number,
    partyId: number,
    eventNos: readonly number[],
  ): Promise<ReadonlyMap<number, Partial<RedemptionDetails>>>;
}

const BILL_EVENTS = new Set(["TransactionAdd", "TransactionUpdate", "ReturnBill"]);
const REDEMPTIONS = new Set(["PointsRedemption", "PointsRedemptionReversal"]);
/** Events that are about what they award, so that it is always shown. */
const AWARDS = new Set(["AllocateGoodwillPoints", "BulkAllocatePoints", "TargetCompleted", "GenericEvent"]);

interface Chosen {
  readonly eventNos: readonly number[];
  readonly warnings: readonly Static<typeof Issue>[];
}

const pageOf = <T>(items: readonly T[], { page, size }: ExplodeQuery): readonly T[] =>
  items.slice(page * size, (page + 1) * size);

const NO_MATCH = 11016;

const chooseByIds = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventIds: readonly number[],
  query: ExplodeQuery,
): Promise<Chosen> => {
  const found = await eventsWithIds(tx, orgId, partyId, eventIds);
  if (found.length === 0) throw errors.no_such_events({ field: "eventIds", value: eventIds.join(",") });
  const byId = new Map(found.map(({ eventId, eventNo }) => [eventId, eventNo]));
  const missing = eventIds.filter((id) => !byId.has(id));
  const warnings = missing.map((id) =>
    issue(NO_MATCH, `No ledger event of the customer has eventIds ${id}.`),
  );
  const eventNos = pageOf(
    eventIds.flatMap((id) => byId.get(id) ?? []),
    query,
  );
  return { eventNos, warnings };
};

const chooseByReference = async (
  tx: Tx,
  { eventsOfBills }: ExplodeParts,
  orgId: number,
  partyId: number,
  { eventName, referenceIds }: Extract<EventChoice, { by: "reference" }>,
  query: ExplodeQuery,
): Promise<Chosen> => {
  if (eventName === "TransactionAdd") {
    const eventNos = await eventsOfBills(tx, orgId, partyId, referenceIds);
    return {
      eventNos: pageOf(
        [...eventNos].sort((a, b) => b - a),
        query,
      ),
      warnings: [],
    };
  }
  // A redemption is about the customer, and every one of them is.
  const isAll = REDEMPTIONS.has(eventName) && referenceIds.includes(partyId);
  const ids = isAll ? null : REDEMPTIONS.has(eventName) ? [] : referenceIds;
  const page = { limit: query.size, skip: query.page * query.size };
  return { ...(await eventsAbout(tx, orgId, partyId, eventName, ids, page)), warnings: [] };
};

/** Answers getLedgerExplodeInfo. Raises 11016 when no event of the customer is meant, 11003 for a page beyond the last. */
export const readExplodeInfo = async (
  tx: Tx,
  parts: ExplodeParts,
  context: QueryContext,
  customer: LedgerCustomer,
  query: ExplodeQuery,
): Promise<Static<typeof LedgerExplodeInfo>> => {
  const { organisation } = context;
  const { partyId } = customer;
  const { choice } = query;
  const chosen =
    choice.by === "ids"
      ? await chooseByIds(tx, organisation.id, partyId, choice.eventIds, query)
      : await chooseByReference(tx, parts, organisation.id, partyId, choice, query);
  const { eventNos, warnings } = chosen;
  if (eventNos.length === 0) {
    if (query.page > 0) throw errors.beyond_last_page({ page: query.page });
    const value = choice.by === "ids" ? choice.eventIds.join(",") : choice.referenceIds.join(",");
    throw errors.no_such_events({ field: choice.by === "ids" ? "eventIds" : "eventReferenceIds", value });
  }
  const known = await loadKnown(tx, parts, context, partyId, eventNos);
  const events = eventNos.flatMap((eventNo) => {
    const lines = known.lines.get(eventNo);
    return lines === undefined ? [] : [shapeEvent(context, partyId, lines, known, query)];
  });
  return { events, warnings: [...warnings] };
};

interface Known {
  readonly lines: ReadonlyMap<number, LedgerLine[]>;
  readonly lots: readonly AwardedLot[];
  readonly uses: readonly TakenLot[];
  readonly bills: ReadonlyMap<number, ExplodedBill>;
  readonly redemptions: ReadonlyMap<number, Partial<RedemptionDetails>>;
}

const loadKnown = async (
  tx: Tx,
  { explodeBills, explodeRedemptions }: ExplodeParts,
  { organisation }: QueryContext,
  partyId: number,
  eventNos: readonly number[],
): Promise<Known> => {
  const of = [tx, organisation.id, partyId, eventNos] as const;
  const [rows, lots, uses] = await Promise.all([
    linesNumbered(...of),
    lotsNumbered(...of),
    usesNumbered(...of),
  ]);
  const ofBills = rows.filter(({ eventName }) => BILL_EVENTS.has(eventName));
  const billIds = [...new Set(ofBills.flatMap(({ reference }) => reference?.transactionId ?? []))];
  const spent = [
    ...new Set(rows.filter(({ eventName }) => REDEMPTIONS.has(eventName)).map(({ eventNo }) => eventNo)),
  ];
  const [bills, redemptions] = await Promise.all([
    billIds.length === 0 ? [] : explodeBills(tx, organisation, partyId, billIds),
    spent.length === 0 ? undefined : explodeRedemptions?.(tx, organisation.id, partyId, spent),
  ]);
  return {
    lines: linesByEvent(rows),
    lots,
    uses,
    bills: new Map(bills.map((bill) => [bill.transactionId, bill])),
    redemptions: redemptions ?? new Map(),
  };
};

const referenceOf = (partyId: number, { eventName, reference }: LedgerLine): string => {
  if (REDEMPTIONS.has(eventName)) return String(partyId);
  return String(reference?.transactionId ?? -1);
};

/** Where no input is known to hash, what the ledger keeps of the event stands for it. */
const hashOf = (lines: readonly LedgerLine[]): string =>
  createHash("sha256")
    .update(
      JSON.stringify(
        lines.map(({ eventId, lineNo, amount, bookedAt }) => [eventId, lineNo, amount, bookedAt]),
      ),
    )
    .digest("base64url")
    .slice(0, 22);

const points = (amount: number) => toDecimal(amount, POINTS_SCALE);

const shapeEvent = (
  context: QueryContext,
  partyId: number,
  lines: readonly LedgerLine[],
  known: Known,
  query: ExplodeQuery,
): ExplodedEvent => {
  const first = lines[0]!;
  const { eventNo, eventId, eventName, reference } = first;
  const bill = BILL_EVENTS.has(eventName) ? known.bills.get(reference?.transactionId ?? -1) : undefined;
  const lots = known.lots.filter((lot) => lot.eventNo === eventNo && showsCurrency(query, lot.currencyId));
  const uses = known.uses.filter((use) => use.eventNo === eventNo && showsCurrency(query, use.currencyId));
  const earned = query.earned || AWARDS.has(eventName) ? earnedOf(context, first, lots) : undefined;
  return {
    eventLogId: eventId,
    eventName,
    eventReferenceId: referenceOf(partyId, first),
    uniqueId: bill?.uniqueId ?? hashOf(lines),
    eventDetails: eventDetailsOf(context, lines, known),
    ...(REDEMPTIONS.has(eventName) ? { pointsBreakup: uses.map((use) => takenOf(context, first, use)) } : {}),
    ...(bill === undefined ? {} : billBlocks(bill, earned, query)),
    ...(earned === undefined ? {} : { pointsEarned: earned }),
  };
};

const showsCurrency = ({ currencies }: ExplodeQuery, currencyId: number): boolean =>
  currencyId === POINTS || currencies === "all" || currencies.includes(currencyId);

const billBlocks = (
  { billDetails, customFields, extendedFields, paymentModes, pointInTimeSlabs }: ExplodedBill,
  earned: PointsEarned | undefined,
  query: ExplodeQuery,
): Partial<ExplodedEvent> => {
  const lineItems = billDetails.lineItems.map(({ extendedFields: fields, ...line }) => ({
    ...line,
    ...(query.extendedFields && fields !== undefined ? { extendedFields: fields } : {}),
  }));
  const shown = { ...billDetails, ...(earned === undefined ? {} : { pointsEarned: earned }), lineItems };
  return {
    ...(query.bill ? { billDetails: shown } : {}),
    ...(query.customFields ? { customFields } : {}),
    ...(query.extendedFields ? { extendedFields } : {}),
    ...(query.paymentModes ? { paymentModes } : {}),
    pointInTimeSlabs,
  };
};

const eventDetailsOf = (
  { organisation }: QueryContext,
  lines: readonly LedgerLine[],
  { redemptions }: Known,
): ExplodedEvent["eventDetails"] => {
  const { eventNo, eventName, bookedAt, tillId, reference } = lines[0]!;
  return {
    eventTime: formatLedger(bookedAt.getTime(), organisation.clusterTimeZone),
    ...(tillId === null ? {} : { tillId }),
    ...(reference?.reason === undefined ? {} : { reason: reference.reason }),
    ...(REDEMPTIONS.has(eventName)
      ? { redemptionDetails: redemptionOf(lines, redemptions.get(eventNo) ?? {}) }
      : {}),
  };
};

const redemptionOf = (lines: readonly LedgerLine[], kept: Partial<RedemptionDetails>): RedemptionDetails => {
  const moved = lines.reduce((sum, line) => sum + (line.currencyId === POINTS ? line.amount : 0), 0);
  return {
    pointsRedeemed: formatDecimal(Math.abs(moved), POINTS_SCALE, 3),
    redemptionPurpose: "",
    transactionNumber: lines[0]!.reference?.transactionNumber ?? "",
    redemptionId: "",
    notes: "",
    groupRedemption: false,
    ...kept,
  };
};

interface Pot {
  readonly programId: number;
  readonly currencyId: number;
  readonly expiresAt: Date | null;
}

const programOf = ({ programs, currencies }: QueryContext, { programId, currencyId }: Pot) => ({
  programId,
  programName: programs.get(programId)?.name ?? "",
  ...(currencyId === POINTS
    ? {}
    : { alternateCurrencyName: currencies.get(currencyId)?.name ?? String(currencyId) }),
});

const MONTHS_OF_NEVER = 1200;

/** Points that never expire are told as expiring a hundred years after they came. */
const expiryOf = ({ organisation }: QueryContext, { bookedAt }: LedgerLine, { expiresAt }: Pot) => {
  const zone = organisation.clusterTimeZone;
  const at = expiresAt?.getTime() ?? endOfDayAfterMonths(bookedAt.getTime(), MONTHS_OF_NEVER, zone);
  return { expiresOn: formatLedger(at, zone), expiryType: "fixed" };
};

const takenOf = (context: QueryContext, event: LedgerLine, use: TakenLot) => ({
  ...programOf(context, use),
  pointsCategory: CATEGORY_NAMES[use.category],
  value: points(use.amount),
  ...expiryOf(context, event, use),
});

const earnedOf = (context: QueryContext, event: LedgerLine, lots: readonly AwardedLot[]): PointsEarned => {
  const shape = (lot: AwardedLot) => ({
    ...programOf(context, lot),
    value: points(lot.amount),
    ...expiryOf(context, event, lot),
  });
  return {
    regular: lots.filter(({ category }) => category === 1).map(shape),
    promo: [],
    promised: lots.filter(({ category }) => category !== 1).map(shape),
  };
};
