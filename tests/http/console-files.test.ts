import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "../support/app.ts";

const isBuilt = existsSync(new URL("../../console/dist/index.html", import.meta.url));

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.dispose());

test.skipIf(!isBuilt).each(["/", "/abc/members/7", "/index.html"])(
  "the console at %s cannot be framed",
  async (url) => {
    const { statusCode, headers } = await app.server.inject({ method: "GET", url });
    expect(statusCode).toBe(200);
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cache-control": "no-cache",
    });
    expect(headers["content-type"]).toContain("text/html");
  },
);
