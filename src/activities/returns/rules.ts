import {
  type Issue,
  issue,
  type Milliquantity,
  type Money,
  multiplyRatio,
  QUANTITY_SCALE,
  toDecimal,
} from "#platform";
import { errors } from "../errors.ts";
import type { ReturnLine, ReturnRequest } from "../schema.ts";
import type { BillLine, Gone, GoneBack, JudgedReturn, ReturnableBill, ReturnedLine } from "./schema.ts";

const NOTHING: Gone = { quantity: 0, amount: 0 };

export const goneOf = ({ goneByLine }: Pick<GoneBack, "goneByLine">, line: BillLine): Gone =>
  goneByLine.get(line.lineNo) ?? NOTHING;

/** What is left of a line. */
export const leftOf = (bill: Pick<GoneBack, "goneByLine">, line: BillLine): Gone => {
  const gone = goneOf(bill, line);
  return { quantity: line.quantity - gone.quantity, amount: line.amount - gone.amount };
};

/** A line has gone back when all its pieces have, or all its money. */
export const isLineReturned = (bill: Pick<GoneBack, "goneByLine">, line: BillLine): boolean => {
  const { quantity, amount } = leftOf(bill, line);
  return (line.quantity > 0 && quantity === 0) || (amount === 0 && (line.amount > 0 || line.quantity === 0));
};

/** Nothing of the bill is left that could go back. */
export const isReturned = (bill: GoneBack): boolean => {
  switch (bill.returnedAs) {
    case null:
      return false;
    case "FULL":
    case "CANCELLED":
      return true;
    case "AMOUNT":
      return bill.returnedAmount === bill.amount;
    case "LINE_ITEM":
      return bill.lines.every((line) => isLineReturned(bill, line));
  }
};

/**
 * What goes back by this request, or throws the documented refusal (transactions.md §3.2). `scale`: small units of money
 * per currency unit, for messages.
 */
export const judgeReturn = (bill: ReturnableBill, request: ReturnRequest, scale: number): JudgedReturn => {
  refuseConflict(bill, request);
  switch (request.returnType) {
    case "FULL":
    case "CANCELLED":
      return returnWhole(bill, request);
    case "AMOUNT":
      return returnAmount(bill, request, scale);
    case "LINE_ITEM":
      return returnLines(bill, request, scale);
  }
};

const refuseConflict = (bill: ReturnableBill, { returnType }: ReturnRequest): void => {
  const { number, outlierStatus: status, returnedAs } = bill;
  if (status !== "NORMAL") throw errors.outlier_return({ number, status });
  if (returnedAs === "CANCELLED") throw errors.already_cancelled({ number });
  if (isReturned(bill)) throw errors.already_returned({ number });
  if (returnedAs === null) return;
  if (returnType === "FULL" || returnType === "CANCELLED") throw errors.full_after_partial({ number });
  if (returnType === "AMOUNT" && returnedAs === "LINE_ITEM") throw errors.amount_after_lines({ number });
  if (returnType === "LINE_ITEM" && returnedAs === "AMOUNT") throw errors.lines_after_amount({ number });
};

const returnWhole = (bill: ReturnableBill, request: ReturnRequest): JudgedReturn => {
  const lines = bill.lines.map((parent): ReturnedLine => {
    const { quantity, amount, description } = parent;
    return { parent, quantity, amount, description };
  });
  return judged(bill, request, bill.amount, lines);
};

const returnAmount = (bill: ReturnableBill, request: ReturnRequest, scale: number): JudgedReturn => {
  const amount = request.amount ?? 0;
  if (amount === 0) throw errors.amount_out_of_range({ field: "billAmount", value: 0 });
  refuseAmount(bill, amount, scale);
  return judged(bill, request, amount, []);
};

const refuseAmount = (bill: ReturnableBill, amount: Money, scale: number): void => {
  const left = bill.amount - bill.returnedAmount;
  if (amount <= left) return;
  throw errors.amount_above_left({
    field: "billAmount",
    amount: toDecimal(amount, scale),
    left: toDecimal(left, scale),
  });
};

const returnLines = (bill: ReturnableBill, request: ReturnRequest, scale: number): JudgedReturn => {
  let after = bill;
  const lines: ReturnedLine[] = [];
  for (const line of request.lines) {
    const parts = partsOf(after, line, scale);
    lines.push(...parts);
    after = withLines(after, parts);
  }
  if (request.amount !== null) refuseAmount(bill, request.amount, scale);
  const sum = lines.reduce((total, { amount }) => total + amount, 0);
  // A discount on the bill as a whole makes its lines come to more than it did.
  const amount = request.amount ?? Math.min(sum, bill.amount - bill.returnedAmount);
  return judged(bill, request, amount, lines);
};

/** A line to return, laid out over the lines of the bill that have the item. */
const partsOf = (bill: ReturnableBill, line: ReturnLine, scale: number): ReturnedLine[] => {
  const candidates = matching(bill, line);
  const open = candidates.filter((candidate) => !isLineReturned(bill, candidate));
  switch (line.share) {
    case "FULL": {
      const parent = open[0];
      if (parent === undefined) throw quantityAbove(line, 0);
      return [{ parent, ...leftOf(bill, parent), description: line.description }];
    }
    case "AMOUNT": {
      const fits = open.find((candidate) => leftOf(bill, candidate).amount >= line.amount);
      if (fits === undefined)
        throw amountAbove(line, Math.max(0, ...open.map((item) => leftOf(bill, item).amount)), scale);
      return [{ parent: fits, quantity: 0, amount: line.amount, description: line.description }];
    }
    case "LINE_ITEM":
      return layOut(bill, line, open, scale);
  }
};

const matching = (
  { lines }: ReturnableBill,
  { itemCode, serial, at, billLine }: ReturnLine,
): readonly BillLine[] => {
  const ofItem = lines.filter(
    (line) =>
      line.itemCode === itemCode &&
      (billLine === undefined || line.lineNo === billLine) &&
      (serial === null || Number(line.details?.serial ?? 0) === serial),
  );
  const whole = ofItem.filter((line) => !hasParts(line, ["comboDetails", "splitDetails"]));
  if (whole.length > 0) return whole;
  if (ofItem.length > 0 || lines.some((line) => isPart(line, itemCode)))
    throw errors.return_of_parts({ field: at, item: itemCode });
  throw errors.line_not_in_bill({ field: at, item: itemCode });
};

const hasParts = ({ details }: BillLine, names: readonly string[]): boolean =>
  names.some((name) => Array.isArray(details?.[name]) && (details[name] as unknown[]).length > 0);

const isPart = ({ details }: BillLine, itemCode: string): boolean =>
  ["comboDetails", "addOnDetails", "splitDetails"].some((name) => {
    const parts = details?.[name];
    return Array.isArray(parts) && parts.some((part: { itemCode?: unknown }) => part.itemCode === itemCode);
  });

/** Pieces go to the line that has enough of them at that price, else to one that has enough, else over lines in order. */
const layOut = (
  bill: ReturnableBill,
  line: ReturnLine,
  open: readonly BillLine[],
  scale: number,
): ReturnedLine[] => {
  const piecesOf = (lines: readonly BillLine[]) =>
    lines.reduce((sum, candidate) => sum + leftOf(bill, candidate).quantity, 0);
  const left = piecesOf(open);
  if (line.quantity === 0)
    throw errors.bad_return_line({
      field: `${line.at}.qty`,
      expected: "above 0; returnType AMOUNT returns money alone",
    });
  if (line.quantity > left) throw quantityAbove(line, left);
  const enough = open.filter((candidate) => leftOf(bill, candidate).quantity >= line.quantity);
  const atPrice = open.filter((candidate) => candidate.rate === line.rate);
  const best =
    enough.find((candidate) => candidate.rate === line.rate) ??
    (piecesOf(atPrice) >= line.quantity ? undefined : enough[0]);
  const over = piecesOf(atPrice) >= line.quantity ? atPrice : open;
  const pieces =
    best === undefined ? spread(bill, over, line.quantity) : [{ parent: best, quantity: line.quantity }];
  const amounts = line.hasAmount
    ? amountsOf(bill, line, pieces, scale)
    : pieces.map(({ parent, quantity }) => worthOf(bill, parent, quantity));
  return pieces.map((piece, index) => ({ ...piece, amount: amounts[index]!, description: line.description }));
};

interface Pieces {
  readonly parent: BillLine;
  readonly quantity: Milliquantity;
}

const spread = (bill: ReturnableBill, open: readonly BillLine[], quantity: Milliquantity): Pieces[] => {
  const pieces: Pieces[] = [];
  let wanted = quantity;
  for (const parent of open) {
    const taken = Math.min(wanted, leftOf(bill, parent).quantity);
    if (taken > 0) pieces.push({ parent, quantity: taken });
    wanted -= taken;
  }
  return pieces;
};

/** What pieces of a line cost on the bill: reckoned over all that went back, so that the last piece takes the exact rest. */
const worthOf = (bill: ReturnableBill, line: BillLine, quantity: Milliquantity): Money => {
  const gone = goneOf(bill, line);
  const worth = multiplyRatio(line.amount, gone.quantity + quantity, line.quantity, "half_up") - gone.amount;
  return Math.min(Math.max(0, worth), leftOf(bill, line).amount);
};

/** The line's money over the pieces: by their number, as far as each line has it, the rest where there is room. */
const amountsOf = (
  bill: ReturnableBill,
  line: ReturnLine,
  pieces: readonly Pieces[],
  scale: number,
): Money[] => {
  const room = pieces.map(({ parent }) => leftOf(bill, parent).amount);
  const amounts = pieces.map(({ quantity }, index) =>
    Math.min(room[index]!, multiplyRatio(line.amount, quantity, line.quantity, "floor")),
  );
  let rest = line.amount - amounts.reduce((sum, amount) => sum + amount, 0);
  amounts.forEach((amount, index) => {
    const more = Math.min(rest, room[index]! - amount);
    amounts[index] = amount + more;
    rest -= more;
  });
  if (rest > 0) throw amountAbove(line, line.amount - rest, scale);
  return amounts;
};

const quantityAbove = (line: ReturnLine, left: Milliquantity) =>
  errors.quantity_above_left({
    field: `${line.at}.qty`,
    quantity: toDecimal(line.quantity, QUANTITY_SCALE),
    item: line.itemCode,
    left: toDecimal(left, QUANTITY_SCALE),
  });

const amountAbove = (line: ReturnLine, left: Money, scale: number) =>
  errors.line_amount_above_left({
    field: `${line.at}.amount`,
    amount: toDecimal(line.amount, scale),
    left: toDecimal(left, scale),
  });

const withLines = (bill: ReturnableBill, lines: readonly ReturnedLine[]): ReturnableBill => {
  if (lines.length === 0) return bill;
  const goneByLine = new Map(bill.goneByLine);
  for (const { parent, quantity, amount } of lines) {
    const gone = goneByLine.get(parent.lineNo) ?? NOTHING;
    goneByLine.set(parent.lineNo, { quantity: gone.quantity + quantity, amount: gone.amount + amount });
  }
  return { ...bill, goneByLine };
};

const judged = (
  before: ReturnableBill,
  request: ReturnRequest,
  amount: Money,
  lines: readonly ReturnedLine[],
): JudgedReturn => {
  const after = {
    ...withLines(before, lines),
    returnedAs: before.returnedAs ?? request.returnType,
    returnedAmount: before.returnedAmount + amount,
  };
  return { request, amount, lines, bill: { before, after }, warnings: windowWarnings(lines) };
};

/** 9615: goods that may be returned, as the till said, without the days in which. */
const windowWarnings = (lines: readonly ReturnedLine[]): Issue[] => {
  const open = lines.find(
    ({ parent: { details } }) => details?.returnable === true && details.returnableDays === undefined,
  );
  if (open === undefined) return [];
  return [issue(9615, `The bill does not say for how many days ${open.parent.itemCode} may be returned.`)];
};
