import type { Award, AwardCategory, CompiledProgram } from "#loyalty";
import { formatDecimal, type Instant, localTime, POINTS_SCALE } from "#platform";
import type { Decided } from "./passage.ts";
import type { Purchase } from "./schema.ts";

const TYPE_IDS: Readonly<Record<AwardCategory, string>> = { regular: "1", promised: "2", trigger_based: "3" };
const TYPE_NAMES: Readonly<Record<AwardCategory, string>> = {
  regular: "Main",
  promised: "Promised",
  trigger_based: "ExternalTriggerBased",
};

/**
 * Every award of a bill as instructions of the old engine looked (transactions.md §2.2). Every value is text; what does not
 * apply is "null", "" or "-1" as the dialect has it. Awards of zero points are there too.
 */
export const rawSideEffectsOf = (
  purchase: Purchase,
  transactionId: number,
  partyId: number,
  { decision, program }: Decided,
): object[] => decision.awards.map((award) => rawAwardOf(award, purchase, transactionId, partyId, program));

const rawAwardOf = (
  award: Award,
  purchase: Purchase,
  transactionId: number,
  partyId: number,
  program: CompiledProgram,
) => {
  const { category, line, expiresAt, awardStrategyId } = award;
  const currency = program.currencies.get(award.currencyId) ?? null;
  const points = formatDecimal(award.points, POINTS_SCALE, 3);
  const amount = line === 0 ? purchase.amount : (purchase.lines[line - 1]?.amount ?? 0);
  const sourceValue = String(amount / program.moneyScale);
  return {
    type: "AWARD",
    awardOn: line === 0 ? "BILL" : "BILL_LINEITEM",
    awardStrategyId: String(awardStrategyId ?? -1),
    expiryStrategyId: String(award.expiryStrategyId),
    awardedOn: dayOf(purchase.now, program.timeZone),
    awardedOnMillis: String(purchase.now),
    expiryDate: expiresAt === null ? "null" : dayOf(expiresAt, program.timeZone),
    expiryDateMillis: expiresAt === null ? "null" : String(expiresAt),
    points,
    pointsBeforeCapping: points,
    pointTypeId: TYPE_IDS[category],
    pointTypeName: currency === null ? TYPE_NAMES[category] : `${currency.name}_${category.toUpperCase()}`,
    pointTypeIsRedeemable: String(currency === null && category === "regular"),
    programId: String(award.programId),
    isDefaultProgram: String(program.isDefault),
    promoId: "-1",
    promoIdentifier: "",
    promoName: "",
    ruleId: award.ruleId,
    sourceId: String(transactionId),
    sourceType: "Bill",
    sourceValue,
    initialSourceValue: sourceValue,
    lineItemId: String(line === 0 ? -1 : line),
    tenderCodeId: "-1",
    quantity: "null",
    initialQuantity: "null",
    billNumber: purchase.number,
    customerId: String(partyId),
    evaluatedEntity: "USER",
    isReferrer: "false",
    alternateCurrencyIdentifier: currency?.identifier ?? "null",
    alternateCurrencyName: currency?.name ?? "null",
  };
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** A day as in "4th Mar, 2025". */
const dayOf = (instant: Instant, timeZone: string): string => {
  const { year, month, day } = localTime(instant, timeZone);
  return `${day}${ordinalOf(day)} ${MONTHS[month - 1]}, ${year}`;
};

const ordinalOf = (day: number): string => {
  if (day >= 11 && day <= 13) return "th";
  return (["th", "st", "nd", "rd"] as const)[day % 10] ?? "th";
};
