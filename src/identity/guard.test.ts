import { describe, expect, test } from "vitest";
import { parseBasic, sessionToken } from "./authenticate.ts";
import { ACCESS_GROUPS, allows, permissionsOfRole } from "./permissions.ts";
import { comesFromOurPages } from "./same-origin.ts";
import { ROLES } from "./schema.ts";

describe("a call with a session", () => {
  const org = { "x-cap-api-auth-org-id": "1" };
  test.each([
    [{}, false],
    [org, true],
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "none" }, false],
    [{ ...org, "sec-fetch-site": "none" }, true],
    [{ ...org, "sec-fetch-site": "same-site" }, false],
    [{ ...org, "sec-fetch-site": "cross-site" }, false],
    [{ origin: "https://shop.example" }, true],
    [{ origin: "http://shop.example" }, true],
    [{ origin: "https://shop.example:8443" }, false],
    [{ origin: "https://shop.example.evil.example" }, false],
    [{ ...org, origin: "https://evil.example" }, false],
    [{ ...org, origin: "null" }, false],
    [{ origin: "https://shop.example", "sec-fetch-site": "cross-site" }, false],
  ])("%j comes from our pages: %s", (headers, expected) => {
    expect(comesFromOurPages(headers, "shop.example")).toBe(expected);
  });

  test.each([
    ["fealty_session=abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"],
    ["a=1; fealty_session=abcdefghijklmnopqrstuvwxyz; b=2", "abcdefghijklmnopqrstuvwxyz"],
    ["not_fealty_session=abcdefghijklmnopqrstuvwxyz", null],
    ["fealty_session=short", null],
    ["fealty_session=abcdefghijklmnopqrstu'--", null],
    ["", null],
  ])("cookie %j → %j", (cookie, expected) => {
    expect(sessionToken({ cookie })).toBe(expected);
  });
});

describe("a Basic header", () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  const md5 = "20f465cb660d63c3e94e2917ce3436de";
  test.each([
    [`Basic a2lvc2s3OjIwZjQ2NWNiNjYwZDYzYzNlOTRlMjkxN2NlMzQzNmRl`, { name: "kiosk7", secret: md5 }],
    [basic(`kiosk7:${md5.toUpperCase()}`), { name: "kiosk7", secret: md5 }],
    [basic("kiosk7:a:b"), { name: "kiosk7", secret: "a:b" }],
    [basic("kiosk7:"), { name: "kiosk7", secret: "" }],
    [basic(":secret"), null],
    [basic("kiosk7"), null],
    [basic(`${"a".repeat(201)}:x`), null],
    ["Basic", null],
    ["Bearer abc", null],
  ])("%j → %j", (header, expected) => {
    expect(parseBasic(header)).toEqual(expected);
  });
});

describe("permissions", () => {
  test("write does not imply read", () => {
    expect(allows(new Set(["Customer:write"]), { resource: "Customer", mode: "read" })).toBe(false);
    expect(allows(new Set(["Customer:write"]), { resource: "Customer", mode: "write" })).toBe(true);
  });

  test("whoever writes transactions may return them; whoever may only return writes none", () => {
    const returns = { resource: "Transaction", mode: "return" } as const;
    const writes = { resource: "Transaction", mode: "write" } as const;
    expect(allows(new Set(["Transaction:write"]), returns)).toBe(true);
    expect(allows(new Set(["Transaction:return"]), returns)).toBe(true);
    expect(allows(new Set(["Transaction:return"]), writes)).toBe(false);
    expect(allows(new Set(["Transaction:read"]), returns)).toBe(false);
    expect(ROLES.filter((role) => allows(permissionsOfRole(role), returns))).toEqual([
      "owner",
      "admin",
      "care_agent",
    ]);
  });

  test("people are managed by owners and admins only, never by machines", () => {
    const managing = ROLES.filter((role) => permissionsOfRole(role).has("User:write"));
    expect(managing).toEqual(["owner", "admin"]);
    for (const group of Object.values(ACCESS_GROUPS)) {
      expect(group.filter((permission) => permission.startsWith("User:"))).toEqual([]);
    }
  });
});
