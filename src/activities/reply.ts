import type { CustomerProfile } from "#customers";
import type { CompiledProgram } from "#loyalty";
import type { Issue } from "#platform";
import type { Decided } from "./passage.ts";
import { rawSideEffectsOf } from "./raw-side-effects.ts";
import type { Unmatched } from "./returns/goods.ts";
import type { Purchase } from "./schema.ts";

interface Answer {
  readonly purchase: Purchase;
  readonly transactionId: number;
  readonly partyId: number;
  readonly profile: CustomerProfile | null;
  readonly decided: Decided | null;
  readonly warnings: readonly Issue[];
  /** Of a return that names goods: what no bill has. */
  readonly unmatched?: readonly Unmatched[];
}

/** The documented answer to a recorded bill (transactions.md §2.2), as the text that is committed with it. */
export const buildReply = ({
  purchase,
  transactionId,
  partyId,
  profile,
  decided,
  warnings,
  unmatched = [],
}: Answer): string =>
  JSON.stringify({
    createdId: transactionId,
    warnings,
    errors: [],
    sideEffects: purchase.wantsSideEffects && decided !== null ? sideEffectsOf(decided) : [],
    ...(purchase.wantsRawSideEffects
      ? {
          rawSideEffects: decided === null ? [] : rawSideEffectsOf(purchase, transactionId, partyId, decided),
        }
      : {}),
    loyaltyDetails: [],
    ...(unmatched.length === 0 ? {} : { unmatched }),
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
