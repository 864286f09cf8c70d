import type { Activities } from "#activities";
import { type Customers, parseFlatCustomer, type Registration } from "#customers";
import { systemActor } from "#identity";
import type { Organisation } from "#orgs";
import { AppError, type Clock, type Db } from "#platform";
import { type BillDraft, createBillReader } from "./bills.ts";
import type { FileHead } from "./csv-source.ts";
import { type BillBatch, createGatherer } from "./gather.ts";
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
  const remembered = new Set<string>();

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
    const registered =
      options.registerUnknown === true
        ? await registerUnknown(parts, context, judged, remembered)
        : { judged, count: 0 };
    return {
      doneAt: batch.doneAt,
      apply: async () => {
        const { purchases } = registered.judged;
        const outcomes =
          purchases.length === 0 ? [] : await parts.activities.recordAll(organisation.id, purchases);
        const { counts, rejections } = tally(context, registered.judged, outcomes);
        counts.customersRegistered += registered.count;
        const asides = judged.asides.map(({ draft, document }) => ({ rows: draft.rows, document }));
        return { counts, rejections, asides };
      },
    };
  };

  const ready = (batch: BillBatch | null) => (batch === null ? null : () => prepare(batch));
  return { add: (record) => ready(gatherer.add(record)), finish: () => ready(gatherer.finish()) };
};

interface Unknown {
  readonly key: string;
  readonly draft: BillDraft;
}

/** Registers whom a batch's bills name and nobody knows, dated at the first of those bills. */
const registerUnknown = async (
  parts: TransactionImporterParts,
  context: BillContextParts,
  judged: JudgedBatch,
  remembered: Set<string>,
): Promise<{ judged: JudgedBatch; count: number }> => {
  const { organisation } = context;
  if (remembered.size > MAX_REMEMBERED) remembered.clear();
  const first = new Map<string, number>();
  judged.purchases.forEach(({ customerKey, billedAt }, index) => {
    if (customerKey === null || remembered.has(customerKey)) return;
    const known = first.get(customerKey);
    if (known === undefined || judged.purchases[known]!.billedAt > billedAt) first.set(customerKey, index);
  });
  const keys = [...first.keys()];
  if (keys.length === 0) return { judged, count: 0 };
  const found = await parts.db.transaction(organisation.id, (tx) =>
    parts.customers.resolveIdentifiers(tx, organisation.id, keys),
  );
  const unknown = keys
    .filter((key) => !found.has(key))
    .map((key) => ({
      key,
      draft: judged.drafts[first.get(key)!]!,
      tillId: judged.purchases[first.get(key)!]!.tillId,
    }));
  for (const key of found.keys()) remembered.add(key);
  const { refused, count } = await register(parts, context, unknown, remembered);
  return { judged: refused.size === 0 ? judged : withoutRefused(context, judged, refused), count };
};

const register = async (
  parts: TransactionImporterParts,
  context: BillContextParts,
  unknown: readonly (Unknown & { readonly tillId: number })[],
  remembered: Set<string>,
): Promise<{ refused: ReadonlyMap<string, AppError>; count: number }> => {
  const { organisation } = context;
  const refused = new Map<string, AppError>();
  const read: { key: string; registration: Registration }[] = [];
  for (const { key, draft, tillId } of unknown) {
    const actor = systemActor(organisation.id, `import ${context.runId}`, tillId);
    try {
      read.push({ key, registration: readRegistration(context, draft, actor) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.set(key, error);
    }
  }
  if (read.length === 0) return { refused, count: 0 };
  const outcomes = await parts.customers.register(
    systemActor(organisation.id, `import ${context.runId}`),
    read.map(({ registration }) => registration),
  );
  let count = 0;
  outcomes.forEach((outcome, index) => {
    const { key } = read[index]!;
    if ("error" in outcome) {
      if (!(outcome.error instanceof AppError)) throw outcome.error;
      // Somebody else registered the customer a moment ago: the path of purchases will find whom the key names.
      if (outcome.error.code !== "customers.exists") refused.set(key, outcome.error);
      return;
    }
    remembered.add(key);
    count++;
  });
  return { refused, count };
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
