import { createHash } from "node:crypto";
import { formatDecimal, formatLedger, POINTS_SCALE, toDecimal } from "#platform";
import type { AwardedLot, TakenLot } from "./event-details.ts";
import { expiryShown } from "./expiry-shown.ts";
import type {
  ExplodedBill,
  ExplodedEvent,
  ExplodedRedemption,
  PointsEarned,
  RedemptionDetails,
} from "./explode-answers.ts";
import type { ExplodeQuery } from "./explode-query.ts";
import type { QueryContext } from "./ledger-query.ts";
import type { LedgerLine } from "./pages.ts";
import { BILL_EVENTS, CATEGORY_NAMES, POINTS } from "./schema.ts";

/** Redemptions and their reversals are about the customer. */
export const REDEMPTIONS: ReadonlySet<string> = new Set(["PointsRedemption", "PointsRedemptionReversal"]);
/** Events that are about what they award, so that it is always shown. */
const AWARDS = new Set(["AllocateGoodwillPoints", "BulkAllocatePoints", "TargetCompleted", "GenericEvent"]);

/** What was read of the events to be shown. */
export interface Known {
  readonly lines: ReadonlyMap<number, LedgerLine[]>;
  readonly lots: readonly AwardedLot[];
  readonly uses: readonly TakenLot[];
  readonly bills: ReadonlyMap<number, ExplodedBill>;
  readonly redemptions: ReadonlyMap<number, ExplodedRedemption>;
}

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

/** One event with the blocks that its kind and the switches call for. */
export const shapeEvent = (
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
  const showsEarned = query.earned || AWARDS.has(eventName);
  return {
    eventLogId: eventId,
    eventName,
    eventReferenceId: referenceOf(partyId, first),
    uniqueId: bill?.uniqueId ?? hashOf(lines),
    eventDetails: eventDetailsOf(context, lines, lots, known, query),
    ...(REDEMPTIONS.has(eventName) ? { pointsBreakup: breakupOf(context, eventNo, known, query) } : {}),
    ...(REDEMPTIONS.has(eventName) && query.customFields
      ? { customFields: [...(known.redemptions.get(eventNo)?.customFields ?? [])] }
      : {}),
    ...(bill === undefined ? {} : billBlocks(context, bill, showsEarned ? lots : null, query)),
    ...(showsEarned ? { pointsEarned: earnedOf(context, lots) } : {}),
  };
};

const showsCurrency = ({ currencies }: ExplodeQuery, currencyId: number): boolean =>
  currencyId === POINTS || currencies === "all" || currencies.includes(currencyId);

/** `lots` are what the bill earned, or null where that is not asked for. */
const billBlocks = (
  context: QueryContext,
  { billDetails, customFields, extendedFields, paymentModes, pointInTimeSlabs }: ExplodedBill,
  lots: readonly AwardedLot[] | null,
  query: ExplodeQuery,
): Partial<ExplodedEvent> => {
  const lineItems = billDetails.lineItems.map(({ extendedFields: fields, ...line }) => {
    const ofLine = lots?.filter(({ billLine }) => billLine === line.lineNo) ?? [];
    return {
      ...line,
      ...(query.extendedFields && fields !== undefined ? { extendedFields: fields } : {}),
      ...(ofLine.length === 0 ? {} : { pointsEarned: earnedOf(context, ofLine) }),
    };
  });
  const ofBill = lots?.filter(({ billLine }) => billLine === 0);
  const shown = {
    ...billDetails,
    ...(ofBill === undefined ? {} : { pointsEarned: earnedOf(context, ofBill) }),
    lineItems,
  };
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
  lots: readonly AwardedLot[],
  { redemptions }: Known,
  query: ExplodeQuery,
): ExplodedEvent["eventDetails"] => {
  const { eventNo, eventName, bookedAt, tillId, reference } = lines[0]!;
  const zone = organisation.clusterTimeZone;
  const { reason, comments, userId } = reference ?? {};
  const conversions = lots.flatMap(({ convertsAt }) => convertsAt?.getTime() ?? []);
  return {
    eventTime: formatLedger(bookedAt.getTime(), zone),
    ...(tillId === null ? {} : { tillId }),
    ...(reason === undefined ? {} : { reason }),
    ...(comments === undefined ? {} : { comments }),
    ...(userId === undefined ? {} : { assocId: userId }),
    ...(query.maxConversion && conversions.length > 0
      ? { maxConversionDate: formatLedger(Math.max(...conversions), zone) }
      : {}),
    ...(REDEMPTIONS.has(eventName)
      ? { redemptionDetails: redemptionOf(lines, redemptions.get(eventNo)) }
      : {}),
  };
};

const redemptionOf = (
  lines: readonly LedgerLine[],
  kept: ExplodedRedemption | undefined,
): RedemptionDetails => {
  const moved = lines.reduce((sum, line) => sum + (line.currencyId === POINTS ? line.amount : 0), 0);
  const { transactionNumber = "", code = "", comments = "" } = lines[0]!.reference ?? {};
  return {
    pointsRedeemed: formatDecimal(Math.abs(moved), POINTS_SCALE, 3),
    redemptionPurpose: "",
    transactionNumber,
    redemptionId: code,
    notes: comments,
    groupRedemption: false,
    ...kept?.details,
  };
};

interface Pot {
  readonly programId: number;
  readonly currencyId: number;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly rolls: boolean;
}

const programOf = ({ programs, currencies }: QueryContext, { programId, currencyId }: Pot) => ({
  programId,
  programName: programs.get(programId)?.name ?? "",
  ...(currencyId === POINTS
    ? {}
    : { alternateCurrencyName: currencies.get(currencyId)?.name ?? String(currencyId) }),
});

const expiryOf = ({ organisation }: QueryContext, pot: Pot) => ({
  expiresOn: formatLedger(expiryShown(pot, organisation.clusterTimeZone), organisation.clusterTimeZone),
  expiryType: pot.rolls ? "rolling" : "fixed",
});

/** The lots that a redemption took from, or that a reversal gave back to. */
const breakupOf = (context: QueryContext, eventNo: number, known: Known, query: ExplodeQuery) =>
  known.uses
    .filter(
      (use) => use.eventNo === eventNo && use.kind === "redeemed" && showsCurrency(query, use.currencyId),
    )
    .map((use) => ({
      ...programOf(context, use),
      pointsCategory: CATEGORY_NAMES[use.category],
      value: points(Math.abs(use.amount)),
      ...expiryOf(context, use),
    }));

const isRegular = ({ source }: AwardedLot) => source === "bill_regular" || source === "line_item_regular";

const earnedOf = (context: QueryContext, lots: readonly AwardedLot[]): PointsEarned => {
  const { clusterTimeZone } = context.organisation;
  const awardOf = (lot: AwardedLot) => ({
    ...programOf(context, lot),
    value: points(lot.amount),
    ...expiryOf(context, lot),
  });
  const spendable = lots.filter(({ category }) => category === 1);
  return {
    regular: spendable.filter(isRegular).map(awardOf),
    promo: spendable
      .filter((lot) => !isRegular(lot))
      .map((lot) => {
        const { promotionId, promotionName } = lot.details ?? {};
        return {
          ...(promotionId === undefined ? {} : { promotionId }),
          ...(promotionName === undefined ? {} : { promotionName }),
          ...awardOf(lot),
        };
      }),
    promised: lots
      .filter(({ category }) => category !== 1)
      .map((lot) => ({
        ...awardOf(lot),
        ...(lot.convertsAt === null
          ? {}
          : { conversionDate: formatLedger(lot.convertsAt.getTime(), clusterTimeZone) }),
      })),
  };
};
