import type { Organisation } from "#orgs";
import { toDecimal } from "#platform";
import type { StoredLine, StoredTransaction } from "../reads.ts";
import type { LocalCurrency } from "./convert.ts";

/** Currencies have numbers in the dialect; ours follow from their letters, so that they are the same everywhere. */
const currencyId = (code: string): number =>
  [...code].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 65, 0);

const describe = (code: string) => ({
  id: String(currencyId(code)),
  name: new Intl.DisplayNames("en", { type: "currency" }).of(code) ?? code,
  symbol:
    new Intl.NumberFormat("en", { style: "currency", currency: code, currencyDisplay: "narrowSymbol" })
      .formatToParts(0)
      .find(({ type }) => type === "currency")?.value ?? code,
});

const text = (amount: number | null): string => String(amount ?? 0);

/** What v1.1 shows of a bill that came in another currency; null for all others. Every value is a text. */
export const currencyBlocks = (organisation: Organisation, { amount, details }: StoredTransaction) => {
  const local = details?.localCurrency;
  if (local === undefined) return null;
  const head = headOf(organisation, local);
  const base = (value: number | null) =>
    String(value === null ? 0 : Number((value * local.ratio).toFixed(4)));
  return {
    bill: {
      ...head,
      amount: text(local.amount),
      value: String(toDecimal(amount, organisation.moneyScale)),
      discount: text(local.discount),
      gross_amount: text(local.grossAmount ?? local.amount),
    },
    currency: { ratio: String(local.ratio), ...describe(local.currency) },
    line: (lineNo: number) => {
      const line = local.lines[lineNo - 1];
      if (line === undefined) return undefined;
      return {
        ...head,
        rate: text(line.rate),
        amount: text(line.amount ?? line.value),
        value: base(line.amount ?? line.value),
        discount: text(line.discount),
      };
    },
  };
};

const headOf = ({ currency }: Organisation, local: LocalCurrency) => ({
  id: String(currencyId(local.currency)),
  ratio: String(local.ratio),
  base_currency: describe(currency),
  transaction_currency: describe(local.currency),
});

const numbered = (code: string) => {
  const { id, name, symbol } = describe(code);
  return { id: Number(id), code, name, symbol };
};

/** The same in v2: absent for bills in the organisation's own currency. */
export const localCurrencyOf = (organisation: Organisation, { details }: StoredTransaction): object => {
  const local = details?.localCurrency;
  if (local === undefined) return {};
  const { ratio, amount, discount, grossAmount, currency } = local;
  return {
    localCurrency: {
      ratio,
      baseCurrency: numbered(organisation.currency),
      transactionCurrency: numbered(currency),
      amount: amount ?? 0,
      discount: discount ?? 0,
      grossAmount: grossAmount ?? amount ?? 0,
    },
  };
};

/** The local figures of a line in v2. */
export const localLineOf = ({ details }: StoredTransaction, { lineNo }: StoredLine): object => {
  const line = details?.localCurrency?.lines[lineNo - 1];
  return line === undefined ? {} : { localCurrency: { ratio: details?.localCurrency?.ratio, ...line } };
};
