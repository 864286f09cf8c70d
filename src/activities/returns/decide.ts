import type { CustomerProfile } from "#customers";
import { postMerge } from "#ledger";
import { type Membership, tierEvents } from "#loyalty";
import { AppError, type NextId } from "#platform";
import { type Passage, type ReturnPassage, refuse, type Snapshot, type Writes } from "../passage.ts";
import { lowerTargets } from "../targets.ts";
import { type Consequence, consequenceOf, takesBack } from "./consequence.ts";
import { recordReturn } from "./record.ts";
import { reverseRedemptionsOfBill } from "./redemptions.ts";
import { isReturned, judgeReturn } from "./rules.ts";
import type { JudgedReturn, ReturnableBill } from "./schema.ts";
import { measuresBefore, tierTakenBack } from "./tiers.ts";
import { type LoweredTrackers, lowerTrackers } from "./trackers.ts";

/** What a passage's returns come to, before anything of it is written. */
export interface JudgedReturns {
  readonly items: readonly { readonly item: ReturnPassage; readonly judged: JudgedReturn }[];
  /** Bills as they are afterwards. */
  readonly bills: ReadonlyMap<number, ReturnableBill>;
  /** Memberships as they are afterwards, by party and program. */
  readonly memberships: ReadonlyMap<string, Membership>;
  /** What trackers hold afterwards, with the rows that changed, by party and program. */
  readonly trackers: ReadonlyMap<string, LoweredTrackers>;
}

const NO_RETURNS: JudgedReturns = {
  items: [],
  bills: new Map(),
  memberships: new Map(),
  trackers: new Map(),
};

/** Judges all returns of a passage, each on what the one before left; null when one of them must be refused, and with it the passage. */
export const judgeReturns = (passage: Passage, snapshot: Snapshot): JudgedReturns | null => {
  if (passage.returns.length === 0) return NO_RETURNS;
  const bills = new Map<number, ReturnableBill>();
  const memberships = new Map<string, Membership>();
  const trackers = new Map<string, LoweredTrackers>();
  const items: { item: ReturnPassage; judged: JudgedReturn }[] = [];
  try {
    for (const item of passage.returns) {
      const judged = judge(item, bills, snapshot);
      item.warnings = [...item.warnings, ...judged.warnings];
      items.push({ item, judged });
      if (judged.bill === null) continue;
      bills.set(judged.bill.after.id, judged.bill.after);
      const lowered = lowerMembership(judged, memberships, snapshot);
      if (lowered !== null) memberships.set(`${lowered.partyId}/${lowered.programId}`, lowered);
      lowerTrackers(judged.bill, trackers, snapshot);
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    refuse(passage, error);
    return null;
  }
  return { items, bills, memberships, trackers };
};

const judge = (
  { request, original }: ReturnPassage,
  bills: ReadonlyMap<number, ReturnableBill>,
  snapshot: Snapshot,
): JudgedReturn => {
  if (original === null) {
    const amount = request.amount ?? request.lines.reduce((sum, line) => sum + line.amount, 0);
    return { request, amount, lines: [], bill: null, warnings: [] };
  }
  const bill = bills.get(original.id) ?? snapshot.bills.get(original.id)!;
  return judgeReturn(bill, request, snapshot.organisation.moneyScale);
};

/**
 * Lifetime purchases go down by what goes back, the count of bills once nothing of the bill is left. The tier stays, unless the program
 * has returns take it back (`tierTakenBack`).
 */
const lowerMembership = (
  { bill, amount }: JudgedReturn,
  lowered: ReadonlyMap<string, Membership>,
  snapshot: Snapshot,
): Membership | null => {
  const { partyId, programId, isBlocked } = bill!.before;
  if (programId === null || isBlocked) return null;
  // Of one who was merged into another the purchases count there.
  const key = `${snapshot.profiles.get(partyId)?.mergedInto ?? partyId}/${programId}`;
  const membership = lowered.get(key) ?? snapshot.memberships.get(key);
  if (membership === undefined) return null;
  const isWhole = isReturned(bill!.after);
  return {
    ...membership,
    lifetimePurchases: Math.max(0, membership.lifetimePurchases - amount),
    transactionCount: Math.max(0, membership.transactionCount - (isWhole ? 1 : 0)),
  };
};

/** Posts what a passage's returns take back and collects the rows and events of them. */
export const applyReturns = (
  passage: Passage,
  { items, bills, memberships, trackers }: JudgedReturns,
  profile: CustomerProfile | null,
  snapshot: Snapshot,
  nextEventId: NextId,
  writes: Writes,
): void => {
  for (const [id, bill] of bills) snapshot.bills.set(id, bill);
  const measures = measuresBefore(passage, memberships, snapshot);
  for (const [key, { partyId, programId, state, changes }] of trackers) {
    snapshot.trackers.set(key, state);
    writes.trackers.push({ partyId, programId, ...changes });
  }
  for (const { item, judged } of items) {
    if (takesBack(snapshot)) reverseRedemptionsOfBill(passage, item, judged, snapshot);
    const at = { returnId: item.transactionId, now: passage.purchase.now };
    const clawback = consequenceOf(judged, at, snapshot);
    const eventNo =
      clawback.postings.length === 0 ? null : post(passage, item, judged, clawback, snapshot, nextEventId);
    recordReturn({ passage, item, judged, clawback, eventNo, profile }, snapshot, writes);
    lowerTargets(passage, item, judged, snapshot, writes);
    if (judged.bill === null) continue;
    const billId = judged.bill.before.id;
    followMerge(passage, { ...item, billId }, snapshot, nextEventId);
    const { nextId } = snapshot.redemptions.desk;
    for (const partyId of item.payerIds ?? [])
      followMerge(passage, { ...item, partyId, billId }, snapshot, () => nextId("event"));
  }
  for (const [key, lowered] of memberships) {
    const { transactionId } = passage;
    const after = tierTakenBack(passage, lowered, measures.get(key), snapshot);
    const saved = { ...after, transactionId, recordedAt: new Date(snapshot.recordedAt) };
    snapshot.memberships.set(key, after.membership);
    writes.memberships.push(saved);
    if (after.tierChange !== null) writes.events.push(...tierEvents(snapshot.organisation.id, [saved]));
  }
};

/**
 * What a return did to the ledger of one who was merged goes on to the survivor: what the bill's points still had was moved there
 * before, so that the return leaves a debt, which the survivor pays; what came back from a redemption is the survivor's.
 */
const followMerge = (
  { purchase }: Passage,
  { transactionId, partyId, billId }: Pick<ReturnPassage, "transactionId" | "partyId"> & { billId: number },
  { book, profiles }: Snapshot,
  nextEventId: NextId,
): void => {
  const survivorId = profiles.get(partyId)?.mergedInto ?? null;
  if (survivorId === null) return;
  postMerge(
    book,
    {
      mergeId: null,
      survivorId,
      victimId: partyId,
      at: purchase.now,
      tillId: purchase.tillId,
      reason: `Return ${transactionId} of a bill from before the merge`,
      by: "returns",
      nextEventId,
      payFrom: billId,
    },
    [],
  );
};

const post = (
  { purchase }: Passage,
  { transactionId, partyId }: ReturnPassage,
  { bill, amount }: JudgedReturn,
  { postings }: Consequence,
  snapshot: Snapshot,
  nextEventId: NextId,
): number =>
  snapshot.book.post({
    partyId,
    eventId: nextEventId(),
    eventName: "ReturnBill",
    bookedAt: purchase.now,
    recordedAt: snapshot.recordedAt,
    tillId: purchase.tillId,
    sourceProgramId: postings[0]!.programId,
    reference: {
      transactionId,
      transactionNumber: bill!.before.number,
      date: purchase.billedAt,
      amount,
      source: purchase.source.toLowerCase(),
      ...(purchase.by === undefined ? {} : { by: purchase.by }),
    },
    postings,
  }).eventNo;
