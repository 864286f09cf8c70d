import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { firstTill, type TillAnswer } from "./demo-shop.ts";
import { look } from "./look.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();

const PHONE = "447700900141";

/** Points of an answer, whatever rules they came from. */
const pointsOf = ({ body }: TillAnswer): number =>
  (body.sideEffects ?? []).reduce((sum, { awardedPoints = 0 }) => sum + awardedPoints, 0);

/** Picks what a condition is about by a part of its words. */
const pick = async (page: Page, row: Locator, words: string, name: string) => {
  await row.getByRole("combobox", { name: "What" }).fill(words);
  await page.getByRole("option").filter({ hasText: name }).first().click();
};

const isWeekend = (): boolean =>
  ["Sat", "Sun"].includes(
    new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "Europe/London" }).format(new Date()),
  );

test("a marketer builds double points on weekends for Gold, at most 500 a month, without writing code", async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Vera", lastName: "Lund", mobile: PHONE });
  await till.buy({ number: "E-1", amount: 6500, mobile: PHONE });

  const { page } = await served.visit({ as: "marketer", path: "/abc/loyalty" });
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByRole("button", { name: "Add a set of rules" }).click();
  await page.getByLabel("Name of the set").fill("Weekend bonus");
  await page.getByRole("button", { name: "Add a rule to Weekend bonus" }).click();
  await page.getByLabel("Rule", { exact: true }).last().fill("Double points for Gold");

  const conditions = page.getByRole("group", { name: "Conditions" }).last();
  const first = conditions.getByRole("group", { name: "Condition 1", exact: true });
  await pick(page, first, "bill date", "When the bill was made.");
  await first.getByText("currentTxn.date").waitFor();
  expect(await first.getByRole("combobox", { name: "How" }).inputValue()).toBe("is on a weekend");
  await conditions.getByRole("button", { name: "Add a condition" }).click();
  const second = conditions.getByRole("group", { name: "Condition 2", exact: true });
  await pick(page, second, "customer's tier", "slabName");
  await second.getByRole("combobox", { name: "Value" }).fill("Go");
  await page.getByRole("option", { name: "Gold" }).click();
  await page.getByLabel("Gold", { exact: true }).last().fill("300");
  await look(page, "editor-form");

  // The text is the same expression, and says what is wrong where it is.
  await page.getByText("Text", { exact: true }).last().click();
  const text = page.getByLabel("When, as text").last();
  expect(await text.innerText()).toBe('currentTxn.date.isWeekend() && currentCustomer.slabName == "Gold"');
  await text.fill('currentTxn.date.isWeekend() && currentCustomer.slabNmae == "Gold"');
  await page.getByText(/Line 1, column \d+: .*slabNmae/).waitFor();
  await page.getByRole("button", { name: "Write slabName" }).click();
  await page.getByText("A valid condition").last().waitFor();
  await text.press("End");
  await text.pressSequentially(" && currentCustomer.is");
  await page.getByRole("option", { name: /^isLoyal/ }).waitFor();
  await look(page, "editor-completion");
  await page.getByRole("option", { name: /^isLoyal/ }).click();
  await page.getByText("Form", { exact: true }).last().click();
  const third = page.getByRole("group", { name: "Condition 3", exact: true });
  await third.getByText("currentCustomer.isLoyal").waitFor();
  await third.getByRole("button", { name: "Remove condition 3" }).click();
  await third.waitFor({ state: "detached" });

  await page
    .getByRole("navigation", { name: "Parts of the program" })
    .getByRole("link", { name: "Limits" })
    .click();
  await page.getByRole("button", { name: "Add a limit" }).click();
  await page.getByLabel("Name of the limit").fill("Weekend cap");
  await page.getByRole("combobox", { name: "Only for the sets" }).click();
  await page.getByRole("option", { name: "Weekend bonus" }).click();
  await page.keyboard.press("Escape");
  const most = page.getByLabel("At most, in points");
  await most.fill("0");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("What is wrong stands beside the fields, under Limits.").waitFor();
  expect(await most.getAttribute("aria-invalid")).toBe("true");
  await most.fill("500");
  const sentence = "At most 500 points a month for each customer, from the set Weekend bonus.";
  await page.getByText(sentence).waitFor();
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("button", { name: "Publish version 2" }).click();
  await page.getByText("The program was published.").waitFor();
  await page.getByText(sentence).waitFor();
  await page.getByText('currentTxn.date.isWeekend() && currentCustomer.slabName == "Gold"').waitFor();
  await look(page, "editor-published");

  // Three points a pound in Gold, and on weekends three more until 500 of them are given.
  const weekend = isWeekend();
  const bought = [
    await till.buy({ number: "E-2", amount: 100, mobile: PHONE }),
    await till.buy({ number: "E-3", amount: 100, mobile: PHONE }),
  ];
  expect(bought.map(pointsOf)).toEqual(weekend ? [600, 500] : [300, 300]);

  await page.goto(`/abc/members?q=${PHONE}`);
  await page.getByRole("link", { name: "Vera Lund" }).click();
  await page.getByRole("link", { name: "Purchase E-3" }).click();
  const why = page.getByRole("region", { name: "Why?" });
  await why.getByRole("heading", { name: "Weekend bonus" }).waitFor();
  expect(await why.innerText()).toContain(weekend ? "leaves 200 of 300" : "is not on a weekend");
  await look(page, "editor-why");
});
