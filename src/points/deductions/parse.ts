import { type Category, type LotSource, POINTS, postingOfAward } from "#ledger";
import type { OrgPrograms } from "#loyalty";
import type { Body, Instant } from "#platform";
import { requireText } from "../calls.ts";
import { errors } from "../moving-errors.ts";
import { readProgramId } from "../transfers/parse.ts";
import { readInteger, readPoints, readText, shown } from "../values.ts";
import type { DeductInput, DeductionTarget } from "./deduct.ts";

const MAX_REASON = 500;

/** Kinds of awards by either of their documented names (points.md §1). */
const SOURCES: Readonly<Record<string, LotSource>> = {
  bill_regular: "bill_regular",
  bill_promotions: "bill_promotions",
  line_item_regular: "line_item_regular",
  line_item_promotions: "line_item_promotions",
  customer_promotions: "customer_promotions",
  point_awarded: "bill_regular",
  point_awarded_bill_promotion: "bill_promotions",
  point_awarded_lineitem: "line_item_regular",
  point_awarded_lineitem_promotion: "line_item_promotions",
  point_awarded_customer_promotion: "customer_promotions",
};
export const AWARD_TYPES =
  "bill_regular, bill_promotions, line_item_regular, line_item_promotions, customer_promotions";

/** The kind of award that a caller's spelling names; null when there is none. */
export const sourceNamed = (text: string): LotSource | null => SOURCES[text.trim().toLowerCase()] ?? null;

const REFERENCE_TYPES: Readonly<Record<LotSource, string>> = {
  bill_regular: "POINT_AWARDED",
  bill_promotions: "POINT_AWARDED_BILL_PROMOTION",
  line_item_regular: "POINT_AWARDED_LINEITEM",
  line_item_promotions: "POINT_AWARDED_LINEITEM_PROMOTION",
  customer_promotions: "POINT_AWARDED_CUSTOMER_PROMOTION",
};
export const referenceTypeOf = (source: LotSource): string => REFERENCE_TYPES[source];

const CATEGORIES: Readonly<Record<string, Category>> = {
  REGULAR: 1,
  PROMISED: 2,
  TRIGGER_BASED: 3,
  EXTERNAL_TRIGGER_BASED: 3,
};

/** The category that a caller names; the regular one when none is said, undefined when there is none of that name. */
export const categoryNamed = (value: unknown): Category | undefined => {
  const text = (readText(value, 60) ?? "?").toUpperCase();
  return text === "" ? 1 : CATEGORIES[text];
};

/** A currency by name or identifier, in one program or in any: which program's and which. */
export const currencyNamed = (
  programs: OrgPrograms,
  name: string,
  programId: number | null,
  now: Instant,
): { readonly programId: number; readonly currencyId: number } | null => {
  const wanted = name.toLowerCase();
  for (const history of programs.all) {
    if (programId !== null && history.programId !== programId) continue;
    for (const currency of history.inForce(now).currencies.values())
      if (currency.name.toLowerCase() === wanted || currency.identifier === wanted)
        return { programId: history.programId, currencyId: currency.id };
  }
  return null;
};

/** What is taken: points, or a value of an alternate currency. */
const amountOf = (body: Body, programs: OrgPrograms, programId: number | null, now: Instant) => {
  const currency = readText(body.alternateCurrencyName, 100) ?? "?";
  const field = currency === "" ? "pointsToBeAdjusted" : "valueToBeAdjusted";
  const read = readPoints(body[field]);
  if ("fault" in read && read.fault === "too_fine") throw errors.deduction_too_fine({ field, decimals: 3 });
  if ("fault" in read || read.points <= 0)
    throw errors.nothing_to_deduct({ field, value: shown(body[field]) });
  if (currency === "") return { programId, currencyId: POINTS, points: read.points };
  const found = currencyNamed(programs, currency, programId, now);
  if (found === null) throw errors.unknown_currency({ value: shown(body.alternateCurrencyName) });
  return { ...found, points: read.points };
};

const targetOf = (body: Body, programId: number | null): DeductionTarget => {
  const type = readText(body.pointsAwardedRefType, 60) ?? "?";
  const source = type === "" ? null : sourceNamed(type);
  if (type !== "" && source === null)
    throw errors.bad_award_type({ names: AWARD_TYPES, value: shown(body.pointsAwardedRefType) });
  const awardId = readInteger(body.pointsAwardedId);
  if (awardId === undefined) throw errors.award_unknown({ value: shown(body.pointsAwardedId) });
  if (awardId !== null) return { award: { awardId, ...postingOfAward(Math.max(0, awardId)), source } };
  const identifier = readText(body.promotionIdentifier, 100) ?? "?";
  if (identifier !== "") {
    if (programId === null) throw errors.deduction_program_missing({});
    // Promotions have no identifiers besides their ids.
    throw errors.promotion_unknown({ value: shown(body.promotionIdentifier) });
  }
  const promotionId = readInteger(body.promotionId);
  if (promotionId === undefined) throw errors.promotion_unknown({ value: shown(body.promotionId) });
  return promotionId === null ? null : { promotionId };
};

/** Reads the body of a manual deduction (points.md §4.4). */
export const parseDeduction = (body: Body, programs: OrgPrograms, now: Instant): DeductInput => {
  const programId = readProgramId(body.programId);
  if (programId !== null && programs.byId(programId) === null)
    throw errors.unknown_program({ value: programId });
  const amount = amountOf(body, programs, programId, now);
  const reason = requireText(body.reasonOfReturn, "reasonOfReturn", MAX_REASON);
  if (reason === "") throw errors.deduction_reason_missing({});
  const category = categoryNamed(body.pointCategoryTypes);
  if (category === undefined)
    throw errors.bad_point_category({
      field: "pointCategoryTypes",
      names: "REGULAR, PROMISED, EXTERNAL_TRIGGER_BASED",
      value: shown(body.pointCategoryTypes),
    });
  return { ...amount, category, target: targetOf(body, programId), reason, comments: "" };
};
