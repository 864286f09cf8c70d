import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInTill, signInUser, tillHeaders } from "../../src/identity/testing.ts";
import {
  type AccessServer,
  type Answer,
  call,
  createAccessServer,
  createShop,
  type Shop,
  startAccess,
} from "./access-server.ts";

let access: AccessServer;
let shop: Shop;
let other: Shop;

beforeAll(async () => {
  access = await createAccessServer();
  shop = await createShop(access);
  other = await createShop(access);
});
afterAll(() => access.close());

const READ = "/v2/organization/activeTill";
const get = (headers: Record<string, string>, url = READ) => call(access.server, "GET", url, headers);
const code = (answer: Answer) => [answer.status, answer.body.errors?.[0]?.code ?? answer.body.error?.number];
const system = () => ({ orgId: shop.id, name: "test" });
let tills = 0;
/** A till of its own, so that lock-outs of one test do not reach another. */
const newTill = async () => {
  tills++;
  const input = {
    type: "TILL",
    code: `${shop.organisation.code}.x${tills}`,
    name: `X${tills}`,
    storeId: shop.storeIds[0],
  };
  const till = await access.orgs.createEntity(system(), input as never);
  const { password } = await access.identity.setTillPassword(system(), till.id);
  return { id: till.id, code: till.code, password, headers: tillHeaders(till.code, password) };
};
const tokenOf = async (key: string, secret: string) => {
  const answer = await call(access.server, "POST", "/v3/oauth/token/generate", {}, { key, secret });
  return answer.body.data.accessToken as string;
};
const newClient = async (input: object = {}) => {
  const { client, secret } = await access.identity.createClient(system(), {
    name: "POS server",
    tillId: shop.tillIds[0],
    ...input,
  });
  return { ...client, secret, token: await tokenOf(client.key, secret) };
};

describe("tills", () => {
  test("sign in with the MD5 of their password, in either case of its digits", async () => {
    expect((await get(shop.till)).status).toBe(200);
    const till = await newTill();
    const text = Buffer.from(till.headers.authorization.slice(6), "base64").toString();
    const [name, md5] = text.split(":") as [string, string];
    const upper = Buffer.from(`${name}:${md5.toUpperCase()}`).toString("base64");
    expect((await get({ authorization: `basic ${upper}` })).status).toBe(200);
  });

  test.each([
    ["nothing", {}],
    ["an empty header", { authorization: "" }],
    ["a bearer token", { authorization: "Bearer abc" }],
    ["no colon", { authorization: `Basic ${Buffer.from("till").toString("base64")}` }],
    ["no base64", { authorization: "Basic %%%" }],
    ["an unknown till", tillHeaders("nobody.there", "x")],
    ["a NUL in the name", tillHeaders("a\u0000b", "x")],
    ["quotes in the name", tillHeaders("' or 1=1 --", "x")],
    ["a very long name", tillHeaders("a".repeat(500), "x")],
    ["an empty token", { "x-cap-api-oauth-token": "" }],
    ["a token that is none", { "x-cap-api-oauth-token": "a.b.c" }],
  ])("%s is refused with 401", async (_, headers) => {
    const answer = await get(headers as Record<string, string>);
    expect(code(answer)).toEqual([401, 401]);
    expect(answer.body.warnings).toEqual([]);
  });

  test("the plain password and another till's are refused", async () => {
    const till = await newTill();
    const plain = Buffer.from(`${till.code}:${till.password}`).toString("base64");
    expect((await get({ authorization: `Basic ${plain}` })).status).toBe(401);
    const second = await newTill();
    expect((await get(tillHeaders(till.code, second.password))).status).toBe(401);
  });

  test("a new password, a removal, a closed till and a rename count at once, in every process", async () => {
    const twin = await startAccess(access.connectionString);
    const inTwin = (headers: Record<string, string>) => call(twin.server, "GET", READ, headers);
    const till = await newTill();
    expect([(await get(till.headers)).status, (await inTwin(till.headers)).status]).toEqual([200, 200]);

    const { password } = await access.identity.setTillPassword(system(), till.id);
    expect((await get(till.headers)).status).toBe(401);
    await expect.poll(async () => (await inTwin(till.headers)).status).toBe(401);
    const fresh = tillHeaders(till.code, password);
    expect((await get(fresh)).status).toBe(200);

    await access.orgs.updateEntity(system(), till.id, { isActive: false });
    expect(code(await get(fresh))).toEqual([401, 401]);
    await access.orgs.updateEntity(system(), till.id, { isActive: true, code: `${till.code}.renamed` });
    expect((await get(fresh)).status).toBe(401);
    expect((await get(tillHeaders(`${till.code}.renamed`, password))).status).toBe(200);
    await access.identity.removeTillPassword(system(), till.id);
    expect((await get(tillHeaders(`${till.code}.renamed`, password))).status).toBe(401);
    await twin.server.close();
    await twin.db.close();
  });
});

describe("lock-outs", () => {
  test("ten wrong attempts lock a till for a quarter of an hour, whoever asks then", async () => {
    const till = await newTill();
    expect((await get(till.headers)).status).toBe(200);
    for (let attempt = 0; attempt < 10; attempt++) {
      expect((await get(tillHeaders(till.code, `wrong ${attempt}`))).status).toBe(401);
    }
    const locked = await get(till.headers);
    expect(code(locked)).toEqual([429, 429]);
    expect(locked.headers["retry-after"]).toBe("900");
    access.clock.advance(14 * 60_000);
    expect((await get(till.headers)).status).toBe(429);
    access.clock.advance(61_000);
    expect((await get(till.headers)).status).toBe(200);
  });

  test("50 parallel wrong attempts are looked at ten times", async () => {
    const till = await newTill();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => get(tillHeaders(till.code, `guess ${index}`))),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
    expect((await get(till.headers)).status).toBe(429);
  });

  test("50 parallel attempts with the same wrong password lock as well", async () => {
    const till = await newTill();
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(tillHeaders(till.code, "same"))));
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    expect((await get(till.headers)).status).toBe(429);
  });

  test("a right password among many parallel calls locks nobody out", async () => {
    const till = await newTill();
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(till.headers)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  test("unknown tills lock alike, so that a lock tells nothing", async () => {
    const statuses = [];
    for (let attempt = 0; attempt < 11; attempt++) {
      statuses.push((await get(tillHeaders("no.such.till", `p${attempt}`))).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  test("a new password ends the lock-out, and a success forgets earlier failures", async () => {
    const till = await newTill();
    for (let attempt = 0; attempt < 10; attempt++) await get(tillHeaders(till.code, `wrong ${attempt}`));
    const { password } = await access.identity.setTillPassword(system(), till.id);
    for (let round = 0; round < 3; round++) {
      for (let attempt = 0; attempt < 5; attempt++)
        await get(tillHeaders(till.code, `bad ${round} ${attempt}`));
      access.clock.advance(61_000);
      expect((await get(tillHeaders(till.code, password))).status).toBe(200);
    }
  });

  test("of a client and of a person close their own door alone", async () => {
    const client = await newClient();
    const url = "/v3/oauth/token/generate";
    for (let attempt = 0; attempt < 10; attempt++) {
      const payload = { key: client.key, secret: `wrong ${attempt}` };
      expect((await call(access.server, "POST", url, {}, payload)).status).toBe(401);
    }
    const { key, secret } = client;
    const locked = await call(access.server, "POST", url, {}, { key, secret });
    expect([locked.status, locked.body.data, locked.body.errors[0].code]).toEqual([429, null, 429]);
    expect((await get({ "x-cap-api-oauth-token": client.token })).status).toBe(200);

    const person = await signInUser(access.identity, shop.organisation, "admin");
    const guess = (password: string) =>
      call(access.server, "POST", "/api/session", {}, { email: person.email, password });
    const guesses = await Promise.all(Array.from({ length: 50 }, (_, index) => guess(`guess ${index}`)));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    expect((await guess(person.password)).status).toBe(429);
    expect((await call(access.server, "GET", "/api/session", person.headers)).status).toBe(200);
  });
});

describe("access tokens", () => {
  test("are JWTs with the documented header and claims, another each time", async () => {
    const client = await newClient({ ttlSeconds: 120 });
    const answer = await call(
      access.server,
      "POST",
      "/v3/oauth/token/generate",
      {},
      {
        key: client.key,
        secret: client.secret,
      },
    );
    expect(answer.body).toMatchObject({ data: { ttlSeconds: 120 }, errors: null });
    const [head, claims] = (answer.body.data.accessToken as string)
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    expect(head).toEqual({ alg: "RS256", kid: expect.any(String) });
    expect(claims).toMatchObject({
      iss: "fealty",
      sub: "POS server",
      client_id: client.id,
      org_id: shop.id,
      token_use: "token_access",
      client_key: client.key,
      default_till: `${shop.organisation.code}.till1`,
    });
    expect(claims.exp - claims.iat).toBe(120);
    expect(answer.body.data.accessToken).not.toBe(client.token);
  });

  test.each([
    [{ key: "nobody", secret: "x" }, 401],
    [{ key: "nobody" }, 400],
    [{ secret: "x" }, 400],
    [{ key: 1, secret: {} }, 400],
    [{ key: "a".repeat(2000), secret: "x" }, 400],
    [[], 400],
  ])("%j makes none: %i", async (payload, status) => {
    const answer = await call(access.server, "POST", "/v3/oauth/token/generate", {}, payload);
    expect([answer.status, answer.body.data]).toEqual([status, null]);
    expect(answer.body.errors[0]).toMatchObject({ status: false, code: status });
  });

  test("work under both header names until they expire", async () => {
    const client = await newClient({ ttlSeconds: 300 });
    expect((await get({ "x-cap-api-oauth-token": client.token })).status).toBe(200);
    expect((await get({ "cap-api-access-token": client.token })).status).toBe(200);
    access.clock.advance(299_000);
    expect((await get({ "x-cap-api-oauth-token": client.token })).status).toBe(200);
    access.clock.advance(1_000);
    expect(code(await get({ "x-cap-api-oauth-token": client.token }))).toEqual([401, 401]);
  });

  test("of other makes are refused", async () => {
    const { token } = await newClient();
    const [head, claims, signature] = token.split(".") as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = { ...JSON.parse(Buffer.from(claims, "base64url").toString()), org_id: other.id };
    const { kid } = JSON.parse(Buffer.from(head, "base64url").toString());
    for (const made of [
      `${head}.${encode(forged)}.${signature}`,
      `${encode({ alg: "none" })}.${claims}.`,
      `${encode({ alg: "none", kid })}.${claims}.`,
      `${encode({ alg: "HS256", kid })}.${claims}.${signature}`,
      `${encode({ alg: "RS256", kid: "unknown" })}.${claims}.${signature}`,
      `${head}.${claims}.`,
      "x".repeat(9000),
    ]) {
      expect(code(await get({ "x-cap-api-oauth-token": made }))).toEqual([401, 401]);
    }
  });

  test("of a revoked client are refused at once, in every process", async () => {
    const twin = await startAccess(access.connectionString);
    const client = await newClient();
    const headers = { "x-cap-api-oauth-token": client.token };
    const inTwin = () => call(twin.server, "GET", READ, headers);
    twin.clock.set(access.clock.now());
    expect([(await get(headers)).status, (await inTwin()).status]).toEqual([200, 200]);
    await access.identity.revokeClient(system(), client.id);
    expect((await get(headers)).status).toBe(401);
    await expect.poll(async () => (await inTwin()).status).toBe(401);
    const payload = { key: client.key, secret: client.secret };
    expect((await call(access.server, "POST", "/v3/oauth/token/generate", {}, payload)).status).toBe(401);
    await twin.server.close();
    await twin.db.close();
  });

  test("open what the client's access group opens", async () => {
    const client = await newClient({ permissions: ["Customer:read"] });
    expect(code(await get({ "x-cap-api-oauth-token": client.token }))).toEqual([403, 4000]);
  });
});

describe("attribution", () => {
  /** The till that a write is booked on: the author of a new store is the caller, so the actor itself is asked. */
  const attributed = async (headers: Record<string, string>) => {
    const answer = await call(probe.server, "GET", "/v2/probe", headers);
    return answer.status === 200 ? answer.body.tillId : code(answer);
  };
  let probe: Awaited<ReturnType<typeof startAccess>>;
  let token: string;
  beforeAll(async () => {
    probe = await startProbe();
    await access.orgs.updateEntity(system(), shop.storeIds[1], { externalIds: ["E0", "E1", "E2"] });
    await access.orgs.updateEntity(system(), shop.tillIds[1], { externalIds: ["WECHAT:Shop2"] });
    token = (await newClient()).token;
    probe.clock.set(access.clock.now());
  });
  afterAll(async () => {
    await probe.server.close();
    await probe.db.close();
  });
  const startProbe = async () => {
    const { createHttp, createLog } = await import("#platform");
    const parts = await startAccess(access.connectionString);
    const server = createHttp({ log: createLog("silent") });
    parts.identity.install(server);
    server.get(
      "/v2/probe",
      { config: { access: { resource: "Organization", mode: "read" } } },
      async (request) => ({
        tillId: request.actor.tillId,
      }),
    );
    await server.ready();
    await parts.server.close();
    return { ...parts, server };
  };

  test("a till's own calls are its own, and entity headers do not count for it", async () => {
    expect(await attributed(shop.till)).toBe(shop.tillIds[0]);
    const headers = { ...shop.till, "x-cap-api-attribution-entity-code": `${shop.organisation.code}.till2` };
    expect(await attributed(headers)).toBe(shop.tillIds[0]);
  });

  test("look-up headers name another active till and need each other", async () => {
    const lookup = (headers: Record<string, string>) => attributed({ ...shop.till, ...headers });
    const type = "x-cap-api-attribution-lookup-type";
    const value = "x-cap-api-attribution-lookup";
    expect(await lookup({ [type]: "WECHAT", [value]: "Shop2" })).toBe(shop.tillIds[1]);
    expect(await lookup({ [type]: "MOBILE_TRIGGER", [value]: `${shop.organisation.code}.till2` })).toBe(
      shop.tillIds[1],
    );
    expect(await lookup({ [type]: "WECHAT", [value]: "shop2" })).toEqual([400, 400]);
    expect(await lookup({ [value]: "Shop2" })).toEqual([400, 1061]);
    expect(await lookup({ [type]: "WECHAT" })).toEqual([400, 1061]);
    expect(await lookup({ [type]: "FAX", [value]: "Shop2" })).toEqual([400, 400]);
    expect(await lookup({ [type]: "WECHAT", [value]: `${other.organisation.code}.till1` })).toEqual([
      400, 400,
    ]);
  });

  test.each([
    ["TILL", "till2"],
    ["TILL_CODE", "till2"],
    ["STORE_CODE", "store-2"],
    ["STORE_NAME", "Store 2"],
    ["STORE_EXTERNAL_ID", "E0"],
    ["STORE_EXTERNAL_ID_1", "E1"],
    ["store_external_id_2", "E2"],
  ])("a token's call is booked on %s %s", async (type, text) => {
    const value = type.startsWith("TILL") ? `${shop.organisation.code}.${text}` : text;
    const headers = {
      "x-cap-api-oauth-token": token,
      "x-cap-api-attribution-entity-type": type,
      "x-cap-api-attribution-entity-code": value,
    };
    expect(await attributed(headers)).toBe(shop.tillIds[1]);
  });

  test("without headers it is the client's till, with wrong ones an error unless the client falls back", async () => {
    expect(await attributed({ "x-cap-api-oauth-token": token })).toBe(shop.tillIds[0]);
    const older = { "x-cap-api-attribution-till-code": `${shop.organisation.code}.till2` };
    expect(await attributed({ "x-cap-api-oauth-token": token, ...older })).toBe(shop.tillIds[1]);
    const wrong = { "x-cap-api-attribution-entity-code": `${other.organisation.code}.till1` };
    expect(await attributed({ "x-cap-api-oauth-token": token, ...wrong })).toEqual([400, 400]);
    const type = {
      "x-cap-api-attribution-entity-type": "CITY",
      "x-cap-api-attribution-entity-code": "London",
    };
    expect(await attributed({ "x-cap-api-oauth-token": token, ...type })).toEqual([400, 400]);
    const falling = await newClient({ fallsBackToTill: true });
    probe.clock.set(access.clock.now());
    expect(await attributed({ "x-cap-api-oauth-token": falling.token, ...wrong })).toBe(shop.tillIds[0]);
  });
});

describe("the guard", () => {
  test("refuses a route that does not say who may call it", async () => {
    const { createHttp, createLog } = await import("#platform");
    const server = createHttp({ log: createLog("silent") });
    access.identity.install(server);
    expect(() => server.get("/v2/forgotten", async () => ({}))).toThrow("does not say who may call it");
    expect(() => server.get("/assets/open", async () => ({}))).not.toThrow();
    await server.close();
  });

  test("answers unknown paths and wrong methods without credentials", async () => {
    expect((await get({}, "/v2/nothing/here")).status).toBe(404);
    expect((await call(access.server, "DELETE", READ)).status).toBe(405);
  });

  test("tills cannot use the administration API", async () => {
    expect(
      (await get(await signInTill(access.identity, shop.organisation, shop.tillIds[1]), "/api/users")).status,
    ).toBe(401);
  });
});
