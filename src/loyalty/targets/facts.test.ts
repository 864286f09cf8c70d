import { expect, test } from "vitest";
import { MemberTargetFacts } from "./facts.ts";
import { storyOf } from "./testing.ts";

const at = (day: string) => Date.parse(`${day}T12:00:00Z`);

test("values are told by the names of targets and periods", () => {
  const story = storyOf({ targets: [{ defaultValues: [100] }, { type: "COUNT", defaultValues: [5] }] });
  story.buy(150, at("2026-01-05"));
  story.buy(30, at("2026-03-05"));
  const facts = new MemberTargetFacts(story.definitions, story.state, at("2026-03-10"));
  expect(facts.inPeriod("target 1", "Cycle_1")).toBe(150);
  expect(facts.inPeriod("Target 1", "Cycle_2")).toBe(0);
  expect(facts.inPeriod("Target 1", "Cycle_99")).toBeNull();
  expect(facts.inCurrentPeriod("Target 1")).toBe(30);
  expect(facts.inCurrentPeriod("Target 9")).toBeNull();
  expect(facts.average("Target 1")).toBe(60);
  expect(facts.reachedOfGroup("Group", "Cycle_1")).toBe(1);
  expect(facts.reachedOfGroupInCurrentPeriod("Group")).toBe(0);
  const later = new MemberTargetFacts(story.definitions, story.state, at("2027-03-10"));
  expect(later.inCurrentPeriod("Target 1")).toBe(0);
});

test("streaks are told by the names of levels", () => {
  const story = storyOf({ trackingType: "STREAK", targets: [{ defaultValues: [10], levels: [2, 3] }] });
  story.buy(10, at("2026-01-05"));
  story.buy(10, at("2026-02-05"));
  const facts = new MemberTargetFacts(story.definitions, story.state, at("2026-02-10"));
  expect(facts.isAchieved("Level 1")).toBe(true);
  expect(facts.isAchieved("Level 2")).toBe(false);
  expect(facts.isAchieved("Level 9")).toBeNull();
  expect(facts.currentValue("Level 2")).toBe(2);
  // March may still be hit; in April it was missed.
  expect(
    new MemberTargetFacts(story.definitions, story.state, at("2026-03-10")).currentValue("Level 1"),
  ).toBe(2);
  expect(
    new MemberTargetFacts(story.definitions, story.state, at("2026-04-10")).currentValue("Level 1"),
  ).toBe(0);
});
