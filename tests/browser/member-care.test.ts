import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { fillSignIn, serveConsole, settled, userOf } from "./visitor.ts";

/** The story that the product begins with: a care agent on the phone with a customer who asks about a purchase. */

const PHONE = "447700900123";

const served = serveConsole();

beforeAll(async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Ada", lastName: "Moss", mobile: PHONE });
  await till.buy({ number: "A-1", amount: 1200, mobile: PHONE });
  await till.buy({ number: "A-2", amount: 400, mobile: PHONE });
  await till.buy({ number: "A-3", amount: 42.5, mobile: PHONE });
});

/** End of the month a year from now, in which points of today expire, as the console writes it. */
const expiry = (): string => {
  const now = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/London" });
  const last = new Date(Date.UTC(Number(now.slice(0, 4)) + 1, Number(now.slice(5, 7)), 0));
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(last);
};

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
const whyOf = (page: Page): Promise<string> => page.getByRole("region", { name: "Why?" }).innerText();

test("a care agent signs in, finds a customer by phone, and reads why a purchase earned what it earned", async () => {
  const { email, password } = userOf(served.shop, "care_agent");
  const { page } = await served.visit({ path: "/" });
  await fillSignIn(page, email, password);
  await page.waitForURL("**/abc");
  await page.getByRole("heading", { level: 1, name: "ABC Group" }).waitFor();

  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Name, phone, e-mail, bill number, store, screen…").fill("07700 900123");
  await page.getByRole("button", { name: "Ada Moss" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Ada Moss" }).waitFor();
  await settled(page);
  const facts = await textOf(page, "main");
  for (const fact of ["+447700900123", "1,685 points", "Silver", "£4,357.50 to Gold", "£1,642.50", "3 bills"])
    expect(facts).toContain(fact);

  await page.getByRole("link", { name: "Transactions" }).click();
  await page.getByRole("link", { name: "A-3" }).click();
  await page.getByRole("heading", { name: "Why?" }).waitFor();
  const why = await whyOf(page);
  expect(why).toContain(`Earned 85 points in tier Silver from 1 rule, valid until ${expiry()}.`);
  expect(why).toContain("Decided by ABC Rewards, version 1, with the rates of Silver.");
  expect(why).toContain("Points on every purchase");
  expect(why).toContain("The bill's value is 42.50, above 0.");
  expect(why).toContain(
    `42.50 GBP × 200 % (Silver) = 85 points, rounded half up to 85; they expire on ${expiry()}.`,
  );
  expect(why).toContain(
    "Stays Silver with lifetime purchases of 1,642.50 GBP. 4,357.50 GBP more of lifetime purchases make Gold.",
  );
  await page.getByRole("button", { name: "Show the condition" }).click();
  await page.getByText("currentTxn.value > 0").waitFor();
  const items = await page.getByRole("region", { name: "Items of the bill" }).innerText();
  expect(items).toContain("Tea, 250 g");
  expect(items).toContain("£42.50");

  // The bill that crossed the threshold earned by the old tier's rate.
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("link", { name: "A-2" }).click();
  await page.getByRole("heading", { name: "Bill A-2" }).waitFor();
  await settled(page);
  const crossing = await whyOf(page);
  expect(crossing).toContain("400.00 GBP × 100 % (Member) = 400 points");
  expect(crossing).toContain(
    "Lifetime purchases of 1,600.00 GBP reach the 1,500.00 GBP of Silver: moved up from Member; this bill still earned as Member.",
  );
});

test("Member Care finds by any way to write a phone number, and by name; the search lives in the address", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members" });
  const search = page.getByLabel("Name, phone, e-mail or external id");
  for (const text of ["07700 900123", "+44 7700 900123", "447700900123", "ada mo"]) {
    await search.fill(text);
    await page.waitForURL((url) => url.searchParams.get("q") === text);
    await page.getByText("1 in all").waitFor();
    await page.getByRole("link", { name: "Ada Moss" }).waitFor();
  }
  await page.reload();
  await page.getByRole("link", { name: "Ada Moss" }).waitFor();
  expect(await search.inputValue()).toBe("ada mo");
  await search.fill("nobody is called that");
  await page.getByText("Nobody matches").waitFor();
  await page.getByRole("button", { name: "Show everybody" }).click();
  await page.getByText(/^1–25 of \d+$/).waitFor();
});

test("the same is done on a phone", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc", width: 390 });
  const areas = page.getByRole("navigation", { name: "Areas" });
  expect(await areas.isVisible()).toBe(false);
  await page.getByRole("button", { name: "Open navigation" }).click();
  await areas.getByRole("link", { name: "Member Care" }).click();
  await page.waitForURL("**/abc/members");
  await areas.waitFor({ state: "hidden" });
  await page.getByLabel("Name, phone, e-mail or external id").fill("07700900123");
  await page.getByRole("link", { name: "Ada Moss" }).click();
  await page.getByRole("link", { name: "Purchase A-3" }).click();
  await page.getByRole("heading", { name: "Why?" }).waitFor();
  expect(await whyOf(page)).toContain("Earned 85 points in tier Silver");
  await page.getByRole("button", { name: "Close" }).click();
  await page.waitForURL(/\/members\/\d+\/transactions$/);
});

test("an entry of the ledger opens to its legs and lots", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members?q=ada+moss" });
  await page.getByRole("link", { name: "Ada Moss" }).click();
  await page.getByRole("navigation", { name: "About this member" }).getByText("Loyalty").click();
  const ledger = page.getByRole("region", { name: "Ledger of points" });
  await ledger.getByRole("button", { name: "Purchase A-3" }).click();
  const detail = ledger.getByRole("row").filter({ hasText: "Legs" });
  const words = (await detail.innerText()).replaceAll(/\s+/g, " ");
  expect(words).toContain("ABC Rewards · Regular points");
  expect(words).toContain("Balance 1,600 → 1,685");
  expect(words).toContain("Legs Member +85 Program: issued −85");
  expect(words).toContain(`Lots Opened with 85 Still there 85 Expires ${expiry()}`);
  expect(words).toMatch(/Event \d+, TransactionAdd, till abc\.gm-leeds\.1/);
  // The entry's bill is one click away, and the page's lots say the same.
  await ledger.getByRole("link", { name: "A-3" }).click();
  await page.getByRole("heading", { name: "Bill A-3" }).waitFor();
  await page.goBack();
  const lots = page.getByRole("list", { name: "Lots" });
  expect(await lots.getByRole("listitem").count()).toBe(3);
  expect(await ledger.getByRole("row").filter({ hasText: "Opening balance" }).count()).toBe(1);
});

test("a change of the profile is saved, shown at once, and found in the timeline", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members?q=ada+moss" });
  await page.getByRole("link", { name: "Ada Moss" }).click();
  await page.getByRole("link", { name: "Profile and fields" }).click();
  const name = page.getByLabel("First name");
  await name.fill("Adelaide");
  // What is typed survives a reload, and is not saved by it.
  await page.reload();
  await page.getByText("it is not saved yet").waitFor();
  expect(await name.inputValue()).toBe("Adelaide");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The changes were saved.").waitFor();
  await page.getByRole("heading", { level: 1, name: "Adelaide Moss" }).waitFor();
  await page.getByRole("link", { name: "Timeline" }).click();
  await page.getByText("Profile changed").waitFor();
  await page.getByText("firstName, by Cara Agent").waitFor();
  await page.getByText("Changes", { exact: true }).click();
  await page.waitForURL(/kinds=change/);
  await page.getByText("Purchase A-3").waitFor({ state: "detached" });
  expect(await page.getByText("Profile changed").count()).toBe(1);
});
