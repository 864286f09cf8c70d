import { type Static, Type } from "@fastify/type-provider-typebox";
import { AwardStrategy } from "./award-strategies.ts";
import { Currency } from "./currencies.ts";
import { DelayFrom } from "./delay.ts";
import { Expiry, ExpiryStrategy } from "./expiry.ts";
import { Limit } from "./limits.ts";
import { Grants, PointsRounding, Returns, Transfer } from "./movements.ts";
import { Redemption } from "./redemption.ts";
import { RemovedTier } from "./tier-moves.ts";
import { Downgrade, Tier, Upgrade } from "./tier-strategy.ts";
import { Tracker } from "./trackers.ts";
import { Workflows } from "./workflow.ts";

export { Problem } from "./problems.ts";
export type { Tier } from "./tier-strategy.ts";
export { Rule, RuleSet } from "./workflow.ts";

/**
 * What a program is, as it is stored, edited and published. Amounts of money are decimals of the organisation's currency and
 * points are decimals, because people read and write this document; the compiler turns them into exact integers. What is
 * optional was added later or has a usual value, so that every definition that was ever published stays one.
 */
export const ProgramDefinition = Type.Object(
  {
    tiers: Type.Array(Tier, { minItems: 1, maxItems: 100 }),
    upgrade: Upgrade,
    downgrade: Type.Optional(Downgrade),
    removedTiers: Type.Optional(Type.Array(RemovedTier, { maxItems: 100 })),
    activities: Workflows,
    expiry: Expiry,
    expiryStrategies: Type.Optional(Type.Array(ExpiryStrategy, { maxItems: 100 })),
    currencies: Type.Optional(Type.Array(Currency, { maxItems: 50 })),
    limits: Type.Optional(Type.Array(Limit, { maxItems: 20 })),
    trackers: Type.Optional(Type.Array(Tracker, { maxItems: 50 })),
    awardStrategies: Type.Optional(Type.Array(AwardStrategy, { maxItems: 200 })),
    delayFrom: Type.Optional(DelayFrom),
    redemption: Type.Optional(Redemption),
    transfer: Type.Optional(Transfer),
    grants: Type.Optional(Grants),
    returns: Type.Optional(Returns),
    rounding: Type.Optional(PointsRounding),
  },
  { additionalProperties: false },
);
export type ProgramDefinition = Static<typeof ProgramDefinition>;
