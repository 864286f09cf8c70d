import { Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import { Day, EntityInformation, fields, Id, maybe, ofProgram, Text, whom } from "./shapes.ts";

const tier = eventsOf("Tiers");
const partner = eventsOf("Partner programs");

const TierNumber = Type.Integer({ examples: [2] });
const kinds = ["STRATEGY", "RULE_ACTION", "MANUAL", "IMPORT", "PARTNER_PROGRAM"] as const;
const Kind = Type.Union(kinds.map((kind) => Type.Literal(kind)));
const expiry = { tierExpiryDate: Day, notes: Text };

const partnerProgram = { loyaltyProgramId: Id, partnerProgramId: Id, partnerProgramName: Text };
const membership = {
  customerPartnerProgramDetails: fields(
    {},
    {
      partnerTierNumber: TierNumber,
      partnerTierExpiryDate: Day,
      membershipNumber: Text,
      membershipExpiryDate: Day,
    },
  ),
};
const about = { entityInformation: EntityInformation, partnerProgramType: Text };

export const TIER_EVENTS = [
  tier(
    "tierUpgraded",
    "A member rose to a higher tier.",
    fields(
      { ...whom, upgradedTierNumber: TierNumber },
      { ...ofProgram, previousTierNumber: TierNumber, ...expiry, upgradeType: Kind },
    ),
    ["tier.upgraded"],
  ),
  tier(
    "tierRenewed",
    "A member keeps the tier for another term.",
    fields({ ...whom, currentTierNumber: TierNumber }, { ...ofProgram, ...expiry, renewType: Kind }),
    ["tier.renewed"],
  ),
  tier(
    "tierDowngraded",
    "A member fell to a lower tier.",
    fields(
      { ...whom, downgradedTierNumber: TierNumber },
      { ...ofProgram, previousTierNumber: TierNumber, tierExpiryDate: Day },
    ),
    ["tier.downgraded"],
  ),
  tier(
    "tierDowngradeReminder",
    "A member is about to fall to a lower tier.",
    fields({ ...whom, currentTierNumber: TierNumber, scheduledDowngradeDate: Day }, ofProgram),
    ["tier.downgrade_due"],
  ),
];

export const PARTNER_EVENTS = [
  partner(
    "partnerProgramLinked",
    "A customer joined a partner program.",
    fields({ ...whom, ...partnerProgram }, { ...about, ...membership }),
  ),
  partner(
    "partnerProgramUpdated",
    "What a customer has in a partner program changed.",
    fields({ ...whom, ...partnerProgram }, { ...about, ...membership, updateType: Text }),
  ),
  partner(
    "partnerProgramDelinked",
    "A customer left a partner program.",
    fields({ ...whom, ...partnerProgram }, about),
  ),
  partner(
    "supplementaryMembershipExpiryReminder",
    "A supplementary membership is about to end.",
    Type.Object({ ...whom, ...partnerProgram, scheduledExpiryDate: maybe(Day) }),
  ),
];
