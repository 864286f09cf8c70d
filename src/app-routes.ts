import {
  addActivitiesApiRoutes,
  addEarningRoutes,
  addEvaluationRoutes,
  addRejectedApiRoutes,
  addRejectedRoutes,
  addRetroRoutes,
  addReturnRoutes,
  addSetAsideRoutes,
  addSimulationRoutes,
  addTransactionReadRoutes,
  addTransactionRoutes,
  addUpdateRoutes,
  addV11TransactionRoutes,
  billsOfParties,
  eventsOfBills,
  explodeBills,
  findBills,
  releaseOnUpdate,
} from "#activities";
import { addCustomersRoutes, presentCustomer } from "#customers";
import { addDataflowsRoutes } from "#dataflows";
import { addExpressionRoutes } from "#expressions";
import { addIdentityRoutes } from "#identity";
import { addInsightsRoutes, addLiabilityRoutes, addSearchRoutes, addStatementRoutes } from "#insights";
import { addLedgerRoutes, loadAccounts } from "#ledger";
import { addLoyaltyRoutes, addTargetMemberRoutes, membersOfTier } from "#loyalty";
import { addMailboxRoutes } from "#messages";
import { addOrgsRoutes } from "#orgs";
import { assert, type Server } from "#platform";
import {
  addMovingRoutes,
  addRedemptionRoutes,
  addScheduleRoutes,
  createPointsEmbeds,
  explodeRedemptions,
  showCodes,
} from "#points";
import { addWebhookRoutes } from "#webhooks";
import { addWhatifRoutes } from "#whatif";
import type { Domains } from "./app-domains.ts";
import { addOpenApi } from "./openapi.ts";

/** Adds the routes of all domains, from left to right. */
export const addRoutes = async (server: Server, domains: Domains): Promise<void> => {
  const { db, ids, clock, jobs, orgs, identity, customers, messages, loyalty, points, activities, events } =
    domains;
  const { dataflows, webhooks, whatif, insights, liability, statements, mailStatement } = domains;
  const { validationSecret, hasMailServer } = domains;
  const programNames = async (orgId: number) => {
    const [names, published] = await Promise.all([loyalty.programNames(orgId), loyalty.programs(orgId)]);
    // A program shows points with the decimals that it awards, two at least.
    const decimalsOf = (id: number) =>
      Math.max(2, ...(published.byId(id)?.newest.awards.map(({ decimals }) => decimals) ?? []));
    const isDefault = (id: number) => published.default?.programId === id;
    return new Map(
      [...names].map(([id, name]) => [id, { name, decimals: decimalsOf(id), isDefault: isDefault(id) }]),
    );
  };
  await addOpenApi(server);
  identity.install(server);
  addOrgsRoutes(server, { orgs, clock, tillsWithCredentials: identity.tillsWithCredentials });
  addIdentityRoutes(server, { identity, orgs });
  addCustomersRoutes(server, {
    customers,
    orgs,
    loyaltyDetails: async (tx, { orgId }, partyId) => {
      const accounts = await loadAccounts(tx, orgId, [partyId]);
      return loyalty.loyaltyDetails(tx, await orgs.get(orgId), partyId, accounts);
    },
    pointsEmbeds: createPointsEmbeds({ clock, orgs, loyalty }),
    tierGaps: async (tx, { orgId }, partyId, asked) =>
      loyalty.tierGaps(tx, await orgs.get(orgId), partyId, asked),
    tierMembers: (tx, { orgId }, page) => membersOfTier(tx, orgId, page),
  });
  addMailboxRoutes(server, {
    db,
    orgs,
    customers,
    messages,
    codesOf: showCodes({ db, clock, validationSecret }),
  });
  addLedgerRoutes(server, {
    db,
    clock,
    orgs,
    customers,
    programs: programNames,
    explode: { eventsOfBills, explodeBills: explodeBills(loyalty), explodeRedemptions },
    currencies: loyalty.currencyNames,
  });
  addRedemptionRoutes(server, {
    db,
    clock,
    ids,
    orgs,
    customers,
    loyalty,
    points,
    findBills: billsOfParties,
    validationSecret,
  });
  addMovingRoutes(server, {
    db,
    clock,
    points,
    orgs,
    customers,
    loyalty,
    describeCustomer: async (orgId, partyId) => {
      const [organisation, found] = await Promise.all([orgs.get(orgId), customers.get(orgId, partyId)]);
      assert(found !== null, "the customer was found by the call");
      const standing = await db.transaction(orgId, async (tx) =>
        loyalty.loyaltyDetails(tx, organisation, partyId, await loadAccounts(tx, orgId, [partyId])),
      );
      return presentCustomer(organisation, found, {
        only: null,
        embed: new Set(),
        loyalty: standing,
        warnings: [],
      });
    },
    findBills: (orgId, partyId, bill) =>
      db.transaction(orgId, async (tx) =>
        findBills(tx, orgId, await customers.partiesOf(tx, orgId, partyId), bill),
      ),
  });
  addScheduleRoutes(server, { db, clock, orgs, customers, loyalty });
  addExpressionRoutes(server, { orgs, knownNames: loyalty.knownNames });
  addLoyaltyRoutes(server, { loyalty, orgs, clock, customers, hasMailServer });
  addTargetMemberRoutes(server, {
    db,
    clock,
    customers,
    targets: loyalty.targets,
    publish: events.publish,
    currentIds: customers.currentIds,
    profilesOf: customers.loadProfiles,
    currencies: async (orgId) => {
      const { all } = await loyalty.programs(orgId);
      return new Map(
        all.flatMap(({ newest }) =>
          [...newest.currencies.values()].map(({ identifier, name }) => [identifier, name] as const),
        ),
      );
    },
  });
  addTransactionRoutes(server, { activities, orgs, customers, clock });
  addTransactionReadRoutes(server, { db, orgs, customers, loyalty });
  const pathParts = { db, ids, clock, orgs, customers, loyalty, events };
  const onUpdated = releaseOnUpdate({ ids, events });
  addUpdateRoutes(server, { db, clock, orgs, events, customers, onUpdated });
  addRetroRoutes(server, { ...pathParts, activities });
  addSimulationRoutes(server, { ...pathParts, activities });
  addEarningRoutes(server, { db, orgs, customers, loyalty });
  addEvaluationRoutes(server, { db, orgs, customers, loyalty });
  const rejectedParts = {
    ...pathParts,
    activities,
    queue: (orgId: number, retriggerId: number) =>
      jobs.add("activities.replay", { orgId, retriggerId }, { key: `replay ${retriggerId}` }),
  };
  addRejectedRoutes(server, rejectedParts);
  addRejectedApiRoutes(server, rejectedParts);
  addV11TransactionRoutes(server, { ...pathParts, activities, onUpdated });
  addActivitiesApiRoutes(server, { db, orgs, customers, loyalty });
  addReturnRoutes(server, { db, ids, clock, orgs, customers, loyalty, events, activities });
  addSetAsideRoutes(server, { db, orgs });
  addDataflowsRoutes(server, { dataflows, orgs });
  addWebhookRoutes(server, { db, clock, orgs, webhooks });
  addWhatifRoutes(server, { whatif, orgs, loyalty, clock });
  addInsightsRoutes(server, { insights, db, orgs, loyalty });
  addLiabilityRoutes(server, { liability, orgs });
  addStatementRoutes(server, { statements, mailStatement });
  addSearchRoutes(server, { db, orgs, customers });
};
