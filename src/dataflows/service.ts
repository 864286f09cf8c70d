import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { Activities } from "#activities";
import type { Customers } from "#customers";
import type { Events } from "#events";
import type { Orgs } from "#orgs";
import type { Clock, Db, Ids, Logger } from "#platform";
import type { Points } from "#points";
import { checkCampaignSize, checkTerms } from "./campaigns.ts";
import { readFileHead } from "./csv-source.ts";
import { createCustomerImporter } from "./customer-importer.ts";
import { guessDateFormat } from "./dates.ts";
import { errors } from "./errors.ts";
import { bindMapping, checkBillsCanSucceed, listTargets, suggestMapping } from "./mapping.ts";
import { checkOptions } from "./options.ts";
import { createPointsImporter } from "./points-importer.ts";
import { rejectedRows } from "./rejected-rows.ts";
import { createRunner, fingerprintOf, type Progress, type RunContext, type RunEnd } from "./runner.ts";
import {
  type DateFormat,
  type ImportKind,
  type Mapping,
  noCounts,
  type Rejection,
  type RunOptions,
  type Starter,
} from "./schema.ts";
import * as store from "./store.ts";
import type { Target } from "./targets.ts";
import { createTransactionImporter } from "./transaction-importer.ts";
import { removeUpload, saveUpload } from "./uploads.ts";

export interface DataflowsParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly points: Pick<Points, "moveAll">;
  readonly activities: Activities;
  readonly events: Events;
  readonly log: Logger;
  /** The data folder; uploads are kept under `imports` in it. */
  readonly directory: string;
  /** Records of a batch; 500 when absent. Smaller ones are for tests. */
  readonly batchSize?: number;
}

export interface NewImport {
  readonly kind: ImportKind;
  /** Laid over what the header suggests; a field with an empty header takes no column. */
  readonly mapping?: Mapping | undefined;
  readonly options?: RunOptions | undefined;
}

export interface FileContext extends Omit<RunContext, "onProgress"> {
  /** Told of the run, with its whole mapping, before the first row is read. */
  readonly onBegin?: (run: store.StoredRun) => void;
}

export interface Preview {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly suggestedMapping: Mapping;
  readonly suggestedDateFormat: DateFormat | null;
  readonly targets: readonly Target[];
}

/** The columns of dates by which their order is found out. */
const DATE_FIELDS: Readonly<Record<ImportKind, readonly string[]>> = {
  customers: ["registeredAt"],
  transactions: ["date"],
  points: ["awardedAt", "convertsAt", "expiresAt"],
  campaign: [],
};
const MAX_UPLOAD_MEGABYTES = 4096;
/** Runs looked at when searching for work. */
const MAX_WAITING = 200;

/** Files of customers and bills that come in. */
export const createDataflows = (parts: DataflowsParts) => {
  const { db, clock, orgs, log } = parts;
  const runner = createRunner({
    ...parts,
    createImporter: async (run, head, hooks) => {
      const organisation = await orgs.get(run.orgId);
      switch (run.kind) {
        case "customers":
          return createCustomerImporter(parts, organisation, run, head, parts.batchSize);
        case "transactions":
          return createTransactionImporter(parts, organisation, run, head, hooks, parts.batchSize);
        case "points":
        case "campaign":
          return createPointsImporter(parts, organisation, run, head, parts.batchSize);
      }
    },
  });
  const stopping = new AbortController();
  let isWorking = false;
  let pass: Promise<void> | null = null;
  let isWoken = false;

  /** Checks everything that can be checked before a run begins and stores it. */
  const addRun = async (
    starter: Starter,
    path: string,
    fileName: string,
    isUpload: boolean,
    input: NewImport,
    isCompletedLater = false,
  ): Promise<store.StoredRun> => {
    const organisation = await orgs.get(starter.orgId);
    const options = input.options ?? {};
    checkOptions(input.kind, organisation, options);
    const { fingerprint, bytes } = await fingerprintOf(path);
    const head = await readFileHead(path, options.delimiter);
    const mapping = suggestMapping(input.kind, organisation, head.headers, input.mapping);
    const columns = bindMapping(input.kind, organisation, mapping, head.headers);
    // Programs of our own give bills their tills and numbers only when they come by.
    if (input.kind === "transactions" && !isCompletedLater)
      checkBillsCanSucceed(organisation, columns, options);
    if (options.campaign !== undefined) {
      checkTerms(organisation, options.campaign, columns, clock.now().getTime());
      await checkCampaignSize(path, head);
    }
    const id = await parts.ids.take("import");
    await db.transaction(starter.orgId, (tx) =>
      store.insertRun(tx, {
        orgId: starter.orgId,
        id,
        kind: input.kind,
        fileName: fileName.replaceAll("\u0000", "").slice(0, 255) || "file",
        filePath: path,
        isUpload,
        fingerprint,
        bytesTotal: bytes,
        mapping,
        options,
        headerText: head.headerText,
        delimiter: head.dialect.delimiter,
        counts: noCounts(),
        startedBy: starter.name,
        at: clock.now(),
      }),
    );
    return get(starter.orgId, id);
  };

  const get = async (orgId: number, id: number): Promise<store.StoredRun> => {
    const run = await db.transaction(orgId, (tx) => store.findRun(tx, orgId, id));
    if (run === null) throw errors.unknown_run({ id });
    return run;
  };

  const work = async (run: store.StoredRun, context: RunContext): Promise<RunEnd> => {
    const ended = (end: RunEnd) => {
      parts.events.wake();
      log.info({ run: run.id, organisation: run.orgId, end }, "an import ended");
    };
    try {
      const end = await runner.work(run, context);
      ended(end);
      return end;
    } finally {
      const { status, isUpload, filePath } = await get(run.orgId, run.id);
      if (isUpload && ["finished", "cancelled", "failed"].includes(status)) await removeUpload(filePath);
    }
  };

  const workOnWaiting = async (): Promise<void> => {
    do {
      isWoken = false;
      const waiting = await db.system((tx) => store.listUnfinished(tx, MAX_WAITING));
      for (const { orgId, id } of waiting) {
        if (stopping.signal.aborted) return;
        const run = await runner.claim(orgId, id);
        if (run === null) continue;
        await work(run, { signal: stopping.signal }).catch((error: unknown) =>
          log.warn({ err: error, run: id }, "an import stopped"),
        );
      }
    } while (isWoken);
  };

  /** Works on uploads that wait or were left by a worker that died, one after another; safe to call at any time. */
  const resumeRuns = (): Promise<void> => {
    isWorking = true;
    isWoken = true;
    pass ??= workOnWaiting().finally(() => {
      pass = null;
    });
    return pass;
  };

  return {
    /**
     * Stores an uploaded stream and a run that reads it; work begins at once where this process does background work.
     * Errors: dataflows.file_*, header_unreadable, unknown_target, unknown_header, target_missing, till_missing, invalid, upload_too_large,
     * disk_full.
     */
    startRun: async (
      starter: Starter,
      file: { readonly path: string; readonly name: string },
      input: NewImport,
    ): Promise<store.StoredRun> => {
      const run = await addRun(starter, file.path, file.name, true, input);
      if (isWorking) {
        resumeRuns().catch((error: unknown) => log.error({ err: error }, "imports could not be worked on"));
      }
      return run;
    },

    /** Keeps an upload until it is started or dropped. */
    receive: (stream: Readable & { readonly truncated?: boolean }): Promise<string> =>
      saveUpload(parts.directory, stream, MAX_UPLOAD_MEGABYTES),
    dropUpload: removeUpload,

    resumeRuns,

    /**
     * Imports a file from where it lies, to its end. A run of the same file and options that was cut short goes on where it
     * stopped. Rejects with dataflows.* when the file cannot be read; rejected rows are in the run.
     */
    runFile: async (
      starter: Starter,
      path: string,
      input: NewImport,
      onProgress: (progress: Progress) => void = () => {},
      { onBegin, ...context }: FileContext = {},
    ): Promise<store.StoredRun> => {
      const run = await claimFile(starter, path, input, context.hooks !== undefined);
      onBegin?.(run);
      await work(run, { ...context, onProgress });
      return get(run.orgId, run.id);
    },

    get,

    list: (orgId: number, before: number | null, limit: number) =>
      db.transaction(orgId, async (tx) => ({
        items: await store.listRuns(tx, orgId, before ?? Number.MAX_SAFE_INTEGER, limit),
        total: await store.countRuns(tx, orgId),
      })),

    /** Stops a run after the batch under way; what it imported stays. Errors: dataflows.unknown_run, not_running. */
    cancel: async (orgId: number, id: number): Promise<store.StoredRun> => {
      const cancelled = await db.transaction(orgId, (tx) => store.requestCancel(tx, orgId, id, clock.now()));
      const run = await get(orgId, id);
      if (cancelled === null) throw errors.not_running({ id, status: run.status });
      if (run.status === "cancelled" && run.isUpload) await removeUpload(run.filePath);
      return run;
    },

    listRejections: async (orgId: number, id: number, after: number, limit: number) => {
      await get(orgId, id);
      return db.transaction(orgId, async (tx) => ({
        items: await store.listRejections(tx, orgId, id, after, limit),
        total: await store.countRejections(tx, orgId, id),
      }));
    },

    /** The rejected rows of a run as a CSV file, in pieces. */
    rejectedRows: async (orgId: number, id: number): Promise<AsyncGenerator<string>> =>
      rejectedRows(db, await get(orgId, id)),

    /** What the beginning of a file holds and what its columns most likely mean. Errors: dataflows.file_*, header_unreadable. */
    preview: async (orgId: number, path: string, kind: ImportKind, delimiter?: string): Promise<Preview> => {
      const organisation = await orgs.get(orgId);
      const head = await readFileHead(path, delimiter);
      const suggestedMapping = suggestMapping(kind, organisation, head.headers);
      const rows = head.sample.filter(({ problem }) => problem === null).map(({ fields }) => fields);
      const dated = DATE_FIELDS[kind].find((field) => suggestedMapping[field] !== undefined) ?? "";
      const dates = head.headers.indexOf(suggestedMapping[dated] ?? "");
      return {
        headers: head.headers,
        rows,
        suggestedMapping,
        suggestedDateFormat:
          dates < 0 ? null : (guessDateFormat(rows.map((row) => row[dates]?.trim() ?? "")) ?? null),
        targets: listTargets(kind, organisation),
      };
    },

    /** Lets go of the runs of this process after the batches under way; they go on at the next start. */
    stop: async (): Promise<void> => {
      stopping.abort();
      await pass;
    },
  };

  /** The unfinished run of this very file and way of reading it, else a new one; claimed. */
  async function claimFile(
    starter: Starter,
    path: string,
    input: NewImport,
    isCompletedLater: boolean,
  ): Promise<store.StoredRun> {
    const { orgId } = starter;
    const { fingerprint } = await fingerprintOf(path);
    const left = await db.transaction(orgId, (tx) =>
      store.findUnfinishedRun(tx, orgId, input.kind, fingerprint),
    );
    if (left !== null) {
      const claimed = await runner.claim(orgId, left.id);
      if (claimed === null) throw errors.in_progress({ id: left.id, file: basename(path) });
      const { headers } = await readFileHead(path, input.options?.delimiter);
      const mapping = suggestMapping(input.kind, await orgs.get(orgId), headers, input.mapping);
      if (isSameReading(claimed, mapping, input.options)) return claimed;
      await runner.supersede(claimed);
    }
    const added = await addRun(starter, path, basename(path), false, input, isCompletedLater);
    const claimed = await runner.claim(orgId, added.id);
    if (claimed === null) throw errors.in_progress({ id: added.id, file: basename(path) });
    return claimed;
  }
};

export type Dataflows = ReturnType<typeof createDataflows>;

/** The same text for the same contents: the database keeps keys in an order of its own, within nested objects too. */
const sorted = (value: object): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const isSameReading = (run: store.StoredRun, mapping: Mapping, options: RunOptions = {}): boolean =>
  sorted(mapping) === sorted(run.mapping) && sorted(options) === sorted(run.options);

export type { Rejection };
