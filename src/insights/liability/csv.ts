import { CATEGORY_LABELS, type Category } from "#ledger";
import { CSV_MARK, type CsvCell, type CsvDecimal, csvRows, formatDecimal, POINTS_SCALE } from "#platform";
import { MOVEMENTS } from "../journal/schema.ts";
import type { Liability, Worth } from "./schema.ts";

const points = (amount: number): CsvDecimal => ({ decimal: formatDecimal(amount, POINTS_SCALE, 3) });

const csvText = (rows: readonly (readonly CsvCell[])[]): string => `${CSV_MARK}${csvRows(rows)}`;

const heading = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const MOVEMENT_HEADINGS = [
  "month",
  "program_id",
  "program",
  "currency",
  "category",
  "outstanding_before",
  ...MOVEMENTS.map(heading),
  "outstanding",
  "money",
  "money_currency",
];

/** The organisation's money as the report tells it. */
export interface MoneyOf {
  readonly currency: string;
  readonly moneyScale: number;
}

/** One row for each month and account group: what was there, every movement, what is left, its worth. */
export const movementsCsv = ({ months, groups }: Liability, { currency, moneyScale }: MoneyOf): string => {
  const money = (worth: Worth): CsvDecimal | null =>
    worth === null
      ? null
      : { decimal: formatDecimal(Math.round(worth / 100), moneyScale / 100, decimalsOf(moneyScale)) };
  const rows = months.flatMap((month, index) =>
    groups.map((group) => {
      const period = group.months[index]!;
      return [
        month,
        group.programId,
        group.programName,
        group.currencyName,
        CATEGORY_LABELS[group.category as Category],
        points(period.heldBefore),
        ...MOVEMENTS.map((name) => points(period.movements[name])),
        points(period.held),
        money(period.worth),
        period.worth === null ? null : currency,
      ];
    }),
  );
  return csvText([MOVEMENT_HEADINGS, ...rows]);
};

/** Digits behind the point of a currency's minor unit. */
export const decimalsOf = (moneyScale: number): number => Math.round(Math.log10(moneyScale / 100));

/** One row for each month in which open lots expire; `never` for those that do not. */
export const expiryCsv = ({ expiry, currencyName }: Liability, { currency, moneyScale }: MoneyOf): string =>
  csvText([
    ["expiry_month", "currency", "points", "lots", "money", "money_currency"],
    ...expiry.map(({ month, remaining, lots, worth }) => [
      month ?? "never",
      currencyName,
      points(remaining),
      lots,
      worth === null
        ? null
        : { decimal: formatDecimal(Math.round(worth / 100), moneyScale / 100, decimalsOf(moneyScale)) },
      worth === null ? null : currency,
    ]),
  ]);
