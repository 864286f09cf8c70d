import type { Organisation } from "#orgs";
import { type Instant, lastSecondOfDay, POINTS_SCALE } from "#platform";
import { type GrantInput, nameParty, type PartyName } from "#points";
import { IDENTIFIER_FIELDS, numberReader } from "./bills.ts";
import type { CsvRecord } from "./csv-scan.ts";
import { dateExample, dateReader } from "./dates.ts";
import type { Columns } from "./mapping.ts";
import type { ReadRow } from "./row-importer.ts";
import type { Run } from "./schema.ts";

/** A row that gives points to a customer. */
export interface GrantRow {
  readonly record: CsvRecord;
  readonly party: PartyName;
  /** Header of the column that names the customer. */
  readonly customerHeader: string;
  readonly input: GrantInput;
  /** The row's own key; empty when it has none. */
  readonly key: string;
}

/** A cell that cannot be read: what is wrong with it. */
class CellProblem extends Error {
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const MAX_KEY = 200;
const MAX_REASON = 500;
const CLOCK_TIME = /\d:\d/;
const NEVER = "never";
const short = (text: string): string => text.slice(0, 60);

/** A day without a clock time is meant to its last second. */
export const endOfNamedDay = (start: Instant, zone: string): Instant => lastSecondOfDay(start, zone);

/** What the run says of every row: campaigns have their terms, imported points speak for themselves. */
export interface GrantDefaults extends Pick<GrantInput, "kind" | "expiry" | "reason" | "promotion"> {
  /** In thousandths; null when every row must say. */
  readonly points: number | null;
  /** What a row may give at most, in thousandths; null when there is no bound. */
  readonly most: number | null;
}

/** A reader of rows that give points. */
export const grantReader = (
  organisation: Organisation,
  { options }: Run,
  columns: Columns,
  defaults: GrantDefaults,
) => {
  const { headers } = columns;
  const format = options.dateFormat ?? "iso";
  const zone = options.zone ?? organisation.timeZone;
  const decimal = options.decimal ?? ".";
  const readDate = dateReader({ format, zone, shiftDays: options.shiftDays ?? 0 });
  const readNumber = numberReader(decimal);
  const tooFine = decimal === "." ? /\.\d{3}\d*[1-9]\d*\s*$/ : /,\d{3}\d*[1-9]\d*\s*$/;
  const fields = ["points", "awardedAt", "expiresAt", "category", "convertsAt", "reason", "key"] as const;
  const at = Object.fromEntries(fields.map((field) => [field, columns.index(field)])) as Readonly<
    Record<(typeof fields)[number], number>
  >;
  const identifiers = IDENTIFIER_FIELDS.map(([field, type]) => ({
    column: columns.index(field),
    type,
  })).filter(({ column }) => column >= 0);

  let cells: readonly string[] = [];
  const cell = (column: number): string => (column < 0 ? "" : (cells[column] ?? "").trim());
  const blame = (column: number, reason: string): CellProblem => {
    const header = headers[column] ?? "";
    return new CellProblem(header, `${header || "The row"} ${reason}`);
  };

  const customerOf = (): { party: PartyName; customerHeader: string } => {
    const found = identifiers.find(({ column }) => cell(column) !== "");
    if (found === undefined)
      throw blame(identifiers[0]?.column ?? -1, "is empty: the row names no customer.");
    return {
      party: nameParty(organisation, found.type, cell(found.column))!,
      customerHeader: headers[found.column] ?? "",
    };
  };

  const pointsOf = (): number => {
    const text = cell(at.points);
    if (text === "" && defaults.points !== null) return defaults.points;
    const points = readNumber(text, POINTS_SCALE);
    if (points === null || points <= 0)
      throw blame(at.points, `must be a number of points above 0; "${short(text)}" is not.`);
    if (points > (defaults.most ?? points))
      throw blame(
        at.points,
        `has ${short(text)} points; a customer gets at most ${defaults.most! / POINTS_SCALE}.`,
      );
    if (tooFine.test(text)) throw blame(at.points, `has more than 3 decimals: "${short(text)}".`);
    return points;
  };

  const dateOf = (column: number, besides = ""): Instant | null => {
    const text = cell(column);
    if (text === "") return null;
    const instant = readDate(text);
    if (instant === null)
      throw blame(
        column,
        `must be a date such as ${dateExample(format)}${besides}; "${short(text)}" is not.`,
      );
    return instant;
  };

  const expiryOf = (): GrantInput["expiry"] => {
    const text = cell(at.expiresAt);
    if (text === "") return defaults.expiry;
    if (text.toLowerCase() === NEVER) return { at: null };
    const instant = dateOf(at.expiresAt, " or never")!;
    return { at: CLOCK_TIME.test(text) ? instant : endOfNamedDay(instant, zone) };
  };

  const categoryOf = (): 1 | 2 => {
    const text = cell(at.category).toLowerCase();
    if (text === "" || text === "regular") return 1;
    if (text === "promised") return 2;
    throw blame(at.category, `must be regular or promised; "${short(text)}" is not.`);
  };

  const textOf = (column: number, most: number): string => {
    const text = cell(column);
    if (text.length > most) throw blame(column, `must be text of at most ${most} characters.`);
    return text;
  };

  const inputOf = (): GrantInput => {
    const category = categoryOf();
    const convertsAt = dateOf(at.convertsAt);
    if (convertsAt !== null && category === 1)
      throw blame(at.convertsAt, "says when promised points become regular, and these are regular.");
    return {
      kind: defaults.kind,
      programId: null,
      currencyId: 0,
      category,
      amount: { points: pointsOf() },
      expiry: expiryOf(),
      convertsAt,
      awardedAt: dateOf(at.awardedAt),
      reason: textOf(at.reason, MAX_REASON) || defaults.reason,
      comments: "",
      bill: null,
      promotion: defaults.promotion,
    };
  };

  return (record: CsvRecord): ReadRow<GrantRow> => {
    cells = record.fields;
    try {
      const key = textOf(at.key, MAX_KEY);
      return { item: { record, ...customerOf(), input: inputOf(), key } };
    } catch (error) {
      if (!(error instanceof CellProblem)) throw error;
      return { field: error.field, reason: error.reason };
    }
  };
};
