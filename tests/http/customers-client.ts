import { expect } from "vitest";
import { sql } from "#platform";
import { type Answer, call } from "./access-server.ts";
import type { CustomersServer, CustomersShop } from "./customers-server.ts";

export type Given = Readonly<Record<string, string>>;

let seed = 0;
/** A mobile number and other identifiers that no other test of the file uses. */
export const fresh = () => {
  seed++;
  return {
    mobile: `4479110${String(seed).padStart(5, "0")}`,
    email: `fresh${seed}@example.com`,
    externalId: `F-${seed}`,
  };
};

/** A profile as the documented calls take it. */
export const profile = (identifiers: Given, rest: object = {}) => ({
  source: "INSTORE",
  firstName: "Ana",
  lastName: "Reyes",
  identifiers: Object.entries(identifiers).map(([type, value]) => ({ type, value })),
  ...rest,
});

export const codeOf = (answer: Answer) => [answer.status, answer.body.errors?.[0]?.code];
export const warningsOf = (answer: Answer) => answer.body.warnings.map((item: { code: number }) => item.code);
export const messageOf = (answer: Answer): string => answer.body.errors[0].message;

const COUNTS = {
  customers: sql`/* test.count_customers */ select count(*) as count from customers.customers`,
  identifier_keys: sql`/* test.count_keys */ select count(*) as count from customers.identifier_keys`,
};

/** The documented calls of a shop's till. */
export const customersClient = (access: CustomersServer, shop: CustomersShop) => {
  const post = (body: unknown, headers: Record<string, string> = shop.till, query = "") =>
    call(access.server, "POST", `/v2/customers${query}`, headers, body);
  const register = (identifiers: Given, rest: object = {}, top: object = {}, whose = shop) =>
    post({ profiles: [profile(identifiers, rest)], ...top }, whose.till);
  return {
    post,
    register,
    /** Registers and expects success; answers the id. */
    created: async (identifiers: Given, rest: object = {}, top: object = {}, whose = shop) => {
      const answer = await register(identifiers, rest, top, whose);
      expect(answer.body.errors).toBeUndefined();
      return answer.body.createdId as number;
    },
    read: async (id: number, whose = shop, query = "source=ALL") =>
      (await call(access.server, "GET", `/v2/customers/${id}?${query}`, whose.till)).body,
    put: (path: string, body: unknown, headers: Record<string, string> = shop.till) =>
      call(access.server, "PUT", `/v2/customers/${path}`, headers, body),
    /** Rows of a table, of all organisations. */
    countOf: async (table: keyof typeof COUNTS) =>
      (await access.db.system((tx) => tx.one<{ count: number }>(COUNTS[table]))).count,
  };
};
