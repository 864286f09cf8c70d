/** An object with some members changed; what becomes undefined is left out, so that it has its usual value. */
export const withPart = <Item extends object>(
  item: Item,
  part: { [Key in keyof Item]?: Item[Key] | undefined },
): Item =>
  Object.fromEntries(Object.entries({ ...item, ...part }).filter(([, value]) => value !== undefined)) as Item;
