import type { PointsParts } from "#customers";
import {
  type Account,
  awardIdOf,
  type ExpiredAward,
  type ExpiringPoints,
  expiryShown,
  type LotSource,
  POINTS,
  type PointsOfDay,
  type PromotionalAward,
} from "#ledger";
import type { OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import { addAmounts, formatIso, formatLedger, type Millipoints, POINTS_SCALE, toDecimal } from "#platform";
import { referenceTypeOf } from "../deductions/parse.ts";

type Part<Name extends keyof PointsParts> = NonNullable<PointsParts[Name]>;

const points = (...amounts: Millipoints[]): number => toDecimal(amounts.reduce(addAmounts, 0), POINTS_SCALE);

export const showSchedule = (rows: readonly ExpiringPoints[]): Part<"expirySchedules"> =>
  rows.map((row) => ({
    points: points(row.points),
    expiryDate: row.date,
    programId: row.programId,
    pointsType: row.source,
    expiryType: row.rolls ? "rolling" : "fixed",
  }));

/** What an expiry by the program's rules says where a move by hand would say why. */
const BY_STRATEGY = { type: "Expiry strategy", note: "NA" };

/** Name of the strategy that gave an award its date; "" for the program's own and for dates set by hand. */
const strategyOf = (programs: OrgPrograms, { programId, details }: ExpiredAward): string => {
  const id = details?.expiryStrategyId;
  const strategies = programs.byId(programId)?.newest.definition.expiryStrategies ?? [];
  return strategies.find((strategy) => strategy.id === id)?.name ?? "";
};

/** Expired points by day with the awards they were of. Days are whole even where older awards are left out. */
export const showExpired = (
  { organisation, programs }: { readonly organisation: Organisation; readonly programs: OrgPrograms },
  days: readonly PointsOfDay[],
  awards: readonly ExpiredAward[],
): Part<"expiredPoints"> => {
  const zone = organisation.clusterTimeZone;
  const keyOf = ({ programId, date }: { programId: number; date: string }) => `${programId}/${date}`;
  const byDay = new Map<string, ExpiredAward[]>();
  for (const award of awards) {
    const ofDay = byDay.get(keyOf(award));
    if (ofDay === undefined) byDay.set(keyOf(award), [award]);
    else ofDay.push(award);
  }
  return days.map((day) => ({
    points: points(day.points),
    expiredOn: day.date,
    programId: day.programId,
    expiredPointsSummary: (byDay.get(keyOf(day)) ?? []).map((award) => ({
      paType: referenceTypeOf(award.source),
      paId: awardIdOf(award.eventId, award.lineNo),
      expiryUpdateReasonType: award.reasonType ?? BY_STRATEGY.type,
      expiryUpdateReasonNote: award.note ?? BY_STRATEGY.note,
      newExpiryDate: formatLedger(expiryShown(award, zone), zone),
      eventDate: formatLedger(award.expiredAt.getTime(), zone),
      points: points(award.points),
      strategyName: strategyOf(programs, award),
    })),
  }));
};

export const showReturned = (days: readonly PointsOfDay[]): Part<"returnedPoints"> =>
  days.map((day) => ({ points: points(day.points), returnedOn: day.date, programId: day.programId }));

const GOODWILL = "AllocateGoodwillPoints";

const showPromotion = (organisation: Organisation, award: PromotionalAward) => {
  const zone = organisation.clusterTimeZone;
  const { tillId, details, programId } = award;
  const isGoodwill = award.eventName === GOODWILL;
  const place = tillId === null ? null : (organisation.storeOfTill(tillId) ?? organisation.till(tillId));
  return {
    points: points(award.points),
    issuedAt: { code: place?.code ?? "", name: place?.name ?? "" },
    issuedOn: formatIso(award.issuedAt.getTime(), zone),
    expiryDate: formatIso(expiryShown(award, zone), zone),
    promotionSource: {
      promotionSourceId: details?.promotionId ?? -1,
      promotionSourceType: isGoodwill ? "GOODWILL" : "PROMOTION",
    },
    programId,
    promotionName: details?.promotionName ?? (isGoodwill ? "Goodwill Promotion" : ""),
  };
};

/** Promotional awards by what the promotion was on, newest first. */
export const showPromotional = (
  organisation: Organisation,
  awards: readonly PromotionalAward[],
): Part<"promotionalPoints"> => {
  const of = (source: LotSource) =>
    awards.filter((award) => award.source === source).map((award) => showPromotion(organisation, award));
  return {
    customerPromotionType: of("customer_promotions"),
    transactionPromotionType: of("bill_promotions"),
    lineitemPromotionType: of("line_item_promotions"),
  };
};

const FIGURES = ["balance", "issued", "received", "passedOn", "redeemed", "expired", "returned"] as const;
type Figures = Readonly<Record<(typeof FIGURES)[number], Millipoints>>;

const sumOf = (accounts: readonly Account[]): Figures =>
  Object.fromEntries(
    FIGURES.map((name) => [name, accounts.reduce((sum, account) => addAmounts(sum, account[name]), 0)]),
  ) as Figures;

/** Every alternate currency that a customer has an account in, in order of program. */
export const showCurrencies = (
  programs: OrgPrograms,
  names: ReadonlyMap<number, { readonly name: string }>,
  accounts: readonly Account[],
): Part<"alternateCurrencyDetails"> =>
  programs.all.flatMap(({ programId, name: programName }) => {
    const own = accounts.filter(
      (account) => account.programId === programId && account.currencyId !== POINTS,
    );
    const currencyIds = [...new Set(own.map(({ currencyId }) => currencyId))];
    return currencyIds
      .sort((a, b) => a - b)
      .map((currencyId) => {
        const both = own.filter((account) => account.currencyId === currencyId);
        const regular = sumOf(both.filter(({ category }) => category === 1));
        const delayed = sumOf(both.filter(({ category }) => category !== 1));
        const redeemed = points(regular.redeemed, regular.passedOn);
        return {
          programId,
          programName,
          alternateCurrencyData: {
            name: names.get(currencyId)?.name ?? String(currencyId),
            earned: points(regular.balance),
            lifetimeEarned: points(regular.issued, regular.received),
            redeemed,
            expired: points(regular.expired),
            returned: points(regular.returned),
            delayedEarned: points(delayed.balance),
            delayedLifetimeEarned: points(delayed.issued, delayed.received),
            delayedReturned: points(delayed.returned),
            delayedExpired: points(delayed.expired),
            totalAvailable: points(regular.balance, delayed.balance),
            totalRedeemed: redeemed,
            totalReturned: points(regular.returned, delayed.returned),
            totalExpired: points(regular.expired, delayed.expired),
          },
        };
      });
  });
