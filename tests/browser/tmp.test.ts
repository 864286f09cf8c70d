import { expect, test } from "vitest";
import { serveConsole } from "./visitor.ts";
const served = serveConsole();
test("csp", async () => {
  const { page } = await served.visit({ as: "owner", path: "/abc" });
  await page.evaluate("(() => { const s = document.createElement('script'); s.textContent='window.x=1'; document.head.append(s); })()");
  expect(await page.evaluate("window.x")).toBe(undefined);
});
