import type { CustomerProfile } from "#customers";
import { type LedgerBook, POINTS, postMerge } from "#ledger";
import { type Membership, shareOf as roundedShare } from "#loyalty";
import { AppError, multiplyRatio, type NextId } from "#platform";
import { type Passage, type ReturnPassage, refuse, type Snapshot, type Writes } from "../passage.ts";
import { type Clawback, clawBack, type Fraction, NO_CLAWBACK, type ReturnedShare } from "./clawback.ts";
import { recordReturn } from "./record.ts";
import { reverseRedemptionsOfBill } from "./redemptions.ts";
import { isLineReturned, isReturned, judgeReturn } from "./rules.ts";
import type { JudgedReturn, ReturnableBill } from "./schema.ts";

/** What a passage's returns come to, before anything of it is written. */
export interface JudgedReturns {
  readonly items: readonly { readonly item: ReturnPassage; readonly judged: JudgedReturn }[];
  /** Bills as they are afterwards. */
  readonly bills: ReadonlyMap<number, ReturnableBill>;
  /** Memberships as they are afterwards, by party and program. */
  readonly memberships: ReadonlyMap<string, Membership>;
}

const NO_RETURNS: JudgedReturns = { items: [], bills: new Map(), memberships: new Map() };

/** Judges all returns of a passage, each on what the one before left; null when one of them must be refused, and with it the passage. */
export const judgeReturns = (passage: Passage, snapshot: Snapshot): JudgedReturns | null => {
  if (passage.returns.length === 0) return NO_RETURNS;
  const bills = new Map<number, ReturnableBill>();
  const memberships = new Map<string, Membership>();
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
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    refuse(passage, error);
    return null;
  }
  return { items, bills, memberships };
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
 * Lifetime purchases go down by what goes back, the count of bills once nothing of the bill is left. The tier stays: it was
 * reached by what was bought then.
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

const WHOLE: Fraction = { returned: 1, of: 1 };
const NONE: Fraction = { returned: 0, of: 1 };

/** How much of a bill has gone back, for its awards (transactions.md §3.1). */
export const shareOf = (bill: ReturnableBill): ReturnedShare => {
  const { returnedAs, returnedAmount, amount } = bill;
  const everywhere = (share: Fraction): ReturnedShare => ({ bill: share, line: () => share });
  switch (returnedAs) {
    case null:
      return everywhere(NONE);
    case "FULL":
    case "CANCELLED":
      return everywhere(WHOLE);
    case "AMOUNT":
      return everywhere({ returned: returnedAmount, of: amount });
    case "LINE_ITEM":
      return {
        bill: isReturned(bill) ? WHOLE : NONE,
        line: (lineNo) => {
          const line = bill.lines.find((item) => item.lineNo === lineNo);
          if (line === undefined) return NONE;
          if (line.amount === 0) return isLineReturned(bill, line) ? WHOLE : NONE;
          return { returned: bill.goneByLine.get(lineNo)?.amount ?? 0, of: line.amount };
        },
      };
  }
};

/** What a return takes back, from where, as the book stands. Pure. */
export const clawBackOf = (
  { bill }: JudgedReturn,
  book: LedgerBook,
  snapshot: Pick<Snapshot, "organisation" | "programs">,
): Clawback => {
  if (bill === null || bill.before.customerId === null) return NO_CLAWBACK;
  if (!takesBack(snapshot)) return NO_CLAWBACK;
  const { partyId, id } = bill.before;
  const programAt = (programId: number) =>
    snapshot.programs.byId(programId)?.inForce(bill.before.billedAt.getTime()) ?? null;
  const lots = book.lotsOf(partyId);
  const awards = lots.filter(({ transactionId }) => transactionId === id);
  const keys = new Set(awards.map(({ eventNo, lineNo }) => `${eventNo}/${lineNo}`));
  return clawBack({
    awards,
    uses: book.usesOf(partyId).filter(({ eventNo, lineNo }) => keys.has(`${eventNo}/${lineNo}`)),
    openLots: lots.filter(({ remaining }) => remaining > 0),
    debtOf: (account) => book.account(partyId, account)?.debt ?? 0,
    before: shareOf(bill.before),
    after: shareOf(bill.after),
    shareOf: (programId, amount, { returned, of }) => {
      if (returned >= of) return amount;
      const program = programAt(programId);
      return program === null
        ? multiplyRatio(amount, returned, of, "half_up")
        : roundedShare(program, amount, returned, of);
    },
    // A currency that the program of that day did not know is one of points taken over: it goes back.
    isReturnable: (programId, currencyId) =>
      currencyId === POINTS || (programAt(programId)?.currencies.get(currencyId)?.returnable ?? true),
  });
};

/** Without the organisation's leave returns move no points at all: they are adjusted by hand. */
const takesBack = ({ organisation }: Pick<Snapshot, "organisation">): boolean =>
  organisation.flag("CONF_POINTS_RETURN_ENABLED");

/** Posts what a passage's returns take back and collects the rows and events of them. */
export const applyReturns = (
  passage: Passage,
  { items, bills, memberships }: JudgedReturns,
  profile: CustomerProfile | null,
  snapshot: Snapshot,
  nextEventId: NextId,
  writes: Writes,
): void => {
  for (const [id, bill] of bills) snapshot.bills.set(id, bill);
  for (const { item, judged } of items) {
    if (takesBack(snapshot)) reverseRedemptionsOfBill(passage, item, judged, snapshot);
    const clawback = clawBackOf(judged, snapshot.book, snapshot);
    const eventNo =
      clawback.postings.length === 0 ? null : post(passage, item, judged, clawback, snapshot, nextEventId);
    recordReturn({ passage, item, judged, clawback, eventNo, profile }, snapshot, writes);
    if (judged.bill !== null) followMerge(passage, item, judged.bill.before.id, snapshot, nextEventId);
  }
  for (const [key, membership] of memberships) {
    snapshot.memberships.set(key, membership);
    const recordedAt = new Date(snapshot.recordedAt);
    writes.memberships.push({
      membership,
      tierChange: null,
      transactionId: passage.transactionId,
      recordedAt,
    });
  }
};

/**
 * What a return did to the ledger of one who was merged goes on to the survivor: what the bill's points still had was moved there
 * before, so that the return leaves a debt, which the survivor pays; what came back from a redemption is the survivor's.
 */
const followMerge = (
  { purchase }: Passage,
  { transactionId, partyId }: ReturnPassage,
  billId: number,
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
  { postings }: Clawback,
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
    },
    postings,
  }).eventNo;
