import { type CustomerReference, EXPLODE_IDENTIFIER_NAMES, parseCustomer } from "./customer-reference.ts";
import { errors } from "./errors.ts";
import { INFO_LIMIT, parseCurrencyNames, parsePage, type QueryContext } from "./ledger-query.ts";
import { flagOf, numberOf, type RawQuery, textOf } from "./query-values.ts";

/** Events whose details may be asked for: those of points-ledger.md §2 without the bulk opening. */
export const EXPLODE_EVENTS = [
  "TransactionAdd",
  "TransactionUpdate",
  "ReturnBill",
  "TargetCompleted",
  "PointsRedemption",
  "PointsRedemptionReversal",
  "VoucherRedemption",
  "DelayedAccrual",
  "PointsTransfer",
  "PointsExpiry",
  "CustomerRegistration",
  "CustomerUpdate",
  "ManualPointsAdjustment",
  "BulkAllocatePoints",
  "AllocateGoodwillPoints",
  "GenericEvent",
  "CustomerMerge",
];

/** Which events: by their log ids, or by name and what they are about. */
export type EventChoice =
  | { readonly by: "ids"; readonly eventIds: readonly number[] }
  | { readonly by: "reference"; readonly eventName: string; readonly referenceIds: readonly number[] };

export interface ExplodeQuery {
  readonly customer: CustomerReference;
  readonly choice: EventChoice;
  readonly page: number;
  readonly size: number;
  readonly bill: boolean;
  readonly earned: boolean;
  readonly customFields: boolean;
  readonly extendedFields: boolean;
  readonly maxConversion: boolean;
  readonly paymentModes: boolean;
  /** Alternate currencies whose awards are shown beside points. */
  readonly currencies: "all" | readonly number[];
}

const MOST_IDS = 10;

const listOf = (text: string): string[] => text.split(",").map((part) => part.trim());

const parseEventIds = (text: string): number[] => {
  const parts = listOf(text);
  if (parts.length > MOST_IDS)
    throw errors.too_many_events({ field: "eventIds", most: MOST_IDS, given: parts.length });
  const ids = parts.map((part) => {
    const id = numberOf(part);
    if (id === null) throw errors.bad_event_id({ value: part.slice(0, 40) });
    return id;
  });
  return [...new Set(ids)];
};

const parseReferenceIds = (text: string): number[] => {
  const parts = listOf(text);
  if (parts.length > MOST_IDS)
    throw errors.too_many_events({ field: "eventReferenceIds", most: MOST_IDS, given: parts.length });
  const ids = parts.map((part) => {
    const id = part === "-1" ? -1 : numberOf(part);
    if (id === null) throw errors.bad_reference_id({ value: part.slice(0, 40) });
    return id;
  });
  return [...new Set(ids)];
};

const parseChoice = (query: RawQuery): EventChoice => {
  const [ids, name, references] = ["eventIds", "eventName", "eventReferenceIds"].map((field) =>
    textOf(query, field),
  );
  if (ids !== undefined) {
    if (name !== undefined || references !== undefined) throw errors.bad_events();
    return { by: "ids", eventIds: parseEventIds(ids) };
  }
  if (name === undefined || references === undefined) throw errors.bad_events();
  const eventName = EXPLODE_EVENTS.find((item) => item.toLowerCase() === name.toLowerCase());
  if (eventName === undefined) throw errors.bad_event_name({ value: name.slice(0, 40) });
  return { by: "reference", eventName, referenceIds: parseReferenceIds(references) };
};

/** Reads the query of getLedgerExplodeInfo. Raises the errors of points-ledger.md §5. */
export const parseExplode = (query: RawQuery, { organisation, currencies }: QueryContext): ExplodeQuery => {
  const flag = (field: string) => flagOf(query, field, false);
  const names = textOf(query, "alternateCurrencyNames");
  // Judged although they change nothing: one is of groups, and every look at details covers the whole ledger.
  flag("isPrimaryUser");
  flag("includeLastOneYearData");
  return {
    customer: parseCustomer(query, organisation, EXPLODE_IDENTIFIER_NAMES),
    choice: parseChoice(query),
    ...parsePage(query, INFO_LIMIT),
    bill: flag("getBillDetails"),
    earned: flag("getPointsEarnedBreakup"),
    customFields: flag("getCustomFields"),
    extendedFields: flag("getExtendedFields"),
    maxConversion: flag("getMaxConversionDetails"),
    paymentModes: flag("getPaymentModes"),
    currencies: flag("includeAlternateCurrencies") ? "all" : parseCurrencyNames(names, currencies),
  };
};
