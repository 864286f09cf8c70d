import type { CustomerProfile } from "#customers";
import type { MemberState, TransactionFacts } from "#loyalty";
import { isOutlierLine } from "./rules.ts";

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
