import { POINTS, takeUpTo } from "#ledger";
import type { CompiledProgram } from "#loyalty";
import type { Instant, Millipoints, Money } from "#platform";
import type { Desk } from "../movement.ts";
import type { Redemption } from "../schema.ts";
import { moneyFor, spendable } from "./standing.ts";

/** What a redemption is about, beside the points. */
export interface RedemptionAbout {
  readonly billNumber: string;
  readonly notes: string;
  readonly purpose: string;
  readonly externalReference: string;
  readonly customFields: Redemption["customFields"];
}

/** The reply to `redeem`, before the dialect dresses it. */
export interface Redeemed {
  readonly customerId: number;
  readonly redemptionId: number;
  readonly code: string;
  readonly programId: number;
  readonly points: Millipoints;
  readonly value: Money;
  readonly balance: Millipoints;
  readonly transactionId: number | null;
  readonly isValidated: boolean;
  readonly redeemedAt: Instant;
}

/** Posts a redemption that was checked, and keeps its record. A captured hold is honoured, also when a return took the points since. */
export const postRedemption = (
  desk: Desk,
  partyId: number,
  program: CompiledProgram,
  input: RedemptionAbout & { readonly points: Millipoints; readonly code: string },
  about: {
    /** When the points are redeemed. */
    readonly at: Instant;
    readonly tillId: number | null;
    readonly by: string;
    readonly holdId: number | null;
    readonly transactionId: number | null;
    readonly isValidated: boolean;
  },
): Redeemed => {
  const { book, writes } = desk;
  const { programId } = program;
  const { points, code, billNumber } = input;
  const { at, tillId, holdId, transactionId, isValidated } = about;
  // Thrown before anything is posted, should it be more than is counted.
  const value = moneyFor(program, points);
  const key = spendable(programId);
  const uses = takeUpTo(book.openLots(partyId, key), points);
  const id = desk.nextId("points");
  const eventId = desk.nextId("event");
  const { eventNo, bookedAt } = book.post({
    partyId,
    eventId,
    eventName: "PointsRedemption",
    bookedAt: at,
    recordedAt: desk.recordedAt,
    tillId,
    sourceProgramId: programId,
    reference: {
      redemptionId: id,
      code,
      by: about.by,
      ...(billNumber === "" ? {} : { transactionNumber: billNumber }),
      ...(transactionId === null ? {} : { transactionId }),
      ...(input.notes === "" ? {} : { comments: input.notes }),
      ...(holdId === null ? {} : { holdId }),
    },
    postings: [{ ...key, contra: "redeemed", amount: -points, uses, overdraws: holdId !== null }],
  });
  const { purpose, notes, externalReference, customFields } = input;
  writes.redemptions.push({
    partyId,
    id,
    programId,
    eventNo,
    eventId,
    code,
    amount: points,
    value,
    reversed: 0,
    billNumber,
    transactionId,
    tillId,
    redeemedAt: at,
    recordedAt: desk.recordedAt,
    purpose,
    notes,
    externalReference,
    holdId,
    isValidated,
    customFields,
  });
  writes.codes.push({ kind: "redemption", code, partyId, id });
  writes.events.push({
    orgId: desk.organisation.id,
    partyId,
    type: "points.redeemed",
    occurredAt: new Date(bookedAt),
    payload: {
      programId,
      currencyId: POINTS,
      category: 1,
      amount: points,
      redemptionId: id,
      value,
      billNumber,
      eventNo,
      eventId,
      notes,
      tillId,
    },
  });
  return {
    customerId: partyId,
    redemptionId: id,
    code,
    programId,
    points,
    value,
    balance: book.account(partyId, key)?.balance ?? 0,
    transactionId,
    isValidated,
    redeemedAt: at,
  };
};
