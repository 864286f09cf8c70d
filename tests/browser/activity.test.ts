import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();

const PHONE = "447700900125";
/** A day of the last weeks, as YYYY-MM-DD. */
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const NO_DAY = `${daysAgo(9).slice(0, 8)}32`;

/** Bills, some of which cannot be: the day, the amount, the customer, the till. Line 1 is the header. */
const FILE = [
  "Receipt,When,Paid,Phone,POS",
  `I-1,${daysAgo(9)} 10:15,20.00,${PHONE},abc.gm-leeds.1`,
  `I-2,${NO_DAY} 10:15,20.00,${PHONE},abc.gm-leeds.1`,
  `I-3,${daysAgo(8)} 11:00,a lot,${PHONE},abc.gm-leeds.1`,
  `I-4,${daysAgo(8)} 12:30,35.50,${PHONE},abc.gm-leeds.1`,
  `I-5,${daysAgo(7)} 09:00,10.00,447700900999,abc.gm-leeds.1`,
  `I-6,${daysAgo(7)} 09:05,10.00,${PHONE},no.such.till`,
  `I-7,${daysAgo(6)} 16:45,4.50,${PHONE},abc.gm-leeds.2`,
].join("\n");

test("a file with good and bad rows: columns are matched, the good go in, the bad are told and handed back", async () => {
  await firstTill(served.shop).register({ firstName: "Cy", lastName: "Vance", mobile: PHONE });
  const { page } = await served.visit({ as: "marketer", path: "/abc/activity" });
  await page.getByRole("link", { name: "Import a file" }).click();
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "receipts.csv", mimeType: "text/csv", buffer: Buffer.from(`${FILE}\n`) });

  // Names that are known are matched; the others are for the person, and the needed ones are asked for.
  const columns = page.getByRole("table");
  await columns
    .getByText(`${daysAgo(9)} 10:15`)
    .last()
    .waitFor();
  const columnIs = (header: string) => page.getByRole("combobox", { name: `What ${header} is` });
  expect(await columnIs("Receipt").inputValue()).toBe("Bill number");
  expect(await columnIs("Phone").inputValue()).toBe("Mobile number");
  expect(await columnIs("POS").inputValue()).toBe("Code of the till");
  expect(await columnIs("When").inputValue()).toBe("");
  await page.getByText("Still needs a column: Date and time").waitFor();
  const start = page.getByRole("button", { name: "Start the import" });
  expect(await start.isDisabled()).toBe(true);
  await columnIs("When").click();
  await page.getByRole("option", { name: "Date and time (needed)" }).click();
  await columnIs("Paid").click();
  await page.getByRole("option", { name: "Bill amount", exact: true }).click();
  await start.click();

  await page.waitForURL(/\/abc\/activity\/imports\/\d+$/);
  await page.getByText("Finished", { exact: true }).first().waitFor();
  await page.getByText("4 in all").waitFor();
  const rejected = page.getByRole("region", { name: "Rejected rows" }).getByRole("row");
  const rows = (await rejected.allInnerTexts()).slice(1);
  expect(rows.map((row) => /^\d+/.exec(row)?.[0])).toEqual(["3", "4", "6", "7"]);
  expect(rows[0]).toContain("When");
  expect(rows[1]).toContain("Paid");
  expect(rows[2]).toContain("447700900999");
  expect(rows[3]).toContain("no.such.till");

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("receipts.csv-rejected.csv");
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toBe("rejected_line,rejected_field,rejected_reason,Receipt,When,Paid,Phone,POS");
  expect(lines[1]).toMatch(/^3,/);
  expect(lines[1]).toContain(`,I-2,${NO_DAY} 10:15,20.00,${PHONE},abc.gm-leeds.1`);

  // It is found again under Activity, and its bills at the member.
  await page.getByRole("navigation").getByRole("link", { name: "Activity" }).click();
  const run = page.getByRole("row").filter({ hasText: "receipts.csv" });
  expect((await run.innerText()).replaceAll(/\s+/g, " ")).toContain("Finished 7 3 4");
});

test("the same file again does nothing twice", async () => {
  const { page } = await served.visit({ as: "marketer", path: "/abc/activity/new" });
  const again = FILE.split("\n")
    .filter((_, line) => [0, 1, 4, 7].includes(line))
    .join("\n");
  await page.locator("input[type=file]").setInputFiles({
    name: "again.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(again.replace("When,Paid", "Date,Bill amount")),
  });
  await page.getByRole("button", { name: "Start the import" }).click();
  const counts = /Rows read\s*3\s*Imported\s*0\s*Rejected\s*0\s*Already there\s*3/;
  await page.locator("main").filter({ hasText: counts }).waitFor();
  await page.getByText("No row was rejected").waitFor();
});

test("a file that is no CSV of bills is refused before anything happens", async () => {
  const { page } = await served.visit({
    as: "marketer",
    path: "/abc/activity/new",
    provokes: ["400 POST /api/imports/preview"],
  });
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "empty.csv", mimeType: "text/csv", buffer: Buffer.from("") });
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("button", { name: "Start the import" }).count()).toBe(0);
});

test("points of a campaign are awarded to the members of a file, and the run is found under Activity", async () => {
  await firstTill(served.shop).register({ firstName: "Di", lastName: "Webb", mobile: "447700900126" });
  const { page } = await served.visit({ as: "owner", path: "/abc/activity/new" });
  await page.getByText("Award points to many").click();
  await page.locator("input[type=file]").setInputFiles({
    name: "winners.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("Phone\n447700900126\n447700900127\n"),
  });
  await page.getByText("Still needs a name; points for each, or a column of them; a reason").waitFor();
  await page.getByLabel("Campaign").fill("Winners");
  await page.getByLabel("Points each").fill("25");
  await page.getByLabel("Reason").fill("They won");
  await page.getByRole("button", { name: "Award the points" }).click();
  await page.waitForURL(/\/abc\/activity\/imports\/\d+$/);
  await page.getByText("Points awarded to many").waitFor();
  await page.getByRole("heading", { name: "Winners" }).waitFor();
  await page.getByText("They won").waitFor();
  const counts = /Rows read\s*2\s*Imported\s*1\s*Rejected\s*1\s*Already there\s*0/;
  await page.locator("main").filter({ hasText: counts }).waitFor();
});

test("who may not write points is not offered to give them", async () => {
  const { page } = await served.visit({ as: "marketer", path: "/abc/activity/new" });
  await page.getByText("Members", { exact: true }).last().waitFor();
  expect(await page.getByText("Award points to many").count()).toBe(0);
});
