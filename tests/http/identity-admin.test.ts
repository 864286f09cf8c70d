import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#platform";
import { type SignedInUser, signInUser, tillHeaders } from "../../src/identity/testing.ts";
import {
  type AccessServer,
  type Answer,
  call,
  createAccessServer,
  createShop,
  type Shop,
} from "./access-server.ts";

let access: AccessServer;
let shop: Shop;
let other: Shop;
let agent: SignedInUser;
let admin: SignedInUser;

beforeAll(async () => {
  access = await createAccessServer();
  shop = await createShop(access);
  other = await createShop(access);
  agent = await signInUser(access.identity, shop.organisation, "care_agent");
  admin = await signInUser(access.identity, shop.organisation, "admin");
});
afterAll(() => access.close());

type Method = "GET" | "POST" | "PUT" | "DELETE";
const send = (method: Method, url: string, payload?: unknown, headers: object = shop.owner.headers) =>
  call(access.server, method, url, headers as Record<string, string>, payload);
const code = (answer: Answer) => [answer.status, answer.body?.error?.number];

describe("sessions", () => {
  const signIn = (headers: Record<string, string> = {}) =>
    call(access.server, "POST", "/api/session", headers, {
      email: shop.owner.email,
      password: shop.owner.password,
    });

  test("begin with e-mail and password and end with sign-out", async () => {
    const answer = await call(
      access.server,
      "POST",
      "/api/session",
      {},
      {
        email: ` ${shop.owner.email.toUpperCase()} `,
        password: shop.owner.password,
      },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      user: { id: shop.owner.id, email: shop.owner.email },
      organisations: [{ id: shop.id, code: shop.organisation.code, currency: "GBP", role: "owner" }],
    });
    expect(answer.body.organisations[0].permissions).toContain("User:write");
    const cookie = String(answer.headers["set-cookie"]);
    expect(cookie).toMatch(/^fealty_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/);
    const headers = { cookie: cookie.split(";")[0]! };
    expect((await call(access.server, "GET", "/api/session", headers)).body).toEqual(answer.body);
    const out = await call(access.server, "DELETE", "/api/session", headers);
    expect([out.status, String(out.headers["set-cookie"])]).toEqual([
      204,
      expect.stringContaining("Max-Age=0"),
    ]);
    expect(code(await call(access.server, "GET", "/api/session", headers))).toEqual([401, 401]);
    expect((await call(access.server, "DELETE", "/api/session")).status).toBe(204);
  });

  test("end after a day, and their tokens are kept as digests only", async () => {
    const headers = { cookie: String((await signIn()).headers["set-cookie"]).split(";")[0]! };
    const token = headers.cookie.split("=")[1]!;
    const { sql } = await import("#platform");
    const rows = await access.db.system((tx) =>
      tx.rows<{ digest: string }>(
        sql`/* test.sessions */ select encode(token_digest, 'escape') as digest from identity.sessions`,
      ),
    );
    expect(rows.some(({ digest }) => digest.includes(token))).toBe(false);
    access.clock.advance(86_399_000);
    expect((await call(access.server, "GET", "/api/session", headers)).status).toBe(200);
    access.clock.advance(1_000);
    expect((await call(access.server, "GET", "/api/session", headers)).status).toBe(401);
    for (const user of [shop.owner, agent, admin, other.owner]) {
      const { token: fresh } = await access.identity.signInUser(user.email, user.password);
      Object.assign(user.headers, { cookie: `fealty_session=${fresh}` });
    }
  });

  test.each([
    [{ email: "nobody@example.com", password: "correct horse" }, 401],
    [{ email: "a\u0000b", password: "x" }, 401],
    [{ email: "nobody@example.com" }, 400],
    [{ email: 1, password: "x" }, 400],
    [{ email: "a@example.com", password: "x", remember: true }, 400],
  ])("%j begins none: %i", async (payload, status) => {
    const answer = await call(access.server, "POST", "/api/session", {}, payload);
    expect(answer.status).toBe(status);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  test("cannot be begun or used for changes by another site", async () => {
    expect((await signIn({ origin: "https://evil.example" })).status).toBe(403);
    expect((await signIn({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await signIn({ host: "shop.example", origin: "https://shop.example" })).status).toBe(200);

    const { cookie, ...organisation } = shop.owner.headers;
    const change = (headers: Record<string, string>) =>
      call(access.server, "PUT", "/api/organisation", headers, {});
    expect(code(await change({ cookie }))).toEqual([403, 70201]);
    expect(code(await change({ cookie, ...organisation, origin: "https://evil.example" }))).toEqual([
      403, 70201,
    ]);
    expect(code(await change({ cookie, ...organisation, origin: "null" }))).toEqual([403, 70201]);
    expect(code(await change({ cookie, ...organisation, "sec-fetch-site": "same-site" }))).toEqual([
      403, 70201,
    ]);
    expect((await change({ cookie, host: "a.example", origin: "http://a.example" })).status).toBe(200);
    expect((await change({ cookie, "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await change({ cookie, ...organisation })).status).toBe(200);
  });

  test("open the organisations of the person and no others", async () => {
    const { cookie } = shop.owner.headers;
    const read = (organisation: Record<string, string>) =>
      call(access.server, "GET", "/api/organisation", { cookie, ...organisation });
    expect((await read({})).body.id).toBe(shop.id);
    for (const value of [String(other.id), "0", "abc", "99999999999999999999", "-1"]) {
      expect(code(await read({ "x-cap-api-auth-org-id": value }))).toEqual([403, 1064]);
    }
    const author = { kind: "system", id: 0, orgId: other.id, name: "test" } as const;
    const { name, email, password } = { name: "x", email: shop.owner.email, password: "12345678" };
    await access.identity.createUser(author, { name, email, password, role: "care_agent" });
    expect(code(await read({}))).toEqual([400, 1064]);
    expect((await read({ "x-cap-api-auth-org-id": String(other.id) })).body.id).toBe(other.id);
    const session = await call(access.server, "GET", "/api/session", { cookie });
    expect(session.body.organisations.map((item: { role: string }) => item.role)).toEqual([
      "owner",
      "care_agent",
    ]);
  });
});

describe("every administration route", () => {
  const routes = [
    ["GET", "/api/users", undefined],
    ["POST", "/api/users", { name: "A", email: "a@example.com", password: "12345678", role: "marketer" }],
    ["PUT", "/api/users/1", {}],
    ["GET", "/api/clients", undefined],
    ["POST", "/api/clients", { name: "A", tillId: 1 }],
    ["POST", "/api/clients/1/revoke", {}],
    ["POST", "/api/tills/1/credentials", {}],
    ["DELETE", "/api/tills/1/credentials", undefined],
    ["PUT", "/api/organisation", {}],
    ["PUT", "/api/settings/CONF_USERS_IS_EMAIL_REQUIRED", { value: "1" }],
    ["POST", "/api/entities", { type: "ZONE", code: "z", name: "z" }],
    ["PUT", "/api/entities/1", {}],
    ["POST", "/api/fields", { kind: "custom", scope: "CUSTOMER_CARD", name: "a", dataType: "string" }],
    ["PUT", "/api/fields/1", {}],
  ] as const;

  test.each(routes)("%s %s needs a session and the right role", async (method, url, payload) => {
    expect(code(await send(method, url, payload, { "x-cap-api-auth-org-id": String(shop.id) }))).toEqual([
      401, 401,
    ]);
    expect(code(await send(method, url, payload, agent.headers))).toEqual([403, 4000]);
  });
});

describe("people", () => {
  test("are added, listed in pages and changed", async () => {
    const added = await send("POST", "/api/users", {
      name: "Mira Patel",
      email: "Mira@Example.com",
      password: "correct horse",
      role: "marketer",
    });
    expect(added.body).toEqual({
      id: expect.any(Number),
      name: "Mira Patel",
      email: "mira@example.com",
      role: "marketer",
      isActive: true,
      createdAt: expect.stringMatching(/\+00:00$/),
    });
    const first = await send("GET", "/api/users?limit=2");
    expect(first.body.items).toHaveLength(2);
    const rest = await send("GET", `/api/users?limit=100&after=${first.body.next}`);
    expect(rest.body.next).toBeNull();
    const ids = [...first.body.items, ...rest.body.items].map((user: { id: number }) => user.id);
    expect(ids).toHaveLength(first.body.total);
    expect(new Set(ids).size).toBe(ids.length);

    const changed = await send("PUT", `/api/users/${added.body.id}`, { name: "Mira P.", role: "care_agent" });
    expect(changed.body).toMatchObject({ name: "Mira P.", role: "care_agent", isActive: true });
    expect(code(await send("POST", "/api/users", { ...added.body, password: "12345678" }))).toEqual([
      400, 400,
    ]);
    const again = { name: "M", email: "MIRA@example.com", password: "12345678", role: "marketer" };
    expect(code(await send("POST", "/api/users", again))).toEqual([409, 70204]);
  });

  test.each([
    [{ email: "not an address" }, "email"],
    [{ email: "a\u0000@example.com" }, "email"],
    [{ password: "short" }, "password"],
    [{ name: "   " }, "name"],
    [{ name: "a\u0000b" }, "name"],
    [{ name: "\ud800" }, "name"],
    [{ role: "god" }, undefined],
  ])("with %j are refused", async (change, field) => {
    const user = { name: "A", email: "new@example.com", password: "12345678", role: "marketer", ...change };
    const answer = await send("POST", "/api/users", user);
    expect([answer.status, answer.body.error.field]).toEqual([400, field]);
  });

  test("a new password or a deactivation ends their sessions", async () => {
    const user = await signInUser(access.identity, shop.organisation, "marketer");
    const me = () => call(access.server, "GET", "/api/session", user.headers);
    expect((await me()).status).toBe(200);
    await send("PUT", `/api/users/${user.id}`, { password: "another horse" });
    expect((await me()).status).toBe(401);
    const signIn = () =>
      call(access.server, "POST", "/api/session", {}, { email: user.email, password: "another horse" });
    const { headers, body } = await signIn();
    expect(body.user.id).toBe(user.id);
    await send("PUT", `/api/users/${user.id}`, { isActive: false });
    const cookie = String(headers["set-cookie"]).split(";")[0]!;
    expect((await call(access.server, "GET", "/api/session", { cookie })).status).toBe(401);
    expect((await signIn()).body.organisations).toEqual([]);
  });

  test("owners are dealt with by owners, and one always stays", async () => {
    const promote = { name: "Boss", email: "boss@example.com", password: "12345678", role: "owner" };
    expect(code(await send("POST", "/api/users", promote, admin.headers))).toEqual([403, 4000]);
    expect(code(await send("PUT", `/api/users/${admin.id}`, { role: "owner" }, admin.headers))).toEqual([
      403, 4000,
    ]);
    for (const change of [{ role: "admin" }, { isActive: false }]) {
      const answer = await send("PUT", `/api/users/${other.owner.id}`, change, other.owner.headers);
      expect(code(answer)).toEqual([409, 70205]);
    }
    const second = await send("POST", "/api/users", promote);
    expect(second.body.role).toBe("owner");
    const both = await Promise.all([
      send("PUT", `/api/users/${second.body.id}`, { role: "admin" }),
      send("PUT", `/api/users/${shop.owner.id}`, { role: "admin" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, expect.any(Number)]);
    const owners = (await access.identity.listUsers(shop.id, 0, 100)).items.filter(
      (user) => user.role === "owner",
    );
    expect(owners.length).toBeGreaterThan(0);
    const author = { kind: "system", id: 0, orgId: shop.id, name: "test" } as const;
    await access.identity.updateUser(author, shop.owner.id, { role: "owner" });
  });

  test("of another organisation are not there, and shared people keep their password", async () => {
    const stranger = await signInUser(access.identity, other.organisation, "marketer");
    expect(code(await send("PUT", `/api/users/${stranger.id}`, { name: "Mine" }))).toEqual([404, 70203]);
    expect(code(await send("PUT", "/api/users/abc", { name: "Mine" }))).toEqual([404, 70203]);
    const user = { name: "Other name", email: stranger.email, password: "taken over", role: "marketer" };
    const joined = await send("POST", "/api/users", user);
    expect(joined.body).toMatchObject({ id: stranger.id, name: expect.stringContaining("Test marketer") });
    expect(code(await send("PUT", `/api/users/${stranger.id}`, { password: "taken over" }))).toEqual([
      409, 70206,
    ]);
    const signIn = { email: stranger.email, password: "taken over" };
    expect((await call(access.server, "POST", "/api/session", {}, signIn)).status).toBe(401);
    expect((await send("PUT", `/api/users/${stranger.id}`, { role: "care_agent" })).body.role).toBe(
      "care_agent",
    );
  });
});

describe("API clients", () => {
  test("show their secret once, list, and are revoked", async () => {
    const made = await send("POST", "/api/clients", {
      name: "E-shop",
      tillId: shop.tillIds[0],
      ttlSeconds: 600,
    });
    expect(made.body).toMatchObject({
      name: "E-shop",
      tillCode: `${shop.organisation.code}.till1`,
      ttlSeconds: 600,
    });
    expect(made.body.secret).toHaveLength(40);
    const { id, key, secret } = made.body;
    const list = await send("GET", "/api/clients");
    expect(list.body.items.find((client: { id: number }) => client.id === id)).not.toHaveProperty("secret");
    const token = await call(access.server, "POST", "/v3/oauth/token/generate", {}, { key, secret });
    const headers = { "x-cap-api-oauth-token": token.body.data.accessToken };
    expect((await call(access.server, "GET", "/api/organisation", headers)).body.id).toBe(shop.id);
    expect(code(await call(access.server, "GET", "/api/users", headers))).toEqual([403, 4000]);
    const revoked = await send("POST", `/api/clients/${id}/revoke`);
    expect(revoked.body).toMatchObject({ id, isActive: false });
    expect((await call(access.server, "GET", "/api/organisation", headers)).status).toBe(401);
    expect((await send("POST", `/api/clients/${id}/revoke`)).status).toBe(200);
  });

  test("stay inside their organisation", async () => {
    expect(code(await send("POST", "/api/clients", { name: "A", tillId: other.tillIds[0] }))).toEqual([
      404, 3227,
    ]);
    const made = await send(
      "POST",
      "/api/clients",
      { name: "B", tillId: other.tillIds[0] },
      other.owner.headers,
    );
    expect(made.status).toBe(200);
    expect(code(await send("POST", `/api/clients/${made.body.id}/revoke`))).toEqual([404, 70202]);
    expect(code(await send("POST", "/api/clients/abc/revoke"))).toEqual([404, 70202]);
    const listed = (await send("GET", "/api/clients?limit=100")).body.items;
    expect(listed.some((client: { id: number }) => client.id === made.body.id)).toBe(false);
  });

  test.each([
    { name: "", tillId: 1 },
    { name: "\u0000", tillId: 1 },
    { name: "A" },
    { name: "A", tillId: 1, ttlSeconds: 1 },
    { name: "A", tillId: 1, permissions: ["User:write"] },
    { name: "A", tillId: 1, permissions: ["Everything"] },
    { name: "A", tillId: 1, secret: "mine" },
  ])("with %j are refused", async (payload) => {
    const tillId = "tillId" in payload ? { tillId: shop.tillIds[0] } : {};
    expect((await send("POST", "/api/clients", { ...payload, ...tillId })).status).toBe(400);
  });

  test("pages refuse cursors of other makes", async () => {
    for (const url of ["/api/clients", "/api/users"]) {
      expect((await send("GET", `${url}?after=nonsense`)).status).toBe(400);
      expect((await send("GET", `${url}?limit=0`)).status).toBe(400);
      expect((await send("GET", `${url}?limit=101`)).status).toBe(400);
    }
  });
});

describe("till credentials", () => {
  test("are set with or without a password, narrowed and removed", async () => {
    const url = `/api/tills/${shop.tillIds[1]}/credentials`;
    const made = await send("POST", url);
    expect(made.body).toEqual({
      tillId: shop.tillIds[1],
      code: `${shop.organisation.code}.till2`,
      password: expect.stringMatching(/^[a-z2-9]{20}$/),
    });
    const read = (password: string) =>
      call(access.server, "GET", "/v2/organization/activeTill", tillHeaders(made.body.code, password));
    expect((await read(made.body.password)).status).toBe(200);
    const narrowed = await send("POST", url, { password: "Sunny42", permissions: ["Customer:write"] });
    expect(narrowed.body.password).toBe("Sunny42");
    expect((await read(made.body.password)).status).toBe(401);
    expect((await read("Sunny42")).status).toBe(403);
    const removed = await send("DELETE", url);
    expect([removed.status, removed.body]).toEqual([204, null]);
    expect((await read("Sunny42")).status).toBe(401);
  });

  test("a new password leaves a till the rights it had, whichever call sets it", async () => {
    const id = shop.tillIds[1];
    const { body } = await send("POST", `/api/tills/${id}/credentials`, {
      permissions: ["Customer:read", "Organization:write"],
    });
    const status = async (password: string) =>
      (
        await call(
          access.server,
          "GET",
          "/v2/organization/activeTill",
          tillHeaders(body.code as string, password),
        )
      ).status;
    expect(await status(body.password as string)).toBe(403);
    const { body: renewed } = await send("POST", `/api/tills/${id}/credentials`, {});
    expect(await status(renewed.password as string)).toBe(403);
    const change = await call(access.server, "PUT", `/v2/orgEntity/till/${id}`, shop.till, {
      password: "Rainy42",
    });
    expect([change.status, await status("Rainy42")]).toEqual([200, 403]);
    await send("DELETE", `/api/tills/${id}/credentials`);
  });

  test("hand on no more than the till or client that sets them has", async () => {
    const author = { orgId: shop.id, name: "test" };
    const { client, secret } = await access.identity.createClient(author, {
      name: "Shop fitter",
      tillId: shop.tillIds[0],
      permissions: ["Organization:write"],
    });
    const token = (await access.identity.generateToken(client.key, secret)).accessToken;
    const narrow = { "x-cap-api-oauth-token": token };
    const name = `${shop.organisation.code}.fitted`;
    const rights = async (tillId: number) => {
      const query = sql`/* test.rights */ select permissions from identity.till_credentials where org_id = ${shop.id} and till_id = ${tillId}`;
      return (await access.db.transaction(shop.id, (tx) => tx.one<{ permissions: string[] }>(query)))
        .permissions;
    };
    const body = { name, password: "Windy42", storeId: shop.storeIds[0] };
    const made = await send("POST", "/v2/orgEntity/till", body, narrow);
    expect([made.status, await rights(made.body.createdId)]).toEqual([200, ["Organization:write"]]);

    const id = shop.tillIds[1];
    await access.identity.setTillPassword(author, id, {
      permissions: ["Organization:write", "Points:write"],
    });
    expect(await rights(id)).toContain("Points:write");
    const change = await send("PUT", `/v2/orgEntity/till/${id}`, { password: "Windy42" }, narrow);
    expect([change.status, await rights(id)]).toEqual([200, ["Organization:write"]]);

    const limited = {
      ...author,
      kind: "client",
      permissions: new Set(["User:write", "Points:read"]),
    } as const;
    await access.identity.setTillPassword(limited, id, { permissions: ["Points:read", "Points:write"] });
    expect(await rights(id)).toEqual(["Points:read"]);
    const input = { name: "Another", tillId: id };
    expect((await access.identity.createClient(limited, input)).client.permissions).toEqual(["Points:read"]);
    const byRole = { ...limited, kind: "user" } as const;
    expect((await access.identity.createClient(byRole, input)).client.permissions).toContain("Points:write");
    await send("DELETE", `/api/tills/${id}/credentials`);
  });

  test.each([{ password: "ab" }, { password: 1 }, { permissions: ["User:read"] }, { pin: "1" }])(
    "with %j are refused",
    async (payload) => {
      expect((await send("POST", `/api/tills/${shop.tillIds[1]}/credentials`, payload)).status).toBe(400);
    },
  );

  test("of another organisation's tills are not there", async () => {
    for (const id of [other.tillIds[0], shop.storeIds[0], "abc"]) {
      expect(code(await send("POST", `/api/tills/${id}/credentials`, {}))).toEqual([404, 3227]);
      expect(code(await send("DELETE", `/api/tills/${id}/credentials`))).toEqual([404, 3227]);
    }
  });
});
