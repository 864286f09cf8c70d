import { Type } from "@fastify/type-provider-typebox";
import { countSetAside } from "#activities";
import type { Loyalty } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import { type Db, failures, formatIso, OwnFailure, POINTS_SCALE, type Server } from "#platform";
import type { Movements } from "./journal/schema.ts";
import type { DailyFigures } from "./schema.ts";
import type { Insights, Overview } from "./service.ts";

export interface InsightsRouteParts {
  readonly insights: Insights;
  readonly db: Db;
  readonly orgs: Orgs;
  readonly loyalty: Loyalty;
}

const Period = Type.Union(
  [Type.Literal("today"), Type.Literal("7d"), Type.Literal("30d"), Type.Literal("12m")],
  { default: "30d" },
);
const Figure = Type.Number();
const OrNull = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

const Sold = {
  count: Type.Integer(),
  amount: Type.Number({ description: "Gross" }),
  returns: Type.Integer(),
  returned: Type.Number({ description: "What customers gave back, on the day they did" }),
  net: Type.Number({ description: "Gross less what was given back" }),
};
const Moved = {
  issued: Figure,
  redeemed: Type.Number({ description: "Less what reversals gave back" }),
  expired: Figure,
  returned: Figure,
  adjusted: Figure,
};

const Home = Type.Object(
  {
    asOf: Type.String({ description: "Moment of the figures; events take a moment to be counted" }),
    members: Type.Object({
      total: Type.Integer(),
      new: Type.Integer(),
      series: Type.Array(Type.Object({ date: Type.String(), value: Type.Integer() })),
      previous: Type.Object({ total: Type.Integer(), new: Type.Integer() }),
    }),
    purchases: Type.Object({
      ...Sold,
      series: Type.Array(Type.Object({ date: Type.String(), ...Sold })),
      previous: Type.Object(Sold),
    }),
    points: Type.Object({
      ...Moved,
      series: Type.Array(Type.Object({ date: Type.String(), ...Moved })),
      previous: Type.Object(Moved),
    }),
    liability: Type.Object({
      points: Figure,
      money: OrNull(Figure),
      series: Type.Array(Type.Object({ date: Type.String(), points: Figure })),
      previous: Type.Object({ points: Figure, money: OrNull(Figure) }),
    }),
    tiers: Type.Array(
      Type.Object({
        name: Type.String(),
        number: Type.Integer(),
        color: Type.String(),
        members: Type.Integer(),
      }),
    ),
    topStores: Type.Array(
      Type.Object({ code: Type.String(), name: Type.String(), amount: Figure, count: Type.Integer() }),
    ),
    setAside: Type.Object({ count: Type.Integer(), amount: Figure }),
  },
  { $id: "HomeFigures" },
);

const points = (amount: number): number => amount / POINTS_SCALE;

const presentMoved = ({ issued, redeemed, reversed, expired, returned, adjusted }: Movements) => ({
  issued: points(issued),
  redeemed: points(redeemed - reversed),
  expired: points(expired),
  returned: points(returned),
  adjusted: points(adjusted),
});

const present = (organisation: Organisation, overview: Overview, ratio: number | null) => {
  const { parts, sum, previous, movements, moved, movedBefore } = overview;
  const money = (amount: number) => amount / organisation.moneyScale;
  const worth = (amount: number) => (ratio === null ? null : Math.round(points(amount) * ratio * 100) / 100);
  const owed = overview.outstanding[overview.outstanding.length - 1] ?? overview.outstandingBefore;
  const sold = ({ purchases, purchaseAmount, returns, returnAmount }: DailyFigures) => ({
    count: purchases,
    amount: money(purchaseAmount),
    returns,
    returned: money(returnAmount),
    net: money(purchaseAmount - returnAmount),
  });
  return {
    asOf: formatIso(overview.asOf.getTime(), organisation.timeZone),
    members: {
      total: overview.membersTotal,
      new: sum.members,
      series: parts.map(({ day, members }) => ({ date: day, value: members })),
      previous: { total: overview.membersTotal - sum.members, new: previous.members },
    },
    purchases: {
      ...sold(sum),
      series: parts.map((part) => ({ date: part.day, ...sold(part) })),
      previous: sold(previous),
    },
    points: {
      ...presentMoved(moved),
      series: parts.map(({ day }, index) => ({ date: day, ...presentMoved(movements[index]!) })),
      previous: presentMoved(movedBefore),
    },
    liability: {
      points: points(owed),
      money: worth(owed),
      series: parts.map(({ day }, index) => ({ date: day, points: points(overview.outstanding[index]!) })),
      previous: { points: points(overview.outstandingBefore), money: worth(overview.outstandingBefore) },
    },
    topStores: overview.stores.map(({ storeId, purchases, amount }) => {
      const store = organisation.store(storeId);
      return { code: store?.code ?? "", name: store?.name ?? "", amount: money(amount), count: purchases };
    }),
  };
};

/** Adds the console's figures. */
export const addInsightsRoutes = (
  server: Server,
  { insights, db, orgs, loyalty }: InsightsRouteParts,
): void => {
  server.get(
    "/api/insights/home",
    {
      config: { access: { resource: "Insights", mode: "read" } },
      schema: {
        tags: ["Insights"],
        summary: "How the organisation is doing, with the figures of the period before",
        operationId: "getHome",
        querystring: Type.Object({ period: Type.Optional(Period) }),
        response: { 200: Home, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const { period = "30d" } = request.query;
      const [organisation, programs, overview, aside] = await Promise.all([
        orgs.get(orgId),
        loyalty.programs(orgId),
        insights.overview(orgId, period),
        db.transaction(orgId, (tx) => countSetAside(tx, orgId)),
      ]);
      const program = programs.default?.newest ?? null;
      const membersOf = new Map(overview.tiers.map(({ tier, members }) => [tier, members]));
      return {
        ...present(organisation, overview, program?.pointsToCurrencyRatio ?? null),
        tiers: (program?.tiers ?? []).map(({ number, name, color }) => ({
          name,
          number,
          color,
          members: membersOf.get(number) ?? 0,
        })),
        setAside: { count: aside.count, amount: aside.amount / organisation.moneyScale },
      };
    },
  );
};
