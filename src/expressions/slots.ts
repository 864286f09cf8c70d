import type { Facts } from "./facts.ts";

/**
 * The attributes that rules ask for most. A flat program (`program.ts`) reads them by number in a `switch`, which costs a jump where
 * asking a closure costs a call; every other attribute is asked by its closure. A test holds both ways to the same answers.
 */
export const SLOTS = {
  value: 0,
  grossAmount: 1,
  discount: 2,
  points: 3,
  currentPoints: 4,
  lifetimePoints: 5,
  lifetimePurchase: 6,
  initialLifetimePurchase: 7,
  numberOfTxns: 8,
  numberOfVisits: 9,
  slabNumber: 10,
  slabName: 20,
  initialSlabName: 21,
  storeCode: 22,
  storeName: 23,
  billNumber: 24,
  isLoyal: 30,
} as const;
export type SlotName = keyof typeof SLOTS;

export const numberAt = (facts: Facts, slot: number): number | null => {
  switch (slot) {
    case SLOTS.value:
      return facts.currentTxn.value;
    case SLOTS.grossAmount:
      return facts.currentTxn.grossAmount;
    case SLOTS.discount:
      return facts.currentTxn.discount;
    case SLOTS.points:
      return facts.currentTxn.points;
    case SLOTS.currentPoints:
      return facts.currentCustomer.currentPoints;
    case SLOTS.lifetimePoints:
      return facts.currentCustomer.lifetimePoints;
    case SLOTS.lifetimePurchase:
      return facts.currentCustomer.lifetimePurchase;
    case SLOTS.initialLifetimePurchase:
      return facts.currentCustomer.initialLifetimePurchase;
    case SLOTS.numberOfTxns:
      return facts.currentCustomer.numberOfTxns;
    case SLOTS.numberOfVisits:
      return facts.currentCustomer.numberOfVisits;
    default:
      return facts.currentCustomer.slabNumber;
  }
};

export const textAt = (facts: Facts, slot: number): string | null => {
  switch (slot) {
    case SLOTS.slabName:
      return facts.currentCustomer.slabName;
    case SLOTS.initialSlabName:
      return facts.currentCustomer.initialSlabName;
    case SLOTS.storeCode:
      return facts.currentStore.code;
    case SLOTS.storeName:
      return facts.currentStore.name;
    default:
      return facts.currentTxn.number;
  }
};

/** There is one truth that rules ask for all the time. */
export const truthAt = (facts: Facts): boolean | null => facts.currentCustomer.isLoyal;
