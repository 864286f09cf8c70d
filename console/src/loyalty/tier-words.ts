import type {
  Combination,
  CriterionKind,
  Downgrade,
  ProgramDefinition,
  ProgramTier,
  RenewalKind,
  Upgrade,
  Validity,
} from "../api/programs.ts";
import { counted, type Format } from "../ui/format.ts";

type Words = Pick<Format, "number" | "money">;

export const CRITERIA: Record<CriterionKind, string> = {
  lifetime_purchases: "Lifetime purchases",
  current_points: "Current points",
  lifetime_points: "Lifetime points",
  visits: "Visits",
  tracker: "A tracker",
};
export const RENEWALS: Record<RenewalKind, string> = {
  purchases: "Purchases",
  visits: "Visits",
  points: "Points earned",
  tracker: "A tracker",
};
export const LETTERS = ["A", "B", "C"] as const;

/** The kinds of the criteria, the primary one first. */
export const criteriaOf = ({
  criterion,
  secondary = [],
}: Pick<Upgrade, "criterion" | "secondary">): CriterionKind[] => [
  criterion,
  ...secondary.map(({ kind }) => kind),
];

/** An amount of a criterion, or of a condition for renewal: money, points, visits. */
export const amountText = (
  kind: CriterionKind | RenewalKind,
  value: number,
  { number, money }: Words,
): string => {
  if (kind === "lifetime_purchases" || kind === "purchases") return money(value);
  if (kind === "visits") return `${number(value)} ${counted(value, "visit")}`;
  return kind === "tracker" ? number(value) : `${number(value)} ${counted(value, "point")}`;
};

/** How conditions combine, in a few words. */
export const combinationText = (combine: Combination | undefined, count: number): string => {
  if (count < 2) return "";
  switch (combine?.kind) {
    case "all":
      return "all of them";
    case "custom":
      return combine.expression ?? "";
    default:
      return `any ${combine?.count ?? 1} of ${count}`;
  }
};

/** What a tier is reached by, such as "lifetime purchases" or "visits or current points". */
export const reachedText = ({ upgrade }: Pick<ProgramDefinition, "upgrade">): string => {
  const kinds = criteriaOf(upgrade);
  const names = kinds.map((kind) => CRITERIA[kind].toLowerCase());
  if (names.length === 1) return names[0]!;
  return `${names.join(", ")} (${combinationText(upgrade.combine, kinds.length)})`;
};

const TYPES: Record<Upgrade["type"], string> = {
  lazy: "The bill that crosses a threshold still earns by the old tier’s rate.",
  eager: "The bill that crosses a threshold already earns by the new tier’s rate.",
  dynamic:
    "The bill that crosses a threshold earns up to it by the old tier’s rate, and the rest by the new one’s.",
};
export const upgradeText = (type: Upgrade["type"]): string => TYPES[type];

const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" }).format(Date.UTC(2024, month, 1)),
);

const minimumText = (months: number | undefined): string =>
  months ? `, ${months} ${counted(months, "month")} at least` : "";

/** How long a tier lasts. */
export const validityText = (validity: Validity | undefined): string => {
  if (validity === undefined) return "Stays";
  const { kind, months = 1, month = 1, day = 1, minimumMonths } = validity;
  switch (kind) {
    case "months":
      return `${months} ${counted(months, "month")}`;
    case "registration_date":
      return `To the next anniversary of joining${minimumText(minimumMonths)}`;
    case "fixed_date":
      return `To the next ${day} ${MONTHS[month - 1] ?? ""}${minimumText(minimumMonths)}`;
  }
};

/** What keeps a tier that ends. */
export const renewalText = ({ renewal, validity }: ProgramTier, words: Words): string => {
  if (validity === undefined) return "";
  if (renewal === undefined) return "Not renewed";
  const conditions = renewal.conditions.map(({ kind, threshold }) => {
    const amount = amountText(kind, threshold, words);
    if (kind === "visits") return amount;
    return `${amount} ${kind === "points" ? "earned" : kind === "purchases" ? "of purchases" : "of a tracker"}`;
  });
  const how = combinationText(renewal.combine, conditions.length);
  return `Renewed by ${conditions.join(", ")}${how === "" ? "" : ` (${how})`}`;
};

const TARGETS: Record<Downgrade["target"], string> = {
  one_below: "one tier down",
  by_eligibility: "to the tier that they reach by then",
  lowest: "to the base tier",
};

/** Where members go whose tier ends, in a sentence. */
export const downgradeText = ({ target, check = "monthly", onReturn }: Downgrade): string =>
  `Tiers that end are looked at ${check === "monthly" ? "on the last day of the month" : "every day"}; members who do not keep theirs go ${TARGETS[target]}.${
    onReturn ? " A return that undoes what reached a tier takes it back." : ""
  }`;
