import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listChanges } from "#customers";
import { call } from "./access-server.ts";
import { codeOf, customersClient, fresh } from "./customers-client.ts";
import {
  type CustomersServer,
  type CustomersShop,
  createCustomersServer,
  createCustomersShop,
} from "./customers-server.ts";

let access: CustomersServer;
let shop: CustomersShop;
let client: ReturnType<typeof customersClient>;

beforeAll(async () => {
  access = await createCustomersServer();
  shop = await createCustomersShop(access);
  client = customersClient(access, shop);
});
afterAll(() => access.close());

interface Item {
  readonly type: string;
  readonly value: string;
}
const change = (
  id: number | string,
  body: { add?: unknown; remove?: unknown },
  source = "INSTORE",
  headers: Record<string, string> = { ...shop.till },
) => call(access.server, "POST", `/v2/customers/${id}/changeIdentifier?source=${source}`, headers, body);
const mobile = (value: string): Item => ({ type: "mobile", value });
const email = (value: string): Item => ({ type: "email", value });
// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
const warningsOf = ({ body }: { body: any }) => body.warnings.map((item: { code: number }) => item.code);
const whoHas = (name: string, value: string) => access.customers.lookup(shop.id, { name, value });

describe("POST /v2/customers/{id}/changeIdentifier", () => {
  test("adds and removes; the customer is found by what they have now, and by nothing else", async () => {
    const [a, b] = [fresh(), fresh()];
    const id = await client.created({ mobile: a.mobile });
    const answer = await change(id, {
      add: [mobile(b.mobile), email(b.email)],
      remove: [mobile(a.mobile)],
    });
    expect([answer.status, answer.body]).toEqual([200, { createdId: id, warnings: [] }]);
    expect((await client.read(id)).profiles[0].identifiers).toEqual(
      expect.arrayContaining([mobile(b.mobile), email(b.email)]),
    );
    expect([await whoHas("mobile", a.mobile), await whoHas("mobile", b.mobile)]).toEqual([null, id]);
    expect(await whoHas("email", b.email)).toBe(id);
    const { rows } = await access.customers.list(shop.id, {
      text: b.mobile,
      sort: "name",
      descending: false,
      after: null,
      limit: 5,
    });
    expect(rows).toMatchObject([{ partyId: id, mobile: b.mobile, email: b.email }]);
    const [newest] = await access.db.transaction(shop.id, (tx) =>
      listChanges(tx, shop.id, id, { before: null, limit: 1 }),
    );
    expect(newest).toMatchObject({ kind: "identifiers_changed", changes: expect.any(Array) });
    // The old number is free for somebody else.
    expect(await client.created({ mobile: a.mobile })).not.toBe(id);
  });

  test("warns of what is so already and of what is not there", async () => {
    const a = fresh();
    const id = await client.created({ mobile: a.mobile, email: a.email });
    const answer = await change(id, {
      add: [mobile(a.mobile), email(a.email)],
      remove: [email(fresh().email)],
    });
    expect([answer.status, warningsOf(answer)]).toEqual([200, [8071, 8072, 8070, 8070]]);
    expect(warningsOf(await change(id, { add: [email("not an e-mail")] }))).toEqual([8055, 8070]);
  });

  test("merges with who has the identifier in another source: that one survives", async () => {
    const [a, b] = [fresh(), fresh()];
    const first = await client.created({ email: a.email }, { source: "WEBSITE" });
    const second = await client.created({ mobile: b.mobile });
    const answer = await change(second, { add: [email(a.email)] });
    expect([answer.status, answer.body.createdId, warningsOf(answer)]).toEqual([200, first, [8051]]);
    expect([await whoHas("mobile", b.mobile), await whoHas("email", a.email)]).toEqual([first, first]);
    const { profiles } = await client.read(first);
    expect(profiles.map(({ source }: { source: string }) => source).sort()).toEqual(["INSTORE", "WEBSITE"]);
    const again = await change(second, { add: [email(b.email)] });
    expect([again.body.createdId, warningsOf(again)]).toEqual([first, [8069]]);
  });

  test("refuses what belongs to another in the same source, or to several", async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    const taken = await client.created({ mobile: a.mobile });
    const id = await client.created({ mobile: b.mobile });
    expect(codeOf(await change(id, { add: [mobile(a.mobile)] }))).toEqual([400, 8007]);
    await client.created({ email: c.email }, { source: "WEBSITE" });
    await client.created({ externalId: c.externalId }, { source: "WEBSITE" });
    const both = [email(c.email), { type: "externalId", value: c.externalId }];
    expect(codeOf(await change(id, { add: both }))).toEqual([400, 8053]);
    expect([await whoHas("mobile", a.mobile), await whoHas("mobile", b.mobile)]).toEqual([taken, id]);
  });

  test("refuses to leave a customer whom nothing names, and what the organisation keeps fixed", async () => {
    const strict = await createCustomersShop(access);
    const own = customersClient(access, strict);
    const a = fresh();
    const id = await own.created({ mobile: a.mobile });
    const till = { ...strict.till };
    expect(codeOf(await change(id, { remove: [mobile(a.mobile)] }, "INSTORE", till))).toEqual([400, 70_315]);
    await strict.set("CONF_ALLOW_MOBILE_UPDATE", "0");
    expect(codeOf(await change(id, { add: [mobile(fresh().mobile)] }, "INSTORE", till))).toEqual([
      400, 70_314,
    ]);
    expect((await change(id, { add: [email(a.email)] }, "INSTORE", till)).status).toBe(200);
  });

  test("names what is wrong by its documented code", async () => {
    const a = fresh();
    const id = await client.created({ mobile: a.mobile });
    const add = [email(a.email)];
    expect(codeOf(await change(id, {}))).toEqual([400, 8084]);
    expect(codeOf(await change(id, { add }, "MOON"))).toEqual([400, 3217]);
    expect(codeOf(await change(id, { add }, ""))).toEqual([400, 8004]);
    expect(codeOf(await change(id, { add }, "WECHAT"))).toEqual([400, 8045]);
    expect(codeOf(await change(id, { add }, "WEBSITE"))).toEqual([400, 8065]);
    expect(codeOf(await change(id, { add: [{ type: "shoe", value: "9" }] }))).toEqual([400, 8013]);
    expect(codeOf(await change(id, { add: [{ value: "9" }] }))).toEqual([400, 8092]);
    expect(codeOf(await change(id, { add: [mobile("12")] }))).toEqual([400, 8014]);
    expect(codeOf(await change(987_654_321, { add }))).toEqual([400, 8015]);
  });

  test("keeps organisations apart and asks for permission", async () => {
    const other = await createCustomersShop(access);
    const id = await client.created({ mobile: fresh().mobile });
    const add = [email(fresh().email)];
    expect(codeOf(await change(id, { add }, "INSTORE", { ...other.till }))).toEqual([400, 8015]);
    expect((await change(id, { add }, "INSTORE", {})).status).toBe(401);
  });

  test("of two customers to the same identifier at once gives it to one", async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    const first = await client.created({ mobile: a.mobile });
    const second = await client.created({ mobile: b.mobile });
    const answers = await Promise.all([first, second].map((id) => change(id, { add: [email(c.email)] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect([first, second]).toContain(await whoHas("email", c.email));
  });
});
