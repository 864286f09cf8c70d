import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Actor } from "#identity";
import type { Organisation, Orgs } from "#orgs";
import { failures, formatIso, isStorable, OwnFailure, type Server } from "#platform";
import { errors } from "./errors.ts";
import type { MergeView, WholePreview } from "./merge-views.ts";
import type { CustomerRow } from "./schema.ts";
import type { Customers } from "./service.ts";

export interface MergeRouteParts {
  readonly customers: Customers;
  readonly orgs: Orgs;
}

const READ = { access: { resource: "Customer", mode: "read" } } as const;
const WRITE = { access: { resource: "Customer", mode: "write" } } as const;
const FAILURES = failures(OwnFailure);
const TAGS = ["Administration"];
const strict = { additionalProperties: false };
const Text = Type.Union([Type.String(), Type.Null()]);
const Id = Type.Object({ id: Type.String() });
const Reason = Type.String({ minLength: 1, maxLength: 500, description: "Why, for the audit trail" });

const Person = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  mobile: Text,
  email: Text,
  externalId: Text,
  registeredAt: Type.String(),
});
const Standing = Type.Object({
  tierNumber: Type.Integer(),
  tierName: Type.String(),
  lifetimePurchases: Type.Number(),
  transactionCount: Type.Integer(),
  visitCount: Type.Integer(),
});
const Preview = Type.Object({
  survivor: Person,
  victim: Person,
  after: Person,
  identifiers: Type.Array(
    Type.Object({
      source: Type.String(),
      accountId: Type.String(),
      type: Type.String(),
      value: Type.String(),
    }),
  ),
  accounts: Type.Array(
    Type.Object({
      programId: Type.Integer(),
      programName: Type.String(),
      currencyId: Type.Integer(),
      category: Type.Integer({ description: "1 regular, 2 promised, 3 trigger-based" }),
      survivor: Type.Number(),
      victim: Type.Number(),
      after: Type.Number(),
    }),
  ),
  memberships: Type.Array(
    Type.Object({
      programId: Type.Integer(),
      programName: Type.String(),
      survivor: Type.Union([Standing, Type.Null()]),
      victim: Standing,
      after: Standing,
    }),
  ),
  entries: Type.Array(
    Type.Object({
      customerId: Type.Integer(),
      programId: Type.Integer(),
      programName: Type.String(),
      currencyId: Type.Integer(),
      category: Type.Integer(),
      amount: Type.Number(),
      balanceAfter: Type.Number(),
      expiresAt: Text,
      opensLot: Type.Boolean(),
    }),
  ),
  releasedHolds: Type.Number({ description: "Points that holds reserve and that the merge releases" }),
  version: Type.String({
    description: "Names this preview; another one as soon as it would tell something else",
  }),
});
const Merge = Type.Object({
  id: Type.Integer(),
  survivorId: Type.Integer(),
  victimId: Type.Integer(),
  mergedAt: Type.String(),
  cause: Type.String({ description: "registration, identifiers, request or console" }),
  reason: Type.String(),
  by: Type.String(),
  undoneAt: Text,
  undoneBy: Text,
  undoReason: Text,
  canUndo: Type.Boolean({ description: "Nothing moved on either side since, and neither was merged again" }),
});

const personOf = (organisation: Organisation, row: CustomerRow): Static<typeof Person> => ({
  id: row.partyId,
  name: [row.firstName, row.lastName].filter((part) => part !== null && part !== "").join(" "),
  mobile: row.mobile,
  email: row.email,
  externalId: row.externalId,
  registeredAt: formatIso(row.registeredAt.getTime(), organisation.timeZone),
});

const previewView = (organisation: Organisation, preview: WholePreview): Static<typeof Preview> => ({
  survivor: personOf(organisation, preview.survivor),
  victim: personOf(organisation, preview.victim),
  after: personOf(organisation, preview.after),
  identifiers: [...preview.identifiers],
  accounts: [...preview.accounts],
  memberships: [...preview.memberships],
  entries: [...preview.entries],
  releasedHolds: preview.releasedHolds,
  version: preview.version,
});

const mergeView = (organisation: Organisation, row: MergeView): Static<typeof Merge> => ({
  id: row.id,
  survivorId: row.partyId,
  victimId: row.victimId,
  mergedAt: formatIso(row.mergedAt.getTime(), organisation.timeZone),
  cause: row.cause,
  reason: row.reason,
  by: row.actorName,
  undoneAt: row.undoneAt === null ? null : formatIso(row.undoneAt.getTime(), organisation.timeZone),
  undoneBy: row.undoneBy,
  undoReason: row.undoReason,
  canUndo: row.canUndo,
});

/** A whole number that may be an id; what is none is nobody's. */
const idOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);

const requireReason = (reason: string): string => {
  const trimmed = reason.trim();
  // NUL and half characters cannot be stored.
  if (trimmed === "" || !isStorable(trimmed))
    throw errors.bad_field({ field: "reason", expected: "a sentence for the audit trail" });
  return trimmed;
};

/** A merge moves points as well as people. */
const requirePoints = ({ permissions }: Actor): void => {
  if (!permissions.has("Points:write")) throw errors.merge_needs_points();
};

/** Adds the calls that merge customers, show what that would do, and take it back. */
export const addMergeRoutes = (server: Server, { customers, orgs }: MergeRouteParts): void => {
  const viewOf = async (orgId: number, survivorId: number, mergeId: number) => {
    const [organisation, all] = await Promise.all([orgs.get(orgId), customers.mergesOf(orgId, survivorId)]);
    const row = all.find(({ id }) => id === mergeId);
    if (row === undefined) throw errors.merge_not_found({ id: mergeId });
    return mergeView(organisation, row);
  };

  server.get(
    "/api/customers/:id/merge-preview",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "What merging another customer into this one would do",
        operationId: "previewMerge",
        params: Id,
        querystring: Type.Object({ with: Type.String({ description: "Id of the customer who would go" }) }),
        response: { 200: Preview, ...FAILURES },
      },
    },
    async ({ actor, params, query }) => {
      const preview = await customers.previewMerge(actor, idOf(params.id), idOf(query.with));
      return previewView(await orgs.get(actor.orgId), preview);
    },
  );
  server.get(
    "/api/customers/:id/merges",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Merges into a customer, newest first",
        operationId: "listMerges",
        params: Id,
        response: { 200: Type.Object({ items: Type.Array(Merge) }), ...FAILURES },
      },
    },
    async ({ actor, params }) => {
      const reference = { name: "id", value: params.id };
      const partyId = await customers.requireCustomer(actor.orgId, reference, 404);
      const [organisation, rows] = await Promise.all([
        orgs.get(actor.orgId),
        customers.mergesOf(actor.orgId, partyId),
      ]);
      return { items: rows.map((row) => mergeView(organisation, row)) };
    },
  );
  server.post(
    "/api/customers/:id/merges",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Merge another customer into this one",
        description:
          "Merging the same two again answers the merge that there is. With `previewVersion` it is refused (409, 70316) when it would come to something else than that preview told.",
        operationId: "mergeCustomers",
        params: Id,
        body: Type.Object(
          {
            victimId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
            reason: Reason,
            previewVersion: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 100,
                description: "`version` of the preview that was seen",
              }),
            ),
          },
          strict,
        ),
        response: { 200: Merge, ...FAILURES },
      },
    },
    async ({ actor, params, body }) => {
      requirePoints(actor);
      const request = {
        survivorId: idOf(params.id),
        victimId: body.victimId,
        cause: "console",
        reason: requireReason(body.reason),
      } as const;
      const { survivorId, mergeId } = await customers.merge(actor, request, body.previewVersion ?? null);
      return viewOf(actor.orgId, survivorId, mergeId);
    },
  );
  server.post(
    "/api/merges/:id/undo",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Take a merge back",
        description:
          "Possible until points of either side move again, or either is merged again. Taking it back twice changes nothing.",
        operationId: "undoMerge",
        params: Id,
        body: Type.Object({ reason: Reason }, strict),
        response: { 200: Merge, ...FAILURES },
      },
    },
    async ({ actor, params, body }) => {
      requirePoints(actor);
      const undone = await customers.undoMerge(actor, idOf(params.id), requireReason(body.reason));
      return viewOf(actor.orgId, undone.survivorId, undone.mergeId);
    },
  );
};
