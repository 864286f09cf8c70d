import type { Orgs } from "#orgs";
import { failures, OwnFailure, type Server } from "#platform";
import type { Place } from "./activities.ts";
import type { KnownNames } from "./catalogue.ts";
import { completionsAt } from "./completion.ts";
import { type CatalogueEntry, describeCatalogue } from "./describe.ts";
import { errors } from "./errors.ts";
import { format } from "./format.ts";
import { hoverAt } from "./hover.ts";
import { catalogueAt, offeredAt } from "./organisation.ts";
import { readTree } from "./read-tree.ts";
import { checkExpression } from "./report.ts";
import * as shapes from "./route-shapes.ts";
import { textOf, treeOf } from "./tree-form.ts";

const config = { access: { resource: "Program", mode: "read" } } as const;
const tags = ["Programs"];
const OWN_FAILURES = failures(OwnFailure);
const NAME = /^[\p{L}_][\p{L}\p{M}\p{Nd}_]{0,99}$/u;

export interface ExpressionRouteParts {
  readonly orgs: Orgs;
  /** Names that the organisation chose, of tiers and the like, for completion. */
  readonly knownNames: (orgId: number) => Promise<KnownNames>;
}

const placeOf = ({ activity = "TransactionAdd", lines, tenders, trackers }: shapes.PlaceInput): Place => ({
  activity,
  lines: lines === true,
  tenders: tenders === true,
  trackers: trackers === true,
});

const eventAttributesOf = ({ eventAttributes = [] }: shapes.PlaceInput) => {
  for (const [index, { name }] of eventAttributes.entries())
    if (!NAME.test(name)) throw errors.bad_event_attribute({ index, name: name.slice(0, 40) });
  return eventAttributes;
};

/** What an editor of conditions asks: whether a text is one, what can be named in it, and its other forms. */
export const addExpressionRoutes = (server: Server, parts: ExpressionRouteParts): void => {
  addJudging(server, parts);
  addCatalogue(server, parts);
  addWriting(server, parts);
  addForms(server);
};

const addJudging = (server: Server, { orgs }: ExpressionRouteParts): void => {
  server.post(
    "/api/expressions/check",
    {
      config,
      schema: {
        tags,
        summary: "Judge an expression as the condition of a rule",
        operationId: "checkExpression",
        body: shapes.PlacedText,
        response: { 200: shapes.Report, ...OWN_FAILURES },
      },
    },
    async ({ actor, body }) => {
      const options = { eventAttributes: eventAttributesOf(body) };
      const catalogue = catalogueAt(await orgs.get(actor.orgId), placeOf(body), options);
      const report = checkExpression(body.text, catalogue);
      return { ...report, problems: [...report.problems], reads: [...report.reads] };
    },
  );
};

const entryShape = ({ aliases, on, parameters, ...entry }: CatalogueEntry) => ({
  ...entry,
  aliases: [...aliases],
  on: [...on],
  parameters: parameters.map(({ name, type, optional = false, literal = false, choices = [] }) => ({
    name,
    type,
    optional,
    literal,
    choices: [...choices],
  })),
});

const addCatalogue = (server: Server, { orgs }: ExpressionRouteParts): void => {
  server.get(
    "/api/expressions/catalogue",
    {
      config,
      schema: {
        tags,
        summary: "List what expressions can name at a place, with the organisation's extended fields",
        operationId: "listExpressionCatalogue",
        querystring: shapes.PlaceQuery,
        response: { 200: shapes.CatalogueAnswer, ...OWN_FAILURES },
      },
    },
    async ({ actor, query: { activity = "TransactionAdd", lines, tenders, trackers } }) => {
      const place: Place = {
        activity,
        lines: lines === "true",
        tenders: tenders === "true",
        trackers: trackers === "true",
      };
      const catalogue = offeredAt(await orgs.get(actor.orgId), place);
      const items = describeCatalogue(catalogue).map(entryShape);
      const profiles = [...catalogue.profiles.values()].map(({ name, doc }) => ({ name, doc }));
      const elsewhere = [...catalogue.elsewhere.values()].map(({ name, where }) => ({ name, where }));
      return { items, next: null, total: items.length, profiles, elsewhere };
    },
  );
};

const addWriting = (server: Server, { orgs, knownNames }: ExpressionRouteParts): void => {
  const offered = async (orgId: number, body: shapes.PlaceInput) => {
    const eventAttributes = eventAttributesOf(body);
    const [organisation, known] = await Promise.all([orgs.get(orgId), knownNames(orgId)]);
    return offeredAt(organisation, placeOf(body), { known, eventAttributes });
  };
  server.post(
    "/api/expressions/completions",
    {
      config,
      schema: {
        tags,
        summary: "List what can be written at an offset of an expression",
        operationId: "completeExpression",
        body: shapes.CursorBody,
        response: { 200: shapes.CompletionsAnswer, ...OWN_FAILURES },
      },
    },
    async ({ actor, body }) => {
      const found = completionsAt(body.text, body.offset, await offered(actor.orgId, body));
      return { ...found, items: [...found.items] };
    },
  );
  server.post(
    "/api/expressions/hover",
    {
      config,
      schema: {
        tags,
        summary: "Tell type and meaning of what stands at an offset of an expression",
        operationId: "hoverExpression",
        body: shapes.CursorBody,
        response: { 200: shapes.HoverAnswer, ...OWN_FAILURES },
      },
    },
    async ({ actor, body }) => ({
      hover: hoverAt(body.text, body.offset, await offered(actor.orgId, body)),
    }),
  );
};

/** Forms of a text that need no catalogue. */
const addForms = (server: Server): void => {
  server.post(
    "/api/expressions/tree",
    {
      config,
      schema: {
        tags,
        summary: "Read an expression as nested groups and conditions",
        operationId: "readExpressionTree",
        body: shapes.TextBody,
        response: { 200: shapes.TreeAnswer, ...OWN_FAILURES },
      },
    },
    async ({ body }) => {
      const result = treeOf(body.text);
      return result.ok
        ? { ok: true, problems: [], tree: result.tree }
        : { ok: false, problems: [...result.errors], tree: null };
    },
  );
  server.post(
    "/api/expressions/text",
    {
      config,
      schema: {
        tags,
        summary: "Write nested groups and conditions as an expression",
        operationId: "writeExpressionTree",
        body: shapes.TreeBody,
        response: { 200: shapes.TextBody, ...OWN_FAILURES },
      },
    },
    async ({ body }) => {
      const text = textOf(readTree(body.tree));
      const result = format(text);
      return { text: result.ok ? result.text : text };
    },
  );
};
