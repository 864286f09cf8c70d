import type { EarnParts } from "./earn.ts";
import { runLoad } from "./load.mjs";
import { registerMembers } from "./shop.ts";
import { median } from "./statistics.ts";

export interface PageTimes {
  /** What is read. */
  readonly page: string;
  readonly smallMilliseconds: number;
  readonly bigMilliseconds: number;
  readonly ratio: number;
}

export interface PagesResult {
  readonly entries: number;
  readonly smallEntries: number;
  readonly seedSeconds: number;
  /** Pages and balances, which cost the same however long the ledger is. */
  readonly pages: readonly PageTimes[];
  /** Pages under filters, which read the span that they look through. */
  readonly filtered: readonly PageTimes[];
}

const SMALL = 100;
const PAGE = 10;
/** Requests at a time to each page; many short turns, so that whatever else the machine does meets all of them alike. */
const TURN = 20;
/** Requests to each page under a filter. */
const FILTERED = 5;
const DAYS = 700;
const DAY_MILLISECONDS = 86_400_000;

/**
 * Adds `count` events to a member's ledger, as earning and redeeming would: nine credits of 100 points, each with a lot, then
 * a debit that uses them up. $1 party, $2 count, $3 program, $4 till, $5 first event id.
 */
const ENTRIES = `
  insert into ledger.entries
         (party_id, event_no, line_no, org_id, event_id, event_name, booked_at, recorded_at, program_id, currency_id, category,
          contra, amount, balance_before, balance_after, till_id, source_program_id, reference)
  select p.party_id, p.event_count + k, 1, p.org_id, $5::bigint + k,
         case when k % 10 = 0 then 'PointsRedemption' else 'PointsAdjustment' end,
         p.last_booked_at + k * step.each, p.last_booked_at + k * step.each, $3::bigint, 0, 1,
         case when k % 10 = 0 then 'redeemed' else 'issued' end,
         case when k % 10 = 0 then -900000 else 100000 end,
         case when k % 10 = 0 then 900000 else (k % 10 - 1) * 100000 end, (k % 10) * 100000, $4::bigint, $3::bigint,
         json_build_object('transactionId', k, 'transactionNumber', 'N' || k, 'amount', 4899, 'source', 'instore')
    from ledger.parties p, generate_series(1, $2::bigint) k,
         (select interval '${DAYS} days' / $2::bigint as each) step
   where p.party_id = $1
   order by k`;
const LOTS = `
  insert into ledger.lots
         (party_id, event_no, line_no, org_id, program_id, currency_id, category, amount, remaining, opened_at, expires_at)
  select party_id, event_no, line_no, org_id, program_id, currency_id, category, amount, 0, booked_at, booked_at + interval '1 year'
    from ledger.entries where party_id = $1 and amount > 0
   order by event_no`;
const USES = `
  insert into ledger.lot_uses (party_id, event_no, line_no, lot_event_no, lot_line_no, org_id, kind, amount)
  select e.party_id, e.event_no, 1, e.event_no - back, 1, e.org_id, 'redeemed', 100000
    from ledger.entries e, generate_series(9, 1, -1) back
   where e.party_id = $1 and e.amount < 0
   order by e.event_no, back desc`;
const ACCOUNT = `
  update ledger.accounts set issued = issued + $2::bigint / 10 * 900000, redeemed = redeemed + $2::bigint / 10 * 900000
   where party_id = $1 and program_id = $3 and category = 1 and currency_id = 0`;
const PARTY = `
  update ledger.parties p set event_count = p.event_count + $2::bigint,
         last_booked_at = (select max(e.booked_at) from ledger.entries e where e.party_id = p.party_id)
   where p.party_id = $1`;
const EVENT_IDS = `
  update platform.id_blocks set next_id = next_id + $1::bigint where name = 'event' returning next_id - $1::bigint - 1 as last`;

/** Gives a member who has no entries but the opening ones a long history; `verify` holds it to the same account as any other. */
const seed = async ({ admin, shop }: EarnParts, partyId: number, count: number): Promise<void> => {
  await admin.query("begin");
  const { rows } = await admin.query<{ last: number }>(EVENT_IDS, [count]);
  await admin.query(ENTRIES, [partyId, count, shop.programId, shop.tillId, rows[0]!.last]);
  await admin.query(LOTS, [partyId]);
  await admin.query(USES, [partyId]);
  await admin.query(ACCOUNT, [partyId, count, shop.programId]);
  await admin.query(PARTY, [partyId, count]);
  await admin.query("commit");
};

interface Read {
  readonly page: string;
  /** Path and query for a ledger of so many entries, without who is asked for. */
  readonly path: (entries: number) => string;
}

const INFO = "/v2/pointsLedger/getCustomerLedgerInfo?limit=10";
const BALANCE = "/v2/pointsLedger/getCustomerLedgerBalance?limit=10";
/** The opening entries of registration are an event too. */
const lastPage = (entries: number) => Math.ceil((entries + 1) / PAGE) - 1;

const readsAt = (middle: string, tillId: number): { judged: readonly Read[]; filtered: readonly Read[] } => ({
  judged: [
    { page: "first page", path: () => `${INFO}&offset=0` },
    { page: "middle page", path: (entries) => `${INFO}&offset=${lastPage(entries) >> 1}` },
    { page: "last page", path: (entries) => `${INFO}&offset=${lastPage(entries)}` },
    { page: "page of the quarter in the middle", path: () => `${INFO}&startDate=${middle}` },
    { page: "balance", path: () => BALANCE },
    { page: "balance in the middle", path: () => `${BALANCE}&endDate=${middle}` },
  ],
  filtered: [
    { page: "debits", path: () => `${INFO}&ledgerEntryType=DEBIT` },
    { page: "credits", path: () => `${INFO}&ledgerEntryType=CREDIT` },
    { page: "regular points", path: () => `${INFO}&pointCategoryType=REGULAR` },
    { page: "balance of regular points", path: () => `${BALANCE}&pointCategoryType=REGULAR` },
    { page: "one till", path: () => `${INFO}&tillId=${tillId}` },
    {
      page: "debits of the quarter in the middle",
      path: () => `${INFO}&ledgerEntryType=DEBIT&startDate=${middle}`,
    },
  ],
});

/** The moment in the middle of a member's history, as calls give it. */
const middleOf = async ({ admin }: EarnParts, partyId: number): Promise<string> => {
  const { rows } = await admin.query<{ at: Date }>(
    "select last_booked_at as at from ledger.parties where party_id = $1",
    [partyId],
  );
  return new Date(rows[0]!.at.getTime() - (DAYS / 2) * DAY_MILLISECONDS).toISOString().slice(0, 19);
};

/** Reads of the ledger of a member with `entries` entries, over HTTP, against the same reads of one with a hundred. */
export const measurePages = async (
  parts: EarnParts,
  port: number,
  options: { readonly entries: number; readonly turns: number },
): Promise<PagesResult> => {
  const { admin, shop, stage } = parts;
  const [small, big] = await registerMembers(stage.app, shop, "L", 2);
  const began = Date.now();
  await seed(parts, small!, SMALL);
  await seed(parts, big!, options.entries);
  const seedSeconds = (Date.now() - began) / 1000;
  await admin.query("vacuum analyze ledger.entries");
  await stage.settle();

  const middle = await middleOf(parts, big!);
  const { judged, filtered } = readsAt(middle, shop.tillId);
  const cellsOf = (reads: readonly Read[]) =>
    reads.flatMap(({ page, path }) =>
      [
        { page, size: "small", partyId: small!, entries: SMALL },
        { page, size: "big", partyId: big!, entries: options.entries },
      ].map(({ partyId, entries, ...cell }) => ({
        ...cell,
        path: `${path(entries)}&identifierName=id&identifierValue=${partyId}&source=INSTORE`,
        times: [] as number[],
      })),
    );
  const load = async (cells: ReturnType<typeof cellsOf>, turns: number, requests: number) => {
    for (let turn = 0; turn <= turns; turn++) {
      for (const { path, times } of cells) {
        const next = () => ({ method: "GET", path });
        const { authorization } = shop;
        const result = await runLoad({ port, authorization, clients: 1, seconds: 0, requests, next });
        if (result.failures > 0) throw new Error(`a page was not answered: ${result.firstFailure}`);
        // The first turn warms up.
        if (turn > 0) times.push(...result.latencies);
      }
    }
    const timesOf = (page: string): PageTimes => {
      const time = (size: string) =>
        median(cells.find((cell) => cell.page === page && cell.size === size)!.times);
      const [smallMilliseconds, bigMilliseconds] = [time("small"), time("big")];
      return { page, smallMilliseconds, bigMilliseconds, ratio: bigMilliseconds / smallMilliseconds };
    };
    return [...new Set(cells.map(({ page }) => page))].map(timesOf);
  };
  return {
    entries: options.entries,
    smallEntries: SMALL,
    seedSeconds,
    pages: await load(cellsOf(judged), options.turns, TURN),
    filtered: await load(cellsOf(filtered), 1, FILTERED),
  };
};
