import { Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import type { Organisation, Orgs } from "#orgs";
import { failures, Issue, issue, type Server, type Tx, V2Failure, V2List } from "#platform";
import { type AdminRouteParts, addAdminRoutes } from "./admin-routes.ts";
import { type PointsEmbeds, parseEmbed, shortenedWarnings } from "./embeds.ts";
import { errors, WARNING } from "./errors.ts";
import { type GapsAsked, type GapsShown, gapWarnings, parseGaps } from "./gaps.ts";
import { addMergeRoutes } from "./merge-routes.ts";
import { parseChange, parseIdentifierChange, parseRegistration } from "./parse.ts";
import { type ParseContext, parseAccount, parseSource, type SourceErrors, shown } from "./parse-values.ts";
import { CustomerShape, presentCustomer } from "./present.ts";
import { readCustomer } from "./reads.ts";
import { isSamePlace } from "./rules.ts";
import type { SourceAccount } from "./schema.ts";
import type { Customers, Resolved } from "./service.ts";

/** Standing of a customer in each program, the default program's first (customers.md §4.1, `loyaltyProgramDetails`). */
export type LoyaltyDetails = (tx: Tx, actor: Actor, partyId: number) => Promise<readonly object[]>;

export interface CustomersRouteParts extends AdminRouteParts {
  readonly customers: Customers;
  readonly orgs: Orgs;
  /** Without it a customer has no standing to show. */
  readonly loyaltyDetails?: LoyaltyDetails;
  /** Without it the embeds about points are not served. */
  readonly pointsEmbeds?: PointsEmbeds;
  /** How far a customer is from the next tier and from keeping theirs; without it they have none. */
  readonly tierGaps?: (tx: Tx, actor: Actor, partyId: number, asked: GapsAsked) => Promise<GapsShown>;
}

const READ = { access: { resource: "Customer", mode: "read" } } as const;
const WRITE = { access: { resource: "Customer", mode: "write" } } as const;
const FAILURES = failures(V2Failure);
const TAGS = ["Customers"];
const MAX_SEARCH = 100;
const DEFAULT_SEARCH = 10;
const MAX_QUERY_TEXT = 200;

const text = (description?: string) => Type.Optional(Type.String(description ? { description } : {}));
const Place = { source: text("Source of the profile"), accountId: text("Account of a source with several") };
const Identifier = { identifierName: text("An identifier type, or id"), identifierValue: text() };
const Async = { use_async: text("true: loyalty work may follow the answer") };
const ReadQuery = {
  ...Place,
  embed: text(
    "Parts to add, separated by commas: points, mlp, customerStatus, expirySchedules, expiredPoints, promotionalPoints, alternateCurrencies; by id returnedPoints too",
  ),
  includedOnlyCurrentProfile: text("true: leave out profiles of other sources"),
  gapToUpgrade: text("With embed=mlp: how far the next tier is, so many days ahead (0: today)"),
  gapToRenew: text("With embed=mlp: what is missing to keep the tier"),
};
const Loose = Type.Optional(Type.Unknown());
const Id = Type.Object({ customerId: Type.String() });

/** Judged in the parse step, where each field has a documented code. */
const RegisterBody = Type.Object(
  {
    profiles: Type.Optional(
      Type.Unknown({ description: "Profiles with source, names, identifiers[], commChannels[], fields" }),
    ),
    loyaltyInfo: Loose,
    extendedFields: Type.Optional(Type.Unknown({ description: "Fields of scope CUSTOMER, name → value" })),
    associatedWith: Loose,
    createDate: Type.Optional(Type.Unknown({ description: "ISO 8601, not in the future" })),
    statusLabel: Loose,
  },
  { additionalProperties: true },
);
const Written = Type.Object({
  createdId: Type.Integer(),
  warnings: Type.Array(Issue),
  sideEffects: Type.Array(Type.Unknown()),
});

const LOOKUP_SOURCE: SourceErrors = {
  missing: () => errors.lookup_source_missing(),
  invalid: (value) => errors.lookup_source_invalid({ value }),
};
const DETAILS_SOURCE: SourceErrors = {
  missing: () => errors.details_source_missing(),
  invalid: (value) => errors.details_source_invalid({ value }),
};

interface PlaceQuery {
  readonly source?: string;
  readonly accountId?: string;
}

/** The source that a read names; null = ALL. */
const placeOf = (
  organisation: Organisation,
  query: PlaceQuery,
  refuse: SourceErrors,
): SourceAccount | null => {
  if (query.source?.trim().toUpperCase() === "ALL") return null;
  const source = parseSource(organisation, query.source, refuse);
  return parseAccount(organisation, source, query.accountId, "accountId");
};

/** Adds the documented calls about customers and the administration API of customers. */
export const addCustomersRoutes = (server: Server, parts: CustomersRouteParts): void => {
  addWrites(server, parts);
  addIdentifierChange(server, parts);
  addReads(server, parts);
  addSearch(server, parts);
  addAdminRoutes(server, parts);
  addMergeRoutes(server, parts);
};

const contextOf = async (
  { orgs, customers }: CustomersRouteParts,
  actor: Actor,
  query: PlaceQuery,
): Promise<ParseContext> => ({
  organisation: await orgs.get(actor.orgId),
  actor,
  now: customers.now(),
  source: query.source,
  accountId: query.accountId,
});

const addWrites = (server: Server, parts: CustomersRouteParts) => {
  const { customers } = parts;
  server.post(
    "/v2/customers",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Register a customer",
        operationId: "registerCustomer",
        querystring: Type.Object({ ...Place, ...Async }),
        body: RegisterBody,
        response: { 200: Written, ...FAILURES },
      },
    },
    async ({ actor, query, body }) => {
      const registration = parseRegistration(body, await contextOf(parts, actor, query));
      const { partyId, warnings } = await customers.registerOne(actor, registration);
      return { createdId: partyId, warnings: [...warnings], sideEffects: [] };
    },
  );

  const change = async (actor: Actor, query: PlaceQuery, body: unknown, partyId: number) => {
    const parsed = parseChange(body, await contextOf(parts, actor, query));
    await customers.update(actor, partyId, parsed);
    return { createdId: partyId, warnings: [...parsed.warnings], sideEffects: [] };
  };
  server.put(
    "/v2/customers/:customerId",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Change a customer",
        operationId: "changeCustomer",
        params: Id,
        querystring: Type.Object({ ...Place, ...Async }),
        body: RegisterBody,
        response: { 200: Written, ...FAILURES },
      },
    },
    async ({ actor, params, query, body }) => {
      const reference = { name: "id", value: params.customerId };
      return change(actor, query, body, await customers.requireCustomer(actor.orgId, reference));
    },
  );
  server.put(
    "/v2/customers/lookup",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Change a customer, by identifier",
        operationId: "changeCustomerByIdentifier",
        querystring: Type.Object({ ...Place, ...Identifier, ...Async }),
        body: RegisterBody,
        response: { 200: Written, ...FAILURES },
      },
    },
    async ({ actor, query, body }) => {
      const reference = { name: query.identifierName ?? "", value: query.identifierValue ?? "" };
      return change(actor, query, body, await customers.requireCustomer(actor.orgId, reference));
    },
  );
};

const addIdentifierChange = (server: Server, parts: CustomersRouteParts) => {
  const { customers } = parts;
  const Listed = Type.Optional(Type.Unknown({ description: "Identifiers {type, value}" }));
  server.post(
    "/v2/customers/:customerId/changeIdentifier",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Add identifiers to a customer, and take others away",
        description:
          "An identifier that another customer has in another source merges the two: the one who had it survives, and is answered.",
        operationId: "changeIdentifier",
        params: Id,
        querystring: Type.Object({ ...Place, ...Async }),
        body: Type.Object({ add: Listed, remove: Listed }, { additionalProperties: true }),
        response: {
          200: Type.Object({ createdId: Type.Integer(), warnings: Type.Array(Issue) }),
          ...FAILURES,
        },
      },
    },
    async ({ actor, params, query, body }) => {
      const change = parseIdentifierChange(body, await contextOf(parts, actor, query));
      const reference = { name: "id", value: params.customerId };
      const { partyId, mergedFrom } = await customers.resolve(actor.orgId, reference);
      const changed = await customers.changeIdentifiers(actor, partyId, change);
      return {
        createdId: changed.partyId,
        warnings: [...mergeWarnings(partyId, mergedFrom).slice(0, 1), ...changed.warnings],
      };
    },
  );
};

const addReads = (server: Server, parts: CustomersRouteParts) => {
  const { customers, orgs } = parts;

  const details = async (
    actor: Actor,
    { partyId, mergedFrom }: Resolved,
    place: SourceAccount | null,
    query: {
      embed?: string;
      includedOnlyCurrentProfile?: string;
      gapToUpgrade?: string;
      gapToRenew?: string;
    },
    isById: boolean,
  ): Promise<CustomerShape> => {
    const organisation = await orgs.get(actor.orgId);
    const asked = parseEmbed(query.embed, { isById, hasPoints: parts.pointsEmbeds !== undefined });
    const { embed } = asked;
    const gaps = parseGaps(query, embed);
    const [found, loyalty, points, tierGaps] = await customers.read(actor.orgId, (tx) =>
      Promise.all([
        readCustomer(tx, actor.orgId, partyId),
        parts.loyaltyDetails?.(tx, actor, partyId) ?? Promise.resolve([]),
        asked.points.size === 0 ? undefined : parts.pointsEmbeds?.(tx, actor, partyId, asked.points),
        gaps.isAsked ? parts.tierGaps?.(tx, actor, partyId, gaps.asked) : undefined,
      ]),
    );
    if (found === null) throw errors.unknown({ name: "id", value: partyId });
    if (place !== null && !found.profiles.some((row) => isSamePlace(row, place)))
      throw errors.not_in_source({ id: partyId, source: place.source });
    const current = query.includedOnlyCurrentProfile?.toLowerCase() === "true";
    return presentCustomer(organisation, found, {
      only: current ? place : null,
      embed,
      loyalty: loyalty as readonly Readonly<Record<string, unknown>>[],
      ...(points === undefined ? {} : { points: points.shown }),
      ...(tierGaps === undefined ? {} : { gaps: tierGaps }),
      warnings: [
        ...mergeWarnings(partyId, mergedFrom),
        ...asked.warnings,
        ...gaps.warnings,
        ...gapWarnings(tierGaps),
        ...shortenedWarnings(points?.shortened ?? []),
      ],
    });
  };

  server.get(
    "/v2/customers/:customerId",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Read a customer",
        operationId: "getCustomer",
        params: Id,
        querystring: Type.Object(ReadQuery),
        response: { 200: CustomerShape, ...FAILURES },
      },
    },
    async ({ actor, params, query }, reply) => {
      // Documented oddity: what is no id at all is refused with an empty body.
      if (!/^\d{1,15}$/.test(params.customerId)) return reply.status(400).send(undefined as never);
      const organisation = await orgs.get(actor.orgId);
      const place = placeOf(organisation, query, DETAILS_SOURCE);
      const reference = { name: "id", value: params.customerId };
      return details(actor, await customers.resolve(actor.orgId, reference), place, query, true);
    },
  );
  server.get(
    "/v2/customers/lookup/customerDetails",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Read a customer, by identifier",
        operationId: "getCustomerByIdentifier",
        querystring: Type.Object({ ...ReadQuery, ...Identifier }),
        response: { 200: CustomerShape, ...FAILURES },
      },
    },
    async ({ actor, query }) => {
      const place = placeOf(await orgs.get(actor.orgId), query, LOOKUP_SOURCE);
      return details(actor, await byIdentifier(parts, actor, query), place, query, false);
    },
  );
  server.get(
    "/v2/customers/lookup",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Find a customer's id",
        operationId: "lookupCustomer",
        querystring: Type.Object({ ...Place, ...Identifier }),
        response: {
          200: Type.Object({ entity: Type.Integer(), warnings: Type.Array(Issue) }),
          ...FAILURES,
        },
      },
    },
    async ({ actor, query }) => {
      const place = placeOf(await orgs.get(actor.orgId), query, LOOKUP_SOURCE);
      const { partyId, mergedFrom } = await byIdentifier(parts, actor, query);
      const found = place === null ? null : await customers.get(actor.orgId, partyId);
      if (place !== null && !found?.profiles.some((row) => isSamePlace(row, place)))
        throw errors.not_in_source({ id: partyId, source: place.source });
      return { entity: partyId, warnings: mergeWarnings(partyId, mergedFrom) };
    },
  );
};

/**
 * The customer of a look-up. Organisations in which only the primary identifier names a customer send parallel lists, of
 * which only that one counts.
 */
const byIdentifier = async (
  { customers, orgs }: CustomersRouteParts,
  actor: Actor,
  { identifierName = "", identifierValue = "" }: { identifierName?: string; identifierValue?: string },
): Promise<Resolved> => {
  const organisation = await orgs.get(actor.orgId);
  const names = identifierName.split(",").map((name) => name.trim());
  if (names.length === 1 || !organisation.flag("CONF_INSTORE_V2_ENABLED"))
    return customers.resolve(actor.orgId, { name: identifierName, value: identifierValue });
  const primary = organisation.setting("CONF_REGISTRATION_PRIMARY_KEY") ?? "mobile";
  const position = names.findIndex((name) => name.toLowerCase() === primary.toLowerCase());
  const value = identifierValue.split(",")[position]?.trim() ?? "";
  if (position === -1 || value === "")
    throw errors.unknown({ name: shown(identifierName), value: shown(identifierValue) });
  return customers.resolve(actor.orgId, { name: primary, value });
};

/** A read by the id of one who was merged answers the survivor and says so (customers.md §4.1). */
const mergeWarnings = (partyId: number, mergedFrom: number | null): Issue[] => {
  if (mergedFrom === null) return [];
  const sentence = `Customer ${mergedFrom} was merged into customer ${partyId}, who is shown.`;
  return [issue(WARNING.mergedAway, sentence), issue(WARNING.mergedAwayLoyalty, sentence)];
};

const pageNumber = (given: string | undefined, fallback: number): number | null => {
  if (given === undefined || given === "") return fallback;
  return /^\d{1,9}$/.test(given) ? Number(given) : null;
};

const addSearch = (server: Server, { customers }: CustomersRouteParts) => {
  server.get(
    "/v2/customers/search",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Find customers by the beginning of a name or identifier",
        operationId: "searchCustomers",
        querystring: Type.Object({
          q: text("Beginning of a first name, last name or any identifier"),
          limit: text(`1 to ${MAX_SEARCH}; ${DEFAULT_SEARCH} when absent`),
          offset: text("From 0"),
        }),
        response: {
          200: V2List(
            Type.Object({
              userId: Type.Integer(),
              matchedIdentifiers: Type.Array(
                Type.Object({
                  idType: Type.String(),
                  idValue: Type.String(),
                  source: Type.String(),
                  accountId: Type.String(),
                }),
              ),
              profiles: Type.Array(
                Type.Object({ source: Type.String(), firstName: Type.String(), lastName: Type.String() }),
              ),
            }),
          ),
          ...FAILURES,
        },
      },
    },
    async ({ actor, query }) => {
      const limit = pageNumber(query.limit, DEFAULT_SEARCH);
      const offset = pageNumber(query.offset, 0);
      if (offset === null) throw errors.negative_offset({ field: "offset" });
      if (limit === null || limit < 1) throw errors.bad_limit({ field: "limit" });
      if (limit > MAX_SEARCH) throw errors.limit_too_large({ most: MAX_SEARCH, field: "limit" });
      const q = query.q?.slice(0, MAX_QUERY_TEXT) ?? "";
      const { total, matches } = await customers.search(actor.orgId, q, { offset, limit });
      const data = matches.map(({ customer, matchedIdentifiers, profiles }) => ({
        userId: customer.partyId,
        matchedIdentifiers: matchedIdentifiers.map(({ type, value, source, accountId }) => ({
          idType: type,
          idValue: value,
          source,
          accountId,
        })),
        profiles: profiles.map(({ source, firstName, lastName }) => ({
          source,
          firstName: firstName ?? "",
          lastName: lastName ?? "",
        })),
      }));
      return { pagination: { limit, offset, total }, data, warnings: [], errors: [] };
    },
  );
};
