import { parseDateTime, parseDecimal } from "#platform";
import { LETTERS, readExpression } from "../tiers/combination.ts";
import type { Problem } from "./problems.ts";
import {
  type CombinationShape,
  type Criterion,
  criteriaOf,
  scaleOf,
  type Tier,
  type TiersDefined,
  thresholdsOf,
  type ValidityShape,
} from "./tier-strategy.ts";

/** How its points expire. */
interface Expiring {
  readonly expiry?: { readonly kind: string } | undefined;
  readonly expiryStrategies?: readonly { readonly kind: string }[] | undefined;
}

const UNITS: Readonly<Record<string, string>> = {
  lifetime_purchases: "has more decimals than the currency can hold.",
  purchases: "has more decimals than the currency can hold.",
  visits: "must be a whole number: visits are counted.",
};

/** What is wrong with the tiers of a definition whose shape is right, and with how members come into them and out. */
export const tierStrategyProblems = (definition: TiersDefined & Expiring, moneyScale: number): Problem[] => [
  ...upgradeProblems(definition),
  ...definition.tiers.flatMap((_, index) => tierProblems(definition, index, moneyScale)),
  ...downgradeProblems(definition),
];

const upgradeProblems = (definition: TiersDefined): Problem[] => {
  const { upgrade } = definition;
  const criteria = criteriaOf(upgrade);
  const problems = criteria.flatMap((criterion, index) =>
    trackerProblems(criterion, index === 0 ? "upgrade" : `upgrade.secondary[${index - 1}]`, definition),
  );
  const seen = new Set<string>();
  criteria.forEach(({ kind, trackerId, caseId }, index) => {
    const key = `${kind}/${trackerId}/${caseId}`;
    if (seen.has(key))
      problems.push({ path: `upgrade.secondary[${index - 1}]`, message: "is a criterion already." });
    seen.add(key);
  });
  return [...problems, ...combinationProblems(upgrade.combine, criteria.length, "upgrade.combine")];
};

const trackerProblems = (
  { kind, trackerId, caseId }: { readonly kind: string } & Omit<Criterion, "kind">,
  path: string,
  { trackers = [] }: Pick<TiersDefined, "trackers">,
): Problem[] => {
  if (kind !== "tracker")
    return trackerId === undefined && caseId === undefined
      ? []
      : [{ path: `${path}.trackerId`, message: "belongs to the kind tracker only." }];
  if (trackerId === undefined) return [{ path: `${path}.trackerId`, message: "must name a tracker." }];
  const tracker = trackers.find(({ id }) => id === trackerId);
  if (tracker === undefined)
    return [{ path: `${path}.trackerId`, message: `there is no tracker ${trackerId} in the program.` }];
  if (caseId === undefined || tracker.cases?.some(({ id }) => id === caseId) !== true)
    return [{ path: `${path}.caseId`, message: `must name a case of tracker ${trackerId}.` }];
  return [];
};

const combinationProblems = (
  combine: CombinationShape | undefined,
  count: number,
  path: string,
): Problem[] => {
  if (combine === undefined) return [];
  const problems: Problem[] = [];
  if (combine.count !== undefined && combine.kind !== "any")
    problems.push({ path: `${path}.count`, message: "belongs to any only." });
  if (combine.expression !== undefined && combine.kind !== "custom")
    problems.push({ path: `${path}.expression`, message: "belongs to custom only." });
  if (combine.kind === "any" && (combine.count === undefined || combine.count > Math.max(1, count - 1)))
    problems.push({
      path: `${path}.count`,
      message:
        count === 1
          ? "must be 1: there is one condition."
          : `must be from 1 to ${count - 1}: there are ${count} conditions. For all of them use all.`,
    });
  if (combine.kind === "custom") problems.push(...expressionProblems(combine.expression, count, path));
  return problems;
};

const expressionProblems = (text: string | undefined, count: number, path: string): Problem[] => {
  const at = `${path}.expression`;
  if (text === undefined || text.trim() === "")
    return [{ path: at, message: "must say how the conditions combine, such as A AND B." }];
  const read = readExpression(text, count);
  if ("problem" in read) return [{ path: at, message: read.problem, line: 1, column: read.column }];
  const unused = LETTERS.slice(0, count).filter((_, index) => !read.used.has(index));
  return unused.length === 0
    ? []
    : [{ path: at, message: `leaves out ${unused.join(" and ")}, which then decides nothing.` }];
};

const thresholdProblems = (value: number, kind: string, scale: number, path: string): Problem[] => {
  const amount = parseDecimal(value, scale);
  if (amount === null) return [{ path, message: "is too large." }];
  return amount / scale === value
    ? []
    : [{ path, message: UNITS[kind] ?? "has more decimals than can be counted." }];
};

const tierProblems = (definition: TiersDefined, index: number, moneyScale: number): Problem[] => {
  const { tiers, upgrade } = definition;
  const tier = tiers[index]!;
  const below = tiers[index - 1];
  const path = `tiers[${index}]`;
  const problems: Problem[] = [];
  criteriaOf(upgrade).forEach((criterion, place) => {
    const { kind } = criterion;
    const at = place === 0 ? `${path}.threshold` : `${path}.secondaryThresholds[${place - 1}]`;
    const own = thresholdsOf(tier)[place];
    if (own === undefined) {
      if (index > 0) problems.push({ path: at, message: "is missing: there is one for each criterion." });
      return;
    }
    problems.push(...thresholdProblems(own, kind, scaleOf(criterion, definition.trackers, moneyScale), at));
    if (index === 0 && own !== 0)
      problems.push({ path: at, message: "must be 0: everyone has at least the base tier." });
    const other = below === undefined ? undefined : (thresholdsOf(below)[place] ?? 0);
    if (other === undefined) return;
    // By the primary criterion each tier is harder to reach; by others it may be as hard.
    if (place === 0 ? own <= other : own < other)
      problems.push({
        path: at,
        message: `must be ${place === 0 ? "more than" : "at least"} the ${other} of ${below!.name}.`,
      });
  });
  const more = thresholdsOf(tier).length - criteriaOf(upgrade).length;
  if (more > 0)
    problems.push({
      path: `${path}.secondaryThresholds`,
      message: `has ${more} more than there are secondary criteria.`,
    });
  if (tier.validity !== undefined)
    problems.push(...validityProblems(tier.validity, `${path}.validity`, index));
  if (tier.renewal !== undefined)
    problems.push(...renewalProblems(definition, tier, `${path}.renewal`, moneyScale));
  return problems;
};

/** Fields that each kind needs, and may have. */
const VALIDITY_FIELDS: Readonly<
  Record<ValidityShape["kind"], { needed: readonly string[]; allowed: readonly string[] }>
> = {
  months: { needed: ["months"], allowed: [] },
  registration_date: { needed: [], allowed: ["minimumMonths"] },
  fixed_date: { needed: ["month", "day"], allowed: ["minimumMonths"] },
};

/** Days of the longest February. */
const LEAP_YEAR = 2024;

const validityProblems = (validity: ValidityShape, path: string, index: number): Problem[] => {
  if (index === 0) return [{ path, message: "must be absent: the base tier does not end." }];
  const { kind, ...fields } = validity;
  const { needed, allowed } = VALIDITY_FIELDS[kind];
  const problems: Problem[] = needed
    .filter((name) => (fields as Record<string, unknown>)[name] === undefined)
    .map((name) => ({ path: `${path}.${name}`, message: `is needed by ${kind}.` }));
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && !needed.includes(name) && !allowed.includes(name))
      problems.push({ path: `${path}.${name}`, message: `means nothing to ${kind}.` });
  }
  const { month, day } = fields;
  if (kind === "fixed_date" && month !== undefined && day !== undefined) {
    const last = new Date(Date.UTC(LEAP_YEAR, month, 0)).getUTCDate();
    if (day > last) problems.push({ path: `${path}.day`, message: `must be at most ${last} in that month.` });
  }
  return problems;
};

const renewalProblems = (
  definition: TiersDefined,
  { validity, renewal }: Tier,
  path: string,
  moneyScale: number,
): Problem[] => {
  const { conditions, combine, extend } = renewal!;
  if (validity === undefined) return [{ path, message: "needs a validity: this tier does not end." }];
  const problems = conditions.flatMap((condition, index) => {
    const at = `${path}.conditions[${index}]`;
    return [
      ...trackerProblems(condition, at, definition),
      ...thresholdProblems(
        condition.threshold,
        condition.kind,
        scaleOf(condition, definition.trackers, moneyScale),
        `${at}.threshold`,
      ),
    ];
  });
  problems.push(...combinationProblems(combine, conditions.length, `${path}.combine`));
  if (extend === undefined) return problems;
  if (validity.kind !== "months")
    problems.push({
      path: `${path}.extend`,
      message: `means nothing to ${validity.kind}: such a tier goes on to the next such day.`,
    });
  if (
    extend.by === "fixed_date" &&
    (extend.date === undefined || parseDateTime(extend.date, { zone: "UTC" }) === null)
  )
    problems.push({ path: `${path}.extend.date`, message: "must be a day of the calendar as YYYY-MM-DD." });
  if (extend.by !== "fixed_date" && extend.date !== undefined)
    problems.push({ path: `${path}.extend.date`, message: "belongs to fixed_date only." });
  return problems;
};

const downgradeProblems = ({ tiers, downgrade, ...rest }: TiersDefined & Expiring): Problem[] => {
  if (downgrade === undefined)
    return tiers.some(({ validity }) => validity !== undefined)
      ? [{ path: "downgrade", message: "is needed: it says where members go whose tier ends." }]
      : [];
  const { remindDaysBefore = [], extendPoints } = downgrade;
  const problems: Problem[] = [];
  if (new Set(remindDaysBefore).size !== remindDaysBefore.length)
    problems.push({
      path: "downgrade.remindDaysBefore",
      message: "names the same number of days twice.",
    });
  const { expiry, expiryStrategies = [] } = rest;
  if (extendPoints === true && ![expiry, ...expiryStrategies].some((item) => item?.kind === "tier_end"))
    problems.push({
      path: "downgrade.extendPoints",
      message: "means nothing: no expiry of the program is of the kind tier_end.",
    });
  return problems;
};
