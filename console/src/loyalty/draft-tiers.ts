import type { Award, ProgramDefinition, ProgramTier } from "../api/programs.ts";
import { mapAwards } from "./workflow/changes.ts";

const COLOURS = ["#8a9a91", "#b87333", "#9aa3ab", "#d9a520", "#4f7f9f", "#7a5c99"];

/** What a tier is known by, whatever its number. */
export const tierId = ({ id, number }: ProgramTier): number => id ?? number;

/** Inserts a tier above another (above the highest when none is named); in every table it starts as the one below it. */
export const addTier = (
  definition: ProgramDefinition,
  above = definition.tiers.length,
): ProgramDefinition => {
  const below = definition.tiers[above - 1];
  const over = definition.tiers[above];
  const id = Math.max(0, ...definition.tiers.map(tierId), ...removedIds(definition)) + 1;
  const tier: ProgramTier = {
    number: above + 1,
    id,
    name: `Tier ${id}`,
    description: "",
    color: COLOURS[above % COLOURS.length]!,
    threshold: between(below?.threshold ?? 0, over?.threshold),
    ...(below?.secondaryThresholds === undefined
      ? secondaryOf(definition)
      : { secondaryThresholds: [...below.secondaryThresholds] }),
  };
  const tiers = [...definition.tiers.slice(0, above), tier, ...definition.tiers.slice(above)];
  return renumber(definition, tiers);
};

const between = (below: number, over: number | undefined): number =>
  over === undefined ? below + 1000 : Math.round((below + over) / 2);

const secondaryOf = ({ upgrade: { secondary = [] } }: ProgramDefinition): Partial<ProgramTier> =>
  secondary.length === 0 ? {} : { secondaryThresholds: secondary.map(() => 0) };

const removedIds = ({ removedTiers = [] }: ProgramDefinition): number[] => removedTiers.map(({ id }) => id);

/**
 * Removes a tier; those above move down with what every table says of them. The base tier stays. Members of a tier that was published go to
 * the one below, until somebody says otherwise.
 */
export const removeTier = (
  definition: ProgramDefinition,
  number: number,
  published: ProgramDefinition | null = null,
): ProgramDefinition => {
  const gone = definition.tiers.find((tier) => tier.number === number);
  if (gone === undefined || number === 1) return definition;
  const id = tierId(gone);
  const shrunk = renumber(
    definition,
    definition.tiers.filter((tier) => tier !== gone),
  );
  const to = tierId(definition.tiers[number - 2]!);
  const removed = (definition.removedTiers ?? []).map((item) => (item.to === id ? { ...item, to } : item));
  const isPublished = published?.tiers.some((tier) => tierId(tier) === id) ?? false;
  if (isPublished) return { ...shrunk, removedTiers: [...removed, { id, to }] };
  return removed.length === 0 ? shrunk : { ...shrunk, removedTiers: removed };
};

/** The definition with these tiers, numbered as they stand, and every table moved with them. */
const renumber = (definition: ProgramDefinition, tiers: readonly ProgramTier[]): ProgramDefinition => {
  const before = new Map(definition.tiers.map((tier) => [tierId(tier), String(tier.number)]));
  const moved = mapTables(definition, (table) => {
    const next: typeof table = {};
    tiers.forEach((tier, index) => {
      // A tier that is new starts as the one below it.
      const known = before.get(tierId(tier));
      const value = known === undefined ? next[String(index)] : table[known];
      if (value !== undefined) next[String(index + 1)] = value;
    });
    return next;
  });
  return { ...moved, tiers: tiers.map((tier, index) => ({ ...tier, number: index + 1, id: tierId(tier) })) };
};

type TableChange = <Value>(table: Record<string, Value>) => Record<string, Value>;

/** The definition with every table by tier number changed: rates, expiries and what is demanded of redemptions. */
const mapTables = (definition: ProgramDefinition, change: TableChange): ProgramDefinition => {
  const rated = <Item extends Pick<Award, "perTier">>(item: Item): Item =>
    item.perTier === undefined ? item : { ...item, perTier: change(item.perTier) };
  const timed = <Item extends ProgramDefinition["expiry"]>(expiry: Item): Item =>
    expiry.kind === "per_tier" ? { ...expiry, tiers: change(expiry.tiers) } : expiry;
  const { expiry, expiryStrategies, awardStrategies, redemption } = definition;
  return {
    ...mapAwards(definition, rated),
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
