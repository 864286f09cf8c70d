import { readFile } from "node:fs/promises";
import type { Download, Page } from "playwright-core";
import { expect, test } from "vitest";
import { sql } from "#platform";
import { readPdf } from "../../src/insights/statements/testing.ts";
import { objectionsTo } from "./judge.ts";
import { findExamples } from "./screens.ts";
import { serveConsole, settled } from "./visitor.ts";

const served = serveConsole();

const points = (thousandths: number): string =>
  new Intl.NumberFormat("en-GB", { maximumFractionDigits: 3 }).format(thousandths / 1000);

const saved = async (page: Page, press: () => Promise<void>): Promise<{ file: Download; bytes: Buffer }> => {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { file, bytes: await readFile((await file.path())!) };
};

test("an analyst reads what is owed, narrows it, opens who holds it, and takes it along", async () => {
  const { outstanding } = await served.shop.app.db.system((tx) =>
    tx.one<{ outstanding: number }>(sql`/* tests.outstanding */
      select sum(balance)::bigint as outstanding from ledger.accounts where currency_id = 0`),
  );
  const { page } = await served.visit({ as: "marketer", path: "/abc" });
  await page.getByRole("link", { name: "Insights" }).click();
  await page.waitForURL("**/abc/insights/liability");
  await page.getByText(`${points(outstanding)} points`, { exact: true }).waitFor();
  await settled(page);
  expect(
    await page
      .getByRole("table", { name: /^Movements by month/ })
      .getByRole("row")
      .count(),
  ).toBe(13);

  const { file, bytes } = await saved(page, async () => {
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "Movements by month (CSV)" }).click();
  });
  expect(file.suggestedFilename()).toMatch(/^liability-movements-\d{4}-\d\d-to-\d{4}-\d\d\.csv$/);
  expect(bytes.toString("utf8")).toMatch(/^\uFEFFmonth,program_id,program,/);

  // A row narrows the page; the address says to what.
  const accounts = page.getByLabel("Liability by program, currency and category");
  await accounts.getByRole("link").first().click();
  await page.waitForURL(/program=\d+.*category=REGULAR/);
  await settled(page);
  expect(await accounts.getByRole("row").count()).toBe(2);

  await page.getByLabel("Expiring points by month").getByRole("link").first().click();
  await page.waitForURL(/lots=/);
  await settled(page);
  await page.getByRole("dialog").getByRole("link").first().click();
  await page.waitForURL(/\/members\/\d+\/loyalty/);
});

test("an agent looks at a member's statement and saves it", async () => {
  const { memberId } = await findExamples(served.shop);
  const { page } = await served.visit({ as: "care_agent", path: `/abc/members/${memberId}/loyalty` });
  await page.getByRole("button", { name: "Statement" }).click();
  await page.getByRole("menuitem").nth(1).click();
  await page.waitForURL(/statement=\d{4}-\d\d/);
  const paper = page.frameLocator("iframe");
  await paper.getByRole("heading", { name: "Points statement" }).waitFor();
  const summary = await paper.getByRole("table", { name: "Summary" }).getByRole("row").nth(1).innerText();
  const { file, bytes } = await saved(page, () => page.getByRole("button", { name: "PDF" }).click());
  expect(file.suggestedFilename()).toMatch(new RegExp(`^statement-${memberId}-\\d{4}-\\d\\d\\.pdf$`));
  // On the screen and on paper stand the same figures.
  expect(readPdf(bytes).flat()).toContain(summary.split("\t").join(" | "));

  const month = new URL(page.url()).searchParams.get("statement");
  const answer = await page.request.get(`/api/customers/${memberId}/statement?month=${month}&format=html`, {
    headers: { "x-cap-api-auth-org-id": String(served.shop.signIns.organisation.id) },
  });
  const alone = await served.visit();
  await alone.page.setContent(await answer.text());
  expect(await objectionsTo(alone.page)).toEqual([]);
});
