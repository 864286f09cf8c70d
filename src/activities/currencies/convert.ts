import type { Organisation, RatioPair } from "#orgs";
import { type Body, isObject, moneyScale, parseDecimal } from "#platform";
import { errors } from "../errors.ts";
import { asBoolean } from "../parse-values.ts";

/** Bills in another currency: turned into the organisation's own before anything is decided, the original kept beside. */

/** A bill's amounts as they were sent, in its own currency, with the ratio by which they became base money. */
export interface LocalCurrency {
  readonly currency: string;
  /** Base currency units for one unit of the bill's currency. */
  readonly ratio: number;
  readonly amount: number | null;
  readonly grossAmount: number | null;
  readonly discount: number | null;
  readonly lines: readonly LocalLine[];
}

export interface LocalLine {
  readonly rate: number | null;
  readonly value: number | null;
  readonly discount: number | null;
  readonly amount: number | null;
}

export interface Converted {
  readonly body: Body;
  readonly local: LocalCurrency | null;
}

/** local × from / to, in small units of the base currency, half away from zero. */
export const convertMoney = (
  local: number,
  localScale: number,
  { from, to }: RatioPair,
  baseScale: number,
): number => {
  const numerator = BigInt(Math.abs(local)) * BigInt(from) * BigInt(baseScale);
  const denominator = BigInt(to) * BigInt(localScale);
  const rounded = Number((2n * numerator + denominator) / (2n * denominator));
  return local < 0 && rounded !== 0 ? -rounded : rounded;
};

const BILL_MONEY = ["billAmount", "grossAmount", "discount"] as const;
const LINE_MONEY = ["rate", "value", "discount", "amount"] as const;

/**
 * The body with all its money in base currency, when it asks for that; else the body itself. What is no amount stays as it
 * is, so that it is refused where it is read. Errors: 682, 9605, 9606, 1102.
 */
export const inBaseCurrency = (
  body: Body,
  organisation: Organisation,
  at: number,
  storeCurrency: string | null,
): Converted => {
  if (asBoolean(body.addWithLocalCurrency, "addWithLocalCurrency") !== true) return { body, local: null };
  if (!organisation.flag("CONF_CURRENCY_CONVERSION_ENABLE")) throw errors.conversion_off();
  const currency = currencyOf(body.currencyCode, storeCurrency);
  if (currency === organisation.currency) return { body, local: null };
  const pair = organisation.currencyRatio(currency, at);
  if (pair === "no base") throw errors.no_base_currency({ currency: organisation.currency });
  if (pair === null) throw errors.no_currency_ratio({ currency });
  const scale = moneyScale(currency);
  const convert = (value: unknown): unknown => {
    const local = value === "" ? null : parseDecimal(value, scale);
    if (local === null) return value;
    return convertMoney(local, scale, pair, organisation.moneyScale) / organisation.moneyScale;
  };
  const decimalOf = (value: unknown): number | null => {
    const local = parseDecimal(value, scale);
    return local === null ? null : local / scale;
  };
  const { body: converted, lines } = convertBody(body, convert);
  return {
    body: converted,
    local: {
      currency,
      ratio: Number((pair.from / pair.to).toPrecision(12)),
      amount: decimalOf(body.billAmount),
      grossAmount: decimalOf(body.grossAmount),
      discount: decimalOf(body.discount),
      lines: lines.map((line) => ({
        rate: decimalOf(line.rate),
        value: decimalOf(line.value),
        discount: decimalOf(line.discount),
        amount: decimalOf(line.amount),
      })),
    },
  };
};

const currencyOf = (value: unknown, storeCurrency: string | null): string => {
  const text = value === undefined || value === null || value === "" ? storeCurrency : value;
  if (text === null) throw errors.no_currency();
  if (typeof text !== "string" || !/^[A-Za-z]{3}$/.test(text))
    throw errors.bad_field({ field: "currencyCode", expected: "a code of three letters, such as EUR" });
  return text.toUpperCase();
};

const convertFields = (item: Body, names: readonly string[], convert: (value: unknown) => unknown): Body => ({
  ...item,
  ...Object.fromEntries(
    names.flatMap((name) => (item[name] === undefined ? [] : [[name, convert(item[name])]])),
  ),
});

const convertBody = (body: Body, convert: (value: unknown) => unknown) => {
  const sentLines = body.lineItemsV2 ?? body.lineitemsV2;
  const lines = Array.isArray(sentLines) ? sentLines : null;
  const payments = Array.isArray(body.paymentModes) ? body.paymentModes : null;
  const each = (items: readonly unknown[], names: readonly string[]) =>
    items.map((item) => (isObject(item) ? convertFields(item, names, convert) : item));
  const { lineitemsV2: _, ...rest } = body;
  return {
    body: {
      ...convertFields(rest, BILL_MONEY, convert),
      ...(lines === null
        ? sentLines === undefined
          ? {}
          : { lineItemsV2: sentLines }
        : { lineItemsV2: each(lines, LINE_MONEY) }),
      ...(isObject(body.creditNote)
        ? { creditNote: convertFields(body.creditNote, ["amount"], convert) }
        : {}),
      ...(payments === null ? {} : { paymentModes: each(payments, ["value"]) }),
    } as Body,
    lines: (lines ?? []).map((line): Body => (isObject(line) ? line : {})),
  };
};
