import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import type { Organisation, Orgs } from "#orgs";
import {
  AppError,
  decodeCursor,
  encodeCursor,
  failures,
  formatIso,
  Issue,
  OwnFailure,
  type Server,
  type Tx,
} from "#platform";
import { errors } from "./errors.ts";
import { parseChange, parseFlatCustomer } from "./parse.ts";
import type { Customer, CustomerRow } from "./schema.ts";
import type { Customers } from "./service.ts";

/** Members of a tier of the default program, in order of id. */
export type TierMembers = (
  tx: Tx,
  actor: Actor,
  page: { readonly tier: number; readonly after: number; readonly limit: number },
) => Promise<{ readonly partyIds: readonly number[]; readonly total: number }>;

export interface AdminRouteParts {
  readonly customers: Customers;
  readonly orgs: Orgs;
  /** Without it the list cannot be filtered by tier. */
  readonly tierMembers?: TierMembers;
}

const READ = { access: { resource: "Customer", mode: "read" } } as const;
const WRITE = { access: { resource: "Customer", mode: "write" } } as const;
const FAILURES = failures(OwnFailure);
const TAGS = ["Administration"];
const strict = { additionalProperties: false };
const MAX_LIST = 100;
const DEFAULT_LIST = 25;
const Id = Type.Object({ id: Type.String() });
const Text = Type.Union([Type.String(), Type.Null()]);

const Place = Type.Union([Type.Object({ code: Type.String(), name: Type.String() }), Type.Null()]);
const ListItem = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  firstName: Text,
  lastName: Text,
  mobile: Text,
  email: Text,
  externalId: Text,
  registeredAt: Type.String(),
  status: Type.String(),
});
const CustomerView = Type.Object({
  id: Type.Integer(),
  firstName: Text,
  lastName: Text,
  status: Type.String(),
  loyaltyType: Type.String(),
  registeredAt: Type.String(),
  registeredStore: Place,
  registeredTill: Place,
  source: Type.String(),
  identifiers: Type.Array(
    Type.Object({
      source: Type.String(),
      accountId: Type.String(),
      type: Type.String(),
      value: Type.String(),
    }),
  ),
  channels: Type.Array(
    Type.Object({
      source: Type.String(),
      accountId: Type.String(),
      type: Type.String(),
      value: Type.String(),
      primary: Type.Boolean(),
      verified: Type.Boolean(),
      subscribed: Type.Union([Type.Boolean(), Type.Null()]),
    }),
  ),
  extendedFields: Type.Record(Type.String(), Type.Unknown()),
  customFields: Type.Record(Type.String(), Type.Unknown()),
  updatedAt: Type.String(),
  isDemo: Type.Boolean(),
});
const Written = Type.Object({ ...CustomerView.properties, warnings: Type.Array(Issue) });

const nameOf = ({ firstName, lastName }: Pick<CustomerRow, "firstName" | "lastName">): string =>
  [firstName, lastName].filter((part) => part !== null && part !== "").join(" ");

const listItem = (organisation: Organisation, row: CustomerRow): Static<typeof ListItem> => ({
  id: row.partyId,
  name: nameOf(row),
  firstName: row.firstName,
  lastName: row.lastName,
  mobile: row.mobile,
  email: row.email,
  externalId: row.externalId,
  registeredAt: formatIso(row.registeredAt.getTime(), organisation.timeZone),
  status: row.status,
});

const customerView = (organisation: Organisation, found: Customer): Static<typeof CustomerView> => {
  const { customer, profiles, identifiers, channels } = found;
  const till = customer.registeredTillId === null ? null : organisation.till(customer.registeredTillId);
  const store = till === null ? null : organisation.storeOfTill(till.id);
  const iso = (date: Date) => formatIso(date.getTime(), organisation.timeZone);
  return {
    id: customer.partyId,
    firstName: customer.firstName,
    lastName: customer.lastName,
    status: customer.status,
    loyaltyType: customer.loyaltyType,
    registeredAt: iso(customer.registeredAt),
    registeredStore: store === null ? null : { code: store.code, name: store.name },
    registeredTill: till === null ? null : { code: till.code, name: till.name },
    source: customer.source,
    identifiers: identifiers.map(({ source, accountId, type, value }) => ({
      source,
      accountId,
      type,
      value,
    })),
    channels: channels.map(({ source, accountId, type, value, ...row }) => ({
      source,
      accountId,
      type,
      value,
      primary: row.isPrimary,
      verified: row.isVerified,
      subscribed: row.isSubscribed,
    })),
    extendedFields: { ...customer.extendedFields },
    // Newest profile last: where two hold the same field, it is the newest value that is shown.
    customFields: Object.assign({}, ...profiles.map((profile) => profile.customFields)),
    updatedAt: iso(customer.updatedAt),
    isDemo: customer.isDemo,
  };
};

const readLimit = (given: string | undefined): number => {
  if (given === undefined || given === "") return DEFAULT_LIST;
  const limit = /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (limit < 1 || limit > MAX_LIST)
    throw errors.bad_field({ field: "limit", expected: `a whole number from 1 to ${MAX_LIST}` });
  return limit;
};

const readCursor = (after: string | undefined, sort: "registeredAt" | "name"): [string, number] | null => {
  if (after === undefined || after === "") return null;
  const values = decodeCursor(after, 2);
  const [value, id] = values ?? [];
  const fits =
    typeof value === "string" &&
    Number.isSafeInteger(id) &&
    !value.includes("\u0000") &&
    (sort === "name" || /^-?\d{1,17}$/.test(value));
  if (!fits) throw errors.bad_cursor({ field: "after" });
  return [value as string, id as number];
};

/** Adds the administration API of customers, the one that the console uses. */
export const addAdminRoutes = (server: Server, parts: AdminRouteParts): void => {
  addList(server, parts);
  addCustomer(server, parts);
};

const addList = (server: Server, { customers, orgs, tierMembers }: AdminRouteParts) => {
  const listByTier = async (actor: Actor, tier: number, after: string | undefined, limit: number) => {
    if (tierMembers === undefined) throw errors.tier_filter_missing({ field: "tier" });
    const organisation = await orgs.get(actor.orgId);
    const position = readCursor(after, "registeredAt");
    const { members, rows } = await customers.read(actor.orgId, async (tx) => {
      const found = await tierMembers(tx, actor, { tier, after: position?.[1] ?? 0, limit: limit + 1 });
      return { members: found, rows: await customers.rowsOf(tx, actor.orgId, found.partyIds) };
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => listItem(organisation, row)),
      next: rows.length > limit && last !== undefined ? encodeCursor(["0", last.partyId]) : null,
      total: members.total,
    };
  };

  server.get(
    "/api/customers",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List customers",
        operationId: "listCustomers",
        querystring: Type.Object({
          q: Type.Optional(Type.String({ maxLength: 200, description: "Beginning of a name or identifier" })),
          tier: Type.Optional(
            Type.String({ description: "Number of a tier of the default program; lists by id, without q" }),
          ),
          sort: Type.Optional(Type.Enum(["registeredAt", "name"])),
          order: Type.Optional(Type.Enum(["asc", "desc"])),
          after: Type.Optional(Type.String({ maxLength: 1000 })),
          limit: Type.Optional(Type.String()),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(ListItem),
            next: Type.Union([Type.String(), Type.Null()]),
            total: Type.Integer({ description: "A search counts at most 1,000" }),
          }),
          ...FAILURES,
        },
      },
    },
    async ({ actor, query }) => {
      const limit = readLimit(query.limit);
      if (query.tier !== undefined && query.tier !== "") {
        if (!/^\d{1,3}$/.test(query.tier))
          throw errors.bad_field({ field: "tier", expected: "the number of a tier" });
        return listByTier(actor, Number(query.tier), query.after, limit);
      }
      const sort = query.sort === "name" ? "name" : "registeredAt";
      const descending = query.order === undefined ? sort === "registeredAt" : query.order === "desc";
      const after = readCursor(query.after, sort);
      const organisation = await orgs.get(actor.orgId);
      const page = { text: query.q ?? "", sort, descending, after, limit: limit + 1 } as const;
      const { rows, total } = await customers.list(actor.orgId, page);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const hasMore = rows.length > limit && last !== undefined;
      return {
        items: shown.map((row) => listItem(organisation, row)),
        next: hasMore ? encodeCursor([last.sortValue, last.partyId]) : null,
        total,
      };
    },
  );
};

/** A refusal in the words of a form, which knows `mobile` and not the path that the documented call has for it. */
const inFormWords = (error: unknown): unknown => {
  if (!(error instanceof AppError)) return error;
  const { field: path, type } = error.details;
  const last = typeof path === "string" ? /^profiles\[0\]\.(\w+)$/.exec(path)?.[1] : undefined;
  const field = typeof type === "string" ? type : (last ?? path);
  const message = error.message
    .replace(/^profiles\[0\][\w.[\]]*: (\w)/, (_, first: string) => first.toUpperCase())
    .replace(/^profiles\[0\]\./, "");
  return new AppError(error.code, error.number, error.http, message, { ...error.details, field });
};

const Fields = Type.Optional(Type.Record(Type.String(), Type.Unknown()));
const OptionalText = Type.Optional(Text);

const addCustomer = (server: Server, { customers, orgs }: AdminRouteParts) => {
  const view = async (orgId: number, id: number) => {
    const found = await customers.get(orgId, id);
    if (found === null) throw errors.not_found({ id });
    return { found, shown: customerView(await orgs.get(orgId), found) };
  };
  const idOf = (orgId: number, id: string) =>
    customers.requireCustomer(orgId, { name: "id", value: id }, 404);

  server.post(
    "/api/customers",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Register a customer in the store",
        operationId: "createCustomer",
        body: Type.Object(
          {
            firstName: OptionalText,
            lastName: OptionalText,
            mobile: OptionalText,
            email: OptionalText,
            externalId: OptionalText,
            extendedFields: Fields,
            customFields: Fields,
          },
          strict,
        ),
        response: { 201: Written, ...FAILURES },
      },
    },
    async ({ actor, body }, reply) => {
      const organisation = await orgs.get(actor.orgId);
      const { mobile, email, externalId, ...rest } = body;
      const flat = { ...rest, identifiers: { mobile, email, externalId } };
      try {
        const registration = parseFlatCustomer(flat, { organisation, actor, now: customers.now() });
        const { partyId, warnings } = await customers.registerOne(actor, registration);
        const { shown } = await view(actor.orgId, partyId);
        return reply.status(201).send({ ...shown, warnings: [...warnings] });
      } catch (error) {
        throw inFormWords(error);
      }
    },
  );
  server.get(
    "/api/customers/:id",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Read a customer",
        operationId: "readCustomer",
        params: Id,
        response: { 200: CustomerView, ...FAILURES },
      },
    },
    async ({ actor, params }) => (await view(actor.orgId, await idOf(actor.orgId, params.id))).shown,
  );
  server.put(
    "/api/customers/:id",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Change a customer's names and fields",
        operationId: "updateCustomer",
        params: Id,
        body: Type.Object(
          {
            firstName: OptionalText,
            lastName: OptionalText,
            loyaltyType: Type.Optional(Type.Enum(["loyalty", "non_loyalty"])),
            extendedFields: Fields,
            customFields: Fields,
            source: Type.Optional(Type.String({ description: "Profile to change; the newest when absent" })),
            accountId: Type.Optional(Type.String()),
          },
          strict,
        ),
        response: { 200: Written, ...FAILURES },
      },
    },
    async ({ actor, params, body }) => {
      const organisation = await orgs.get(actor.orgId);
      const id = await idOf(actor.orgId, params.id);
      const { found } = await view(actor.orgId, id);
      const newest = found.profiles.at(-1)!;
      const { customFields, extendedFields, loyaltyType, firstName, lastName } = body;
      const documented = {
        profiles: [{ firstName, lastName, fields: customFields }],
        extendedFields,
        loyaltyInfo: { loyaltyType },
      };
      const place = {
        source: body.source ?? newest.source,
        accountId: body.source === undefined ? newest.accountId : body.accountId,
      };
      const context = { organisation, actor, now: customers.now(), ...place };
      const change = parseChange(documented, context);
      await customers.update(actor, id, change);
      const { shown } = await view(actor.orgId, id);
      return { ...shown, warnings: [...change.warnings] };
    },
  );
};
