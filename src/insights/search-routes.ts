import { Type } from "@fastify/type-provider-typebox";
import { transactionsNumbered } from "#activities";
import type { Customers } from "#customers";
import type { Entity, Organisation, Orgs } from "#orgs";
import { type Db, failures, formatIso, isStorable, OwnFailure, type Server } from "#platform";

export interface SearchRouteParts {
  readonly db: Db;
  readonly orgs: Orgs;
  readonly customers: Customers;
}

const MOST = 8;
const OrNull = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

const Found = Type.Object(
  {
    customers: Type.Array(
      Type.Object({
        id: Type.Integer(),
        name: Type.String(),
        mobile: OrNull(Type.String()),
        email: OrNull(Type.String()),
      }),
    ),
    transactions: Type.Array(
      Type.Object({
        id: Type.Integer(),
        number: Type.String(),
        customerId: OrNull(Type.Integer()),
        billedAt: Type.String(),
        amount: Type.Number(),
      }),
    ),
    entities: Type.Array(
      Type.Object({ id: Type.Integer(), type: Type.String(), code: Type.String(), name: Type.String() }),
    ),
  },
  { $id: "SearchResults" },
);

/** Places whose code or name has a word that begins with the text; exact codes first. */
export const findEntities = (organisation: Organisation, text: string): Entity[] => {
  const wanted = text.toLowerCase();
  const rank = ({ code, name }: Entity): number => {
    if (code.toLowerCase() === wanted) return 0;
    if (code.toLowerCase().startsWith(wanted)) return 1;
    return ` ${name.toLowerCase()}`.includes(` ${wanted}`) ? 2 : 3;
  };
  return (["STORE", "TILL", "ZONE", "CONCEPT"] as const)
    .flatMap((type) => organisation.entities(type))
    .map((entity) => ({ entity, rank: rank(entity) }))
    .filter((item) => item.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ entity }) => entity);
};

/** Adds the search over everything: people by name or identifier, bills by number, places by code or name. */
export const addSearchRoutes = (server: Server, { db, orgs, customers }: SearchRouteParts): void => {
  server.get(
    "/api/search",
    {
      config: { access: { resource: "Customer", mode: "read" } },
      schema: {
        tags: ["Insights"],
        summary: "Search customers, bills and places at once",
        operationId: "search",
        querystring: Type.Object({ q: Type.String({ maxLength: 200 }) }),
        response: { 200: Found, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId, permissions } = request.actor;
      const text = request.query.q.trim();
      // What cannot be stored is nobody's name and no bill's number.
      if (text === "" || !isStorable(text)) return { customers: [], transactions: [], entities: [] };
      const [organisation, people, bills] = await Promise.all([
        orgs.get(orgId),
        customers.search(orgId, text, { offset: 0, limit: MOST }),
        permissions.has("Transaction:read")
          ? db.transaction(orgId, (tx) => transactionsNumbered(tx, orgId, text, null, MOST))
          : [],
      ]);
      return {
        customers: people.matches.map(({ customer }) => ({
          id: customer.partyId,
          name: [customer.firstName, customer.lastName]
            .filter((part) => part !== null && part !== "")
            .join(" "),
          mobile: customer.mobile,
          email: customer.email,
        })),
        transactions: bills.map((bill) => ({
          id: bill.id,
          number: bill.billNumber,
          customerId: bill.customerId,
          billedAt: formatIso(bill.billedAt.getTime(), organisation.timeZone),
          amount: bill.amount / organisation.moneyScale,
        })),
        entities: (permissions.has("Organization:read") ? findEntities(organisation, text) : []).map(
          ({ id, type, code, name }) => ({
            id,
            type,
            code,
            name,
          }),
        ),
      };
    },
  );
};
