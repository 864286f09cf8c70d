import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { findExamples } from "./screens.ts";
import { serveConsole, settled } from "./visitor.ts";

const served = serveConsole();

/**
 * Where the focus is, and whether it shows: something about the element, what is drawn over it, or its neighbours must look
 * otherwise than without the focus.
 */
const FOCUS = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const styles = [element, element.parentElement, element.nextElementSibling]
    .filter((near) => near !== null)
    .flatMap((near) => [getComputedStyle(near), getComputedStyle(near, "::after")]);
  const look = () => styles.map((style) => [style.outline, style.boxShadow, style.borderColor, style.backgroundColor,
    style.transform, style.clipPath, style.opacity].join()).join();
  const focused = look();
  element.blur();
  const isShown = look() !== focused;
  element.focus({ focusVisible: true });
  const box = element.getBoundingClientRect();
  return {
    name: element.tagName + " " + (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 60),
    isShown,
    isInside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
})()`;

interface Focus {
  readonly name: string;
  readonly isShown: boolean;
  readonly isInside: boolean;
}

const REACHABLE = `[...document.querySelectorAll('a[href], button:not([disabled]), input:not([disabled]):not([type="hidden"]), select, textarea, [tabindex="0"]')]
  .filter((element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && element.type !== "radio").length`;

/** Steps through the page with Tab until the focus leaves it; says what is wrong. */
const walk = async (page: Page): Promise<string[]> => {
  // A focus that fades in is judged as it is in the end.
  await page.addStyleTag({ content: "*, *::before, *::after { transition: none !important; }" });
  const expected: number = await page.evaluate(REACHABLE);
  const seen: string[] = [];
  const wrong: string[] = [];
  for (let step = 0; step < expected + 10; step++) {
    await page.keyboard.press("Tab");
    const focus: Focus | null = await page.evaluate(FOCUS);
    if (focus === null) break;
    seen.push(focus.name);
    if (!focus.isShown) wrong.push(`${focus.name}: the focus is not visible`);
    if (!focus.isInside) wrong.push(`${focus.name}: the focus lies outside the window`);
  }
  if (seen.length < expected) wrong.push(`Tab reaches ${seen.length} of ${expected}: ${seen.join(" | ")}`);
  return wrong;
};

test("Tab reaches everything that can be pressed, and shows where it is", async () => {
  const { memberId, programId } = await findExamples(served.shop);
  const { page, go } = await served.visit({ as: "owner" });
  const wrong: string[] = [];
  const screens = [
    "/abc",
    "/abc/members?q=smith",
    `/abc/members/${memberId}`,
    `/abc/members/${memberId}/loyalty`,
    `/abc/loyalty/${programId}/draft`,
    "/abc/activity",
    "/abc/admin/stores",
  ];
  for (const path of screens) {
    await go(path);
    wrong.push(...(await walk(page)).map((text) => `${path}: ${text}`));
  }
  const phone = await served.visit({ as: "owner", path: `/abc/members/${memberId}`, width: 390 });
  wrong.push(...(await walk(phone.page)).map((text) => `on a phone: ${text}`));
  expect(wrong).toEqual([]);
});

test("the first Tab offers to skip to the content", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc/members" });
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
  await page.keyboard.press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("content");
});

test("the palette opens with Ctrl-K, finds as one types, goes with Enter and closes with Escape", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc/members" });
  const search = page.getByPlaceholder("Name, phone, e-mail, bill number, store, screen…");
  await page.keyboard.press("Control+k");
  await search.waitFor();
  await page.waitForSelector("input[placeholder^='Name, phone']:focus");
  await page.keyboard.press("Escape");
  await search.waitFor({ state: "detached" });

  await page.keyboard.press("Control+k");
  await search.fill("set");
  await page.getByRole("button", { name: "Settings" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await search.fill("tills");
  await page.getByText("Tills", { exact: true }).last().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/abc/admin/tills");

  await page.keyboard.press("/");
  await search.fill("headrow");
  await page.getByRole("button", { name: "GroceryMart Leeds Headrow" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/abc\/admin\/stores\?edit=\d+/);
  await page.getByRole("dialog", { name: "GroceryMart Leeds Headrow" }).waitFor();
});

test("a bill is found by its number and opened at its member", async () => {
  const { memberId, transactionId } = await findExamples(served.shop);
  const { page, go } = await served.visit({ as: "owner" });
  await go(`/abc/members/${memberId}/transactions/${transactionId}`);
  const title = await page.getByRole("heading", { name: /^Bill \d+$/ }).innerText();
  await go("/abc");
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder(/^Name, phone/).fill(title.replace("Bill ", ""));
  await page.getByRole("button", { name: title.replace("Bill ", "") }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/abc/members/${memberId}/transactions/${transactionId}`);
  await page.getByRole("heading", { name: "Why?" }).waitFor();
});

test("keys go to the areas, and the sheet that lists them opens with a question mark", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc" });
  for (const [key, path] of [
    ["m", "members"],
    ["l", "loyalty"],
    ["i", "activity"],
  ] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL(`**/abc/${path}`);
    await settled(page);
  }
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Help" });
  await help.getByText("Go to Member Care").waitFor();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
});

test("light and dark are switched by hand and stay", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc" });
  const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
  expect(await scheme()).toBe("light");
  await page.getByRole("button", { name: "Use dark colours" }).click();
  expect(await scheme()).toBe("dark");
  await page.reload();
  await page.getByRole("button", { name: "Use light colours" }).waitFor();
  expect(await scheme()).toBe("dark");
});
