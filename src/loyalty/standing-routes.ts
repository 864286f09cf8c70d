import { Type } from "@fastify/type-provider-typebox";
import type { Orgs } from "#orgs";
import {
  addAmounts,
  type Clock,
  failures,
  Issue,
  type Millipoints,
  POINTS_SCALE,
  type Server,
  V2Failure,
  V2List,
} from "#platform";
import { errors } from "./errors.ts";
import type { OrgPrograms, ProgramHistory } from "./programs/history.ts";
import type { Loyalty } from "./service.ts";
import { figuresOf } from "./tiers/details.ts";
import { nextTier } from "./tiers/rules.ts";

/** What loyalty asks of customers: who is meant, or the documented refusal with that HTTP status (400 when absent). */
export interface CustomerFinder {
  requireCustomer(
    orgId: number,
    identifier: {
      readonly name: string;
      readonly value: string;
      readonly source?: string | undefined;
      readonly accountId?: string | undefined;
    },
    status?: 400 | 404,
  ): Promise<number>;
}

export interface LoyaltyRouteParts {
  readonly loyalty: Loyalty;
  readonly orgs: Orgs;
  readonly clock: Clock;
  readonly customers: CustomerFinder;
  /** Whether this server can send e-mail. */
  readonly hasMailServer: boolean;
}

const FAILURES = failures(V2Failure);
const Text = Type.Optional(Type.String());
const Warnings = Type.Array(Issue);
const Figure = Type.Number();
const LoyaltyItem = Type.Object({
  programId: Type.Integer(),
  loyaltyId: Type.Integer({ description: "-1 = not enrolled" }),
  loyaltyPoints: Figure,
  lifetimePoints: Figure,
  redeemed: Figure,
  expired: Figure,
  returned: Figure,
  adjusted: Figure,
  delayedPoints: Figure,
  delayedReturnedPoints: Figure,
  delayedExpiredPoints: Figure,
  totalAvailablePoints: Figure,
  totalReturnedPoints: Figure,
  cumulativePurchases: Figure,
  currentSlab: Type.String(),
  slabSNo: Type.Integer(),
  slabExpiryDate: Type.String(),
  nextSlab: Type.String(),
  nextSlabDescription: Type.String(),
  nextSlabSerialNumber: Type.Integer({ description: "-1 in the top tier" }),
  linkedPartnerPrograms: Type.Array(Type.Object({})),
});
const Balance = Type.Object({
  entityId: Type.Integer(),
  entityType: Type.Literal("CUSTOMER"),
  totalPoints: Figure,
  mainPoints: Figure,
  promisedPoints: Figure,
  promisedPointsBreakup: Type.Object({ delayedAccrualPoints: Figure, externalTriggerBasedPoints: Figure }),
  warnings: Warnings,
});
const TierDetails = Type.Object({
  entityId: Type.Integer(),
  currentTierSerialNumber: Type.Integer(),
  nextTierSerialNumber: Type.Integer({ description: "-1 in the top tier" }),
  warnings: Warnings,
});

const PROGRAM_QUERY = {
  programId: Text,
  fetchDataForAllPrograms: Text,
  entityType: Text,
  userGroup2Id: Text,
};
type ProgramQuery = { readonly [K in keyof typeof PROGRAM_QUERY]?: string };
const LOOKUP_QUERY = { source: Text, accountId: Text, identifierName: Text, identifierValue: Text };
type LookupQuery = { readonly [K in keyof typeof LOOKUP_QUERY]?: string };

const programOf = (programs: OrgPrograms, text: string): ProgramHistory => {
  const program = /^\d{1,15}$/.test(text) ? programs.byId(Number(text)) : null;
  if (program === null) throw errors.bad_program({ value: text.slice(0, 40), field: "programId" });
  return program;
};

/** The given program, all of them when asked, else the default one. */
const chosenPrograms = (programs: OrgPrograms, query: ProgramQuery): readonly ProgramHistory[] => {
  const all = query.fetchDataForAllPrograms?.trim().toLowerCase() ?? "";
  if (!["", "true", "false"].includes(all))
    throw errors.bad_flag({ field: "fetchDataForAllPrograms", value: all.slice(0, 40) });
  if (all === "true") return programs.all;
  if (query.programId !== undefined && query.programId !== "") return [programOf(programs, query.programId)];
  return programs.default === null ? [] : [programs.default];
};

const refuseGroups = (query: ProgramQuery): void => {
  const type = query.entityType?.trim().toUpperCase() ?? "";
  if (type !== "" && type !== "CUSTOMER")
    throw errors.bad_entity_type({ value: type.slice(0, 40), field: "entityType" });
  if (query.userGroup2Id !== undefined && query.userGroup2Id !== "")
    throw errors.no_groups({ value: query.userGroup2Id.slice(0, 40), field: "userGroup2Id" });
};

/** What each documented read answers for a customer. */
const answersOf = ({ loyalty, orgs }: LoyaltyRouteParts) => ({
  loyaltyDetails: async (orgId: number, customerId: number, query: ProgramQuery) => {
    refuseGroups(query);
    const [organisation, programs] = await Promise.all([orgs.get(orgId), loyalty.programs(orgId)]);
    const chosen = query.programId ? [programOf(programs, query.programId)] : programs.all;
    const data = loyalty.summaries(organisation, chosen, await loyalty.standing(orgId, customerId));
    return { data, warnings: [], errors: [] };
  },
  balance: async (orgId: number, customerId: number, query: ProgramQuery) => {
    refuseGroups(query);
    const chosen = new Set(
      chosenPrograms(await loyalty.programs(orgId), query).map((program) => program.programId),
    );
    const { accounts } = await loyalty.standing(orgId, customerId);
    const { regular, delayed, triggered } = figuresOf(
      accounts.filter((account) => chosen.has(account.programId)),
      null,
    );
    const points = (...amounts: Millipoints[]) => amounts.reduce(addAmounts, 0) / POINTS_SCALE;
    return {
      entityId: customerId,
      entityType: "CUSTOMER" as const,
      totalPoints: points(regular.balance, delayed.balance, triggered.balance),
      mainPoints: points(regular.balance),
      promisedPoints: points(delayed.balance, triggered.balance),
      promisedPointsBreakup: {
        delayedAccrualPoints: points(delayed.balance),
        externalTriggerBasedPoints: points(triggered.balance),
      },
      warnings: [],
    };
  },
  tierDetails: async (orgId: number, customerId: number, query: ProgramQuery) => {
    refuseGroups(query);
    // One tier is answered, so of all programs the default one speaks.
    const [history] = chosenPrograms(await loyalty.programs(orgId), query);
    if (history === undefined) throw errors.no_program();
    const { memberships } = await loyalty.standing(orgId, customerId);
    const tier = memberships.find((item) => item.programId === history.programId)?.tierNumber ?? 1;
    return {
      entityId: customerId,
      currentTierSerialNumber: tier,
      nextTierSerialNumber: nextTier(history.newest.tiers, tier)?.number ?? -1,
      warnings: [],
    };
  },
});

/** Adds the documented reads of what one customer has, by id and by identifier. */
export const addStandingRoutes = (server: Server, parts: LoyaltyRouteParts) => {
  const { customers } = parts;
  const answers = answersOf(parts);
  const byId = (orgId: number, value: string) => customers.requireCustomer(orgId, { name: "id", value });
  const byIdentifier = (
    orgId: number,
    { identifierName = "", identifierValue = "", source, accountId }: LookupQuery,
  ) => customers.requireCustomer(orgId, { name: identifierName, value: identifierValue, source, accountId });

  const add = <Answer>(
    read: {
      path: string;
      summary: string;
      resource: string;
      answer: (orgId: number, customerId: number, query: ProgramQuery) => Promise<Answer>;
    },
    shape: Parameters<typeof Type.Array>[0],
  ) => {
    // One function adds three reads of different shapes, which Fastify's types of one route cannot follow; the shapes are declared.
    const config = { access: { resource: read.resource, mode: "read" } } as never;
    const response = { 200: shape, ...FAILURES };
    const querystring = Type.Object(PROGRAM_QUERY);
    server.get(
      `/v2/customers/:customerId/${read.path}`,
      {
        config,
        schema: {
          tags: ["Customers"],
          summary: `Read ${read.summary}`,
          params: Type.Object({ customerId: Type.String() }),
          querystring,
          response,
        },
      },
      async ({ actor, params, query }) =>
        read.answer(actor.orgId, await byId(actor.orgId, params.customerId), query) as never,
    );
    server.get(
      `/v2/customers/lookup/${read.path}`,
      {
        config,
        schema: {
          tags: ["Customers"],
          summary: `Read ${read.summary}, by identifier`,
          querystring: Type.Object({ ...LOOKUP_QUERY, ...PROGRAM_QUERY }),
          response,
        },
      },
      async ({ actor, query }) =>
        read.answer(actor.orgId, await byIdentifier(actor.orgId, query), query) as never,
    );
  };

  add(
    {
      path: "loyaltyDetails",
      summary: "loyalty standing of a customer",
      resource: "Customer",
      answer: answers.loyaltyDetails,
    },
    V2List(LoyaltyItem),
  );
  add(
    {
      path: "points/balance",
      summary: "point balance of a customer",
      resource: "Points",
      answer: answers.balance,
    },
    Balance,
  );
  add(
    { path: "tierDetails", summary: "tier of a customer", resource: "Customer", answer: answers.tierDetails },
    TierDetails,
  );
};
