import { Type } from "@fastify/type-provider-typebox";
import { failures, type Server, type Tx, V2Failure } from "#platform";
import type { QueryContext } from "../ledger-query.ts";
import type { RawQuery } from "../query-values.ts";
import type { ContextOf, LedgerRouteParts } from "../routes.ts";
import { AwardIds, Awards, readAwardIds, readAwardsBetween, readAwardsOfEvent } from "./awards.ts";
import {
  Adjustments,
  BillFields,
  CurrencyEntries,
  EventEntries,
  PointsByYear,
  RedemptionEvents,
  readAdjustments,
  readBillFields,
  readCurrencyEntries,
  readEventEntries,
  readPointsByYear,
  readRedemptionEvents,
} from "./entries.ts";
import {
  checkDagScope,
  parseAwardIds,
  parseAwardsBetween,
  parseAwardsOfEvent,
  parseEntries,
  parseEvents,
  parseYears,
} from "./query.ts";

// Every parameter is judged where it is read, so that each refusal names the field.
const parameter = (description: string) => Type.Optional(Type.Unknown({ description }));

const PAGE = {
  page: parameter("Number of the page, from 1"),
  count: parameter("Items to a page, 1 to 100; 10 when absent"),
};
const ENTRIES = {
  ledger_entry_types: parameter("Needed: CREDIT, DEBIT, comma-separated"),
  entity_id: parameter("Needed: the customer's id"),
  start_date: parameter("Needed unless dates are left out: YYYY-MM-DD"),
  end_date: parameter("Needed unless dates are left out: YYYY-MM-DD"),
  till_ids: parameter("Needed: till ids, comma-separated; -1 = none"),
  is_filter_not_based_on_date: parameter("Needed: 1 leaves the dates out, 0 heeds them"),
  is_till_not_present: parameter("Needed: 1 leaves the tills out, 0 heeds them"),
  ...PAGE,
};
const EVENTS = {
  entity_id: parameter("Needed: the customer's id"),
  event_log_ids: parameter("Needed: event log ids, comma-separated, at most 100"),
};
const AWARD_SPAN = {
  program_id: parameter("Needed: the program"),
  point_category_id: parameter("Needed: 1 regular, 2 promised, 3 trigger-based"),
  entity_id: parameter("Needed: customers' ids, comma-separated, at most 100"),
};
const AWARD_IDS = {
  ...AWARD_SPAN,
  start_expiry_date: parameter("Needed: YYYY-MM-DD"),
  end_expiry_date: parameter("Needed: YYYY-MM-DD"),
  status: parameter("Needed: states, comma-separated: AVAILABLE, REDEEMED, EXPIRED, …"),
  org_id: parameter("The caller's organisation"),
};
const AWARDS_BETWEEN = {
  ...AWARD_SPAN,
  expiry_date_start: parameter("Needed: YYYY-MM-DD"),
  expiry_date_end: parameter("Needed: YYYY-MM-DD"),
  ...PAGE,
};
const AWARDS_OF_EVENT = {
  entity_id: parameter("Needed: the event's id, or its bill's"),
  customer_id: parameter("Needed: the customer's id"),
  event_type_id: parameter("Needed: 15 = TransactionAdd"),
  ...PAGE,
};
const YEARS = {
  customer_id: parameter("Needed: the customer's id"),
  year: parameter("One year; all when absent"),
};

const config = { access: { resource: "Points", mode: "read" } } as const;
const FAILURES = failures(V2Failure);
/** Kinds of event that cannot happen yet: there are no targets and no coupons. */
const Nothing = Type.Array(Type.Object({}), { maxItems: 0 });

/** `/das/getThing` → `getThing`, `/x/neo/things/ids` → `neoThingsIds`. */
const operationIdOf = (path: string): string =>
  path.replace(/^\/(das|x)\//, "").replace(/\/(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The reads that dataflows use (points-ledger.md §4a, points.md §5.3): bare arrays. */
export const addDataflowReads = (server: Server, parts: LedgerRouteParts, contextOf: ContextOf): void => {
  const { db, explode } = parts;
  const add = <Shape extends ReturnType<typeof Type.Array>, Query>(
    paths: readonly string[],
    read: {
      readonly summary: string;
      readonly query: Parameters<typeof Type.Object>[0];
      readonly shape: Shape;
      readonly parse: (query: RawQuery, context: QueryContext) => Query;
      readonly answer: (tx: Tx, context: QueryContext, query: Query) => Promise<unknown>;
    },
  ) => {
    for (const path of paths)
      server.get(
        path,
        {
          config,
          schema: {
            tags: ["Reads of dataflows"],
            summary: read.summary,
            operationId: operationIdOf(path),
            querystring: Type.Object(read.query),
            // The shape is a parameter, which the types of one route cannot follow; tests hold the answers to it.
            response: { 200: read.shape as never, ...FAILURES },
          },
        },
        async ({ actor: { orgId }, query, headers }) => {
          checkDagScope(headers["x-cap-neo-dag-scope"]);
          const context = await contextOf(orgId);
          const parsed = read.parse(query as RawQuery, context);
          return (await db.transaction(orgId, (tx) => read.answer(tx, context, parsed))) as never;
        },
      );
  };

  add(["/das/getLedgerEntriesWithEventId"], {
    summary: "List ledger entries of points with their events",
    query: ENTRIES,
    shape: EventEntries,
    parse: parseEntries,
    answer: (tx, context, query) => readEventEntries(tx, context, explode, query),
  });
  add(["/das/getACLedgerEntriesWithEventId"], {
    summary: "List ledger entries of alternate currencies with their events",
    query: ENTRIES,
    shape: CurrencyEntries,
    parse: parseEntries,
    answer: (tx, context, query) => readCurrencyEntries(tx, context, explode, query),
  });
  add(["/das/getManualPointsAdjustmentExplodeLedger"], {
    summary: "Read why points were adjusted",
    query: EVENTS,
    shape: Adjustments,
    parse: parseEvents,
    answer: readAdjustments,
  });
  add(["/das/getPointsRedemptionExplodeLedger"], {
    summary: "Read what was redeemed",
    query: EVENTS,
    shape: RedemptionEvents,
    parse: parseEvents,
    answer: (tx, context, query) => readRedemptionEvents(tx, context, explode, query),
  });
  add(["/das/getTransactionAddExplodeLedger"], {
    summary: "Read custom fields of the bills behind entries",
    query: EVENTS,
    shape: BillFields,
    parse: parseEvents,
    answer: (tx, context, query) => readBillFields(tx, context, explode, query),
  });
  add(["/das/getExpiredPointsByCustomerIdAndYear"], {
    summary: "Read points earned and expired by year",
    query: YEARS,
    shape: PointsByYear,
    parse: parseYears,
    answer: readPointsByYear,
  });
  add(["/das/getPAIdsForProvidedDateRange", "/x/neo/pointsAwarded/paIds"], {
    summary: "List ids of awards that expire within a span",
    query: AWARD_IDS,
    shape: AwardIds,
    parse: parseAwardIds,
    answer: readAwardIds,
  });
  add(["/das/getPaDetailsByEventId", "/x/neo/pointsAllocation/event"], {
    summary: "Read the awards behind an event",
    query: AWARDS_OF_EVENT,
    shape: Awards,
    parse: parseAwardsOfEvent,
    answer: (tx, context, query) => readAwardsOfEvent(tx, context, explode, query),
  });
  add(["/x/neo/pointsAllocation/dateRange"], {
    summary: "List awards that expire within a span",
    query: AWARDS_BETWEEN,
    shape: Awards,
    parse: parseAwardsBetween,
    answer: readAwardsBetween,
  });
  add(
    [
      "/das/getTargetCompletedExplodeLedger",
      "/das/getCouponRedemptionCustomFieldsData",
      "/x/neo/couponRedemption/customFields",
    ],
    {
      summary: "Empty: there are neither targets nor coupons yet",
      query: EVENTS,
      shape: Nothing,
      parse: parseEvents,
      answer: async () => [],
    },
  );
};
