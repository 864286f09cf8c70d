import type { Instant } from "#platform";
import type { Author, ProgramDetails, ProgramInput } from "./parts.ts";
import type { ProgramDefinition } from "./schema.ts";

/** A program to begin with: three tiers by lifetime purchases, and points as a percentage of the bill that grows with the tier. */
export const starterDefinition = (): ProgramDefinition => ({
  tiers: [
    { number: 1, name: "Member", description: "Everyone who joins", color: "#8a94a6", threshold: 0 },
    { number: 2, name: "Silver", description: "From 500 in purchases", color: "#9fb3c8", threshold: 500 },
    { number: 3, name: "Gold", description: "From 2000 in purchases", color: "#d9a93b", threshold: 2000 },
  ],
  upgrade: { criterion: "lifetime_purchases", type: "lazy" },
  activities: {
    TransactionAdd: [
      {
        id: "purchases",
        name: "Purchases",
        rules: [
          {
            id: "base",
            name: "Points on every purchase",
            condition: "currentTxn.value > 0",
            award: {
              strategy: "prorated_percent",
              basis: "bill_amount",
              perTier: { "1": 1, "2": 2, "3": 3 },
              rounding: "half_up",
              decimals: 2,
            },
          },
        ],
      },
    ],
  },
  expiry: { kind: "months", months: 12, endsWith: "month" },
});

/** What publishing needs of the loyalty domain. */
interface Publisher {
  createProgram(author: Author, input: ProgramInput): Promise<ProgramDetails>;
  saveDraft(author: Author, id: number, draft: unknown): Promise<unknown>;
  publish(author: Author, id: number, effectiveFrom?: Instant | null): Promise<ProgramDetails>;
}

/** Creates a program and publishes a definition of it, the starter's when none is given. */
export const publishProgram = async (
  loyalty: Publisher,
  author: Author,
  options: ProgramInput & {
    readonly definition?: ProgramDefinition;
    readonly effectiveFrom?: Instant | null;
  },
): Promise<ProgramDetails> => {
  const { definition = starterDefinition(), effectiveFrom = null, ...input } = options;
  const { id } = await loyalty.createProgram(author, input);
  await loyalty.saveDraft(author, id, definition);
  return loyalty.publish(author, id, effectiveFrom);
};
