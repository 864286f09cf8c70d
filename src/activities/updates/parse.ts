import { type FieldOutcome, type Organisation, validateFields } from "#orgs";
import { type Body, type Issue, isObject, issue } from "#platform";
import { errors } from "../errors.ts";
import { DELIVERY_STATUSES } from "../parse.ts";
import { fieldIssues, MAX_FIELDS } from "../parse-lines.ts";
import { asArray, asChoice, asInteger, asObject, asText } from "../parse-values.ts";

/** Which bill a change is of: by id, else by number. */
export type BillName = { readonly id: number } | { readonly number: string };

/** Which line: by the number that reads show as its id, else by its item code. */
export type LineName = { readonly lineNo: number } | { readonly itemCode: string };

export type FieldChanges = Pick<FieldOutcome, "values" | "cleared">;

/** What of a recorded bill is to change. Fields that are not named stay; those given as null or "" go. */
export interface BillChange {
  readonly name: BillName;
  readonly extendedFields: FieldChanges;
  readonly customFields: FieldChanges;
  /** Null: stays. */
  readonly deliveryStatus: string | null;
  /** Null: stays. */
  readonly note: string | null;
  readonly lines: readonly { readonly name: LineName; readonly extendedFields: FieldChanges }[];
  readonly warnings: readonly Issue[];
}

const MAX_LINES = 5000;

/**
 * Reads a change of a recorded bill (transactions.md §5.1). Errors: 607 without id and number, 603, 602, 669 for a custom
 * field that is not there (v1.1, which is lenient, warns of it), 691, 1119 for lines that are not named.
 */
export const parseChange = (
  body: unknown,
  organisation: Organisation,
  { isLenient = false }: { readonly isLenient?: boolean } = {},
): BillChange => {
  if (!isObject(body)) throw errors.bad_field({ field: "The bill", expected: "an object" });
  const warnings: Issue[] = [];
  const deliveryStatus = asChoice(body.deliveryStatus, "deliveryStatus", DELIVERY_STATUSES, "");
  const extended = extendedOf(organisation, "TRANSACTION", body.extendedFields, "extendedFields", warnings);
  return {
    name: nameOf(body),
    extendedFields: extended,
    customFields: customOf(organisation, body.customFields, isLenient ? warnings : null),
    deliveryStatus: deliveryStatus === "" ? null : deliveryStatus,
    note: asText(body.note, "note", 2000),
    lines: asArray(body.lineItems ?? body.lineItemsV2 ?? body.lineitemsV2, "lineItems", MAX_LINES).map(
      (line, index) => parseLine(line, `lineItems[${index}]`, organisation, warnings),
    ),
    warnings,
  };
};

const nameOf = (body: Body): BillName => {
  const id = asInteger(body.id);
  if (id === undefined) throw errors.bad_bill_id({ field: "id" });
  if (id !== null) return { id };
  const number = (asText(body.number ?? body.billNumber, "number", 50) ?? "").trim();
  if (number === "") throw errors.no_bill_named();
  return { number };
};

const extendedOf = (
  organisation: Organisation,
  scope: "TRANSACTION" | "LINEITEM",
  value: unknown,
  field: string,
  warnings: Issue[],
): FieldChanges => {
  const outcome = validateFields(organisation.extendedFields(scope), asObject(value, field, MAX_FIELDS));
  warnings.push(...fieldIssues(outcome.warnings));
  return outcome;
};

/** The documentation asks for fields of registrations even on bills; those of bills are taken too. */
const customOf = (organisation: Organisation, value: unknown, warnings: Issue[] | null): FieldChanges => {
  const definitions = [
    ...organisation.customFields("LOYALTY_TRANSACTION"),
    ...organisation.customFields("LOYALTY_REGISTRATION"),
  ];
  const outcome = validateFields(definitions, asObject(value, "customFields", MAX_FIELDS));
  const [first] = outcome.warnings;
  if (warnings !== null) warnings.push(...outcome.warnings.map(({ message }) => issue(1017, message)));
  else if (first !== undefined)
    throw errors.bad_custom_field({ message: first.message, field: "customFields" });
  return outcome;
};

const parseLine = (line: unknown, at: string, organisation: Organisation, warnings: Issue[]) => {
  if (!isObject(line)) throw errors.bad_field({ field: at, expected: "an object" });
  const lineNo = asInteger(line.id);
  if (lineNo === undefined) throw errors.bad_line_id({ field: `${at}.id` });
  const itemCode = (asText(line.itemCode, `${at}.itemCode`, 250) ?? "").trim();
  if (lineNo === null && itemCode === "") throw errors.no_line_named({ field: at });
  const name: LineName = lineNo === null ? { itemCode } : { lineNo };
  const extended = extendedOf(
    organisation,
    "LINEITEM",
    line.extendedFields,
    `${at}.extendedFields`,
    warnings,
  );
  return { name, extendedFields: extended };
};
