import type { Instant } from "#platform";
import type { Membership, TierChange, TierChangeReason, UpgradeType } from "../decide/schema.ts";
import { type CompiledTier, tierNumbered } from "./rules.ts";
import { endOfTier } from "./validity.ts";

/** How a tier changes. */
export interface ChangeTerms {
  readonly to: number;
  readonly at: Instant;
  readonly reason: TierChangeReason;
  /** Absent: by the tier's validity. Null: it does not end. */
  readonly expiresAt?: Instant | null;
  /** Absent: STRATEGY. */
  readonly upgradeType?: UpgradeType;
  readonly notes?: string;
  /** The tier stands until it ends, whatever returns come. */
  readonly isManual?: boolean;
  /** Where the member goes when the tier ends, instead of where the strategy says. */
  readonly returnTier?: number | null;
}

/** A membership after a tier change, and the change. */
export interface Entered {
  readonly membership: Membership;
  readonly tierChange: TierChange;
}

/** What a membership says of its tier beside number and dates; what is not there is left out. */
export const termsOf = ({
  tierRenewedAt,
  isManualTier,
  reassessTier,
  returnTier,
  numbering,
  moved,
}: Membership): Partial<Membership> => ({
  ...(tierRenewedAt === undefined ? undefined : { tierRenewedAt }),
  ...(isManualTier === undefined ? undefined : { isManualTier }),
  ...(reassessTier === undefined ? undefined : { reassessTier }),
  ...(returnTier === undefined ? undefined : { returnTier }),
  ...(numbering === undefined ? undefined : { numbering }),
  ...(moved === undefined ? undefined : { moved }),
});

interface Program {
  readonly tiers: readonly CompiledTier[];
  readonly timeZone: string;
}

/** When the newest row of a member's tier history was made: history never runs backwards. */
export const lastChangeOf = ({ tierSince, tierRenewedAt }: Membership): Instant =>
  Math.max(tierSince.getTime(), tierRenewedAt?.getTime() ?? Number.NEGATIVE_INFINITY);

/** The member enters a tier, whose validity begins: one that is entered in the past begins right after the newest change. */
export const enterTier = (program: Program, membership: Membership, terms: ChangeTerms): Entered => {
  const { to, reason, upgradeType, notes, isManual, returnTier } = terms;
  const at = Math.max(terms.at, lastChangeOf(membership));
  const holding = { joinedAt: membership.joinedAt.getTime(), timeZone: program.timeZone };
  const end =
    terms.expiresAt === undefined
      ? endOfTier(tierNumbered(program.tiers, to).validity, at, holding)
      : terms.expiresAt;
  const tierChange: TierChange = {
    from: membership.tierNumber,
    to,
    at,
    reason,
    ...(end === null ? undefined : { expiresAt: end }),
    ...(upgradeType === undefined ? undefined : { upgradeType }),
    ...(notes === undefined || notes === "" ? undefined : { notes }),
  };
  return {
    membership: {
      ...membership,
      tierNumber: to,
      tierSince: new Date(at),
      tierExpiresAt: end === null ? null : new Date(end),
      tierRenewedAt: null,
      isManualTier: isManual ?? false,
      returnTier: returnTier ?? null,
      changeNo: membership.changeNo + 1,
      changes: [...(membership.changes ?? []), tierChange],
    },
    tierChange,
  };
};

/** The member keeps the tier, which ends on another day from now on. */
export const renewTier = (
  membership: Membership,
  terms: Omit<ChangeTerms, "to" | "expiresAt" | "returnTier"> & { readonly expiresAt: Instant | null },
): Entered => {
  const { reason, expiresAt, upgradeType, notes, isManual } = terms;
  const at = Math.max(terms.at, lastChangeOf(membership));
  const tierChange: TierChange = {
    from: membership.tierNumber,
    to: membership.tierNumber,
    at,
    reason,
    ...(expiresAt === null ? undefined : { expiresAt }),
    ...(upgradeType === undefined ? undefined : { upgradeType }),
    ...(notes === undefined || notes === "" ? undefined : { notes }),
  };
  return {
    membership: {
      ...membership,
      tierExpiresAt: expiresAt === null ? null : new Date(expiresAt),
      tierRenewedAt: new Date(at),
      isManualTier: isManual ?? membership.isManualTier ?? false,
      changeNo: membership.changeNo + 1,
      changes: [...(membership.changes ?? []), tierChange],
    },
    tierChange,
  };
};
