import type { Award, AwardStrategy, ProgramDefinition, ProgramTier, Rates } from "../api/programs.ts";

/** What a new program starts from: one tier, one point for each hundred of the currency, a year of life. */
export const FIRST_DEFINITION: ProgramDefinition = {
  tiers: [{ number: 1, name: "Member", description: "", color: "#8a9a91", threshold: 0 }],
  upgrade: { criterion: "lifetime_purchases", type: "lazy" },
  activities: { TransactionAdd: [{ id: "earn", name: "Earning", rules: [] }] },
  expiry: { kind: "months", months: 12, endsWith: "month" },
};

/** An award of another kind: a step needs its amount, others have none. */
export const withStrategy = (award: Award, strategy: Award["strategy"]): Award => ({
  ...withoutStep(award),
  strategy,
  ...(strategy === "step" ? stepOf(award) : {}),
});

/** The same for a strategy that calls name. */
export const withType = (strategy: AwardStrategy, type: AwardStrategy["type"]): AwardStrategy => ({
  ...withoutStep(strategy),
  type,
  ...(type === "step" ? stepOf(strategy) : {}),
});

const withoutStep = <Item extends Rates>({ every, incompleteStep, ...rest }: Item) => rest;
const stepOf = ({ every, incompleteStep }: Rates) => ({
  every: every ?? 100,
  incompleteStep: incompleteStep ?? ("floor" as const),
});

/** One rate for all tiers, or one for each. */
export const withSharedRate = <Item extends Rates>(
  award: Item,
  shared: boolean,
  tiers: readonly ProgramTier[],
): Item => {
  const { allTiers, perTier, ...rest } = award;
  const rates = shared
    ? { allTiers: allTiers ?? perTier?.["1"] ?? 0 }
    : {
        perTier: Object.fromEntries(tiers.map(({ number }) => [number, perTier?.[number] ?? allTiers ?? 0])),
      };
  return { ...rest, ...rates } as unknown as Item;
};

/** The next id of a list, counted from `first`. */
export const nextId = (items: readonly { id: number }[], first: number): number =>
  items.reduce((most, { id }) => Math.max(most, id + 1), first);

/** What calls name a currency by, made from its name. */
export const identifierOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "")
    .slice(0, 50) || "currency";

export { otherProblems, problemAt, shownPaths } from "./draft-problems.ts";
export { addTier, changeTier, removeTier, tierId } from "./draft-tiers.ts";
export { withPart } from "./with-part.ts";
export { addRule, changeRule, mapAwards, removeRule, rulePath } from "./workflow/changes.ts";
