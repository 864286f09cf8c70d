import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { sql } from "#platform";
import { firstTill } from "./demo-shop.ts";
import { serveConsole, settled } from "./visitor.ts";

const served = serveConsole();

/** Bills of the last so many days, counted over the table: what Home must say. */
const countBills = async (days: number): Promise<number> => {
  const { count } = await served.shop.app.db.system((tx) =>
    tx.one<{ count: number }>(sql`/* tests.count_bills */
      select count(*) as count from activities.transactions
       where return_type is null and (billed_at at time zone 'Europe/London')::date > (${new Date()} at time zone 'Europe/London')::date - ${days}::int`),
  );
  return count;
};

const billsShown = async (page: Page): Promise<number> => {
  await settled(page);
  const text = await page.locator("main").innerText();
  return Number(/([\d,]+) bills?(?:, £[\d,]+ returned)?\n/.exec(text)?.[1]?.replaceAll(",", ""));
};

test("the period is switched, lives in the address, and its figures are those of the purchases", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc" });
  expect(await billsShown(page)).toBe(await countBills(30));
  await page.getByText("12 months").click();
  await page.waitForURL(/period=12m/);
  expect(await billsShown(page)).toBe(await countBills(330));
  await page.getByText("7 days").click();
  await page.waitForURL(/period=7d/);
  expect(await billsShown(page)).toBe(await countBills(7));
  await page.reload();
  expect(await billsShown(page)).toBe(await countBills(7));
  expect(await page.getByRole("radio", { name: "7 days" }).isChecked()).toBe(true);
  // Charts can be read without seeing them.
  const table = page.getByRole("table", { name: /^Purchases over time/ });
  expect(await table.getByRole("row").count()).toBe(8);
});

test("a purchase at a till is on Home and in its charts a moment later", async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Bo", lastName: "Lind", mobile: "447700900124" });
  const { body } = await till.buy({ number: "H-1", amount: 60, mobile: "447700900124" });
  expect(body.sideEffects).toMatchObject([{ awardedPoints: 60 }]);
  await served.shop.app.events.drain();
  const { page } = await served.visit({ as: "owner", path: "/abc?period=today" });
  const text = await page.locator("main").innerText();
  expect(text).toContain("£60");
  expect(text).toContain("GroceryMart Leeds Headrow");
});

test("what is set aside is told and opened", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc" });
  const { count } = await served.shop.app.db.system((tx) =>
    tx.one<{ count: number }>(sql`/* tests.set_aside */ select count(*) as count from activities.set_aside`),
  );
  await page.getByText(`${count} bills are set aside`).waitFor();
  await page.getByRole("link", { name: "See which" }).click();
  await page.waitForURL("**/abc/activity/set-aside");
  await page.getByText(`1–25 of ${count}`).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText(`26–50 of ${count}`).waitFor();
});
