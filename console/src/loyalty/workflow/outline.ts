import type { Action, NamedTracker, RuleSet, Stage } from "../../api/programs.ts";
import { actionsOf, allActions, type Branch, isForward } from "./actions.ts";

/** A set as it is listed: below the first set that forwards to it, which it stands one step deeper than. */
export interface OutlineRow {
  readonly set: RuleSet;
  /** Its place in the document. */
  readonly index: number;
  readonly depth: number;
  /** Rules that forward to it. */
  readonly from: readonly Forwarding[];
  /** Places in the document of the sets that run next to it and that it may change places with. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface Forwarding {
  readonly set: string;
  readonly rule: string;
  readonly branch: Branch;
}

type Trackers = readonly NamedTracker[] | undefined;

/** A set that an action may run, and whether as the case of a tracker. */
interface Onward {
  readonly setId: string;
  readonly asCase: boolean;
}

const onwardOf = (action: Action, trackers: Trackers = []): Onward[] => {
  if (isForward(action)) return [{ setId: action.setId, asCase: false }];
  const tracker =
    action.type === "evaluate_tracker" && "trackerId" in action
      ? trackers.find(({ id }) => id === action.trackerId)
      : undefined;
  return (tracker?.cases ?? []).flatMap(({ setId }) =>
    setId === undefined ? [] : [{ setId, asCase: true }],
  );
};

/** Which rules forward to which set, by its id; those too that have a tracker do it. */
export const forwardings = (
  sets: readonly RuleSet[],
  trackers?: Trackers,
): ReadonlyMap<string, readonly Forwarding[]> => {
  const found = new Map<string, Forwarding[]>();
  for (const set of sets)
    for (const rule of set.rules)
      for (const branch of ["actions", "otherwise"] as const)
        for (const action of actionsOf(rule, branch))
          for (const { setId } of onwardOf(action, trackers))
            found.set(setId, [...(found.get(setId) ?? []), { set: set.name, rule: rule.name, branch }]);
  return found;
};

/** The sets that the rules of a set forward to, in order. */
const targetsOf = (set: RuleSet, trackers: Trackers): Onward[] =>
  set.rules.flatMap(allActions).flatMap((action) => onwardOf(action, trackers));

const STAGES: readonly Stage[] = ["start", "trackers", "points_trackers", "end"];
const stageOf = ({ stage = "start" }: RuleSet): number => STAGES.indexOf(stage);

/**
 * Sets in the order in which they run, those that wait to be forwarded to below the first one that does; then those that nothing
 * forwards to. Each stands there once, whatever circles the forwards make.
 */
export const outlineOf = (sets: readonly RuleSet[], trackers?: Trackers): OutlineRow[] => {
  const from = forwardings(sets, trackers);
  const places = new Map(sets.map(({ id }, index) => [id, index]));
  const running = [...sets.keys()]
    .filter((index) => sets[index]!.isForwarded !== true)
    .sort((one, other) => stageOf(sets[one]!) - stageOf(sets[other]!));
  const rows: OutlineRow[] = [];
  const seen = new Set<number>();
  /** The neighbour in the order of running, where it runs in the same stage. */
  const neighbour = (index: number, step: 1 | -1): number | null => {
    const place = running.indexOf(index);
    const other = place === -1 ? undefined : running[place + step];
    return other !== undefined && stageOf(sets[other]!) === stageOf(sets[index]!) ? other : null;
  };
  /** Lists a set with what it forwards to below it. */
  const list = (index: number, depth: number): void => {
    const set = sets[index]!;
    if (seen.has(index)) return;
    seen.add(index);
    rows.push({
      set,
      index,
      depth,
      from: from.get(set.id) ?? [],
      before: neighbour(index, -1),
      after: neighbour(index, 1),
    });
    for (const { setId } of targetsOf(set, trackers)) {
      const target = places.get(setId);
      if (target !== undefined && sets[target]!.isForwarded === true) list(target, depth + 1);
    }
  };
  for (const index of running) list(index, 0);
  for (const index of sets.keys()) list(index, 0);
  return rows;
};

/** What the rules of sets can name: what a set runs for each of, the sets that it forwards to run for as well. */
export interface SetPlace {
  readonly lines: boolean;
  readonly tenders: boolean;
  /** It runs for a case of a tracker. */
  readonly trackers: boolean;
}

/** By the set's id, as the server judges it. */
export const placesOf = (sets: readonly RuleSet[], trackers?: Trackers): ReadonlyMap<string, SetPlace> => {
  const byId = new Map(sets.map((set) => [set.id, set]));
  const places = new Map<string, SetPlace>();
  const enter = (set: RuleSet, around: SetPlace): void => {
    const known = places.get(set.id);
    const place: SetPlace = {
      lines: around.lines || set.unroll === "lines" || known?.lines === true,
      tenders: around.tenders || set.unroll === "tenders" || known?.tenders === true,
      trackers: around.trackers || known?.trackers === true,
    };
    // Forwards may lead in a circle: nothing new is known then.
    if (
      known !== undefined &&
      known.lines === place.lines &&
      known.tenders === place.tenders &&
      known.trackers === place.trackers
    )
      return;
    places.set(set.id, place);
    for (const { setId, asCase } of targetsOf(set, trackers)) {
      const target = byId.get(setId);
      if (target !== undefined) enter(target, { ...place, trackers: place.trackers || asCase });
    }
  };
  for (const set of sets) enter(set, { lines: false, tenders: false, trackers: false });
  return places;
};
