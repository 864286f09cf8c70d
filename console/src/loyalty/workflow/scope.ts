/** An object that has something in it, else nothing: what is empty is left out of the document. */
export const ifAny = <Item extends object>(item: Item): Item | undefined =>
  Object.keys(item).length === 0 ? undefined : item;

/** A day, or a day and a time, as scopes write it. Without a day there is none. */
export const withMoment = (day: string, time: string): string | undefined => {
  if (day === "") return undefined;
  return time === "" ? day : `${day}T${time}`;
};
