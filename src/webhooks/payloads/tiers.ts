import type { TakenEvent } from "../intake.ts";
import { type Facts, numberIn, textIn } from "./facts.ts";
import { day, entityOf, identifiersOfCustomer, programOf, tillIn, triggeredBy } from "./parts.ts";
import { evaluationOf, type Teller } from "./told.ts";

/** A change of tier that its domain publishes by itself; see the README for its payload. */
const about = (event: TakenEvent, facts: Facts) => {
  const { partyId, payload, occurredAt } = event;
  const transactionId = numberIn(payload, "transactionId");
  return {
    customerIdentifiers: identifiersOfCustomer(facts, partyId),
    ...entityOf(partyId),
    ...triggeredBy(facts, partyId, textIn(payload, "activity") ?? "TierChange", tillIn(event), {
      billId: transactionId,
    }),
    ...programOf(facts, numberIn(payload, "programId") ?? 0, occurredAt.getTime()),
  };
};

const dayIn = ({ payload }: TakenEvent, facts: Facts, key: string): string | null =>
  day(facts, numberIn(payload, key));

const slab = ({ payload, occurredAt }: TakenEvent, facts: Facts, number: number | null): string => {
  const program = facts.programs.byId(numberIn(payload, "programId") ?? 0)?.inForce(occurredAt.getTime());
  return `Slab ${program?.tiers[(number ?? 0) - 1]?.name ?? number}`;
};

const kindIn = ({ payload }: TakenEvent): string => textIn(payload, "upgradeType") ?? "STRATEGY";

const tell =
  (name: string, fields: (event: TakenEvent, facts: Facts) => object): Teller =>
  (event, facts) => [
    {
      name,
      reference: evaluationOf(event.partyId, numberIn(event.payload, "eventNo")) ?? event.requestId,
      loyaltyEventId: evaluationOf(event.partyId, numberIn(event.payload, "eventNo")),
      data: { ...about(event, facts), ...fields(event, facts) },
    },
  ];

export const tellTierUpgrade = tell("tierUpgraded", (event, facts) => ({
  previousTierNumber: numberIn(event.payload, "from"),
  upgradedTierNumber: numberIn(event.payload, "to"),
  tierExpiryDate: dayIn(event, facts, "expiresAt"),
  notes: textIn(event.payload, "notes") ?? slab(event, facts, numberIn(event.payload, "to")),
  upgradeType: kindIn(event),
}));

export const tellTierRenewal = tell("tierRenewed", (event, facts) => ({
  currentTierNumber: numberIn(event.payload, "to"),
  tierExpiryDate: dayIn(event, facts, "expiresAt"),
  notes: textIn(event.payload, "notes") ?? slab(event, facts, numberIn(event.payload, "to")),
  renewType: kindIn(event),
}));

export const tellTierDowngrade = tell("tierDowngraded", (event, facts) => ({
  previousTierNumber: numberIn(event.payload, "from"),
  downgradedTierNumber: numberIn(event.payload, "to"),
  tierExpiryDate: dayIn(event, facts, "expiresAt"),
}));

export const tellDowngradeReminder = tell("tierDowngradeReminder", (event, facts) => ({
  currentTierNumber: numberIn(event.payload, "from"),
  scheduledDowngradeDate: dayIn(event, facts, "expiresAt"),
}));
