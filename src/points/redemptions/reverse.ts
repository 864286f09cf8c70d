import {
  type AccountKey,
  loadLots,
  loadSettledUses,
  loadUsesForEvents,
  NO_TOTALS,
  POINTS,
  type Posting,
  postDebtBack,
  postMerge,
} from "#ledger";
import { expiresAt, pointsEndWithTier } from "#loyalty";
import { type Instant, type Millipoints, POINTS_SCALE, type Tx } from "#platform";
import { drawCode } from "../asked.ts";
import { errors } from "../errors.ts";
import { type Desk, type Located, type MovementKind, membershipOf, programOf } from "../movement.ts";
import type { Redemption, Reversal } from "../schema.ts";
import { codeKey, findCodes, loadRedemptions } from "../store.ts";
import { planForgiveness, planRestoration } from "./restore.ts";

/** A call that takes back a redemption. */
export interface ReverseInput {
  /** Six characters, as the redemption was quoted. */
  readonly redemptionCode: string;
  /** Null: all that is left of it. */
  readonly points: Millipoints | null;
  /** Code of the reversal. */
  readonly code: string;
  /** Why, in the words of who did it. */
  readonly notes?: string;
}

/** The reply to `reverse`, before the dialect dresses it. */
export interface Reversed {
  readonly customerId: number;
  readonly redemptionId: number;
  readonly redemptionCode: string;
  readonly code: string;
  readonly asked: Millipoints;
  readonly returned: Millipoints;
  readonly expired: Millipoints;
  readonly balance: Millipoints;
}

/** Redemptions by code, changed in place as reversals of the batch are decided. */
type Found = Map<string, Redemption>;

/** Reads what taking redemptions back looks at into the book: the lots that carry them now, and those that settled debts. */
export const loadCarriers = async (
  tx: Tx,
  { organisation, book }: Pick<Desk, "organisation" | "book">,
  redemptions: readonly Redemption[],
  /** Customers into whom those of the redemptions were merged. */
  survivorIds: readonly number[] = [],
): Promise<void> => {
  const orgId = organisation.id;
  const partyIds = [...new Set([...redemptions.map(({ partyId }) => partyId), ...survivorIds])];
  const [carrying, settled] = await Promise.all([
    loadUsesForEvents(tx, orgId, redemptions),
    loadSettledUses(tx, orgId, partyIds),
  ]);
  const uses = [...carrying, ...settled];
  book.add({ uses, lots: await loadLots(tx, orgId, uses) });
};

/**
 * Of one who was merged the survivor took over what was owed: takes that back as far as it still stands, or gives back what settled
 * it, so that the reversal has a debt to pay. Answers how much.
 */
const forgiveSurvivor = (
  { book, nextId }: Pick<Desk, "book" | "nextId">,
  { partyId, programId, code }: Redemption,
  amount: Millipoints,
  {
    survivorId = null,
    at,
    tillId,
    by,
  }: {
    readonly survivorId?: number | null;
    readonly at: Instant;
    readonly tillId: number | null;
    readonly by: string;
  },
): Millipoints => {
  const key: AccountKey = { programId, currencyId: POINTS, category: 1 };
  const account = survivorId === null ? undefined : book.account(survivorId, key);
  if (survivorId === null || account === undefined) return 0;
  const { uses, restored, paid } = planForgiveness(book, account, amount, at);
  if (restored + paid === 0) return 0;
  const reason = `Redemption ${code} reversed`;
  const nextEventId = () => nextId("event");
  const parties = { mergeId: null, survivorId, victimId: partyId, at, tillId, reason, by, nextEventId };
  postDebtBack(book, parties, key, restored + paid, uses);
  return restored + paid;
};

/** Takes points back to a party: posts what comes back and keeps the reversal. Both for calls and for returned bills. */
export const reverseRedemption = (
  desk: Pick<Desk, "book" | "recordedAt" | "nextId" | "writes" | "organisation">,
  redemption: Redemption,
  asked: Millipoints,
  about: {
    readonly code: string;
    readonly at: Instant;
    readonly cause: Reversal["cause"];
    readonly transactionId: number | null;
    readonly tillId: number | null;
    readonly by: string;
    /** Why, in the words of who did it. */
    readonly notes?: string;
    /** Points past their expiry come back with this expiry (null: never) when the program renews them; absent: they do not. */
    readonly renewedUntil?: Instant | null;
    /** Whom the party was merged into: what it owed is that customer's to pay, and so to be forgiven. */
    readonly survivorId?: number | null;
    /** All points come back as new ones, with that expiry; the lots that they came from stay as they are. */
    readonly reissues?: boolean;
  },
): Reversal => {
  const { book, writes } = desk;
  const { partyId, programId, id } = redemption;
  const { notes = "" } = about;
  const key: AccountKey = { programId, currencyId: POINTS, category: 1 };
  const account = book.account(partyId, key) ?? { ...NO_TOTALS, ...key, partyId };
  const plan = about.reissues
    ? { uses: [], restored: 0, paid: 0, expired: asked, uncarried: 0 }
    : planRestoration(book, account, redemption.eventNo, asked, about.at);
  const inherited = forgiveSurvivor(desk, redemption, plan.uncarried, about);
  const expired = plan.expired - inherited;
  const renews = about.renewedUntil !== undefined && expired > 0;
  const postings: Posting[] = [];
  const back = plan.restored + plan.paid + inherited;
  if (back > 0) postings.push({ ...key, contra: "redeemed", amount: back, uses: plan.uses });
  if (renews) {
    const lot = { source: "customer_promotions" as const, details: { reason: "redemption reversed" } };
    postings.push({
      ...key,
      contra: "redeemed",
      amount: expired,
      expiresAt: about.renewedUntil ?? null,
      lot,
    });
  }
  const eventId = desk.nextId("event");
  const posted =
    postings.length === 0
      ? null
      : book.post({
          partyId,
          eventId,
          eventName: "PointsRedemptionReversal",
          bookedAt: about.at,
          recordedAt: desk.recordedAt,
          tillId: about.tillId,
          sourceProgramId: programId,
          reference: {
            redemptionId: id,
            code: about.code,
            by: about.by,
            ...(redemption.billNumber === "" ? {} : { transactionNumber: redemption.billNumber }),
            ...(notes === "" ? {} : { comments: notes }),
          },
          postings,
        });
  const reversal: Reversal = {
    partyId,
    id: desk.nextId("points"),
    redemptionId: id,
    eventNo: posted?.eventNo ?? null,
    eventId,
    code: about.code,
    asked,
    returned: renews ? asked : back,
    expired: renews ? 0 : expired,
    cause: about.cause,
    transactionId: about.transactionId,
    tillId: about.tillId,
    reversedAt: posted?.bookedAt ?? about.at,
    recordedAt: desk.recordedAt,
    notes,
  };
  writes.reversals.push(reversal);
  writes.reversed.set(`${partyId}/${id}`, { ...redemption, reversed: redemption.reversed + asked });
  writes.codes.push({ kind: "reversal", code: about.code, partyId, id: reversal.id });
  if (reversal.returned > 0)
    writes.events.push({
      orgId: desk.organisation.id,
      partyId,
      type: "points.reversed",
      occurredAt: new Date(reversal.reversedAt),
      payload: {
        programId,
        currencyId: POINTS,
        category: 1,
        amount: reversal.returned,
        redemptionId: id,
        reversalId: reversal.id,
        cause: about.cause,
        expired: reversal.expired,
        eventNo: reversal.eventNo,
        eventId,
        tillId: about.tillId,
      },
    });
  return reversal;
};

const load = async (tx: Tx, desk: Desk, movements: readonly Located<ReverseInput>[]): Promise<Found> => {
  const orgId = desk.organisation.id;
  const codes = movements.map(({ input }) => codeKey(orgId, "redemption", input.redemptionCode));
  const redemptions = await loadRedemptions(tx, orgId, await findCodes(tx, orgId, codes));
  // Of others' redemptions nothing is read: the refusal needs to know only that they are others'.
  const own = redemptions.filter(({ partyId }) => desk.book.has(partyId));
  const survivorIds = own.flatMap(({ partyId }) => desk.survivors.get(partyId) ?? []);
  await loadCarriers(tx, desk, own, survivorIds);
  return new Map(redemptions.map((redemption) => [redemption.code, redemption]));
};

/** When points that come back after their date expire: undefined where the program lets them be lost, null for never. */
const renewalOf = (
  desk: Desk,
  { partyId, programId }: Redemption,
  now: Instant,
): Instant | null | undefined => {
  const program = programOf(desk, programId, now);
  if (program?.returns.redemptionReversal !== "renew") return undefined;
  const membership = membershipOf(desk, partyId, programId);
  const joinedAt = membership?.joinedAt ?? desk.profiles.get(partyId)?.registeredAt;
  return expiresAt(program, null, {
    at: now,
    now,
    tier: membership?.tierNumber ?? 1,
    joinedAt: joinedAt?.getTime() ?? now,
    tierEndsAt: pointsEndWithTier(program, membership),
    timeZone: desk.organisation.timeZone,
  }).expiresAt;
};

/** Takes back a redemption, whole or in part, into the lots that carry it (points.md §4.1). */
export const reverseKind: MovementKind<ReverseInput, Found> = {
  name: "reverse",
  merged: "family",
  // Of a merged customer's redemption the points go back to that customer's lots, and from there to the survivor.
  ids: 6,
  redraw: (input) => ({ ...input, code: drawCode() }),
  load,
  decide: ({ input, partyIds, now, tillId, by }, desk, found): Reversed => {
    const partyId = partyIds[0]!;
    const { redemptionCode: value, code } = input;
    const { organisation } = desk;
    if (!organisation.flag("Allow_points_redemption_reversal")) throw errors.reversal_off();
    const redemption = found.get(value);
    if (redemption === undefined) throw errors.redemption_unknown({ value });
    const isVictims = desk.survivors.get(redemption.partyId) === partyId;
    if (redemption.partyId !== partyId && !isVictims) throw errors.other_customer({ value });
    const left = redemption.amount - redemption.reversed;
    if (left === 0) throw errors.already_reversed({ value });
    const asked = input.points ?? left;
    if (asked > left)
      throw errors.cannot_reverse({ points: asked / POINTS_SCALE, left: left / POINTS_SCALE });
    const renewedUntil = renewalOf(desk, redemption, now);
    const about = {
      code,
      at: now,
      cause: "call",
      transactionId: null,
      tillId,
      by,
      notes: input.notes ?? "",
      survivorId: isVictims ? partyId : null,
      ...(renewedUntil === undefined ? {} : { renewedUntil }),
    } as const;
    const reversal = reverseRedemption(desk, redemption, asked, about);
    found.set(value, { ...redemption, reversed: redemption.reversed + asked });
    if (isVictims)
      postMerge(
        desk.book,
        {
          mergeId: null,
          survivorId: partyId,
          victimId: redemption.partyId,
          at: now,
          tillId,
          reason: `Redemption ${value} reversed`,
          by,
          nextEventId: () => desk.nextId("event"),
        },
        [],
      );
    const key = { programId: redemption.programId, currencyId: POINTS, category: 1 as const };
    return {
      customerId: partyId,
      redemptionId: redemption.id,
      redemptionCode: value,
      code,
      asked,
      returned: reversal.returned,
      expired: reversal.expired,
      balance: desk.book.account(partyId, key)?.balance ?? 0,
    };
  },
};
