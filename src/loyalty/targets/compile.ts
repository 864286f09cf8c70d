import { catalogueAt } from "#expressions";
import type { Organisation } from "#orgs";
import { POINTS_SCALE } from "#platform";
import { type Condition, compileCondition } from "../programs/conditions.ts";
import type { Target, TargetFilter, TargetGroup, TargetStep, TargetType } from "./schema.ts";

/** How an organisation has targets counted. */
export interface TargetOptions {
  /** What happened before a member was enrolled does not count. */
  readonly fromEnrolment: boolean;
  /** Returns lower what was achieved. */
  readonly lowersOnReturn: boolean;
  /** Whole bills that come back after the end of their period are taken off the one that runs. */
  readonly carriesReturns: boolean;
  /** Days for which bills of a period that ended still count. */
  readonly delayDays: number;
  /** Every group has a leaderboard. */
  readonly allLeaderboards: boolean;
}

type Places = Readonly<Record<TargetFilter["entityType"], ReadonlySet<string> | null>>;

export interface CompiledTarget extends Target {
  /** Null: everything counts. */
  readonly condition: Condition | null;
  /** Codes of places in lower case; null: everywhere. */
  readonly places: Places;
  /** Small units per unit. */
  readonly scale: number;
  /** How the values of a day come together. */
  readonly daily: "sum" | "visit" | "max" | "min";
  readonly subTargets: readonly TargetStep[];
  /** Levels of a streak, ascending. */
  readonly levels: readonly TargetStep[];
}

export interface CompiledGroup extends Omit<TargetGroup, "targets"> {
  readonly targets: readonly CompiledTarget[];
  /** Small units per unit of what its targets come to together. */
  readonly scale: number;
}

/** Targets of an organisation, ready to count. */
export interface OrgTargets {
  readonly orgId: number;
  readonly timeZone: string;
  readonly groups: readonly CompiledGroup[];
  readonly options: TargetOptions;
  /** Whether some target looks at the other values of a day. */
  readonly looksAtDays: boolean;
}

const MONEY: ReadonlySet<TargetType> = new Set(["SALES", "GROSS_SALES"]);

/** Small units per unit of what a type of target counts. */
export const scaleOf = (type: TargetType, moneyScale: number): number =>
  MONEY.has(type) ? moneyScale : POINTS_SCALE;

/** What an organisation's settings say of targets. */
export const targetOptionsOf = (organisation: Organisation): TargetOptions => ({
  fromEnrolment: organisation.flag("CONF_TARGET_TRACK_FROM_ENROLMENT"),
  lowersOnReturn: organisation.flag("ALLOW_RETURN_ON_TARGET"),
  carriesReturns: organisation.flag("CONF_TARGET_ADJUST_NEXT_CYCLE_ON_RETURN"),
  delayDays: Number(organisation.setting("CONF_TARGET_SALES_DELAY_DAYS") ?? 0),
  allLeaderboards: organisation.flag("CONF_TARGET_LEADERBOARDS"),
});

/** Compiles the groups that are not deleted. */
export const compileTargets = (organisation: Organisation, groups: readonly TargetGroup[]): OrgTargets => {
  const compiled = groups.map((group) => compileGroup(organisation, group));
  return {
    orgId: organisation.id,
    timeZone: organisation.timeZone,
    groups: compiled,
    options: targetOptionsOf(organisation),
    looksAtDays: compiled.some(({ targets }) => targets.some(({ daily }) => daily !== "sum")),
  };
};

const compileGroup = (organisation: Organisation, group: TargetGroup): CompiledGroup => {
  const targets = group.targets.map((target) => compileTarget(organisation, group, target));
  return { ...group, targets, scale: targets[0]?.scale ?? POINTS_SCALE };
};

const compileTarget = (organisation: Organisation, group: TargetGroup, target: Target): CompiledTarget => {
  const catalogue = catalogueAt(organisation, {
    activity: "TransactionAdd",
    lines: target.entity === "LINEITEM",
  });
  const stepsOf = (kind: TargetStep["kind"]) =>
    target.steps.filter((step) => step.kind === kind).sort((a, b) => a.value - b.value);
  return {
    ...target,
    condition: target.expression === "" ? null : compileCondition(target.expression, catalogue, null),
    places: placesOf(organisation, target.filters),
    scale: scaleOf(target.type, organisation.moneyScale),
    daily:
      target.type === "VISIT"
        ? "visit"
        : group.aggregateWindow === null
          ? "sum"
          : group.aggregateWindow === "MAX"
            ? "max"
            : "min",
    subTargets: stepsOf("sub_target"),
    levels: stepsOf("streak"),
  };
};

const placesOf = (organisation: Organisation, filters: readonly TargetFilter[]): Places => {
  const codes = (type: TargetFilter["entityType"]): ReadonlySet<string> | null => {
    const chosen = filters.filter(({ entityType }) => entityType === type);
    if (chosen.length === 0) return null;
    const ids = chosen.flatMap(({ entityIds }) => entityIds);
    return new Set(ids.flatMap((id) => organisation.entity(id)?.code.toLowerCase() ?? []));
  };
  return { STORE: codes("STORE"), ZONE: codes("ZONE"), CONCEPT: codes("CONCEPT") };
};

/** What a member has to reach in a period when nothing else was said: exact units. */
export const definedFor = (
  { defaultValues, scale }: Pick<CompiledTarget, "defaultValues" | "scale">,
  cycle: number,
): number =>
  Math.round((defaultValues.length === 1 ? defaultValues[0]! : (defaultValues[cycle - 1] ?? 0)) * scale);

/** From which value a sub-target is reached: exact units. */
export const stepValue = (
  step: TargetStep,
  { scale }: Pick<CompiledTarget, "scale">,
  defined: number,
): number =>
  step.valueType === "PERCENTAGE" ? Math.round((defined * step.value) / 100) : Math.round(step.value * scale);
