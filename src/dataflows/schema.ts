import { type Static, Type } from "@fastify/type-provider-typebox";

/** What a file that is sent as such may hold. */
export const FILE_KINDS = ["customers", "transactions", "points"] as const;
/** `campaign`: customers who get points of one campaign. */
export const KINDS = [...FILE_KINDS, "campaign"] as const;
export type ImportKind = (typeof KINDS)[number];

/** Target field → header of the file's column; an empty header in what a caller gives says that the field takes none. */
export const Mapping = Type.Record(
  Type.String({ minLength: 1, maxLength: 120 }),
  Type.String({ maxLength: 500 }),
);
export type Mapping = Static<typeof Mapping>;

export const DATE_FORMATS = ["iso", "dmy", "mdy", "ymd"] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

/** How the rows are meant. Everything has a default. */
export const ImportOptions = Type.Object(
  {
    asOf: Type.Optional(
      Type.Union([Type.Literal("bill"), Type.Literal("now")], {
        description:
          "Points count from the bill's date, as for a history (default), or as if it happened now",
      }),
    ),
    registerUnknown: Type.Optional(
      Type.Boolean({ description: "Register customers that are not known, dated at their first purchase" }),
    ),
    setAsideReturns: Type.Optional(
      Type.Boolean({
        description: "Keep bills with negative amounts aside, whole, instead of rejecting them",
      }),
    ),
    matchReturns: Type.Optional(
      Type.Boolean({
        description:
          "Take bills with negative quantities for returns, of the newest earlier bills of their customers that have the items at that price; what is on none is kept aside",
      }),
    ),
    defaultTill: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: "Code of the till of rows that name none" }),
    ),
    source: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 50,
        description: "Source of rows that name none; default INSTORE",
      }),
    ),
    dateFormat: Type.Optional(
      Type.Union([Type.Literal("iso"), Type.Literal("dmy"), Type.Literal("mdy"), Type.Literal("ymd")], {
        description: "Order of day, month and year; iso also reads offsets (default)",
      }),
    ),
    zone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 60,
        description: "IANA zone of dates without an offset; default the organisation's",
      }),
    ),
    decimal: Type.Optional(
      Type.Union([Type.Literal("."), Type.Literal(",")], { description: "Decimal sign" }),
    ),
    delimiter: Type.Optional(
      Type.Union([Type.Literal(","), Type.Literal(";"), Type.Literal("\t"), Type.Literal("|")], {
        description: "Found out when absent",
      }),
    ),
  },
  { additionalProperties: false },
);
export type ImportOptions = Static<typeof ImportOptions>;

/** What a campaign gives to each of its customers. */
export const CampaignTerms = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Of the campaign: a customer gets the points of one name once",
    }),
    points: Type.Optional(
      Type.Number({ description: "Points of customers whose row gives none, at most three decimals" }),
    ),
    expiresOn: Type.Optional(
      Type.String({
        maxLength: 10,
        description: "Last day of the points, YYYY-MM-DD, or never; default by the program's expiry strategy",
      }),
    ),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
    budget: Type.Optional(
      Type.Number({ description: "Points that the run gives at most; rows beyond it are rejected" }),
    ),
    mostPerCustomer: Type.Optional(
      Type.Number({ description: "Points that one customer gets at most; rows above it are rejected" }),
    ),
    promotionName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: "Promotion that the points are shown under; default the campaign's name",
      }),
    ),
  },
  { additionalProperties: false },
);
export type CampaignTerms = Static<typeof CampaignTerms>;

/** Options as a run keeps them: what a caller may choose, and what only programs do. */
export interface RunOptions extends ImportOptions {
  /** Days by which every date is moved on the calendar, clock times kept: for demonstrations with old data. */
  readonly shiftDays?: number;
  /** What a run of kind campaign gives. */
  readonly campaign?: CampaignTerms;
}

export type RunStatus = "queued" | "running" | "finished" | "failed" | "cancelled";

/** Rows by what became of them; rows read = imported + skipped + rejected + set aside. */
export interface Counts {
  rowsRead: number;
  rowsImported: number;
  rowsRejected: number;
  /** Rows whose record was there already. */
  rowsSkipped: number;
  rowsSetAside: number;
  /** Bills or customers that the imported rows came to. */
  recordsImported: number;
  recordsSkipped: number;
  recordsSetAside: number;
  /** Customers registered on the fly. */
  customersRegistered: number;
  /** Thousandths of points that the imported rows gave. */
  pointsGiven: number;
}

export const noCounts = (): Counts => ({
  rowsRead: 0,
  rowsImported: 0,
  rowsRejected: 0,
  rowsSkipped: 0,
  rowsSetAside: 0,
  recordsImported: 0,
  recordsSkipped: 0,
  recordsSetAside: 0,
  customersRegistered: 0,
  pointsGiven: 0,
});

export const addCounts = (to: Counts, more: Readonly<Counts>): Counts => {
  // A run that began under an earlier version lacks what came since.
  const sum = { ...noCounts(), ...to };
  for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += more[key];
  return sum;
};

/** A run as it is stored. */
export interface Run {
  readonly id: number;
  readonly orgId: number;
  readonly kind: ImportKind;
  readonly fileName: string;
  readonly filePath: string;
  /** The file is ours, under the uploads folder; otherwise it is the caller's, read where it lies. */
  readonly isUpload: boolean;
  /** Says whether a file is the same as when the run began. */
  readonly fingerprint: string;
  readonly bytesTotal: number;
  readonly mapping: Mapping;
  readonly options: RunOptions;
  readonly status: RunStatus;
  readonly message: string;
  /** Place in the decompressed file up to which everything is done. */
  readonly doneOffset: number;
  readonly doneLine: number;
  /** Bytes of the stored file that were read for that. */
  readonly bytesRead: number;
  readonly counts: Counts;
  readonly attempts: number;
  readonly cancelRequested: boolean;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** A row that was not imported, as it stands in the file. */
export interface Rejection {
  readonly line: number;
  /** Header of the column at fault; empty when it is the row as a whole. */
  readonly field: string;
  /** A sentence. */
  readonly reason: string;
  readonly row: string;
}

/** Who started a run, for whom. An Actor of identity fits. */
export interface Starter {
  readonly orgId: number;
  readonly name: string;
}
