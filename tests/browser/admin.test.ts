import { expect, test } from "vitest";
import { tillOf } from "./demo-shop.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();

test("a new store gets a till, the till a password that is shown once, and with it the till records a purchase", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc/admin/stores" });
  await page.getByRole("button", { name: "Add store" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("textbox", { name: "Code" }).fill("gm-oxford");
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("GroceryMart Oxford");
  await form.getByRole("combobox", { name: "Zone" }).click();
  await page.getByRole("option", { name: "South (south)" }).click();
  await form.getByRole("button", { name: "Add store" }).click();
  await page.getByText("The store was added.").waitFor();
  await page.getByRole("button", { name: "GroceryMart Oxford" }).waitFor();

  await page.getByRole("link", { name: "Tills" }).click();
  await page.getByRole("button", { name: "Add till" }).click();
  await form.getByRole("textbox", { name: "Code" }).fill("abc.gm-oxford.1");
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("Oxford till");
  await form.getByRole("combobox", { name: "Store" }).fill("oxford");
  await page.getByRole("option", { name: "GroceryMart Oxford (gm-oxford)" }).click();
  await form.getByRole("button", { name: "Add till" }).click();
  await page.getByText("The till was added.").waitFor();

  await page.getByRole("searchbox", { name: "Name, code or external id" }).fill("oxford till");
  await page.getByText("1 in all").waitFor();
  await page.getByRole("button", { name: "Oxford till" }).click();
  await page.getByText("The till has no password yet.").waitFor();
  await page.getByRole("button", { name: "Create a password…" }).click();
  await page.getByRole("button", { name: "Create the password" }).click();
  await page.getByText("Copy this now: it is not shown again").waitFor();
  await page.getByRole("button", { name: "Copy password" }).click();
  const password: string = await page.evaluate("navigator.clipboard.readText()");
  expect(password.length).toBeGreaterThan(10);
  expect(await form.innerText()).toContain(password);

  const till = tillOf(served.shop, "abc.gm-oxford.1", password);
  await till.register({ firstName: "Di", lastName: "Frost", mobile: "447700900126" });
  const { status, body } = await till.buy({ number: "O-1", amount: 12.34, mobile: "447700900126" });
  expect(status).toBe(200);
  expect(body.sideEffects).toMatchObject([{ type: "points", awardedPoints: 12.34 }]);

  // Once only: whoever opens the till again is told that there is a password, not which.
  await page.reload();
  await page.getByText("The till has a password. Only its digest is kept, so it cannot be shown.").waitFor();
  expect(await page.locator("body").innerText()).not.toContain(password);

  // Taken away, it is refused at once.
  await page.getByRole("button", { name: "Take it away…" }).click();
  await page.getByRole("button", { name: "Take it away", exact: true }).click();
  await page.getByText("The till cannot sign in any more.").waitFor();
  expect((await till.buy({ number: "O-2", amount: 1, mobile: "447700900126" })).status).toBe(401);

  await page.goto("/abc/members?q=447700900126");
  await page.getByRole("link", { name: "Di Frost" }).click();
  await page.getByText("GroceryMart Oxford").first().waitFor();
  await page.getByRole("link", { name: "Purchase O-1" }).waitFor();
});

test("what the server refuses stands at its field, and nothing typed is lost", async () => {
  const { page } = await served.visit({
    as: "owner",
    path: "/abc/admin/stores?add=1",
    provokes: ["409 POST /api/entities", "400 POST /api/entities"],
  });
  const form = page.getByRole("dialog");
  const code = form.getByRole("textbox", { name: "Code" });
  await code.fill("gm-leeds");
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("Another Leeds");
  await form.getByRole("button", { name: "Add store" }).click();
  await form.locator("[aria-invalid=true]").waitFor();
  expect(await code.getAttribute("aria-invalid")).toBe("true");
  expect(await form.innerText()).toMatch(/gm-leeds/);
  expect(await form.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe("Another Leeds");
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  expect(new URL(page.url()).search).toBe("");
});

test("a field that is defined here is asked for in Member Care", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc/admin/fields" });
  await page.getByRole("button", { name: "Define a field" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name in the API" }).fill("favourite_tea");
  await form.getByRole("textbox", { name: "Label" }).fill("Favourite tea");
  await form.getByRole("button", { name: "Define", exact: true }).click();
  await form.waitFor({ state: "detached" });
  await page.getByText("Favourite tea").waitFor();
  await page.goto("/abc/members/new");
  await page.getByRole("textbox", { name: "First name" }).fill("Ed");
  await page.getByLabel("Mobile").fill("07700 900127");
  await page.getByLabel("Favourite tea").fill("Assam");
  await page.getByRole("button", { name: "Add member" }).click();
  await page.waitForURL(/\/abc\/members\/\d+$/);
  await page.getByRole("link", { name: "Profile and fields" }).click();
  await page.getByLabel("Favourite tea").waitFor();
  expect(await page.getByLabel("Favourite tea").inputValue()).toBe("Assam");
});
