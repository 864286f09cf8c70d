import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { look } from "./look.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();

/** The thread of a what-if reads the whole program first, which takes a busy machine its time. */
const PATIENCE = { timeout: 90_000 };

test("a draft is tried over the past, its changes are told, it is published at a time, and a version is gone back to", async () => {
  const { page } = await served.visit({
    as: "marketer",
    path: "/abc/loyalty",
    provokes: [/^400 POST \/api\/programs\/\d+\/what-ifs$/],
  });
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("Member", { exact: true }).fill("150");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("The draft was saved. It can be published.").waitFor();

  await page.getByRole("link", { name: "Back to the program" }).click();
  await page.getByRole("link", { name: "Try over the past" }).click();
  await page.getByText("Nothing was tried yet").waitFor();
  await look(page, "what-if-none");
  await page.getByLabel("From", { exact: true }).fill("2001-01-01");
  await page.getByLabel("To", { exact: true }).fill("2000-01-01");
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByText("from: 2001-01-01 is after 2000-01-01.").waitFor();
  await page.getByLabel("From", { exact: true }).fill("");
  await page.getByLabel("To", { exact: true }).fill("");
  await page.getByRole("button", { name: "Try it" }).click();

  await page.getByRole("heading", { level: 1, name: "The draft over the past" }).waitFor();
  await page.getByText(/come to exactly what was recorded/).waitFor(PATIENCE);
  const rule = page.getByRole("region", { name: "Points by rule" }).getByRole("row").nth(1);
  expect(await rule.innerText()).toContain("Points on every purchase");
  await look(page, "what-if-result");
  const members = page.getByRole("region", { name: "Members of the what-if" });
  expect(await members.getByRole("row").nth(1).innerText()).toContain("+");
  await page.getByText("Less", { exact: true }).click();
  await page.getByText("Nobody", { exact: true }).waitFor();
  await page.getByText("More", { exact: true }).click();
  await members.getByRole("row").nth(1).waitFor();

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Rules (CSV)" }).click();
  const file = await readFile(await (await saving).path(), "utf8");
  expect(file).toContain("tried,2,Purchases,base,Points on every purchase");

  await members.getByRole("link").first().click();
  await page.getByRole("link", { name: "Activity" }).click();
  await page.getByRole("link", { name: "What-ifs" }).click();
  await page.getByRole("link", { name: "The draft" }).waitFor();
  await look(page, "activity-what-ifs");

  await page.getByRole("link", { name: "Loyalty" }).click();
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("link", { name: "Continue draft" }).click();
  await page.getByRole("button", { name: "Publish…" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish version 2?" });
  await dialog.getByText(/tier 1 \(Member\) changes from 100 % to 150 %/).waitFor();
  await dialog.getByText("From a time on", { exact: true }).click();
  await dialog.getByLabel("In force from").fill("2099-01-01T00:00");
  await dialog.getByRole("button", { name: "Publish version 2" }).click();
  await page.getByText("The program was published.").waitFor();
  await page.getByText("1 Jan 2099").waitFor();

  await page.getByRole("button", { name: "More of version 2" }).click();
  await page.getByRole("menuitem", { name: "Changes since version 1" }).click();
  await page.getByText(/tier 1 \(Member\) changes from 100 % to 150 %/).waitFor();
  await look(page, "compare-versions");
  await page.getByRole("link", { name: "ABC Rewards" }).click();
  await page.getByRole("button", { name: "More of version 1" }).click();
  await page.getByRole("menuitem", { name: "Make a draft of it…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Make the draft" }).click();
  await page.getByText("The draft is what version 1 was. Publish it to go back.").waitFor();
  expect(await page.getByLabel("Member", { exact: true }).inputValue()).toContain("100");
});

test("who may not change programs sees what was tried and starts nothing", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/activity/what-ifs" });
  await page.getByRole("link", { name: "The draft" }).click();
  await page.getByText(/come to exactly what was recorded/).waitFor();
  await page.getByRole("link", { name: "Try over the past" }).click();
  await page.getByRole("region", { name: "What-ifs" }).waitFor();
  expect(await page.getByRole("button", { name: "Try it" }).count()).toBe(0);
});
