import type { Activity, Place } from "#expressions";
import { type ActionContext, actionProblems, onwardOf } from "./actions.ts";
import { lineKindProblems } from "./awards.ts";
import type { Problem } from "./problems.ts";
import { scopeProblems } from "./scopes.ts";
import { trackingProblem } from "./trackers.ts";
import {
  actionsWithPaths,
  RULED,
  type Rule,
  type Ruled,
  type RuleSet,
  setsOf,
  type Workflows,
} from "./workflow.ts";

/** Judges the condition of a rule. */
export type ConditionCheck = (rule: Rule, path: string, place: Place) => readonly Problem[];

/** What is wrong with the sets of all activities: ids, conditions, actions, and where forwards lead. */
export const workflowProblems = (
  workflows: Workflows,
  context: ActionContext,
  check: ConditionCheck,
): Problem[] => {
  const seen = new Set<string>();
  const problems = RULED.flatMap((activity) =>
    activityProblems(workflows[activity] ?? [], activity, context, check, seen),
  );
  // The lines of an upgrade are those of its bill.
  return [...problems, ...lineKindProblems(setsOf(workflows).flatMap(awardsOf), "activities.TransactionAdd")];
};

const activityProblems = (
  sets: readonly RuleSet[],
  activity: Ruled,
  context: ActionContext,
  check: ConditionCheck,
  seen: Set<string>,
): Problem[] => {
  const path = `activities.${activity}`;
  const problems: Problem[] = [];
  const { trackers } = context;
  const places = placesOf(sets, activity, trackers);
  const claim = (id: string, at: string) => {
    if (seen.has(id)) problems.push({ path: `${at}.id`, message: `${id} is used twice.` });
    seen.add(id);
  };
  for (const [index, set] of sets.entries()) {
    const at = `${path}[${index}]`;
    claim(set.id, at);
    problems.push(...setProblems(set, at, activity));
    for (const [position, rule] of set.rules.entries()) {
      const ruleAt = `${at}.rules[${position}]`;
      claim(rule.id, ruleAt);
      problems.push(
        ...check(rule, ruleAt, places.get(set.id) ?? { activity }),
        ...ruleProblems(rule, ruleAt, context),
        ...trackingProblems(rule, ruleAt, places.get(set.id), context),
      );
    }
  }
  return [...problems, ...forwardProblems(sets, path, trackers)];
};

type Trackers = ActionContext["trackers"];

/** Where a set stands: what it runs for, and in which stages it may run. */
interface SetPlace extends Place {
  readonly activity: Activity;
  readonly lines: boolean;
  readonly tenders: boolean;
  readonly trackers: boolean;
  readonly stages: ReadonlySet<string>;
}

/** Where sets stand: what a set runs for, the sets that it forwards to run for as well. */
const placesOf = (
  sets: readonly RuleSet[],
  activity: Activity,
  trackers: Trackers,
): ReadonlyMap<string, SetPlace> => {
  const byId = new Map(sets.map((set) => [set.id, set]));
  const places = new Map<string, SetPlace>();
  const enter = (set: RuleSet, from: Omit<SetPlace, "activity">): void => {
    const known = places.get(set.id);
    const place: SetPlace = {
      activity,
      lines: from.lines || set.unroll === "lines" || known?.lines === true,
      tenders: from.tenders || set.unroll === "tenders" || known?.tenders === true,
      trackers: from.trackers || known?.trackers === true,
      stages: new Set([...from.stages, ...(known?.stages ?? [])]),
    };
    // Forwards may lead in a circle here: that is judged elsewhere.
    if (known !== undefined && isSamePlace(known, place)) return;
    places.set(set.id, place);
    for (const rule of set.rules)
      for (const [action] of actionsWithPaths(rule, ""))
        for (const { setId, asCase } of onwardOf(action, trackers)) {
          const next = byId.get(setId);
          if (next !== undefined) enter(next, { ...place, trackers: place.trackers || asCase });
        }
  };
  for (const set of sets) {
    const stages = new Set(set.isForwarded === true ? [] : [set.stage ?? "start"]);
    enter(set, { lines: false, tenders: false, trackers: false, stages });
  }
  return places;
};

const isSamePlace = (one: SetPlace, other: SetPlace): boolean =>
  one.lines === other.lines &&
  one.tenders === other.tenders &&
  one.trackers === other.trackers &&
  one.stages.size === other.stages.size;

/** Trackers are evaluated in their stages, and what they track is awarded in the sets of their cases. */
const trackingProblems = (
  rule: Rule,
  at: string,
  place: SetPlace | undefined,
  { trackers = [] }: ActionContext,
): Problem[] => {
  const problems: Problem[] = [];
  for (const [action, path] of actionsWithPaths(rule, at)) {
    if (action.type === "award" && (action.award.of ?? "amount") !== "amount" && place?.trackers !== true)
      problems.push({
        path: `${path}.award.of`,
        message: "must be amount here: the others belong to sets that cases of trackers forward to.",
      });
    if (action.type !== "evaluate_tracker") continue;
    const tracker = trackers.find(({ id }) => id === action.trackerId);
    const runsFor = place?.lines === true ? "lines" : place?.tenders === true ? "tenders" : null;
    const problem =
      tracker === undefined
        ? `there is no tracker ${action.trackerId} in the program.`
        : trackingProblem(tracker, place?.stages ?? new Set(), runsFor);
    if (problem !== null) problems.push({ path: `${path}.trackerId`, message: problem });
  }
  return problems;
};

const setProblems = (set: RuleSet, at: string, activity: Ruled): Problem[] => {
  const problems = set.scope === undefined ? [] : scopeProblems(set.scope, `${at}.scope`);
  if (set.isForwarded === true && set.stage !== undefined)
    problems.push({
      path: `${at}.stage`,
      message: "belongs to sets that run by themselves: a forwarded one runs where a rule sends to it.",
    });
  if (set.stage !== undefined && activity !== "TransactionAdd")
    problems.push({ path: `${at}.stage`, message: "belongs to sets of TransactionAdd only." });
  if (set.useProportions === true && set.unroll !== "lines")
    problems.push({ path: `${at}.useProportions`, message: "belongs to sets that run for each line only." });
  return problems;
};

const ruleProblems = (rule: Rule, at: string, context: ActionContext): Problem[] => {
  const problems: Problem[] = [];
  if (rule.award === undefined && rule.expiryStrategyId !== undefined)
    problems.push({ path: `${at}.expiryStrategyId`, message: "belongs to the rule's award: it has none." });
  let isIdle = true;
  for (const [action, path] of actionsWithPaths(rule, at)) {
    isIdle = false;
    problems.push(...actionProblems(action, path, context));
  }
  if (isIdle) problems.push({ path: at, message: "does nothing: give it an award or an action." });
  return problems;
};

/** Awards to lines, in whatever way they come to be. */
const awardsOf = (set: RuleSet) =>
  set.rules.flatMap((rule) =>
    [...actionsWithPaths(rule, "")].flatMap(([action]) =>
      action.type === "award"
        ? [
            {
              award:
                set.unroll === "lines" ? { ...action.award, basis: "line_amount" as const } : action.award,
              expiryStrategyId: action.expiryStrategyId,
            },
          ]
        : [],
    ),
  );

/** Forwards lead to sets that wait for them, never in a circle, and what runs for each line or payment does so once. */
const forwardProblems = (sets: readonly RuleSet[], path: string, trackers: Trackers): Problem[] => {
  const problems: Problem[] = [];
  const byId = new Map(sets.map((set, index) => [set.id, { set, index }]));
  const targets = new Map<string, string[]>();
  for (const [index, set] of sets.entries()) {
    const onward: string[] = [];
    for (const [position, rule] of set.rules.entries())
      for (const [action, at] of actionsWithPaths(rule, `${path}[${index}].rules[${position}]`)) {
        if (action.type === "evaluate_tracker")
          onward.push(...onwardOf(action, trackers).map(({ setId }) => setId));
        if (action.type !== "forward") continue;
        const target = byId.get(action.setId)?.set;
        if (target === undefined)
          problems.push({ path: `${at}.setId`, message: `there is no set ${action.setId} here.` });
        else if (target.isForwarded !== true)
          problems.push({
            path: `${at}.setId`,
            message: `${target.name} runs by itself: only sets that wait for it can be forwarded to.`,
          });
        else onward.push(target.id);
      }
    targets.set(set.id, onward);
  }
  const reached = new Set([...targets.values()].flat());
  for (const [index, set] of sets.entries()) {
    if (set.isForwarded === true && !reached.has(set.id))
      problems.push({ path: `${path}[${index}]`, message: `no rule forwards to ${set.name}.` });
    if (leadsBack(set.id, targets))
      problems.push({ path: `${path}[${index}]`, message: `${set.name} forwards to itself in a circle.` });
    else if (set.unroll !== undefined && unrollsAgain(set.id, targets, byId))
      problems.push({
        path: `${path}[${index}].unroll`,
        message: "forwards to a set that runs for each line or payment again.",
      });
  }
  return problems;
};

const leadsBack = (start: string, targets: ReadonlyMap<string, readonly string[]>): boolean => {
  const open = [...(targets.get(start) ?? [])];
  const done = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === start) return true;
    if (done.has(id)) continue;
    done.add(id);
    open.push(...(targets.get(id) ?? []));
  }
  return false;
};

const unrollsAgain = (
  start: string,
  targets: ReadonlyMap<string, readonly string[]>,
  byId: ReadonlyMap<string, { readonly set: RuleSet }>,
): boolean => {
  const open = [...(targets.get(start) ?? [])];
  const done = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (byId.get(id)?.set.unroll !== undefined) return true;
    if (done.has(id)) continue;
    done.add(id);
    open.push(...(targets.get(id) ?? []));
  }
  return false;
};
