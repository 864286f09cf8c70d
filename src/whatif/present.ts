import type { Static } from "@fastify/type-provider-typebox";
import { CATEGORY_LABELS, type Category, POINTS } from "#ledger";
import type { CompiledProgram, ProgramDefinition } from "#loyalty";
import type { Organisation } from "#orgs";
import { addAmounts, formatIso, localDate, type Millipoints, POINTS_SCALE } from "#platform";
import { NOT_MODELLED } from "./limits.ts";
import { REASON_SENTENCES } from "./replay/difference.ts";
import type { GivenSum, LaneSum, MonthSum, RuleSum, Summary } from "./replay/schema.ts";
import type { FinishedRun, Run } from "./schema.ts";
import type { CustomersShape, ResultShape, RunShape } from "./shapes.ts";
import type { CustomerResult } from "./store.ts";
import { worthOf } from "./worth.ts";

const points = (amount: Millipoints): number => amount / POINTS_SCALE;

/** A run in the words of its answer, days and times in the organisation's zone. */
export const presentRun = (
  run: Run,
  programName: string,
  { timeZone }: Pick<Organisation, "timeZone">,
): Static<typeof RunShape> => {
  const at = (date: Date) => formatIso(date.getTime(), timeZone);
  return {
    id: run.id,
    programId: run.programId,
    programName,
    subject: run.subject,
    subjectVersion: run.subjectVersion,
    comparisonVersion: run.comparisonVersion,
    from: localDate(run.from.getTime(), timeZone),
    to: localDate(run.until.getTime() - 1, timeZone),
    status: run.status,
    message: run.message,
    customersDone: run.customersDone,
    customersTotal: run.customersTotal,
    billsDone: run.billsDone,
    billsTotal: run.billsTotal,
    startedBy: run.startedBy,
    createdAt: at(run.createdAt),
    startedAt: run.startedAt === null ? null : at(run.startedAt),
    finishedAt: run.finishedAt === null ? null : at(run.finishedAt),
  };
};

interface NamedTier {
  readonly number: number;
  readonly name: string;
  readonly color: string;
}

/** What a result is told with. */
export interface ResultContext {
  readonly organisation: Organisation;
  readonly programName: string;
  readonly pointsToCurrencyRatio: number;
  /** Names of alternate currencies by id. */
  readonly currencies: ReadonlyMap<number, { readonly name: string }>;
  /** The version in force now, or what is published first; null: nothing is published. */
  readonly current: CompiledProgram | null;
  /** The version that was compared with; null: what was in force. */
  readonly compared: CompiledProgram | null;
}

const tiersOf = (tiers: readonly NamedTier[]): NamedTier[] =>
  tiers.map(({ number, name, color }) => ({ number, name, color }));

/** Words for what sums are of. */
const wordsIn = (context: ResultContext, definition: ProgramDefinition) => {
  const own = new Map((definition.currencies ?? []).map((currency) => [currency.id, currency]));
  const { moneyScale } = context.organisation;
  return {
    currency: (id: number): string =>
      id === POINTS ? "points" : (own.get(id) ?? context.currencies.get(id))?.name || `currency ${id}`,
    category: (category: number): string => CATEGORY_LABELS[category as Category],
    worth: (amount: Millipoints): number => worthOf(amount, context.pointsToCurrencyRatio, moneyScale),
  };
};
type Words = ReturnType<typeof wordsIn>;

const presentGiven = (sums: readonly GivenSum[], words: Words) =>
  sums.map(({ currencyId, category, given, taken }) => ({
    currencyId,
    currency: words.currency(currencyId),
    category: words.category(category),
    given: points(given),
    taken: points(taken),
    net: points(given - taken),
    money: currencyId === POINTS ? words.worth(given - taken) : null,
  }));

const netOf = (sums: readonly GivenSum[]) => {
  const own = sums.filter(({ currencyId }) => currencyId === POINTS);
  const given = own.reduce((sum, item) => addAmounts(sum, item.given), 0);
  const taken = own.reduce((sum, item) => addAmounts(sum, item.taken), 0);
  return { given, taken, net: given - taken };
};

const presentTotal = (sums: readonly GivenSum[], words: Words) => {
  const { given, taken, net } = netOf(sums);
  return { given: points(given), taken: points(taken), net: points(net), money: words.worth(net) };
};

const presentRules = (rules: readonly RuleSum[], words: Words) =>
  rules.map(({ given, ...rule }) => ({
    ...rule,
    given: given.map((sum) => ({
      currencyId: sum.currencyId,
      currency: words.currency(sum.currencyId),
      category: words.category(sum.category),
      points: points(sum.given),
      money: sum.currencyId === POINTS ? words.worth(sum.given) : null,
    })),
  }));

const nextMonth = (month: string): string =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1)).toISOString().slice(0, 7);

/** Months of a curve that are told: what expires later is in the last of them. */
const MOST_MONTHS = 120;

/** Every month from the first to the last with what is outstanding at its end; what lies beyond the last that is told stays in it. */
export const liabilityCurve = (sums: readonly MonthSum[]): (MonthSum & { outstanding: Millipoints })[] => {
  const byMonth = new Map(sums.map((sum) => [sum.month, sum]));
  const last = sums.at(-1)?.month;
  const curve: (MonthSum & { outstanding: Millipoints })[] = [];
  let outstanding = 0;
  for (let month = sums[0]?.month; month !== undefined && last !== undefined && month <= last; ) {
    const sum = byMonth.get(month) ?? { month, given: 0, taken: 0, expiring: 0 };
    outstanding += sum.given - sum.taken - sum.expiring;
    curve.push({ ...sum, outstanding });
    if (curve.length === MOST_MONTHS) break;
    month = nextMonth(month);
  }
  return curve;
};

const presentLane = (lane: LaneSum, tiers: readonly NamedTier[], words: Words) => ({
  given: presentGiven(lane.given, words),
  total: presentTotal(lane.given, words),
  rules: presentRules(lane.rules, words),
  months: liabilityCurve(lane.months).map(({ month, given, taken, expiring, outstanding }) => ({
    month,
    given: points(given),
    taken: points(taken),
    expiring: points(expiring),
    outstanding: points(outstanding),
    money: words.worth(outstanding),
  })),
  lasting: points(lane.lasting),
  tiers: tiersOf(tiers),
  moves: lane.tiers.map((move) => ({ ...move })),
});

const presentParity = ({ bills, equal, reasons }: Summary["parity"]) => ({
  bills,
  equal,
  different: bills - equal,
  differentInPoints: reasons.reduce((sum, { inPoints }) => sum + inPoints, 0),
  reasons: reasons.map(({ reason, examples, ...counts }) => ({
    reason,
    sentence: REASON_SENTENCES[reason],
    ...counts,
    examples: [...examples],
  })),
});

/** A result in the words of its answer. */
export const presentResult = (run: FinishedRun, context: ResultContext): Static<typeof ResultShape> => {
  const { summary, definition } = run;
  const { organisation, current } = context;
  const words = wordsIn(context, definition);
  const published = current?.tiers ?? definition.tiers;
  const difference = netOf(summary.tried.given).net - netOf(summary.compared.given).net;
  const { buckets, gained, lost, ...counts } = summary.difference;
  return {
    run: presentRun(run, context.programName, organisation),
    moneyCurrency: organisation.currency,
    pointsToCurrencyRatio: context.pointsToCurrencyRatio,
    customers: summary.customers,
    bills: summary.bills,
    amount: summary.amount / organisation.moneyScale,
    tried: presentLane(summary.tried, definition.tiers, words),
    compared: presentLane(summary.compared, context.compared?.tiers ?? published, words),
    recorded: {
      given: presentGiven(summary.recorded.given, words),
      total: presentTotal(summary.recorded.given, words),
      months: summary.recorded.months.map(({ month, given, taken }) => ({
        month,
        given: points(given),
        taken: points(taken),
      })),
      tiers: tiersOf(published),
      moves: summary.recorded.tiers.map((move) => ({ ...move })),
    },
    difference: {
      points: points(difference),
      money: words.worth(difference),
      ...counts,
      gained: points(gained),
      lost: points(lost),
      buckets: buckets.map(({ from, until, customers, difference: sum }) => ({
        from: from === null ? null : points(from),
        until: until === null ? null : points(until),
        customers,
        points: points(sum),
      })),
    },
    parity: presentParity(summary.parity),
    notModelled: [...NOT_MODELLED],
  };
};

/** Names of the tiers of one customer, each by the rules that it is of. */
const tierNames = (row: CustomerResult, run: Run, { current, compared }: ResultContext) => {
  const published: readonly NamedTier[] = current?.tiers ?? run.definition.tiers;
  const name = (tiers: readonly NamedTier[], number: number | null) =>
    number === null ? null : (tiers.findLast((tier) => tier.number <= number) ?? tiers[0]!).name;
  return {
    tierBegin: name(published, row.tierBegin),
    tierRecorded: name(published, row.tierRecorded),
    tierCompared: name(compared?.tiers ?? published, row.tierCompared),
    tierTried: name(run.definition.tiers, row.tierTried),
  };
};

/** One customer of a result. */
export const presentCustomer = (
  row: CustomerResult,
  run: Run,
  context: ResultContext,
): Static<typeof CustomersShape>["items"][number] => ({
  customerId: row.partyId,
  name: [row.firstName, row.lastName].filter((part) => part !== null && part !== "").join(" "),
  bills: row.bills,
  amount: row.amount / context.organisation.moneyScale,
  recorded: points(row.recorded),
  compared: points(row.compared),
  tried: points(row.tried),
  difference: points(row.difference),
  money: worthOf(row.difference, context.pointsToCurrencyRatio, context.organisation.moneyScale),
  ...tierNames(row, run, context),
});
