import { randomInt } from "node:crypto";
import { type CompiledProgram, expiresAt, pointsEndWithTier, shareOf } from "#loyalty";
import type { Ids, Instant, Tx } from "#platform";
import {
  type Desk,
  loadCarriers,
  loadRedemptionsOfBills,
  noWrites,
  paidBill,
  type Redemption,
  reverseRedemption,
} from "#points";
import type { Passage, ReturnPassage, Snapshot } from "../passage.ts";
import { isReturned } from "./rules.ts";
import type { JudgedReturn, OriginalBill, ReturnableBill } from "./schema.ts";
import { findSameNumbered, type NumberedStretch } from "./store.ts";

/** Points that paid bills of the batch's returns, and the desk at which they are taken back. */
export interface BillRedemptions {
  /** By bill; changed in place as they are taken back. */
  readonly ofBill: Map<number, Redemption[]>;
  readonly desk: Pick<Desk, "nextId" | "writes">;
}

const NONE: BillRedemptions = {
  ofBill: new Map(),
  desk: {
    nextId: () => {
      throw new Error("no redemption is taken back here");
    },
    writes: noWrites(),
  },
};

/** Nothing was paid with points. */
export const noRedemptions = (): BillRedemptions => NONE;

/** A bill with those merged since whose points paid it. */
export interface PaidBill extends OriginalBill {
  readonly payerIds: readonly number[];
}

/** Reads the redemptions that paid bills, with the lots that carry them into the book. */
export const loadBillRedemptions = async (
  tx: Tx,
  ids: Ids,
  bills: readonly PaidBill[],
  returns: number,
  desk: Pick<Desk, "organisation" | "book">,
  /** Customers into whom those of the bills, or of their redemptions, were merged. */
  survivorIds: readonly number[] = [],
): Promise<BillRedemptions> => {
  const { organisation } = desk;
  const asked = bills
    .filter(({ customerId }) => customerId !== null)
    .flatMap(({ partyId, payerIds, id, number }) => [
      { partyId, transactionId: id, number },
      ...payerIds.map((payerId) => ({ partyId: payerId, transactionId: id, number: "" })),
    ]);
  const found = asked.length === 0 ? [] : await loadRedemptionsOfBills(tx, organisation.id, asked);
  if (found.length === 0) return NONE;
  const unlinked = found.filter(({ transactionId }) => transactionId === null);
  const stretches = stretchesOf(organisation, unlinked, bills);
  const numbered = stretches.length === 0 ? [] : await findSameNumbered(tx, organisation.id, stretches);
  const ofBill = new Map<number, Redemption[]>();
  for (const redemption of found) {
    const id = redemption.transactionId ?? paidBill(organisation, redemption, numbered);
    if (id === null || !asked.some(({ transactionId }) => transactionId === id)) continue;
    ofBill.set(id, [...(ofBill.get(id) ?? []), redemption]);
  }
  await loadCarriers(tx, desk, [...ofBill.values()].flat(), survivorIds);
  const count = found.length * returns;
  // Of one who was merged two more each, and two by which what comes back goes on.
  const [event, points] = await Promise.all([ids.reserve("event", 5 * count), ids.reserve("points", count)]);
  const next = { event, points };
  return { ofBill, desk: { nextId: (kind) => next[kind](), writes: noWrites() } };
};

/**
 * Where the bill may be that unlinked points paid: no further from them than the one that goes back. Of points that are too far from
 * that for its number nothing is asked.
 */
const stretchesOf = (
  organisation: Desk["organisation"],
  unlinked: readonly Redemption[],
  bills: readonly PaidBill[],
): NumberedStretch[] =>
  unlinked.flatMap((spent) => {
    // Wherever it is: the place is asked of the bills that are found.
    const near = bills.filter(
      (bill) =>
        paidBill(organisation, spent, [{ ...bill, transactionId: bill.id, tillId: null, storeId: null }]) !==
        null,
    );
    if (near.length === 0) return [];
    const { partyId, billNumber: number, redeemedAt } = spent;
    const apart = Math.max(...near.map(({ billedAt }) => Math.abs(billedAt.getTime() - redeemedAt)));
    return [{ partyId, number, from: redeemedAt - apart, until: redeemedAt + apart }];
  });

/** How much of a bill has gone back, in money. */
const partOf = (bill: ReturnableBill): { returned: number; of: number } =>
  isReturned(bill) || bill.amount === 0
    ? { returned: isReturned(bill) ? 1 : 0, of: 1 }
    : { returned: bill.returnedAmount, of: bill.amount };

/**
 * Takes back the points that paid what goes back: the share of each redemption of the bill, all that is left of it with the
 * last of the bill (points.md §4.1).
 */
export const reverseRedemptionsOfBill = (
  { purchase }: Passage,
  { transactionId, partyId }: ReturnPassage,
  { bill }: JudgedReturn,
  snapshot: Snapshot,
): void => {
  if (bill === null) return;
  const { ofBill, desk } = snapshot.redemptions;
  const redemptions = ofBill.get(bill.before.id) ?? [];
  const [before, after] = [partOf(bill.before), partOf(bill.after)];
  redemptions.forEach((redemption, index) => {
    const program =
      snapshot.programs.byId(redemption.programId)?.inForce(bill.before.billedAt.getTime()) ?? null;
    const part = ({ returned, of }: typeof before) =>
      returned === of || program === null
        ? returned === of
          ? redemption.amount
          : 0
        : shareOf(program, redemption.amount, returned, of);
    const asked = Math.min(part(after) - part(before), redemption.amount - redemption.reversed);
    if (asked <= 0) return;
    const renewedUntil = renewalOf(program, partyId, purchase.now, snapshot);
    reverseRedemption({ ...desk, ...snapshot }, redemption, asked, {
      code: drawCode(),
      at: purchase.now,
      cause: "return",
      transactionId,
      tillId: purchase.tillId,
      by: `return ${transactionId}`,
      survivorId: snapshot.profiles.get(redemption.partyId)?.mergedInto ?? null,
      ...(renewedUntil === undefined ? {} : { renewedUntil }),
      ...(program?.returns.reverseRedemption === "reissue" ? { reissues: true } : {}),
    });
    redemptions[index] = { ...redemption, reversed: redemption.reversed + asked };
  });
};

/** The expiry that points past theirs come back with; undefined where they do not come back. */
const renewalOf = (
  program: CompiledProgram | null,
  partyId: number,
  now: Instant,
  snapshot: Snapshot,
): Instant | null | undefined => {
  if (program === null) return undefined;
  const { reverseRedemption: how, redemptionReversal } = program.returns;
  if (how !== "reissue" && redemptionReversal !== "renew") return undefined;
  const membership = snapshot.memberships.get(`${partyId}/${program.programId}`);
  const { timeZone } = program;
  const joinedAt = membership?.joinedAt.getTime() ?? now;
  const tierEndsAt = pointsEndWithTier(program, membership ?? null);
  const tier = membership?.tierNumber ?? 1;
  return expiresAt(program, null, { at: now, now, tier, joinedAt, tierEndsAt, timeZone }).expiresAt;
};

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** A code that is taken already fails the batch, whose returns are then tried alone with other codes. */
const drawCode = (): string => Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
