import { isObject } from "#platform";

/** A step into a document: a field of an object, or an item of a list. */
export type Step =
  | {
      readonly field: string;
      /** The object that has it, as it is afterwards; as it was, where it is gone. */
      readonly of: Readonly<Record<string, unknown>>;
    }
  | { readonly item: unknown; readonly place: number };

/** One thing that two documents do not agree on. `undefined` says that it is not there. */
export interface Difference {
  readonly path: readonly Step[];
  /** `moved`: a list has the same items in another order. */
  readonly kind: "added" | "removed" | "changed" | "moved";
  readonly before: unknown;
  readonly after: unknown;
}

type Fields = Readonly<Record<string, unknown>>;
type Walk = (path: readonly Step[], before: unknown, after: unknown) => Difference[];

/** Fields whose value is told as a whole: their parts mean nothing apart. */
const WHOLE = new Set(["delay", "expiry"]);

/**
 * Everything on which two documents differ, in the order of the newer one. Total: it knows nothing of what the fields mean, so
 * whatever a definition will ever hold is walked. Two documents without a difference are equal, but for the order of fields.
 */
export const differencesOf = (before: unknown, after: unknown): Difference[] => walk([], before, after);

const walk: Walk = (path, before, after) => {
  if (before === after || (before === undefined && after === undefined)) return [];
  if (isObject(before) && isObject(after) && !isOtherKind(path, before, after))
    return walkFields(path, before, after);
  if (isListOfThings(before) || isListOfThings(after)) {
    const lists = [before ?? [], after ?? []];
    if (lists.every(Array.isArray)) return walkList(path, lists[0] as unknown[], lists[1] as unknown[]);
  }
  if (Array.isArray(before) && Array.isArray(after) && isSameList(before, after)) return [];
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return isObject(before) && isObject(after) && walkFields(path, before, after).length === 0
    ? []
    : [{ path, kind, before, after }];
};

/** Of two kinds of the same thing, and of what is told as a whole, the parts are not compared one by one. */
const isOtherKind = (path: readonly Step[], before: Fields, after: Fields): boolean => {
  const last = path.at(-1);
  return (
    (last !== undefined && "field" in last && WHOLE.has(last.field)) ||
    (before.kind !== undefined && after.kind !== undefined && before.kind !== after.kind)
  );
};

const walkFields = (path: readonly Step[], before: Fields, after: Fields): Difference[] => {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.flatMap((field) => {
    const of = Object.hasOwn(after, field) ? after : before;
    const own = (fields: Fields) => (Object.hasOwn(fields, field) ? fields[field] : undefined);
    return walk([...path, { field, of }], own(before), own(after));
  });
};

const isSameList = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.length === after.length && before.every((item, index) => walk([], item, after[index]).length === 0);

/** What tells an item of a list from the others. */
const identityOf = (item: unknown): string | null => {
  if (!isObject(item)) return null;
  const { id, number } = item;
  if (typeof id === "string" || typeof id === "number") return `id ${typeof id} ${id}`;
  return typeof number === "number" ? `number ${number}` : null;
};

const identitiesOf = (list: readonly unknown[]): string[] | null => {
  const identities = list.map(identityOf);
  const isEach = identities.every((identity) => identity !== null);
  return isEach && new Set(identities).size === list.length ? (identities as string[]) : null;
};

/** A list whose items are told apart. One that holds nothing says so as a value. */
const isListOfThings = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

const walkList = (path: readonly Step[], before: unknown[], after: unknown[]): Difference[] => {
  const [were, are] = [identitiesOf(before), identitiesOf(after)];
  const [old, next] = were !== null && are !== null ? [were, are] : [numbered(before), numbered(after)];
  const found = after.flatMap((item, place) => {
    const was = before[old.indexOf(next[place]!)];
    const step = [...path, { item, place }];
    if (was === undefined) return [{ path: step, kind: "added" as const, before: undefined, after: item }];
    return walk(step, was, item);
  });
  const gone = before.flatMap((item, place): Difference[] =>
    next.includes(old[place]!)
      ? []
      : [{ path: [...path, { item, place }], kind: "removed", before: item, after: undefined }],
  );
  const [first, then] = [old.filter((key) => next.includes(key)), next.filter((key) => old.includes(key))];
  const isMoved = first.some((key, index) => key !== then[index]);
  return [...found, ...gone, ...(isMoved ? [{ path, kind: "moved" as const, before, after }] : [])];
};

/** Items that cannot be told apart are compared place by place. */
const numbered = (list: readonly unknown[]): string[] => list.map((_, index) => String(index));
