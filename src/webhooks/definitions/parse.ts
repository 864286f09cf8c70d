import { SOURCES } from "#orgs";
import { type Body, isObject, isStorable } from "#platform";
import { eventType } from "../catalogue/catalogue.ts";
import { errors } from "../errors.ts";
import { objectionToUrl } from "./addresses.ts";
import type { Enrichments, WebhookInput } from "./schema.ts";

/** Webhooks of an organisation, each of which every event is held against. */
export const MAX_WEBHOOKS = 100;
/** More would be one receiver's share of what this server can hold open. */
export const MAX_CONNECTIONS = 100;
const MAX_NAME = 255;
const MAX_HEADERS = 30;
const MAX_HEADER = 4000;
/** What reading shows in place of a header's value, and writing takes as "as it was". */
export const MASK = "********";

const OURS = new Set([
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "expect",
  "keep-alive",
  "proxy-connection",
]);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What a header may hold: visible characters of Latin-1, spaces and tabs. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const textOf = (body: Body, field: string, most: number): string => {
  const value = body[field];
  if (value === undefined || value === null || value === "") throw errors.missing({ field });
  if (typeof value !== "string" || value.length > most || !isStorable(value))
    throw errors.bad_field({ field, expected: `text of at most ${most} characters` });
  const text = value.trim();
  if (text === "") throw errors.missing({ field });
  return text;
};

const flagOf = (body: Body, field: string, absent: boolean): boolean => {
  const value = body[field] ?? absent;
  if (typeof value !== "boolean") throw errors.bad_field({ field, expected: "true or false" });
  return value;
};

const eventsOf = ({ eventNames }: Body): string[] => {
  if (
    eventNames === undefined ||
    eventNames === null ||
    !Array.isArray(eventNames) ||
    eventNames.length === 0
  )
    throw errors.no_events({ field: "eventNames" });
  for (const name of eventNames)
    if (typeof name !== "string" || eventType(name) === null)
      throw errors.unknown_event({ field: "eventNames", value: String(name).slice(0, 100) });
  return [...new Set(eventNames as string[])];
};

/** Decimals are cut off, as documented. */
const connectionsOf = ({ maxAllowedConnections: given }: Body): number => {
  const field = "maxAllowedConnections";
  if (given === undefined || given === null || given === "") throw errors.no_connections({ field });
  const value = Math.trunc(Number(given));
  if (!(value > 0 && value <= MAX_CONNECTIONS))
    throw errors.bad_connections({ field, most: MAX_CONNECTIONS });
  return value;
};

const headersOf = ({ webHookHeaders: given }: Body, before: WebhookInput["headers"]) => {
  const refuse = (reason: string) => errors.bad_header({ field: "webHookHeaders", reason });
  if (given === undefined || given === null) return {};
  if (!isObject(given)) throw refuse("it must be an object of names and values.");
  const entries = Object.entries(given);
  if (entries.length > MAX_HEADERS) throw refuse(`there may be ${MAX_HEADERS} at most.`);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (!TOKEN.test(name) || name.length > 200)
        throw refuse(`${name.slice(0, 60)} is no name of a header.`);
      if (OURS.has(name.toLowerCase()) || /^webhook-/i.test(name))
        throw refuse(`${name} is set by this server.`);
      const kept = value === MASK ? before[name] : value;
      if (typeof kept !== "string" || kept.length > MAX_HEADER || !VALUE.test(kept))
        throw refuse(
          `the value of ${name} must be text of at most ${MAX_HEADER} Latin characters on one line.`,
        );
      return [name, kept];
    }),
  );
};

const sourcesOf = ({ customerIdentifiersToBeEnriched: given }: Body): string[] => {
  const field = "customerIdentifiersToBeEnriched";
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw errors.bad_field({ field, expected: "a list of sources" });
  return [
    ...new Set(
      given.map((source) => {
        const known = SOURCES.find((item) => item === String(source).toUpperCase());
        if (known === undefined) throw errors.unknown_source({ field, value: String(source).slice(0, 60) });
        return known;
      }),
    ),
  ];
};

const enrichmentsOf = (body: Body): Enrichments => ({
  till: flagOf(body, "tillDetailsEnrichmentEnabled", false),
  store: flagOf(body, "storeDetailsEnrichmentEnabled", false),
  identifiers: sourcesOf(body),
  awardedReference: flagOf(body, "awardedReferenceEnrichmentEnabled", false),
  availablePoints: flagOf(body, "availablePointsBalanceEnrichmentEnabled", false),
});

const methodOf = ({ methodType }: Body): "POST" | "PUT" => {
  const value = String(methodType ?? "POST").toUpperCase();
  if (value !== "POST" && value !== "PUT")
    throw errors.bad_method({ field: "methodType", value: value.slice(0, 40) });
  return value;
};

const checkUnserved = ({ webHookType, neoEnrichment, listenToChildEvents }: Body): void => {
  const type = String(webHookType ?? "HTTP").toUpperCase();
  if (type !== "HTTP") throw errors.bad_type({ field: "webHookType", value: type.slice(0, 40) });
  if (listenToChildEvents !== undefined && listenToChildEvents !== null && listenToChildEvents !== false)
    throw errors.no_child_events({ field: "listenToChildEvents" });
  const asks = isObject(neoEnrichment)
    ? Object.keys(neoEnrichment).length > 0
    : neoEnrichment !== undefined && neoEnrichment !== null;
  if (asks) throw errors.no_transformation({ field: "neoEnrichment" });
};

const slaOf = ({ slaInSeconds: given }: Body): number | null => {
  if (given === undefined || given === null) return null;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1 || value > 86_400 * 30)
    throw errors.bad_field({ field: "slaInSeconds", expected: "a number of seconds" });
  return value;
};

/** Reads a documented definition. `before` is the webhook that it replaces: masked headers keep their values. */
export const parseWebhook = (
  sent: unknown,
  allowsPrivate: boolean,
  before: Pick<WebhookInput, "headers"> = { headers: {} },
): WebhookInput => {
  if (!isObject(sent)) throw errors.bad_field({ field: "body", expected: "an object" });
  const events = eventsOf(sent);
  const connections = connectionsOf(sent);
  checkUnserved(sent);
  const name = textOf(sent, "name", MAX_NAME);
  const url = textOf(sent, "webHookUrl", 5000);
  const objection = objectionToUrl(url, allowsPrivate);
  if (objection !== null) throw errors.bad_url({ field: "webHookUrl", reason: objection });
  return {
    name,
    url: new URL(url).href,
    method: methodOf(sent),
    headers: headersOf(sent, before.headers),
    events,
    enrichments: enrichmentsOf(sent),
    connections,
    slaSeconds: slaOf(sent),
    isActive: flagOf(sent, "active", true),
  };
};
