import { Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { formatIso } from "#platform";
import { MASK } from "./parse.ts";
import type { Author, Webhook } from "./schema.ts";

const AuthorShape = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  description: Type.String(),
  name: Type.String(),
  type: Type.Union([Type.Literal("TILL"), Type.Literal("ADMIN_USER")]),
});

export const WebhookShape = Type.Object({
  webHookId: Type.String({ description: "24 hexadecimal digits" }),
  name: Type.String(),
  active: Type.Boolean(),
  eventNames: Type.Array(Type.String()),
  webHookUrl: Type.String(),
  methodType: Type.Union([Type.Literal("POST"), Type.Literal("PUT")]),
  webHookType: Type.Literal("HTTP"),
  webHookHeaders: Type.Record(Type.String(), Type.String(), {
    description: "Names of the headers; their values are masked",
  }),
  maxAllowedConnections: Type.Integer(),
  slaInSeconds: Type.Union([Type.Integer(), Type.Null()]),
  customerIdentifiersToBeEnriched: Type.Array(Type.String()),
  noOfRetryAttempts: Type.Literal(0),
  consumerGroupId: Type.String(),
  tillDetailsEnrichmentEnabled: Type.Boolean(),
  storeDetailsEnrichmentEnabled: Type.Boolean(),
  awardedReferenceEnrichmentEnabled: Type.Boolean(),
  availablePointsBalanceEnrichmentEnabled: Type.Boolean(),
  neoEnrichment: Type.Object({}),
  listenToChildEvents: Type.Literal(false),
  attribution: Type.Object({
    createdOn: Type.String(),
    lastUpdatedOn: Type.String(),
    createdBy: AuthorShape,
    lastUpdatedBy: AuthorShape,
  }),
});

/** What a definition may say; each fault has its documented code, so the shape itself takes anything. */
export const WebhookBody = Type.Object(
  {
    name: Type.Optional(Type.Unknown({ description: "Unique in the organisation" })),
    active: Type.Optional(Type.Unknown({ description: "true when absent" })),
    eventNames: Type.Optional(Type.Unknown({ description: "At least one; see eventMetaData" })),
    webHookUrl: Type.Optional(Type.Unknown({ description: "http or https" })),
    methodType: Type.Optional(Type.Unknown({ description: "POST or PUT" })),
    webHookType: Type.Optional(Type.Unknown({ description: "HTTP" })),
    webHookHeaders: Type.Optional(
      Type.Unknown({ description: "Sent with every call; a masked value stays as it was" }),
    ),
    maxAllowedConnections: Type.Optional(Type.Unknown({ description: "Calls at the same time, 1 to 100" })),
    slaInSeconds: Type.Optional(
      Type.Unknown({ description: "Kept and shown; a breach is noted after an hour" }),
    ),
    customerIdentifiersToBeEnriched: Type.Optional(
      Type.Unknown({ description: "Sources of which every identifier is told, such as INSTORE" }),
    ),
    tillDetailsEnrichmentEnabled: Type.Optional(Type.Unknown()),
    storeDetailsEnrichmentEnabled: Type.Optional(Type.Unknown()),
    awardedReferenceEnrichmentEnabled: Type.Optional(Type.Unknown()),
    availablePointsBalanceEnrichmentEnabled: Type.Optional(Type.Unknown()),
    neoEnrichment: Type.Optional(Type.Unknown({ description: "Empty" })),
    listenToChildEvents: Type.Optional(Type.Unknown({ description: "false" })),
  },
  { additionalProperties: true },
);

const author = ({ id, code, name, type }: Author) => ({ id, code, description: "", name, type });

export const presentWebhook = (organisation: Pick<Organisation, "timeZone">, webhook: Webhook) => {
  const { enrichments } = webhook;
  const iso = (at: Date) => formatIso(at.getTime(), organisation.timeZone);
  return {
    webHookId: webhook.id,
    name: webhook.name,
    active: webhook.isActive,
    eventNames: [...webhook.events],
    webHookUrl: webhook.url,
    methodType: webhook.method,
    webHookType: "HTTP" as const,
    webHookHeaders: Object.fromEntries(Object.keys(webhook.headers).map((name) => [name, MASK])),
    maxAllowedConnections: webhook.connections,
    slaInSeconds: webhook.slaSeconds,
    customerIdentifiersToBeEnriched: [...enrichments.identifiers],
    noOfRetryAttempts: 0 as const,
    consumerGroupId: webhook.consumerGroupId,
    tillDetailsEnrichmentEnabled: enrichments.till,
    storeDetailsEnrichmentEnabled: enrichments.store,
    awardedReferenceEnrichmentEnabled: enrichments.awardedReference,
    availablePointsBalanceEnrichmentEnabled: enrichments.availablePoints,
    neoEnrichment: {},
    listenToChildEvents: false as const,
    attribution: {
      createdOn: iso(webhook.createdAt),
      lastUpdatedOn: iso(webhook.updatedAt),
      createdBy: author(webhook.createdBy),
      lastUpdatedBy: author(webhook.updatedBy),
    },
  };
};
