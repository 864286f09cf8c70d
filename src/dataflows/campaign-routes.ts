import { Readable } from "node:stream";
import { type Static, Type } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { type Actor, requireAccess } from "#identity";
import { failures, OwnFailure, type Server } from "#platform";
import { MAX_CAMPAIGN_CUSTOMERS } from "./campaigns.ts";
import { errors } from "./errors.ts";
import { checked, jsonPart, type Received, withFile } from "./receive.ts";
import type { DataflowsRouteParts } from "./routes.ts";
import { present, RunShape } from "./run-shape.ts";
import { CampaignTerms, ImportOptions, Mapping } from "./schema.ts";

const MAX_BODY = 32 * 1024 * 1024;

const Identifier = Type.Optional(Type.String({ minLength: 1, maxLength: 300 }));
const Customer = Type.Object(
  {
    id: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    externalId: Identifier,
    mobile: Identifier,
    email: Identifier,
    points: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
);
const CampaignBody = Type.Object(
  {
    ...CampaignTerms.properties,
    customers: Type.Array(Customer, { minItems: 1, maxItems: MAX_CAMPAIGN_CUSTOMERS }),
  },
  { additionalProperties: false },
);

const COLUMNS = ["id", "externalId", "mobile", "email", "points"] as const;
const cell = (value: string | number | undefined): string =>
  value === undefined ? "" : `"${String(value).replaceAll('"', '""')}"`;

/** The list of a call as the file that the run reads: one place where customers are, whatever way they came. */
function* linesOf(customers: readonly Static<typeof Customer>[]): Generator<string> {
  yield `${COLUMNS.join(",")}\n`;
  for (const customer of customers) yield `${COLUMNS.map((name) => cell(customer[name])).join(",")}\n`;
}

const numberPart = (texts: Received["texts"], field: string): number | undefined => {
  const text = texts[field]?.trim() ?? "";
  if (text === "") return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw errors.bad_part({ field, expected: "a number" });
  return value;
};

/** The terms among a form's text parts; empty ones say nothing. */
const termsOf = (texts: Received["texts"]): CampaignTerms => {
  const words = ["name", "reason", "expiresOn", "promotionName"].flatMap((field) => {
    const text = texts[field]?.trim() ?? "";
    return text === "" ? [] : [[field, text] as const];
  });
  const numbers = ["points", "budget", "mostPerCustomer"].flatMap((field) => {
    const value = numberPart(texts, field);
    return value === undefined ? [] : [[field, value] as const];
  });
  const terms = { ...Object.fromEntries(words), ...Object.fromEntries(numbers) };
  return checked(CampaignTerms, terms, "campaign");
};

/** Adds the call that gives points of a campaign to many customers: a run that is followed like any import. */
export const addCampaignRoute = (server: Server, { dataflows, orgs }: DataflowsRouteParts): void => {
  const start = (
    actor: Actor,
    file: { readonly path: string; readonly name: string },
    campaign: CampaignTerms,
    given: { readonly mapping?: Mapping | undefined; readonly options?: ImportOptions | undefined } = {},
  ) =>
    dataflows.startRun(actor, file, {
      kind: "campaign",
      mapping: given.mapping,
      options: { ...given.options, campaign },
    });

  const fromFile = (request: FastifyRequest) =>
    withFile(request, dataflows, async (received) => {
      const mapping = jsonPart(received.texts, "mapping");
      const options = jsonPart(received.texts, "options");
      const file = { path: received.path, name: received.fileName };
      const run = await start(request.actor, file, termsOf(received.texts), {
        mapping: mapping === undefined ? undefined : checked<Mapping>(Mapping, mapping, "mapping"),
        options: options === undefined ? {} : checked<ImportOptions>(ImportOptions, options, "options"),
      });
      return { answer: run, keeps: true };
    });

  const fromList = async ({ actor, body }: FastifyRequest) => {
    const { customers, ...terms } = checked<Static<typeof CampaignBody>>(CampaignBody, body, "body");
    const path = await dataflows.receive(Readable.from(linesOf(customers)));
    try {
      return await start(actor, { path, name: terms.name }, terms);
    } catch (error) {
      await dataflows.dropUpload(path);
      throw error;
    }
  };

  server.post(
    "/api/points/campaigns",
    {
      bodyLimit: MAX_BODY,
      config: { access: { resource: "Points", mode: "write" } },
      schema: {
        tags: ["Imports"],
        consumes: ["multipart/form-data", "application/json"],
        summary: "Give points of a campaign to many customers",
        description: `Takes up to ${MAX_CAMPAIGN_CUSTOMERS} customers: as a CSV file (parts: file, name, points, expiresOn, reason, budget, mostPerCustomer, promotionName, mapping, options; columns: id, externalId, mobile, email, points), or as JSON (name, points, expiresOn, reason, budget, mostPerCustomer, promotionName, customers: a list of objects with an identifier and, where they differ, points). A customer gets the points of one campaign name once, whoever repeats the call. Rows above mostPerCustomer, and rows for which the budget does not last, are rejected. Answers the run, which is followed and cancelled like an import. Needs the permissions to write points and to import.`,
        operationId: "startCampaign",
        response: { 200: RunShape, ...failures(OwnFailure) },
      },
    },
    async (request) => {
      const { actor } = request;
      requireAccess(actor, { resource: "Import", mode: "write" });
      const run = await (request.isMultipart() ? fromFile(request) : fromList(request));
      return present(run, await orgs.get(actor.orgId));
    },
  );
};
