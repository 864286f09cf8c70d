import { fillIn, languageOf, localeOf } from "#messages";
import { type Instant, POINTS_SCALE } from "#platform";
import type { Worth } from "../liability/schema.ts";
import type { Statement, StatementAccount } from "./schema.ts";
import { CATALOGUES, descriptionOf, type Words } from "./words.ts";

/** A statement in its language, ready to be laid out: every figure and date is text. */
export interface StatementDocument {
  readonly language: string;
  readonly title: string;
  readonly organisation: string;
  /** Address and website, where there are any. */
  readonly sender: readonly string[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly notice: string | null;
  readonly summary: Table;
  readonly sections: readonly Section[];
  readonly created: string;
  pageOf(page: number, pages: number): string;
}

export interface Section {
  readonly title: string;
  readonly movements: Table;
  readonly expiring: Table;
}

export interface Column {
  readonly title: string;
  readonly isNumber: boolean;
  /** Share of the width. */
  readonly share: number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** The last row is a sum. */
  readonly hasTotal: boolean;
  /** Said in place of rows when there are none. */
  readonly empty: string;
}

const text = (title: string, share: number): Column => ({ title, share, isNumber: false });
const number = (title: string, share: number): Column => ({ title, share, isNumber: true });

/** Decimals that the finest figure needs, so that the figures of a statement stand below one another. */
const decimalsIn = (accounts: readonly StatementAccount[]): number => {
  const amounts = accounts.flatMap(({ opening, closing, lines, expiring }) => [
    opening,
    closing,
    ...lines.map(({ amount }) => amount),
    ...expiring.map(({ amount }) => amount),
  ]);
  const needed = [1000, 100, 10].findIndex((step) => amounts.every((amount) => amount % step === 0));
  return needed === -1 ? 3 : needed;
};

const MINUS = "\u2212";

interface Format {
  points(amount: number): string;
  change(amount: number): string;
  day(at: Instant): string;
  money(worth: Worth): string;
}

const formatOf = ({ organisation, accounts }: Statement, language: string): Format => {
  const { country, timeZone, currency, moneyScale } = organisation;
  const locale = localeOf(language, country);
  const digits = decimalsIn(accounts);
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const plain = new Intl.NumberFormat(locale, decimals);
  const signed = new Intl.NumberFormat(locale, { ...decimals, signDisplay: "exceptZero" });
  const day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "medium" });
  const money = new Intl.NumberFormat(locale, { style: "currency", currency });
  const proper = (written: string) => written.replace("-", MINUS);
  return {
    points: (amount) => proper(plain.format(amount / POINTS_SCALE)),
    change: (amount) => proper(signed.format(amount / POINTS_SCALE)),
    day: (at) => day.format(at),
    money: (worth) => (worth === null ? "" : proper(money.format(worth / moneyScale))),
  };
};

const nameOf = ({ programName, currencyName, category }: StatementAccount, words: Words): string => {
  const kind = category === 1 && currencyName !== "" ? "" : words.categories[category];
  return [programName, currencyName, kind].filter((part) => part !== "").join(" · ");
};

const summaryOf = (statement: Statement, words: Words, format: Format): Table => {
  const { accounts, worth } = statement;
  const rows = accounts.map((account) => [
    nameOf(account, words),
    format.points(account.opening),
    format.change(account.closing - account.opening),
    format.points(account.closing),
    format.money(account.worth),
  ]);
  const hasTotal = accounts.length > 1 && worth !== null;
  return {
    title: words.summary,
    columns: [
      text(words.account, 4),
      number(words.opening, 2),
      number(words.movement, 2),
      number(words.closing, 2),
      number(words.worth, 2),
    ],
    rows: hasTotal ? [...rows, [words.total, "", "", "", format.money(worth)]] : rows,
    hasTotal,
    empty: words.none,
  };
};

const sectionOf = (account: StatementAccount, words: Words, format: Format): Section => ({
  title: nameOf(account, words),
  movements: {
    title: words.movements,
    columns: [
      text(words.date, 2),
      text(words.description, 4),
      text(words.bill, 2.4),
      text(words.store, 2.6),
      number(words.points, 2),
      number(words.balance, 2),
    ],
    rows: account.lines.map((line) => [
      format.day(line.at),
      descriptionOf(words, line),
      line.billNumber ?? "",
      line.store ?? "",
      format.change(line.amount),
      format.points(line.balance),
    ]),
    hasTotal: false,
    empty: words.none,
  },
  expiring: {
    title: words.expiring,
    columns: [text(words.expiresOn, 4), number(words.points, 2)],
    rows: account.expiring.map(({ at, amount }) => [format.day(at), format.points(amount)]),
    hasTotal: false,
    empty: words.nothingExpires,
  },
});

/** Puts a statement into the organisation's language, and its days into the organisation's zone. */
export const documentOf = (statement: Statement): StatementDocument => {
  const { organisation, customer, from, until, asOf, isOpen, accounts } = statement;
  const language = languageOf(organisation.language);
  const words = CATALOGUES[language];
  const format = formatOf(statement, language);
  return {
    language,
    title: words.title,
    organisation: organisation.name,
    sender: [organisation.address, organisation.website].filter((line) => line !== ""),
    facts: [
      ...(customer.name === "" ? [] : [[words.customer, customer.name] as const]),
      [words.customerNumber, String(customer.id)],
      [words.period, `${format.day(from)} – ${format.day(until - 1)}`],
    ],
    notice: isOpen ? fillIn(words.open, { date: format.day(asOf) }) : null,
    summary: summaryOf(statement, words, format),
    sections: accounts.map((account) => sectionOf(account, words, format)),
    created: fillIn(words.created, { date: format.day(asOf) }),
    pageOf: (page, pages) => fillIn(words.page, { page: String(page), pages: String(pages) }),
  };
};
