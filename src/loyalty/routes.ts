import { Type } from "@fastify/type-provider-typebox";
import { failures, OwnFailure, type Server, V2Failure, V2List } from "#platform";
import { addProgramRoutes } from "./admin-routes.ts";
import { addStandingRoutes, type LoyaltyRouteParts } from "./standing-routes.ts";
import { addTargetRoutes } from "./targets/routes.ts";
import { addTierRoutes } from "./tier-routes.ts";
import { addTrackerRoutes } from "./tracker-routes.ts";

/** The documented reads of programs, tiers and balances, and the administration API of programs. */
export const addLoyaltyRoutes = (server: Server, parts: LoyaltyRouteParts): void => {
  addProgramList(server, parts);
  addStandingRoutes(server, parts);
  addMemberRoutes(server, parts);
  addTrackerRoutes(server, parts);
  addProgramRoutes(server, parts);
  addTierRoutes(server, parts.loyalty);
  addTargetRoutes(server, { targets: parts.loyalty.targets, orgs: parts.orgs, clock: parts.clock });
};

const FAILURES = failures(V2Failure);
const ProgramItem = Type.Object({
  programId: Type.Integer(),
  programName: Type.String(),
  programDescription: Type.String(),
  pointsToCurrencyRatio: Type.Number(),
  default: Type.Boolean(),
  partnerPrograms: Type.Array(Type.Object({})),
});

const addProgramList = (server: Server, { loyalty }: LoyaltyRouteParts) => {
  server.get(
    "/v2/organization/programs",
    {
      config: { access: { resource: "Program", mode: "read" } },
      schema: {
        tags: ["Programs"],
        summary: "List loyalty programs",
        operationId: "getOrganizationPrograms",
        response: { 200: V2List(ProgramItem), ...FAILURES },
      },
    },
    async ({ actor }) => {
      const { all } = await loyalty.programs(actor.orgId);
      const data = all.map(({ newest, isDefault }) => ({
        programId: newest.programId,
        programName: newest.name,
        programDescription: newest.description,
        pointsToCurrencyRatio: newest.pointsToCurrencyRatio,
        default: isDefault,
        partnerPrograms: [],
      }));
      return { data, warnings: [], errors: [] };
    },
  );
};

const NullableText = Type.Union([Type.String(), Type.Null()]);
const NullableNumber = Type.Union([Type.Number(), Type.Null()]);
const TierName = Type.Object({ number: Type.Integer(), name: Type.String(), color: Type.String() });
const MembershipItem = Type.Object({
  programId: Type.Integer(),
  programName: Type.String(),
  tier: TierName,
  tierSince: Type.String(),
  tierExpiresAt: NullableText,
  nextTier: Type.Union([
    Type.Object({ number: Type.Integer(), name: Type.String(), threshold: Type.Number() }),
    Type.Null(),
  ]),
  progress: Type.Object({
    criterion: Type.String(),
    value: Type.Number(),
    toNext: NullableNumber,
  }),
  gaps: Type.Array(
    Type.Object({
      criterion: Type.String(),
      value: Type.Number(),
      threshold: NullableNumber,
      gap: NullableNumber,
    }),
  ),
  combine: Type.Union([
    Type.Object({
      kind: Type.String(),
      count: Type.Optional(Type.Integer()),
      expression: Type.Optional(Type.String()),
    }),
    Type.Null(),
  ]),
  renewal: Type.Union([
    Type.Object({
      isConfirmed: Type.Boolean(),
      conditions: Type.Array(
        Type.Object({
          kind: Type.String(),
          value: Type.Number(),
          threshold: Type.Number(),
          gap: Type.Number(),
        }),
      ),
    }),
    Type.Null(),
  ]),
  isManualTier: Type.Boolean(),
  reassessTier: Type.Boolean(),
  lifetimePurchases: Type.Number(),
  transactionCount: Type.Integer(),
  visitCount: Type.Integer(),
  joinedAt: Type.String(),
});
const TierChangeItem = Type.Object({
  programId: Type.Integer(),
  programName: Type.String(),
  changeNo: Type.Integer(),
  changedAt: Type.String(),
  recordedAt: Type.String(),
  from: Type.Union([TierName, Type.Null()]),
  to: TierName,
  reason: Type.String(),
  transactionId: Type.Union([Type.Integer(), Type.Null()]),
  expiresAt: NullableText,
  upgradeType: Type.String(),
  notes: Type.String(),
  changedBy: Type.String(),
});

const addMemberRoutes = (server: Server, { loyalty, customers }: LoyaltyRouteParts) => {
  const config = { access: { resource: "Customer", mode: "read" } } as const;
  const params = Type.Object({ id: Type.String() });
  const failing = failures(OwnFailure);
  const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
    Type.Object({ items: Type.Array(item), next: Type.Null(), total: Type.Integer() });

  server.get(
    "/api/customers/:id/memberships",
    {
      config,
      schema: {
        tags: ["Customers"],
        summary: "Read a customer's memberships and progress",
        operationId: "listMemberships",
        params,
        response: { 200: list(MembershipItem), ...failing },
      },
    },
    async ({ actor, params: { id } }) => {
      const customerId = await customers.requireCustomer(actor.orgId, { name: "id", value: id }, 404);
      const items = await loyalty.listMemberships(actor.orgId, customerId);
      return { items, next: null, total: items.length };
    },
  );
  server.get(
    "/api/customers/:id/tier-changes",
    {
      config,
      schema: {
        tags: ["Customers"],
        summary: "Read a customer's tier history, newest first",
        operationId: "listTierChanges",
        params,
        response: { 200: list(TierChangeItem), ...failing },
      },
    },
    async ({ actor, params: { id } }) => {
      const customerId = await customers.requireCustomer(actor.orgId, { name: "id", value: id }, 404);
      const items = await loyalty.listChanges(actor.orgId, customerId);
      return { items, next: null, total: items.length };
    },
  );
};
