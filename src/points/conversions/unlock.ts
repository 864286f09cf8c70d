import { conversionEvent, convertLots, type Lot, loadEventNumbers, loadLotsOfTransactions } from "#ledger";
import type { Millipoints, Tx } from "#platform";
import type { EventNumbers } from "../deductions/deduct.ts";
import type { Desk, Located, MovementKind } from "../movement.ts";
import { errors } from "../moving-errors.ts";

export interface UnlockInput {
  /** Whose promised points are unlocked: bills of the customer, each whole or as far as its lines say. */
  readonly bills: readonly {
    readonly transactionId: number;
    readonly number: string;
    /** Line numbers; null: all of the bill, also what it earned as a whole. */
    readonly lines: readonly number[] | null;
  }[];
  /** Null: points of all programs. */
  readonly programId: number | null;
  /** Null: of any event; else those that the event with this id gave. */
  readonly eventId: number | null;
}

/** What became regular, by bill, line, program and promotion. */
export interface Unlocked {
  readonly customerId: number;
  readonly unlocked: readonly {
    readonly transactionId: number;
    readonly billNumber: string;
    /** 0: the bill as a whole. */
    readonly billLine: number;
    readonly programId: number;
    readonly currencyId: number;
    readonly points: Millipoints;
    readonly promotionId: number | null;
    readonly promotionName: string;
  }[];
}

const load = async (
  tx: Tx,
  { organisation, book }: Desk,
  movements: readonly Located<UnlockInput>[],
): Promise<EventNumbers> => {
  const bills = movements.flatMap(({ input, partyIds }) =>
    input.bills.map(({ transactionId }) => ({ partyId: partyIds[0]!, transactionId })),
  );
  book.add({ lots: await loadLotsOfTransactions(tx, organisation.id, bills) });
  const eventIds = movements.flatMap(({ input }) => input.eventId ?? []);
  const found = eventIds.length === 0 ? [] : await loadEventNumbers(tx, organisation.id, eventIds);
  return new Map(found.map((row) => [`${row.partyId}/${row.eventId}`, row.eventNo]));
};

/** Makes promised points of a bill regular before their day (points.md §4.7). */
export const unlockKind: MovementKind<UnlockInput, EventNumbers> = {
  name: "unlock",
  // Of one bill there is one event for each program and currency; a bill has a handful of them.
  ids: 64,
  load,
  decide: ({ input, partyIds, now, tillId, by }, desk, numbers): Unlocked => {
    const partyId = partyIds[0]!;
    const { eventId } = input;
    const eventNo = eventId === null ? null : numbers.get(`${partyId}/${eventId}`);
    if (eventNo === undefined) throw errors.event_unknown({ value: eventId });
    const billOf = (lot: Lot) =>
      input.bills.find(
        ({ transactionId, lines }) =>
          transactionId === lot.transactionId && (lines === null || lines.includes(lot.billLine)),
      );
    const lots = desk.book
      .lotsOf(partyId)
      .filter(
        (lot) =>
          lot.category !== 1 &&
          lot.remaining > 0 &&
          billOf(lot) !== undefined &&
          (input.programId === null || lot.programId === input.programId) &&
          (eventNo === null || lot.eventNo === eventNo),
      );
    if (lots.length === 0) throw errors.nothing_to_unlock({});
    const bill = billOf(lots[0]!)!;
    const converted = convertLots(desk.book, lots, {
      at: now,
      recordedAt: desk.recordedAt,
      tillId,
      reference: { transactionId: bill.transactionId, transactionNumber: bill.number, by },
      nextEventId: () => desk.nextId("event"),
    });
    for (const item of converted) desk.writes.events.push(conversionEvent(desk.organisation.id, item));
    return {
      customerId: partyId,
      unlocked: converted.flatMap(({ lots: released }) =>
        released.map((lot) => ({
          transactionId: lot.transactionId!,
          billNumber: billOf(lot)!.number,
          billLine: lot.billLine,
          programId: lot.programId,
          currencyId: lot.currencyId,
          points: lot.remaining,
          promotionId: lot.details?.promotionId ?? null,
          promotionName: lot.details?.promotionName ?? "",
        })),
      ),
    };
  },
};
