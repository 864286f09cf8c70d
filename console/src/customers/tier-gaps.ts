import type { Membership } from "../api/types.ts";
import { counted, type Format } from "../ui/format.ts";

type Words = Pick<Format, "number" | "money">;
type Gap = Membership["gaps"][number];
type Condition = NonNullable<Membership["renewal"]>["conditions"][number];

const amount = (kind: string, value: number, { number, money }: Words): string => {
  if (kind === "lifetime_purchases" || kind === "purchase") return money(value);
  if (kind === "visits") return `${number(value)} ${counted(value, "visit")}`;
  return kind === "tracker" ? number(value) : `${number(value)} ${counted(value, "point")}`;
};

const NAMES: Record<string, string> = {
  lifetime_purchases: "of lifetime purchases",
  current_points: "that can be spent",
  lifetime_points: "earned in all",
  visits: "",
  tracker: "of a tracker",
  purchase: "of purchases",
  points: "earned",
};

const named = (kind: string, value: number, words: Words): string =>
  [amount(kind, value, words), NAMES[kind] ?? ""].filter((part) => part !== "").join(" ");

/** What is missing by the first criterion, in a word. */
export const missingText = (
  { progress }: Pick<Membership, "progress">,
  missing: number,
  words: Words,
): string => amount(progress.criterion, missing, words);

/** What is missing by a criterion: "£1,400.00 more of lifetime purchases". */
export const gapText = ({ criterion, value, threshold, gap }: Gap, words: Words): string => {
  if (gap === null || threshold === null) return named(criterion, value, words);
  return gap === 0
    ? `${named(criterion, value, words)}: reached`
    : `${amount(criterion, gap, words)} more of ${amount(criterion, threshold, words)} ${NAMES[criterion] ?? ""}`.trim();
};

/** What is missing of a condition for renewal. */
export const conditionText = ({ kind, value, threshold, gap }: Condition, words: Words): string =>
  gap === 0
    ? `${named(kind, value, words)}: enough`
    : `${amount(kind, gap, words)} more of ${named(kind, threshold, words)}`;

/** How criteria combine. */
export const combineText = (
  { kind, count = 1, expression = "" }: NonNullable<Membership["combine"]>,
  of: number,
): string => {
  if (kind === "all") return "all of these";
  return kind === "custom" ? expression : `any ${count} of these ${of}`;
};
