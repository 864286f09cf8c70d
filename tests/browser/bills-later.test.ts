import { createHash } from "node:crypto";
import { beforeAll, test } from "vitest";
import { firstTill } from "./demo-shop.ts";
import { look } from "./look.ts";
import { serveConsole } from "./visitor.ts";

const served = serveConsole();
const PHONE = "447700900311";

/** What happens to bills after the till is done with them: claimed, changed, parked. */
beforeAll(async () => {
  const { app, signIns } = served.shop;
  const author = { orgId: signIns.organisation.id, name: "test" };
  await app.orgs.setSetting(author, "CONF_RETRO_TRANSACTION_ENABLE", "1");
  await app.orgs.setSetting(author, "CONF_TRANSACTION_SANITY_CHECK_ENABLE", "1");
  await firstTill(served.shop).register({ firstName: "Nia", lastName: "Rowe", mobile: PHONE });
});

/** As the first till calls. */
const call = async (method: string, path: string, body: object) => {
  const { code, password } = served.shop.signIns.tills[0]!;
  const digest = createHash("md5").update(password).digest("hex");
  const answer = await fetch(`${served.shop.address}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${code}:${digest}`).toString("base64")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as { createdId?: number };
};
const anonymous = (billNumber: string) =>
  call("POST", "/v2/transactions", { type: "NOT_INTERESTED", billNumber, billAmount: 64 });

test("a missing bill is claimed by its number, with what it will earn told before", async () => {
  await anonymous("LOST-1");
  const { page } = await served.visit({ as: "care_agent", path: "/abc/members?q=Nia" });
  await page.getByRole("link", { name: "Nia Rowe" }).click();
  await page.getByRole("link", { name: "Transactions" }).click();
  await page.getByRole("button", { name: "Claim a missing bill" }).click();
  await page.getByLabel("Bill number").fill("LOST-1");
  await page.getByRole("radio").first().check();
  await page.getByText(/^Earned /).waitFor();
  await look(page, "claim-missing");
  await page.getByLabel("Note").fill("Receipt shown at the desk");
  await page.getByRole("button", { name: "Claim the bill" }).click();
  await page.waitForURL(/\/transactions\/\d+/);
  await page.getByText("Receipt shown at the desk").waitFor();
  await page.getByText("Claimed later:").waitFor();
});

test("an anonymous bill is claimed for a customer from its own page", async () => {
  const { createdId } = await anonymous("LOST-2");
  const { page } = await served.visit({ as: "owner", path: `/abc/transactions/${createdId}` });
  await page.getByRole("button", { name: "Claim for a customer" }).click();
  await page.getByRole("combobox", { name: "Customer" }).fill("Nia");
  await page.getByRole("option", { name: /Nia Rowe/ }).click();
  await page.getByText(/^Earned /).waitFor();
  await look(page, "claim-for-customer");
  await page.getByRole("button", { name: "Claim the bill" }).click();
  await page.getByText("Claimed later:").waitFor();
  await page.getByRole("link", { name: "the anonymous bill" }).click();
  await page.getByText("Claimed by a member").waitFor();
  await look(page, "claimed-bill");
});

test("changes of a bill are told with it", async () => {
  const bill = { type: "REGULAR", billNumber: "CHANGED-1", billAmount: 12 };
  const who = `identifierName=mobile&identifierValue=${PHONE}&source=INSTORE`;
  const { createdId } = await call("POST", `/v2/transactions?${who}`, bill);
  await call("PUT", `/v2/transactions?${who}`, { id: createdId, deliveryStatus: "DELIVERED" });
  const { page } = await served.visit({ as: "care_agent", path: `/abc/transactions/${createdId}` });
  await page.getByText("Delivery status: PLACED → DELIVERED").waitFor();
  await look(page, "bill-changes");
});

test("parked bills are retried when what they lack is there, or written off with a reason", async () => {
  const park = (billNumber: string, code: string) =>
    call("POST", `/v2/transactions?identifierName=mobile&identifierValue=${PHONE}&source=INSTORE`, {
      type: "REGULAR",
      billNumber,
      billAmount: 21,
      attribution: { createdBy: { code, type: "TILL" } },
    });
  await park("PARKED-1", "abc.new.1");
  await park("PARKED-2", "abc.never.1");
  const { app, signIns } = served.shop;
  const author = { orgId: signIns.organisation.id, name: "test" };
  const organisation = await app.orgs.get(author.orgId);
  const storeId = organisation.entities("STORE")[0]!.id;
  await app.orgs.createEntity(author, { type: "TILL", code: "abc.new.1", name: "New", storeId });

  const { page } = await served.visit({ as: "owner", path: "/abc/activity" });
  await page.getByRole("link", { name: "Rejected" }).click();
  await page.getByRole("checkbox", { name: "All on this page" }).check();
  await page.getByRole("button", { name: "Retry 2 bills" }).waitFor();
  await page.getByRole("checkbox", { name: "Choose bill PARKED-2" }).uncheck();
  await look(page, "rejected");
  await page.getByRole("button", { name: "Retry 1 bill" }).click();
  await page.getByText("1 bill will be recorded as of now.").waitFor();
  await page.getByRole("checkbox", { name: "Choose bill PARKED-2" }).check();
  await page.getByRole("button", { name: "Write off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Write off" }).click();
  await page.getByText("Say why").waitFor();
  await page.getByLabel("Reason").last().fill("The till was a test");
  await look(page, "rejected-write-off");
  await page.getByRole("dialog").getByRole("button", { name: "Write off" }).click();
  await page.getByText("1 bill written off.").waitFor();
  await page.getByRole("combobox", { name: "Status" }).click();
  await page.getByRole("option", { name: "All" }).click();
  await page.getByText("The till was a test").waitFor();
  await look(page, "rejected-all");
});
