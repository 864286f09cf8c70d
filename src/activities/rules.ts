import type { LineFacts } from "#loyalty";
import type { Organisation } from "#orgs";
import { type Issue, issue, type Money } from "#platform";
import { errors } from "./errors.ts";
import type { LineItem } from "./schema.ts";

const listOf = (organisation: Organisation, key: string): string[] =>
  (organisation.setting(key) ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** Refuses a bill's amount outside what the organisation accepts (601). */
export const checkAmount = (organisation: Organisation, amount: Money): void => {
  if (amount < 0) throw errors.negative_amount({ field: "billAmount" });
  if (amount === 0 && !organisation.flag("CONF_CLIENT_IS_BILL_AMOUNT_ZERO")) {
    throw errors.amount_out_of_range({ field: "billAmount", value: 0 });
  }
  const decimal = amount / organisation.moneyScale;
  const least = organisation.number("CONF_LOYALTY_MIN_BILL_AMOUNT");
  const most = organisation.number("CONF_LOYALTY_MAX_BILL_AMOUNT");
  if ((least !== undefined && decimal < least) || (most !== undefined && decimal > most)) {
    throw errors.amount_out_of_range({ field: "billAmount", value: decimal });
  }
};

/** Refuses a line's amount outside what the organisation accepts (601). */
export const checkLineAmount = (organisation: Organisation, amount: Money, field: string): void => {
  const value = amount / organisation.moneyScale;
  const least = organisation.number("CONF_LOYALTY_MIN_BILL_LINEITEM_AMOUNT");
  const most = organisation.number("CONF_LOYALTY_MAX_BILL_LINEITEM_AMOUNT");
  if ((least !== undefined && value < least) || (most !== undefined && value > most))
    throw errors.amount_out_of_range({ field, value });
};

interface OutlierFacts {
  /** As sent; it overrides the organisation's rules. */
  readonly sent: string;
  readonly amount: Money;
  readonly number: string;
  readonly storeId: number;
  readonly lines: readonly LineItem[];
}

/** Whether the bill is kept out of loyalty as an outlier (transactions.md §2.3), with warning 9611 when a rule made it one. */
export const outlierOf = (
  organisation: Organisation,
  facts: OutlierFacts,
): { status: string; warning: Issue | null } => {
  if (facts.sent !== "") return { status: facts.sent, warning: null };
  const reason = outlierReason(organisation, facts);
  if (reason === null) return { status: "NORMAL", warning: null };
  return { status: "OUTLIER", warning: issue(9611, `The bill is an outlier: ${reason}.`) };
};

const outlierReason = (organisation: Organisation, facts: OutlierFacts): string | null => {
  if (facts.amount === 0 && organisation.flag("CONF_MARK_ZERO_BILL_AS_OUTLIER")) return "its amount is zero";
  const prefix = listOf(organisation, "MARK_BILLS_OUTLIER_STARTING_WITH").find((text) =>
    facts.number.startsWith(text),
  );
  if (prefix !== undefined) return `its number starts with ${prefix}`;
  const storeCode = organisation.store(facts.storeId)?.code.toLowerCase();
  if (
    listOf(organisation, "MARK_BILLS_OUTLIER_FROM_STORE").some((code) => code.toLowerCase() === storeCode)
  ) {
    return "its store's bills are outliers";
  }
  const limit = organisation.number("BILL_OUTLIER_BASKET_SIZE_LIMIT") ?? -1;
  if (limit >= 0 && facts.lines.length > limit) return `it has more than ${limit} lines`;
  return null;
};

/** Lines of item codes that the organisation keeps out of loyalty are marked so, each code with warning 9608. */
export const markOutlierLines = (
  organisation: Organisation,
  lines: readonly LineItem[],
  warnings: Issue[],
): readonly LineItem[] => {
  const codes = new Set(listOf(organisation, "CONF_OUTLIER_ITEM_SKU"));
  if (codes.size === 0) return lines;
  const found = new Set(lines.map(({ itemCode }) => itemCode).filter((code) => codes.has(code)));
  for (const code of found)
    warnings.push(issue(9608, `Lines of ${code.slice(0, 60)} are outliers: they earn nothing.`));
  return lines.map((line) =>
    found.has(line.itemCode) ? { ...line, details: { ...line.details, outlierStatus: "OUTLIER" } } : line,
  );
};

export const isOutlierLine = ({ details }: Pick<LineFacts, "details">): boolean =>
  details?.outlierStatus === "OUTLIER";

/** Why a bill of this number earns nothing although it is recorded; null when it may earn. */
export const pointsIgnoredBy = (organisation: Organisation, number: string): string | null => {
  if (!organisation.flag("BILL_NUMBER_WISE_IGNORE_POINTS")) return null;
  const prefixes = listOf(organisation, "IGNORE_POINTS_FOR_BILL_NUMBER_STARTS_WITH");
  const prefix = prefixes.find((text) => number.startsWith(text));
  return prefix === undefined ? null : `bills whose number starts with ${prefix} earn no points`;
};
