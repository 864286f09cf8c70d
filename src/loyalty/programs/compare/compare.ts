import { isObject } from "#platform";
import { type Difference, differencesOf, type Step } from "./differences.ts";
import { type NameBook, nameBookOf } from "./names.ts";
import { isTierTable, labelOf, valueWords } from "./words.ts";

/** One change, as a sentence. */
export interface Change {
  readonly kind: Difference["kind"];
  /** Where in the definition, such as tiers[1].threshold: in the newer one, or in the older one where it is gone. */
  readonly path: string;
  readonly sentence: string;
}

export interface ChangeGroup {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** Parts of a definition in the order in which they are told; fields that are not here come last, under their own names. */
const GROUPS: readonly (readonly [name: string, fields: readonly string[]])[] = [
  ["Tiers", ["tiers", "upgrade", "downgrade", "removedTiers"]],
  ["Rules", ["activities"]],
  ["Expiry", ["expiry", "expiryStrategies"]],
  ["Currencies", ["currencies"]],
  ["Promised points", ["delayFrom"]],
  ["Award strategies", ["awardStrategies"]],
  ["Spending", ["redemption"]],
  ["Transfers", ["transfer"]],
  ["Points by hand", ["grants"]],
  ["Returns", ["returns"]],
  ["Rounding", ["rounding"]],
];

/**
 * What changes from one definition to another, in plain sentences by the part that they are about. Total over whatever the documents
 * hold, drafts with problems included: where they differ, something is said, and without a sentence they are equal.
 */
export const compareDefinitions = (before: unknown, after: unknown): ChangeGroup[] => {
  const book = nameBookOf(before, after);
  const groups = new Map<string, Change[]>(GROUPS.map(([name]) => [name, []]));
  for (const difference of differencesOf(before, after)) {
    const name = groupOf(difference.path);
    const change = { kind: difference.kind, path: pathOf(difference.path), sentence: tell(difference, book) };
    groups.set(name, [...(groups.get(name) ?? []), change]);
  }
  return [...groups].flatMap(([name, changes]) => (changes.length === 0 ? [] : [{ name, changes }]));
};

const groupOf = ([first]: readonly Step[]): string => {
  if (first === undefined || !("field" in first)) return "Definition";
  const { field } = first;
  return GROUPS.find(([, fields]) => fields.includes(field))?.[0] ?? capital(labelOf(field));
};

const pathOf = (path: readonly Step[]): string =>
  path.reduce((text, step) => {
    if (!("field" in step)) return `${text}[${step.place}]`;
    return text === "" ? step.field : `${text}.${step.field}`;
  }, "");

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What an item of a list is called, by the list's field. */
const ITEMS: Readonly<Record<string, string>> = {
  tiers: "tier",
  rules: "rule",
  currencies: "currency",
  expiryStrategies: "expiry strategy",
  awardStrategies: "award strategy",
  actions: "action",
  otherwise: "action when false",
};

const nounOf = (field: string): string =>
  Object.hasOwn(ITEMS, field) ? ITEMS[field]! : `item of ${labelOf(field)}`;

const tell = (difference: Difference, book: NameBook): string => {
  const { path, before, after } = difference;
  const last = path.at(-1);
  if (last === undefined)
    return `The definition changes from ${valueWords(before, "", book)} to ${valueWords(after, "", book)}.`;
  const place = placeOf(path, book);
  const subject = "field" in last ? fieldSubject(difference, last, book) : itemSubject(path, last, book);
  const predicate =
    "field" in last ? fieldPredicate(difference, last, book) : itemPredicate(difference, book);
  return `${place === "" ? capital(subject) : `${place}: ${subject}`} ${predicate}.`;
};

type FieldStep = Extract<Step, { field: string }>;
type ItemStep = Extract<Step, { item: unknown }>;

const fieldSubject = ({ path, kind }: Difference, last: FieldStep, book: NameBook): string =>
  kind === "moved"
    ? `the order of ${isSets(path) ? "sets" : labelOf(last.field)}`
    : labelIn(path, last, book);

const fieldPredicate = (
  { path, kind, before, after }: Difference,
  { field }: FieldStep,
  book: NameBook,
): string => {
  const words = (value: unknown) => quantity(value, path, field, book);
  switch (kind) {
    case "added":
      return `is set to ${words(after)}; it was not set`;
    case "removed":
      return `is not set any more; it was ${words(before)}`;
    case "changed":
      return `changes from ${words(before)} to ${words(after)}`;
    case "moved":
      return `changes from ${orderOf(before, path, book)} to ${orderOf(after, path, book)}`;
  }
};

const itemSubject = (path: readonly Step[], { item, place }: ItemStep, book: NameBook): string =>
  itemWords(item, place, path.slice(0, -1), book);

const itemPredicate = ({ path, kind, before, after }: Difference, book: NameBook): string => {
  const field = listField(path);
  const words = (value: unknown) => valueWords(withoutName(value), field, book);
  switch (kind) {
    case "added":
      return `is added: ${words(after)}`;
    case "removed":
      return `is removed; it was ${words(before)}`;
    default:
      return `changes from ${words(before)} to ${words(after)}`;
  }
};

/** The name was said just before. */
const withoutName = (value: unknown): unknown => {
  if (!isObject(value)) return value;
  const { name: _, ...rest } = value;
  return rest;
};

/** The field that holds the list that a path ends in. */
const listField = (path: readonly Step[]): string => {
  const list = path.at(-2);
  return list !== undefined && "field" in list ? list.field : "";
};

/** Where something is, from the outside in: "Set “Purchases”, rule “Base”". The last step is the thing itself. */
const placeOf = (path: readonly Step[], book: NameBook): string => {
  const words = path.slice(0, -1).flatMap((step, index): string[] => {
    if (!("field" in step)) return [itemWords(step.item, step.place, path.slice(0, index), book)];
    if (index === 0 && step.field === "activities") return [];
    // A list is named by the item within it.
    const isList = !("field" in path[index + 1]!);
    if (isList) return isSets(path.slice(0, index + 1)) ? activityWords(step) : [];
    return [labelIn(path.slice(0, index + 1), step, book)];
  });
  return capital(words.join(", "));
};

/** Bills are what programs are about: their activity goes without saying. */
const activityWords = ({ field }: FieldStep): string[] => (field === "TransactionAdd" ? [] : [`on ${field}`]);

const itemWords = (item: unknown, place: number, listPath: readonly Step[], book: NameBook): string => {
  const field = listField([...listPath, { item, place }]);
  const noun = isSets(listPath) ? "set" : nounOf(field);
  if (!isObject(item)) return `${noun} ${place + 1}`;
  if (field === "tiers" && typeof item.number === "number") return book.tier(item.number);
  if (typeof item.name === "string" && item.name.trim() !== "") return `${noun} “${item.name.trim()}”`;
  return typeof item.id === "string" || typeof item.id === "number"
    ? `${noun} ${item.id}`
    : `${noun} ${place + 1}`;
};

/** Whether a path leads to the sets of an activity. */
const isSets = (path: readonly Step[]): boolean => {
  const [first] = path;
  return path.length === 2 && first !== undefined && "field" in first && first.field === "activities";
};

const orderOf = (list: unknown, path: readonly Step[], book: NameBook): string =>
  (list as readonly unknown[]).map((item, place) => itemWords(item, place, path, book)).join(", ");

const isRate = ({ of }: FieldStep): boolean => of.strategy !== undefined || of.type !== undefined;

const labelIn = (path: readonly Step[], last: FieldStep, book: NameBook): string => {
  const { field } = last;
  const table = path.at(-2);
  const isOfTier = table !== undefined && "field" in table && isTierTable(table.field) && /^\d+$/.test(field);
  if (isOfTier) return book.tier(field);
  return field === "perTier" && isRate(last) ? "rate by tier" : labelOf(field);
};

/** A value with its unit, where it is a rate. */
const quantity = (value: unknown, path: readonly Step[], field: string, book: NameBook): string => {
  const words = valueWords(value, field, book);
  const rate = path.find(
    (step) => "field" in step && (step.field === "allTiers" || step.field === "perTier"),
  );
  const isPercent =
    typeof value === "number" &&
    rate !== undefined &&
    "field" in rate &&
    (rate.of.strategy ?? rate.of.type) === "prorated_percent";
  return isPercent ? `${words} %` : words;
};
