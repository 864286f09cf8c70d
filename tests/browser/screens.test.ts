import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { ImportKind } from "#dataflows";
import { systemActor } from "#identity";
import { type DemoShop, TAKES_README_PICTURES } from "./demo-shop.ts";
import { isTooWide, objectionsTo } from "./judge.ts";
import { picture, TAKES_PICTURES } from "./look.ts";
import { type Examples, findExamples, type Screen, screensOf } from "./screens.ts";
import { HEIGHTS, serveConsole, settled, type Visit, type Width } from "./visitor.ts";

const README_PICTURES = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
/** Screens that the README shows, by the names of its pictures. */
const IN_README: Readonly<Record<string, string>> = {
  "sign-in": "sign-in",
  home: "home",
  member: "customer",
  "member-transaction": "why",
  activity: "activity",
};

const served = serveConsole();
let examples: Examples;

const MEMBERS = [
  "First name,Last name,Mobile,E-mail,Segment",
  "Ines,Okafor,07700 900201,ines.okafor@example.com,retail",
  "Rhys,Palmer,07700 900202,rhys.palmer@example.com,retail",
  "Zoe,Marsh,0770 12,zoe.marsh@example.com,retail",
  "Omar,Quinn,07700 900204,omar.quinn at example.com,retail",
  "Gwen,Abbott,07700 900205,gwen.abbott@example.com,wholesale",
  "Tom,Bell,07700 900206,tom.bell@example.com,corporate",
];
const BILLS = [
  "InvoiceNo,InvoiceDate,Amount,Mobile,Till",
  ...Array.from({ length: 24 }, (_, row) =>
    [
      `K-${row + 1}`,
      `${new Date(Date.now() - (row + 1) * 86_400_000).toISOString().slice(0, 10)} 10:30`,
      `${row + 4}.50`,
      "07700 900201",
      "abc.fs-york.1",
    ].join(),
  ),
];

/** Files as people bring them, with a few rows that cannot be. */
const importFiles = async ({ app, signIns }: DemoShop) => {
  const folder = await mkdtemp(join(tmpdir(), "fealty-browser-"));
  const run = async (
    name: string,
    kind: ImportKind,
    mapping: Record<string, string>,
    rows: readonly string[],
  ) => {
    await writeFile(join(folder, name), `${rows.join("\n")}\n`);
    const actor = systemActor(signIns.organisation.id, "Milo Marketer");
    await app.dataflows.runFile(actor, join(folder, name), { kind, mapping, options: {} });
  };
  const bills = {
    number: "InvoiceNo",
    date: "InvoiceDate",
    billAmount: "Amount",
    mobile: "Mobile",
    till: "Till",
  };
  const members = {
    firstName: "First name",
    lastName: "Last name",
    mobile: "Mobile",
    email: "E-mail",
    "extendedFields.segment": "Segment",
  };
  await run("new-members.csv", "customers", members, MEMBERS);
  await run("york.csv", "transactions", bills, BILLS);
  await rm(folder, { recursive: true });
};

beforeAll(async () => {
  await importFiles(served.shop);
  examples = await findExamples(served.shop);
});

/** Shows a screen on a wide and a narrow display in light and dark colours, and says what is wrong with it. */
const inspect = async ({ page, go }: Visit, { name, path, isOverlay, open }: Screen): Promise<string[]> => {
  const found: string[] = [];
  let width: Width = 1440;
  const colour = async (colorScheme: "light" | "dark") => {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    // What lies over the page covers no more than the window.
    await picture(page, `${name}-${width}-${colorScheme}`, { fullPage: !isOverlay });
  };
  const resize = async (to: Width) => {
    width = to;
    await page.setViewportSize({ width, height: HEIGHTS[width] });
    await settled(page);
    if (await isTooWide(page)) found.push(`${width}: the page scrolls sideways`);
  };
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width, height: HEIGHTS[width] });
  await go(path);
  await open?.(page);
  await resize(1440);
  await colour("light");
  found.push(...(await objectionsTo(page)));
  await colour("dark");
  found.push(...(await objectionsTo(page, ["color-contrast"])).map((text) => `dark: ${text}`));
  // Nothing is pointed at, and no tooltip shows.
  await page.mouse.move(0, 0);
  await resize(390);
  if (TAKES_PICTURES) await colour("dark");
  await colour("light");
  found.push(...(await objectionsTo(page)).map((text) => `390: ${text}`));
  return found.map((text) => `${name}: ${text}`);
};

/** Pages that are inspected at once: while one waits for the server or for its charts, the other is judged. */
const AT_ONCE = 2;

test("every screen is drawn, fits, and is accessible: wide and narrow, light and dark", async () => {
  const waiting = [...screensOf(examples)];
  const found: string[] = [];
  const inspectNext = async () => {
    const outside = await served.visit();
    const inside = await served.visit({ as: "owner" });
    for (let screen = waiting.shift(); screen !== undefined; screen = waiting.shift())
      found.push(...(await inspect(screen.isSignedOut ? outside : inside, screen)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, inspectNext));
  expect(found).toEqual([]);
}, 900_000);

test.runIf(TAKES_README_PICTURES)("the README's pictures", async () => {
  await mkdir(README_PICTURES, { recursive: true });
  const outside = await served.visit();
  const inside = await served.visit({ as: "owner" });
  for (const { name, path, isSignedOut } of screensOf(examples)) {
    const picture = IN_README[name];
    if (picture === undefined) continue;
    const { page, go } = isSignedOut ? outside : inside;
    await go(path);
    await page.screenshot({ path: `${README_PICTURES}${picture}.png`, animations: "disabled" });
  }
});
