import type { Attribute, ProfileDefinition } from "../definitions.ts";
import type { PartnerFacts } from "../facts.ts";
import type { Unit } from "../types.ts";
import { literalText, number, truth, truthOfTexts } from "./define.ts";
import { NOT_WHEN_DUE } from "./others.ts";

type Amount = Exclude<keyof PartnerFacts, "isLinkedTo" | "isLinkedOnSpecificDate">;

const amounts: readonly (readonly [name: Amount, unit: Unit, doc: string, says: string])[] = [
  [
    "daysElapsedInCurrentCycle",
    "count",
    "Days of the cycle that runs.",
    "the days of the membership's cycle",
  ],
  ["countBillsCurrentCycle", "count", "Bills of the cycle that runs.", "the bills of the membership's cycle"],
  [
    "sumPurchaseValueCurrentCycle",
    "money",
    "Purchases of the cycle that runs.",
    "the purchases of the membership's cycle",
  ],
  [
    "countPromotionPointsIssuedCurrentCycle",
    "points",
    "Promotional points given in the cycle that runs.",
    "the promotional points of the membership's cycle",
  ],
  [
    "benefitsAvailedInActiveMembership",
    "count",
    "Benefits used in the membership.",
    "the benefits used in the membership",
  ],
  [
    "benefitsAvailedInEventCycle",
    "count",
    "Benefits used in the cycle of the event.",
    "the benefits used in the cycle of the event",
  ],
  [
    "additionalBenefitsInMembershipCycle",
    "count",
    "Benefits that the cycle has beside the usual ones.",
    "the additional benefits of the membership's cycle",
  ],
  ["benefitsLimit", "count", "Benefits that there may be.", "the limit of the membership's benefits"],
];

export const partnerProfile: ProfileDefinition = {
  name: "currentCustomerPartner",
  doc: "The customer's membership in a partner or supplementary program.",
  activities: NOT_WHEN_DUE,
  attributes: [
    truth(
      "isLinkedOnSpecificDate",
      "True when the membership was linked on the date that it asks for.",
      "the membership was linked on its date",
      "the membership was not linked on its date",
      (facts) => facts.currentCustomerPartner?.isLinkedOnSpecificDate,
    ),
    ...amounts.map(
      ([name, unit, doc, says]): Attribute =>
        number(name, unit, doc, says, (facts) => facts.currentCustomerPartner?.[name] ?? null),
    ),
  ],
  functions: [
    truthOfTexts(
      "isLinkedTo",
      [literalText("program", "program")],
      "True when the customer is linked to the partner program.",
      ["the customer is linked to {0}", "the customer is not linked to {0}"],
      (facts, program) => facts.currentCustomerPartner?.isLinkedTo(program),
    ),
  ],
};
