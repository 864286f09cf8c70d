import { expect, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();

const PHONE = "447700900128";

test("a draft is changed, a mistake in a condition is pointed at, it is published, and purchases earn by it", async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Flo", lastName: "Grey", mobile: PHONE });
  const before = await till.buy({ number: "L-1", amount: 80, mobile: PHONE });
  expect(before.body.sideEffects).toMatchObject([{ awardedPoints: 80 }]);

  const { page } = await served.visit({ as: "marketer", path: "/abc/loyalty" });
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByText("Text", { exact: true }).click();
  const condition = page.getByLabel("When, as text");
  await condition.fill("currentTxn.vlaue > 50");
  const problem = page.getByText(/vlaue/).last();
  await problem.waitFor();
  expect(await page.locator("pre").innerText()).toContain("^");
  expect(await condition.getAttribute("aria-invalid")).toBe("true");

  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("The draft cannot be published yet").waitFor();
  await condition.fill("currentTxn.value > 50");
  await page.getByText("A valid condition").waitFor();
  await page.getByLabel("Member", { exact: true }).fill("150");
  await page.getByRole("button", { name: "Publish…" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish version 2?" });
  await dialog.getByText("Points that were already given stay as they are.").waitFor();
  await dialog.getByRole("button", { name: "Publish version 2" }).click();
  await page.getByText("The program was published.").waitFor();
  await page.getByText("currentTxn.value > 50").waitFor();
  expect(await page.locator("main").innerText()).toContain("150 %");

  const above = await till.buy({ number: "L-2", amount: 80, mobile: PHONE });
  expect(above.body.sideEffects).toMatchObject([{ awardedPoints: 120 }]);
  const below = await till.buy({ number: "L-3", amount: 40, mobile: PHONE });
  expect(below.body.sideEffects ?? []).toEqual([]);

  // Each purchase tells which version decided it, and why it earned nothing.
  await page.goto(`/abc/members?q=${PHONE}`);
  await page.getByRole("link", { name: "Flo Grey" }).click();
  await page.getByRole("link", { name: "Purchase L-3" }).click();
  const why = page.getByRole("region", { name: "Why?" });
  await why.getByText("ABC Rewards, version 2").waitFor();
  expect(await why.innerText()).toContain("Did not apply");
  expect(await why.innerText()).toContain("40.00");
  await page.goBack();
  await page.getByRole("link", { name: "Purchase L-1" }).click();
  await why.getByText("ABC Rewards, version 1").waitFor();
});

test("a care agent may look at programs and not change them", async () => {
  const { page, go } = await served.visit({ as: "care_agent", path: "/abc/loyalty" });
  expect(await page.getByRole("button", { name: "New program" }).count()).toBe(0);
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("heading", { level: 1, name: "ABC Rewards" }).waitFor();
  expect(await page.getByRole("link", { name: "Edit", exact: true }).count()).toBe(0);
  await go(`${new URL(page.url()).pathname}/draft`);
  expect(await page.getByRole("button", { name: "Publish…" }).count()).toBe(0);
});
