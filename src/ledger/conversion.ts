import type { NewEvent } from "#events";
import {
  type Clock,
  type Db,
  type Ids,
  type Instant,
  inTurn,
  type Logger,
  type Millipoints,
  sql,
  type Tx,
} from "#platform";
import { LedgerBook } from "./book.ts";
import type { AccountKey, Category, Lot, LotKey, Posting, Reference } from "./schema.ts";
import { loadAccounts, loadLots, lockParties, writeLedger } from "./store.ts";

/** Lots looked at per transaction: bounds its length and the memory of the job, whatever has piled up. */
const LOTS_AT_ONCE = 2000;
/** Lots of one event: a longer list goes over several. */
const LINES_AT_ONCE = 10_000;

/** When, by whom and why points become regular. */
export interface ConversionAbout {
  readonly at: Instant;
  readonly recordedAt: Instant;
  readonly tillId: number | null;
  readonly reference: Reference | null;
  readonly nextEventId: () => number;
}

/** What became regular of an account in one event. */
export interface Converted extends Pick<AccountKey, "programId" | "currencyId"> {
  readonly partyId: number;
  readonly eventId: number;
  readonly eventNo: number;
  readonly bookedAt: Instant;
  readonly amount: Millipoints;
  /** As they were: with what they gave. */
  readonly lots: readonly Lot[];
}

/** Whether a lot waits to become regular. */
const waits = ({ category, remaining }: Lot): boolean => category !== 1 && remaining > 0;

/** How many events converting the lots takes at most. */
export const eventsOfConversion = (lots: readonly Lot[]): number => lots.length;

/**
 * Makes promised and trigger-based points regular (points.md §1): in one event of the party for each program and currency the
 * lots are used up, and opened again among the regular ones with the same terms and date, each naming the one it was. Under the
 * locks of the parties; lots that hold nothing are passed over.
 */
export const convertLots = (
  book: LedgerBook,
  lots: readonly Lot[],
  { at, recordedAt, tillId, reference, nextEventId }: ConversionAbout,
): Converted[] => {
  const groups = new Map<string, Lot[]>();
  for (const lot of lots.filter(waits)) {
    const key = `${lot.partyId}/${lot.programId}/${lot.currencyId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [lot]);
    else group.push(lot);
  }
  const chunks = [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / LINES_AT_ONCE) }, (_, index) =>
      group.slice(index * LINES_AT_ONCE, (index + 1) * LINES_AT_ONCE),
    ),
  );
  return chunks.map((chunk): Converted => {
    const { partyId, programId, currencyId } = chunk[0]!;
    const before = chunk.map((lot) => ({ ...lot }));
    const eventId = nextEventId();
    const { eventNo, bookedAt } = book.post({
      partyId,
      eventId,
      eventName: "DelayedAccrual",
      bookedAt: at,
      recordedAt,
      tillId,
      sourceProgramId: programId,
      reference,
      postings: [...([2, 3] as const).flatMap((category) => leave(chunk, category)), ...chunk.map(arrive)],
    });
    const amount = before.reduce((sum, { remaining }) => sum + remaining, 0);
    return { partyId, programId, currencyId, eventId, eventNo, bookedAt, amount, lots: before };
  });
};

const leave = (lots: readonly Lot[], category: Category): Posting[] => {
  const own = lots.filter((lot) => lot.category === category);
  if (own.length === 0) return [];
  const { programId, currencyId } = own[0]!;
  const uses = own.map(({ eventNo, lineNo, remaining }) => ({ eventNo, lineNo, amount: remaining }));
  const amount = -uses.reduce((sum, use) => sum + use.amount, 0);
  return [{ programId, currencyId, category, contra: "conversion", amount, uses }];
};

const arrive = (lot: Lot): Posting => ({
  programId: lot.programId,
  currencyId: lot.currencyId,
  category: 1,
  contra: "conversion",
  amount: lot.remaining,
  expiresAt: lot.expiresAt?.getTime() ?? null,
  lot: {
    source: lot.source,
    transactionId: lot.transactionId,
    billLine: lot.billLine,
    convertsAt: null,
    rolls: lot.rolls,
    parent: { eventNo: lot.eventNo, lineNo: lot.lineNo },
    details: lot.details,
  },
});

/** Makes regular what a bill promised, as its update does. The bill's lots must be in the book (`loadLotsOfTransactions`). */
export const releaseOfBill = (
  book: LedgerBook,
  partyId: number,
  transactionId: number,
  about: ConversionAbout,
): Converted[] =>
  convertLots(
    book,
    book.lotsOf(partyId).filter((lot) => lot.transactionId === transactionId),
    about,
  );

/** The event that others learn of a conversion by. */
export const conversionEvent = (orgId: number, converted: Converted): NewEvent => ({
  orgId,
  partyId: converted.partyId,
  type: "points.converted",
  occurredAt: new Date(converted.bookedAt),
  payload: {
    programId: converted.programId,
    currencyId: converted.currencyId,
    category: 1,
    amount: converted.amount,
    eventNo: converted.eventNo,
    eventId: converted.eventId,
  },
});

/** Where the job is: the last lot it looked at, in the order of the index on conversion. */
interface Position extends LotKey {
  readonly partyId: number;
  readonly convertsAt: string;
}

const START: Position = { convertsAt: "-infinity", partyId: 0, eventNo: 0, lineNo: 0 };

/** The next lots whose time has come: pages by key, so that a page costs the same however many are behind it. */
const nextDue = (tx: Tx, orgId: number, now: string, after: Position, limit: number): Promise<Position[]> =>
  tx.rows<Position>(sql`/* ledger.next_to_convert */
    select converts_at::text as "convertsAt", party_id as "partyId", event_no as "eventNo", line_no as "lineNo"
      from ledger.lots
     where org_id = ${orgId} and is_open and converts_at is not null and converts_at <= ${now}::timestamptz
       and (converts_at, party_id, event_no, line_no)
         > (${after.convertsAt}::timestamptz, ${after.partyId}::bigint, ${after.eventNo}::bigint, ${after.lineNo}::smallint)
     order by org_id, converts_at, party_id, event_no, line_no limit ${limit}`);

export interface ConversionParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Writes `points.converted` events in the transaction of the postings. */
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  /** Lots per transaction; 2,000 when absent. */
  readonly lotsAtOnce?: number;
}

/**
 * Makes an organisation's promised points regular whose time has come. Works in short transactions under the parties' locks;
 * killed anywhere it goes on where it was, and running it twice changes nothing. Returns what became regular.
 */
export const convertDueLots = async (
  { db, ids, clock, publish, lotsAtOnce = LOTS_AT_ONCE }: ConversionParts,
  orgId: number,
): Promise<{ lots: number; amount: Millipoints }> => {
  const now: Instant = clock.now().getTime();
  let lots = 0;
  let amount = 0;
  for (let after = START; ; ) {
    const page = await db.transaction(orgId, (tx) =>
      nextDue(tx, orgId, new Date(now).toISOString(), after, lotsAtOnce),
    );
    const last = page.at(-1);
    if (last === undefined) return { lots, amount };
    const converted = await db.transaction(orgId, (tx) =>
      convertPage(tx, { ids, publish }, orgId, page, now),
    );
    for (const item of converted) {
      lots += item.lots.length;
      amount += item.amount;
    }
    after = last;
  }
};

const convertPage = async (
  tx: Tx,
  { ids, publish }: Pick<ConversionParts, "ids" | "publish">,
  orgId: number,
  page: readonly Position[],
  now: Instant,
): Promise<Converted[]> => {
  const partyIds = [...new Set(page.map(({ partyId }) => partyId))].sort((a, b) => a - b);
  const [locked, accounts, lots] = await Promise.all([
    lockParties(tx, orgId, partyIds),
    loadAccounts(tx, orgId, partyIds),
    loadLots(tx, orgId, page),
  ]);
  // Read under the locks: what was returned or released since the page was read is no longer due.
  const due = lots
    .filter(({ convertsAt }) => convertsAt !== null && convertsAt <= now)
    .sort((a, b) => a.convertsAt! - b.convertsAt! || a.eventNo - b.eventNo || a.lineNo - b.lineNo);
  if (due.length === 0) return [];
  const nextEventId = await ids.reserve("event", eventsOfConversion(due));
  const book = new LedgerBook(locked, accounts, { lots });
  const about = { at: now, recordedAt: now, tillId: null, reference: null, nextEventId };
  const converted = convertLots(book, due, about);
  if (converted.length === 0) return [];
  await writeLedger(tx, orgId, book.writes(), false);
  await publish(
    tx,
    converted.map((item) => conversionEvent(orgId, item)),
  );
  return converted;
};

/** Makes due points of organisations regular, one after another; see `inTurn` for what fails. */
export const convertOrganisations = (
  parts: ConversionParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
): Promise<void> =>
  inTurn(orgIds, parts.log, "promised points of an organisation could not be made regular", (orgId) =>
    convertDueLots(parts, orgId),
  );
