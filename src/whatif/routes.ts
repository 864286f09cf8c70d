import { Readable } from "node:stream";
import { Type } from "@fastify/type-provider-typebox";
import { requireAccess } from "#identity";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import { type Clock, decodeCursor, encodeCursor, failures, OwnFailure, type Server } from "#platform";
import { customersCsv, monthsCsv, rulesCsv } from "./csv.ts";
import { errors } from "./errors.ts";
import { presentCustomer, presentResult, presentRun, type ResultContext } from "./present.ts";
import { type CustomerSort, type FinishedRun, SORTS } from "./schema.ts";
import type { Whatif } from "./service.ts";
import { CustomersShape, OrNull, ResultShape, RunShape } from "./shapes.ts";
import type { CustomerPage } from "./store.ts";

export interface WhatifRouteParts {
  readonly whatif: Whatif;
  readonly orgs: Orgs;
  readonly loyalty: Loyalty;
  readonly clock: Clock;
}

const READ = { access: { resource: "Program", mode: "read" } } as const;
const WRITE = { access: { resource: "Program", mode: "write" } } as const;
/** What names members needs the right to see them as well. */
const CUSTOMERS = { resource: "Customer", mode: "read" } as const;
const tags = ["What-if"];
const OWN_FAILURES = failures(OwnFailure);
const RunId = Type.Object({ id: Type.String({ pattern: "^[0-9]{1,15}$" }) });
const PAGE = {
  after: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 25 })),
};
const Day = (description: string) => Type.Optional(Type.String({ maxLength: 100, description }));

const Input = Type.Object(
  {
    subject: Type.Union([Type.Literal("draft"), Type.Literal("definition"), Type.Literal("version")], {
      description: "What is tried: the draft that is kept, a definition that comes along, or a version",
    }),
    version: Type.Optional(Type.Integer({ minimum: 1 })),
    definition: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    compareWith: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "A version to compare with; when absent, what was in force on the date of each bill",
      }),
    ),
    from: Day("First day, YYYY-MM-DD; twelve months before the end when absent"),
    to: Day("Last day; when absent, that of the newest full month that has bills"),
  },
  { additionalProperties: false },
);

/** Adds what-ifs: start, follow, stop, and what they came to. */
export const addWhatifRoutes = (server: Server, parts: WhatifRouteParts): void => {
  addRuns(server, parts);
  addResult(server, parts);
  addCustomers(server, parts);
};

const programOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);

const addRuns = (server: Server, { whatif, orgs, loyalty }: WhatifRouteParts): void => {
  const present = async (orgId: number, run: Awaited<ReturnType<Whatif["get"]>>) => {
    const [organisation, program] = await Promise.all([
      orgs.get(orgId),
      loyalty.getProgram(orgId, run.programId),
    ]);
    return presentRun(run, program.name, organisation);
  };

  server.post(
    "/api/programs/:id/what-ifs",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Replay the bills of a period under a draft, in the background",
        operationId: "startWhatIf",
        params: Type.Object({ id: Type.String() }),
        body: Input,
        response: { 200: RunShape, ...OWN_FAILURES },
      },
      bodyLimit: 1024 * 1024,
    },
    async ({ actor, params, body }) =>
      present(actor.orgId, await whatif.start(actor, programOf(params.id), body)),
  );

  server.get(
    "/api/what-ifs",
    {
      config: READ,
      schema: {
        tags,
        summary: "What-ifs, newest first",
        operationId: "listWhatIfs",
        querystring: Type.Object({
          programId: Type.Optional(Type.String({ pattern: "^[0-9]{1,15}$", description: "Of one program" })),
          ...PAGE,
        }),
        response: {
          200: Type.Object({
            items: Type.Array(RunShape),
            next: OrNull(Type.String()),
            total: Type.Integer(),
          }),
          ...OWN_FAILURES,
        },
      },
    },
    async ({ actor, query }) => {
      const { limit = 25, after } = query;
      const [before = null] = after === undefined ? [] : (decodeCursor(after, 1) ?? [Number.NaN]);
      if (before !== null && !Number.isSafeInteger(before)) throw errors.bad_cursor({ field: "after" });
      const programId = query.programId === undefined ? null : Number(query.programId);
      const page = { programId, before: before as number | null, limit: limit + 1 };
      const [{ items, total }, organisation, programs] = await Promise.all([
        whatif.list(actor.orgId, page),
        orgs.get(actor.orgId),
        loyalty.listPrograms(actor.orgId),
      ]);
      const names = new Map(programs.map(({ id, name }) => [id, name]));
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map((run) => presentRun(run, names.get(run.programId) ?? "", organisation)),
        next: items.length > limit && last ? encodeCursor([last.id]) : null,
        total,
      };
    },
  );

  server.get(
    "/api/what-ifs/:id",
    {
      config: READ,
      schema: {
        tags,
        summary: "One what-if, with how far it is",
        operationId: "getWhatIf",
        params: RunId,
        response: { 200: RunShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params }) => present(actor.orgId, await whatif.get(actor.orgId, Number(params.id))),
  );

  server.post(
    "/api/what-ifs/:id/cancel",
    {
      config: WRITE,
      schema: {
        tags,
        summary: "Stop a what-if; nothing of it is kept",
        operationId: "cancelWhatIf",
        params: RunId,
        response: { 200: RunShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params }) => present(actor.orgId, await whatif.cancel(actor.orgId, Number(params.id))),
  );
};

/** A finished run with what its figures are told with. */
const readResult = async (
  { whatif, orgs, loyalty, clock }: WhatifRouteParts,
  orgId: number,
  id: string,
): Promise<{ readonly run: FinishedRun; readonly context: ResultContext }> => {
  const run = await whatif.result(orgId, Number(id));
  const [organisation, program, programs, currencies] = await Promise.all([
    orgs.get(orgId),
    loyalty.getProgram(orgId, run.programId),
    loyalty.programs(orgId),
    loyalty.currencyNames(orgId),
  ]);
  const history = programs.byId(run.programId);
  return {
    run,
    context: {
      organisation,
      programName: program.name,
      pointsToCurrencyRatio: program.pointsToCurrencyRatio,
      currencies,
      current: history?.inForce(clock.now().getTime()) ?? null,
      compared: run.comparisonVersion === null ? null : (history?.version(run.comparisonVersion) ?? null),
    },
  };
};

const addResult = (server: Server, parts: WhatifRouteParts): void => {
  server.get(
    "/api/what-ifs/:id/result",
    {
      config: READ,
      schema: {
        tags,
        summary:
          "What a what-if came to: points, cost, what would be owed, tiers, winners and losers, each rule",
        operationId: "getWhatIfResult",
        params: RunId,
        response: { 200: ResultShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params }) => {
      const { run, context } = await readResult(parts, actor.orgId, params.id);
      return presentResult(run, context);
    },
  );

  server.get(
    "/api/what-ifs/:id/result.csv",
    {
      config: READ,
      schema: {
        tags,
        summary: "Rules or months of a result as CSV",
        operationId: "exportWhatIfResult",
        params: RunId,
        querystring: Type.Object({
          part: Type.Optional(
            Type.Union([Type.Literal("rules"), Type.Literal("months")], {
              description: "rules when absent",
            }),
          ),
        }),
        produces: ["text/csv"],
        response: { 200: Type.String(), ...OWN_FAILURES },
      },
    },
    async ({ actor, params, query }, reply) => {
      const { part = "rules" } = query;
      const { run, context } = await readResult(parts, actor.orgId, params.id);
      const { moneyScale } = context.organisation;
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="what-if-${run.id}-${part}.csv"`);
      return (part === "months" ? monthsCsv : rulesCsv)(presentResult(run, context), moneyScale);
    },
  );
};

const CUSTOMER_QUERY = {
  sort: Type.Optional(
    Type.Union(
      SORTS.map((name) => Type.Literal(name)),
      { description: "difference when absent" },
    ),
  ),
  order: Type.Optional(
    Type.Union([Type.Literal("asc"), Type.Literal("desc")], { description: "desc when absent" }),
  ),
  only: Type.Optional(
    Type.Union([Type.Literal("winners"), Type.Literal("losers"), Type.Literal("changed")], {
      description: "Those who get more, less, or other than in the comparison",
    }),
  ),
};
interface CustomerQuery {
  readonly sort?: CustomerSort;
  readonly order?: "asc" | "desc";
  readonly only?: "winners" | "losers" | "changed";
}
const pageOf = ({ sort = "difference", order = "desc", only }: CustomerQuery) => ({
  sort,
  descending: order === "desc",
  only: only ?? null,
});

const positionOf = (after: string | undefined): CustomerPage["after"] => {
  if (after === undefined) return null;
  const [value, partyId] = decodeCursor(after, 2) ?? [];
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(partyId))
    throw errors.bad_cursor({ field: "after" });
  return { value: value as number, partyId: partyId as number };
};

/** Customers that a file is written by at a time. */
const ROWS = 1000;

const addCustomers = (server: Server, parts: WhatifRouteParts): void => {
  server.get(
    "/api/what-ifs/:id/customers",
    {
      config: READ,
      schema: {
        tags,
        summary: "What a what-if comes to for each customer",
        operationId: "listWhatIfCustomers",
        params: RunId,
        querystring: Type.Object({ ...CUSTOMER_QUERY, ...PAGE }),
        response: { 200: CustomersShape, ...OWN_FAILURES },
      },
    },
    async ({ actor, params, query }) => {
      requireAccess(actor, CUSTOMERS);
      const { limit = 25, after } = query;
      const position = positionOf(after);
      const { run, context } = await readResult(parts, actor.orgId, params.id);
      const page = { ...pageOf(query), after: position, limit: limit + 1 };
      const { items, total } = await parts.whatif.customers(actor.orgId, run.id, page);
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map((row) => presentCustomer(row, run, context)),
        next: items.length > limit && last ? encodeCursor([last[page.sort], last.partyId]) : null,
        total,
      };
    },
  );

  server.get(
    "/api/what-ifs/:id/customers.csv",
    {
      config: READ,
      schema: {
        tags,
        summary: "The same as CSV, all of them",
        operationId: "exportWhatIfCustomers",
        params: RunId,
        querystring: Type.Object(CUSTOMER_QUERY),
        produces: ["text/csv"],
        response: { 200: Type.String(), ...OWN_FAILURES },
      },
    },
    async ({ actor, params, query }, reply) => {
      requireAccess(actor, CUSTOMERS);
      const { run, context } = await readResult(parts, actor.orgId, params.id);
      const pages = async function* () {
        for (let after: CustomerPage["after"] = null; ; ) {
          const page: CustomerPage = { ...pageOf(query), after, limit: ROWS };
          const { items } = await parts.whatif.customers(actor.orgId, run.id, page);
          const last = items.at(-1);
          if (last === undefined) return;
          yield items.map((row) => presentCustomer(row, run, context));
          after = { value: last[page.sort], partyId: last.partyId };
        }
      };
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="what-if-${run.id}-customers.csv"`);
      return reply.send(Readable.from(customersCsv(pages(), context.organisation.moneyScale)) as never);
    },
  );
};
