import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { look } from "./look.ts";
import { serveConsole, settled } from "./visitor.ts";

/** Somebody registered twice, with two phones: a care agent makes one member of the two, and takes it back. */

const served = serveConsole();
const OLD = "447700900201";
const NEW = "447700900202";

beforeAll(async () => {
  const till = firstTill(served.shop);
  await till.register({ firstName: "Nora", lastName: "Quill", mobile: OLD });
  await till.register({ firstName: "Nora", lastName: "Quillfeather", mobile: NEW });
  await till.buy({ number: "N-1", amount: 1200, mobile: OLD });
  await till.buy({ number: "N-2", amount: 300, mobile: NEW });
});

const idOf = (page: Page): string => /members\/(\d+)/.exec(page.url())![1]!;
const open = async (page: Page, name: string) => {
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await settled(page);
  return idOf(page);
};
const startMerge = async (page: Page, text: string, name: string) => {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Merge with another customer…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("searchbox", { name: "Name, phone, e-mail or external id" }).fill(text);
  await dialog.getByRole("button", { name }).click();
  await dialog.getByText("What will happen").waitFor();
  await settled(page);
  return dialog;
};
test("a care agent merges two records of one person, and the address of the one that went leads to the other", async () => {
  const { page, go } = await served.visit({ as: "care_agent", path: "/abc/members?q=nora+quill" });
  const victimId = await open(page, "Nora Quillfeather");
  await go("/abc/members?q=nora+quill");
  const survivorId = await open(page, "Nora Quill");
  const dialog = await startMerge(page, "07700 900202", "Nora Quillfeather");
  expect(await dialog.getByRole("radio").count()).toBe(2);
  const compared = await dialog.getByRole("region", { name: "Before and after" }).innerText();
  for (const words of ["1,200", "300", "1,500", "£1,500.00", "Tier"]) expect(compared).toContain(words);
  expect(await dialog.innerText()).toContain("300 points in 1 lot with the expiry they have");
  await dialog.getByRole("button", { name: "Show 2 entries of the ledgers" }).click();
  await dialog.getByRole("region", { name: "Entries of the ledgers" }).getByText("−300").waitFor();
  await look(page, "merge-dialog");
  await dialog.getByRole("button", { name: "Merge into Nora Quill" }).click();
  await dialog.getByText("Say why, for the audit trail.").waitFor();
  await dialog.getByLabel("Reason").fill("Same person, new phone");
  await dialog.getByRole("button", { name: "Merge into Nora Quill" }).click();
  await page.getByText(`Customer ${victimId} was merged into this one`).waitFor();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await settled(page);
  const facts = await page.locator("main").innerText();
  for (const fact of ["1,500 points", "+447700900201", "+447700900202", "2 bills"])
    expect(facts).toContain(fact);
  await look(page, "merged-banner");
  await go(`/abc/members/${victimId}`);
  await page.waitForURL(`**/abc/members/${survivorId}`);
  await page.getByRole("heading", { level: 1, name: "Nora Quill" }).waitFor();
  await page.getByRole("navigation", { name: "About this member" }).getByText("Transactions").click();
  for (const bill of ["N-1", "N-2"]) await page.getByRole("link", { name: bill }).waitFor();
});

test("the merge is taken back, and both are as they were", async () => {
  const { page, go } = await served.visit({ as: "care_agent", path: "/abc/members?q=nora+quill" });
  await open(page, "Nora Quill");
  await page.getByRole("button", { name: "Undo the merge…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Two people after all");
  await look(page, "undo-dialog");
  await dialog.getByRole("button", { name: "Undo the merge" }).click();
  await dialog.waitFor({ state: "hidden" });
  await settled(page);
  expect(await page.locator("main").innerText()).toContain("1,200 points");
  expect(await page.getByText("was merged into this one").count()).toBe(0);
  await go("/abc/members?q=nora+quill");
  await open(page, "Nora Quillfeather");
  expect(await page.locator("main").innerText()).toContain("300 points");
});

test.each(["light", "dark"] as const)(
  "in %s colours too, and the other may be the one that stays",
  async (colours) => {
    const { page } = await served.visit({ as: "owner", path: "/abc/members?q=nora+quill", colours });
    await open(page, "Nora Quill");
    await look(page, `member-${colours}`);
    const dialog = await startMerge(page, "nora quillf", "Nora Quillfeather");
    await dialog.getByText("Nora Quillfeather", { exact: true }).first().click();
    await dialog.getByRole("button", { name: "Merge into Nora Quillfeather" }).waitFor();
    await look(page, `merge-dialog-${colours}`);
  },
);
