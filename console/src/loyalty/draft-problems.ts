import type {
  Expiry,
  Limit,
  Problem,
  ProgramDefinition,
  ProgramTier,
  Rule,
  RuleSet,
  Tracker,
} from "../api/programs.ts";
import { slotsOf } from "./workflow/actions.ts";

/** Parts of the draft, each with its own tab. */
export const SECTIONS = {
  earning: { label: "Earning", owns: ["activities", "delayFrom"] },
  limits: { label: "Limits", owns: ["limits"] },
  trackers: { label: "Trackers", owns: ["trackers"] },
  tiers: { label: "Tiers", owns: ["tiers", "upgrade", "downgrade", "removedTiers"] },
  expiry: { label: "Expiry", owns: ["expiry", "expiryStrategies"] },
  currencies: { label: "Currencies", owns: ["currencies"] },
  spending: { label: "Spending", owns: ["redemption", "returns", "rounding"] },
  service: { label: "Transfers and gifts", owns: ["transfer", "grants", "awardStrategies"] },
} as const;
export type Section = keyof typeof SECTIONS;
export const SECTION_KEYS = Object.keys(SECTIONS) as Section[];

/** The part of the draft that a problem lies in. */
export const sectionOf = ({ path }: Pick<Problem, "path">): Section | undefined => {
  const top = /^[A-Za-z]+/.exec(path)?.[0] ?? "";
  return SECTION_KEYS.find((key) => (SECTIONS[key].owns as readonly string[]).includes(top));
};

/** The sentence about a place of the definition, such as `tiers[1].threshold`; undefined when it is in order. */
export const problemAt = (problems: readonly Problem[], path: string): string | undefined =>
  problems.find((problem) => problem.path === path)?.message;

/** What is wrong at a place or anywhere below it. */
export const problemsUnder = (problems: readonly Problem[], path: string): Problem[] =>
  problems.filter(
    (problem) =>
      problem.path === path || problem.path.startsWith(`${path}.`) || problem.path.startsWith(`${path}[`),
  );

/** Problems that no input of the form shows. */
export const otherProblems = (problems: readonly Problem[], shown: readonly string[]): Problem[] =>
  problems.filter(({ path }) => !shown.includes(path));

const under = (path: string, names: readonly string[]): string[] => names.map((name) => `${path}.${name}`);

const RATES = ["every", "decimals", "allTiers", "perTier"];
const ratePaths = (path: string, tiers: readonly ProgramTier[]): string[] => [
  ...under(path, RATES),
  ...tiers.map(({ number }) => `${path}.perTier.${number}`),
];

const EXPIRY = ["days", "months", "day", "month", "years", "maximumDays", "endsWith"];
const expiryPaths = (path: string, expiry: Expiry): string[] => [
  path,
  ...under(path, EXPIRY),
  ...(expiry.kind === "per_tier"
    ? Object.entries(expiry.tiers).flatMap(([number, item]) => expiryPaths(`${path}.tiers.${number}`, item))
    : []),
];

export const DEMANDS = [
  "minimum",
  "maximum",
  "multipleOf",
  "balanceRequired",
  "lifetimePointsRequired",
  "lifetimePurchasesRequired",
  "limits.perDay",
  "limits.perWeek",
  "limits.perMonth",
] as const;

const CURRENCY = ["id", "name", "identifier", "decimals", "activeFrom", "activeTo", "expiryStrategyId"];

const COMBINATION = ["kind", "count", "expression"];
const tierPaths = ({ secondaryThresholds = [], renewal }: ProgramTier, path: string): string[] => [
  ...under(path, ["name", "threshold", "color", "validity", "renewal"]),
  ...secondaryThresholds.map((_, place) => `${path}.secondaryThresholds[${place}]`),
  ...under(`${path}.validity`, ["kind", "months", "month", "day", "minimumMonths"]),
  ...(renewal?.conditions ?? []).flatMap((_, index) =>
    under(`${path}.renewal.conditions[${index}]`, ["kind", "threshold"]),
  ),
  ...under(`${path}.renewal.combine`, COMBINATION),
  `${path}.renewal.extend.date`,
];

const AWARD = [
  "delay",
  "delay.days",
  "delay.date",
  "currencyId",
  "useProportions",
  "strategy",
  "basis",
  "category",
];
const SET = ["", "id", "name", "stage", "unroll", "useProportions", "scope"];
const PLACES = ["stores", "zones", "concepts"] as const;

/** A set, its scope, and its rules with everything that they do. */
const setPaths = (set: RuleSet, index: number, tiers: readonly ProgramTier[]): string[] => {
  const path = `activities.TransactionAdd[${index}]`;
  const { scope = {} } = set;
  return [
    ...SET.map((name) => (name === "" ? path : `${path}.${name}`)),
    ...under(`${path}.scope`, ["from", "to", "sources", ...PLACES]),
    ...PLACES.flatMap((name) => under(`${path}.scope.${name}`, ["include", "exclude"])),
    ...(scope.sources ?? []).map((_, place) => `${path}.scope.sources[${place}]`),
    ...set.rules.flatMap((rule, place) => rulePaths(rule, `${path}.rules[${place}]`, tiers)),
  ];
};

const rulePaths = (rule: Rule, path: string, tiers: readonly ProgramTier[]): string[] => [
  path,
  ...under(path, ["id", "name", "condition", "actions", "otherwise"]),
  ...(["actions", "otherwise"] as const).flatMap((branch) =>
    slotsOf(rule, branch).flatMap((slot) => {
      const at = slot.path === "" ? path : `${path}.${slot.path}`;
      return [
        at,
        ...under(at, ["type", "setId", "trackerId", "expiryStrategyId", "award"]),
        ...under(`${at}.award`, AWARD),
        ...ratePaths(`${at}.award`, tiers),
      ];
    }),
  ),
];

const LIMIT = ["id", "name", "per", "counts", "currencyId", "value", "period", "startsOn", "setIds"];
const limitPaths = ({ setIds = [] }: Limit, index: number): string[] => [
  ...under(`limits[${index}]`, LIMIT),
  ...setIds.map((_, place) => `limits[${index}].setIds[${place}]`),
];

const TRACKER = ["id", "name", "entity", "currencyId", "field", "method", "startsOn", "cases"];
const TRACKER_CASE = [
  ...["id", "name", "length", "unit", "aggregate", "operator", "value", "modOf"],
  ...["between.from", "between.to", "mostForwards", "setId"],
];
const trackerPaths = ({ cases }: Tracker, index: number): string[] => [
  ...under(`trackers[${index}]`, TRACKER),
  ...cases.flatMap((_, place) => {
    const at = `trackers[${index}].cases[${place}]`;
    return [at, ...under(at, TRACKER_CASE)];
  }),
];

/** Paths that the form shows a problem at. */
export const shownPaths = (definition: ProgramDefinition): string[] => {
  const {
    tiers,
    activities,
    expiry,
    expiryStrategies = [],
    currencies = [],
    limits = [],
    trackers = [],
    awardStrategies = [],
  } = definition;
  return [
    ...tiers.flatMap((tier, index) => tierPaths(tier, `tiers[${index}]`)),
    ...under("upgrade", ["criterion", "trackerId"]),
    ...(definition.upgrade.secondary ?? []).flatMap((_, index) => [
      `upgrade.secondary[${index}]`,
      `upgrade.secondary[${index}].trackerId`,
    ]),
    ...under("upgrade.combine", COMBINATION),
    "tiers",
    "downgrade",
    "downgrade.remindDaysBefore",
    "downgrade.extendPoints",
    ...(definition.removedTiers ?? []).map((_, index) => `removedTiers[${index}].to`),
    ...activities.TransactionAdd.flatMap((set, index) => setPaths(set, index, tiers)),
    ...limits.flatMap(limitPaths),
    "limits",
    ...trackers.flatMap(trackerPaths),
    "trackers",
    ...expiryPaths("expiry", expiry),
    ...expiryStrategies.flatMap((item, index) => [
      `expiryStrategies[${index}].name`,
      ...expiryPaths(`expiryStrategies[${index}]`, item),
    ]),
    ...currencies.flatMap((_, index) => under(`currencies[${index}]`, CURRENCY)),
    ...awardStrategies.flatMap((_, index) => [
      `awardStrategies[${index}].name`,
      ...ratePaths(`awardStrategies[${index}]`, tiers),
    ]),
    ...under("redemption", [...DEMANDS, "billFraction", "blockedStatuses"]),
    ...tiers.flatMap(({ number }) => under(`redemption.perTier.${number}`, DEMANDS)),
    ...under("transfer", [
      "minimum",
      "maximum",
      "multipleOf",
      "perMonth",
      "fee.percent",
      "fee.fixed",
      "expiry",
    ]),
    ...under("grants", ["goodwillMaximum", "goodwillPerMonth", "deductionMaximum"]),
    "rounding.decimals",
  ];
};
