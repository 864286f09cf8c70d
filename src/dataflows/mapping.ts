import type { Organisation } from "#orgs";
import { errors } from "./errors.ts";
import type { ImportKind, ImportOptions, Mapping } from "./schema.ts";
import { CUSTOM, EXTENDED, LINE_EXTENDED, LINE_TARGETS, plain, type Target, targetsOf } from "./targets.ts";

/** Every field that columns of such a file may feed. */
export const listTargets = (kind: ImportKind, organisation: Organisation): readonly Target[] =>
  targetsOf(kind, organisation).map(({ field, label, required }) => ({ field, label, required }));

/**
 * Which column most likely feeds which field, by their names. A column feeds one field, a field has one column.
 * What is `given` stays as it is: its fields and its columns are suggested for nothing else. An empty header in it says
 * that the field takes no column.
 */
export const suggestMapping = (
  kind: ImportKind,
  organisation: Organisation,
  headers: readonly string[],
  given: Mapping = {},
): Mapping => {
  const all = targetsOf(kind, organisation);
  // A field that does not exist is kept, for bindMapping to refuse it.
  const isUsed = (field: string, header: string) =>
    header !== "" || !all.some((known) => known.field === field);
  const mapping = Object.fromEntries(Object.entries(given).filter((pair) => isUsed(...pair)));
  const taken = new Set(Object.values(mapping).map((header) => header.trim()));
  const free = new Map<string, string>();
  for (const header of headers)
    if (header !== "" && !taken.has(header) && !free.has(plain(header))) free.set(plain(header), header);
  const targets = all.filter(({ field }) => !Object.hasOwn(given, field));
  // A field's own name wins over names that only mean it.
  for (const mostNames of [1, Infinity]) {
    for (const { field, names } of targets) {
      if (mapping[field] !== undefined) continue;
      const name = names.slice(0, mostNames).find((candidate) => free.has(candidate));
      if (name === undefined) continue;
      mapping[field] = free.get(name)!;
      free.delete(name);
    }
  }
  if (kind === "transactions") readAsWholeBills(mapping, given);
  return mapping;
};

/** Headers that mean a bill's amount as well as a line's. */
const EITHER_AMOUNT = new Set(["amount", "netamount", "total"]);

/** In a file without columns of items "Amount" is the bill's, and "Name" is rather a person's than an item's. */
const readAsWholeBills = (mapping: Mapping, given: Mapping): void => {
  const hasLines = (...besides: string[]) =>
    LINE_TARGETS.some((field) => !besides.includes(field) && mapping[field] !== undefined);
  const { amount, description } = mapping;
  const isPerson =
    description !== undefined && plain(description) === "name" && !Object.hasOwn(given, "description");
  const mayBeBill =
    amount !== undefined &&
    EITHER_AMOUNT.has(plain(amount)) &&
    mapping.billAmount === undefined &&
    !Object.hasOwn(given, "amount") &&
    !Object.hasOwn(given, "billAmount");
  if (mayBeBill && !hasLines("amount", ...(isPerson ? ["description"] : []))) {
    delete mapping.amount;
    mapping.billAmount = amount;
  }
  if (!Object.hasOwn(given, "description") && !hasLines("description")) delete mapping.description;
};

/** Column of each field, by its number in the file. */
export interface Columns {
  readonly headers: readonly string[];
  index(field: string): number;
  /** `[name, column]` of the organisation's own fields. */
  readonly extended: readonly (readonly [string, number])[];
  readonly lineExtended: readonly (readonly [string, number])[];
  readonly custom: readonly (readonly [string, number])[];
  readonly hasLines: boolean;
}

/**
 * Puts a mapping against a file's header.
 * Errors: dataflows.unknown_target, dataflows.unknown_header, dataflows.target_missing.
 */
export const bindMapping = (
  kind: ImportKind,
  organisation: Organisation,
  mapping: Mapping,
  headers: readonly string[],
): Columns => {
  const targets = new Map(targetsOf(kind, organisation).map((item) => [item.field, item]));
  const columns = new Map<string, number>();
  for (const [field, header] of Object.entries(mapping)) {
    if (!targets.has(field))
      throw errors.unknown_target({
        target: field.slice(0, 100),
        kind,
        known: [...targets.keys()].join(", "),
        field: "mapping",
      });
    const column = headers.indexOf(header.trim());
    if (column < 0) throw errors.unknown_header({ header: header.slice(0, 100), field: "mapping" });
    columns.set(field, column);
  }
  checkRequired(kind, columns, headers);
  const own = (prefix: string) =>
    [...columns]
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, column]) => [field.slice(prefix.length), column] as const);
  return {
    headers,
    index: (field) => columns.get(field) ?? -1,
    extended: own(EXTENDED),
    lineExtended: own(LINE_EXTENDED),
    custom: own(CUSTOM),
    hasLines: LINE_TARGETS.some((field) => columns.has(field)),
  };
};

const checkRequired = (
  kind: ImportKind,
  columns: ReadonlyMap<string, number>,
  headers: readonly string[],
) => {
  const has = (...fields: string[]) => fields.some((field) => columns.has(field));
  const missing = (what: string) =>
    errors.target_missing({ target: what, headers: headers.join(", ").slice(0, 500), field: "mapping" });
  if (kind === "customers") {
    if (!has("mobile", "email", "externalId"))
      throw missing("a mobile number, an e-mail address or an external id");
    return;
  }
  if (kind === "points" || kind === "campaign") {
    if (!has("id", "externalId", "mobile", "email"))
      throw missing("the customer: a mobile number, an e-mail address, an external id or an id");
    if (kind === "points" && !has("points")) throw missing("the points");
    return;
  }
  if (!has("date")) throw missing("the date");
  if (!has("billAmount", "amount", "value", "rate"))
    throw missing("an amount (of the bill, or of its lines)");
};

/**
 * Refuses a file of bills of which no row could be recorded: without a number where the organisation wants one, or without
 * a till. Errors: dataflows.target_missing, dataflows.till_missing.
 */
export const checkBillsCanSucceed = (
  organisation: Organisation,
  columns: Columns,
  { defaultTill }: Pick<ImportOptions, "defaultTill">,
): void => {
  const lacks = (...fields: string[]) => fields.every((field) => columns.index(field) < 0);
  const headers = columns.headers.join(", ").slice(0, 500);
  if (lacks("number") && organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED")) {
    const target = "the bill number, which the organisation requires";
    throw errors.target_missing({ target, headers, field: "mapping" });
  }
  if (lacks("till", "store") && defaultTill === undefined)
    throw errors.till_missing({ headers, field: "options.defaultTill" });
};
