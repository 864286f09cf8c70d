import {
  type BillPosition,
  type Buyer,
  countBuyers,
  listBuyers,
  profileFactsOf,
  type RecordedBill,
  readBills,
} from "#activities";
import type { Customers } from "#customers";
import { type EventMovement, readBalanceSteps, readEventMovements } from "#ledger";
import { type Numbering, readTierChanges } from "#loyalty";
import type { Organisation } from "#orgs";
import { type Db, sql, type Tx } from "#platform";
import { type CustomerPast, CustomerReplay, type LaneTask, type ReplayTask } from "./customer.ts";
import { DifferenceFigures, LaneFigures, ParityFigures, RecordedFigures } from "./figures.ts";
import type { ProgramAt } from "./lane.ts";
import type { CustomerRow, Summary } from "./schema.ts";

/** What is replayed over which bills. */
export interface ReplayOrder {
  readonly organisation: Organisation;
  readonly programId: number;
  readonly from: number;
  readonly until: number;
  readonly tried: ProgramAt;
  /** The versions in force on the dates of bills. */
  readonly inForce: ProgramAt;
  /** What recorded numbers of tiers are told by. */
  readonly numbering: Numbering;
  /** A version to compare with instead of those. */
  readonly other: ProgramAt | null;
}

export interface ReplayProgress {
  readonly customers: number;
  readonly customersTotal: number;
  readonly bills: number;
  readonly billsTotal: number;
}

/** Where the results go while they are made. */
export interface ReplaySink {
  /** Nothing was handed over yet, or all of it is void. */
  begin(): Promise<void>;
  customers(rows: readonly CustomerRow[]): Promise<void>;
  progress(progress: ReplayProgress): void;
}

export interface ReplayParts {
  readonly db: Db;
  readonly customers: Pick<Customers, "loadProfiles">;
}

/** Customers that are looked for at a time. */
const BUYERS = 500;
/** Bills of the period whose customers are read together. */
const BILLS_TOGETHER = 500;
/** Bills in one page: what is in memory at a time, with their lines. Deciding them takes some milliseconds, between which others are served. */
const PAGE = 100;
const ROWS = 500;

/**
 * Decides all bills of the period anew, customer by customer, in one snapshot that only reads: bills that come in meanwhile are not in it.
 * Memory holds a page of bills and the history of the customers they are of. Rejects when the signal says stop.
 */
export const replayHistory = (
  { db, customers }: ReplayParts,
  order: ReplayOrder,
  sink: ReplaySink,
  signal: AbortSignal,
): Promise<Summary> =>
  db.transaction(order.organisation.id, async (tx) => {
    await tx.run(sql`/* whatif.only_read */ set transaction isolation level repeatable read, read only`);
    // Made inside, because the transaction may be run again.
    await sink.begin();
    const run = new Run(order, sink, signal);
    const totals = await countBuyers(tx, order.organisation.id, order);
    run.expect(totals);
    for (let after = 0; ; ) {
      const buyers = await listBuyers(tx, order.organisation.id, order, { after, limit: BUYERS });
      for (const group of groupsOf(buyers)) await replayGroup(tx, customers, run, group);
      if (buyers.length < BUYERS) break;
      after = buyers.at(-1)!.partyId;
    }
    await run.flush();
    return run.sum();
  });

/** Customers whose bills are read together: a few with many, or many with few. */
const groupsOf = (buyers: readonly Buyer[]): (readonly Buyer[])[] => {
  const groups: Buyer[][] = [];
  let bills = Number.POSITIVE_INFINITY;
  for (const buyer of buyers) {
    if (bills + buyer.bills > BILLS_TOGETHER) {
      groups.push([]);
      bills = 0;
    }
    groups.at(-1)!.push(buyer);
    bills += buyer.bills;
  }
  return groups;
};

const replayGroup = async (
  tx: Tx,
  customers: ReplayParts["customers"],
  run: Run,
  buyers: readonly Buyer[],
): Promise<void> => {
  const { organisation, programId } = run.order;
  const partyIds = buyers.map(({ partyId }) => partyId);
  const pasts = await readPasts(tx, customers, run.order, partyIds);
  let replay: CustomerReplay | null = null;
  let after: BillPosition | null = null;
  for (;;) {
    const bills: RecordedBill[] = await readBills(tx, organisation.id, partyIds, run.order, {
      after,
      limit: PAGE,
    });
    const movements = await readMovements(tx, organisation.id, programId, bills);
    for (const bill of bills) {
      if (replay?.partyId !== bill.partyId) {
        if (replay !== null) run.add(replay.end());
        replay = new CustomerReplay(run.task, pasts.get(bill.partyId)!);
      }
      replay.take(bill, movements.get(bill.partyId) ?? NO_MOVEMENTS);
    }
    run.passed(bills);
    await run.breathe();
    const last: RecordedBill | undefined = bills.at(-1);
    if (last === undefined || bills.length < PAGE) break;
    after = last;
  }
  if (replay !== null) run.add(replay.end());
};

const readPasts = async (
  tx: Tx,
  customers: ReplayParts["customers"],
  { organisation, programId }: ReplayOrder,
  partyIds: readonly number[],
): Promise<ReadonlyMap<number, CustomerPast>> => {
  const orgId = organisation.id;
  const [profiles, tierChanges, steps] = await Promise.all([
    customers.loadProfiles(tx, orgId, partyIds),
    readTierChanges(tx, orgId, programId, partyIds),
    readBalanceSteps(tx, orgId, programId, partyIds),
  ]);
  const changesOf = groupBy(tierChanges, ({ partyId }) => partyId);
  const stepsOf = groupBy(steps, ({ partyId }) => partyId);
  return new Map(
    profiles.map((profile) => [
      profile.partyId,
      {
        partyId: profile.partyId,
        profile: profileFactsOf(profile),
        tierChanges: changesOf.get(profile.partyId) ?? [],
        steps: stepsOf.get(profile.partyId) ?? [],
      },
    ]),
  );
};

const groupBy = <Item>(items: readonly Item[], key: (item: Item) => number): Map<number, Item[]> => {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const known = groups.get(key(item));
    if (known === undefined) groups.set(key(item), [item]);
    else known.push(item);
  }
  return groups;
};

type Movements = ReadonlyMap<number, readonly EventMovement[]>;
const NO_MOVEMENTS: Movements = new Map();

/** What the events of bills and of their returns moved, by customer and number. */
const readMovements = async (
  tx: Tx,
  orgId: number,
  programId: number,
  bills: readonly RecordedBill[],
): Promise<ReadonlyMap<number, Movements>> => {
  const events = bills.flatMap(({ partyId, eventNo, inside, returns }) =>
    inside === null
      ? []
      : [eventNo, ...returns.map((row) => row.eventNo)].flatMap((number) =>
          number === null ? [] : [{ partyId, eventNo: number }],
        ),
  );
  if (events.length === 0) return new Map();
  const found = groupBy(await readEventMovements(tx, orgId, programId, events), ({ partyId }) => partyId);
  return new Map([...found].map(([partyId, rows]) => [partyId, groupBy(rows, ({ eventNo }) => eventNo)]));
};

const NOTHING: ReplayProgress = { customers: 0, customersTotal: 0, bills: 0, billsTotal: 0 };

/** A replay under way: its figures, and the rows that were not handed over yet. */
class Run {
  readonly task: ReplayTask;
  readonly #differences = new DifferenceFigures();
  #rows: CustomerRow[] = [];
  #progress = NOTHING;
  #amount = 0;

  constructor(
    readonly order: ReplayOrder,
    readonly sink: ReplaySink,
    readonly signal: AbortSignal,
  ) {
    const { organisation, programId, from, until, numbering, tried, inForce, other } = order;
    const lane = (programAt: ProgramAt): LaneTask => ({ programAt, figures: new LaneFigures() });
    this.task = {
      organisation,
      programId,
      span: { from, until },
      numbering,
      tried: lane(tried),
      inForce: lane(inForce),
      other: other === null ? null : lane(other),
      recorded: new RecordedFigures(),
      parity: new ParityFigures(),
    };
  }

  expect({ customers, bills }: { readonly customers: number; readonly bills: number }): void {
    this.#progress = { ...NOTHING, customersTotal: customers, billsTotal: bills };
    this.sink.progress(this.#progress);
  }

  add(row: CustomerRow): void {
    this.#rows.push(row);
    this.#amount += row.amount;
    this.#differences.add(row.tried - row.compared);
    this.#progress = { ...this.#progress, customers: this.#progress.customers + 1 };
  }

  passed(bills: readonly RecordedBill[]): void {
    const inside = bills.filter((bill) => bill.inside !== null).length;
    this.#progress = { ...this.#progress, bills: this.#progress.bills + inside };
  }

  /** Tells how far it is, hands over, and lets others have their turn. */
  async breathe(): Promise<void> {
    this.sink.progress(this.#progress);
    if (this.#rows.length >= ROWS) await this.flush();
    this.signal.throwIfAborted();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    await this.sink.customers(this.#rows);
    this.#rows = [];
  }

  sum(): Summary {
    const { tried, inForce, other, recorded, parity } = this.task;
    return {
      customers: this.#progress.customers,
      bills: this.#progress.bills,
      amount: this.#amount,
      tried: tried.figures.sum(),
      compared: (other ?? inForce).figures.sum(),
      recorded: recorded.sum(),
      difference: this.#differences.sum(),
      parity: parity.sum(),
    };
  }
}
