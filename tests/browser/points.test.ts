import type { Locator, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { look as lookAt } from "./look.ts";
import { serveConsole, settled } from "./visitor.ts";

/** A care agent moves a customer's points in every way there is, each seen before it is done and found in the ledger after. */

const served = serveConsole();
const ADA = "447700900123";
const BRAM = "447700900124";

beforeAll(async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Ada", lastName: "Moss", mobile: ADA });
  await till.register({ firstName: "Bram", lastName: "Stone", mobile: BRAM });
  await till.buy({ number: "P-1", amount: 1200, mobile: ADA });
});

/** Opens the Loyalty tab of a member. */
const openLoyalty = async (page: Page, name: string) => {
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("navigation", { name: "About this member" }).getByText("Loyalty").click();
  await ledgerOf(page).waitFor();
  await settled(page);
};

const dialogOf = (page: Page): Locator => page.getByRole("dialog");
const ledgerOf = (page: Page): Locator => page.getByRole("region", { name: "Ledger of points" });
const wordsOf = async (place: Locator): Promise<string> => (await place.innerText()).replaceAll(/\s+/g, " ");

const look = (page: Page, name: string) => lookAt(page, `points-${name}`);

const choose = async (page: Page, item: string) => {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
};

/** Asks what it would come to; what the dialog says then. */
const preview = async (page: Page, name: string): Promise<string> => {
  await dialogOf(page).getByRole("button", { name: "Preview" }).click();
  await dialogOf(page).getByText("Nothing has happened yet.").waitFor();
  await look(page, name);
  return wordsOf(dialogOf(page));
};

const confirm = async (page: Page, action: string) => {
  await dialogOf(page).getByRole("button", { name: action, exact: true }).click();
  await dialogOf(page).waitFor({ state: "hidden" });
  await settled(page);
};

/** Opens the newest entry of the ledger: what its line says, and its legs and lots. */
const openNewest = async (page: Page, label: string): Promise<{ line: string; detail: string }> => {
  const opener = ledgerOf(page).getByRole("button", { name: label }).first();
  const line = await wordsOf(ledgerOf(page).getByRole("row").nth(1));
  expect(line).toContain(label);
  await opener.click();
  const detail = await wordsOf(ledgerOf(page).getByRole("row").filter({ hasText: "Legs" }).first());
  await opener.click();
  return { line, detail };
};

test("goodwill, a redemption, its reversal, a transfer, a deduction and a later date: previewed, done, and read in the ledger", async () => {
  const { page, go } = await served.visit({
    as: "care_agent",
    path: "/abc/members?q=ada+moss",
    provokes: [/^400 POST \/api\/customers\/\d+\/redemptions\/preview$/],
  });
  await openLoyalty(page, "Ada Moss");

  await choose(page, "Grant points");
  await dialogOf(page).getByLabel("Points").fill("50");
  await dialogOf(page).getByRole("button", { name: "Preview" }).click();
  await dialogOf(page).getByText("Say why").waitFor();
  await dialogOf(page).getByLabel("Reason").fill("Parcel came late");
  const grant = await preview(page, "grant");
  for (const words of ["+50", "Balance 1,200 → 1,250", "Other side Program: issued", "New lot, expires"])
    expect(grant).toContain(words);
  await confirm(page, "Grant");
  const granted = await openNewest(page, "Goodwill points");
  expect(granted.line).toContain("By Cara Agent");
  expect(granted.line).toContain("Parcel came late +50 1,250");
  expect(granted.detail).toContain("Legs Member +50 Program: issued −50");
  expect(granted.detail).toContain("Opened with 50 Still there 50");

  await page.getByRole("button", { name: "Redeem", exact: true }).click();
  await dialogOf(page).getByLabel("Points").fill("5000");
  await dialogOf(page).getByLabel("Reason").fill("Paid at the desk");
  await dialogOf(page).getByRole("button", { name: "Preview" }).click();
  await dialogOf(page).getByText("more than the").waitFor();
  await look(page, "redeem-refused");
  await dialogOf(page).getByLabel("Points").fill("200");
  expect(await preview(page, "redeem")).toContain("Balance 1,250 → 1,050");
  await confirm(page, "Redeem");
  const redeemed = await openNewest(page, "Points redeemed");
  expect(redeemed.line).toContain("Paid at the desk −200 1,050");
  expect(redeemed.detail).toContain("Member −200 Program: redeemed +200");
  expect(redeemed.detail).toMatch(/Spent\s+from the lot of event \d+, expires [\s\S]*−200/);

  await page.getByRole("button", { name: /^Reverse redemption / }).click();
  await dialogOf(page).getByLabel("Points").fill("100");
  await dialogOf(page).getByLabel("Reason").fill("Half of it came back");
  expect(await preview(page, "reverse")).toContain("Spending given back; the lot expires");
  await confirm(page, "Reverse");
  const reversed = await openNewest(page, "Redemption reversed");
  expect(reversed.line).toContain("Half of it came back +100 1,150");
  expect(reversed.detail).toMatch(
    /Spending given back\s+back to the lot of event \d+, expires [\s\S]*; part of event \d+\s+\+100/,
  );
  await page.getByText("100 points of it reversed").waitFor();

  await choose(page, "Transfer points");
  await dialogOf(page).getByLabel("Points").fill("120");
  await dialogOf(page).getByRole("combobox", { name: "To member" }).fill("bram sto");
  await page.getByRole("option", { name: "Bram Stone · +447700900124" }).waitFor();
  await look(page, "transfer-to");
  await page.getByRole("option", { name: "Bram Stone · +447700900124" }).click();
  await dialogOf(page).getByLabel("Reason").fill("One household");
  const transfer = await preview(page, "transfer");
  for (const words of ["Ada Moss", "−120", "Bram Stone", "+120"]) expect(transfer).toContain(words);
  await confirm(page, "Transfer");
  const sent = await openNewest(page, "Points transferred");
  expect(sent.line).toContain("One household −120 1,030");
  expect(sent.detail).toContain("Member −120 Bram Stone +120");

  await choose(page, "Deduct points");
  await dialogOf(page).getByLabel("Points").fill("30.5");
  await dialogOf(page).getByLabel("Reason").fill("Counted twice");
  expect(await preview(page, "deduct")).toContain("Balance 1,030 → 999.5");
  await confirm(page, "Deduct");
  const deducted = await openNewest(page, "Manual adjustment");
  expect(deducted.line).toContain("Counted twice −30.5 999.5");
  expect(deducted.detail).toContain("Member −30.5 Program: adjusted +30.5");

  const lots = page.getByRole("list", { name: "Lots" });
  const goodwill = lots.getByRole("listitem").filter({ hasText: "50 points" });
  await goodwill.getByRole("button", { name: /^Move date/ }).click();
  await dialogOf(page).getByLabel("Last day").fill("2030-03-15");
  await dialogOf(page).getByLabel("Reason").fill("Away until spring");
  expect(await preview(page, "move-date")).toMatch(/Expires .* → 15 Mar 2030/);
  await confirm(page, "Move");
  expect(await wordsOf(goodwill)).toContain("Expires 15 Mar 2030");
  await ledgerOf(page).getByRole("button", { name: "Goodwill points" }).click();
  const moved = await wordsOf(ledgerOf(page).getByRole("row").filter({ hasText: "Legs" }));
  expect(moved).toContain("Still there 50 Expires 15 Mar 2030");
  await look(page, "after");

  await go("/abc/members?q=bram+stone");
  await openLoyalty(page, "Bram Stone");
  const got = await openNewest(page, "Points transferred");
  expect(got.line).toContain("One household +120 120");
  expect(got.detail).toContain("Opened with 120 Still there 120");
  await page.getByRole("link", { name: "Ada Moss" }).click();
  await page.getByRole("heading", { level: 1, name: "Ada Moss" }).waitFor();
});

test("points that are held cannot be spent besides, until they are released", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members?q=bram+stone" });
  await openLoyalty(page, "Bram Stone");
  await page.getByRole("button", { name: "Hold", exact: true }).click();
  await dialogOf(page).getByText("120 can be spent").waitFor();
  await dialogOf(page).getByLabel("Points").fill("45");
  await dialogOf(page).getByLabel("Reason").fill("Order on the phone");
  expect(await preview(page, "hold")).toContain("45 held");
  await confirm(page, "Hold");
  const account = page.getByRole("region", { name: "Regular points" });
  expect(await wordsOf(account)).toContain("Balance 120 Held −45 Can be spent 75");
  await look(page, "held");
  await page.getByRole("button", { name: "Release" }).click();
  await dialogOf(page).getByRole("button", { name: "Release" }).click();
  await dialogOf(page).waitFor({ state: "hidden" });
  await account.getByText("Can be spent").waitFor({ state: "hidden" });
});

test("the ledger is narrowed, in the address too, and shown whole again", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members?q=ada+moss" });
  await openLoyalty(page, "Ada Moss");
  const choose = async (filter: string, option: string) => {
    await page.getByRole("combobox", { name: filter }).click();
    await page.getByRole("option", { name: option }).click();
    await settled(page);
  };
  const rows = ledgerOf(page).getByRole("row");
  await choose("Entries", "Debits");
  await expect.poll(() => new URL(page.url()).searchParams.get("entries")).toBe("debit");
  await ledgerOf(page).getByText("Goodwill points").waitFor({ state: "hidden" });
  expect(await rows.count()).toBe(4);
  expect(await wordsOf(rows.nth(1))).toMatch(/Manual adjustment .* −30.5 –$/);
  await page.getByLabel("Until", { exact: true }).fill("2999-12-31");
  await expect.poll(() => new URL(page.url()).searchParams.has("until")).toBe(true);
  await page.getByRole("search", { name: "Narrow the ledger" }).scrollIntoViewIfNeeded();
  await look(page, "narrowed");
  await choose("Category", "Trigger based");
  await page.getByText("No movement matches").waitFor();
  await look(page, "no-match");
  await page.reload();
  await page.getByText("No movement matches").waitFor();
  await page.getByRole("button", { name: "Show all movements" }).click();
  await ledgerOf(page).getByText("Goodwill points").waitFor();
  expect(new URL(page.url()).search).toBe("");
});
