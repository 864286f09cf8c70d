import { type Static, Type } from "@fastify/type-provider-typebox";
import { failures, formatIso, OwnFailure, parseDateTime, type Server } from "#platform";
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
import { addExpressionJsonRoute } from "./expression-json-route.ts";
import type { ProgramDetails } from "./programs/parts.ts";
import { Problem } from "./programs/schema.ts";
import { definitionWarnings } from "./programs/warnings.ts";
import type { Loyalty } from "./service.ts";
import type { LoyaltyRouteParts } from "./standing-routes.ts";
import { addVersionRoutes } from "./version-routes.ts";

const OWN_FAILURES = failures(OwnFailure);
const READ = { access: { resource: "Program", mode: "read" } } as const;
const WRITE = { access: { resource: "Program", mode: "write" } } as const;
const strict = { additionalProperties: false } as const;
const tags = ["Programs"];

const list = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Type.Null(), total: Type.Integer() });

const ProgramShape = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  isDefault: Type.Boolean(),
  pointsToCurrencyRatio: Type.Number({ description: "Currency units that a point is worth" }),
  publishedVersion: Nullable(Type.Integer()),
  memberCount: Type.Integer(),
  hasDraft: Type.Boolean(),
});
const ProgramDetailsShape = Type.Object({
  ...ProgramShape.properties,
  definition: Nullable(Document),
  draft: Nullable(Document),
  draftUpdatedAt: Nullable(Type.String()),
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      publishedAt: Type.String(),
      publishedBy: Type.String(),
      effectiveFrom: Type.String(),
    }),
  ),
});
const PROGRAM_INPUT = {
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  pointsToCurrencyRatio: Type.Optional(Type.Number()),
};
const Name = Type.String({ minLength: 1, maxLength: 255 });

const summaryShape = (program: ProgramDetails): Static<typeof ProgramShape> => ({
  id: program.id,
  name: program.name,
  description: program.description,
  isDefault: program.isDefault,
  pointsToCurrencyRatio: program.pointsToCurrencyRatio,
  publishedVersion: program.publishedVersion,
  memberCount: program.memberCount,
  hasDraft: program.hasDraft,
});

const detailsShape = (program: ProgramDetails, zone: string): Static<typeof ProgramDetailsShape> => {
  const iso = (date: Date) => formatIso(date.getTime(), zone);
  return {
    ...summaryShape(program),
    definition: program.definition,
    draft: program.draft as Record<string, unknown> | null,
    draftUpdatedAt: program.draftUpdatedAt === null ? null : iso(program.draftUpdatedAt),
    versions: program.versions.map(({ version, publishedAt, publishedBy, effectiveFrom }) => ({
      version,
      publishedAt: iso(publishedAt),
      publishedBy,
      effectiveFrom: iso(effectiveFrom),
    })),
  };
};

/** The administration API of programs. */
export const addProgramRoutes = (
  server: Server,
  { loyalty, orgs, hasMailServer }: Pick<LoyaltyRouteParts, "loyalty" | "orgs" | "hasMailServer">,
): void => {
  const zoneOf = async (orgId: number) => (await orgs.get(orgId)).timeZone;
  const warningsOf = async (orgId: number, definition: unknown): Promise<Problem[]> => {
    const by = (await orgs.get(orgId)).setting("CONF_POINTS_VALIDATION_CODE_DELIVERY") ?? "none";
    return definitionWarnings(definition, { by, hasMailServer });
  };

  server.get(
    "/api/programs",
    {
      config: READ,
      schema: {
        tags,
        summary: "List programs",
        operationId: "listPrograms",
        response: { 200: list(ProgramShape), ...OWN_FAILURES },
      },
    },
    async ({ actor }) => {
      const items = (await loyalty.listPrograms(actor.orgId)).map(summaryShape);
      return { items, next: null, total: items.length };
    },
  );
  server.get(
    "/api/programs/:id",
    {
      config: READ,
      schema: {
        tags,
        summary: "Read a program with its definition, draft and versions",
        operationId: "readProgram",
        params: ProgramParams,
        response: { 200: ProgramDetailsShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params }) =>
      detailsShape(await loyalty.getProgram(actor.orgId, idOf(params.id)), await zoneOf(actor.orgId)),
  );
  server.post(
    "/api/programs",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Create a program; an organisation's first is its default one",
        operationId: "createProgram",
        body: Type.Object({ name: Name, ...PROGRAM_INPUT }, strict),
        response: { 200: ProgramDetailsShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, body }) =>
      detailsShape(await loyalty.createProgram(actor, body), await zoneOf(actor.orgId)),
  );
  server.put(
    "/api/programs/:id",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Change a program's name, description or the worth of a point",
        operationId: "changeProgram",
        params: ProgramParams,
        body: Type.Object({ name: Type.Optional(Name), ...PROGRAM_INPUT }, strict),
        response: { 200: ProgramDetailsShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params, body }) =>
      detailsShape(await loyalty.updateProgram(actor, idOf(params.id), body), await zoneOf(actor.orgId)),
  );
  addDraftRoutes(server, loyalty, zoneOf, warningsOf);
  addVersionRoutes(server, loyalty, zoneOf, warningsOf);
  addExpressionJsonRoute(server, { loyalty, orgs });
};

const addDraftRoutes = (server: Server, loyalty: Loyalty, zoneOf: ZoneOf, warningsOf: WarningsOf): void => {
  server.put(
    "/api/programs/:id/draft",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Keep a draft and hear what would keep it from being published",
        operationId: "saveProgramDraft",
        params: ProgramParams,
        body: Type.Object({ definition: Document }, strict),
        response: {
          200: Type.Object({ definition: Document, problems: Type.Array(Problem), warnings: Warnings }),
          ...OWN_FAILURES,
        },
      },
      bodyLimit: 1024 * 1024,
    },
    async ({ actor, params, body }) => {
      const { problems } = await loyalty.saveDraft(actor, idOf(params.id), body.definition);
      const warnings = await warningsOf(actor.orgId, body.definition);
      return { definition: body.definition, problems: [...problems], warnings };
    },
  );
  server.post(
    "/api/programs/:id/publish",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Publish the draft as the next version, now or from a time on",
        operationId: "publishProgram",
        params: ProgramParams,
        body: Type.Optional(
          Nullable(
            Type.Object({ effectiveFrom: Type.Optional(Nullable(Type.String({ maxLength: 50 }))) }, strict),
          ),
        ),
        response: {
          200: Type.Object({ ...ProgramDetailsShape.properties, warnings: Warnings }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor, params, body }) => {
      const zone = await zoneOf(actor.orgId);
      const text = body?.effectiveFrom ?? null;
      const from = text === null ? null : parseDateTime(text, { zone });
      if (text !== null && from === null)
        throw errors.bad_effective_from({ value: text, field: "effectiveFrom" });
      const program = await loyalty.publish(actor, idOf(params.id), from);
      const warnings = await warningsOf(actor.orgId, program.definition);
      return { ...detailsShape(program, zone), warnings };
    },
  );
};
