import { Type } from "@fastify/type-provider-typebox";
import type { TSchema } from "typebox";
import type { Organisation } from "#orgs";
import { formatIso, POINTS_SCALE, toDecimal } from "#platform";
import { Mapping } from "./schema.ts";
import type { StoredRun } from "./store.ts";

export const OrNull = <T extends TSchema>(shape: T) => Type.Union([shape, Type.Null()]);
const Kind = Type.Union([
  Type.Literal("customers"),
  Type.Literal("transactions"),
  Type.Literal("points"),
  Type.Literal("campaign"),
]);
const Status = Type.Union([
  Type.Literal("queued"),
  Type.Literal("running"),
  Type.Literal("finished"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
]);

/** A run as calls answer it. */
export const RunShape = Type.Object(
  {
    id: Type.Integer(),
    kind: Kind,
    fileName: Type.String(),
    status: Status,
    rowsRead: Type.Integer(),
    rowsImported: Type.Integer(),
    rowsRejected: Type.Integer(),
    rowsSkipped: Type.Integer({ description: "Rows whose record was there already" }),
    bytesRead: Type.Integer(),
    bytesTotal: Type.Integer(),
    startedAt: OrNull(Type.String()),
    finishedAt: OrNull(Type.String()),
    startedBy: Type.String(),
    message: Type.String(),
    summary: Type.Object({
      recordsImported: Type.Integer(),
      recordsSkipped: Type.Integer(),
      recordsSetAside: Type.Integer(),
      rowsSetAside: Type.Integer(),
      customersRegistered: Type.Integer(),
      pointsGiven: Type.Number({ description: "Points that the imported rows gave" }),
      rowsPerSecond: Type.Integer(),
      mapping: Mapping,
      options: Type.Object({}, { additionalProperties: true }),
    }),
  },
  { $id: "ImportRun" },
);

/** A run in the words of its answer, times in the organisation's zone. */
export const present = (run: StoredRun, organisation: Organisation) => {
  const at = (date: Date | null) => (date === null ? null : formatIso(date.getTime(), organisation.timeZone));
  const { rowsRead, rowsImported, rowsRejected, rowsSkipped, pointsGiven = 0, ...summary } = run.counts;
  const until = run.finishedAt ?? run.updatedAt;
  const seconds = run.startedAt === null ? 0 : (until.getTime() - run.startedAt.getTime()) / 1000;
  return {
    id: run.id,
    kind: run.kind,
    fileName: run.fileName,
    status: run.status,
    rowsRead,
    rowsImported,
    rowsRejected,
    rowsSkipped,
    bytesRead: run.bytesRead,
    bytesTotal: run.bytesTotal,
    startedAt: at(run.startedAt),
    finishedAt: at(run.finishedAt),
    startedBy: run.startedBy,
    message: run.message,
    summary: {
      ...summary,
      pointsGiven: toDecimal(pointsGiven, POINTS_SCALE),
      rowsPerSecond: seconds > 0 ? Math.round(rowsRead / seconds) : 0,
      mapping: run.mapping,
      options: { ...run.options },
    },
  };
};
