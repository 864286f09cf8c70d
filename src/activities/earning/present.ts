import type { OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import { formatIso, type Money, POINTS_SCALE, toDecimal } from "#platform";
import type { StoredLine, StoredTransaction } from "../reads.ts";
import { byProgram, type EarnedPoints, isPromised, type LotFate, summaryOf } from "./points.ts";

const points = (amount: number): number => toDecimal(amount, POINTS_SCALE);

/** How the points of a lot come to their end, by the documented words. */
export const expiryType = ({ lot }: Pick<LotFate, "lot">): string =>
  lot.expiresAt === null ? "NEVER" : lot.rolls ? "ROLLING" : "FIXED";

const pointsInfo = (organisation: Organisation, fates: readonly LotFate[], sourceValue: Money) => {
  const open = fates.filter(({ lot }) => lot.remaining > 0);
  if (open.length === 0) return null;
  const available = open.filter(({ lot }) => !isPromised(lot));
  const promised = open.filter(({ lot }) => isPromised(lot));
  const zone = organisation.clusterTimeZone;
  const infoOf = (fate: LotFate) => {
    const { lot } = fate;
    return {
      points: points(lot.remaining),
      expiryDate: lot.expiresAt === null ? null : formatIso(lot.expiresAt.getTime(), zone),
      expiryType: expiryType(fate),
      ...(lot.convertsAt === null ? {} : { conversionDate: formatIso(lot.convertsAt, zone) }),
      actionSourceDetails: [
        {
          actionId: lot.details?.ruleId ?? "",
          sourceType: lot.billLine === 0 ? "BILL" : "LINE_ITEM",
          actionType: isPromised(lot) ? "PROMISED_POINTS" : "AWARD",
          actionPointsDetail: [
            {
              points: points(lot.amount),
              sourceValue: toDecimal(sourceValue, organisation.moneyScale),
              sourceIdentifiers: [{ key: "programId", value: String(lot.programId) }],
            },
          ],
        },
      ],
    };
  };
  return {
    availablePointsInfo: available.map(infoOf),
    promisedPointsInfo: promised.length === 0 ? null : promised.map(infoOf),
  };
};

const programPoints = (organisation: Organisation, earned: EarnedPoints, sourceValue: Money) => {
  const summary = summaryOf([...earned.regular, ...earned.promotional]);
  return {
    programId: earned.programId,
    currentPointsSummary: {
      availablePoints: points(summary.available),
      expiredPoints: points(summary.expired),
      redeemedPoints: points(summary.redeemed),
      promisedPoints: points(summary.promised),
      returnedPromisedPoints: points(summary.returnedPromised),
      returnedPoints: points(summary.returned),
      promisedPointsConverted: points(summary.converted),
    },
    issuedPointsSummary: {
      redeemablePointsIssued: points(summary.issuedRedeemable),
      promisedPointsIssued: points(summary.issuedPromised),
    },
    currentPointsBreakup: {
      regularPointsInfo: pointsInfo(organisation, earned.regular, sourceValue),
      promotionalPointsInfo: pointsInfo(organisation, earned.promotional, sourceValue),
    },
  };
};

/** What the bill as a whole earned and what became of it (the older `GET /v2/earning/{transactionId}`). */
export const billEarnings = (
  organisation: Organisation,
  transaction: StoredTransaction,
  fates: readonly LotFate[],
) => ({
  entityId: transaction.customerId ?? transaction.partyId,
  entityType: "customer",
  billPoints: byProgram(fates.filter(({ lot }) => lot.billLine === 0)).map((earned) =>
    programPoints(organisation, earned, transaction.amount),
  ),
});

/** The same of a line. */
export const lineEarnings = (
  organisation: Organisation,
  transaction: StoredTransaction,
  line: StoredLine,
  fates: readonly LotFate[],
) => ({
  entityId: transaction.customerId ?? transaction.partyId,
  entityType: "customer",
  lineItemPoints: byProgram(fates.filter(({ lot }) => lot.billLine === line.lineNo)).map((earned) =>
    programPoints(organisation, earned, line.amount),
  ),
});

/** Points of a simulated bill by kind, as `POST /v2/simulation/transactions` tells them. */
export const pointsEarned = (
  organisation: Organisation,
  programs: OrgPrograms,
  earned: readonly LotFate[],
) => {
  const zone = organisation.clusterTimeZone;
  const told = (fate: LotFate) => {
    const { lot } = fate;
    return {
      value: points(lot.amount),
      ...(isPromised(lot)
        ? { conversionDate: lot.convertsAt === null ? null : formatIso(lot.convertsAt, zone) }
        : {}),
      expiresOn: lot.expiresAt === null ? null : formatIso(lot.expiresAt.getTime(), zone),
      programId: lot.programId,
      programName: programs.byId(lot.programId)?.name ?? "",
      expiryType: expiryType(fate),
    };
  };
  const main = earned.filter(({ lot }) => !isPromised(lot));
  return {
    regular: main.filter(({ lot }) => !lot.source.endsWith("promotions")).map(told),
    promo: main.filter(({ lot }) => lot.source.endsWith("promotions")).map(told),
    promised: earned.filter(({ lot }) => isPromised(lot)).map(told),
  };
};
