import { expect, test } from "vitest";
import { fillSignIn, serveConsole, settled, userOf } from "./visitor.ts";

/** Getting in, around and out. */

const served = serveConsole();

test("a wrong password is refused in words; a right one leads to the address that was asked for", async () => {
  const { email, password } = userOf(served.shop, "owner");
  const { page } = await served.visit({
    path: "/abc/loyalty",
    provokes: ["401 POST /api/session"],
  });
  expect(new URL(page.url()).pathname).toBe("/signin");
  await fillSignIn(page, email, "not the password");
  const refusal = await page.getByRole("alert").innerText();
  expect(refusal).toBe("The e-mail address or the password is wrong.");
  expect(await page.getByLabel("E-mail", { exact: true }).inputValue()).toBe(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/abc/loyalty");
  await page.getByRole("link", { name: "ABC Rewards" }).waitFor();
  // Back does not lead into the sign-in again.
  await page.getByRole("link", { name: "Admin" }).click();
  await page.waitForURL("**/abc/admin/stores");
  await page.goBack();
  await page.waitForURL("**/abc/loyalty");
});

test("signing out ends the session, here and in another window", async () => {
  const { email, password } = userOf(served.shop, "marketer");
  const { page } = await served.visit({ path: "/" });
  await fillSignIn(page, email, password);
  await page.waitForURL("**/abc");
  await page.getByRole("button", { name: "Milo Marketer: account menu" }).click();
  await page.getByText("marketer at ABC Group").waitFor();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/signin");
  await page.goto("/abc/members");
  await page.waitForURL("**/signin?next=*");
});

test("a session that ended leads to the sign-in and from there back to where one was", async () => {
  const { email, password } = userOf(served.shop, "marketer");
  const { page } = await served.visit({
    as: "marketer",
    path: "/abc/members",
    provokes: ["401 GET /api/customers"],
  });
  await page.context().clearCookies();
  await page.getByLabel("Name, phone, e-mail or external id").fill("smith");
  await page.waitForURL("**/signin?next=*");
  await fillSignIn(page, email, password);
  await page.waitForURL("**/abc/members?q=smith");
});

test("the switcher leads to another organisation, with its own currency, time zone and nothing of the first", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc" });
  await page.getByRole("button", { name: "Organisation: ABC Group. Switch" }).click();
  await page.getByRole("menuitem", { name: "Brightmart" }).click();
  await page.waitForURL("**/brightmart");
  await page.getByRole("heading", { level: 1, name: "Brightmart" }).waitFor();
  await settled(page);
  expect(await page.locator("main").innerText()).toContain("₹0");
  await page.getByRole("link", { name: "Member Care" }).click();
  await page.getByText("No members yet").waitFor();
  await page.goBack();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "ABC Group" }).waitFor();
});

test("a care agent sees no administration, and is told so at its address", async () => {
  const { page, go } = await served.visit({ as: "care_agent", path: "/abc" });
  const areas = page.getByRole("navigation", { name: "Areas" }).getByRole("link");
  expect(await areas.allInnerTexts()).toEqual(["Home", "Member Care", "Loyalty", "Insights"]);
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder(/^Name, phone/).fill("stores");
  await page.getByText("Nothing is called that.").waitFor();
  await page.keyboard.press("Escape");
  await go("/abc/admin/stores");
  await page.getByText("Not for your role").waitFor();
  expect(await page.getByRole("button", { name: "Add store" }).count()).toBe(0);
});

test("addresses that lead nowhere, or to an organisation of others, say so", async () => {
  const { page, go } = await served.visit({ as: "care_agent", path: "/brightmart/members" });
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  await go("/abc/nowhere");
  await page.getByRole("link", { name: "Go to the start" }).click();
  await page.waitForURL("**/abc");
});

test("a member who does not exist is told as such, with a way back", async () => {
  const path = "/api/customers/999999999";
  const { page } = await served.visit({
    as: "owner",
    provokes: ["", "/memberships", "/balances", "/timeline", "/merges"].map(
      (part) => `404 GET ${path}${part}`,
    ),
  });
  await page.goto("/abc/members/999999999");
  await page.getByRole("alert").first().waitFor();
  expect(await page.locator("main").innerText()).toMatch(/999999999|not|no /i);
});

test("a browser that names no language gets a console all the same", async () => {
  const { page, go } = await served.visit({ as: "owner" });
  await page.addInitScript(
    "for (const [name, value] of [['language', 'en-US@posix'], ['languages', ['en-US@posix']]])" +
      "  Object.defineProperty(navigator, name, { get: () => value });",
  );
  await go("/abc");
  expect(await page.locator("main").innerText()).toMatch(/£\d/);
});
