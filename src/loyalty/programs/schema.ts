import { type Static, Type } from "@fastify/type-provider-typebox";
import { AwardStrategy } from "./award-strategies.ts";
import { Award } from "./awards.ts";
import { Currency } from "./currencies.ts";
import { DelayFrom } from "./delay.ts";
import { Expiry, ExpiryStrategy } from "./expiry.ts";
import { Grants, PointsRounding, Returns, Transfer } from "./movements.ts";
import { Redemption } from "./redemption.ts";
import { RemovedTier } from "./tier-moves.ts";
import { Downgrade, Tier, Upgrade } from "./tier-strategy.ts";

export { Problem } from "./problems.ts";
export type { Tier } from "./tier-strategy.ts";

export const Rule = Type.Object(
  {
    id: Type.String({ pattern: "^[A-Za-z0-9_-]{1,50}$" }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    condition: Type.String({ minLength: 1, maxLength: 10_000 }),
    award: Award,
    expiryStrategyId: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "By default that of the currency awarded, else 1, the program's own expiry",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Rule = Static<typeof Rule>;

/** All conditions of a set are evaluated in order; there is no stop at the first match. */
export const RuleSet = Type.Object(
  {
    id: Type.String({ pattern: "^[A-Za-z0-9_-]{1,50}$" }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    rules: Type.Array(Rule, { maxItems: 1000 }),
  },
  { additionalProperties: false },
);

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
    activities: Type.Object(
      { TransactionAdd: Type.Array(RuleSet, { maxItems: 100 }) },
      { additionalProperties: false },
    ),
    expiry: Expiry,
    expiryStrategies: Type.Optional(Type.Array(ExpiryStrategy, { maxItems: 100 })),
    currencies: Type.Optional(Type.Array(Currency, { maxItems: 50 })),
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
