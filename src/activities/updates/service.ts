import { currentIds, partiesOf } from "#customers";
import type { Events } from "#events";
import type { Actor } from "#identity";
import { lockParties } from "#ledger";
import type { Orgs } from "#orgs";
import { type Clock, type Db, StaleRead, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { findByNumber, findTransaction, linesOf, type StoredLine, type StoredTransaction } from "../reads.ts";
import type { BillChange, BillName } from "./parse.ts";
import { type ChangedPart, changeBill } from "./rules.ts";
import { insertChange, writeBill } from "./store.ts";

/** A bill that was changed, for whoever acts on it in the same transaction. */
export interface UpdatedBill {
  readonly orgId: number;
  /** The customer's, whose the bill is, and those merged into them. */
  readonly partyIds: readonly number[];
  readonly transactionId: number;
  readonly number: string;
  /** Empty when the call changed nothing: it is an update all the same. */
  readonly changes: readonly ChangedPart[];
  readonly at: Date;
}

export interface UpdateParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly events: Events;
  /** The loyalty activity TransactionUpdate, such as the release of points that wait for it; under the party's lock. */
  readonly onUpdated?: (tx: Tx, actor: Actor, updated: UpdatedBill) => Promise<void>;
}

export interface Updated {
  readonly bill: StoredTransaction;
  readonly lines: readonly StoredLine[];
}

/**
 * Changes what of a customer's bill may change, notes who changed it from what to what, and tells the others. What changes
 * nothing writes nothing. Errors: 667, 668, 688, 1118, 1119, 1120.
 */
export const updateBill = async (
  parts: UpdateParts,
  actor: Actor,
  customerId: number,
  change: BillChange,
): Promise<Updated> => {
  const { orgId } = actor;
  const updated = await parts.db.transaction(orgId, async (tx) => {
    const partyIds = await lockFamily(tx, orgId, customerId);
    const found = await billNamed(tx, orgId, customerId, partyIds, change.name);
    const lines = await linesOf(tx, orgId, found.partyId, [found.id]);
    const changed = changeBill(found, lines, change);
    const key = { orgId, partyId: found.partyId, id: found.id };
    const at = parts.clock.now();
    const told: UpdatedBill = {
      orgId,
      partyIds,
      transactionId: found.id,
      number: found.billNumber,
      changes: changed.parts,
      at,
    };
    await parts.onUpdated?.(tx, actor, told);
    if (changed.parts.length === 0) return { bill: found, lines };
    await writeBill(tx, key, changed, { at, tillId: actor.tillId });
    await insertChange(tx, key, actor, changed.parts, at);
    await parts.events.publish(tx, [eventOf(actor, found, told)]);
    const details = new Map(changed.lines.map((line) => [line.lineNo, line.details]));
    return {
      bill: { ...found, details: changed.details, deliveryStatus: changed.deliveryStatus, updatedAt: at },
      lines: lines.map((line) => {
        const after = details.get(line.lineNo);
        return after === undefined ? line : { ...line, details: after as StoredLine["details"] };
      }),
    };
  });
  parts.events.wake();
  return updated;
};

/** Locks a customer with everybody merged into them. Who was merged since they were looked up stands for their survivor. */
const lockFamily = async (tx: Tx, orgId: number, customerId: number): Promise<number[]> => {
  const familyOf = async () => {
    const current = (await currentIds(tx, orgId, [customerId])).get(customerId) ?? customerId;
    return partiesOf(tx, orgId, current);
  };
  const partyIds = await familyOf();
  await lockParties(tx, orgId, partyIds);
  if ((await familyOf()).join() !== partyIds.join())
    throw new StaleRead("a customer was merged while an update waited for the lock");
  return partyIds;
};

const eventOf = (
  actor: Actor,
  bill: StoredTransaction,
  { orgId, transactionId, changes, at }: UpdatedBill,
) => ({
  orgId,
  partyId: bill.partyId,
  type: "transaction.updated",
  occurredAt: at,
  payload: {
    transactionId,
    customerId: bill.customerId,
    number: bill.billNumber,
    changes,
    tillId: actor.tillId,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
  },
  requestId: actor.requestId,
});

const billNamed = async (
  tx: Tx,
  orgId: number,
  customerId: number,
  partyIds: readonly number[],
  name: BillName,
): Promise<StoredTransaction> => {
  if ("id" in name) {
    const found = await findTransaction(tx, orgId, name.id);
    if (found === null || !partyIds.includes(found.customerId ?? -1))
      throw errors.id_not_of_customer({ id: name.id, customer: customerId });
    return found;
  }
  const numbered = name.number.includes("\0") ? [] : await findByNumber(tx, orgId, name.number);
  // Of several bills with the number the first one that was added is meant.
  const own = numbered.find(({ partyId }) => partyIds.includes(partyId));
  const found = own === undefined ? null : await findTransaction(tx, orgId, own.id);
  if (found !== null) return found;
  if (numbered.length === 0) throw errors.no_such_number({ number: name.number });
  throw errors.number_not_of_customer({ number: name.number, customer: customerId });
};
