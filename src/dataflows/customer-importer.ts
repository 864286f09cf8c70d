import {
  type Customers,
  type FlatCustomer,
  identifierKey,
  parseFlatCustomer,
  type Registration,
} from "#customers";
import { systemActor } from "#identity";
import type { Organisation } from "#orgs";
import { AppError, type Clock, type Db, formatIso } from "#platform";
import type { CsvRecord } from "./csv-scan.ts";
import type { FileHead } from "./csv-source.ts";
import { dateExample, dateReader } from "./dates.ts";
import { bindMapping, type Columns } from "./mapping.ts";
import { createRowImporter, type ReadRow } from "./row-importer.ts";
import type { Importer } from "./runner.ts";
import type { Counts, Rejection, Run } from "./schema.ts";

export interface CustomerImporterParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly customers: Customers;
}

const IDENTIFIERS = ["mobile", "email", "externalId"] as const;
/** Where a message about a registration points to in the file. */
const FIELD_TARGETS: readonly (readonly [RegExp, string])[] = [
  [/firstName/, "firstName"],
  [/lastName/, "lastName"],
  [/createDate/, "registeredAt"],
  [/source/, "source"],
  [/associatedWith/, "till"],
];

interface ReadCustomer {
  readonly record: CsvRecord;
  readonly flat: FlatCustomer;
  readonly registration: Registration;
}

/** Reads the records of a file of customers and registers them, batch by batch. */
export const createCustomerImporter = (
  parts: CustomerImporterParts,
  organisation: Organisation,
  run: Run,
  head: FileHead,
  batchRows?: number,
): Importer => {
  const columns = bindMapping("customers", organisation, run.mapping, head.headers);
  const toFlat = flatReader(organisation, run, columns);
  const readCustomer = (record: CsvRecord): ReadRow<ReadCustomer> => {
    const flat = toFlat(record.fields);
    if ("problem" in flat) return { field: flat.header, reason: flat.problem };
    try {
      const actor = systemActor(organisation.id, `import ${run.id}`, flat.tillId);
      const context = { organisation, actor, now: parts.clock.now() };
      const registration = parseFlatCustomer(flat.customer, context);
      return { item: { record, flat: flat.customer, registration } };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const header = headerOf(columns, error.details.field);
      return { field: header, reason: inWordsOfFile(error.message, header) };
    }
  };

  return createRowImporter({
    headers: columns.headers,
    read: readCustomer,
    write: (read, counts, rejections) =>
      register(parts, organisation, run, columns, read, counts, rejections),
    ...(batchRows === undefined ? {} : { batchRows }),
  });
};

/** Messages of the API begin with the path of its field, which no file has. */
const inWordsOfFile = (message: string, header: string): string =>
  message.replace(/^profiles\[0\][\w.[\]]*/, header || "The row");

const headerOf = (columns: Columns, field: unknown): string => {
  if (typeof field !== "string") return "";
  const target = FIELD_TARGETS.find(([pattern]) => pattern.test(field))?.[1];
  const column = target === undefined ? -1 : columns.index(target);
  const identifier = IDENTIFIERS.map((name) => columns.index(name)).find((index) => index >= 0);
  return columns.headers[column >= 0 ? column : (identifier ?? -1)] ?? "";
};

type Flat =
  | { readonly customer: FlatCustomer; readonly tillId: number | null }
  | { readonly header: string; readonly problem: string };

/** Cells → a flat customer in the words of the registration. */
const flatReader = (organisation: Organisation, { options }: Run, columns: Columns) => {
  const format = options.dateFormat ?? "iso";
  const zone = options.zone ?? organisation.timeZone;
  const readDate = dateReader({ format, zone, shiftDays: options.shiftDays ?? 0 });
  const columnOf = (field: string) => columns.index(field);
  const at = {
    firstName: columnOf("firstName"),
    lastName: columnOf("lastName"),
    registeredAt: columnOf("registeredAt"),
    source: columnOf("source"),
    till: columnOf("till"),
    store: columnOf("store"),
  };

  const placeOf = (
    cell: (column: number) => string,
  ): { tillId: number | null } | { header: string; problem: string } => {
    const till = cell(at.till) || (cell(at.store) === "" ? (options.defaultTill ?? "") : "");
    if (till !== "") {
      const found = organisation.tillByCode(till);
      if (found?.isActive) return { tillId: found.id };
      return { header: columns.headers[at.till] ?? "", problem: `There is no till ${till.slice(0, 60)}.` };
    }
    const code = cell(at.store);
    if (code === "") return { tillId: null };
    const store = organisation.storeByCode(code);
    const first = store && organisation.tillsOfStore(store.id).find((item) => item.isActive);
    if (first) return { tillId: first.id };
    const reason = store ? "has no active till" : "is not known";
    return { header: columns.headers[at.store] ?? "", problem: `The store ${code.slice(0, 60)} ${reason}.` };
  };

  return (cells: readonly string[]): Flat => {
    const cell = (column: number) => (column < 0 ? "" : (cells[column] ?? "").trim());
    const pick = (fields: Columns["extended"]) =>
      Object.fromEntries(
        fields.flatMap(([name, column]) => (cell(column) === "" ? [] : [[name, cell(column)]])),
      );
    const place = placeOf(cell);
    if ("problem" in place) return place;
    const date = cell(at.registeredAt);
    const registered = date === "" ? null : readDate(date);
    if (date !== "" && registered === null) {
      const header = columns.headers[at.registeredAt] ?? "";
      const problem = `${header} must be a date such as ${dateExample(format)}; "${date.slice(0, 60)}" is not.`;
      return { header, problem };
    }
    const identifiers = IDENTIFIERS.flatMap((name) => {
      const value = cell(columnOf(name));
      return value === "" ? [] : [[name, value] as const];
    });
    const customer: FlatCustomer = {
      source: cell(at.source) || (options.source ?? "INSTORE"),
      firstName: cell(at.firstName) || null,
      lastName: cell(at.lastName) || null,
      identifiers: Object.fromEntries(identifiers),
      extendedFields: pick(columns.extended),
      customFields: pick(columns.custom),
      ...(registered === null ? {} : { registeredAt: formatIso(registered, "UTC") }),
    };
    return { customer, tillId: place.tillId };
  };
};

const register = async (
  { db, customers }: CustomerImporterParts,
  organisation: Organisation,
  run: Run,
  columns: Columns,
  read: readonly ReadCustomer[],
  given: Readonly<Counts>,
  refused: readonly Rejection[],
) => {
  const counts = { ...given };
  const rejections = [...refused];
  const actor = systemActor(organisation.id, `import ${run.id}`);
  const outcomes =
    read.length === 0
      ? []
      : await customers.register(
          actor,
          read.map(({ registration }) => registration),
        );
  const keysOf = ({ flat }: ReadCustomer): string[] =>
    Object.entries(flat.identifiers).flatMap(
      ([type, value]) => identifierKey(organisation.id, type, value ?? "", organisation.country) ?? [],
    );
  const failed = read.filter((_, index) => "error" in outcomes[index]!);
  const found =
    failed.length === 0
      ? new Map<string, number>()
      : await db.transaction(organisation.id, (tx) =>
          customers.resolveIdentifiers(tx, organisation.id, failed.flatMap(keysOf)),
        );
  outcomes.forEach((outcome, index) => {
    const item = read[index]!;
    if (!("error" in outcome)) {
      counts.rowsImported += 1;
      counts.recordsImported += 1;
      return;
    }
    if (!(outcome.error instanceof AppError)) throw outcome.error;
    const owners = new Set(keysOf(item).map((key) => found.get(key) ?? 0));
    // All identifiers are one customer's: the row, or one like it, was imported before.
    if (owners.size === 1 && !owners.has(0)) {
      counts.rowsSkipped += 1;
      counts.recordsSkipped += 1;
      return;
    }
    const field = headerOf(columns, outcome.error.details.field ?? "identifiers");
    const { line, text } = item.record;
    rejections.push({ line, field, reason: outcome.error.message, row: text });
  });
  counts.rowsRejected = rejections.length;
  return { counts, rejections, asides: [] };
};
