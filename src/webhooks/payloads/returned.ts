import { POINTS } from "#ledger";
import type { Millipoints } from "#platform";
import type { Facts } from "./facts.ts";
import {
  currencyNamed,
  entityOf,
  identifiersOfCustomer,
  points,
  programOf,
  standingIn,
  triggeredBy,
} from "./parts.ts";
import type { ToldBill, ToldEntry } from "./reads.ts";
import { evaluationOf, type Told } from "./told.ts";

/** What postings took back: regular and promised apart. */
const takenBack = (entries: readonly ToldEntry[]): { regular: Millipoints; promised: Millipoints } => {
  const sum = (isRegular: boolean) =>
    entries
      .filter(({ category }) => (category === 1) === isRegular)
      .reduce((total, { amount }) => total - amount, 0);
  return { regular: sum(true), promised: sum(false) };
};

/** Postings that took back what the bill had earned, by this return and by all of the bill's so far. */
const postingsOf = (facts: Facts, bill: ToldBill) => {
  const isReturn = ({ contra }: ToldEntry) => contra === "returned";
  const own = facts.entries(bill.partyId, bill.eventNo).filter(isReturn);
  const returns = [...facts.bills.values()].filter(
    ({ partyId, parentId, recordedAt, id }) =>
      partyId === bill.partyId &&
      parentId !== null &&
      parentId === bill.parentId &&
      (recordedAt < bill.recordedAt || (recordedAt.getTime() === bill.recordedAt.getTime() && id <= bill.id)),
  );
  const all = returns.flatMap(({ partyId, eventNo }) => facts.entries(partyId, eventNo).filter(isReturn));
  return { own, all: returns.some(({ id }) => id === bill.id) ? all : [...all, ...own] };
};

const about = (facts: Facts, bill: ToldBill, programId: number, at: Date) => ({
  customerIdentifiers: identifiersOfCustomer(facts, bill.partyId),
  ...entityOf(bill.partyId),
  ...triggeredBy(facts, bill.partyId, "ReturnBill", bill.tillId, {
    billId: bill.parentId,
    billNumber: bill.number,
    returnId: bill.id,
  }),
  ...programOf(facts, programId, at.getTime()),
});

const pointsReversed = (
  facts: Facts,
  bill: ToldBill,
  programId: number,
  own: readonly ToldEntry[],
  all: readonly ToldEntry[],
) => {
  const { current, lifetime } = standingIn(facts, bill.partyId, programId, POINTS, bill.eventNo);
  const [now, ever] = [takenBack(own), takenBack(all)];
  return {
    programCurrentPoints: current,
    programLifetimePoints: lifetime,
    totalIssuedPointsReversed: points(ever.regular + ever.promised),
    regularPointsReversed: points(ever.regular),
    promisedPointsReversed: points(ever.promised),
    promotionalPointsReversed: [],
    currentEventTotalPointsReturned: points(now.regular + now.promised),
    currentEventRegularPointsReturned: points(now.regular),
    currentEventPromisedPointsReturned: points(now.promised),
    currentEventPromotionPointsReturnedDetails: [],
  };
};

const currencyReversed = (
  facts: Facts,
  bill: ToldBill,
  programId: number,
  currencyId: number,
  own: readonly ToldEntry[],
  all: readonly ToldEntry[],
) => {
  const { current, lifetime } = standingIn(facts, bill.partyId, programId, currencyId, bill.eventNo);
  const [now, ever] = [takenBack(own), takenBack(all)];
  return {
    ...currencyNamed(facts, programId, currencyId),
    programCurrentAlternateCurrencies: current,
    programLifetimeAlternateCurrencies: lifetime,
    totalAlternateCurrenciesReversed: points(ever.regular + ever.promised),
    regularAlternateCurrenciesReversed: points(ever.regular),
    promisedAlternateCurrenciesReversed: points(ever.promised),
    promotionalAlternateCurrenciesReversed: [],
    currentEventTotalAlternateCurrenciesReturned: points(now.regular + now.promised),
    currentEventRegularAlternateCurrenciesReturned: points(now.regular),
    currentEventPromisedAlternateCurrenciesReturned: points(now.promised),
    currentEventPromotionAlternateCurrenciesReturnedDetails: [],
  };
};

/** What a return took back: one body for each program and kind. Rules and promotions are not told apart in it. */
export const tellReturned = (facts: Facts, bill: ToldBill, at: Date): Told[] => {
  const { own, all } = postingsOf(facts, bill);
  const common = {
    reference: evaluationOf(bill.partyId, bill.eventNo) ?? String(bill.id),
    loyaltyEventId: evaluationOf(bill.partyId, bill.eventNo),
    eventLogId: own[0]?.eventId ?? null,
  };
  return [...new Set(own.map(({ programId }) => programId))].flatMap((programId): Told[] => {
    const of = (entries: readonly ToldEntry[], currencyId: number) =>
      entries.filter((entry) => entry.programId === programId && entry.currencyId === currencyId);
    const others = [
      ...new Set(
        own
          .filter((entry) => entry.programId === programId && entry.currencyId !== POINTS)
          .map(({ currencyId }) => currencyId),
      ),
    ];
    const told: Told[] = [];
    const pointsOf = of(own, POINTS);
    if (pointsOf.length > 0)
      told.push({
        name: "issuedPointsReversed",
        ...common,
        data: {
          ...about(facts, bill, programId, at),
          ...pointsReversed(facts, bill, programId, pointsOf, of(all, POINTS)),
        },
      });
    if (others.length > 0)
      told.push({
        name: "issuedAlternateCurrenciesReversed",
        ...common,
        data: {
          ...about(facts, bill, programId, at),
          alternateCurrencies: others.map((currencyId) =>
            currencyReversed(facts, bill, programId, currencyId, of(own, currencyId), of(all, currencyId)),
          ),
        },
      });
    return told;
  });
};
