import { type Static, Type } from "@fastify/type-provider-typebox";
import { type AccountKey, CATEGORY_LABELS, type EntryRow, type ExpiryMove, type Hold, POINTS } from "#ledger";
import { formatIso, type Instant, POINTS_SCALE, toDecimal } from "#platform";
import type { Preview } from "./path.ts";

const NullableText = (description: string) => Type.Union([Type.String({ description }), Type.Null()]);

const Whose = {
  customerId: Type.Integer(),
  customerName: Type.String(),
  programId: Type.Integer(),
  programName: Type.String(),
  category: Type.String({ description: "REGULAR, PROMISED or TRIGGER_BASED" }),
  currency: Type.String({ description: "points, or the name of an alternate currency" }),
};

const PreviewedLot = Type.Object({
  change: Type.Union([Type.Literal("opened"), Type.Literal("used"), Type.Literal("given_back")]),
  kind: Type.String({ description: "Why: redeemed, returned, settled, … as deductions are called" }),
  amount: Type.Number({ description: "Points, without sign" }),
  remaining: Type.Union([Type.Number({ description: "What the lot holds afterwards" }), Type.Null()]),
  openedAt: NullableText("When the lot was issued"),
  expiresAt: NullableText("Null: never"),
});

/** What a movement would come to: one shape for every kind. */
export const PreviewAnswer = Type.Object({
  entries: Type.Array(
    Type.Object({
      ...Whose,
      account: Type.String({ description: "The other side: issued, redeemed, transfer, …" }),
      amount: Type.Number({ description: "Positive to the customer" }),
      balanceBefore: Type.Number(),
      balanceAfter: Type.Number(),
      debtChange: Type.Number({ description: "Above 0: what no lot could give; below 0: debt that is paid" }),
      lots: Type.Array(PreviewedLot),
    }),
  ),
  holds: Type.Array(
    Type.Object({
      ...Whose,
      amount: Type.Number(),
      captured: Type.Number(),
      status: Type.String(),
      expiresAt: Type.String(),
      available: Type.Number({ description: "What may be spent besides, afterwards" }),
    }),
  ),
  expiries: Type.Array(
    Type.Object({
      ...Whose,
      remaining: Type.Number({ description: "What the lot holds" }),
      expiresBefore: NullableText("Null: never"),
      expiresAfter: NullableText("Null: never"),
    }),
  ),
});
export type PreviewAnswer = Static<typeof PreviewAnswer>;

/** Names of alternate currencies by id. */
type CurrencyNames = ReadonlyMap<number, string>;

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** Puts what a movement would write into an answer: entries with their lots, holds, moved expiry dates. */
export const presentPreview = (preview: Preview, currencies: CurrencyNames = new Map()): PreviewAnswer => {
  const { entries, newHolds, changedHolds, expiryMoves } = preview.book.writes();
  return {
    entries: entries.map((entry) => presentEntry(preview, currencies, entry)),
    holds: [...newHolds, ...changedHolds].map((hold) => presentHold(preview, currencies, hold)),
    expiries: expiryMoves.flatMap((move) => presentMove(preview, currencies, move)),
  };
};

const timeIn = ({ desk }: Preview, time: Instant): string => formatIso(time, desk.organisation.timeZone);

const whoseIs = (
  { desk, now }: Preview,
  currencies: CurrencyNames,
  { partyId, programId, currencyId, category }: AccountKey & { readonly partyId: number },
) => {
  const profile = desk.profiles.get(partyId);
  return {
    customerId: partyId,
    customerName: [profile?.firstName, profile?.lastName].filter((part) => part).join(" "),
    programId,
    programName: desk.programs.byId(programId)?.inForce(now)?.name ?? "",
    category: CATEGORY_LABELS[category],
    currency: currencyId === POINTS ? "points" : (currencies.get(currencyId) ?? String(currencyId)),
  };
};

const presentEntry = (preview: Preview, currencies: CurrencyNames, entry: EntryRow) => {
  const { book } = preview;
  const { partyId, eventNo, lineNo } = entry;
  const { lots, uses } = book.writes();
  const opened = lots.filter(
    (lot) => lot.partyId === partyId && lot.eventNo === eventNo && lot.lineNo === lineNo,
  );
  const touched = uses.filter(
    (use) => use.partyId === partyId && use.byEventNo === eventNo && use.byLineNo === lineNo,
  );
  const changes = [
    ...opened.map((lot) => ({ change: "opened" as const, kind: entry.contra, amount: lot.amount, lot })),
    ...touched.map((use) => ({
      change: use.amount > 0 ? ("used" as const) : ("given_back" as const),
      kind: use.kind,
      amount: Math.abs(use.amount),
      lot: book.lot(partyId, use),
    })),
  ];
  return {
    ...whoseIs(preview, currencies, entry),
    account: entry.contra,
    amount: points(entry.amount),
    balanceBefore: points(entry.balanceBefore),
    balanceAfter: points(entry.balanceAfter),
    debtChange: points(entry.debtChange),
    lots: changes.map(({ change, kind, amount, lot }) => ({
      change,
      kind,
      amount: points(amount),
      remaining: lot === undefined ? null : points(lot.remaining),
      openedAt: lot === undefined ? null : timeIn(preview, lot.openedAt.getTime()),
      expiresAt:
        lot === undefined || lot.expiresAt === null ? null : timeIn(preview, lot.expiresAt.getTime()),
    })),
  };
};

const presentHold = (preview: Preview, currencies: CurrencyNames, hold: Hold) => ({
  ...whoseIs(preview, currencies, hold),
  amount: points(hold.amount),
  captured: points(hold.captured),
  status: hold.status,
  expiresAt: timeIn(preview, hold.expiresAt.getTime()),
  available: points(preview.book.available(hold.partyId, hold, preview.now)),
});

const presentMove = (preview: Preview, currencies: CurrencyNames, move: ExpiryMove) => {
  const lot = preview.book.lot(move.partyId, move);
  if (lot === undefined) return [];
  return [
    {
      ...whoseIs(preview, currencies, lot),
      remaining: points(lot.remaining),
      expiresBefore: move.before === null ? null : timeIn(preview, move.before),
      expiresAfter: move.after === null ? null : timeIn(preview, move.after),
    },
  ];
};
