import { randomBytes } from "node:crypto";
import { Type } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { Customers } from "#customers";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import {
  AppError,
  type Body,
  type Clock,
  type Db,
  failures,
  type Issue,
  isObject,
  issue,
  POINTS_SCALE,
  type Server,
  V2Failure,
  V2List,
} from "#platform";
import { callerOf, JSON_TYPE, locateParties, movementOf } from "../calls.ts";
import { errors } from "../moving-errors.ts";
import type { Points } from "../service.ts";
import { issueCodeKind } from "../validation/issue.ts";
import { readFlag, shown } from "../values.ts";
import { addGroupTransferRoutes } from "./group-routes.ts";
import { parsePage, parseTransfer } from "./parse.ts";
import { presentTransfer, presentTransferred, TransferItem } from "./present.ts";
import { transfersOfParty } from "./store.ts";
import { type Transferred, transferKind } from "./transfer.ts";

export interface TransferRouteParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly points: Points;
  readonly orgs: Pick<Orgs, "get">;
  readonly customers: Pick<
    Customers,
    "requireCustomer" | "loadProfiles" | "resolveIdentifiers" | "currentIds" | "partiesOf"
  >;
  readonly loyalty: Pick<Loyalty, "programs">;
  /** The documented customer, in full. */
  readonly describeCustomer: (orgId: number, partyId: number) => Promise<object>;
}

const TAGS = ["Points"];
const FAILURES = failures(V2Failure);
const anything = (description: string) => Type.Optional(Type.Unknown({ description }));

const TransferBody = Type.Object(
  {
    pointsTobeTransferred: anything("Needed: points, at most 3 decimals"),
    programId: anything("The default program when absent"),
    fromCustomerIdentifier: anything("Needed: {type, value}; type ID, MOBILE, EMAIL, EXTERNAL_ID"),
    toCustomerIdentifier: anything("Needed: {type, value}"),
    groupProgramTransfer: anything("true: points of a group of programs"),
    notes: anything("At most 500 characters"),
    code: anything("One-time code, when one was issued"),
  },
  { additionalProperties: true },
);
const PAGE = {
  limit: anything("Items to a page, 10 when absent, at most 100"),
  offset: anything("Items to pass over"),
  page: anything("Number of the page from 1; wins over offset"),
  sortBy: anything("pointsTransferDate (default) or pointsTransferred"),
  sortOrder: anything("ASC or DESC (default)"),
};
const List = V2List(TransferItem);

const bodyOf = (request: FastifyRequest): Body => (isObject(request.body) ? request.body : {});

/** Adds the documented calls that pass points from one customer to another (points.md §4.2, §4.3). */
export const addTransferRoutes = (server: Server, parts: TransferRouteParts): void => {
  addCheck(server, parts);
  addTransfer(server, parts);
  addLists(server, parts);
  addGroupTransferRoutes(server, parts);
};

const addCheck = (server: Server, parts: TransferRouteParts) => {
  const { points, orgs, clock, describeCustomer } = parts;
  server.post(
    "/v2/points/isTransferrable",
    {
      config: { access: { resource: "Points", mode: "read" } },
      schema: {
        tags: TAGS,
        summary: "Ask whether points may be passed on",
        operationId: "checkTransfer",
        body: Type.Object(
          { ...TransferBody.properties, issueOtp: anything("true: send a one-time code") },
          { additionalProperties: true },
        ),
        response: {
          200: V2List(
            Type.Object({
              pointsTobeTransferred: Type.Number(),
              transferrable: Type.Boolean(),
              transferFrom: Type.Unknown(),
              transferTo: Type.Unknown(),
            }),
          ),
          ...FAILURES,
        },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const body = bodyOf(request);
      const organisation = await orgs.get(orgId);
      const { parties, input } = parseTransfer(organisation, body);
      const sendsCode = readFlag(body.issueOtp);
      if (sendsCode === undefined) throw errors.bad_flag({ field: "issueOtp", value: shown(body.issueOtp) });
      const now = clock.now().getTime();
      // Who they are is found apart: a customer whose points may not move is shown all the same.
      const found = await locateParties(parts, orgId, parties);
      const [from, to] = await Promise.all(found.map((partyId) => describeCustomer(orgId, partyId)));
      // The code is asked for by the transfer, not by the check before it.
      const checked = { ...input, validation: { code: null, skips: true } };
      const caller = { actor: request.actor, requestKey: null };
      const refusal = await points
        .preview(orgId, movementOf(caller, transferKind, parties, checked, now))
        .then(() => null)
        .catch((error: unknown) => {
          if (error instanceof AppError) return error;
          throw error;
        });
      if (refusal === null && sendsCode) {
        const wanted = { points: input.points, nonce: randomBytes(16) };
        await points.move(orgId, movementOf(caller, issueCodeKind, [parties[0]], wanted, now));
      }
      const item = {
        pointsTobeTransferred: input.points / POINTS_SCALE,
        transferrable: refusal === null,
        transferFrom: from,
        transferTo: to,
      };
      return {
        data: [item],
        warnings: [],
        errors: refusal === null ? [] : [issue(refusal.number, refusal.message)],
      };
    },
  );
};

const addTransfer = (server: Server, { points, orgs, clock }: TransferRouteParts) => {
  server.post(
    "/v2/points/transfer",
    {
      config: { access: { resource: "Points", mode: "write" }, takesRequestKey: true },
      schema: {
        tags: TAGS,
        summary: "Pass points to another customer",
        operationId: "transferPoints",
        body: TransferBody,
        response: { 200: List, ...FAILURES },
      },
    },
    async (request, reply) => {
      const { orgId } = request.actor;
      const body = bodyOf(request);
      const organisation = await orgs.get(orgId);
      const { parties, input } = parseTransfer(organisation, body);
      const asked = movementOf(callerOf(request), transferKind, parties, input, clock.now().getTime());
      const moved = await points.move(orgId, asked);
      const item = presentTransferred(organisation, JSON.parse(moved.reply) as Transferred);
      return reply.type(JSON_TYPE).send({ data: [item], warnings: [], errors: [] });
    },
  );
};

const addLists = (server: Server, { db, orgs, customers, loyalty }: TransferRouteParts) => {
  const list = async (orgId: number, partyId: number, query: Body) => {
    const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
    const page = parsePage(query);
    if (page.programId !== null && programs.byId(page.programId) === null)
      throw errors.unknown_program({ value: page.programId });
    return db.transaction(orgId, async (tx) => {
      const own = await customers.partiesOf(tx, orgId, partyId);
      const { rows, total } = await transfersOfParty(tx, orgId, own, page);
      const named = [...new Set([...own, ...rows.map(({ otherPartyId }) => otherPartyId)])];
      const profiles = new Map(
        (await customers.loadProfiles(tx, orgId, named)).map((profile) => [profile.partyId, profile]),
      );
      const data = rows.map((row) =>
        presentTransfer(organisation, row, profiles, programs.byId(row.programId)?.name ?? ""),
      );
      const { limit, offset } = page;
      return { pagination: { limit, offset, total }, data, warnings: [] as Issue[], errors: [] as Issue[] };
    });
  };
  const config = { access: { resource: "Points", mode: "read" } } as const;

  server.get(
    "/v2/customers/:customerId/pointsTransfers",
    {
      config,
      schema: {
        tags: TAGS,
        summary: "List the transfers of a customer",
        operationId: "listCustomerTransfers",
        params: Type.Object({ customerId: Type.String() }),
        querystring: Type.Object(PAGE),
        response: { 200: List, ...FAILURES },
      },
    },
    async ({ actor, params, query }) => {
      const partyId = await customers.requireCustomer(actor.orgId, { name: "id", value: params.customerId });
      return list(actor.orgId, partyId, query);
    },
  );

  server.get(
    "/v2/points/transfer",
    {
      config,
      schema: {
        tags: TAGS,
        summary: "List the transfers of a customer, by identifier",
        operationId: "listTransfers",
        querystring: Type.Object({
          ...PAGE,
          identifierName: anything("Needed: mobile, email, externalId, id"),
          identifierValue: anything("Needed: the identifier's value"),
          userEntityType: anything("CUSTOMER (default) or USERGROUP2"),
          source: anything("A source of the organisation, or ALL"),
          accountId: anything("Account of a source that has several"),
          programId: anything("Transfers of one program"),
        }),
        response: { 200: List, ...FAILURES },
      },
    },
    async ({ actor, query }) => {
      const text = (value: unknown) => (typeof value === "string" ? value.trim() : "");
      const type = text(query.userEntityType).toUpperCase();
      if (type === "USERGROUP2")
        throw errors.group_unknown({ field: "identifierValue", value: shown(query.identifierValue) });
      if (type !== "" && type !== "CUSTOMER")
        throw errors.bad_entity_type({ field: "userEntityType", value: shown(query.userEntityType) });
      const partyId = await customers.requireCustomer(actor.orgId, {
        name: text(query.identifierName),
        value: text(query.identifierValue),
        source: text(query.source),
        accountId: text(query.accountId),
      });
      return list(actor.orgId, partyId, query);
    },
  );
};
