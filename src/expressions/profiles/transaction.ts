import type { Attribute, ProfileDefinition, ProfileFunction } from "../definitions.ts";
import type { Facts } from "../facts.ts";
import { basketFunctions, net, overLines, purchaseBasketFunctions } from "./baskets.ts";
import { customFieldFunctions } from "./custom-fields.ts";
import { date, literalText, number, text, truthOfTexts } from "./define.ts";

const forUser = (total: number | null | undefined, ofGroup: number | null | undefined): number | null =>
  total === null || total === undefined ? null : total - (ofGroup ?? 0);

/** What a bill and what came back of one have in common. */
const head: readonly Attribute[] = [
  number(
    "discount",
    "money",
    "Discount on the bill.",
    "the bill's discount",
    (facts) => facts.currentTxn.discount,
    { slot: "discount" },
  ),
  text("number", "Bill number.", "the bill's number", (facts) => facts.currentTxn.number, {
    slot: "billNumber",
  }),
  date("date", "When the bill was made.", "the bill's date", (facts) => facts.currentTxn.date),
  text("notes", "Note on the bill.", "the bill's note", (facts) => facts.currentTxn.notes, {
    aliases: ["note"],
  }),
  number(
    "totalQty",
    "count",
    "Units of all lines.",
    "the bill's number of units",
    (facts) => facts.currentTxn.totalQty,
    {
      isOverLines: true,
    },
  ),
  number(
    "basketSize",
    "count",
    "Number of lines.",
    "the bill's number of lines",
    (facts) => facts.currentTxn.lines.length,
  ),
];

const points: readonly Attribute[] = [
  number(
    "points",
    "points",
    "Regular points that this bill has earned so far.",
    "the number of points that the bill has earned",
    (facts) => facts.currentTxn.points,
    { slot: "points" },
  ),
  number(
    "pointsForUser",
    "points",
    "Of them, those that the customer got.",
    "the number of points that the bill has earned for the customer",
    ({ currentTxn }) => forUser(currentTxn.points, currentTxn.pointsForUserGroup),
  ),
  number(
    "pointsForUserGroup",
    "points",
    "Of them, those that the customer's group got.",
    "the number of points that the bill has earned for the group",
    (facts) => facts.currentTxn.pointsForUserGroup ?? null,
  ),
  number(
    "promisedPoints",
    "points",
    "Points that this bill has promised so far.",
    "the number of points that the bill has promised",
    (facts) => facts.currentTxn.promisedPoints ?? null,
  ),
  number(
    "promisedPointsForUser",
    "points",
    "Of them, those promised to the customer.",
    "the number of points that the bill has promised to the customer",
    ({ currentTxn }) => forUser(currentTxn.promisedPoints, currentTxn.promisedPointsForUserGroup),
  ),
  number(
    "promisedPointsForUserGroup",
    "points",
    "Of them, those promised to the customer's group.",
    "the number of points that the bill has promised to the group",
    (facts) => facts.currentTxn.promisedPointsForUserGroup ?? null,
  ),
];

const notDiscounted = overLines((line) => (line.discount ?? 0) === 0, net);

const attributes: readonly Attribute[] = [
  number("value", "money", "Net amount of the bill.", "the bill's value", (facts) => facts.currentTxn.value, {
    slot: "value",
  }),
  number(
    "grossAmount",
    "money",
    "Amount before discount.",
    "the bill's gross amount",
    (facts) => facts.currentTxn.grossAmount,
    { slot: "grossAmount" },
  ),
  ...head,
  ...points,
  number(
    "basketAmountSumNonDiscounted",
    "money",
    "Net amount of the lines without a discount.",
    "the amount of the bill's lines without a discount",
    notDiscounted,
    { isOverLines: true },
  ),
];

const usesTender = ({ currentTxn: { tenders } }: Facts, wanted: string): boolean | null =>
  tenders === null || tenders === undefined
    ? null
    : tenders.some(({ code }) => code?.toLowerCase() === wanted.toLowerCase());

const tenderTest: ProfileFunction = truthOfTexts(
  "tenderCombinationIncludes",
  [literalText("name", "tender")],
  "True when a payment of the bill is of the tender combination.",
  ["the bill was paid by {0}", "the bill was not paid by {0}"],
  usesTender,
);

const customFields = customFieldFunctions(
  "the bill's",
  (facts, name) => facts.currentTxn.customField?.(name),
  false,
);

export const transactionProfile: ProfileDefinition = {
  name: "currentTxn",
  doc: "The bill that is being decided.",
  activities: ["TransactionAdd", "TransactionUpdate", "SlabUpgrade"],
  attributes,
  functions: [...basketFunctions, ...purchaseBasketFunctions, tenderTest, ...customFields],
  extendedFields: {
    scope: "transaction",
    owner: "the bill's",
    of: (facts) => facts.currentTxn.extendedFields,
  },
};

/** What the profile of a return takes over, asked of the return instead of the bill. */
export const returnedParts: Pick<ProfileDefinition, "attributes" | "functions"> = {
  attributes: [...head, points[0]!],
  functions: [...basketFunctions, ...customFields],
};
