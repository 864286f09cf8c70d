import { type Facts, TRUE } from "#expressions";
import { multiplyRatio, POINTS_SCALE } from "#platform";
import type { Award, LineFacts, TransactionFacts } from "../decide/schema.ts";
import type { CompiledTarget } from "./compile.ts";

/** The facts that conditions look at, for the bill as a whole or for one of its lines. */
export interface BillView extends Facts {
  enter(
    item: {
      readonly kind: "line";
      readonly no: number;
      readonly amount: number;
      readonly before: number;
    } | null,
  ): void;
}

/** A bill as targets count it: decided, with what it earned. */
export interface CountedBill {
  readonly facts: TransactionFacts;
  readonly view: BillView;
  readonly awards: readonly Award[];
  readonly currencyOf: (identifier: string) => number | null;
}

/** What a bill counts for in a target: exact units; by lines where each is asked for by itself. */
export interface Contribution {
  readonly value: number;
  readonly parts: readonly (readonly [line: number, value: number])[] | null;
}

/** What a bill counts for in a target; null when it does not count at all. */
export const contributionOf = (target: CompiledTarget, bill: CountedBill): Contribution | null => {
  if (!isInPlaces(target, bill.facts.store)) return null;
  return target.entity === "LINEITEM" ? byLines(target, bill) : asWhole(target, bill);
};

const isInPlaces = (
  { places: { STORE, ZONE, CONCEPT } }: Pick<CompiledTarget, "places">,
  { code, zones, concepts }: TransactionFacts["store"],
): boolean => {
  const lies = (codes: ReadonlySet<string> | null, around: readonly string[]) =>
    codes === null || around.some((one) => codes.has(one.toLowerCase()));
  return lies(STORE, [code]) && lies(ZONE, zones) && lies(CONCEPT, concepts);
};

const holds = ({ condition }: CompiledTarget, view: Facts): boolean =>
  condition === null || condition.evaluate(view) === TRUE;

const asWhole = (target: CompiledTarget, bill: CountedBill): Contribution | null => {
  if (!holds(target, bill.view)) return null;
  const value = worthOf(target, bill);
  return value === 0 ? null : { value, parts: null };
};

const worthOf = ({ type, extendedField, currencyIdentifier }: CompiledTarget, bill: CountedBill): number => {
  const { facts, awards } = bill;
  switch (type) {
    case "SALES":
      return facts.amount;
    case "GROSS_SALES":
      return facts.grossAmount ?? facts.amount + (facts.discount ?? 0);
    case "QUANTITY":
      return facts.lines.reduce((sum, line) => sum + line.quantity, 0);
    case "COUNT":
    case "VISIT":
      return POINTS_SCALE;
    case "EXTENDED_FIELD":
      return fieldValue(extendedField, facts.extendedFields);
    default:
      return pointsOf(awards, type, currencyIdentifier === null ? 0 : bill.currencyOf(currencyIdentifier));
  }
};

const REGULAR: ReadonlySet<string> = new Set(["REGULAR_POINTS", "REGULAR"]);
const ALL: ReadonlySet<string> = new Set(["ALL_POINTS", "ALL"]);

/** Points that can be spent, or will be without anything more happening. */
const pointsOf = (awards: readonly Award[], type: string, currencyId: number | null): number =>
  awards.reduce((sum, award) => {
    if (award.currencyId !== currencyId || award.category === "trigger_based") return sum;
    const isRegular = award.source === "bill_regular" || award.source === "line_item_regular";
    return ALL.has(type) || REGULAR.has(type) === isRegular ? sum + award.points : sum;
  }, 0);

const fieldValue = (
  field: CompiledTarget["extendedField"],
  fields: Readonly<Record<string, unknown>> | null,
): number => {
  const found = field === null || fields === null ? undefined : fields[field.name];
  if (found === undefined || found === null || found === "") return 0;
  if (field!.aggregateFunction === "COUNT") return POINTS_SCALE;
  const value = Math.round(Number(found) * POINTS_SCALE);
  return Number.isSafeInteger(value) ? value : 0;
};

const byLines = (target: CompiledTarget, bill: CountedBill): Contribution | null => {
  const { facts, view } = bill;
  const parts: [number, number][] = [];
  let isFound = false;
  let before = 0;
  facts.lines.forEach((line, index) => {
    view.enter({ kind: "line", no: index + 1, amount: line.amount, before });
    before += Math.max(0, line.amount);
    if (!holds(target, view)) return;
    const value = lineValue(target, line);
    if (value === 0) return;
    isFound = true;
    parts.push([index + 1, value]);
  });
  view.enter(null);
  if (!isFound) return null;
  const value = target.type === "VISIT" ? POINTS_SCALE : parts.reduce((sum, [, part]) => sum + part, 0);
  return { value, parts };
};

const lineValue = ({ type, extendedField }: CompiledTarget, line: LineFacts): number => {
  switch (type) {
    case "SALES":
      return line.amount;
    case "GROSS_SALES":
      return line.value;
    case "QUANTITY":
      return line.quantity;
    case "EXTENDED_FIELD":
      return fieldValue(
        extendedField,
        (line.details?.extendedFields as Record<string, unknown> | undefined) ?? null,
      );
    default:
      // An outlier line stays in its place and counts for nothing.
      return line.quantity === 0 && line.amount === 0 ? 0 : POINTS_SCALE;
  }
};

/** How much of a bill and of its lines is left after what went back. */
export interface BillLeft {
  readonly amount: { readonly left: number; readonly whole: number };
  /** By number of the line; a line without an entry is there as it was. */
  readonly lines: ReadonlyMap<number, { readonly left: number; readonly whole: number }>;
  readonly isWhole: boolean;
}

const shareOf = (
  value: number,
  { left, whole }: { readonly left: number; readonly whole: number },
): number => (whole === 0 ? value : multiplyRatio(value, left, whole, "half_up"));

/** What a bill still counts for. It follows from what is left alone, so that returns in any order come to the same. */
export const contributionLeft = (
  { type }: Pick<CompiledTarget, "type">,
  { value, parts }: Contribution,
  left: BillLeft,
): number => {
  if (left.isWhole) return 0;
  if (type === "COUNT" || type === "VISIT") {
    if (parts === null) return value;
    const kept = parts.filter(([line]) => (left.lines.get(line)?.left ?? 1) > 0);
    return type === "COUNT" ? kept.reduce((sum, [, part]) => sum + part, 0) : kept.length === 0 ? 0 : value;
  }
  if (type === "EXTENDED_FIELD" && parts === null) return value;
  if (parts === null || left.lines.size === 0) return shareOf(value, left.amount);
  return parts.reduce((sum, [line, part]) => {
    const share = left.lines.get(line);
    return sum + (share === undefined ? part : shareOf(part, share));
  }, 0);
};
