import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

beforeAll(async () => {
  access = await createAccessServer();
  shop = await createShop(access);
  other = await createShop(access);
});
afterAll(() => access.close());

const get = (url: string, headers: Record<string, string> = shop.till) =>
  call(access.server, "GET", url, headers);
const post = (url: string, payload: unknown, headers: Record<string, string> = shop.till) =>
  call(access.server, "POST", url, headers, payload);
const code = (answer: Answer) => [answer.status, answer.body.errors?.[0]?.code];

describe("fields", () => {
  test("custom fields are defined and listed by scope", async () => {
    const payload = {
      scope: "ORG_CUSTOM_FIELD",
      customFields: [
        {
          name: "Email Footer Color",
          type: "text",
          dataType: "STRING",
          label: "Mail content",
          defaultValue: "#1234",
          position: 0,
          isUpdatable: 0,
        },
      ],
    };
    const made = await post("/v2/customFields", payload);
    expect(made.body).toMatchObject({ success: true, warnings: [], errors: [] });
    expect(made.body.entity[0]).toMatchObject({
      orgId: shop.id,
      name: "Email Footer Color",
      scope: "ORG_CUSTOM_FIELD",
      defaultValue: "#1234",
      isUpdatable: 0,
      value: "",
    });
    for (const url of ["/v2/org/customFields", "/v2/organization/customFields"]) {
      const listed = await get(`${url}?scope=org_custom_field`);
      expect(listed.body.entity.map((field: { name: string }) => field.name)).toEqual(["Email Footer Color"]);
      expect((await get(`${url}?scope=org_custom_field`, other.till)).body.entity).toEqual([]);
      expect(code(await get(`${url}?scope=nonsense`))).toEqual([400, 3204]);
    }
    expect(code(await post("/v2/customFields", payload))).toEqual([400, 1025]);
    const hierarchy = await get("/v2/organization/hierarchy?fetchCustomFields=true");
    expect(hierarchy.body.baseOrganization.customFields).toEqual([
      { name: "Email Footer Color", value: "#1234" },
    ]);
  });

  test.each([
    [{ scope: "NOWHERE", customFields: [{ name: "a" }] }, 1018],
    [{ customFields: [{ name: "a" }] }, 1018],
    [{ scope: "LOYALTY_REGISTRATION", customFields: [] }, 1028],
    [{ scope: "LOYALTY_REGISTRATION" }, 1028],
    [{ scope: "LOYALTY_REGISTRATION", customFields: [{ name: "" }] }, 1024],
    [{ scope: "LOYALTY_REGISTRATION", customFields: [null] }, 1024],
    [{ scope: "LOYALTY_REGISTRATION", customFields: [{ name: "a", dataType: "JSON" }] }, 400],
    [{ scope: "LOYALTY_REGISTRATION", customFields: [{ name: "__proto__" }] }, 400],
  ])("refuses %j with %i", async (payload, expected) => {
    expect(code(await post("/v2/customFields", payload))).toEqual([400, expected]);
  });

  test("of several fields all or none are defined", async () => {
    const payload = {
      scope: "CUSTOMER_CARD",
      customFields: [{ name: "one" }, { name: "two" }, { name: "ONE" }],
    };
    expect(code(await post("/v2/customFields", payload))).toEqual([400, 1025]);
    expect((await get("/v2/org/customFields?scope=customer_card")).body.entity).toEqual([]);
  });

  test("fields with an audit trail are limited", async () => {
    const customFields = Array.from({ length: 6 }, (_, index) => ({
      name: `audited ${index}`,
      enableAuditTrail: 1,
    }));
    const answer = await post("/v2/customFields", { scope: "CUSTOMER_CARD", customFields });
    expect(code(answer)).toEqual([400, 1023]);
  });

  test("extended fields are listed by entity, hidden and shown", async () => {
    const author = { orgId: shop.id, name: "test" };
    const gender = await access.orgs.defineField(author, {
      kind: "extended",
      scope: "CUSTOMER",
      name: "gender",
      label: "Gender",
      dataType: "enum",
      enumValues: ["Female", "Male"],
    });
    const { body } = await get("/v2/extendedFields");
    expect(body.entity.CUSTOMER).toEqual([
      {
        id: gender.id,
        name: "gender",
        label: "Gender",
        entityType: "CUSTOMER",
        dataType: "CUSTOM_ENUM",
        enumValues: ["Female", "Male"],
        createdBy: -1,
        modifiedBy: -1,
        createdOn: "2026-03-04",
        modifiedOn: "2026-03-04",
        parentId: -1,
      },
    ]);
    expect((await get("/v2/extendedFields", other.till)).body.entity.CUSTOMER).toEqual([]);

    const url = "/v2/entity/extended_field_config";
    const hidden = await post(url, {
      extendedFieldId: gender.id,
      hideDisplay: true,
      mandatory: "true",
      position: 3,
    });
    expect(hidden.body).toMatchObject({
      extendedFieldId: gender.id,
      hideDisplay: true,
      mandatory: true,
      position: 3,
    });
    expect((await get("/v2/entity/extendedFieldConfig")).body.data).toEqual([hidden.body]);
    expect(code(await post(url, { extendedFieldId: gender.id, hideDisplay: true }, other.till))).toEqual([
      404, 3203,
    ]);
    expect(code(await post(url, { extendedFieldId: gender.id }))).toEqual([400, 1024]);
    expect(code(await post(url, { hideDisplay: true }))).toEqual([400, 1024]);
    expect(code(await post(url, { extendedFieldId: gender.id, hideDisplay: "perhaps" }))).toEqual([400, 400]);
  });

  test("warn of what screens may follow but nothing here acts on", async () => {
    const author = { orgId: shop.id, name: "test" };
    const field = await access.orgs.defineField(author, {
      kind: "extended",
      scope: "TRANSACTION",
      name: "delivery_slot",
      label: "Slot",
      dataType: "string",
    });
    const { body } = await post("/v2/entity/extended_field_config", {
      extendedFieldId: field.id,
      hideDisplay: false,
      mandatory: true,
      updatable: false,
      rejectTxnOnInvalidValue: true,
      position: 2,
    });
    const warned = ["mandatory", "updatable", "rejectTxnOnInvalidValue"];
    expect(body.warnings).toEqual(
      warned.map((name) => ({ status: false, code: 70107, message: expect.stringMatching(`^${name} `) })),
    );
  });
});
