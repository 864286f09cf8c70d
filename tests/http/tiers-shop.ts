import { createStandingIn } from "#activities";
import type { PublishedEvent } from "#events";
import { endTiersOf, type ProgramDefinition, remindOfTierEndsOf } from "#loyalty";
import { createLog } from "#platform";
import { signInUser } from "../../src/identity/testing.ts";
import { starterDefinition } from "../../src/loyalty/testing.ts";
import { type Answer, createPointsApp, DAY } from "./points-shop.ts";

type Tier = ProgramDefinition["tiers"][number];

const [base, silver, gold] = starterDefinition().tiers;

/**
 * Three tiers by lifetime purchases of 500 and 2,000. Silver and Gold last six months; Gold is renewed by 300 of purchases or 3 visits, Silver
 * by 200 of purchases.
 */
export const TIERED: ProgramDefinition = {
  ...starterDefinition(),
  tiers: [
    base!,
    {
      ...silver!,
      validity: { kind: "months", months: 6 },
      renewal: { conditions: [{ kind: "purchases", threshold: 200 }] },
    },
    {
      ...gold!,
      validity: { kind: "months", months: 6 },
      renewal: {
        conditions: [
          { kind: "purchases", threshold: 300 },
          { kind: "visits", threshold: 3 },
        ],
        combine: { kind: "any", count: 1 },
      },
    },
  ] as Tier[],
  downgrade: { target: "one_below", check: "monthly", remindDaysBefore: [30, 7] },
};

/** The shop of points with a program whose tiers end, and its jobs by hand. */
export const createTiersApp = async (definition: ProgramDefinition = TIERED) => {
  const points = await createPointsApp();
  const { app, clock, shop } = points;
  const author = { orgId: shop.orgId, name: "test" };
  const log = createLog("silent");
  const parts = { db: app.db, clock, log, programs: app.loyalty.programs, publish: app.events.publish };
  const standingIn = createStandingIn({ orgs: app.orgs });
  const seen: PublishedEvent[] = [];
  app.events.subscribe(async (_tx, events) => {
    seen.push(...events);
  });
  let bills = 0;

  const publish = async (changed: ProgramDefinition) => {
    // A version begins after the one before.
    clock.advance(1000);
    await app.loyalty.saveDraft(author, shop.programId, changed);
    await app.loyalty.publish(author, shop.programId);
  };
  await publish(definition);

  return {
    ...points,
    author,
    publish,
    standingIn,
    jobParts: { ...parts, standingIn },
    /** What the two jobs of tiers do at this time. */
    work: async () => {
      await endTiersOf({ ...parts, standingIn }, [shop.orgId]);
      await remindOfTierEndsOf(parts, [shop.orgId]);
    },
    /** Events since the last look, oldest first. */
    events: async (): Promise<PublishedEvent[]> => {
      await app.events.drain();
      return seen.splice(0).filter(({ orgId }) => orgId === shop.orgId);
    },
    /** A bill of now. */
    buy: async (externalId: string, amount: number, body: object = {}): Promise<Answer> => {
      bills += 1;
      return points.post(
        `/v2/transactions?identifierName=externalId&identifierValue=${externalId}&source=INSTORE`,
        {
          type: "REGULAR",
          billNumber: `T-${bills}`,
          billAmount: amount,
          billingDate: clock.now().toISOString(),
          ...body,
        },
      );
    },
    /** Number of the newest bill. */
    lastNumber: () => `T-${bills}`,
    /** A person of the console, of this organisation or the other. */
    user: async (role: "marketer" | "care_agent", of = shop) =>
      (await signInUser(app.identity, of.organisation, role)).headers as Readonly<Record<string, string>>,
    /** Moves the clock to noon of a day. */
    until: (day: string) => clock.set(new Date(`${day}T12:00:00Z`)),
    tier: async (customerId: number) => {
      const { memberships } = await app.loyalty.standing(shop.orgId, customerId);
      return memberships[0]!;
    },
    DAY,
  };
};

export type TiersApp = Awaited<ReturnType<typeof createTiersApp>>;
