import { describe, expect, test } from "vitest";
import { readSources } from "../../tests/support/source-text.ts";
import { findSetting, normaliseSetting, SETTINGS } from "./settings.ts";

describe("settings", () => {
  test("have each key once and defaults that they would accept", () => {
    expect(new Set(SETTINGS.map(({ key }) => key)).size).toBe(SETTINGS.length);
    for (const setting of SETTINGS) {
      if (setting.default === "") continue;
      expect(normaliseSetting(setting, setting.default)).toEqual({ value: setting.default });
    }
  });

  test("are offered exactly where the program acts on them", () => {
    const program = readSources("src")
      .filter(({ path, forTests }) => !forTests && path !== "src/orgs/settings.ts")
      .map(({ text }) => text)
      .join("\n");
    for (const { key, isKeptOnly = false } of SETTINGS)
      expect([key, program.includes(`"${key}"`)]).toEqual([key, !isKeptOnly]);
  });

  test.each([
    ["CONF_USERS_IS_MOBILE_REQUIRED", "TRUE", { value: "1" }],
    ["CONF_USERS_IS_MOBILE_REQUIRED", 0, { value: "0" }],
    ["CONF_USERS_IS_MOBILE_REQUIRED", "", { expected: expect.any(String) }],
    ["CONF_LOYALTY_MIN_BILL_AMOUNT", "9.99", { value: "9.99" }],
    ["CONF_LOYALTY_MIN_BILL_AMOUNT", "", { value: "" }],
    ["CONF_LOYALTY_MIN_BILL_AMOUNT", -1, { expected: expect.any(String) }],
    ["BILL_OUTLIER_BASKET_SIZE_LIMIT", -1, { value: "-1" }],
    ["CONF_REGISTRATION_PRIMARY_KEY", "EXTERNALID", { value: "externalId" }],
    ["CONF_REGISTRATION_PRIMARY_KEY", "shoe size", { expected: expect.any(String) }],
    ["CONF_CARD_NUMBER_PREFIX", " AB ", { value: "AB" }],
    ["CONF_CARD_NUMBER_PREFIX", "x".repeat(2001), { expected: expect.any(String) }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", " 7, 30,07 ", { value: "30,7" }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", 14, { value: "14" }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "", { value: "" }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "366,1", { value: "366,1" }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "0", { expected: expect.stringContaining("from 1 to 366") }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "367", { expected: expect.any(String) }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "7,,30", { expected: expect.any(String) }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "7.5", { expected: expect.any(String) }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "a week", { expected: expect.any(String) }],
    ["CONF_POINTS_EXPIRY_REMINDER_DAYS", "1,2,3,4,5,6,7,8,9,10,11", { expected: expect.any(String) }],
    ["CONF_CARD_NUMBER_PREFIX", null, { expected: expect.any(String) }],
  ])("%s = %j → %j", (key, value, expected) => {
    expect(normaliseSetting(findSetting(key)!, value)).toEqual(expected);
  });
});
