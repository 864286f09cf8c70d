import type { CustomerProfile } from "#customers";
import type { CompiledProgram, Decision } from "#loyalty";
import { formatDecimal, type Issue, POINTS_SCALE } from "#platform";
import type { Decided } from "./passage.ts";
import type { Purchase } from "./schema.ts";

interface Answer {
  readonly purchase: Purchase;
  readonly transactionId: number;
  readonly partyId: number;
  readonly profile: CustomerProfile | null;
  readonly decided: Decided | null;
  readonly warnings: readonly Issue[];
}

/** The documented answer to a recorded bill (transactions.md §2.2), as the text that is committed with it. */
export const buildReply = ({
  purchase,
  transactionId,
  partyId,
  profile,
  decided,
  warnings,
}: Answer): string =>
  JSON.stringify({
    createdId: transactionId,
    warnings,
    errors: [],
    sideEffects: purchase.wantsSideEffects && decided !== null ? sideEffectsOf(decided) : [],
    ...(purchase.wantsRawSideEffects
      ? { rawSideEffects: rawSideEffectsOf(purchase, partyId, decided?.decision ?? null) }
      : {}),
    loyaltyDetails: [],
    ...(profile === null
      ? {}
      : { customerInfo: { firstName: profile.firstName ?? "", lastName: profile.lastName ?? "" } }),
  });

const tierName = (program: CompiledProgram, number: number | null): string =>
  program.tiers.find((tier) => tier.number === number)?.name ?? "";

const sideEffectsOf = ({ decision, program }: Decided): object[] => {
  const effects: object[] = decision.sideEffects
    .filter((effect) => (effect.type === "points" ? effect.awardedPoints : effect.awardedValue) > 0)
    .map((effect) => ({ ...effect, entityType: "USER" }));
  if (decision.tierChange !== null) {
    const { from, to } = decision.tierChange;
    effects.push({
      type: "slab",
      entityType: "USER",
      previousSlabName: tierName(program, from),
      previousSlabNumber: from,
      upgradedSlabName: tierName(program, to),
      upgradedSlabNumber: to,
    });
  }
  return effects;
};

/** Every value is text; what does not apply is "null", "" or "-1" as the dialect has it. */
const rawSideEffectsOf = (purchase: Purchase, partyId: number, decision: Decision | null): object[] =>
  (decision?.awards ?? []).map((award) => ({
    type: "AWARD",
    awardOn: "BILL",
    awardedOnMillis: String(purchase.now),
    expiryDateMillis: award.expiresAt === null ? "null" : String(award.expiresAt),
    points: formatDecimal(award.points, POINTS_SCALE, 3),
    pointsBeforeCapping: formatDecimal(award.points, POINTS_SCALE, 3),
    pointTypeName: "Main",
    pointTypeIsRedeemable: "true",
    programId: String(award.programId),
    isDefaultProgram: "true",
    promoId: "-1",
    promoIdentifier: "",
    promoName: "",
    ruleId: award.ruleId,
    sourceType: "Bill",
    lineItemId: "-1",
    tenderCodeId: "-1",
    quantity: "null",
    initialQuantity: "null",
    billNumber: purchase.number,
    customerId: String(partyId),
    evaluatedEntity: "USER",
    alternateCurrencyIdentifier: "null",
    alternateCurrencyName: "null",
  }));
