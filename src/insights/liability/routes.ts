import { type Static, Type } from "@fastify/type-provider-typebox";
import { CATEGORY_FILTERS, CATEGORY_LABELS, type Category } from "#ledger";
import type { Organisation, Orgs } from "#orgs";
import {
  decodeCursor,
  encodeCursor,
  failures,
  formatIso,
  isCursorTime,
  OwnFailure,
  POINTS_SCALE,
  type Server,
} from "#platform";
import { errors } from "../errors.ts";
import type { Movements } from "../journal/schema.ts";
import { MOVEMENTS } from "../journal/schema.ts";
import { expiryCsv, movementsCsv } from "./csv.ts";
import type { ExpiringLot, Holdings, Liability, LiabilityQuery, Period, Worth } from "./schema.ts";
import type { LiabilityReports } from "./service.ts";
import type { LotPosition } from "./store.ts";

export interface LiabilityRouteParts {
  readonly liability: LiabilityReports;
  readonly orgs: Pick<Orgs, "get">;
}

const MONTH = "^[12][0-9]{3}-(0[1-9]|1[0-2])$";
const Month = (description: string) => Type.Optional(Type.String({ pattern: MONTH, description }));
const Id = (description: string) => Type.Optional(Type.String({ pattern: "^[0-9]{1,15}$", description }));
const OrNull = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

const GROUP_QUERY = {
  programId: Id("One program"),
  currencyId: Id("One currency: 0 is points. The totals are of points when absent"),
  category: Type.Optional(
    Type.Union(
      Object.keys(CATEGORY_FILTERS).map((name) => Type.Literal(name)),
      { description: "REGULAR, PROMISED or TRIGGER_BASED" },
    ),
  ),
};
const ReportQuery = {
  from: Month("First month, YYYY-MM; eleven before `to` when absent"),
  to: Month("Last month, YYYY-MM; the one under way when absent"),
  ...GROUP_QUERY,
};

const Figure = Type.Number();
const MovementFigures = Object.fromEntries(MOVEMENTS.map((name) => [name, Figure])) as Record<
  (typeof MOVEMENTS)[number],
  typeof Figure
>;
const PeriodFigures = {
  outstandingBefore: Figure,
  ...MovementFigures,
  outstanding: Figure,
  money: OrNull(Figure),
};
const Now = Type.Object({
  outstanding: Figure,
  openLots: Type.Number({ description: "What open lots hold" }),
  debt: Type.Number({ description: "What members owe back: outstanding = openLots − debt" }),
  money: OrNull(Figure),
});
const LiabilityShape = Type.Object(
  {
    asOf: Type.String({ description: "Moment of the figures; the last month is open until it ends" }),
    from: Type.String(),
    to: Type.String(),
    currencyId: Type.Integer(),
    currency: Type.String({ description: "What the totals count: points, or an alternate currency" }),
    moneyCurrency: Type.String(),
    total: Type.Object(PeriodFigures),
    now: Now,
    months: Type.Array(Type.Object({ month: Type.String(), ...PeriodFigures })),
    accounts: Type.Array(
      Type.Object({
        programId: Type.Integer(),
        programName: Type.String(),
        currencyId: Type.Integer(),
        currency: Type.String(),
        category: Type.String(),
        ...PeriodFigures,
        now: Now,
      }),
    ),
    expiry: Type.Array(
      Type.Object({
        month: Type.Union([Type.String(), Type.Null()], { description: "null: never" }),
        points: Figure,
        lots: Type.Integer(),
        money: OrNull(Figure),
      }),
    ),
  },
  { $id: "Liability" },
);

const ExpiringLots = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        customerId: Type.Union([Type.Integer(), Type.Null()], {
          description: "null: the party of an anonymous bill",
        }),
        name: Type.String(),
        programId: Type.Integer(),
        programName: Type.String(),
        currency: Type.String(),
        category: Type.String(),
        eventNo: Type.Integer(),
        lineNo: Type.Integer(),
        amount: Figure,
        remaining: Figure,
        openedAt: Type.String(),
        expiresAt: OrNull(Type.String()),
      }),
    ),
    next: OrNull(Type.String()),
  },
  { $id: "ExpiringLots" },
);

const points = (amount: number): number => amount / POINTS_SCALE;
type Scale = Pick<Organisation, "moneyScale">;
const money = (worth: Worth, { moneyScale }: Scale) => (worth === null ? null : worth / moneyScale);

const presentPeriod = ({ heldBefore, movements, held, worth }: Period, scale: Scale) => ({
  outstandingBefore: points(heldBefore),
  ...(Object.fromEntries(MOVEMENTS.map((name) => [name, points(movements[name])])) as Movements),
  outstanding: points(held),
  money: money(worth, scale),
});
const presentNow = ({ held, openLots, debt, worth }: Holdings, scale: Scale) => ({
  outstanding: points(held),
  openLots: points(openLots),
  debt: points(debt),
  money: money(worth, scale),
});
const label = (category: number): string => CATEGORY_LABELS[category as Category];

const present = (organisation: Organisation, report: Liability): Static<typeof LiabilityShape> => ({
  asOf: formatIso(report.asOf.getTime(), organisation.timeZone),
  from: report.months[0]!,
  to: report.months.at(-1)!,
  currencyId: report.currencyId,
  currency: report.currencyName,
  moneyCurrency: organisation.currency,
  total: presentPeriod(report.total, organisation),
  now: presentNow(report.now, organisation),
  months: report.months.map((month, index) => ({
    month,
    ...presentPeriod(report.byMonth[index]!, organisation),
  })),
  accounts: report.groups.map((group) => ({
    programId: group.programId,
    programName: group.programName,
    currencyId: group.currencyId,
    currency: group.currencyName,
    category: label(group.category),
    ...presentPeriod(group, organisation),
    now: presentNow(group.now, organisation),
  })),
  expiry: report.expiry.map(({ month, remaining, lots, worth }) => ({
    month,
    points: points(remaining),
    lots,
    money: money(worth, organisation),
  })),
});

interface RawQuery {
  readonly from?: string;
  readonly to?: string;
  readonly programId?: string;
  readonly currencyId?: string;
  readonly category?: string;
}
const queryOf = ({ from, to, programId, currencyId, category }: RawQuery): LiabilityQuery => ({
  from,
  to,
  programId: programId === undefined ? undefined : Number(programId),
  currencyId: currencyId === undefined ? undefined : Number(currencyId),
  category: category === undefined ? undefined : CATEGORY_FILTERS[category],
});

const config = { access: { resource: "Insights", mode: "read" } } as const;

/** Adds the report on what is owed in points, as JSON and as CSV, and the lots behind its months of expiry. */
export const addLiabilityRoutes = (server: Server, parts: LiabilityRouteParts): void => {
  addReport(server, parts);
  addCsv(server, parts);
  addLots(server, parts);
};

const addReport = (server: Server, { liability, orgs }: LiabilityRouteParts) => {
  server.get(
    "/api/insights/liability",
    {
      config,
      schema: {
        tags: ["Insights"],
        summary: "Points owed to members: movements by month, balances, and when they expire",
        operationId: "getLiability",
        querystring: Type.Object(ReportQuery),
        response: { 200: LiabilityShape, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      return present(await orgs.get(orgId), await liability.report(orgId, queryOf(request.query)));
    },
  );
};

const addCsv = (server: Server, { liability, orgs }: LiabilityRouteParts) => {
  server.get(
    "/api/insights/liability.csv",
    {
      config,
      schema: {
        tags: ["Insights"],
        summary:
          "The same as CSV: a row for each month, program, currency and category, or for each month of expiry",
        operationId: "exportLiability",
        querystring: Type.Object({
          ...ReportQuery,
          part: Type.Optional(
            Type.Union([Type.Literal("movements"), Type.Literal("expiry")], {
              description: "movements when absent",
            }),
          ),
        }),
        produces: ["text/csv"],
        response: { 200: Type.String(), ...failures(OwnFailure) },
      },
    },
    async (request, reply) => {
      const { orgId } = request.actor;
      const { part = "movements" } = request.query;
      const organisation = await orgs.get(orgId);
      const report = await liability.report(orgId, queryOf(request.query));
      const span = `${report.months[0]}-to-${report.months.at(-1)}`;
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="liability-${part}-${span}.csv"`);
      return (part === "expiry" ? expiryCsv : movementsCsv)(report, organisation);
    },
  );
};

const positionOf = (after: string | undefined): LotPosition | null => {
  if (after === undefined) return null;
  const [expiresAt, partyId, eventNo, lineNo] = decodeCursor(after, 4) ?? [];
  const isPlace =
    [partyId, eventNo].every((number) => Number.isSafeInteger(number) && Number(number) >= 0) &&
    Number.isInteger(lineNo) &&
    Math.abs(Number(lineNo)) <= 32_767;
  if (!isPlace || !(expiresAt === "infinity" || isCursorTime(expiresAt)))
    throw errors.bad_cursor({ field: "after" });
  return {
    expiresAt: expiresAt as string,
    partyId: Number(partyId),
    eventNo: Number(eventNo),
    lineNo: Number(lineNo),
  };
};

const nameOf = ({ firstName, lastName }: ExpiringLot): string =>
  [firstName, lastName].filter((part) => part !== null && part !== "").join(" ");

const addLots = (server: Server, { liability, orgs }: LiabilityRouteParts) => {
  server.get(
    "/api/insights/liability/lots",
    {
      // It names members, which the sums do not.
      config: { access: { resource: "Customer", mode: "read" } },
      schema: {
        tags: ["Insights"],
        summary: "Open lots that expire in a month, soonest first, with the members who hold them",
        operationId: "listExpiringLots",
        querystring: Type.Object({
          month: Type.String({
            pattern: "^([1-9][0-9]{3}-(0[1-9]|1[0-2])|never)$",
            description: "Month of expiry, YYYY-MM, or never",
          }),
          ...GROUP_QUERY,
          after: Type.Optional(Type.String({ maxLength: 200, description: "`next` of the page in front" })),
          limit: Type.Optional(
            Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 25 when absent" }),
          ),
        }),
        response: { 200: ExpiringLots, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const { month, after, limit: wanted } = request.query;
      const limit = Number(wanted ?? 25);
      const [organisation, names, found] = await Promise.all([
        orgs.get(orgId),
        liability.names(orgId),
        liability.expiringLots(
          orgId,
          queryOf(request.query),
          month === "never" ? null : month,
          positionOf(after),
          limit + 1,
        ),
      ]);
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      const time = (at: Date) => formatIso(at.getTime(), organisation.timeZone);
      return {
        items: shown.map((lot) => ({
          customerId: lot.isCustomer ? lot.partyId : null,
          name: nameOf(lot),
          programId: lot.programId,
          programName: names.program(lot.programId),
          currency: names.currency(lot.currencyId),
          category: label(lot.category),
          eventNo: lot.eventNo,
          lineNo: lot.lineNo,
          amount: points(lot.amount),
          remaining: points(lot.remaining),
          openedAt: time(lot.openedAt),
          expiresAt: lot.expiresAt === null ? null : time(lot.expiresAt),
        })),
        next: last
          ? encodeCursor([
              last.expiresAt?.toISOString() ?? "infinity",
              last.partyId,
              last.eventNo,
              last.lineNo,
            ])
          : null,
      };
    },
  );
};
