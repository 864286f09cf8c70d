import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Problem } from "./problems.ts";

/** Where the members of a tier go that the version before had and this one has no more. */
export const RemovedTier = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: 10_000, description: "Id of the tier that goes" }),
    to: Type.Integer({ minimum: 1, maximum: 10_000, description: "Id of the tier that takes its members" }),
  },
  { additionalProperties: false },
);
export type RemovedTier = Static<typeof RemovedTier>;

interface TierDefined {
  readonly number: number;
  readonly id?: number | undefined;
  readonly name: string;
}

interface Defined {
  readonly tiers: readonly TierDefined[];
  readonly removedTiers?: readonly RemovedTier[] | undefined;
}

const idOf = ({ id, number }: TierDefined): number => id ?? number;

/** What becomes of a tier's members when a version follows another: they stay in the tier, under its new number, or go to another. */
export interface TierMove {
  readonly from: number;
  readonly to: number;
  readonly isRemoved: boolean;
}

/** Of every tier of the version before, in its order; of definitions that are in order. */
export const tierMovesBetween = (before: Defined, after: Defined): TierMove[] => {
  const numberOf = (id: number) => after.tiers.find((tier) => idOf(tier) === id)?.number;
  return before.tiers.map((tier) => {
    const own = numberOf(idOf(tier));
    if (own !== undefined) return { from: tier.number, to: own, isRemoved: false };
    const target = after.removedTiers?.find(({ id }) => id === idOf(tier))?.to ?? 1;
    return { from: tier.number, to: numberOf(target) ?? 1, isRemoved: true };
  });
};

/** Whether members must be moved for a version to follow another. */
export const movesMembers = (moves: readonly TierMove[]): boolean =>
  moves.some(({ from, to, isRemoved }) => from !== to || isRemoved);

/**
 * What is wrong with the ids of tiers, and with how a definition follows the one that is published: each published tier stays, in its order,
 * or is removed with a word about its members. Entries about tiers of older versions say nothing and are left alone.
 */
export const tierMoveProblems = (definition: Defined, published: Defined | null): Problem[] => {
  const problems: Problem[] = [];
  const ids = new Map<number, TierDefined>();
  definition.tiers.forEach((tier, index) => {
    const id = idOf(tier);
    if (ids.has(id))
      problems.push({ path: `tiers[${index}].id`, message: `${id} is the id of another tier.` });
    ids.set(id, tier);
  });
  (definition.removedTiers ?? []).forEach(({ id }, index) => {
    if (ids.has(id))
      problems.push({ path: `removedTiers[${index}].id`, message: `tier ${id} is still among the tiers.` });
  });
  return published === null ? problems : [...problems, ...followProblems(definition, published, ids)];
};

const followProblems = (
  { tiers, removedTiers = [] }: Defined,
  published: Defined,
  ids: ReadonlyMap<number, TierDefined>,
): Problem[] => {
  const problems: Problem[] = [];
  const base = published.tiers[0]!;
  if (tiers[0] !== undefined && idOf(tiers[0]) !== idOf(base))
    problems.push({
      path: "tiers[0].id",
      message: `must be ${idOf(base)}: the base tier stays, for everyone joins in it.`,
    });
  let highest = 0;
  for (const tier of published.tiers) {
    const id = idOf(tier);
    const own = ids.get(id);
    if (own === undefined) {
      problems.push(...removalProblems(tier, removedTiers, ids));
      continue;
    }
    if (own.number <= highest)
      problems.push({
        path: `tiers[${own.number - 1}].id`,
        message: `must stay above the published tiers that ${tier.name} was above.`,
      });
    highest = Math.max(highest, own.number);
  }
  return problems;
};

const removalProblems = (
  tier: TierDefined,
  removedTiers: readonly RemovedTier[],
  ids: ReadonlyMap<number, TierDefined>,
): Problem[] => {
  const id = idOf(tier);
  const index = removedTiers.findIndex((item) => item.id === id);
  if (index === -1)
    return [
      {
        path: "tiers",
        message: `must keep ${tier.name} (id ${id}), which was published, or removedTiers must say where its members go.`,
      },
    ];
  return ids.has(removedTiers[index]!.to)
    ? []
    : [{ path: `removedTiers[${index}].to`, message: "must be the id of a tier that stays." }];
};

/** A version's place in the history of its program's tiers. */
export interface Numbering {
  /** Counts how often tiers got other numbers: what a tier's number is read by. */
  readonly numbering: number;
  /** How to read a number of an older numbering: the first leads from numbering 1 to 2. */
  readonly renumberings: readonly (readonly TierMove[])[];
}

export const FIRST_NUMBERING: Numbering = Object.freeze({ numbering: 1, renumberings: [] });

/** The numbering of each version of a program, oldest first. */
export const numberingsOf = (definitions: readonly Defined[]): Numbering[] => {
  const numberings: Numbering[] = [];
  definitions.forEach((definition, index) => {
    const before = definitions[index - 1];
    const last = numberings[index - 1] ?? FIRST_NUMBERING;
    const moves = before === undefined ? [] : tierMovesBetween(before, definition);
    numberings.push(
      movesMembers(moves)
        ? { numbering: last.numbering + 1, renumberings: [...last.renumberings, moves] }
        : last,
    );
  });
  return numberings;
};

/** The number in a version of a tier that is known by its number in another numbering, older or newer. */
export const renumbered = (
  { numbering, renumberings }: Numbering,
  tier: number,
  tierNumbering: number,
): number => {
  let number = tier;
  for (let step = tierNumbering; step < numbering; step++) {
    const moves = renumberings[step - 1]!;
    // Numbers above the highest are read as the highest, as everywhere.
    number = (moves[Math.min(number, moves.length) - 1] ?? { to: 1 }).to;
  }
  return number;
};
