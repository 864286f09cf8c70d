import { BULK_OPENING } from "../opening-postings.ts";

/** Numbers of event types. 15 is what the documentation's samples show for purchases; the others are ours. */
const EVENT_TYPE_IDS: Readonly<Record<string, number>> = {
  CustomerRegistration: 10,
  CustomerUpdate: 11,
  TransactionAdd: 15,
  TransactionUpdate: 16,
  ReturnBill: 17,
  PointsRedemption: 18,
  PointsRedemptionReversal: 19,
  VoucherRedemption: 20,
  TargetCompleted: 21,
  GenericEvent: 22,
  DelayedAccrual: 23,
  PointsTransfer: 24,
  PointsExpiry: 25,
  ManualPointsAdjustment: 26,
  BulkAllocatePoints: 27,
  AllocateGoodwillPoints: 28,
  CustomerMerge: 29,
  [BULK_OPENING]: 30,
};

/** The number of an event's type; -1 for one that has none. */
export const eventTypeId = (eventName: string): number => EVENT_TYPE_IDS[eventName] ?? -1;

/** The event that a number means; undefined when it means none. */
export const eventNameOf = (typeId: number): string | undefined =>
  Object.keys(EVENT_TYPE_IDS).find((name) => EVENT_TYPE_IDS[name] === typeId);
