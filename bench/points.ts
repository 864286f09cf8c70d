import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { parseBill } from "#activities";
import {
  captureKind,
  type HoldState,
  holdKind,
  type Movement,
  type MovementKind,
  movement,
  type Redeemed,
  redeemKind,
} from "#points";
import type { EarnParts } from "./earn.ts";
import { registerMembers } from "./shop.ts";
import { median } from "./statistics.ts";

/** What was done a second, in the middle round. */
export interface Rate {
  readonly perSecond: number;
  /** Of each round, for the ratio with the one beside it. */
  readonly rounds: readonly number[];
}

export interface PointsResult {
  readonly members: number;
  /** A plain double-entry transfer in one hand-written statement, 16 connections. */
  readonly transfer: Rate;
  /** Redemptions: policy, lots, journal, record, code, event. */
  readonly redemption: Rate;
  /** Holds, each captured: pairs. */
  readonly holdAndCapture: Rate;
  readonly earnMany: Rate;
  /** All bills of one customer. */
  readonly earnOne: Rate;
  /** Whole bills that go back, by their number: points, standing and trace. */
  readonly giveBack: Rate;
}

const MEMBERS = 4_000;
const CALLERS = 64;
const YARDSTICK_CONNECTIONS = 16;
/** Bills that are recorded for each second in which bills go back. */
const MORE_BILLS = 2_000;

const YARDSTICK_TABLES = `
  create table yardstick_accounts (id bigint primary key, balance bigint not null) with (fillfactor = 70);
  create table yardstick_entries (
    id bigint generated always as identity primary key, transfer uuid not null, account_id bigint not null,
    amount bigint not null, balance bigint not null, created_at timestamptz not null);
  insert into yardstick_accounts select n, 1000000000 from generate_series(1, ${MEMBERS}) n`;
/** Both sides and their running balances, as short as it can be said. */
const YARDSTICK_TRANSFER = `
  with moved as (
    update yardstick_accounts set balance = balance + case when id = $1 then -$3::bigint else $3::bigint end
     where id in ($1, $2) returning id, balance)
  insert into yardstick_entries (transfer, account_id, amount, balance, created_at)
  select $4, id, case when id = $1 then -$3::bigint else $3::bigint end, balance, now() from moved`;

const below = (limit: number): number => Math.floor(Math.random() * limit);

/** Runs callers for some seconds, each with its next piece of work as soon as the last is done. */
const rateOf = async (callers: number, seconds: number, work: () => Promise<unknown>): Promise<number> => {
  const until = performance.now() + seconds * 1000;
  let done = 0;
  const caller = async () => {
    while (performance.now() < until) {
      await work();
      done += 1;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  return (done * 1000) / (performance.now() - began);
};

const rate = (rounds: readonly number[]): Rate => ({ perSecond: median(rounds), rounds });

/**
 * How many postings a second the points engine makes, without HTTP, against a transfer in hand-written SQL on the same server; and
 * whether many bills of one customer are slower than the same of many.
 */
export const measurePoints = async (
  { stage, shop, expected }: EarnParts,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<PointsResult> => {
  const { app } = stage;
  const partyIds = await registerMembers(app, shop, "P", MEMBERS);
  const organisation = await app.orgs.get(shop.orgId);
  const parsed = (customerId: number, body: object) =>
    parseBill(body, {
      organisation,
      tillId: shop.tillId,
      customerKey: null,
      customerId,
      customerName: `id ${customerId}`,
      source: "INSTORE",
      accountId: "",
      clockNow: Date.now(),
      asOfBill: false,
      requestKey: null,
      wantsSideEffects: true,
      wantsRawSideEffects: false,
    });
  const record = async (customerId: number, body: object): Promise<void> => {
    await app.activities.record(shop.orgId, parsed(customerId, body));
    expected.bills += 1;
  };
  const earn = (customerId: number, amount: number) =>
    record(customerId, { type: "REGULAR", billNumber: randomUUID(), billAmount: amount });
  // Points to spend: some lots each.
  for (let lot = 0; lot < 3; lot++) await Promise.all(partyIds.map((partyId) => earn(partyId, 100_000)));

  const command = <Input, Extra>(kind: MovementKind<Input, Extra>, partyId: number, input: Input): Movement =>
    movement(kind, {
      parties: [{ key: null, partyId, name: `id ${partyId}` }],
      requestKey: null,
      inputHash: createHash("sha256").update("none").digest(),
      now: Date.now(),
      tillId: shop.tillId,
      by: "bench",
      userId: null,
      input,
    });
  let codes = 0;
  const about = () => ({
    billNumber: "",
    transactionId: null,
    notes: "",
    purpose: "",
    externalReference: "",
    isValidated: false,
    customFields: null,
    code: (++codes).toString(36).padStart(6, "0"),
  });
  const member = () => partyIds[below(MEMBERS)]!;
  const move = async <Reply>(item: Movement): Promise<Reply> =>
    JSON.parse((await app.points.move(shop.orgId, item)).reply) as Reply;
  const redeem = () =>
    move<Redeemed>(
      command(redeemKind, member(), { ...about(), programId: null, points: 1, billAmount: null }),
    );
  const holdAndCapture = async () => {
    const partyId = member();
    const input = {
      programId: null,
      points: 1,
      ttlSeconds: 600,
      billAmount: null,
      billNumber: "",
      notes: "",
    };
    const { holdId } = await move<HoldState>(command(holdKind, partyId, input));
    await move(command(captureKind, partyId, { ...about(), holdId, points: null, isFinal: true }));
  };

  /** Bills that were recorded and did not go back yet. */
  const returnable: { readonly partyId: number; readonly billNumber: string; readonly at: string }[] = [];
  const earnReturnable = async (): Promise<void> => {
    const bill = { partyId: member(), billNumber: randomUUID(), at: new Date().toISOString() };
    const { billNumber, at: billingDate } = bill;
    await record(bill.partyId, { type: "REGULAR", billNumber, billAmount: 10, billingDate });
    returnable.push(bill);
  };
  const giveBack = async (): Promise<void> => {
    const bill = returnable.pop();
    // A bill goes back once: what is measured after the last one would be refusals.
    if (bill === undefined) throw new Error("there are no more bills to return");
    const { partyId, billNumber, at: purchaseTime } = bill;
    await record(partyId, { type: "RETURN", returnType: "FULL", billNumber, purchaseTime });
  };

  const pool = new pg.Pool({ connectionString: stage.yardstickConnectionString, max: YARDSTICK_CONNECTIONS });
  for (const statement of YARDSTICK_TABLES.split(";")) await pool.query(statement);
  const transfer = () => {
    const from = 1 + below(MEMBERS - 1);
    return pool.query({
      name: "transfer",
      text: YARDSTICK_TRANSFER,
      values: [from, from + 1, 1, randomUUID()],
    });
  };

  const measures = {
    transfer: () => rateOf(YARDSTICK_CONNECTIONS, seconds, transfer),
    redemption: () => rateOf(CALLERS, seconds, redeem),
    holdAndCapture: () => rateOf(CALLERS, seconds, holdAndCapture),
    earnMany: () => rateOf(CALLERS, seconds, earnReturnable),
    earnOne: () => rateOf(CALLERS, seconds, () => earn(partyIds[0]!, 10)),
    // More than those of the bills of many, so that they last.
    giveBack: async () => {
      await Promise.all(Array.from({ length: seconds * MORE_BILLS }, earnReturnable));
      return rateOf(CALLERS, seconds, giveBack);
    },
  };
  const names = Object.keys(measures) as (keyof typeof measures)[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    keyof typeof measures,
    number[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const perSecond = await measures[name]();
      // The first round warms up.
      if (round > 0) times[name].push(perSecond);
    }
  }
  await pool.end();
  return {
    members: MEMBERS,
    transfer: rate(times.transfer),
    redemption: rate(times.redemption),
    holdAndCapture: rate(times.holdAndCapture),
    earnMany: rate(times.earnMany),
    earnOne: rate(times.earnOne),
    giveBack: rate(times.giveBack),
  };
};

/** The first over the second, round by round; the median. */
export const ratioOfRates = (rates: Rate, yardstick: Rate): number =>
  median(rates.rounds.map((value, index) => value / yardstick.rounds[index]!));
