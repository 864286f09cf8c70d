import type { Activities } from "#activities";
import { type Customers, parseFlatCustomer, type Registration } from "#customers";
import { systemActor } from "#identity";
import type { Organisation } from "#orgs";
import { AppError, type Clock, type Db } from "#platform";
import { type BillDraft, createBillReader } from "./bills.ts";
import type { FileHead } from "./csv-source.ts";
import { type BillBatch, createGatherer } from "./gather.ts";
import { recordInLanes } from "./lanes.ts";
import { bindMapping } from "./mapping.ts";
import type { Importer, PreparedBatch } from "./runner.ts";
import type { Run } from "./schema.ts";
import {
  type BillContextParts,
  type ImportHooks,
  type JudgedBatch,
  judgeBatch,
  keyOfNamed,
  rejectionsOf,
  tally,
} from "./transactions.ts";

export interface TransactionImporterParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly customers: Customers;
  readonly activities: Activities;
}

/** Customers that are known to be registered, so that they are not looked up again with every batch. */
const MAX_REMEMBERED = 100_000;
const DEFAULT_BATCH_BILLS = 500;

/** Reads the records of a file of bills and sends them down the path of purchases, batch by batch. */
export const createTransactionImporter = (
  parts: TransactionImporterParts,
  organisation: Organisation,
  run: Run,
  head: FileHead,
  hooks: ImportHooks,
  batchBills = DEFAULT_BATCH_BILLS,
): Importer => {
  const { options } = run;
  const columns = bindMapping("transactions", organisation, run.mapping, head.headers);
  const reader = createBillReader({
    columns,
    dialect: head.dialect,
    moneyScale: organisation.moneyScale,
    dateFormat: options.dateFormat ?? "iso",
    zone: options.zone ?? organisation.timeZone,
    shiftDays: options.shiftDays ?? 0,
    decimal: options.decimal ?? ".",
  });
  const gatherer = createGatherer(reader, { bills: batchBills });
  const parties: Parties = new Map();

  const prepare = async (batch: BillBatch): Promise<PreparedBatch> => {
    const context: BillContextParts = {
      organisation,
      columns,
      options,
      runId: run.id,
      fingerprint: run.fingerprint,
      clockNow: parts.clock.now().getTime(),
      hooks,
    };
    const judged = judgeBatch(context, batch);
    await resolve(parts, organisation.id, judged, parties);
    const registered =
      options.registerUnknown === true
        ? await registerUnknown(parts, context, judged, parties)
        : { judged, count: 0 };
    return {
      doneAt: batch.doneAt,
      apply: async () => {
        const outcomes = await recordInLanes(
          parts.activities,
          organisation.id,
          registered.judged.purchases,
          parties,
        );
        const { counts, rejections, unmatched } = tally(context, registered.judged, outcomes);
        counts.customersRegistered += registered.count;
        const asides = [
          ...judged.asides.map(({ draft, document }) => ({ rows: draft.rows, document })),
          ...unmatched.map(({ draft, lines, document }) => ({
            rows: lines.map((index) => draft.rows[index]!),
            document,
          })),
        ];
        return { counts, rejections, asides };
      },
    };
  };

  const ready = (batch: BillBatch | null) => (batch === null ? null : () => prepare(batch));
  return { add: (record) => ready(gatherer.add(record)), finish: () => ready(gatherer.finish()) };
};

/** Keys → customers, as far as known; customers do not change hands within a run. */
type Parties = Map<string, number>;

/** Looks up whom the bills of a batch name, but for those who were looked up before. */
const resolve = async (
  { db, customers }: TransactionImporterParts,
  orgId: number,
  { purchases }: JudgedBatch,
  parties: Parties,
): Promise<void> => {
  if (parties.size > MAX_REMEMBERED) parties.clear();
  const keys = new Set<string>();
  for (const { customerKey } of purchases) {
    if (customerKey !== null && !parties.has(customerKey)) keys.add(customerKey);
  }
  if (keys.size === 0) return;
  const found = await db.transaction(orgId, (tx) => customers.resolveIdentifiers(tx, orgId, [...keys]));
  for (const [key, partyId] of found) parties.set(key, partyId);
};

/** Registers whom a batch's bills name and nobody knows, dated at the first of those bills. */
const registerUnknown = async (
  { customers }: TransactionImporterParts,
  context: BillContextParts,
  judged: JudgedBatch,
  parties: Parties,
): Promise<{ judged: JudgedBatch; count: number }> => {
  const { id: orgId } = context.organisation;
  const first = new Map<string, number>();
  judged.purchases.forEach(({ customerKey, billedAt, type }, index) => {
    // Who only gives back has bought nothing here.
    if (customerKey === null || parties.has(customerKey) || type !== "REGULAR") return;
    const known = first.get(customerKey);
    if (known === undefined || judged.purchases[known]!.billedAt > billedAt) first.set(customerKey, index);
  });
  const refused = new Map<string, AppError>();
  const read: { key: string; registration: Registration }[] = [];
  for (const [key, index] of first) {
    const actor = systemActor(orgId, `import ${context.runId}`, judged.purchases[index]!.tillId);
    try {
      read.push({ key, registration: readRegistration(context, judged.drafts[index]!, actor) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.set(key, error);
    }
  }
  let count = 0;
  if (read.length > 0) {
    const outcomes = await customers.register(
      systemActor(orgId, `import ${context.runId}`),
      read.map(({ registration }) => registration),
    );
    outcomes.forEach((outcome, index) => {
      const { key } = read[index]!;
      if ("error" in outcome) {
        if (!(outcome.error instanceof AppError)) throw outcome.error;
        // Somebody else registered the customer a moment ago: the path of purchases will find whom the key names.
        if (outcome.error.code !== "customers.exists") refused.set(key, outcome.error);
        return;
      }
      parties.set(key, outcome.ok.partyId);
      count++;
    });
  }
  return { judged: refused.size === 0 ? judged : withoutRefused(context, judged, refused), count };
};

const readRegistration = (
  { organisation, clockNow }: BillContextParts,
  draft: BillDraft,
  actor: ReturnType<typeof systemActor>,
): Registration => {
  const { type, value } = draft.customer!;
  const { identifiers = {}, isDemo = false, ...rest } = draft.registration ?? {};
  const flat = {
    registeredAt: new Date(draft.billedAt!).toISOString(),
    ...rest,
    identifiers: { ...identifiers, [type]: value },
  };
  return parseFlatCustomer(flat, { organisation, actor, now: new Date(clockNow), isDemo });
};

/** Bills of customers who could not be registered are rejected with that reason. */
const withoutRefused = (
  context: BillContextParts,
  judged: JudgedBatch,
  refused: ReadonlyMap<string, AppError>,
): JudgedBatch => {
  const errorOf = (draft: BillDraft) => refused.get(keyOfNamed(context.organisation, draft.customer) ?? "");
  const rejections = judged.drafts.flatMap((draft) => {
    const error = errorOf(draft);
    return error === undefined ? [] : rejectionsOf(context, draft, error);
  });
  const isKept = judged.drafts.map((draft) => errorOf(draft) === undefined);
  return {
    ...judged,
    purchases: judged.purchases.filter((_, index) => isKept[index]),
    drafts: judged.drafts.filter((_, index) => isKept[index]),
    rejections: [...judged.rejections, ...rejections],
  };
};
