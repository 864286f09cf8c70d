import { afterAll, beforeAll, expect, test } from "vitest";
import { createOrgs } from "#orgs";
import { createDb, createIds, type Db, fixedClock, type Sql, sql } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { createTestOrganisation } from "../orgs/testing.ts";
import { createCustomers } from "./service.ts";
import { buildCustomers } from "./testing.ts";
import { verifyCustomers } from "./verify.ts";

let database: TestDatabase;
let db: Db;
let build: ReturnType<typeof buildCustomers>;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  const parts = { db, ids: createIds(db), clock: fixedClock(new Date("2026-03-04T10:00:00Z")) };
  const orgs = createOrgs(parts);
  const shop = await createTestOrganisation(orgs);
  build = buildCustomers({ customers: createCustomers({ ...parts, orgs }), orgs }, shop.id);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

test("finds nothing where all is well, and each thing that is not", async () => {
  await build.registerMany(50, "ok");
  await build.register({ mobile: "447911000001" });
  await build.register({ mobile: "447911000001", email: "a@example.com", source: "WEBSITE" });
  expect(await verifyCustomers(db)).toEqual([]);

  const breach = async (statement: (partyId: number) => Sql, ...broken: string[]) => {
    const { partyId } = await build.register();
    const before = (await verifyCustomers(db)).length;
    await db.system((tx) => tx.run(statement(partyId)));
    const found = await verifyCustomers(db);
    const mine = found.filter((finding) => finding.partyId === partyId);
    expect(mine.map(({ check }) => check)).toEqual(broken.map((name) => expect.stringContaining(name)));
    expect(found).toHaveLength(before + broken.length);
  };
  await breach(
    (id) => sql`/* test.break */ delete from customers.identifier_keys where party_id = ${id}`,
    "is in the directory",
  );
  await breach(
    (id) =>
      sql`/* test.break */ insert into customers.identifier_keys (key, org_id, party_id) select org_id || ':mobile:1', org_id, party_id from customers.customers where party_id = ${id}`,
    "every key",
  );
  await breach(
    (id) =>
      sql`/* test.break */ update customers.customers set email = 'x@example.com' where party_id = ${id}`,
    "shown by",
  );
  await breach(
    (id) => sql`/* test.break */ delete from customers.identifiers where party_id = ${id}`,
    "every key",
    "is in the directory",
    "shown by",
  );
  await breach(
    (id) =>
      sql`/* test.break */ update customers.customers set merged_into = ${id - 1}::bigint where party_id = ${id}`,
    "nothing that others are known by",
    "nothing that others are known by",
    "leads to one who is not",
  );
  // The audit trail cannot be rewritten by the program's roles.
  const rewriting = db.system((tx) => tx.run(sql`/* test.break */ delete from customers.changes`));
  await expect(rewriting).rejects.toThrow("permission denied");
});
