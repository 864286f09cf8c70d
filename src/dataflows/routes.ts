import { Readable } from "node:stream";
import { Type } from "@fastify/type-provider-typebox";
import { requireAccess } from "#identity";
import type { Orgs } from "#orgs";
import { decodeCursor, encodeCursor, failures, OwnFailure, type Server } from "#platform";
import { addCampaignRoute } from "./campaign-routes.ts";
import { errors } from "./errors.ts";
import { acceptFiles, checked, jsonPart, type Received, withFile } from "./receive.ts";
import { OrNull, present, RunShape } from "./run-shape.ts";
import { FILE_KINDS, type ImportKind, ImportOptions, KINDS, Mapping } from "./schema.ts";
import type { Dataflows } from "./service.ts";

export interface DataflowsRouteParts {
  readonly dataflows: Dataflows;
  readonly orgs: Orgs;
}

const READ = { access: { resource: "Import", mode: "read" } } as const;
const WRITE = { access: { resource: "Import", mode: "write" } } as const;
const TAGS = ["Imports"];
const RunId = Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$" }) });
const Page = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
});

const kindOf = <Kind extends ImportKind>({ texts }: Received, kinds: readonly Kind[]): Kind => {
  const kind = kinds.find((item) => item === texts.kind);
  if (kind === undefined) throw errors.bad_part({ field: "kind", expected: `one of ${kinds.join(", ")}` });
  return kind;
};

const position = (after: string | undefined): number | null => {
  if (after === undefined) return null;
  const [id] = decodeCursor(after, 1) ?? [];
  if (!Number.isSafeInteger(id))
    throw errors.invalid({ field: "after", message: "after is no position of this list." });
  return id as number;
};

const UPLOAD = {
  tags: TAGS,
  consumes: ["multipart/form-data"],
} as const;

/** Adds the console's import routes: upload, preview, progress, cancel, rejected rows. */
export const addDataflowsRoutes = (server: Server, parts: DataflowsRouteParts): void => {
  server.register(async (plugin) => {
    const scope = plugin as unknown as Server;
    await acceptFiles(scope);
    addUploads(scope, parts);
    addCampaignRoute(scope, parts);
  });
  addRuns(server, parts);
  addRejections(server, parts);
};

const addUploads = (server: Server, { dataflows, orgs }: DataflowsRouteParts): void => {
  server.post(
    "/api/imports",
    {
      config: WRITE,
      schema: {
        ...UPLOAD,
        summary: "Import a CSV file",
        description:
          "Parts: file (CSV, plain or gzip), kind (customers, transactions or points; points need the permission to write points), mapping (JSON: field → header; fields that it does not name take the columns that the header suggests, fields with an empty header take none), options (JSON).",
        operationId: "startImport",
        response: { 200: RunShape, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { actor } = request;
      return withFile(request, dataflows, async (received) => {
        const mapping = jsonPart(received.texts, "mapping");
        const options = jsonPart(received.texts, "options");
        const input = {
          kind: kindOf(received, FILE_KINDS),
          mapping: mapping === undefined ? undefined : checked<Mapping>(Mapping, mapping, "mapping"),
          options: options === undefined ? {} : checked<ImportOptions>(ImportOptions, options, "options"),
        };
        if (input.kind === "points") requireAccess(actor, { resource: "Points", mode: "write" });
        const file = { path: received.path, name: received.fileName };
        const run = await dataflows.startRun(actor, file, input);
        return { answer: present(run, await orgs.get(actor.orgId)), keeps: true };
      });
    },
  );

  server.post(
    "/api/imports/preview",
    {
      config: WRITE,
      schema: {
        ...UPLOAD,
        summary: "Look at the beginning of a CSV file",
        description:
          "Parts: file (the first 256 KB are enough), kind (as for imports, or campaign), delimiter.",
        operationId: "previewImport",
        response: {
          200: Type.Object({
            headers: Type.Array(Type.String()),
            rows: Type.Array(Type.Array(Type.String())),
            suggestedMapping: Mapping,
            suggestedDateFormat: OrNull(Type.String()),
            targets: Type.Array(
              Type.Object({ field: Type.String(), label: Type.String(), required: Type.Boolean() }),
            ),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      return withFile(request, dataflows, async (received) => {
        const { delimiter } = received.texts;
        if (delimiter !== undefined) checked(ImportOptions, { delimiter }, "options");
        const found = await dataflows.preview(orgId, received.path, kindOf(received, KINDS), delimiter);
        const answer = {
          ...found,
          headers: [...found.headers],
          rows: found.rows.map((row) => [...row]),
          targets: [...found.targets],
        };
        return { answer, keeps: false };
      });
    },
  );
};

const addRuns = (server: Server, { dataflows, orgs }: DataflowsRouteParts): void => {
  server.get(
    "/api/imports",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Imports, newest first",
        operationId: "listImports",
        querystring: Page,
        response: {
          200: Type.Object({
            items: Type.Array(RunShape),
            next: OrNull(Type.String()),
            total: Type.Integer(),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      const { limit = 25 } = request.query;
      const { items, total } = await dataflows.list(orgId, position(request.query.after), limit + 1);
      const organisation = await orgs.get(orgId);
      const shown = items.slice(0, limit);
      const last = shown[shown.length - 1];
      return {
        items: shown.map((run) => present(run, organisation)),
        next: items.length > limit && last ? encodeCursor([last.id]) : null,
        total,
      };
    },
  );

  server.get(
    "/api/imports/:id",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "One import, with how far it is",
        operationId: "getImport",
        params: RunId,
        response: { 200: RunShape, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      return present(await dataflows.get(orgId, Number(request.params.id)), await orgs.get(orgId));
    },
  );

  server.post(
    "/api/imports/:id/cancel",
    {
      config: WRITE,
      schema: {
        tags: TAGS,
        summary: "Stop an import; what it imported stays",
        operationId: "cancelImport",
        params: RunId,
        response: { 200: RunShape, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { orgId } = request.actor;
      return present(await dataflows.cancel(orgId, Number(request.params.id)), await orgs.get(orgId));
    },
  );
};

const addRejections = (server: Server, { dataflows }: DataflowsRouteParts): void => {
  server.get(
    "/api/imports/:id/rejections",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Rows of an import that were rejected, in order of line",
        operationId: "listImportRejections",
        params: RunId,
        querystring: Page,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                line: Type.Integer(),
                reason: Type.String(),
                field: Type.String(),
                row: Type.String(),
              }),
            ),
            next: OrNull(Type.String()),
            total: Type.Integer(),
          }),
          ...failures(OwnFailure),
        },
      },
    },
    async (request) => {
      const { limit = 25, after } = request.query;
      const id = Number(request.params.id);
      const found = await dataflows.listRejections(request.actor.orgId, id, position(after) ?? 0, limit + 1);
      const items = found.items.slice(0, limit).map((item) => ({ ...item }));
      const last = items[items.length - 1];
      return {
        items,
        next: found.items.length > limit && last ? encodeCursor([last.line]) : null,
        total: found.total,
      };
    },
  );

  server.get(
    "/api/imports/:id/rejections.csv",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Rejected rows as a CSV file: line, field and reason in front of the original row",
        operationId: "downloadImportRejections",
        params: RunId,
        produces: ["text/csv"],
        response: { 200: Type.String(), ...failures(OwnFailure) },
      },
    },
    async (request, reply) => {
      const id = Number(request.params.id);
      const rows = await dataflows.rejectedRows(request.actor.orgId, id);
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="import-${id}-rejected.csv"`);
      return reply.send(Readable.from(rows) as never);
    },
  );
};
