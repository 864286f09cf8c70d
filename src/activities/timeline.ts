import type { ChangeRow } from "#customers";
import type { Organisation } from "#orgs";
import { formatIso, type Instant, isCursorTime, POINTS_SCALE, toDecimal } from "#platform";
import type { PointsEvent, StoredTransaction } from "./reads.ts";

export const TIMELINE_KINDS = ["transaction", "points", "tier", "change"] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** One line of a customer's timeline; times ISO with offset, amounts decimals. */
export interface TimelineItem {
  readonly at: string;
  readonly kind: TimelineKind;
  readonly title: string;
  readonly detail: string | null;
  readonly amount?: number;
  readonly points?: number;
  readonly link: { readonly transactionId?: number; readonly eventNo?: number } | null;
}

/** A tier change as loyalty lists them. */
export interface TierEvent {
  readonly programId: number;
  readonly programName: string;
  readonly changeNo: number;
  /** ISO with offset, whole seconds. */
  readonly changedAt: string;
  readonly from: { readonly number: number; readonly name: string } | null;
  readonly to: { readonly number: number; readonly name: string };
  readonly reason: string;
  readonly transactionId: number | null;
}

/** An item of one source with the position that follows it in that source. */
export interface Entry<Position> {
  readonly at: Instant;
  readonly item: TimelineItem;
  /** Of the customer's own ledger, where it moved points there. */
  readonly eventNo?: number | null;
  readonly position: Position;
}

/** Where each source's next item is looked for; null = from its newest. */
export interface TimelinePosition {
  /** The last bill shown: date and id. */
  readonly transaction: readonly [string, number] | null;
  /** Number of the last ledger event looked at. */
  readonly points: number | null;
  /** Program and number of the last tier change shown. */
  readonly tier: readonly [number, number] | null;
  /** The last profile change shown: date and id. */
  readonly change: readonly [string, number] | null;
}

export const START: TimelinePosition = { transaction: null, points: null, tier: null, change: null };

const LARGEST = 8.64e15;
const isPair = (value: unknown, isFirst: (part: unknown) => boolean): boolean =>
  value === null ||
  (Array.isArray(value) && value.length === 2 && isFirst(value[0]) && Number.isSafeInteger(value[1]));
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);

export const encodePosition = ({ transaction, points, tier, change }: TimelinePosition): string =>
  Buffer.from(JSON.stringify([transaction, points, tier, change])).toString("base64url");

/** Null when the text is no position of a timeline. */
export const decodePosition = (cursor: string): TimelinePosition | null => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(parts) || parts.length !== 4) return null;
    const [transaction, points, tier, change] = parts;
    const isOurs =
      isPair(transaction, isCursorTime) &&
      (points === null || isWhole(points)) &&
      isPair(tier, isWhole) &&
      isPair(change, isCursorTime);
    return isOurs ? { transaction, points, tier, change } : null;
  } catch {
    return null;
  }
};

/**
 * Merges sources, each newest first, into one page, newest first. Within a second, what follows from something is shown
 * above it: the tier change, then the points, then the purchase, then the registration; points and bills that the ledger numbers
 * come in its order. Each source keeps a position of its
 * own, so that equal times neither lose nor double an item. Answers the items and how many of each source they are.
 */
export const mergeSources = (
  sources: { readonly [Kind in TimelineKind]: readonly Entry<unknown>[] },
  limit: number,
): { items: TimelineItem[]; taken: Record<TimelineKind, number> } => {
  const order: readonly TimelineKind[] = ["tier", "points", "transaction", "change"];
  const taken = { transaction: 0, points: 0, tier: 0, change: 0 };
  const second = (kind: TimelineKind) => Math.floor((sources[kind][taken[kind]]?.at ?? -LARGEST) / 1000);
  const eventNo = (kind: TimelineKind) => sources[kind][taken[kind]]?.eventNo ?? 0;
  const comesBefore = (kind: TimelineKind, best: TimelineKind): boolean => {
    if (second(kind) !== second(best)) return second(kind) > second(best);
    return best === "points" && kind === "transaction" && eventNo(kind) > eventNo(best);
  };
  const items: TimelineItem[] = [];
  while (items.length < limit) {
    const newest = order.reduce((best, kind) => (comesBefore(kind, best) ? kind : best));
    const entry = sources[newest][taken[newest]];
    if (entry === undefined) break;
    items.push(entry.item);
    taken[newest]++;
  }
  return { items, taken };
};

const points = (millipoints: number): number => toDecimal(millipoints, POINTS_SCALE);

export const transactionEntry = (
  organisation: Organisation,
  partyId: number,
  transaction: StoredTransaction,
): Entry<readonly [string, number]> => {
  const at = transaction.billedAt.getTime();
  const store = organisation.store(transaction.storeId);
  const by = transaction.details?.by === undefined ? "" : `, by ${transaction.details.by}`;
  const outlier = transaction.outlierStatus === "NORMAL" ? "" : `, marked ${transaction.outlierStatus}`;
  return {
    at,
    // A bill of one who was merged is numbered in another ledger.
    eventNo: transaction.partyId === partyId ? transaction.eventNo : null,
    position: [transaction.billedAt.toISOString(), transaction.id],
    item: {
      at: formatIso(at, organisation.timeZone),
      kind: "transaction",
      title: `${titleOf(transaction)}${transaction.billNumber === "" ? "" : ` ${transaction.billNumber}`}`,
      detail: `${store?.name ?? "Unknown store"}${by}${outlier}`,
      amount: toDecimal(
        transaction.returnType === null ? transaction.amount : -transaction.amount,
        organisation.moneyScale,
      ),
      points: points(transaction.points),
      link: { transactionId: transaction.id },
    },
  };
};

const RETURN_TITLES: Readonly<Record<string, string>> = {
  FULL: "Return of",
  LINE_ITEM: "Return of goods of",
  AMOUNT: "Return of money of",
  CANCELLED: "Cancellation of",
};

const titleOf = ({ returnType }: StoredTransaction): string =>
  returnType === null ? "Purchase" : (RETURN_TITLES[returnType] ?? "Return of");

const EVENT_TITLES: Readonly<Record<string, string>> = {
  PointsExpiry: "Points expired",
  PointsRedemption: "Points redeemed",
  PointsRedemptionReversal: "Redemption reversed",
  ManualPointsAdjustment: "Points adjusted",
  BulkAllocatePoints: "Points imported",
  AllocateGoodwillPoints: "Goodwill points",
  PointsTransfer: "Points transferred",
  ReturnBill: "Return",
  TransactionUpdate: "Purchase changed",
  PointsLedgerBulkJob: "Opening balance",
  CustomerMerge: "Points of a merged customer",
  CustomerMergeUndo: "Merge of points undone",
};

export const pointsEntry = (organisation: Organisation, event: PointsEvent): Entry<number> => {
  const at = event.bookedAt.getTime();
  const till = event.tillId === null ? null : organisation.till(event.tillId);
  const store = event.tillId === null ? null : organisation.storeOfTill(event.tillId);
  const words = EVENT_TITLES[event.eventName] ?? event.eventName.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return {
    at,
    eventNo: event.eventNo,
    position: event.eventNo,
    item: {
      at: formatIso(at, organisation.timeZone),
      kind: "points",
      title: words,
      detail: event.reason ?? store?.name ?? till?.name ?? null,
      points: points(event.amount),
      link: { eventNo: event.eventNo },
    },
  };
};

export const tierEntry = (change: TierEvent): Entry<readonly [number, number]> => {
  const { from, to, programName, transactionId } = change;
  const joined = from === null;
  const direction = !joined && to.number < from.number ? "Moved down" : "Moved up";
  return {
    at: Date.parse(change.changedAt),
    position: [change.programId, change.changeNo],
    item: {
      at: change.changedAt,
      kind: "tier",
      title: joined ? `Joined ${programName} as ${to.name}` : `${direction} from ${from.name} to ${to.name}`,
      detail: joined ? null : programName,
      link: transactionId === null ? null : { transactionId },
    },
  };
};

const CHANGE_TITLES: Readonly<Record<ChangeRow["kind"], string>> = {
  registered: "Registered",
  profile_added: "Profile added",
  updated: "Profile changed",
  identifiers_changed: "Identifiers changed",
  merged: "Merged",
  merge_undone: "Merge undone",
};
const MAX_NAMED = 5;

/** A merge names the other customer. */
const mergeTitle = ({ kind, changes: [change] }: ChangeRow): string | null => {
  const other = change === undefined ? null : (change.to ?? change.from);
  if (other === null || (kind !== "merged" && kind !== "merge_undone")) return null;
  const victim = change?.field === "mergedFrom";
  if (kind === "merge_undone") return `Merge with customer ${other} undone`;
  return victim ? `Customer ${other} merged into this one` : `Merged into customer ${other}`;
};

export const changeEntry = (
  organisation: Organisation,
  change: ChangeRow,
): Entry<readonly [string, number]> => {
  const at = change.changedAt.getTime();
  const fields = [...new Set(change.changes.map(({ field }) => field))];
  const more = fields.length > MAX_NAMED ? ` and ${fields.length - MAX_NAMED} more` : "";
  const what =
    ["updated", "identifiers_changed"].includes(change.kind) && fields.length > 0
      ? `${fields.slice(0, MAX_NAMED).join(", ")}${more}, `
      : "";
  return {
    at,
    position: [change.changedAt.toISOString(), change.id],
    item: {
      at: formatIso(at, organisation.timeZone),
      kind: "change",
      title: mergeTitle(change) ?? CHANGE_TITLES[change.kind],
      detail: `${what}by ${change.actorName}`,
      link: null,
    },
  };
};
