import type { Award, ProgramDefinition, ProgramTier } from "../api/programs.ts";

const COLOURS = ["#8a9a91", "#b87333", "#9aa3ab", "#d9a520", "#4f7f9f", "#7a5c99"];

/** Adds a tier above the highest; in every table it starts as that one. */
export const addTier = (definition: ProgramDefinition): ProgramDefinition => {
  const last = definition.tiers.at(-1);
  const number = definition.tiers.length + 1;
  const tier: ProgramTier = {
    number,
    name: `Tier ${number}`,
    description: "",
    color: COLOURS[(number - 1) % COLOURS.length]!,
    threshold: (last?.threshold ?? 0) + 1000,
  };
  const grown = mapTables(definition, (table) => {
    const below = table[String(number - 1)];
    return below === undefined ? table : { ...table, [number]: below };
  });
  return { ...grown, tiers: [...definition.tiers, tier] };
};

/** Removes a tier; those above move down with what every table says of them. The base tier stays. */
export const removeTier = (definition: ProgramDefinition, number: number): ProgramDefinition => {
  if (number === 1) return definition;
  const kept = definition.tiers.filter((tier) => tier.number !== number);
  const shrunk = mapTables(definition, (table) =>
    Object.fromEntries(
      kept.flatMap((tier, index) => {
        const value = table[String(tier.number)];
        return value === undefined ? [] : [[String(index + 1), value]];
      }),
    ),
  );
  return { ...shrunk, tiers: kept.map((tier, index) => ({ ...tier, number: index + 1 })) };
};

type TableChange = <Value>(table: Record<string, Value>) => Record<string, Value>;

/** The definition with every table by tier number changed: rates, expiries and what is demanded of redemptions. */
const mapTables = (definition: ProgramDefinition, change: TableChange): ProgramDefinition => {
  const rated = <Item extends Pick<Award, "perTier">>(item: Item): Item =>
    item.perTier === undefined ? item : { ...item, perTier: change(item.perTier) };
  const timed = <Item extends ProgramDefinition["expiry"]>(expiry: Item): Item =>
    expiry.kind === "per_tier" ? { ...expiry, tiers: change(expiry.tiers) } : expiry;
  const { activities, expiry, expiryStrategies, awardStrategies, redemption } = definition;
  return {
    ...definition,
    activities: {
      TransactionAdd: activities.TransactionAdd.map((set) => ({
        ...set,
        rules: set.rules.map((rule) => ({ ...rule, award: rated(rule.award) })),
      })),
    },
    expiry: timed(expiry),
    ...(expiryStrategies ? { expiryStrategies: expiryStrategies.map(timed) } : {}),
    ...(awardStrategies ? { awardStrategies: awardStrategies.map(rated) } : {}),
    ...(redemption?.perTier ? { redemption: { ...redemption, perTier: change(redemption.perTier) } } : {}),
  };
};

export const changeTier = (
  definition: ProgramDefinition,
  number: number,
  change: Partial<ProgramTier>,
): ProgramDefinition => ({
  ...definition,
  tiers: definition.tiers.map((tier) => (tier.number === number ? { ...tier, ...change } : tier)),
});
