import { Type } from "@fastify/type-provider-typebox";
import { failures, formatIso, OwnFailure, type Server } from "#platform";
import {
  Document,
  idOf,
  Nullable,
  ProgramParams,
  Warnings,
  type WarningsOf,
  type ZoneOf,
} from "./admin-shapes.ts";
import { errors } from "./errors.ts";
import type { Side, SideName } from "./programs/compare/sides.ts";
import { Problem } from "./programs/schema.ts";
import type { Loyalty } from "./service.ts";

const OWN_FAILURES = failures(OwnFailure);
const READ = { access: { resource: "Program", mode: "read" } } as const;
const WRITE = { access: { resource: "Program", mode: "write" } } as const;
const tags = ["Programs"];

const VersionParams = Type.Object({ id: Type.String(), version: Type.String() });
const SideShape = Type.Object({
  version: Type.Union([Type.Integer(), Type.Null()], { description: "null: the draft" }),
  at: Nullable(Type.String({ description: "When it was published; of the draft, when it was kept last" })),
  by: Nullable(Type.String({ description: "Who published it" })),
  effectiveFrom: Nullable(Type.String()),
});
const ChangeShape = Type.Object({
  kind: Type.Union([
    Type.Literal("added"),
    Type.Literal("removed"),
    Type.Literal("changed"),
    Type.Literal("moved"),
  ]),
  path: Type.String({ description: "Where in the definition, such as tiers[1].threshold" }),
  sentence: Type.String(),
});
const ComparisonShape = Type.Object(
  {
    from: SideShape,
    to: SideShape,
    groups: Type.Array(Type.Object({ name: Type.String(), changes: Type.Array(ChangeShape) })),
    total: Type.Integer({ description: "Changes in all" }),
  },
  { $id: "ProgramComparison" },
);

const versionOf = (id: number, text: string): number => {
  const version = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (version === 0) throw errors.unknown_version({ id, version: text.slice(0, 40) });
  return version;
};

const sideOf = (field: string, text: string): SideName => {
  if (text === "draft") return "draft";
  if (!/^[1-9]\d{0,8}$/.test(text)) throw errors.bad_version({ field, value: text.slice(0, 40) });
  return Number(text);
};

const presentSide = ({ version, at, by, effectiveFrom }: Side, zone: string) => {
  const iso = (date: Date | null) => (date === null ? null : formatIso(date.getTime(), zone));
  return { version, at: iso(at), by, effectiveFrom: iso(effectiveFrom) };
};

/** Adds how versions are looked at, compared in words, and made drafts of again. */
export const addVersionRoutes = (
  server: Server,
  loyalty: Loyalty,
  zoneOf: ZoneOf,
  warningsOf: WarningsOf,
): void => {
  server.get(
    "/api/programs/:id/compare",
    {
      config: READ,
      schema: {
        tags,
        summary: "What changes from one version of a program, or its draft, to another, in sentences",
        operationId: "compareProgramVersions",
        params: ProgramParams,
        querystring: Type.Object({
          from: Type.String({ maxLength: 100, description: "Number of a version, or draft" }),
          to: Type.String({ maxLength: 100, description: "Number of a version, or draft" }),
        }),
        response: { 200: ComparisonShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params, query }) => {
      const names = { from: sideOf("from", query.from), to: sideOf("to", query.to) };
      const zone = await zoneOf(actor.orgId);
      const { from, to, groups } = await loyalty.compareVersions(actor.orgId, idOf(params.id), names);
      return {
        from: presentSide(from, zone),
        to: presentSide(to, zone),
        groups: groups.map(({ name, changes }) => ({ name, changes: [...changes] })),
        total: groups.reduce((sum, { changes }) => sum + changes.length, 0),
      };
    },
  );
  server.get(
    "/api/programs/:id/versions/:version",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read a version of a program as it was published",
        operationId: "readProgramVersion",
        params: VersionParams,
        response: {
          200: Type.Object({ ...SideShape.properties, definition: Document }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor, params }) => {
      const id = idOf(params.id);
      const side = await loyalty.readVersion(actor.orgId, id, versionOf(id, params.version));
      return {
        ...presentSide(side, await zoneOf(actor.orgId)),
        definition: side.definition as Record<string, unknown>,
      };
    },
  );
  server.post(
    "/api/programs/:id/versions/:version/draft",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Make the draft what a version was, to go back to it",
        operationId: "draftProgramVersion",
        params: VersionParams,
        body: Type.Optional(
          Nullable(
            Type.Object(
              {
                replace: Type.Optional(Type.Boolean({ description: "Give up the draft that is there" })),
              },
              { additionalProperties: false },
            ),
          ),
        ),
        response: {
          200: Type.Object({ definition: Document, problems: Type.Array(Problem), warnings: Warnings }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor, params, body }) => {
      const id = idOf(params.id);
      const version = versionOf(id, params.version);
      const { definition, problems } = await loyalty.draftOfVersion(
        actor,
        id,
        version,
        body?.replace ?? false,
      );
      const warnings = await warningsOf(actor.orgId, definition);
      return { definition: { ...definition }, problems: [...problems], warnings };
    },
  );
};
