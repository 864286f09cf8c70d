import { expect, test } from "vitest";
import {
  countWords,
  deliveryTone,
  deliveryWords,
  isUndelivered,
  listWords,
  outcomeWords,
  webhookState,
} from "./webhook-words.ts";

test.each([
  ["pending", 0, "Waiting", "busy", false],
  ["pending", 3, "Trying again", "busy", false],
  ["delivered", 1, "Delivered", "good", false],
  ["failed", 1, "Refused", "bad", true],
  ["dead", 700, "Given up", "bad", true],
] as const)("%s after %s tries is %s", (status, attempts, words, tone, undelivered) => {
  expect([deliveryWords({ status, attempts }), deliveryTone(status), isUndelivered({ status })]).toEqual([
    words,
    tone,
    undelivered,
  ]);
});

test.each([
  [{ active: false, failures: 9, undelivered: 9 }, "Off"],
  [{ active: true, failures: 3, undelivered: 0 }, "Does not answer"],
  [{ active: true, failures: 1, undelivered: 2 }, "Some not delivered"],
  [{ active: true, failures: 1, undelivered: 0 }, "Working"],
])("a webhook of which %o is %s", (webhook, words) => {
  expect(webhookState(webhook).words).toBe(words);
});

test("counts end at a thousand, and what came of a call is said", () => {
  expect([countWords(999), countWords(1000)]).toEqual(["999", "1000 or more"]);
  expect(outcomeWords(200, "")).toBe("HTTP 200");
  expect(outcomeWords(null, "It refused.")).toBe("It refused.");
  expect(outcomeWords(null, "")).toBe("Not sent yet");
});

test("of many names six are named", () => {
  expect(listWords(["a", "b"])).toBe("a, b");
  expect(listWords([..."abcdefgh"])).toBe("a, b, c, d, e, f and 2 more");
});
