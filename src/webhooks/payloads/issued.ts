import { POINTS } from "#ledger";
import type { Facts } from "./facts.ts";
import {
  availableBalance,
  currencyNamed,
  day,
  entityOf,
  identifiersOfCustomer,
  points,
  programOf,
  standingIn,
} from "./parts.ts";
import type { ToldAward } from "./reads.ts";
import { evaluationOf, type Told } from "./told.ts";

/** What gave points: of whom, in which event of the journal, and why. */
export interface Giving {
  readonly partyId: number;
  readonly eventNo: number | null;
  readonly trigger: object;
  readonly at: Date;
  /** What the event's `refId` ends in. */
  readonly reference: string | null;
}

const sum = (awards: readonly ToldAward[]): number =>
  points(awards.reduce((total, { amount }) => total + amount, 0));

const promotionId = ({ details }: ToldAward): string | null =>
  details?.promotionId === undefined ? null : String(details.promotionId);

/** An award of a promotion, by its source or by the promotion that it names. */
const isPromotional = ({ source, details }: ToldAward): boolean =>
  source.endsWith("_promotions") || details?.promotionId !== undefined;

const promotionType = (source: string): string => {
  if (source.startsWith("customer")) return "CUSTOMER_PROMOTION";
  return source.startsWith("line_item") ? "LINE_ITEM_PROMOTION" : "BILL_PROMOTION";
};

const promotion = (award: ToldAward) => ({
  promotionName: award.details?.promotionName ?? null,
  promotionIdentifier: promotionId(award),
  promotionType: promotionType(award.source),
});

const parts = (awards: readonly ToldAward[]) => {
  const spendable = awards.filter(({ category }) => category === 1);
  return {
    regular: spendable.filter((award) => !isPromotional(award)),
    promotional: spendable.filter(isPromotional),
    promised: awards.filter(({ category }) => category !== 1),
  };
};

const pointsIssued = (facts: Facts, giving: Giving, programId: number, awards: readonly ToldAward[]) => {
  const { partyId, eventNo } = giving;
  const { regular, promotional, promised } = parts(awards);
  const { current, lifetime } = standingIn(facts, partyId, programId, POINTS, eventNo);
  return {
    ...about(facts, giving, programId),
    programCurrentPoints: current,
    programLifetimePoints: lifetime,
    totalPointsIssued: sum(awards),
    regularPointsIssued: sum(regular),
    regularPointsBreakup: regular.map(({ amount, expiresAt }) => ({
      points: points(amount),
      expiryAt: day(facts, expiresAt),
    })),
    promotionalPointsIssued: promotional.map((award) => ({
      ...promotion(award),
      promotionPoints: points(award.amount),
      promotionPointsExpiryDate: day(facts, award.expiresAt),
    })),
    promisedPointsIssued: promised.map((award) => ({
      promisedPoints: points(award.amount),
      isExternalTriggerBased: award.category === 3,
      promisedPointsConversionDate: day(facts, award.convertsAt),
      promotionIdentifier: promotionId(award),
    })),
  };
};

const about = (facts: Facts, { partyId, trigger, at }: Giving, programId: number) => ({
  customerIdentifiers: identifiersOfCustomer(facts, partyId),
  ...entityOf(partyId),
  ...trigger,
  ...programOf(facts, programId, at.getTime()),
});

const currencyIssued = (
  facts: Facts,
  { partyId, eventNo }: Giving,
  programId: number,
  currencyId: number,
  awards: readonly ToldAward[],
) => {
  const { regular, promotional, promised } = parts(awards);
  const { current, lifetime } = standingIn(facts, partyId, programId, currencyId, eventNo);
  return {
    ...currencyNamed(facts, programId, currencyId),
    programCurrentAlternateCurrencies: current,
    programLifetimeAlternateCurrencies: lifetime,
    totalAlternateCurrenciesIssued: sum(awards),
    regularAlternateCurrenciesIssued: sum(regular),
    regularAlternateCurrenciesBreakup: regular.map(({ amount, expiresAt }) => ({
      alternateCurrencies: points(amount),
      expiryAt: day(facts, expiresAt),
    })),
    promotionalAlternateCurrenciesIssued: promotional.map((award) => ({
      ...promotion(award),
      promotionAlternateCurrencies: points(award.amount),
      promotionAlternateCurrenciesExpiryDate: day(facts, award.expiresAt),
    })),
    promisedAlternateCurrenciesIssued: promised.map((award) => ({
      promisedAlternateCurrencies: points(award.amount),
      isExternalTriggerBased: award.category === 3,
      promisedAlternateCurrenciesConversionDate: day(facts, award.convertsAt),
      promotionIdentifier: promotionId(award),
    })),
  };
};

/** Points and units of other currencies that an event of the journal gave: one body for each program and kind. */
export const tellIssued = (facts: Facts, giving: Giving): Told[] => {
  const { partyId, eventNo, reference } = giving;
  const issued = new Set(
    facts
      .entries(partyId, eventNo)
      .filter(({ contra }) => contra === "issued")
      .map(({ lineNo }) => lineNo),
  );
  const awards = facts.awards(partyId, eventNo).filter(({ lineNo }) => issued.has(lineNo));
  const common = {
    reference: evaluationOf(partyId, eventNo) ?? reference,
    loyaltyEventId: evaluationOf(partyId, eventNo),
    eventLogId: facts.entries(partyId, eventNo)[0]?.eventId ?? null,
  };
  return [...new Set(awards.map(({ programId }) => programId))].flatMap((programId): Told[] => {
    const own = awards.filter((award) => award.programId === programId);
    const given = own.filter(({ currencyId }) => currencyId === POINTS);
    const others = own.filter(({ currencyId }) => currencyId !== POINTS);
    const told: Told[] = [];
    if (given.length > 0)
      told.push({
        name: "pointsIssued",
        ...common,
        data: pointsIssued(facts, giving, programId, given),
        availableBalance: availableBalance(facts, partyId),
      });
    if (others.length > 0)
      told.push({
        name: "alternateCurrenciesIssued",
        ...common,
        data: {
          ...about(facts, giving, programId),
          alternateCurrencies: [...new Set(others.map(({ currencyId }) => currencyId))].map((currencyId) =>
            currencyIssued(
              facts,
              giving,
              programId,
              currencyId,
              others.filter((award) => award.currencyId === currencyId),
            ),
          ),
        },
      });
    return told;
  });
};
