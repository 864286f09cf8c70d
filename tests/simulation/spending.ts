import type { Movement } from "#points";
import type { Scene, Step } from "./scene.ts";

export type PointsStep = Step<Movement>;

/** What tills say beside, and the model does not look at. */
export const ABOUT = {
  billNumber: "",
  transactionId: null,
  notes: "",
  purpose: "",
  externalReference: "",
  isValidated: false,
  customFields: null,
};

export const codeOf = (serial: number): string => serial.toString(36).padStart(6, "0");

/** An amount that is mostly within what there is, sometimes all of it, sometimes beyond. */
export const amountAround = ({ chance }: Scene, available: number): number => {
  if (chance.oneIn(10)) return Math.max(1, available);
  if (chance.oneIn(8)) return Math.max(1, available) + chance.whole(1, 5_000);
  return chance.whole(1, Math.max(1, available));
};

/** One of a few of the newest. */
export const recent = <Known>({ chance }: Scene, known: readonly Known[]): Known =>
  known[chance.whole(Math.max(0, known.length - 5), known.length - 1)]!;
