import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemActor } from "#identity";
import { startReceiver } from "../support/receiver.ts";
import { tillOf } from "./demo-shop.ts";
import { look } from "./look.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

test("a webhook is defined, tried out, told of a purchase, and what it refused is sent again", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc/connect" });
  await page.getByText("No webhooks yet").waitFor();
  await look(page, "webhooks-empty");
  await page.getByRole("button", { name: "Add a webhook" }).first().click();
  const form = page.getByRole("dialog", { name: "Add a webhook" });
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.getByText("Pick at least one event").waitFor();
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("Warehouse");
  await form.getByRole("textbox", { name: "URL" }).fill(receiver.url);
  await form.getByRole("button", { name: /^Transactions/ }).click();
  await form.getByRole("checkbox", { name: "transactionAdded" }).check();
  await form.getByRole("button", { name: "Schema of transactionAdded" }).click();
  const schema = page.getByRole("dialog", { name: "transactionAdded" });
  await schema.getByText('"billNumber": "B-1001"').waitFor();
  await schema.getByRole("button", { name: "Close the schema" }).click();
  await form.getByRole("button", { name: "Add a header" }).click();
  await form.getByRole("textbox", { name: "Name of header 1" }).fill("Authorization");
  await form.getByRole("textbox", { name: "Value of header 1" }).fill("Bearer warehouse");
  await look(page, "webhooks-form");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("The webhook was added.").waitFor();
  await page.getByRole("link", { name: "Warehouse" }).click();
  await page.getByText("Nothing was sent yet").waitFor();

  await page.getByRole("button", { name: "Send a test…" }).click();
  const trial = page.getByRole("dialog", { name: "Send a test to Warehouse" });
  await trial.getByRole("button", { name: "Send", exact: true }).click();
  await trial.getByText("HTTP 200").waitFor();
  expect(receiver.received[0]).toMatchObject({ headers: { authorization: "Bearer warehouse" } });
  await look(page, "webhooks-test");
  await page.keyboard.press("Escape");

  receiver.next({ status: 400, body: "what is this" });
  const { app, signIns } = served.shop;
  const { id: orgId } = signIns.organisation;
  const [place] = (await app.orgs.get(orgId)).entities("TILL");
  const { password } = await app.identity.setTillPassword(systemActor(orgId, "test"), place!.id, {});
  const till = tillOf(served.shop, place!.code, password);
  await till.register({ firstName: "Wim", lastName: "Hook", mobile: "447700900555" });
  expect((await till.buy({ number: "W-1", amount: 20, mobile: "447700900555" })).status).toBe(200);
  await receiver.whenReceived(2);
  await page.reload();
  await page.getByRole("button", { name: "transactionAdded" }).waitFor();
  await page.getByText("Refused").first().waitFor();
  await look(page, "webhooks-page");
  await page.getByRole("button", { name: "transactionAdded" }).click();
  const delivery = page.getByRole("dialog", { name: "transactionAdded" });
  await delivery.getByText("what is this").waitFor();
  await look(page, "webhooks-delivery");
  await delivery.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The event is sent again.").waitFor();
  await receiver.whenReceived(3);
  expect(receiver.received[2]!.text).toBe(receiver.received[1]!.text);
});

test("secrets are shown and rotated, events are sent again since a time, and the webhook is deleted", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc/connect?add=1" });
  const form = page.getByRole("dialog", { name: "Add a webhook" });
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("Shop");
  await form.getByRole("textbox", { name: "URL" }).fill(`${receiver.url}/shop`);
  await form.getByRole("button", { name: /^Customers/ }).click();
  await form.getByRole("checkbox", { name: "All of customers" }).check();
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("link", { name: "Shop" }).click();
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(/^whsec_/).waitFor();
  await page.getByRole("button", { name: "Rotate…" }).click();
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("There is a new secret.").waitFor();
  await page.getByText("in force until").waitFor();
  expect(await page.getByText(/^whsec_/).count()).toBe(2);
  await page.getByRole("button", { name: "End now…" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByText("The old secret has ended.").waitFor();

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Send again since…" }).click();
  await page.getByLabel("Since").fill("2026-01-01T00:00");
  await page.getByRole("button", { name: "Send again", exact: true }).click();
  await page.getByText("The events are sent again, in the background.").waitFor();

  await page.getByRole("button", { name: "Edit" }).click();
  const edit = page.getByRole("dialog", { name: "Shop" });
  await edit.getByRole("switch", { name: "Active" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await page.getByText("The webhook was changed.").waitFor();
  await page.getByText("Off", { exact: true }).waitFor();

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("The webhook was deleted.").waitFor();
  expect(await page.getByRole("link", { name: "Shop" }).count()).toBe(0);
});

test("who may not see webhooks is not shown the area", async () => {
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members" });
  await page.getByRole("link", { name: "Member Care" }).waitFor();
  expect(await page.getByRole("link", { name: "Connect" }).count()).toBe(0);
});
