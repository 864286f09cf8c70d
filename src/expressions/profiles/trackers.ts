import type { Attribute, ProfileDefinition } from "../definitions.ts";
import { number, text } from "./define.ts";

const attributes: readonly Attribute[] = [
  text(
    "trackerName",
    "Name of the tracker.",
    "the tracker's name",
    (facts) => facts.currentTracker?.trackerName ?? null,
    { names: "tracker" },
  ),
  text(
    "trackerConditionName",
    "Name of the tracker's case.",
    "the case of the tracker",
    (facts) => facts.currentTracker?.trackerConditionName ?? null,
    { names: "trackerCase" },
  ),
  number(
    "trackerConditionPeriod",
    "count",
    "Days that the case looks back.",
    "the days that the tracker looks back",
    (facts) => facts.currentTracker?.trackerConditionPeriod ?? null,
  ),
  number(
    "trackedValue",
    "count",
    "What this event adds.",
    "the value that is tracked",
    (facts) => facts.currentTracker?.trackedValue ?? null,
  ),
  number(
    "trackerCurrAggr",
    "count",
    "The sum with this event.",
    "the tracker's sum",
    (facts) => facts.currentTracker?.trackerCurrAggr ?? null,
  ),
  number(
    "trackerPrevAggr",
    "count",
    "The sum without the line or event that is being tracked.",
    "the tracker's sum before this step",
    (facts) => facts.currentTracker?.trackerPrevAggr ?? null,
  ),
  number(
    "trackerInitialPrevAggr",
    "count",
    "The sum without the whole event.",
    "the tracker's sum before this event",
    (facts) => facts.currentTracker?.trackerInitialPrevAggr ?? null,
  ),
  number(
    "numberOfVisits",
    "count",
    "Visits, of a tracker of visits.",
    "the visits that the tracker counted",
    (facts) => facts.currentTracker?.numberOfVisits ?? null,
  ),
];

const profile = (name: string, doc: string): ProfileDefinition => ({
  name,
  doc,
  activities: ["TransactionAdd"],
  inside: "trackers",
  attributes,
  functions: [],
});

export const trackerProfiles: readonly ProfileDefinition[] = [
  profile("currentTracker", "The tracker whose case the set is run for."),
  profile(
    "currentTrackerCondition",
    "The case of a tracker that the set is run for; the same as currentTracker.",
  ),
];
