import type { CustomerProfile } from "#customers";
import type { MemberState, TenderFacts, TransactionFacts } from "#loyalty";
import type { Entity, Organisation } from "#orgs";
import { isOutlierLine } from "./rules.ts";
import type { PaymentMode } from "./schema.ts";

/** The customer as decisions about bills see them. */
export const profileFactsOf = (profile: CustomerProfile): MemberState["profile"] => ({
  firstName: profile.firstName ?? "",
  lastName: profile.lastName ?? "",
  email: profile.email ?? "",
  mobile: profile.mobile ?? "",
  externalId: profile.externalId,
  loyaltyType: profile.loyaltyType,
  extendedFields: profile.extendedFields,
});

/** Outlier lines stay in their places, so that lines keep their numbers, but count for nothing; nor does the bill earn on them. */
export const amountsThatCount = ({
  amount,
  lines,
}: Pick<TransactionFacts, "amount" | "lines">): Pick<TransactionFacts, "amount" | "lines"> => {
  if (!lines.some(isOutlierLine)) return { amount, lines };
  const outside = lines.filter(isOutlierLine).reduce((sum, line) => sum + line.amount, 0);
  return {
    amount: Math.max(0, amount - outside),
    lines: lines.map((line) =>
      isOutlierLine(line) ? { ...line, quantity: 0, value: 0, discount: 0, amount: 0 } : line,
    ),
  };
};

/** A store as decisions see it: with the codes of what it lies in, nearest first. */
export const storeFactsOf = (organisation: Organisation, storeId: number): TransactionFacts["store"] => {
  const store = organisation.store(storeId);
  if (store === null) return NOWHERE;
  return {
    code: store.code,
    name: store.name,
    zones: codesAround(organisation, store.parentZoneId, "parentZoneId"),
    concepts: codesAround(organisation, store.parentConceptId, "parentConceptId"),
  };
};

const NOWHERE: TransactionFacts["store"] = { code: "", name: "", zones: [], concepts: [] };
const NONE: readonly string[] = [];

const codesAround = (
  organisation: Organisation,
  first: number | null,
  key: "parentZoneId" | "parentConceptId",
): readonly string[] => {
  if (first === null) return NONE;
  const codes: string[] = [];
  for (let id: number | null = first; id !== null; ) {
    const entity: Entity | null = organisation.entity(id);
    if (entity === null) break;
    codes.push(entity.code);
    id = entity[key];
  }
  return codes;
};

/** Payments as decisions see them. */
export const tendersOf = (modes: readonly PaymentMode[]): readonly TenderFacts[] =>
  modes.map(({ mode, value, notes }) => ({ code: mode, amount: value, notes }));
