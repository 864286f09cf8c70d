import type { Static } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { type Issue, issue, type Tx } from "#platform";
import type { LedgerCustomer } from "./customer-reference.ts";
import { errors } from "./errors.ts";
import { eventsAbout, eventsWithIds, linesNumbered, lotsNumbered, usesNumbered } from "./event-details.ts";
import type { ExplodedBill, ExplodedRedemption, LedgerExplodeInfo } from "./explode-answers.ts";
import { type Known, REDEMPTIONS, shapeEvent } from "./explode-present.ts";
import type { EventChoice, ExplodeQuery } from "./explode-query.ts";
import { linesByEvent } from "./ledger-info.ts";
import type { QueryContext } from "./ledger-query.ts";
import { BILL_EVENTS } from "./schema.ts";

/** What domains to the right know of the events of a ledger. */
export interface ExplodeParts {
  /** Numbers of the events by which some bills earned, or by which some returns took points back. */
  eventsOfBills(
    tx: Tx,
    orgId: number,
    partyId: number,
    transactionIds: readonly number[],
    eventName: "TransactionAdd" | "ReturnBill",
  ): Promise<number[]>;
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
  ): Promise<ReadonlyMap<number, ExplodedRedemption>>;
}

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
  if (eventName === "TransactionAdd" || eventName === "ReturnBill") {
    const eventNos = await eventsOfBills(tx, orgId, partyId, referenceIds, eventName);
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
