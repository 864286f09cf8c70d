import { hash } from "node:crypto";
import type { Organisation } from "#orgs";
import { type Body, type Instant, type Issue, isObject, type Money } from "#platform";
import { errors } from "../errors.ts";
import { parseLineItem } from "../parse-lines.ts";
import { asInstant, asInteger, asText, shown } from "../parse-values.ts";
import type { LineItem, ReturnLine, ReturnRequest, ReturnType, TransactionType } from "../schema.ts";

const RETURN_TYPES = ["FULL", "LINE_ITEM", "AMOUNT", "CANCELLED"] as const;
const LINE_SHARES = ["FULL", "LINE_ITEM", "AMOUNT"] as const;
const RETURN_OF: Readonly<Record<string, string>> = {
  REGULAR: "RETURN",
  NOT_INTERESTED: "NOT_INTERESTED_RETURN",
};

/** The bill as it was sent, with what was read of it before. */
export interface ReturnInput {
  readonly body: Body;
  readonly type: TransactionType;
  readonly billedAt: Instant;
  readonly amount: Money | null;
  readonly organisation: Organisation;
  readonly warnings: Issue[];
}

/** The lines of an input, those that are bought and those that go back. */
export interface SplitLines {
  readonly bought: LineItem[];
  /** The line as it was sent with its field's name. */
  readonly returned: readonly (readonly [Body, string])[];
}

/** Tells the lines of a bill that go back from those that are bought. A line has its bill's type unless it says another. */
export const splitLines = (
  items: readonly unknown[],
  type: TransactionType,
  organisation: Organisation,
  warnings: Issue[],
): SplitLines => {
  const bought: LineItem[] = [];
  const returned: (readonly [Body, string])[] = [];
  items.forEach((item, index) => {
    const at = `lineItemsV2[${index}]`;
    if (isObject(item) && lineTypeOf(item, at, type) !== "bought") returned.push([item, at]);
    else bought.push(parseLineItem(item, at, organisation, warnings));
  });
  return { bought, returned };
};

const lineTypeOf = (item: Body, at: string, type: TransactionType): "bought" | "returned" => {
  const sent = (asText(item.type, `${at}.type`, 50) ?? "").toUpperCase();
  if (type === "RETURN" || type === "NOT_INTERESTED_RETURN") {
    if (sent !== "" && sent !== type)
      throw errors.bad_return_line({
        field: `${at}.type`,
        expected: `${type} as its bill is; ${sent.slice(0, 40)} is not`,
      });
    return "returned";
  }
  if (sent === "" || sent === type) return "bought";
  if (sent === RETURN_OF[type]) return "returned";
  throw errors.bad_return_line({
    field: `${at}.type`,
    expected: `${type} or ${RETURN_OF[type]}; ${sent.slice(0, 40)} is not`,
  });
};

/** Reads a RETURN or NOT_INTERESTED_RETURN. */
export const parseReturn = (input: ReturnInput, lines: SplitLines["returned"]): ReturnRequest => {
  const { body, type } = input;
  const originalId = idOf(body.id, "id");
  const originalNumber = numberOf(body.billNumber, "billNumber");
  if (originalNumber === "" && originalId === null) throw errors.no_return_number();
  const purchasedAt = asInstant(body.purchaseTime, "purchaseTime");
  checkOrder(purchasedAt, input.billedAt, "purchaseTime");
  const returnType = returnTypeOf(body.returnType, lines.length > 0);
  const takesLines = returnType === "LINE_ITEM";
  if (takesLines && lines.length === 0) throw errors.no_return_lines();
  // The lines say what they come to; a FULL return is of what is left.
  if (returnType === "AMOUNT" && input.amount === null) throw errors.amount_missing();
  if (type === "NOT_INTERESTED_RETURN")
    for (const [line, at] of lines)
      checkOrder(asInstant(line.purchaseTime, `${at}.purchaseTime`), input.billedAt, `${at}.purchaseTime`);
  return {
    returnType,
    originalId,
    originalNumber,
    purchasedAt,
    amount: input.amount,
    lines: takesLines ? lines.map(([line, at]) => parseReturnLine(line, at, input)) : [],
  };
};

/** Reads a return that names its goods and no bill. */
export const parseGoods = (input: ReturnInput, lines: SplitLines["returned"]): ReturnRequest => {
  if (lines.length === 0) throw errors.no_return_lines();
  const { amount } = input;
  const of = lines.map(([line, at]) => parseReturnLine(line, at, input));
  return {
    returnType: "LINE_ITEM",
    originalId: null,
    originalNumber: "",
    purchasedAt: null,
    amount,
    lines: of,
  };
};

/**
 * Reads the lines of a mixed bill that go back, gathered by the bill they go back to. A line that names no item is about its
 * bill as a whole, all of it or an amount of it.
 */
export const parseMixed = (input: ReturnInput, lines: SplitLines["returned"]): ReturnRequest[] => {
  const requests = new Map<string, ReturnRequest & { lines: ReturnLine[] }>();
  for (const [item, at] of lines) {
    const originalNumber = numberOf(item.parentBillNumber, `${at}.parentBillNumber`);
    if (originalNumber === "") throw errors.no_parent_number({ field: `${at}.parentBillNumber` });
    const purchasedAt = asInstant(item.purchaseTime, `${at}.purchaseTime`);
    if (purchasedAt !== null || input.type === "NOT_INTERESTED")
      checkOrder(purchasedAt, input.billedAt, `${at}.purchaseTime`);
    const line = parseReturnLine(item, at, input);
    const returnType = line.itemCode === "" ? line.share : "LINE_ITEM";
    if (line.itemCode === "" && returnType === "LINE_ITEM")
      throw errors.bad_return_line({ field: `${at}.itemCode`, expected: "the code of an item of the bill" });
    const key = JSON.stringify([originalNumber, purchasedAt, returnType]);
    const known = requests.get(key);
    const amount = returnType === "AMOUNT" ? (known?.amount ?? 0) + line.amount : null;
    const of = returnType === "LINE_ITEM" ? [...(known?.lines ?? []), line] : [];
    requests.set(key, { returnType, originalId: null, originalNumber, purchasedAt, amount, lines: of });
  }
  return [...requests.values()];
};

const parseReturnLine = (item: Body, at: string, { organisation, warnings }: ReturnInput): ReturnLine => {
  const line = parseLineItem(item, at, organisation, warnings);
  const share = (asText(item.returnType, `${at}.returnType`, 50) ?? "").toUpperCase() || "LINE_ITEM";
  const known = LINE_SHARES.find((name) => name === share);
  if (known === undefined)
    throw errors.bad_return_type({
      field: `${at}.returnType`,
      value: share.slice(0, 40),
      allowed: LINE_SHARES.join(", "),
    });
  for (const part of ["comboDetails", "addOnDetails", "splitDetails"])
    if (line.details?.[part] !== undefined) throw errors.return_of_parts({ field: at, item: line.itemCode });
  const hasAmount = [item.amount, item.value, item.rate].some(
    (figure) => figure !== undefined && figure !== null && figure !== "",
  );
  if (known === "AMOUNT" && !hasAmount)
    throw errors.bad_amount({ field: `${at}.amount`, value: shown(item.amount) });
  return { ...line, at, share: known, hasAmount, serial: asInteger(item.serial) ?? null };
};

const returnTypeOf = (value: unknown, hasLines: boolean): ReturnType => {
  const sent = (asText(value, "returnType", 50) ?? "").toUpperCase();
  if (sent === "" && hasLines) return "LINE_ITEM";
  const known = RETURN_TYPES.find((name) => name === sent);
  if (known === undefined)
    throw errors.bad_return_type({
      field: "returnType",
      value: shown(value ?? ""),
      allowed: RETURN_TYPES.join(", "),
    });
  return known;
};

const checkOrder = (purchasedAt: Instant | null, returnedAt: Instant, field: string): void => {
  if (purchasedAt === null) throw errors.return_before_purchase({ field, problem: "is missing" });
  if (purchasedAt >= returnedAt)
    throw errors.return_before_purchase({ field, problem: "must be earlier than billingDate" });
};

const idOf = (value: unknown, field: string): number | null => {
  const id = asInteger(value);
  if (id === undefined || (id !== null && id <= 0))
    throw errors.bad_id({ value: `${field} ${shown(value)}` });
  return id;
};

const numberOf = (value: unknown, field: string): string => {
  const text = (asText(value, field, 1000) ?? "").trim();
  if (text.length > 50) throw errors.bad_number({ field });
  return text;
};

/** What a second copy of a return is recognised by: which bill, what of it, when and at which till. */
export const contentKeyOf = (
  { originalId, originalNumber, purchasedAt, returnType, amount, lines }: ReturnRequest,
  billedAt: Instant,
  tillId: number,
): string => {
  const parts = lines.map(({ itemCode, serial, share, quantity, amount: money }) => [
    itemCode,
    serial,
    share,
    quantity,
    money,
  ]);
  const text = JSON.stringify([
    originalId,
    originalNumber,
    purchasedAt,
    returnType,
    amount,
    parts,
    billedAt,
    tillId,
  ]);
  return `return:${hash("sha256", text, "hex")}`;
};
