import { isObject } from "#platform";

/** What the documents call what they name by number. */
export interface NameBook {
  tier(number: string | number): string;
  currency(id: number): string;
  expiryStrategy(id: number): string;
  set(id: string): string;
}

type Named = ReadonlyMap<string, string>;

/** Names of a list's items by a key of theirs; what is said later stands. */
const namesIn = (lists: readonly unknown[], key: string): Named =>
  new Map(
    lists
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .filter(isObject)
      .flatMap((item) =>
        typeof item.name === "string" && item.name.trim() !== ""
          ? [[String(item[key]), item.name.trim()] as const]
          : [],
      ),
  );

/** The names in two documents, those of the newer one first. */
export const nameBookOf = (before: unknown, after: unknown): NameBook => {
  const documents = [before, after].filter(isObject);
  const lists = (field: string) => documents.map((document) => document[field]);
  const tiers = namesIn(lists("tiers"), "number");
  const currencies = namesIn(lists("currencies"), "id");
  const strategies = namesIn(lists("expiryStrategies"), "id");
  const sets = namesIn(
    documents.flatMap(({ activities }) => (isObject(activities) ? Object.values(activities) : [])),
    "id",
  );
  const known = (names: Named, key: string | number, otherwise: string) => {
    const name = names.get(String(key));
    return name === undefined ? otherwise : `${otherwise} (${name})`;
  };
  return {
    tier: (number) => known(tiers, number, `tier ${number}`),
    currency: (id) => (id === 0 ? "points" : known(currencies, id, `currency ${id}`)),
    expiryStrategy: (id) =>
      id === 1 ? "the program's own expiry" : known(strategies, id, `expiry strategy ${id}`),
    set: (id) => {
      const name = sets.get(id);
      return name === undefined ? `“${id}”` : `“${name}”`;
    },
  };
};
