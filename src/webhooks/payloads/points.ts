import { POINTS } from "#ledger";
import { formatPlain } from "#platform";
import type { TakenEvent } from "../intake.ts";
import { type Facts, numberIn, textIn } from "./facts.ts";
import { tellIssued } from "./issued.ts";
import {
  availableBalance,
  currencyNamed,
  day,
  entityOf,
  identifiersOfCustomer,
  money,
  points,
  programOf,
  standingIn,
  tillIn,
  triggeredBy,
} from "./parts.ts";
import { evaluationOf, type Teller, type Told } from "./told.ts";

const amountIn = ({ payload }: TakenEvent): number => points(numberIn(payload, "amount") ?? 0);
const programIn = ({ payload }: TakenEvent): number => numberIn(payload, "programId") ?? 0;
const isOfPoints = ({ payload }: TakenEvent): boolean => (numberIn(payload, "currencyId") ?? 0) === POINTS;
const eventNoIn = ({ payload }: TakenEvent): number | null => numberIn(payload, "eventNo");

type Identifiers = Readonly<Record<string, string | number | null>>;

/** Customer, entity, program and what set it off: how most bodies of a program begin. */
const about = (event: TakenEvent, facts: Facts, trigger: string, identifiers: Identifiers = {}) => ({
  customerIdentifiers: identifiersOfCustomer(facts, event.partyId),
  ...entityOf(event.partyId),
  ...triggeredBy(facts, event.partyId, trigger, tillIn(event), identifiers),
  ...programOf(facts, programIn(event), event.occurredAt.getTime()),
});

const told = (
  event: TakenEvent,
  name: string,
  data: object,
  more: Pick<Told, "availableBalance"> = {},
): Told => ({
  name,
  reference: evaluationOf(event.partyId, eventNoIn(event)) ?? event.requestId,
  eventLogId: numberIn(event.payload, "eventId"),
  loyaltyEventId: evaluationOf(event.partyId, eventNoIn(event)),
  data,
  ...more,
});

const currentPoints = (event: TakenEvent, facts: Facts): number =>
  standingIn(facts, event.partyId, programIn(event), POINTS, eventNoIn(event)).current;

export const tellGrant: Teller = (event, facts) => {
  const { partyId, payload, occurredAt } = event;
  const trigger = triggeredBy(facts, partyId, "ManualCurrencyAllocation", tillIn(event), {
    billId: null,
    grantId: numberIn(payload, "grantId"),
  });
  const eventNo = eventNoIn(event);
  return tellIssued(facts, { partyId, eventNo, trigger, at: occurredAt, reference: event.requestId });
};

export const tellRedemption: Teller = (event, facts) => {
  const { partyId, payload } = event;
  const redemptionId = numberIn(payload, "redemptionId");
  return [
    told(
      event,
      "pointsRedeemed",
      {
        ...about(event, facts, "PointsRedemption", { redemptionId }),
        totalPointsRedeemed: amountIn(event),
        redemptionSummaryId: redemptionId,
        redeemedPointsCurrencyValue: money(facts, numberIn(payload, "value") ?? 0),
        redemptionNotes: textIn(payload, "notes"),
        redemptionBillNumber: textIn(payload, "billNumber"),
        isGroupRedemption: false,
        redemptionFromEarningPrograms: [
          {
            programId: programIn(event),
            pointsRedeemed: amountIn(event),
            programCurrentPoints: currentPoints(event, facts),
          },
        ],
      },
      { availableBalance: availableBalance(facts, partyId) },
    ),
  ];
};

export const tellReversal: Teller = (event, facts) => {
  const redemptionId = numberIn(event.payload, "redemptionId");
  const expired = points(numberIn(event.payload, "expired") ?? 0);
  const details = { available: amountIn(event), expired };
  return [
    told(event, "redeemedPointsReversed", {
      ...about(event, facts, "PointsRedemptionReversal", { redemptionId }),
      redemptionSummaryId: redemptionId,
      redeemedPointsReversed: amountIn(event) + expired,
      redeemedPointsReversedDetails: details,
      redemptionReversalToEarningPrograms: [
        {
          programId: programIn(event),
          redeemedPointsReversed: amountIn(event) + expired,
          redeemedPointsReversedDetails: details,
          programCurrentPoints: currentPoints(event, facts),
        },
      ],
    }),
  ];
};

export const tellDeduction: Teller = (event, facts) => {
  if (!isOfPoints(event)) return [];
  const { partyId, payload } = event;
  const deductionId = numberIn(payload, "deductionId");
  return [
    told(event, "manualPointsAdjustment", {
      customerIdentifiers: identifiersOfCustomer(facts, partyId),
      ...triggeredBy(facts, partyId, "ManualPointsAdjustment", tillIn(event), { deductionId }),
      totalPoinstDeducted: amountIn(event),
      programPointsSplit: [
        {
          pointsAwardedId: numberIn(payload, "eventId"),
          programId: programIn(event),
          points: amountIn(event),
          pointsType: numberIn(payload, "category") === 1 ? "REGULAR" : "PROMISED",
        },
      ],
      reason: textIn(payload, "reason"),
    }),
  ];
};

/** Points that ran out. What a return moves of points that had expired before is no expiry. */
export const tellExpiry: Teller = (event, facts) => {
  if (!isOfPoints(event) || numberIn(event.payload, "transactionId") !== null) return [];
  return [
    told(event, "pointsExpired", {
      ...about(event, facts, "PointsExpiry"),
      pointsExpired: amountIn(event),
    }),
  ];
};

export const tellReminder: Teller = (event, facts) => {
  if (!isOfPoints(event)) return [];
  return [
    {
      name: "pointsExpiryReminder",
      reference: null,
      data: {
        ...about(event, facts, "PointsExpiryReminder"),
        pointsScheduledForExpiry: amountIn(event),
        scheduledExpiryDate: textIn(event.payload, "expiresOn"),
      },
    },
  ];
};

const camel = (source: string): string =>
  source.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

export const tellExpiryMove: Teller = (event, facts) => {
  if (!isOfPoints(event)) return [];
  const { partyId, payload } = event;
  const { loyaltyProgramDetails, loyaltyProgramId: _, ...rest } = about(event, facts, "PointsExpiryChange");
  const source = textIn(payload, "source") ?? "bill_regular";
  const before = day(facts, numberIn(payload, "before"));
  const after = day(facts, numberIn(payload, "after"));
  const amount = amountIn(event);
  const change = {
    name: "pointsExpiryChange",
    reference: event.requestId,
    data: {
      ...rest,
      loyaltyProgramDetails: loyaltyProgramDetails ?? null,
      updatedPointsExpiryBreakup: [
        {
          pointAwardedRefID: numberIn(payload, "awardId"),
          pointsAwardedRefType: source,
          promotionID: null,
          points: amount,
          pointsPreviousExpiryDate: before,
          newExpiryDate: after,
          newExpirySetType: textIn(payload, "setType"),
          expiryUpdateReasonType: textIn(payload, "reasonType"),
          expiryUpdateReasonNote: textIn(payload, "note"),
        },
      ],
    },
  };
  const single = {
    name: "singlePointsExpiryUpdated",
    reference: event.requestId,
    data: {
      customerIdentifiers: identifiersOfCustomer(facts, partyId),
      ...entityOf(partyId),
      triggeringActivity: rest.triggeringActivity,
      updatedPointsExpiry: [
        {
          programId: programIn(event),
          points: amount,
          pointsType: camel(source),
          oldExpiryDate: before,
          newExpiryDate: after,
        },
      ],
    },
  };
  return [change, single];
};

const otherParty = (event: TakenEvent, facts: Facts) => {
  const partyId = numberIn(event.payload, "otherPartyId") ?? 0;
  return { identifiers: identifiersOfCustomer(facts, partyId), entity: entityOf(partyId).entityInformation };
};

export const tellTransfer: Teller = (event, facts) => {
  const receiver = otherParty(event, facts);
  const transferId = numberIn(event.payload, "transferId");
  return [
    told(event, "pointsTransferredInitiated", {
      ...about(event, facts, "PointsTransfer", { transferId }),
      totalPointsTransferred: amountIn(event),
      transferReceivingCustomerIdentifiers: receiver.identifiers,
      transferReceivingEntityInformation: receiver.entity,
      redemptionFromEarningPrograms: [
        {
          programId: programIn(event),
          pointsRedeemed: amountIn(event),
          programCurrentPoints: currentPoints(event, facts),
        },
      ],
    }),
  ];
};

export const tellReceipt: Teller = (event, facts) => {
  const sender = otherParty(event, facts);
  const transferId = numberIn(event.payload, "transferId");
  return [
    told(event, "pointsTransferredReceived", {
      ...about(event, facts, "PointsTransfer", { transferId }),
      totalPointsTransferred: amountIn(event),
      transferInitiatingCustomerIdentifiers: sender.identifiers,
      transferInitiatingEntityInformation: sender.entity,
    }),
  ];
};

/** Lots that became regular, by the bill that had earned them. */
const convertedByBill = (event: TakenEvent, facts: Facts) => {
  const { partyId } = event;
  const awards = facts
    .awards(partyId, eventNoIn(event))
    .filter(({ parentEventNo }) => parentEventNo !== null);
  const bills = [...new Set(awards.map(({ transactionId }) => transactionId))];
  return bills.map((billId) => {
    const own = awards.filter(({ transactionId }) => transactionId === billId);
    const bill = facts.bills.get(billId ?? 0);
    const promotional = own.filter(({ details }) => details?.promotionId !== undefined);
    return {
      billId,
      bill,
      amount: points(own.reduce((sum, { amount }) => sum + amount, 0)),
      promotional,
      regular: own.filter((award) => !promotional.includes(award)),
      /** What it was before: waiting for a date, or for an event. */
      category: facts
        .awards(partyId, own[0]!.parentEventNo)
        .find(({ lineNo }) => lineNo === own[0]!.parentLineNo)?.category,
    };
  });
};

/** Nobody asked for what a job converts: its posting names nothing. */
const conversionSource = (event: TakenEvent, facts: Facts): string => {
  const [entry] = facts.entries(event.partyId, eventNoIn(event));
  return entry?.reference === null || entry === undefined ? "systemTrigger" : "externalTrigger";
};

export const tellConversion: Teller = (event, facts) =>
  isOfPoints(event) ? tellPointsConversion(event, facts) : tellCurrencyConversion(event, facts);

const identifiersOfBill = (billId: number | null, number: string | undefined) => [
  { key: "billId", value: billId === null ? "-1" : String(billId) },
  ...(number === undefined ? [] : [{ key: "billNumber", value: number }]),
];

const billDetails = (billId: number | null, bill: ReturnType<typeof convertedByBill>[number]["bill"]) => ({
  id: billId,
  billNumber: bill?.number ?? null,
  itemCode: null,
  billDate: bill?.billedAt.getTime() ?? null,
});

const tellPointsConversion: Teller = (event, facts) => {
  const programId = programIn(event);
  const groups = convertedByBill(event, facts);
  const { current, lifetime } = standingIn(facts, event.partyId, programId, POINTS, eventNoIn(event));
  const isTriggered = groups.some(({ category }) => category === 3);
  return [
    told(event, "promisedToCurrentPointsConversion", {
      ...about(event, facts, "DelayedAccrual", { billId: groups[0]?.billId ?? null }),
      programCurrentPoints: current,
      programLifetimePoints: lifetime,
      pointsConverted: amountIn(event),
      pointsConversionSource: conversionSource(event, facts),
      pointsConvertedType: isTriggered ? "EXTERNAL_TRIGGER_BASED_POINTS" : "PROMISED_POINTS",
      eventDateTime: formatPlain(event.occurredAt.getTime(), facts.organisation.timeZone),
      billId: groups.length === 1 ? groups[0]!.billId : null,
      eventLogId: numberIn(event.payload, "eventId"),
      earningActivityReference: groups.map(({ billId, bill, amount }) => ({
        name: "TransactionAdd",
        enteredAt: bill?.recordedAt.getTime() ?? null,
        pointsConverted: amount,
        identifiers: identifiersOfBill(billId, bill?.number),
      })),
      pointsConvertedBreakup: groups.map(({ billId, bill, promotional, regular }) => ({
        entityName: "BILL",
        entityDetails: billDetails(billId, bill),
        promotionalPointsBreakup: promotional.map(({ amount, details }) => ({
          points: points(amount),
          programId,
          promotionId: details?.promotionId ?? null,
          promotionName: details?.promotionName ?? null,
        })),
        nonPromotionalPointsBreakup: regular.map(({ amount }) => ({ points: points(amount), programId })),
      })),
    }),
  ];
};

const tellCurrencyConversion: Teller = (event, facts) => {
  const programId = programIn(event);
  const named = currencyNamed(facts, programId, numberIn(event.payload, "currencyId") ?? 0);
  const groups = convertedByBill(event, facts);
  return [
    told(event, "promisedToCurrentAlternateCurrencyConversion", {
      ...about(event, facts, "DelayedAccrual", { billId: groups[0]?.billId ?? null }),
      alternateCurrencyConverted: [{ ...named, alternateCurrencyValue: amountIn(event) }],
      alternateCurrencyConversionSource: conversionSource(event, facts),
      eventDateTime: formatPlain(event.occurredAt.getTime(), facts.organisation.timeZone),
      billId: groups.length === 1 ? groups[0]!.billId : null,
      eventLogId: numberIn(event.payload, "eventId"),
      earningAlternateCurrencyReference: groups.map(({ billId, bill, amount }) => ({
        name: "TransactionAdd",
        enteredAt: bill?.recordedAt.getTime() ?? null,
        alternateCurrencyConverted: amount,
        ...named,
        identifiers: identifiersOfBill(billId, bill?.number),
      })),
      alternateCurrencyConvertedBreakup: groups.map(({ billId, bill, amount, promotional, regular }) => ({
        entityName: "BILL",
        alternateCurrencyEntityDetails: {
          ...named,
          alternateCurrencyValue: amount,
          ...billDetails(billId, bill),
        },
        promotionalAlternateCurrencyBreakup: promotional.map((award) => ({
          alternateCurrencyValue: points(award.amount),
          ...named,
          programId,
          promotionId: award.details?.promotionId ?? null,
          promotionName: award.details?.promotionName ?? null,
        })),
        nonPromotionalAlternateCurrencyBreakup: regular.map((award) => ({
          alternateCurrencyValue: points(award.amount),
          ...named,
          programId,
        })),
      })),
    }),
  ];
};
