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

// Cases are written as digits: of those V8 makes a table of jumps, of names one comparison after the other.
export const numberAt = (facts: Facts, slot: number): number | null => {
  // Half of all conditions ask for it, and a comparison that is foreseen costs less than a jump that is not.
  if (slot === SLOTS.value) return facts.currentTxn.value;
  switch (slot) {
    case 1:
      return facts.currentTxn.grossAmount;
    case 2:
      return facts.currentTxn.discount;
    case 3:
      return facts.currentTxn.points;
    case 4:
      return facts.currentCustomer.currentPoints;
    case 5:
      return facts.currentCustomer.lifetimePoints;
    case 6:
      return facts.currentCustomer.lifetimePurchase;
    case 7:
      return facts.currentCustomer.initialLifetimePurchase;
    case 8:
      return facts.currentCustomer.numberOfTxns;
    case 9:
      return facts.currentCustomer.numberOfVisits;
    default:
      return facts.currentCustomer.slabNumber;
  }
};

export const textAt = (facts: Facts, slot: number): string | null => {
  switch (slot) {
    case 20:
      return facts.currentCustomer.slabName;
    case 21:
      return facts.currentCustomer.initialSlabName;
    case 22:
      return facts.currentStore.code;
    case 23:
      return facts.currentStore.name;
    default:
      return facts.currentTxn.number;
  }
};

/** There is one truth that rules ask for all the time. */
export const truthAt = (facts: Facts): boolean | null => facts.currentCustomer.isLoyal;
