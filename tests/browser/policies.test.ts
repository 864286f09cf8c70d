import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { objectionsTo } from "./judge.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();

const PHONE = "447700900129";

const choose = async (page: Page, label: string, option: string, nth = 0) => {
  await page.getByRole("combobox", { name: label, exact: true }).nth(nth).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

test("a program gets a currency, promised points and rules for spending; purchases and the page follow", async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Ida", lastName: "Moss", mobile: PHONE });
  const { page } = await served.visit({ as: "marketer", path: "/abc/loyalty" });
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  const parts = page.getByRole("navigation", { name: "Parts of the program" });
  const open = (part: string) => parts.getByRole("link", { name: part }).click();

  await open("Expiry");
  await page.getByRole("button", { name: "Add an expiry strategy" }).click();
  await page.getByLabel("Name of strategy 2").fill("Until they stop coming");
  await choose(page, "Points expire", "After a time without purchases", 1);
  await page.getByText("Points live 1 year from the member’s latest purchase").waitFor();

  await open("Currencies");
  await page.getByRole("button", { name: "Add a currency" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Tea stamps");
  expect(await page.getByLabel("Identifier in calls").inputValue()).toBe("tea_stamps");

  await open("Earning");
  await page.getByRole("button", { name: "Add a rule" }).click();
  const rules = page.getByLabel("Rule", { exact: true });
  const last = (await rules.count()) - 1;
  await rules.nth(last).fill("A stamp for each purchase");
  await choose(page, "Gives", "Fixed points", last);
  await choose(page, "In", "Tea stamps", last);
  await choose(page, "Expires", "Until they stop coming", last);
  await choose(page, "Can be spent", "Promised, after a delay", 0);
  await page.getByLabel("Days of waiting").fill("3");
  await page.getByText("The days are counted from").waitFor();

  // What is wrong in another part is counted on its tab and told beside the field.
  await open("Spending");
  await page.getByLabel("At least, everyone").fill("100");
  await page.getByLabel("At most, everyone").fill("50");
  await open("Earning");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("What is wrong stands beside the fields, under Spending.").waitFor();
  await parts.getByRole("link", { name: /^Spending\s*1$/ }).click();
  await page.getByText("must not be less than the minimum of 100.").waitFor();
  expect(await page.getByLabel("At most, everyone").getAttribute("aria-invalid")).toBe("true");
  expect(await objectionsTo(page)).toEqual([]);
  await page.getByLabel("At most, everyone").fill("500");

  await open("Transfers and gifts");
  await page.getByLabel("Fee, in percent").fill("2.5");
  await page.getByLabel("Goodwill at once").fill("300");
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("button", { name: "Publish version 2" }).click();
  await page.getByText("The program was published.").waitFor();
  const main = page.locator("main");
  await main.getByText("Promised: can be spent after 3 days").waitFor();
  const text = await main.innerText();
  for (const sentence of [
    "Tea stamps",
    "Given in Tea stamps. Expires by Until they stop coming",
    "At least 100 points",
    "At most 500 points",
    "The sender pays a fee of 2.5 %",
    "At most 300 points of goodwill at once",
  ])
    expect(text).toContain(sentence);

  const { body } = await till.buy({ number: "P-1", amount: 80, mobile: PHONE });
  expect(body.sideEffects).toMatchObject([
    { type: "points", awardedPoints: 80 },
    { type: "alternate_currency", awardedValue: 1, alternateCurrencyName: "Tea stamps" },
  ]);
  await page.goto(`/abc/members?q=${PHONE}`);
  await page.getByRole("link", { name: "Ida Moss" }).click();
  await page.getByRole("link", { name: "Purchase P-1" }).click();
  const why = page.getByRole("region", { name: "Why?" });
  await why.getByText("Earned 80 promised points and 1 Tea stamps").waitFor();
  expect(await why.innerText()).toContain("They become regular on");
});
