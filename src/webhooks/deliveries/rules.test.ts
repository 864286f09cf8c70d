import { describe, expect, test } from "vitest";
import {
  asksForPause,
  outagePause,
  pauseAfter,
  resultOf,
  retryAfterOf,
  type Tried,
  verdictOf,
} from "./rules.ts";

const NOW = Date.parse("2026-03-04T10:00:00Z");
const DAY = 86_400_000;

describe("an answer", () => {
  test.each([
    [200, "delivered"],
    [204, "delivered"],
    [301, "retry"],
    [400, "refused"],
    [401, "refused"],
    [404, "refused"],
    [408, "retry"],
    [409, "refused"],
    [410, "refused"],
    [425, "retry"],
    [429, "retry"],
    [500, "retry"],
    [503, "retry"],
    [null, "retry"],
  ] as const)("of %s means %s", (status, verdict) => {
    expect(verdictOf(status)).toBe(verdict);
  });
});

describe("the pause between tries", () => {
  test.each([
    [1, 0, 1000],
    [1, 1, 1500],
    [2, 0, 2000],
    [5, 0, 16_000],
    [10, 0, 512_000],
    [11, 0, 600_000],
    [11, 1, 900_000],
    [1000, 1, 900_000],
  ])("after %s tries, by chance %s, is %s ms", (attempts, chance, pause) => {
    expect(pauseAfter(attempts, chance)).toBe(pause);
  });

  test("of a receiver that does not answer grows to a minute", () => {
    expect([3, 4, 5, 8, 9, 500].map((failures) => outagePause(failures, 0))).toEqual([
      1000, 2000, 4000, 32_000, 60_000, 60_000,
    ]);
  });
});

describe("Retry-After", () => {
  test.each([
    ["120", 120_000],
    [" 5 ", 5000],
    [new Date(NOW + 60_000).toUTCString(), 60_000],
    [new Date(NOW - 60_000).toUTCString(), null],
    ["0", null],
    ["soon", null],
    ["-5", null],
    ["999999999", DAY],
    [null, null],
  ])("of %s asks for %s ms", (header, pause) => {
    expect(retryAfterOf(header, NOW)).toBe(pause);
  });
});

describe("what becomes of an event", () => {
  const tried = (changes: Partial<Tried>): Tried => ({
    status: 500,
    retryAfter: null,
    attempts: 1,
    firstTriedAt: NOW,
    now: NOW,
    chance: 0,
    ...changes,
  });

  test("it is due again, and not before the receiver said", () => {
    expect(resultOf(tried({}))).toEqual({ status: "pending", at: NOW + 1000 });
    const busy = tried({ status: 429, retryAfter: "90" });
    expect(asksForPause(busy)).toBe(90_000);
    expect(resultOf(busy)).toEqual({ status: "pending", at: NOW + 90_000 });
    // Only these two statuses say when to come back.
    expect(asksForPause(tried({ status: 500, retryAfter: "90" }))).toBeNull();
  });

  test("it is given up seven days after its first try, and delivered even then", () => {
    const late = { firstTriedAt: NOW - 7 * DAY, attempts: 700 };
    expect(resultOf(tried({ ...late, firstTriedAt: NOW - 7 * DAY + 1 })).status).toBe("pending");
    expect(resultOf(tried(late))).toEqual({ status: "dead" });
    expect(resultOf(tried({ ...late, status: 200 }))).toEqual({ status: "delivered" });
    expect(resultOf(tried({ status: 422 }))).toEqual({ status: "failed" });
  });
});
