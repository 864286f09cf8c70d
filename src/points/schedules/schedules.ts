import { type Static, Type } from "@fastify/type-provider-typebox";
import { type ExpiringPoints, expiringPoints, type OpenPoints, promisedPoints } from "#ledger";
import { loadMemberships } from "#loyalty";
import type { Organisation } from "#orgs";
import { Issue, POINTS_SCALE, type Tx, toDecimal } from "#platform";
import { errors } from "../errors.ts";
import type { ScheduleQuery } from "./query.ts";

const Points = Type.Number({ description: "With up to three decimals." });
const Day = Type.String({ description: "YYYY-MM-DD in the organisation's zone." });
const PointsType = Type.String({
  description:
    "bill_regular, bill_promotions, line_item_regular, line_item_promotions or customer_promotions.",
});

/** Answer of pointsExpirySchedule. */
export const ExpirySchedule = Type.Object({
  id: Type.Integer(),
  profiles: Type.Array(Type.Object({})),
  loyaltyInfo: Type.Object({ loyaltyType: Type.String() }),
  segments: Type.Object({}),
  extendedFields: Type.Object({}),
  expirySchedules: Type.Array(
    Type.Object({
      points: Points,
      expiryDate: Day,
      programId: Type.Integer(),
      pointsType: PointsType,
      expiryType: Type.Union([Type.Literal("fixed"), Type.Literal("rolling")]),
    }),
  ),
  warnings: Type.Array(Issue),
});

/** Answer of promisedPointsSchedule. */
export const PromisedSchedule = Type.Object({
  entityId: Type.Integer(),
  entityType: Type.Literal("CUSTOMER"),
  promisedPointsScheduleList: Type.Array(
    Type.Object({ points: Points, redeemableFrom: Day, programId: Type.Integer(), pointsType: PointsType }),
  ),
  triggerBasedPointsList: Type.Array(
    Type.Object({ points: Points, programId: Type.Integer(), pointsType: PointsType }),
  ),
  warnings: Type.Array(Issue),
});

interface Context {
  readonly organisation: Organisation;
  readonly partyId: number;
  readonly query: ScheduleQuery;
}

/** What is asked for, of a customer who must be in the program that was named. Raises 1218. */
const openPointsOf = async (tx: Tx, { organisation, partyId, query }: Context): Promise<OpenPoints> => {
  const { programs, isOneProgram, from, until } = query;
  const memberships = await loadMemberships(tx, organisation.id, [partyId]);
  const joined = new Set(memberships.map(({ programId }) => programId));
  const outside = programs.find(({ programId }) => !joined.has(programId));
  if (isOneProgram && outside !== undefined)
    throw errors.not_in_program({ id: partyId, program: outside.name });
  const programIds = programs.map(({ programId }) => programId);
  return { partyId, programIds, zone: organisation.timeZone, from, until };
};

const points = (amount: number) => toDecimal(amount, POINTS_SCALE);

/** The soonest of each program, kind of award and kind of expiry; the rows come soonest first. */
const earliest = (rows: readonly ExpiringPoints[]): ExpiringPoints[] => {
  const seen = new Set<string>();
  return rows.filter(({ programId, source, rolls }) => {
    const key = `${programId}/${source}/${rolls}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};

/** When a customer's points run out, by program, soonest first. */
export const readExpirySchedule = async (
  tx: Tx,
  loyaltyType: string,
  context: Context,
): Promise<Static<typeof ExpirySchedule>> => {
  const { organisation, partyId, query } = context;
  const rows = await expiringPoints(tx, organisation.id, await openPointsOf(tx, context));
  const shown = query.earliestOnly ? earliest(rows) : rows;
  return {
    id: partyId,
    profiles: [],
    loyaltyInfo: { loyaltyType },
    segments: {},
    extendedFields: {},
    expirySchedules: shown.map((row) => ({
      points: points(row.points),
      expiryDate: row.date,
      programId: row.programId,
      pointsType: row.source,
      expiryType: row.rolls ? "rolling" : "fixed",
    })),
    warnings: [],
  };
};

/** When a customer's promised points become spendable, and which wait for an event. */
export const readPromisedSchedule = async (
  tx: Tx,
  context: Context,
): Promise<Static<typeof PromisedSchedule>> => {
  const { organisation, partyId } = context;
  const rows = await promisedPoints(tx, organisation.id, await openPointsOf(tx, context));
  const itemOf = (row: (typeof rows)[number]) => ({
    points: points(row.points),
    programId: row.programId,
    pointsType: row.source,
  });
  return {
    entityId: partyId,
    entityType: "CUSTOMER",
    promisedPointsScheduleList: rows.flatMap((row) =>
      row.date === null ? [] : [{ ...itemOf(row), redeemableFrom: row.date }],
    ),
    triggerBasedPointsList: rows.filter(({ date }) => date === null).map(itemOf),
    warnings: [],
  };
};
