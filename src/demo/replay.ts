import { fileURLToPath } from "node:url";
import type { BillDraft, Dataflows, ImportHooks, Mapping, Progress, Run } from "#dataflows";
import { type Instant, localDate } from "#platform";
import { personOf, pick } from "./people.ts";
import { tillOf } from "./places.ts";

/** The purchases that are shipped with the program; demo/README.md says whose they are. */
export const PURCHASES = fileURLToPath(new URL("../../demo/online-retail.csv.gz", import.meta.url));
export const FILE_NAME = "online-retail.csv.gz";
/** First and last trading day in the file. */
export const FIRST_DAY = "2010-12-01";
export const LAST_DAY = "2011-08-31";

export const MAPPING: Mapping = {
  number: "InvoiceNo",
  itemCode: "StockCode",
  description: "Description",
  quantity: "Quantity",
  date: "InvoiceDate",
  rate: "UnitPrice",
  externalId: "CustomerID",
};
const COUNTRY_COLUMN = 7;
const WHOLESALE_PIECES = 200;
const DAY = 86_400_000;
const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;

/**
 * Days by which dates move: whole weeks, so that weekdays stay true, to where the last trading day is one of the seven days
 * before today.
 */
export const shiftFor = (now: Instant, timeZone: string): number => {
  const yesterday = dayNumber(localDate(now, timeZone)) - 1;
  return Math.floor((yesterday - dayNumber(LAST_DAY)) / 7) * 7;
};

const asideOf = ({ number, isNegative, customer }: BillDraft): BillDraft["aside"] => {
  if (isCancellation(number))
    return customer === null
      ? { kind: "CANCELLATION", reason: "A cancelled invoice of nobody that is known." }
      : null;
  if (number.startsWith("A"))
    return { kind: "BAD_DEBT", reason: "An adjustment for bad debt, not a purchase." };
  if (isNegative) return { kind: "STOCK_WRITE_OFF", reason: "Stock written off, not a purchase." };
  return null;
};

/** What customers gave back: the goods are looked for on their earlier invoices. */
const isCancellation = (number: string): boolean => number.startsWith("C");

const CHANNELS = ["in_store", "in_store", "in_store", "click_and_collect", "phone_order"] as const;

/** Gives an invoice of the file its till, its channel and, for a new customer, a person. */
const prepare = (draft: BillDraft): void => {
  draft.aside = asideOf(draft);
  if (isCancellation(draft.number)) draft.returnKind = "CANCELLATION";
  const customer = draft.customer?.value ?? null;
  draft.tillCode = tillOf(customer, draft.number);
  draft.extendedFields = { channel: pick(CHANNELS, `channel ${draft.number}`) };
  if (customer === null) return;
  const { mobile, email, ...names } = personOf(customer);
  const pieces = draft.lines.reduce((sum, line) => sum + line.qty, 0);
  draft.registration = {
    ...names,
    identifiers: { mobile, email },
    extendedFields: {
      country: draft.rows[0]!.fields[COUNTRY_COLUMN] ?? "",
      segment: pieces >= WHOLESALE_PIECES ? "wholesale" : "retail",
    },
    isDemo: true,
  };
};

export const HOOKS: ImportHooks = { prepare };

/** Whoever buys is a customer, and cancellations go back to the bills that they cancel. */
export const OPTIONS = { registerUnknown: true, matchReturns: true } as const;

export interface Replay {
  readonly orgId: number;
  readonly timeZone: string;
  readonly now: Instant;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The run that replays the purchases, whatever its state; null when there is none yet. */
export const findReplay = async (dataflows: Dataflows, orgId: number): Promise<Run | null> => {
  const { items } = await dataflows.list(orgId, null, 100);
  const replays = items.filter(
    ({ fileName, options }) => fileName === FILE_NAME && options.shiftDays !== undefined,
  );
  return replays.find(({ status }) => status === "finished") ?? replays[0] ?? null;
};

/** Replays the purchases, or goes on where an earlier replay was cut short; one that is finished is left alone. */
export const replay = async (dataflows: Dataflows, options: Replay): Promise<Run> => {
  const { orgId, now, timeZone, signal, onProgress } = options;
  const known = await findReplay(dataflows, orgId);
  if (known?.status === "finished") return known;
  const shiftDays = known?.options.shiftDays ?? shiftFor(now, timeZone);
  return dataflows.runFile(
    { orgId, name: "demo" },
    PURCHASES,
    {
      kind: "transactions",
      mapping: MAPPING,
      options: { ...OPTIONS, shiftDays },
    },
    onProgress,
    { hooks: HOOKS, ...(signal === undefined ? {} : { signal }) },
  );
};
