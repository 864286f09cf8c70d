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
let other: CustomersShop;
let client: ReturnType<typeof customersClient>;

beforeAll(async () => {
  access = await createCustomersServer();
  shop = await createCustomersShop(access);
  other = await createCustomersShop(access);
  client = customersClient(access, shop);
});
afterAll(() => access.close());

const created: typeof client.created = (...given) => client.created(...given);
const read: typeof client.read = (...given) => client.read(...given);
const put: typeof client.put = (...given) => client.put(...given);

describe("changing", () => {
  test("leaves what is absent, merges fields and channels, clears what is empty", async () => {
    const { mobile, email } = fresh();
    const id = await created(
      { mobile },
      {
        fields: { shoe_size: 38 },
        commChannels: [{ type: "mobile", value: mobile, primary: true, subscribed: true }],
      },
      { extendedFields: { city: "Cebu", children: 1 } },
    );
    access.clock.advance(1000);
    const answer = await put(`${id}?source=INSTORE`, {
      profiles: [
        {
          lastName: "Cruz",
          identifiers: [{ type: "email", value: email }],
          fields: { shoe_size: 39 },
          commChannels: [
            { type: "mobile", value: mobile, verified: true },
            { type: "email", value: email },
          ],
        },
      ],
      extendedFields: { city: "", colour: "blue", moon: 1 },
    });
    expect(answer.body).toMatchObject({ createdId: id, warnings: [{ code: 91016 }], sideEffects: [] });
    const found = await read(id);
    expect(found.extendedFields).toEqual({ children: 1, colour: "blue" });
    const [kept] = found.profiles;
    expect(kept).toMatchObject({ firstName: "Ana", lastName: "Cruz", fields: { shoe_size: "39" } });
    expect(kept.identifiers).toEqual([{ type: "mobile", value: mobile }]);
    expect(
      kept.commChannels.map((item: { type: string; verified: boolean; subscribed?: boolean }) => [
        item.type,
        item.verified,
        item.subscribed,
      ]),
    ).toEqual([
      ["mobile", true, true],
      ["email", false, undefined],
    ]);
    const trail = await access.customers.read(shop.id, (tx) =>
      listChanges(tx, shop.id, id, { before: null, limit: 10 }),
    );
    expect(trail.map((row) => row.kind)).toEqual(["updated", "registered"]);
    const fields = trail[0]!.changes.map(({ field, from, to }) => [field, from, to]);
    expect(fields).toContainEqual(["lastName", "Reyes", "Cruz"]);
    expect(fields).toContainEqual(["fields.shoe_size", 38, 39]);
    expect(fields).toContainEqual(["extendedFields.city", "Cebu", null]);
    expect(trail[0]).toMatchObject({ actorKind: "till", tillId: shop.tillIds[0] });
    const older = await access.customers.read(shop.id, (tx) =>
      listChanges(tx, shop.id, id, { before: { at: trail[0]!.changedAt, id: trail[0]!.id }, limit: 10 }),
    );
    expect(older.map((row) => row.kind)).toEqual(["registered"]);
  });

  test("to what is there already changes and tells nothing", async () => {
    const id = await created(fresh());
    const told = access.updated.length;
    expect((await put(`${id}?source=INSTORE`, { profiles: [{ lastName: "Reyes" }] })).status).toBe(200);
    expect(access.updated).toHaveLength(told);
  });

  test("by identifier, and found by the new name only", async () => {
    const { mobile } = fresh();
    const id = await created({ mobile }, { lastName: "Oldname" });
    const answer = await put(`lookup?source=INSTORE&identifierName=mobile&identifierValue=${mobile}`, {
      profiles: [{ lastName: "Newname" }],
    });
    expect(answer.body.createdId).toBe(id);
    const search = async (q: string) =>
      (await call(access.server, "GET", `/v2/customers/search?q=${q}`, shop.till)).body.pagination.total;
    expect([await search("oldname"), await search("newname")]).toEqual([0, 1]);
  });

  test("lets a customer become a loyalty customer, never the other way", async () => {
    const id = await created(fresh(), {}, { loyaltyInfo: { loyaltyType: "non_loyalty" } });
    const promote = { loyaltyInfo: { loyaltyType: "loyalty" } };
    expect((await put(`${id}?source=INSTORE`, promote)).status).toBe(200);
    expect(access.updated.at(-1)).toEqual({ partyId: id, orgId: shop.id, joinedLoyalty: true });
    const back = await put(`${id}?source=INSTORE`, { loyaltyInfo: { loyaltyType: "non_loyalty" } });
    expect(codeOf(back)).toEqual([400, 8018]);
  });

  test("is refused with the documented codes", async () => {
    const { mobile } = fresh();
    const id = await created({ mobile });
    const body = { profiles: [{ lastName: "X" }] };
    const cases: [path: string, body: unknown, code: number][] = [
      ["999999999?source=INSTORE", body, 8015],
      ["abc?source=INSTORE", body, 8015],
      [`${id}`, body, 8004],
      [`${id}?source=MOON`, body, 3217],
      [`${id}?source=WECHAT`, body, 8045],
      [`${id}?source=WEBSITE`, body, 8065],
      [`${id}?source=INSTORE`, {}, 8084],
      [`${id}?source=INSTORE`, { profiles: [{}, {}] }, 400],
      [`${id}?source=INSTORE`, { statusLabel: "vip" }, 8086],
      ["lookup?source=INSTORE", body, 8002],
      ["lookup?source=INSTORE&identifierName=shoe&identifierValue=1", body, 8013],
      ["lookup?source=INSTORE&identifierName=mobile&identifierValue=1", body, 8015],
    ];
    for (const [path, sent, code] of cases)
      expect([path, ...codeOf(await put(path, sent))]).toEqual([path, 400, code]);
    expect(codeOf(await put(`${id}?source=INSTORE`, body, other.till))).toEqual([400, 8015]);
    expect((await put(`${id}?source=INSTORE`, body, {})).status).toBe(401);
  });

  test("many at once are all kept", async () => {
    const id = await created(fresh());
    const names = ["city", "children", "colour"];
    const values = ["Cebu", 3, "red"];
    await Promise.all(
      names.map((name, index) => put(`${id}?source=INSTORE`, { extendedFields: { [name]: values[index] } })),
    );
    expect((await read(id)).extendedFields).toEqual({ city: "Cebu", children: 3, colour: "red" });
  });
});
