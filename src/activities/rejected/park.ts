import type { Customers } from "#customers";
import type { Events, NewEvent } from "#events";
import { AppError, type Clock, type Db, type Ids, type Outcome } from "#platform";
import type { Purchase, Recorded } from "../schema.ts";
import type { KeptProblem, Rejection } from "./schema.ts";
import { claimRejected, insertRejected, type NewRejected } from "./store.ts";

export interface ParkParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly customers: Customers;
  readonly events: Events;
}

/** A purchase that is to be parked. */
export type Parked = Purchase & { readonly rejection: Rejection };

export const isParked = (purchase: Purchase): purchase is Parked => purchase.rejection !== undefined;

const refusalOf = ({ rejection: { problems } }: Parked): AppError => {
  const [first] = problems;
  const message = `${first!.message} The bill is kept and can be retried when that is put right.`;
  return new AppError("activities.parked", first!.code, 400, message, { field: first!.value });
};

/**
 * Keeps bills whole with the reasons why they are not processed, each once however often it is sent, and answers each with the
 * first of its reasons.
 */
export const parkAll = async (
  { db, ids, clock, customers, events }: ParkParts,
  orgId: number,
  purchases: readonly Parked[],
): Promise<readonly Outcome<Recorded>[]> => {
  const [nextId, nextParty] = await Promise.all([
    ids.reserve("rejected", purchases.length),
    ids.reserve("party", purchases.length),
  ]);
  const numbered = purchases.map((purchase) => ({ purchase, id: nextId(), ownParty: nextParty() }));
  await db.transaction(orgId, async (tx) => {
    const at = clock.now();
    const keys = [...new Set(purchases.flatMap(({ customerKey }) => customerKey ?? []))];
    const known =
      keys.length === 0 ? new Map<string, number>() : await customers.resolveIdentifiers(tx, orgId, keys);
    const rows = numbered.map(({ purchase, id, ownParty }): NewRejected => {
      const customerId = purchase.customerId ?? known.get(purchase.customerKey ?? "") ?? null;
      return rowOf(orgId, purchase, id, customerId, ownParty);
    });
    const first = [...new Map(rows.map((row) => [row.key, row])).values()];
    const claimed = new Set((await claimRejected(tx, orgId, first)).map(({ id }) => id));
    const fresh = first.filter(({ id }) => claimed.has(id));
    await insertRejected(tx, orgId, fresh, at, "till");
    await events.publish(
      tx,
      fresh.map((row) => eventOf(orgId, row, at)),
    );
  });
  events.wake();
  return purchases.map((purchase) => ({ error: refusalOf(purchase) }));
};

const rowOf = (
  orgId: number,
  purchase: Parked,
  id: number,
  customerId: number | null,
  ownParty: number,
): NewRejected => {
  const { problems, payload } = purchase.rejection;
  return {
    id,
    partyId: customerId ?? ownParty,
    customerId,
    key: `${orgId}:${purchase.inputHash.toString("hex")}`,
    billNumber: purchase.number,
    billedAt: purchase.billedAt,
    status: problems.some(({ isPermanent }) => isPermanent) ? "PERMANENT_FAILED" : "OPEN",
    errors: problems.map((problem): KeptProblem => ({ ...problem, status: "OPEN" })),
    payload,
  };
};

const eventOf = (
  orgId: number,
  { id, partyId, customerId, billNumber, errors, status }: NewRejected,
  at: Date,
): NewEvent => ({
  orgId,
  partyId,
  type: "transaction.rejected",
  occurredAt: at,
  payload: {
    rejectedId: id,
    customerId,
    number: billNumber,
    status,
    errors: errors.map(({ code, message, value }) => ({ code, message, value })),
  },
});
