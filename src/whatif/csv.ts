import type { Static } from "@fastify/type-provider-typebox";
import { CSV_MARK, type CsvCell, type CsvDecimal, csvRows, formatDecimal } from "#platform";
import type { CustomersShape, ResultShape } from "./shapes.ts";

type Result = Static<typeof ResultShape>;
type Customer = Static<typeof CustomersShape>["items"][number];

/** Points have three decimals at most, and money those of its currency. */
const points = (value: number): CsvDecimal => ({ decimal: formatDecimal(Math.round(value * 1000), 1000, 3) });
const money = (value: number | null, moneyScale: number): CsvDecimal | null => {
  if (value === null) return null;
  const minor = moneyScale / 100;
  return { decimal: formatDecimal(Math.round(value * minor), minor, Math.round(Math.log10(minor))) };
};

const text = (head: readonly string[], rows: readonly (readonly CsvCell[])[]): string =>
  `${CSV_MARK}${csvRows([head, ...rows])}`;

/** One row for each rule, kind of points and side. */
export const rulesCsv = ({ tried, compared }: Result, moneyScale: number): string =>
  text(
    [
      "side",
      "version",
      "set",
      "rule_id",
      "rule",
      "looked_at",
      "true",
      "undetermined",
      "currency",
      "category",
      "given",
      "money",
    ],
    (["tried", "compared"] as const).flatMap((side) => {
      const lane = side === "tried" ? tried : compared;
      return lane.rules.flatMap(
        ({ version, setName, ruleId, name, tried: looked, hits, undetermined, given }) => {
          const rule = [side, version, setName, ruleId, name, looked, hits, undetermined];
          if (given.length === 0) return [[...rule, null, null, points(0), null]];
          return given.map((sum) => [
            ...rule,
            sum.currency,
            sum.category,
            points(sum.points),
            money(sum.money, moneyScale),
          ]);
        },
      );
    }),
  );

/** One row for each month and side. */
export const monthsCsv = ({ tried, compared }: Result, moneyScale: number): string =>
  text(
    ["side", "month", "given", "taken_back", "expiring", "outstanding", "money"],
    (["tried", "compared"] as const).flatMap((side) =>
      (side === "tried" ? tried : compared).months.map((row) => [
        side,
        row.month,
        points(row.given),
        points(row.taken),
        points(row.expiring),
        points(row.outstanding),
        money(row.money, moneyScale),
      ]),
    ),
  );

const CUSTOMER_HEAD = [
  "customer_id",
  "name",
  "bills",
  "amount",
  "recorded",
  "compared",
  "tried",
  "difference",
  "money",
  "tier_begin",
  "tier_recorded",
  "tier_compared",
  "tier_tried",
];

/** Customers as a file in pieces. */
export async function* customersCsv(
  pages: AsyncIterable<readonly Customer[]>,
  moneyScale: number,
): AsyncGenerator<string> {
  yield text(CUSTOMER_HEAD, []);
  for await (const rows of pages)
    yield csvRows(
      rows.map((row) => [
        row.customerId,
        row.name,
        row.bills,
        money(row.amount, moneyScale),
        points(row.recorded),
        points(row.compared),
        points(row.tried),
        points(row.difference),
        money(row.money, moneyScale),
        row.tierBegin,
        row.tierRecorded,
        row.tierCompared,
        row.tierTried,
      ]),
    );
}
